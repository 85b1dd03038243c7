"""What has no place is reported and never guessed: new, gone and ambiguous SKUs."""

from __future__ import annotations

import json

import pytest

from wharfage.feeds.observation import Reading

from .conftest import Read
from .local_aws import SPOT, LocalAws
from .price_list import Item, ecs_items, ipv4_items, item, machine, plan_file, spot_feed

USAGE = "USE1-Fargate-vCPU-Hours:perCPU"


def keys(reading: Reading) -> set[tuple[str, str]]:
    """Give meter and purchase option of every observation."""
    return {(o.meter, o.key.get("purchase_option", "")) for o in reading.observations}


def us_items() -> list[Item]:
    """Give the Fargate products of us-east-1."""
    return [i for i in ecs_items() if i["product"]["attributes"]["regionCode"] == "us-east-1"]


def test_an_unknown_usage_type_is_new_story_32(aws: LocalAws, read_aws: Read) -> None:
    """A product of our service that the mapping does not name is listed with its id."""
    aws.publish(*us_items(), item("AmazonECS", "NEWSKU", "us-east-1", "USE1-Fargate-RISC", "0.03"))
    (row,) = read_aws("aws.fargate").new
    assert row["sku_id"] == "NEWSKU"
    assert "USE1-Fargate-RISC" in row["description"]
    assert "mapping" in row["why"]


def test_a_product_without_its_family_is_read_story_32(aws: LocalAws, read_aws: Read) -> None:
    """A file that no longer says the product family is read by what it still says."""
    bare = us_items()
    for each in bare:
        del each["product"]["productFamily"]
    aws.publish(*bare)
    whole = [o for o in read_aws("aws.fargate").observations if o.meter == "vcpu_hours"]
    assert {o.key["cpu_architecture"] for o in whole} >= {"x86_64", "arm64"}


def test_another_operation_is_new(aws: LocalAws, read_aws: Read) -> None:
    """The same usage type with an operation that was never seen is not taken for the rate."""
    odd = item("AmazonECS", "ODD", "us-east-1", USAGE, "0.03", operation="Burst")
    aws.publish(odd)
    reading = read_aws("aws.fargate")
    assert [row["sku_id"] for row in reading.new] == ["ODD"]
    assert not reading.observations


@pytest.mark.parametrize(
    "usage_type", ["USE1-ECS-EC2-vCPU-Hours", "USE1-ECS-Anywhere-Instance-hours-WithFree"]
)
def test_what_is_set_aside_is_not_new(usage_type: str, aws: LocalAws, read_aws: Read) -> None:
    """A product that the mapping sets aside for a reason is not reported again and again."""
    aws.publish(item("AmazonECS", "ASIDE", "us-east-1", usage_type, "0"))
    assert not read_aws("aws.fargate").new


def test_a_usage_type_never_matches_in_part_story_35(aws: LocalAws, read_aws: Read) -> None:
    """Windows and ARM products hold the words of the x86_64 ones, and are not taken for them."""
    arm = item("AmazonECS", "ARM", "us-east-1", "USE1-Fargate-ARM-vCPU-Hours:perCPU", "0.03238")
    aws.publish(arm)
    (seen,) = read_aws("aws.fargate").observations
    assert seen.key["cpu_architecture"] == "arm64"


def test_the_region_is_the_attribute_not_the_prefix(aws: LocalAws, read_aws: Read) -> None:
    """A product with another region's prefix belongs to the region that its attribute names."""
    aws.publish(item("AmazonECS", "MOVED", "us-east-1", "APN2-Fargate-vCPU-Hours:perCPU", "0.05"))
    (seen,) = read_aws("aws.fargate").observations
    assert seen.key["region"] == "us-east-1"


def test_two_skus_for_one_key_are_ambiguous(aws: LocalAws, read_aws: Read) -> None:
    """Neither of two products for one key is taken, and both are named."""
    twin = item("AmazonECS", "TWIN", "us-east-1", USAGE, "0.0404800000")
    aws.publish(*us_items(), twin)
    reading = read_aws("aws.fargate")
    assert {row["sku_id"] for row in reading.ambiguous} == {"TWIN", "8CESGAFWKAJ98PME"}
    assert ("vcpu_hours", "on_demand") in keys(reading)
    assert not [o for o in reading.observations if o.sku_id in {"TWIN", "8CESGAFWKAJ98PME"}]


def test_one_sku_twice_at_one_price_is_one(aws: LocalAws, read_aws: Read) -> None:
    """A product that two queries give is read once."""
    aws.publish(*us_items(), us_items()[0])
    reading = read_aws("aws.fargate", source="api")
    assert len(reading.observations) == 8
    assert not reading.ambiguous


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"currency": "CNY"}, "CNY"),
        ({"unit": "Minutes"}, "unit is 'Minutes'"),
        ({"unit": "vCPU-Seconds"}, "expected hours"),
        ({"price": "0.0000000000"}, "price is zero"),
    ],
)
def test_what_cannot_be_taken_over_is_ambiguous(
    changes: dict[str, str], why: str, aws: LocalAws, read_aws: Read
) -> None:
    """Another currency, another unit or a price of zero is told and never converted."""
    facts = {"price": "0.04048"} | changes
    aws.publish(item("AmazonECS", "8CESGAFWKAJ98PME", "us-east-1", USAGE, **facts))
    reading = read_aws("aws.fargate")
    (row,) = reading.ambiguous
    assert why in row["why"]
    assert not reading.observations
    assert "8CESGAFWKAJ98PME" not in {gone["sku_id"] for gone in reading.gone}


def test_a_product_without_a_price_is_ambiguous(aws: LocalAws, read_aws: Read) -> None:
    """A product that the terms of the file leave out is told."""
    bare = item("AmazonECS", "BARE", "us-east-1", USAGE, "0.04")
    bare["terms"]["OnDemand"] = {}
    aws.publish(bare, *us_items()[1:])
    (row,) = read_aws("aws.fargate").ambiguous
    assert "no on-demand price" in row["why"]


def test_a_product_without_region_is_ambiguous(aws: LocalAws, read_aws: Read) -> None:
    """A mapped product whose region attribute is empty is told, whatever its prefix says."""
    nowhere = item("AmazonECS", "NOWHERE", "us-east-1", USAGE, "0.04")
    aws.publish(*us_items()[3:])
    nowhere["product"]["attributes"]["regionCode"] = ""
    aws.items["AmazonECS"].append(json.dumps(nowhere))
    (row,) = read_aws("aws.fargate", source="api").ambiguous
    assert "regionCode" in row["why"]


def test_a_rate_that_the_feed_lacks_is_gone(aws: LocalAws, read_aws: Read) -> None:
    """A SKU of the book that no product has any more is listed with its id."""
    aws.publish(*us_items()[1:])
    gone = {row["sku_id"]: row for row in read_aws("aws.fargate").gone}
    assert "vcpu_hours" in gone["8CESGAFWKAJ98PME"]["description"]
    assert "no price was read" in gone["8CESGAFWKAJ98PME"]["why"]


def test_a_sku_that_another_replaced_is_gone(aws: LocalAws, read_aws: Read) -> None:
    """The same usage type under a new SKU is read, and the old SKU is told."""
    aws.publish(item("AmazonECS", "FRESH", "us-east-1", USAGE, "0.0404800000"), *us_items()[1:])
    reading = read_aws("aws.fargate")
    assert "FRESH" in {o.sku_id for o in reading.observations}
    gone = {row["sku_id"]: row["why"] for row in reading.gone}
    assert gone["8CESGAFWKAJ98PME"] == "SKU FRESH took its place"


def test_rates_of_other_regions_are_not_gone(aws: LocalAws, read_aws: Read) -> None:
    """A reading of one region says nothing of the others."""
    aws.publish(*us_items())
    assert all("us-east-1" in row["description"] for row in read_aws("aws.fargate").gone)


def test_ec2_spot_is_not_gone_when_it_was_not_asked(aws: LocalAws, read_aws: Read) -> None:
    """The public files have no EC2 Spot, so its rates are not reported missing."""
    aws.publish(machine("M", "us-east-1", "m7g.large", "0.0816"), *ipv4_items())
    assert not [row for row in read_aws("aws.ec2").gone if "spot" in row["description"]]


def test_a_new_unit_of_the_spot_feed_is_new(aws: LocalAws, read_aws: Read) -> None:
    """A Spot price in a unit that the mapping does not name is listed."""
    aws.publish(*us_items())
    aws.put(SPOT, spot_feed([("us-east-1", "GPU-Hours", "0.5")]))
    (row,) = read_aws("aws.fargate").new
    assert "GPU-Hours" in row["description"]


def test_a_savings_plans_rate_in_another_unit_is_ambiguous(aws: LocalAws, read_aws: Read) -> None:
    """A discounted rate per second is not taken for one per hour."""
    aws.publish(*us_items())
    sku = "8CESGAFWKAJ98PME"
    content = plan_file("us-east-1", [("ComputeSavingsPlans", "1yr", "No Upfront", sku, "0.03")])
    content["terms"]["savingsPlan"][0]["rates"][0]["unit"] = "Seconds"
    aws.publish_plans(us_east_1=content)
    (row,) = read_aws("aws.fargate").ambiguous
    assert "Seconds" in row["why"]
    assert "savings_plan_1yr_no_upfront" in row["description"]
