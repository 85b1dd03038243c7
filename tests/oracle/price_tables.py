"""The oracle's reader of rate tables: prices, discounts, region groups and what is not sold.

The ``rules:``, ``credits:`` and ``assumptions:`` sections are left unread on purpose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .demand import NoPriceError
from .machine_prices import MachineCells, add_file, has_file, read_sizes

# The same as the safe loader in Python, and much faster on a table of many regions
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Canonical units in one pricing unit's stead: a price per second is 3600 times as much per hour.
HOURS_FACTOR = {"hours": 1, "hour": 1, "h": 1, "seconds": 3600, "second": 3600, "s": 3600}
# What is kept is counted in months, whatever their length.
MONTHS = ("months", "month")
# Same for what is counted: a milli-vCPU ("mCPU") is a thousandth of a vCPU.
THING_FACTOR = {"vcpu": 1, "mcpu": 1000, "gb": 1, "gib": 1, "gpu": 1, "cluster": 1, "lcu": 1}
# Units that are counted as they stand. Throughput is counted in MiB/s, and AWS rule sheet section 1
# says "gp3 throughput is metered in GiB/s-month: unit price = 1024 x the MiB/s price".
UNIT_FACTOR = {
    **dict.fromkeys(("requests", "request", "count", "events", "gb", "gib"), Decimal(1)),
    **dict.fromkeys(("minutes", "vcpu-minutes", "gib-minutes"), Decimal(1)),
    **dict.fromkeys(("application-months", "iops-months", "mibps-months"), Decimal(1)),
    "gibps-months": 1 / Decimal(1024),
    "1m events": 1 / Decimal(1_000_000),
}


def unit_factor(pricing_unit: str) -> Decimal:
    """Return what a price in this unit is multiplied by to be per hour, GiB-hour or request."""
    if pricing_unit.lower() in UNIT_FACTOR:
        return UNIT_FACTOR[pricing_unit.lower()]
    thing, _, duration = pricing_unit.lower().rpartition("-")
    if duration in MONTHS and thing in ("gb", "gib"):
        return Decimal(1)
    if duration not in HOURS_FACTOR or (thing and thing not in THING_FACTOR):
        raise ValueError(f"the oracle does not know the pricing unit {pricing_unit!r}")
    return Decimal(HOURS_FACTOR[duration] * THING_FACTOR.get(thing, 1))


def norm(value: Any) -> str:
    """Write a key value as text: YAML's true and the text "true" are the same value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def entry_date(entry: Mapping[str, Any]) -> date:
    """Return the first day of a rate or version; none means in force before anything else."""
    return entry.get("effective_from") or entry.get("observed_on") or date.min


class PriceTable:
    """The prices of one service, indexed by meter, key and place."""

    def __init__(self, document: Mapping[str, Any], folder: Path = Path()) -> None:
        self.meters: dict[str, dict[str, Any]] = document["meters"]
        self.purchase_options = [
            norm(option) for option in document.get("purchase_options", ["on_demand"])
        ]
        self.region_groups: dict[str, list[dict[str, Any]]] = document.get("region_groups") or {}
        self.discounts: list[dict[str, Any]] = document.get("discounts") or []
        self.not_offered: list[dict[str, Any]] = document.get("not_offered") or []
        # (meter, key, place) -> {first day: price in the canonical unit, None = withdrawn}
        self.rates: dict[
            tuple[str, frozenset[tuple[str, str]], str], dict[date, Decimal | None]
        ] = defaultdict(dict)
        # (meter, key without the machine type) -> prices by region and machine type
        self.machines: dict[tuple[str, frozenset[tuple[str, str]]], MachineCells] = {}
        self.sizes: dict[str, tuple[Decimal, Decimal]] = {}
        blocks = document.get("rates") or []
        self.tiered = {b["meter"] for b in blocks if Decimal(str(b.get("tier_start", "0"))) != 0}
        self.graduated_blocks = [block for block in blocks if block["meter"] in self.tiered]
        for block in blocks:
            if block["meter"] not in self.tiered:
                self._add_block(block, folder)

    def _add_block(self, block: Mapping[str, Any], folder: Path) -> None:
        if block["pricing_unit"] != self.meters[block["meter"]]["pricing_unit"]:
            raise ValueError(f"{block['meter']}: the block's pricing unit is not the meter's")
        key = frozenset((column, norm(value)) for column, value in (block.get("key") or {}).items())
        if has_file(block):
            if unit_factor(block["pricing_unit"]) != 1:
                raise ValueError("the oracle reads machine prices by the hour only")
            beside = add_file(block, folder, self.machines.setdefault((block["meter"], key), {}))
            self.sizes = read_sizes(beside)
            return
        cells = {"": block["price"]} if "price" in block else block["prices"]
        for place, cell in cells.items():
            price = cell[0] if isinstance(cell, list) else cell
            amount = None if price is None else Decimal(price) * unit_factor(block["pricing_unit"])
            history = self.rates[block["meter"], key, place]
            first_day = entry_date(block)
            if first_day in history and history[first_day] != amount:
                raise ValueError(
                    f"two prices for {block['meter']} {sorted(key)} {place} on {first_day}"
                )
            history[first_day] = amount

    def regions(self) -> list[str]:
        """Return every region that the table names, directly or through a group."""
        named = {
            place
            for meter, _, place in self.rates
            if next(iter(self.meters[meter]["key"]), "") == "region"
        }
        members = {
            region
            for versions in self.region_groups.values()
            for version in versions
            for regions in version["groups"].values()
            for region in regions
        }
        of_machines = {region for cells in self.machines.values() for region, _ in cells}
        return sorted(named | members | of_machines)

    def place_of(self, first_column: str, attributes: Mapping[str, str], on: date) -> str:
        """Return under which name the prices of a row stand: its region, its group, or a column."""
        if first_column not in self.region_groups:
            return attributes[first_column]
        region = attributes["region"]
        in_force = [v for v in self.region_groups[first_column] if entry_date(v) <= on]
        if in_force:
            for name, regions in max(in_force, key=entry_date)["groups"].items():
                if region in regions:
                    return str(name)
        raise NoPriceError(f"unknown_rate: {region} is in no {first_column}")

    def _rate(self, meter: str, attributes: Mapping[str, str], on: date) -> Decimal:
        """Return the price in force on a day, per canonical unit."""
        if meter in self.tiered:
            raise ValueError(f"the oracle does not know graduated tiers, such as those of {meter}")
        columns = list(self.meters[meter]["key"])
        place = self.place_of(columns.pop(0), attributes, on) if columns else ""
        key = frozenset((column, attributes[column]) for column in columns)
        history = dict(self.rates.get((meter, key, place)) or {})
        if "instance_type" in columns:
            machine = attributes["instance_type"]
            cells = self.machines.get((meter, key - {("instance_type", machine)}), {})
            history |= cells.get((place, machine), {})
        if not history:
            raise NoPriceError(
                f"unknown_rate: {meter} {dict(sorted(key))} in {place or 'any region'}"
            )
        days = [day for day in history if day <= on]
        if not days:
            raise NoPriceError(f"not_yet_priced: {meter} first observed {min(history)}")
        price = history[max(days)]
        if price is None:
            raise NoPriceError(f"withdrawn: {meter} since {max(days)}")
        return price

    def machine_size(self, machine: str) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Return vCPU and GiB of a machine type, None for one that has a price only."""
        if machine in self.sizes:
            return self.sizes[machine]
        if any(machine == name for cells in self.machines.values() for _, name in cells):
            return None, None
        raise NoPriceError(f"unknown_instance_type: {machine!r}")

    def unit_prices(
        self, meter: str, attributes: Mapping[str, str], on: date
    ) -> tuple[Decimal, Decimal]:
        """Return the on-demand and the effective price of a meter, per canonical unit.

        A discount that names a meter holds even where the meter has no ``purchase_option`` in its
        key: Google's own commitments cover Cloud Run requests and Autopilot storage (GCP rule
        sheet, sections 2 and 4.5), which have one list price under every option.
        """
        if meter not in self.meters:
            raise NoPriceError(f"unknown_rate: the table has no {meter}")
        on_demand = self._rate(meter, {**attributes, "purchase_option": "on_demand"}, on)
        if attributes["purchase_option"] == "on_demand":
            return on_demand, on_demand
        fraction = self._discount(meter, attributes, on)
        if "purchase_option" not in self.meters[meter]["key"]:
            return on_demand, on_demand * (1 - (fraction or 0))
        try:
            return on_demand, self._rate(meter, attributes, on)
        except NoPriceError:
            if fraction is None:
                raise
            return on_demand, on_demand * (1 - fraction)

    def _discount(self, meter: str, attributes: Mapping[str, str], on: date) -> Decimal | None:
        matching = [
            entry
            for entry in self.discounts
            if entry["purchase_option"] == attributes["purchase_option"]
            and meter in entry["meters"]
            and _matches(entry.get("key") or {}, attributes)
            and entry_date(entry) <= on
        ]
        return Decimal(str(max(matching, key=entry_date)["fraction"])) if matching else None

    def check_sold(self, attributes: Mapping[str, str], on: date) -> None:
        """Refuse what the provider does not sell."""
        if attributes["purchase_option"] not in self.purchase_options:
            raise NoPriceError(f"not_offered: {attributes['purchase_option']}")
        for entry in self.not_offered:
            if _matches(entry["when"], attributes) and (
                "until" not in entry or on < entry["until"]
            ):
                raise NoPriceError(f"not_offered: {entry['why']}")


def _matches(when: Mapping[str, Any], attributes: Mapping[str, str]) -> bool:
    """Say whether every column of a condition holds one of its values."""
    for column, values in when.items():
        listed = values if isinstance(values, list) else [values]
        cell = attributes.get(column)
        # Machine types are named by patterns too: "n2-*"
        if cell is None or not any(fnmatchcase(cell, norm(value)) for value in listed):
            return False
    return True


@lru_cache(maxsize=64)
def _load_table(path: Path, _modified_ns: int) -> PriceTable:
    with path.open(encoding="utf-8") as stream:
        return PriceTable(yaml.load(stream, Loader=_Loader), path.parent)  # noqa: S506


@lru_cache(maxsize=64)
def _load_regions(path: Path, _modified_ns: int) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return dict(yaml.safe_load(stream)["regions"])


def known_regions(tables: Path, service: str) -> set[str]:
    """Return the regions that a service's provider has, as far as the tables know.

    Without the list of regions, they are those that the service's own table names; empty where
    it names none, because it charges the same everywhere.
    """
    path = Path(tables) / "regions.yaml"
    if path.exists():
        return set(_load_regions(path, path.stat().st_mtime_ns)[service.partition(".")[0]])
    return set(load_table(tables, service).regions())


def load_table(tables: Path, service: str) -> PriceTable:
    """Read the table of one service (again if the file has changed)."""
    provider, _, name = service.partition(".")
    path = Path(tables) / provider / f"{name}.yaml"
    return _load_table(path, path.stat().st_mtime_ns)
