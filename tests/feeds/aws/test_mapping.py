"""The mapping is data that fits the bundled book, and no rate table."""

from __future__ import annotations

from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import FeedError
from wharfage.feeds.aws.mapping import bundled_mapping, check_mapping, read_mapping, usage_names
from wharfage.rates.book import bundled_folder, table_paths


def test_the_mapping_fits_the_bundled_book(book: wf.RateBook) -> None:
    """Every target names a table, a meter and exactly its key columns."""
    mapping = bundled_mapping()
    services = {target.service for target in mapping.targets()}
    assert services <= set(book.services())
    check_mapping(mapping, book, services)


def test_a_mapping_of_another_book_is_refused(book: wf.RateBook) -> None:
    """A target that the table cannot hold is told before anything is read."""
    mapping = bundled_mapping()
    wrong = mapping.ec2_spot.model_copy(update={"meter": "machine_hours"})
    with pytest.raises(FeedError, match=r"aws\.ec2 machine_hours: no such meter"):
        check_mapping(mapping.model_copy(update={"ec2_spot": wrong}), book, ["aws.ec2"])


def test_the_mapping_is_no_rate_table() -> None:
    """The book leaves the folder of feeds out of its tables."""
    folder = bundled_folder()
    assert (folder / "feeds" / "aws.yaml").is_file()
    assert not [path for path in table_paths(folder) if "feeds" in path.relative_to(folder).parts]


def test_the_mapping_holds_no_price() -> None:
    """No entry of the mapping has anything but places, units and reasons."""
    text = (bundled_folder() / "feeds" / "aws.yaml").read_text(encoding="utf-8")
    assert "price:" not in text
    assert all(rate.factor == "1" for o in bundled_mapping().offers.values() for rate in o.rates)


def test_a_malformed_mapping_is_told_with_its_line(tmp_path: Path) -> None:
    """A key that the form does not know is named with file and line."""
    text = (bundled_folder() / "feeds" / "aws.yaml").read_text(encoding="utf-8")
    path = tmp_path / "aws.yaml"
    path.write_text(text.replace("currency: USD", "currency: USD\ncurency: USD"), encoding="utf-8")
    with pytest.raises(FeedError, match=r"aws.yaml:\d+ \(curency\)"):
        read_mapping(path)


@pytest.mark.parametrize(
    ("usage_type", "suffix"),
    [
        ("USE1-Fargate-GB-Hours", "Fargate-GB-Hours"),
        ("EU-Fargate-GB-Hours", "Fargate-GB-Hours"),
        ("UGW1-EBS:VolumeUsage.gp3", "EBS:VolumeUsage.gp3"),
        ("BoxUsage:m5.large", "BoxUsage:m5.large"),
        ("APS10-BoxUsage:m5.large", "BoxUsage:m5.large"),
    ],
)
def test_only_the_first_prefix_is_taken_off(usage_type: str, suffix: str) -> None:
    """The prefix of a region is capitals and digits up to the first hyphen."""
    assert usage_names(usage_type)[-1] == suffix


def test_a_local_zone_is_another_usage_type() -> None:
    """A machine in a local zone has a second prefix, which no rate of ours has."""
    offer = bundled_mapping().offers["AmazonEC2"]
    assert not offer.find("USE1-BOS1-BoxUsage:t3.medium", "RunInstances")
