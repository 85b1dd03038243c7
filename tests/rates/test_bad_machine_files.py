"""Machine files: the same rules as for rates that are written in the table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateTableError
from wharfage.rates.check import check_table
from wharfage.rates.document import read_document
from wharfage.rates.sources import read_sources

HEAD = """\
service: aws.ec2
title: machines
currency: USD
checked_on: 2026-11-23
available_from: 2026-01-01
purchase_options: [on_demand, spot, savings_plan_1yr_no_upfront]
meters:
  instance_hours:
    pricing_unit: Hours
    key: [region, instance_type, purchase_option]
rates:
"""
BLOCK = """\
- meter: instance_hours
  key: {{purchase_option: {option}}}
  pricing_unit: Hours
  observed_on: {day}
  source: price_page
  file: ec2/{name}
"""
SAVINGS = """\
- meter: instance_hours
  key: {instance_type: m7g.large, purchase_option: savings_plan_1yr_no_upfront}
  pricing_unit: Hours
  observed_on: 2026-01-01
  source: price_page
  prices: {us-east-1: "0.0000539"}
"""
LIST = "instance_type,eu-west-1,us-east-1\nm7g.large,0.0910,0.0816\nm7g.xlarge,0.1820,\n"
SPOT = "instance_type,us-east-1\nm7g.large,0.0316\n"


@pytest.fixture
def machines(good: Path) -> Path:
    """Give a good book with one table of machines only."""
    shutil.rmtree(good / "aws")
    folder = good / "aws" / "ec2"
    folder.mkdir(parents=True)
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "spot.csv").write_text(SPOT, encoding="utf-8")
    blocks = [
        BLOCK.format(option="on_demand", day="2026-01-01", name="list.csv"),
        BLOCK.format(option="spot", day="2026-02-01", name="spot.csv"),
    ]
    (good / "aws" / "ec2.yaml").write_text(HEAD + "".join(blocks), encoding="utf-8")
    return good


def refusal(folder: Path) -> str:
    """Message with which a book is refused."""
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(folder)
    return str(caught.value)


def test_good_machine_files_are_accepted(machines: Path) -> None:
    """Machine files that keep every rule are read as rates of their table."""
    assert len(wf.RateBook.open(machines).table("aws.ec2").meters["instance_hours"]) == 4


def test_machine_that_stands_twice_is_named(machines: Path) -> None:
    """A machine type that a file lists twice is named with its line."""
    (machines / "aws/ec2/list.csv").write_text(LIST + "m7g.large,1,1\n", encoding="utf-8")
    assert "list.csv:4: 'm7g.large' stands here twice" in refusal(machines)


@pytest.mark.parametrize("price", ["free", "-1", "inf"])
def test_cell_that_is_no_price_is_named(machines: Path, price: str) -> None:
    """Text, a negative and an infinite number in a file are named with their line."""
    (machines / "aws/ec2/list.csv").write_text(LIST.replace("0.1820", price), encoding="utf-8")
    assert f"list.csv:3: '{price}' is not a price" in refusal(machines)


def test_missing_machine_file_is_named(machines: Path) -> None:
    """A file that is not there is a fault of the table that names it."""
    (machines / "aws/ec2/spot.csv").unlink()
    assert "ec2.yaml:23 (rates.1.file): spot.csv cannot be read" in refusal(machines)


def test_slip_of_a_unit_in_a_machine_file_is_found(machines: Path) -> None:
    """A price a thousand times too high in one region is found."""
    (machines / "aws/ec2/list.csv").write_text(LIST.replace("0.0910", "91.0"), encoding="utf-8")
    assert "m7g.large: 91.0 is more than 10 times away" in refusal(machines)


def test_spot_above_list_price_in_machine_files_is_found(machines: Path) -> None:
    """Spot is compared with the list price of the same machine and region."""
    (machines / "aws/ec2/spot.csv").write_text(SPOT.replace("0.0316", "0.0817"), encoding="utf-8")
    assert "0.0817 is above on-demand 0.0816" in refusal(machines)


def test_rate_of_one_machine_is_compared_with_the_files(machines: Path) -> None:
    """A commitment written in the table is compared with the list price in the file."""
    with (machines / "aws" / "ec2.yaml").open("a", encoding="utf-8") as table:
        table.write(SAVINGS)
    assert "0.0000539 is more than 100 times below on-demand 0.0816" in refusal(machines)


def test_same_machine_file_twice_is_found(machines: Path) -> None:
    """A file that two blocks of one date name states every rate twice."""
    with (machines / "aws" / "ec2.yaml").open("a", encoding="utf-8") as table:
        table.write(BLOCK.format(option="on_demand", day="2026-01-01", name="list.csv"))
    message = refusal(machines)
    assert "break 3 rule(s)" in message
    assert "on_demand eu-west-1 m7g.large is stated twice on 2026-01-01" in message


def test_unknown_region_of_a_machine_file_is_named(machines: Path) -> None:
    """A column whose region no list knows is named with the nearest one."""
    path = machines / "aws" / "ec2.yaml"
    (machines / "aws/ec2/list.csv").write_text(LIST.replace("eu-west-1", "eu-wets-1"))
    sources = read_sources(machines / "sources.yaml")
    regions = {"eu-west-1": "Ireland", "us-east-1": "N. Virginia"}
    _, (problem,) = check_table(read_document(path), sources, "aws.ec2", regions)
    assert problem["message"] == "'eu-wets-1' is no region; did you mean 'eu-west-1'?"
