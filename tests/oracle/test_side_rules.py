"""Facts of the oracle's own rules for what surrounds containers, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from .decimal_oracle import OracleBill, price_fleet
from .fleets import TABLES
from .graduated_tiers import graduated_cost

ON = date(2026, 10, 1)
VIRGINIA = ((Decimal(0), Decimal("0.09")), (Decimal(10240), Decimal("0.085")))


def bills(*rows: dict[str, Any], on: date = ON, **case: Any) -> list[OracleBill]:
    """Bill rows of us-east-1 unless they say where."""
    fleet = [{"region": "us-east-1", **row} for row in rows]
    return price_fleet(fleet, TABLES, on=on, **case)


@pytest.mark.parametrize(
    ("quantity", "cost"), [("0", "0"), ("10240", "921.6"), ("10241", "921.685"), ("20480", "1792")]
)
def test_each_part_of_a_quantity_has_the_price_of_its_tier(quantity: str, cost: str) -> None:
    """What is beyond a bound costs the next price, what is below it the first."""
    assert graduated_cost(VIRGINIA, Decimal(quantity)) == Decimal(cost)


def test_a_pool_pays_its_average_price_and_accounts_are_apart() -> None:
    """Two rows of an account fill the tiers together, a row of another account its own."""
    row = {"service": "aws.data_transfer", "transfer_to": "internet", "transfer_gib": 10240}
    one, two, other = bills(row, row, row | {"billing_account": "b"}, free_tier="none")
    assert one.monthly_list_cost == two.monthly_list_cost == Decimal(896)
    assert other.monthly_list_cost == Decimal("921.6")


def test_a_row_without_a_price_uses_up_nothing_of_a_tier() -> None:
    """Terabytes with hours that no month has are unpriced, and leave the first tier to others."""
    row = {"service": "aws.cloudwatch_logs", "log_class": "vended", "log_gib": 10240}
    bad, good = bills(row | {"hours_per_month": 1000}, row)
    assert not bad.priced
    assert good.monthly_cost == Decimal(5120)


@pytest.mark.parametrize(
    ("sent", "worth"), [(100, 9), (10_240, 9), (10_300, "8.7"), (20_000, "8.5")]
)
def test_free_gigabytes_of_aws_lie_outside_the_tiers(sent: int, worth: str) -> None:
    """The first 10 TB are those beyond the hundred, so that what comes last is free."""
    row = {"service": "aws.data_transfer", "transfer_to": "internet", "transfer_gib": sent}
    (bill,) = bills(row)
    assert bill.lines["aws.data_transfer.internet"][2] == -Decimal(worth)


def test_govcloud_has_no_free_gigabytes() -> None:
    """The hundred are aggregated over all regions except China and GovCloud."""
    row = {"service": "aws.data_transfer", "transfer_to": "internet", "transfer_gib": 100}
    gov, elsewhere = bills(row | {"region": "us-gov-west-1"}, row)
    assert gov.monthly_cost == Decimal("15.5")
    assert elsewhere.monthly_cost == 0


def test_five_regions_share_the_free_part_of_standard_disks() -> None:
    """Iowa and Belgium are one SKU with 30 GiB, Columbus has 30 of its own, Virginia none."""
    disk = {"service": "gcp.persistent_disk", "boot_disk_type": "pd-standard", "storage_gib": 60}
    places = ("us-central1", "europe-west1", "us-east5", "us-east4")
    iowa, belgium, columbus, virginia = bills(*(disk | {"region": place} for place in places))
    assert iowa.monthly_cost == belgium.monthly_cost == Decimal("0.04") * 45
    assert columbus.monthly_cost == Decimal("0.04") * 30
    assert virginia.monthly_cost == Decimal("0.044") * 60


@pytest.mark.parametrize(
    ("machine", "on", "fee"),
    [
        ("g5.xlarge", date(2026, 6, 30), "0.12072"),
        ("g5.xlarge", date(2026, 7, 1), "0.07847"),
        ("p4d.24xlarge", date(2026, 7, 1), "1.05397"),
        ("m7i.large", date(2026, 10, 1), "0.0121"),
    ],
)
def test_management_fee_is_listed_or_a_share_to_five_decimals(
    machine: str, on: date, fee: str
) -> None:
    """12 percent of on demand, less for accelerators since July 2026; half up at the fifth digit."""
    row = {"service": "aws.eks_auto_mode", "instance_type": machine, "hours_per_month": 1}
    (bill,) = bills(row, on=on)
    assert bill.lines["management_hours"][1] == Decimal(fee)


@pytest.mark.parametrize(
    ("requests", "activations", "seconds"),
    [
        # A minute each, until the one instance is active all the 2,628,000 seconds of the month
        (4380, 1, 4380 * 60),
        (5_000_000, 1, 2_628_000),
        # Back to back: their own 0.2 s each
        (4380, 0, 876),
        # More than the provisioned instance can serve
        (20_000_000, 1, 4_000_000),
    ],
)
def test_app_runner_bills_a_minute_up_to_what_is_provisioned(
    requests: int, activations: int, seconds: int
) -> None:
    """Activations cost a minute of vCPU, at most the provisioned time, at least the busy time."""
    row = {"service": "aws.app_runner", "vcpu": 1, "memory_gib": 2}
    row |= {"requests_per_month": requests, "request_seconds": 0.2}
    reading = {"app_runner_activations_per_request": activations}
    (bill,) = bills(row, assumptions=reading)
    hours = bill.lines["vcpu_hours"][0]
    assert abs(hours * 3600 - seconds) < Decimal("1e-30")


@pytest.mark.parametrize(
    ("row", "hours"),
    [
        ({"hours_per_month": 0.25}, 1),
        ({"hours_per_month": 0}, 0),
        ({"runs_per_month": 3, "run_seconds": 5400}, Decimal("4.5")),
        ({"node_count": 2, "hours_per_month": 100.5}, 201),
    ],
)
def test_ecs_anywhere_bills_an_hour_at_the_least(row: dict[str, Any], hours: Decimal) -> None:
    """A registration of minutes is an hour, a longer one is what it is, none is nothing."""
    (bill,) = bills({"service": "aws.ecs_anywhere", **row})
    assert bill.lines.get("management_hours", (0,))[0] == hours
