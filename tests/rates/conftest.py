"""A small good rate book, and a way to break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf

SOURCES = """\
price_page:
  publisher: Amazon Web Services
  page: pricing
  read_as: typed in for a test
"""

REGIONS = """\
regions:
  aws: {ap-northeast-2: Seoul, eu-west-1: Ireland, us-east-1: N. Virginia}
  gcp: {asia-northeast3: Seoul}
metros:
  seoul: {aws: [ap-northeast-2], gcp: [asia-northeast3]}
"""

TABLE = """\
service: aws.fargate
title: a table that keeps every rule
currency: USD
checked_on: 2026-11-23
available_from: 2026-01-01
purchase_options: [on_demand, spot, cud_1yr]
meters:
  vcpu_hours:
    pricing_unit: vCPU-Hours
    key: [region, operating_system, purchase_option]
  memory_gib_hours:
    pricing_unit: GB-Hours
    key: [region, operating_system, purchase_option]
  ephemeral_storage_gib_hours:
    pricing_unit: GB-Hours
    key: [region]
  idle_vcpu_hours:
    pricing_unit: vCPU-Seconds
    key: [tier, billing_mode]
  cluster_hours:
    pricing_unit: Hours
    key: [cluster_type]
  requests:
    pricing_unit: 1M Requests
    key: []
rates:
- meter: vcpu_hours
  key: {operating_system: linux, purchase_option: on_demand}
  pricing_unit: vCPU-Hours
  observed_on: 2026-01-01
  source: price_page
  prices:
    ap-northeast-2: ["0.04656", SKU1]
    eu-west-1: "0.04048"
    us-east-1: ["0.04048", SKU3]
- meter: vcpu_hours
  key: {operating_system: linux, purchase_option: spot}
  pricing_unit: vCPU-Hours
  observed_on: 2026-01-01
  source: price_page
  prices:
    us-east-1: "0.0121"
- meter: memory_gib_hours
  key: {operating_system: linux, purchase_option: on_demand}
  pricing_unit: GB-Hours
  observed_on: 2026-01-01
  source: price_page
  prices:
    ap-northeast-2: "0.00511"
    eu-west-1: "0.004446"
    us-east-1: "0.004445"
- meter: memory_gib_hours
  key: {operating_system: linux, purchase_option: on_demand}
  pricing_unit: GB-Hours
  effective_from: 2026-06-01
  source: price_page
  prices:
    us-east-1: "0.004444"
- meter: ephemeral_storage_gib_hours
  key: {}
  pricing_unit: GB-Hours
  observed_on: 2026-01-01
  source: price_page
  prices:
    ap-northeast-2: "0.000127"
    eu-west-1: "0.000122"
    us-east-1: "0.000111"
- meter: idle_vcpu_hours
  key: {billing_mode: request}
  pricing_unit: vCPU-Seconds
  observed_on: 2026-01-01
  source: price_page
  prices:
    tier_1: "0.0000025"
    tier_2: "0.0000035"
- meter: cluster_hours
  key: {}
  pricing_unit: Hours
  observed_on: 2026-01-01
  source: price_page
  prices:
    zonal: "0.10"
- meter: requests
  key: {}
  pricing_unit: 1M Requests
  observed_on: 2026-01-01
  source: price_page
  price: "0.40"
- meter: requests
  key: {}
  pricing_unit: 1M Requests
  tier_start: "2000"
  observed_on: 2026-01-01
  source: price_page
  price: "0.20"
region_groups:
  tier:
  - source: price_page
    groups: {tier_1: [us-east-1], tier_2: [eu-west-1, ap-northeast-2]}
  - effective_from: 2026-03-01
    source: price_page
    groups: {tier_1: [us-east-1, eu-west-1], tier_2: [ap-northeast-2]}
discounts:
- purchase_option: cud_1yr
  meters: [vcpu_hours]
  key: {operating_system: [linux]}
  fraction: "0.17"
  observed_on: 2026-01-01
  source: price_page
not_offered:
- when: {operating_system: [windows], purchase_option: [spot]}
  why: Linux only
  source: price_page
rules:
  minimum_run_seconds:
    meaning: shortest run that is billed
    by: operating_system
    versions:
    - value: {linux: 60, windows: 300}
      source: price_page
    - effective_from: 2026-05-01
      value: {linux: 30, windows: 300}
      source: price_page
  maximum_replicas:
    meaning: most replicas
    versions:
    - value: 1000
      source: price_page
credits:
- id: free.vcpu
  amount: "4.32"
  meters: [vcpu_hours]
  when: {operating_system: [linux]}
  observed_on: 2026-01-01
  source: price_page
assumptions:
  windows_max_vcpu:
    default: 4
    meaning: largest Windows task
    source: price_page
"""


@dataclass(frozen=True)
class Broken:
    """A table that was refused: the error, and the text that caused it."""

    error: wf.RateError
    text: str

    @property
    def faults(self) -> list[dict[str, Any]]:
        """Everything that was found."""
        return self.error.failures.to_dict("records")

    def line(self, words: str) -> int:
        """Number of the last line that holds some words."""
        lines = self.text.splitlines()
        return max(n for n, line in enumerate(lines, start=1) if words in line)


def write_book(folder: Path, table: str = TABLE) -> Path:
    """Write a rate book of one table."""
    (folder / "aws").mkdir(parents=True, exist_ok=True)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "regions.yaml").write_text(REGIONS, encoding="utf-8")
    (folder / "aws" / "fargate.yaml").write_text(table, encoding="utf-8")
    return folder


def change(text: str, old: str, new: str, count: int = 1) -> str:
    """Replace the first place where `old` stands, which must exist."""
    assert old in text, f"the good table no longer holds {old!r}"
    return text.replace(old, new, count)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Give the folder of the good book."""
    return write_book(tmp_path / "good")


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., Broken]:
    """Give a function that changes the good table, expects its refusal and returns it."""

    def attempt(*changes: tuple[str, str]) -> Broken:
        text = TABLE
        for old, new in changes:
            text = change(text, old, new)
        folder = write_book(tmp_path / "bad", text)
        with pytest.raises(wf.RateError) as caught:
            wf.RateBook.open(folder)
        return Broken(caught.value, text)

    return attempt


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., wf.RateBook]:
    """Give a function that changes the good table in a way that keeps every rule."""

    def attempt(*changes: tuple[str, str]) -> wf.RateBook:
        text = TABLE
        for old, new in changes:
            text = change(text, old, new)
        return wf.RateBook.open(write_book(tmp_path / "kept", text))

    return attempt
