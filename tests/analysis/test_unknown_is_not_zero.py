"""What has no price is NaN in every sum, and what an init container asks for is no waste."""

from __future__ import annotations

import numpy as np
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError

ON = "2026-10-01"
WEB = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}
LOST = {**WEB, "region": "eu-west-9"}
REPLICAS = {"replicas": (1, 2, 5)}


def test_ranges_of_nothing_priced() -> None:
    """A fleet without a price has no typical cost and no quantile."""
    totals = wf.ranges([LOST], inputs=REPLICAS, draws=8, on=ON).totals
    assert totals[["typical", "mean", "p10", "p50", "p90"]].isna().all(axis=None)


def test_sensitivity_of_nothing_priced() -> None:
    """No input moves a bill that is unknown by 0."""
    found = wf.ranges([LOST], inputs=REPLICAS, draws=8, on=ON).sensitivity()
    assert found[["typical", "monthly_cost_low", "swing"]].isna().all(axis=None)


def test_scenario_of_nothing_priced() -> None:
    """A scenario that prices no workload costs NaN in the totals."""
    totals = wf.compare([LOST], services=["aws.fargate"], on=ON).totals
    assert totals[["workload_cost", "monthly_cost"]].isna().all(axis=None)


def test_total_of_nothing_priced() -> None:
    """A bill without a price has no currency and no 0.00."""
    total = wf.estimate([LOST], on=ON).total(strict=False)
    assert str(total) == "- per month (1 of 1 workloads unpriced and left out)"


def test_workload_of_no_replicas_is_priced() -> None:
    """Nothing running costs 0, which is a price."""
    assert wf.estimate([{**WEB, "replicas": 0}], on=ON).total() == {"USD": 0.0}


@pytest.mark.parametrize(
    ("init", "asked"), [(0, 0.25), (0.4, 0.4), (0.5, 0.5)], ids=["none", "larger", "all of it"]
)
def test_init_container_is_asked_for(init: float, asked: float) -> None:
    """The larger of the request and the init container is what a pod asks for."""
    pod = {
        **WEB, "service": "gcp.gke_autopilot", "region": "us-central1", "vcpu": 0.25,
        "init_vcpu": init,
    }  # fmt: skip
    sizes = wf.estimate([pod], on=ON).sizes
    assert sizes["requested_vcpu"].iloc[0] == asked


def test_init_container_is_not_unused_elsewhere() -> None:
    """Of what EKS bills for an init container only its own 0.25 GiB per pod are not asked for."""
    pod = {**WEB, "service": "aws.fargate_eks", "vcpu": 0.25, "memory_gib": 0.25}
    pod |= {"init_vcpu": 1, "init_memory_gib": 1.75}
    totals = wf.compare([pod], services=["aws.fargate_eks"], on=ON).totals
    np.testing.assert_allclose(
        totals[["unused_vcpu", "unused_memory"]], [[0, 0.25 / 2]], atol=1e-12
    )


@pytest.mark.parametrize(
    "wrong",
    [{"draws": "x"}, {"seed": "x"}, {"shared_factor": "x"}, {"quantiles": 0.5}, {"inputs": [1]},
     {"quantiles": ("a",)}],
    ids=str,
)  # fmt: skip
def test_ranges_of_wrong_types(wrong: dict[str, object]) -> None:
    """An argument of another type is a fault with its name."""
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        wf.ranges([WEB], on=ON, **wrong)  # type: ignore[arg-type]


def test_axis_of_a_wrong_type() -> None:
    """A number is no axis."""
    with pytest.raises(InvalidValueError, match="5 is no axis"):
        wf.breakeven("aws.fargate", "gcp.cloud_run", along=5, between=(0, 1))  # type: ignore[arg-type]
