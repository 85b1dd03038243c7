"""The oracle's reader of machine tables: prices by machine type, region and day, and sizes.

A block of a machine table may name a matrix file (a line per machine type, a column per region) or
a history file (a line per day, region and machine type) in the stead of its prices.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

# (region, machine type) -> {first day: price}
MachineCells = dict[tuple[str, str], dict[date, Decimal]]


def has_file(block: Mapping[str, Any]) -> bool:
    """Say whether a block of rates takes its prices from a file beside the table."""
    return "file" in block or "history_file" in block


def _matrix(path: Path, day: date) -> Iterator[tuple[str, str, date, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = csv.reader(stream)
        _, *regions = next(lines)
        for machine, *prices in lines:
            for region, price in zip(regions, prices, strict=True):
                # "empty = no rate from this file": an older rate, if there is one, stays
                if price:
                    yield region, machine, day, price


def _history(path: Path) -> Iterator[tuple[str, str, date, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            day = date.fromisoformat(line["date"])
            yield line["region"], line["instance_type"], day, line["price"]


def add_file(block: Mapping[str, Any], folder: Path, cells: MachineCells) -> Path:
    """Add the prices of a block's file, a day having one at most; the folder that it lies in."""
    if "file" in block:
        path = folder / block["file"]
        found = _matrix(path, block.get("effective_from") or block["observed_on"])
    else:
        path = folder / block["history_file"]
        found = _history(path)
    for region, machine, first_day, price in found:
        history = cells.setdefault((region, machine), {})
        amount = Decimal(price)
        if history.setdefault(first_day, amount) != amount:
            raise ValueError(f"two prices for {machine} in {region} on {first_day}")
    return path.parent


@lru_cache(maxsize=8)
def read_sizes(folder: Path) -> dict[str, tuple[Decimal, Decimal]]:
    """Return vCPU and GiB of every machine type that is listed with its size."""
    (path,) = folder.glob("*_types.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            line["instance_type"]: (Decimal(line["vcpu"]), Decimal(line["memory_gib"]))
            for line in csv.DictReader(stream)
        }
