"""Cells that the random rows around containers share: amounts, places, hours and faults."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from .fleets import TABLES, UNKNOWN_REGIONS
from .price_tables import known_regions
from .random_cells import Workload, awkward, chance

ACCOUNTS = [None, None, "acct-a", "acct-b"]


def amount(rng: Random, most: float) -> float:
    """Return nothing, a little, or up to the most: small ones as often as large ones."""
    if chance(rng, 8):
        return 0.0
    shape = rng.randint(0, 3)
    if shape == 0:
        return awkward(rng, min(most, 100.0))
    return round(most ** (rng.randint(1, 1000) / 1000), rng.choice([0, 1, 6]))


def put_amount(rng: Random, row: Workload, column: str, most: float, percent: int = 80) -> None:
    """Write an amount that often, rarely one that is below zero or missing."""
    if column not in row and chance(rng, percent):
        row[column] = amount(rng, most)
    if chance(rng, 1):
        row[column] = rng.choice([-1, -1, float("inf")])


def put_hours(rng: Random, row: Workload, percent: int = 40) -> None:
    """Write the hours of the month that something is there, rarely more than it has."""
    if chance(rng, percent):
        hours = [0, 0.001, 1, 1 / 3, 100.016, 182.5, 365, 600.5, 672]
        row["hours_per_month"] = awkward(rng, 672.0) if chance(rng, 30) else rng.choice(hours)
    if chance(rng, 1):
        row["hours_per_month"] = 1000


def put_count(rng: Random, row: Workload, column: str, counts: Sequence[int]) -> None:
    """Write a count, rarely one that is not whole."""
    if chance(rng, 70):
        row[column] = rng.choice(list(counts))
    if chance(rng, 1):
        row[column] = rng.choice([1.5, -1])


def put_word(rng: Random, row: Workload, column: str, words: Sequence[str]) -> None:
    """Write one of the words, rarely none or one that nobody knows."""
    row[column] = rng.choice(list(words))
    if chance(rng, 2):
        row[column] = rng.choice([None, "", "unheard_of"])


@lru_cache(maxsize=64)
def _regions(service: str) -> list[str]:
    return sorted(known_regions(TABLES, service))


def put_region(rng: Random, row: Workload) -> None:
    """Write a region of the provider, mostly a large one, so that pools fill; rarely none."""
    regions = _regions(row["service"])
    large = (
        ["us-east-1", "us-east-2", "ap-northeast-1", "ap-northeast-2", "sa-east-1", "eu-west-1"]
        if row["service"].startswith("aws.")
        else ["us-central1", "us-east1", "asia-northeast3", "europe-west1", "asia-northeast2"]
    )
    row["region"] = rng.choice(large if chance(rng, 60) else regions)
    if chance(rng, 2):
        row["region"] = rng.choice([*UNKNOWN_REGIONS, ""])


def new_row(rng: Random, service: str) -> Workload:
    """Return a row with what every service has, now and then with a purchase option."""
    row: Workload = {"service": service}
    account = rng.choice(ACCOUNTS)
    if account is not None:
        row["billing_account"] = account
    # What surrounds containers is sold on demand alone: other options are unpriced, `not_offered`
    # (contract, section 6).
    if chance(rng, 3):
        options = ["on_demand", "on_demand", "spot", "savings_plan_1yr_no_upfront", "cud_3yr"]
        row["purchase_option"] = rng.choice(options)
    put_region(rng, row)
    return row


def number_rows(rows: Sequence[Workload]) -> list[Workload]:
    """Return the rows with ids."""
    return [row | {"workload": f"w{number}"} for number, row in enumerate(rows)]
