"""Ranges: quantiles held to closed forms, the same draws everywhere, and what moves the bill."""

from __future__ import annotations

import doctest
import statistics
from typing import Any

import numpy as np
import pytest

import wharfage as wf
from wharfage.analysis import ranges as ranges_module
from wharfage.analysis import ranges_price, sensitivity
from wharfage.analysis.normal_quantiles import normal_quantile, normal_share

ON = "2026-10-01"
# Fargate us-east-1: 0.04048 per vCPU-hour, 0.004445 per GB-hour.
HOUR = 0.04048 + 2 * 0.004445
TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
WEB = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10}
NORMAL = statistics.NormalDist()


def ranges(fleet: Any, **keywords: Any) -> wf.Ranges:
    """Give ranges on the day of the tests."""
    return wf.ranges(fleet, **{"on": ON, **keywords})


def hours(spec: Any, **keywords: Any) -> list[float]:
    """Give p10, p50 and p90 of one task whose hours are uncertain, in hours."""
    found = ranges([{**TASK, "hours_per_month": 300}], inputs={"hours_per_month": spec}, **keywords)
    return [found.frame[name][0] / HOUR for name in ("p10", "p50", "p90")]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ((100, 700), [160, 400, 640]),
        ("uniform:100:700", [160, 400, 640]),
        ("x1:2", [330, 450, 570]),
        ((100, 300, 700), [100 + np.sqrt(0.1 * 600 * 200), 700 - np.sqrt(0.5 * 600 * 400), 700 - np.sqrt(0.1 * 600 * 400)]),
        ("normal:400:50", [400 + 50 * NORMAL.inv_cdf(p) for p in (0.1, 0.5, 0.9)]),
        ("lognormal:300:0.2", [300 * np.exp(0.2 * NORMAL.inv_cdf(p)) for p in (0.1, 0.5, 0.9)]),
        ("discrete:100@0.2,300@0.5,600@0.3", [100, 300, 600]),
        ({"distribution": "discrete", "values": [200, 400, 500]}, [200, 400, 500]),
    ],
)  # fmt: skip
def test_quantiles_are_the_closed_forms(spec: Any, expected: list[float]) -> None:
    """Costs that are straight lines in an input have its quantiles."""
    assert hours(spec) == pytest.approx(expected, rel=1e-6)


def test_uniform_quantiles_are_exact() -> None:
    """A Latin hypercube has the quantiles of a uniform input to the last digits."""
    assert hours((100, 700), draws=10) == pytest.approx([160, 400, 640], rel=1e-13)


def test_plain_draws_are_near() -> None:
    """Plain draws come to the same but for their noise."""
    assert hours((100, 700), method="plain", draws=50_000) == pytest.approx([160, 400, 640], rel=0.02)  # fmt: skip


def test_mean_of_a_triangle() -> None:
    """The mean cost of a triangular input is the mean of its three numbers."""
    found = ranges([{**TASK, "hours_per_month": 300}], inputs={"hours_per_month": (100, 300, 700)})
    assert found.frame["mean"][0] == pytest.approx((100 + 300 + 700) / 3 * HOUR, rel=1e-6)
    assert found.frame["typical"][0] == pytest.approx(300 * HOUR, rel=1e-12)


def test_columns_of_lows_and_highs() -> None:
    """Columns of lows and highs make a triangle in their rows, and leave other rows alone."""
    rows = [
        {**TASK, "hours_per_month": 300, "hours_per_month_low": 100, "hours_per_month_high": 700},
        {**TASK, "hours_per_month": 300},
    ]
    found = ranges(rows).frame
    assert found["p50"][0] / HOUR == pytest.approx(700 - np.sqrt(0.5 * 600 * 400), rel=1e-6)
    assert found["p10"][1] == found["p90"][1] == found["typical"][1]


def test_same_seed_same_bits() -> None:
    """A seed gives the same bits on every run, another seed others."""
    fleet = [{**TASK, "hours_per_month": 300}, {**TASK, "hours_per_month": 500}]
    spec = {"inputs": {"hours_per_month": "xlognormal:0.7:0.2"}, "draws": 500}
    one, again, other = ranges(fleet, **spec), ranges(fleet, **spec), ranges(fleet, **spec, seed=1)
    assert one.draws.tobytes() == again.draws.tobytes()
    assert one.draws.tobytes() != other.draws.tobytes()


def test_parts_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet priced row by row has the costs of the whole, pools of its accounts included."""
    fleet = [{**WEB, "requests_per_month": 4e5 * (n + 1), "billing_account": "ab"[n % 2]} for n in range(6)]  # fmt: skip
    spec: dict[str, Any] = {"inputs": {"requests_per_month": "x0.5:1:3"}, "draws": 200, "services": ["gcp.cloud_run", "aws.fargate"]}  # fmt: skip
    whole = ranges(fleet, **spec)
    monkeypatch.setattr(ranges_price, "CELLS", 1)
    parts = ranges(fleet, **spec)
    np.testing.assert_allclose(parts.draws, whole.draws, rtol=1e-12)
    np.testing.assert_allclose(parts.frame["p90"], whole.frame["p90"], rtol=1e-12)


def test_services_share_their_draws() -> None:
    """Two services that cost the same part of each draw never change places."""
    found = ranges([{**TASK, "hours_per_month": 300}], inputs={"hours_per_month": (1, 700)}, services=["aws.fargate", "aws.fargate_eks"])  # fmt: skip
    assert sorted(found.frame["cheapest_share"].tolist()) == [0.0, 1.0]
    ratio = found.draws[1] / found.draws[0]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-12)


def test_draws_are_estimates() -> None:
    """The quantile of a single value is what estimate gives."""
    fleet = [{**WEB, "service": "gcp.cloud_run", "region": "us-east1", "requests_per_month": 1}]
    found = ranges(fleet, inputs={"requests_per_month": "discrete:30000000"}, draws=2)
    bill = wf.estimate([{**fleet[0], "requests_per_month": 3e7}], on=ON)
    assert found.frame["p50"][0] == pytest.approx(bill.total()["USD"], rel=1e-14)


def test_whole_numbers_are_rounded_and_hours_end_with_the_month() -> None:
    """Replicas are drawn as whole numbers, and no draw has more hours than the month."""
    found = ranges([TASK], inputs={"replicas": (0.6, 3.4), "hours_per_month": "discrete:9999"})
    units = found.draws[0] / (730 * HOUR)
    assert sorted(set(units.round(9).tolist())) == [1, 2, 3]


def test_spot_mix_is_its_arithmetic() -> None:
    """Two of ten replicas stay on demand, three quarters of the rest are Spot, a tenth is redone."""
    mix = {"replicas": 10, "spot_base_replicas": 2, "spot_share": 0.75, "spot_discount": 0.6, "spot_rework": 0.1}  # fmt: skip
    found = ranges([{**TASK, **mix}], draws=2)
    expected = 730 * HOUR * (4 + 6 * 1.1 * 0.4)
    assert found.frame["p50"][0] == pytest.approx(expected, rel=1e-12)


def test_spot_mix_takes_the_rate_without_a_discount() -> None:
    """Without a discount the Spot rate of the table counts; half of it is half of both prices."""
    half, whole = ({**TASK, "spot_share": share} for share in (0.5, 1.0))
    rows = [{**TASK, "purchase_option": option} for option in ("on_demand", "spot")]
    demand, spot = wf.estimate(rows, on=ON).frame["monthly_cost"]
    found = ranges([half, whole], draws=2).frame["typical"]
    assert found.tolist() == pytest.approx([(demand + spot) / 2, spot], rel=1e-12)


def test_service_without_spot_keeps_its_mix_on_demand() -> None:
    """Where a service sells no Spot, all of a mix is bought on demand."""
    row = {**TASK, "spot_share": 0.5, "spot_discount": 0.6}
    found = ranges([row], services=["aws.app_runner"], draws=2).frame["typical"][0]
    plain = wf.estimate([{**TASK, "service": "aws.app_runner"}], on=ON).total()["USD"]
    assert found == pytest.approx(plain)


def test_shared_factor_widens_the_total() -> None:
    """Inputs that move together make the sum of many workloads as uncertain as one of them."""
    fleet = [{**TASK, "hours_per_month": 300} for _ in range(50)]
    spec: dict[str, Any] = {"inputs": {"hours_per_month": (100, 700)}, "draws": 1000}

    def width(**keywords: Any) -> float:
        totals = ranges(fleet, **spec, **keywords).totals
        return float(totals["p90"][0] - totals["p10"][0])

    assert width(shared_factor=1.0) == pytest.approx(50 * 480 * HOUR, rel=1e-3)
    assert width() < 0.25 * width(shared_factor=1.0)


def test_unpriced_draws_leave_no_quantile() -> None:
    """A workload that some draws make too large has no quantiles, the share and the reason."""
    found = ranges([TASK], inputs={"memory_gib": (200, 288)}).frame
    assert found["unpriced_share"][0] == pytest.approx(0.5, abs=1e-3)
    assert np.isnan(found["p50"][0])
    assert found["reason"][0] == "illegal_size: larger than the largest task"


def test_largest_swing_comes_first() -> None:
    """The tornado has the costs at p10 and p90 of each input, the largest swing first."""
    found = ranges([{**TASK, "hours_per_month": 400, "replicas": 2}], inputs={"hours_per_month": (350, 450), "replicas": "discrete:1,2,3"})  # fmt: skip
    rows = found.sensitivity()
    assert rows["input"].tolist() == ["replicas", "hours_per_month"]
    assert rows["swing"].tolist() == pytest.approx([2 * 400 * HOUR, 2 * 80 * HOUR])
    assert rows["typical"].tolist() == pytest.approx([800 * HOUR] * 2)
    alone = found.sensitivity("1")
    assert alone["swing"].tolist() == pytest.approx(rows["swing"].tolist())


def test_marginal_steps_are_legal_sizes() -> None:
    """The next sizes of a Fargate task of 1 vCPU and 3 GiB cost what estimate says."""
    found = wf.marginal([{**TASK, "memory_gib": 3, "replicas": 2}], on=ON)
    steps = found.set_index(["column", "direction"])
    assert steps["billed_to"].tolist() == [2, 0.5, 4, 2, 3, 1]
    for (column, direction), row in steps.iterrows():
        changed = {**TASK, "memory_gib": 3, "replicas": 2, column: row["billed_to"]}
        cost = wf.estimate([changed], on=ON).total()["USD"]
        assert row["monthly_cost_after"] == pytest.approx(cost), (column, direction)
        assert row["difference"] == pytest.approx(cost - row["monthly_cost"])


def test_marginal_says_where_there_is_no_step() -> None:
    """The smallest size has none below it, and sized instances have no replicas."""
    found = wf.marginal([{**WEB, "service": "aws.fargate", "requests_per_month": 1e6}], on=ON)
    notes = found.set_index(["column", "direction"])["note"]
    assert notes["memory_gib", "down"] == "no smaller size is sold with the rest as it is"
    assert notes["replicas", "up"] == "replicas follow from the load of requests"
    assert notes["vcpu", "up"] is None


def test_marginal_keeps_faulty_rows() -> None:
    """A workload without a price has no step, and says why."""
    found = wf.marginal([{**TASK, "region": "us-east-9"}], on=ON)
    assert found["difference"].isna().all()
    assert found["note"].str.startswith("unknown_region").all()


@pytest.mark.parametrize("share", [1e-12, 0.001, 0.1, 0.5, 0.77, 0.999, 1 - 1e-9])
def test_normal_quantiles(share: float) -> None:
    """The inverse of the normal distribution agrees with the standard library's."""
    (found,) = normal_quantile(np.array([share]))
    assert found == pytest.approx(NORMAL.inv_cdf(share), abs=2e-9)
    assert normal_share(np.array([found]))[0] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"inputs": {"replica": (1, 2)}}, "did you mean 'replicas'"),
        ({"inputs": {"replicas": (3, 2)}}, "replicas cannot be uniform"),
        ({"inputs": {"replicas": "normel:3:2"}}, "did you mean 'normal'"),
        ({"inputs": {"replicas": "normal:3"}}, "normal takes mean, standard_deviation"),
        ({"inputs": {"replicas": "lognormal:0:1"}}, "replicas cannot be lognormal"),
        ({"inputs": {"replicas": "discrete:1@-1"}}, "replicas cannot be discrete"),
        ({"inputs": {"replicas": {"distribution": "uniform", "lo": 1}}}, "did you mean 'low'"),
        ({"inputs": {"replicas": 3}}, "replicas cannot be triangular"),
        ({"inputs": {"replicas": "x1:2"}}, "there is nothing to multiply"),
        ({"draws": 1}, "draws=1 is not"),
        ({"seed": -1}, "seed=-1 is not"),
        ({"method": "sobol"}, "latin_hypercube, plain"),
        ({"shared_factor": 2}, "not between 0 and 1"),
        ({"quantiles": [10]}, "not shares between 0 and 1"),
        ({"regions": ["us-east-1"]}, "none are given"),
    ],
)
def test_bad_arguments_are_named(keywords: dict[str, Any], words: str) -> None:
    """What makes no sense is refused with its name and a hint."""
    with pytest.raises(wf.WorkloadError, match=words) as caught:
        ranges([TASK], **keywords)
    assert "Hint: " in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"replicas": 2, "replicas_low": 3}, "Row 1: replicas is 2 with low 3"),
        ({"replicas": 2, "replicas_high": "many"}, "replicas_high is 'many', not a number"),
        ({"spot_share": 1.5}, "spot_share is 1.5 in row 1"),
        ({"spot_share": "half"}, "spot_share is 'half' in row 1"),
    ],
)
def test_bad_cells_are_named(cells: dict[str, Any], words: str) -> None:
    """Lows, highs and shares that make no sense are named with their row."""
    with pytest.raises(wf.WorkloadError, match=words):
        ranges([{**TASK, **cells}])


def test_examples_run() -> None:
    """The examples in the documentation are true."""
    for module in (ranges_module, sensitivity):
        failed, tried = doctest.testmod(module)
        assert tried
        assert not failed
