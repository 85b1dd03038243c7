"""Cloud Build."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

BUILDS: dict[str, Any] = {"service": "gcp.cloud_build", "region": "us-central1"}
ON = "2026-10-01"


def total(*rows: dict[str, Any], **options: Any) -> float:
    """Price builds together."""
    return float(
        wf.estimate([{**BUILDS, **row} for row in rows], on=ON, **options)
        .frame["monthly_cost"]
        .sum(skipna=False)
    )


@pytest.mark.parametrize(("minutes", "cost"), [(2500, 0), (2501, 0.006), (4000, 9)])
def test_first_2500_minutes_are_free(minutes: float, cost: float) -> None:
    """The default machine costs 0.006 a minute beyond the free ones."""
    assert total({"build_minutes": minutes}) == pytest.approx(cost, abs=1e-9)


def test_free_minutes_are_shared() -> None:
    """Two rows of an account share the free minutes."""
    assert total({"build_minutes": 2000}, {"build_minutes": 2000}) == pytest.approx(9)


def test_larger_machine_is_billed_by_its_parts() -> None:
    """Eight vCPU and 8 GiB cost 8 x 0.0016 + 8 x 0.00035 a minute, without free minutes."""
    row = {"build_minutes": 100, "vcpu": 8, "memory_gib": 8}
    assert total(row) == pytest.approx(100 * (8 * 0.0016 + 8 * 0.00035))


def test_parts_of_the_default_machine_add_up() -> None:
    """Two vCPU and 8 GiB at the prices of their parts cost what the default machine does."""
    row = {"build_minutes": 100, "vcpu": 2, "memory_gib": 8}
    assert total(row) == pytest.approx(total({"build_minutes": 100}, free_tier="none"))


def test_half_a_machine_is_a_fault() -> None:
    """A machine with vCPU and no memory is not priced."""
    bill = wf.estimate([{**BUILDS, "build_minutes": 100, "vcpu": 4}], on=ON)
    assert bill.frame["unpriced_reason"].iloc[0].startswith("required: a build machine needs")
