"""Tests of the oracle itself against figures worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from .decimal_oracle import OracleBill, price_fleet
from .demand import NoPriceError, ceiling, month_hours
from .fleets import SERVICES, TABLES, fleets, random_fleet
from .rules_aws import fargate_size
from .rules_gcp import admit_pod, cloud_run_size

ON = date(2026, 11, 23)


def _bill(row: dict[str, Any], **options: Any) -> OracleBill:
    on = options.pop("on", ON)
    return price_fleet([row], options.pop("tables", TABLES), on=on, **options)[0]


def _daily(bill: OracleBill) -> Decimal:
    assert bill.monthly_cost is not None, bill.reason
    return bill.monthly_cost * 24 / 730


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        # 24 x (0.5 x 0.04048 + 1 x 0.004445)
        ("us-east-1", "0.59244"),
        # 24 x (0.5 x 0.04656 + 1 x 0.00511)
        ("ap-northeast-2", "0.68136"),
    ],
)
def test_fargate_half_vcpu_and_one_gib_all_day(region: str, expected: str) -> None:
    """Half a vCPU and 1 GiB on Fargate cost the same a day as by hand."""
    bill = _bill({"service": "aws.fargate", "region": region, "vcpu": 0.5, "memory_gib": 1})
    assert _daily(bill) == Decimal(expected)


def test_autopilot_half_vcpu_and_one_gib_all_day() -> None:
    """Half a vCPU, 1 GiB and 1 GiB of SSD storage on Autopilot cost the same a day as by hand."""
    bill = _bill(
        {"service": "gcp.gke_autopilot", "region": "us-central1", "vcpu": 0.5, "memory_gib": 1}
    )
    # 24 x (0.5 x 0.0445 + 1 x 0.0049225) = 0.65214, and 24 x 0.0001389 for the default 1 GiB of
    # storage
    assert _daily(bill) == Decimal("0.6554736")
    storage = bill.lines["ephemeral_storage_gib_hours"][2]
    assert storage is not None
    assert bill.monthly_cost is not None
    assert (bill.monthly_cost - storage) * 24 / 730 == Decimal("0.65214")


def test_autopilot_defaults_are_two_gib() -> None:
    """A Pod that states nothing is billed for 0.5 vCPU, 2 GiB and 1 GiB of storage."""
    bill = _bill({"service": "gcp.gke_autopilot", "region": "us-central1"})
    # 0.65214 + 24 x 0.0049225 + 24 x 0.0001389
    assert _daily(bill) == Decimal("0.7736136")
    assert (bill.billed_vcpu, bill.billed_memory_gib) == (Decimal("0.5"), Decimal(2))


def test_cloud_run_ten_million_requests() -> None:
    """Ten million requests of 250 ms on 1 vCPU and 512 MiB cost 73.73 after the credits."""
    row = {"service": "gcp.cloud_run", "region": "us-central1", "requests_per_month": 10_000_000}
    bill = _bill({**row, "vcpu": 1, "memory_gib": 0.5, "request_seconds": 0.25, "concurrency": 1})
    # 250 ms is billed as 300: 3 M vCPU-s x 0.000024 + 1.5 M GiB-s x 0.0000025 + 10 M x 0.0000004
    assert bill.gross == 72 + Decimal("3.75") + 4
    # less 4.32 + 0.90 + 0.80
    assert bill.monthly_cost == Decimal("73.73")


def test_commitments_cover_requests_and_storage() -> None:
    """Google's own commitments lower Cloud Run requests and Autopilot storage too."""
    row = {"region": "us-central1", "purchase_option": "cud_1yr"}
    requests = {"requests_per_month": 10_000_000, "request_seconds": 0.1}
    run = _bill({"service": "gcp.cloud_run", **row, **requests})
    ten_million = Decimal(10_000_000)
    assert run.lines["requests"] == (ten_million, Decimal(4), 4 * Decimal("0.83"))
    pod = _bill({"service": "gcp.gke_autopilot", "compute_class": "scale_out", **row})
    # 730 x 0.0001389, less 20 %
    listed = Decimal("0.101397")
    discounted = listed * Decimal("0.80")
    assert pod.lines["ephemeral_storage_gib_hours"] == (Decimal(730), listed, discounted)


def test_two_autopilot_clusters_after_the_credit() -> None:
    """Two Autopilot clusters of 730 hours cost 146.00, and 71.60 after the credit."""
    bill = _bill({"service": "gcp.gke", "region": "us-central1", "cluster_count": 2})
    assert (bill.gross, bill.monthly_cost) == (Decimal(146), Decimal("71.60"))


def test_gke_credit_leaves_regional_clusters_alone() -> None:
    """The 74.40 is shared between the Autopilot and zonal clusters of one account only."""
    row = {"service": "gcp.gke", "region": "us-central1"}
    fleet: list[dict[str, Any]] = [
        {**row, "cluster_type": "autopilot", "cluster_count": 3},
        {**row, "cluster_type": "zonal"},
        {**row, "cluster_type": "regional"},
        {**row, "cluster_type": "zonal", "billing_account": "other"},
    ]
    costs = [bill.monthly_cost for bill in price_fleet(fleet, TABLES, on=ON)]
    assert costs == [219 - Decimal("55.8"), 73 - Decimal("18.6"), Decimal(73), Decimal(0)]
    none = price_fleet(fleet, TABLES, on=ON, free_tier="none")
    assert [bill.monthly_cost for bill in none] == [219, 73, 73, 73]


def test_cloud_run_credit_is_shared_or_per_mode() -> None:
    """Requests and jobs share one vCPU credit, or have one each under the other reading."""
    service: dict[str, Any] = {
        "service": "gcp.cloud_run",
        "requests_per_month": 10_000_000,
        "request_seconds": 0.1,
    }
    jobs: dict[str, Any] = {
        "service": "gcp.cloud_run_jobs",
        "runs_per_month": 1000,
        "run_seconds": 3600,
    }
    fleet: list[dict[str, Any]] = [{**row, "region": "us-central1"} for row in (service, jobs)]

    def saved(**options: Any) -> Decimal:
        bills = price_fleet(fleet, TABLES, on=ON, **options)
        given = [line[2] for bill in bills for name, line in bill.lines.items() if ".vcpu" in name]
        return -sum((amount for amount in given if amount is not None), Decimal(0))

    assert round(saved(), 20) == Decimal("4.32")
    assert round(saved(assumptions={"cloud_run_credit": "per_mode"}), 20) == Decimal("8.64")


@pytest.mark.parametrize(
    ("seconds", "steps"),
    [("0.30000000000000004", 3), ("0.31", 4), ("0", 0), ("0.1", 1), ("0.3000000001", 3)],
)
def test_ceiling_ignores_the_tail_of_a_float(seconds: str, steps: int) -> None:
    """0.1 + 0.2 seconds are three steps of 100 ms."""
    assert ceiling(Decimal(seconds) * 10) == steps


@pytest.mark.parametrize(
    ("month", "hours"), [("730h", 730), ("720h", 720), ("2026-02", 672), ("2028-02", 696)]
)
def test_month_hours(month: str, hours: int) -> None:
    """A month is a number of hours or a calendar month."""
    assert month_hours(month) == hours


@pytest.mark.parametrize(
    ("asked", "billed"),
    [
        (("0", "0"), ("0.25", "0.5")),
        (("0.25", "3"), ("0.5", "3")),
        (("0.25", "2.1"), ("0.5", "3")),
        (("5", "17"), ("8", "20")),
        (("16", "121"), ("32", "244")),
        (("17", "61"), ("32", "120")),
        (("1.0000000001", "2"), ("1", "2")),
    ],
)
def test_fargate_size_takes_least_vcpu_then_least_memory(
    asked: tuple[str, str], billed: tuple[str, str]
) -> None:
    """A request is rounded up to the table of task sizes."""
    size = fargate_size(Decimal(asked[0]), Decimal(asked[1]), Decimal(32), ON)
    assert size == tuple(Decimal(x) for x in billed)


def test_fargate_32_vcpu_is_not_sold_before_2026() -> None:
    """The row of 32 vCPU is dated."""
    with pytest.raises(NoPriceError, match="illegal_size"):
        fargate_size(Decimal(17), Decimal(60), Decimal(32), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("vcpu", "memory", "compute_class", "bursting", "billed"),
    [
        ("0.05", "0.01", "general_purpose", True, (50, 52)),
        ("0.3", "0.5", "general_purpose", False, (500, 512)),
        ("0.2", "2", "general_purpose", True, (308, 2048)),
        ("0.2", "2", "general_purpose", False, (308, 2048)),
        ("2", "1", "general_purpose", True, (2000, 2048)),
        ("0.3", "1", "scale_out", True, (300, 1229)),
        ("0.25", "2", "scale_out", True, (500, 2048)),
        ("0.5", "8", "balanced", True, (1000, 8192)),
    ],
)
def test_autopilot_admission(
    vcpu: str, memory: str, compute_class: str, bursting: bool, billed: tuple[int, int]
) -> None:
    """Minimum, step and ratio raise a Pod as the rule sheet's examples do."""
    *admitted, _ = admit_pod(
        Decimal(vcpu),
        Decimal(memory),
        compute_class=compute_class,
        bursting=bursting,
        bursting_step=Decimal(1),
    )
    assert admitted == [Decimal(x) for x in billed]


@pytest.mark.parametrize(
    ("vcpu", "memory", "fractional", "billed"),
    [
        ("0.05", "0.1", True, ("0.08", "0.125")),
        ("0.0801", "0.5", True, ("0.081", "0.5")),
        ("0.1", "0.6", True, ("0.5", "0.6")),
        ("0.6", "1.1", True, ("1", "1.1")),
        ("0.5", "0.5", False, ("1", "0.5")),
        ("1.001", "0.5", True, ("2", "0.5")),
        ("3", "1", False, ("4", "2")),
        ("5", "1", False, ("6", "4")),
        ("1", "24.5", False, ("8", "24.5")),
    ],
)
def test_cloud_run_size(vcpu: str, memory: str, fractional: bool, billed: tuple[str, str]) -> None:
    """Memory raises the vCPU, and the vCPU has a least memory."""
    least = Decimal("0.125")
    size = cloud_run_size(
        Decimal(vcpu), Decimal(memory), fractional=fractional, least_memory_gib=least, gpu_type=None
    )
    assert size == tuple(Decimal(x) for x in billed)


@pytest.mark.parametrize("service", SERVICES)
def test_random_fleets_repeat_and_are_mostly_priced(service: str) -> None:
    """The same seed gives the same fleet, most of which is priced, and some of which is not."""
    fleet = random_fleet(service, 600, seed=7)
    assert repr(fleet) == repr(random_fleet(service, 600, seed=7))
    bills = price_fleet(fleet, TABLES, on=ON)
    assert 0.5 < sum(bill.priced for bill in bills) / len(bills) < 1


@settings(max_examples=50, deadline=None)
@given(fleet=fleets())
def test_lines_add_up_and_credits_never_exceed_the_cost(fleet: list[dict[str, Any]]) -> None:
    """Lines add up to the row, and no row costs less than nothing or more than its gross cost."""
    for bill in price_fleet(fleet, TABLES, on=ON):
        if not bill.priced:
            continue
        assert bill.monthly_cost is not None
        assert bill.gross is not None
        assert bill.monthly_list_cost is not None
        # The sums here have the usual 28 digits, the oracle's have 50.
        tiny = Decimal("1e-20") * (1 + bill.gross)
        effective = sum(
            (line[2] for line in bill.lines.values() if line[2] is not None), Decimal(0)
        )
        listed = sum((line[1] for line in bill.lines.values() if line[1] is not None), Decimal(0))
        assert abs(effective - bill.monthly_cost) <= tiny
        assert abs(listed - bill.monthly_list_cost) <= tiny
        assert -tiny <= bill.monthly_cost <= bill.gross <= bill.monthly_list_cost
