"""What is read: the rates of the book, from every source, over several pages."""

from __future__ import annotations

from decimal import Decimal

import pytest

import wharfage as wf
from wharfage.feeds.aws.standing import current_rates, rate_key
from wharfage.feeds.observation import Reading

from .conftest import NOW, Read
from .local_aws import SPOT, LocalAws
from .price_list import (
    REGIONS,
    ec2_items,
    ecs_items,
    eks_items,
    ipv4_items,
    item,
    machine,
    plan_file,
    spot_feed,
)

SOURCES = ("bulk", "api", "price_lists")
UTC_DAY = "2026-10-05"


def book_prices(book: wf.RateBook, reading: Reading) -> dict[int, Decimal | None]:
    """Give the book's newest price of the key of every observation, by the observation's id."""
    meters = {(seen.service, seen.meter) for seen in reading.observations}
    prices = {
        (service, meter, rate_key(rate)): Decimal(rate.price or "0")
        for service, meter in meters
        for rate in current_rates(book, service, meter, REGIONS)
    }
    return {
        id(seen): prices.get((seen.service, seen.meter, tuple(sorted(seen.key.items()))))
        for seen in reading.observations
    }


@pytest.mark.parametrize("source", SOURCES)
def test_fargate_equals_the_bundled_rates(
    source: str, aws: LocalAws, read_aws: Read, book: wf.RateBook
) -> None:
    """AWS's Fargate products of three regions are the bundled rates, SKU ids included."""
    aws.publish(*ecs_items())
    reading = read_aws("aws.fargate", regions=REGIONS, source=source)
    assert len(reading.observations) == 24
    expected = book_prices(book, reading)
    assert all(seen.price == expected[id(seen)] for seen in reading.observations)
    assert not reading.new
    assert not reading.ambiguous
    assert not [row for row in reading.gone if "took its place" in row["why"]]


@pytest.mark.parametrize("source", SOURCES)
def test_eks_equals_the_bundled_rates(
    source: str, aws: LocalAws, read_aws: Read, book: wf.RateBook
) -> None:
    """AWS's EKS products of three regions are the bundled rates of two tables."""
    aws.publish(*eks_items())
    reading = read_aws("aws.eks", "aws.fargate_eks", regions=REGIONS, source=source)
    expected = book_prices(book, reading)
    assert len(reading.observations) == 12
    assert all(seen.price == expected[id(seen)] for seen in reading.observations)


@pytest.mark.parametrize("source", SOURCES)
def test_ec2_equals_the_bundled_rates(
    source: str, aws: LocalAws, read_aws: Read, book: wf.RateBook
) -> None:
    """Machines, disks and addresses of three regions are the bundled rates."""
    aws.publish(*ec2_items(), *ipv4_items())
    reading = read_aws("aws.ec2", regions=REGIONS, source=source)
    expected = book_prices(book, reading)
    assert len(reading.observations) == 18
    assert all(seen.price == expected[id(seen)] for seen in reading.observations)


def test_every_source_reads_the_same(aws: LocalAws, read_aws: Read) -> None:
    """Public files, GetProducts and listed files give the same observations."""
    aws.publish(*ecs_items())
    readings = [
        [(o.meter, dict(o.key), o.price, o.sku_id, o.observed_on) for o in r.observations]
        for r in (read_aws("aws.fargate", regions=REGIONS, source=source) for source in SOURCES)
    ]
    assert readings[0] == readings[1] == readings[2]


def test_products_come_in_pages(aws: LocalAws, read_aws: Read) -> None:
    """Two pages of four products are asked for and read."""
    aws.publish(*ecs_items())
    reading = read_aws("aws.fargate", source="api")
    assert aws.asked.count("GetProducts") == 2
    assert len(reading.observations) == 8


def test_one_address_feeds_two_tables(aws: LocalAws, read_aws: Read) -> None:
    """A public IPv4 address is a rate of its own table and of EC2's."""
    aws.publish(*ipv4_items(), *ec2_items())
    reading = read_aws("aws.ec2", "aws.public_ipv4")
    services = {o.service for o in reading.observations if o.meter == "public_ipv4_hours"}
    assert services == {"aws.ec2", "aws.public_ipv4"}


def test_prices_are_dated_by_their_publication(aws: LocalAws, read_aws: Read) -> None:
    """A price list price is observed on the day of publication and names its source."""
    aws.publish(*ecs_items())
    reading = read_aws("aws.fargate")
    assert {str(o.observed_on) for o in reading.observations} == {UTC_DAY}
    assert {o.source for o in reading.observations} == {"aws_amazonecs_offer_file_2026_10_05"}
    assert reading.sources["aws_amazonecs_offer_file_2026_10_05"]["published"] == UTC_DAY


def test_observations_are_in_the_units_of_the_book(aws: LocalAws, read_aws: Read) -> None:
    """AWS writes hours; the meter's pricing unit is what is observed."""
    aws.publish(*ecs_items())
    units = {o.meter: o.pricing_unit for o in read_aws("aws.fargate").observations}
    assert units["vcpu_hours"] == "vCPU-Hours"
    assert units["memory_gib_hours"] == "GB-Hours"


def test_savings_plans_follow_the_on_demand_sku(aws: LocalAws, read_aws: Read) -> None:
    """A Compute Savings Plans rate is placed by the SKU that it discounts (20 % in us-east-1)."""
    aws.publish(*ecs_items())
    sku = "8CESGAFWKAJ98PME"
    rates = [
        ("ComputeSavingsPlans", "1yr", "No Upfront", sku, "0.032384"),
        ("ComputeSavingsPlans", "3yr", "No Upfront", sku, "0.022264"),
        ("EC2InstanceSavingsPlans", "1yr", "No Upfront", sku, "0.01"),
        ("ComputeSavingsPlans", "1yr", "No Upfront", "OTHERSKU", "9"),
    ]
    aws.publish_plans(us_east_1=plan_file("us-east-1", rates))
    found = {
        o.key["purchase_option"]: o.price
        for o in read_aws("aws.fargate").observations
        if o.key.get("purchase_option", "").startswith("savings_plan")
    }
    assert found == {
        "savings_plan_1yr_no_upfront": Decimal("0.032384"),
        "savings_plan_3yr_no_upfront": Decimal("0.022264"),
    }


def test_fargate_spot_has_two_architectures(aws: LocalAws, read_aws: Read) -> None:
    """The Spot feed tells x86_64 and arm64 apart by the unit, and is dated by its last change."""
    aws.publish(*ecs_items())
    rows = [
        ("us-east-1", "vCPU-Hours", "0.01288561"),
        ("us-east-1", "ARM-GB-Hours", "0.00113349"),
        ("xx-nowhere-1", "GB-Hours", "1"),
    ]
    aws.put(SPOT, spot_feed(rows))
    spot = [
        o for o in read_aws("aws.fargate").observations if o.key.get("purchase_option") == "spot"
    ]
    assert {(o.meter, o.key["cpu_architecture"], str(o.price)) for o in spot} == {
        ("vcpu_hours", "x86_64", "0.01288561"),
        ("memory_gib_hours", "arm64", "0.00113349"),
    }
    assert {str(o.observed_on) for o in spot} == {"2026-10-07"}


def test_ec2_spot_is_the_median_of_the_zones(aws: LocalAws, read_aws: Read) -> None:
    """Per zone the latest price counts, and per region the median of its zones."""
    aws.publish(*ec2_items(), *ipv4_items())
    rows = [
        ("us-east-1a", "0.0300", "2026-10-08T01:00:00.000Z"),
        ("us-east-1a", "0.0900", "2026-10-07T01:00:00.000Z"),
        ("us-east-1b", "0.0310", "2026-10-08T02:00:00.000Z"),
        ("us-east-1c", "0.0400", "2026-10-08T03:00:00.000Z"),
        ("us-east-1d", "0.0320", "2026-10-08T03:00:00.000Z"),
    ]
    aws.spot_prices = [
        {
            "instanceType": "m7g.large",
            "productDescription": "Linux/UNIX",
            "spotPrice": price,
            "timestamp": stamp,
            "availabilityZone": zone,
        }
        for zone, price, stamp in rows
    ]
    reading = read_aws("aws.ec2", source="api")
    (spot,) = [o for o in reading.observations if o.key.get("purchase_option") == "spot"]
    assert spot.price == Decimal("0.0315")
    assert spot.observed_on == NOW.date()
    assert "median" in reading.sources[spot.source]["page"]
    assert aws.asked.count("DescribeSpotPriceHistory") == 2


def test_public_files_need_no_credentials(
    aws: LocalAws, read_aws: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any key the public files are read, and no API is asked."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    aws.publish(*ec2_items(), *ipv4_items())
    assert read_aws("aws.ec2").observations
    assert all(name.startswith("/") for name in aws.asked)


def test_regions_filter_the_files(aws: LocalAws, read_aws: Read) -> None:
    """Only the file of the wanted region is fetched."""
    aws.publish(*ecs_items())
    read_aws("aws.fargate", regions=["eu-west-1"])
    fetched = [name for name in aws.asked if name.endswith("-1/index.json")]
    assert fetched
    assert all("eu-west-1" in name for name in fetched)


def test_tiers_keep_their_bounds_and_the_free_one_is_folded(aws: LocalAws, read_aws: Read) -> None:
    """A free first tier becomes the first price from zero on; the tiers above stay."""
    tiers = [("0", "2200", "0"), ("2200", "576000", "0.020"), ("576000", "Inf", "0.014")]
    sku = "HYBRID"
    usage_type = "USE1-AmazonEKSHybridNodes-Hours:pervCPU"
    aws.publish(item("AmazonEKS", sku, "us-east-1", usage_type, tiers, unit="vCPU-Hours"))
    reading = read_aws("aws.eks")
    found = {str(o.tier_start): str(o.price) for o in reading.observations}
    assert found == {"0": "0.02", "576000": "0.014"}


def test_machines_of_other_kinds_do_not_concern_us(aws: LocalAws, read_aws: Read) -> None:
    """Windows, dedicated, reserved-unused and capacity-block products are left aside."""
    others = [
        {"operatingSystem": "Windows"},
        {"tenancy": "Dedicated"},
        {"capacitystatus": "UnusedCapacityReservation"},
        {"preInstalledSw": "SQL Web"},
        {"marketoption": "CapacityBlock", "operation": "RunInstances:CB"},
    ]
    aws.publish(
        machine("GOOD", "us-east-1", "m7g.large", "0.0816"),
        *(
            machine(f"S{n}", "us-east-1", "m7g.large", "9", **other)
            for n, other in enumerate(others)
        ),
        *ipv4_items(),
    )
    reading = read_aws("aws.ec2")
    machines = [o for o in reading.observations if o.meter == "instance_hours"]
    assert [o.sku_id for o in machines] == ["GOOD"]
    assert not reading.new
    assert not reading.ambiguous


def test_fees_of_machines_come_from_the_usage_type(aws: LocalAws, read_aws: Read) -> None:
    """The machine of a management fee stands in its usage type, with or without region prefix."""
    aws.publish(
        item("AmazonEKS", "A", "us-east-1", "EKS-Auto:m7i.large-management-hours", "0.0121"),
        item("AmazonEKS", "B", "us-east-1", "USE1-EKS-Auto:m7g.large-management-hours", "0.00979"),
    )
    found = {
        o.key["instance_type"]: str(o.price) for o in read_aws("aws.eks_auto_mode").observations
    }
    assert found == {"m7i.large": "0.0121", "m7g.large": "0.00979"}


def test_load_balancers_are_known_by_the_skus_of_the_book(aws: LocalAws, read_aws: Read) -> None:
    """Where the mapping names no usage type, the SKU id of the book decides."""
    aws.publish(
        item("AWSELB", "37CUWUT8GSNQEPUV", "us-east-1", "LoadBalancerUsage", "0.0225", unit="Hrs"),
        item("AWSELB", "UNKNOWN", "us-east-1", "LoadBalancerUsage", "0.9", unit="Hrs"),
    )
    reading = read_aws("aws.load_balancer")
    (seen,) = reading.observations
    assert seen.key == {"region": "us-east-1", "load_balancer_type": "application"}
    assert seen.price == Decimal("0.0225")


def test_progress_is_told_in_bytes(aws: LocalAws, read_aws: Read) -> None:
    """The callback hears of every file, with bytes done up to all of them."""
    aws.publish(*ecs_items())
    heard: list[tuple[str, int, int | None]] = []
    read_aws("aws.fargate", progress=lambda *told: heard.append(told))
    last = {what: (done, total) for what, done, total in heard}
    done, total = last["AmazonECS us-east-1"]
    assert done == total
    assert done > 1000
