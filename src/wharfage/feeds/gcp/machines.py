"""Prices of machine types, put together from the SKUs of their parts.

The catalog prices no machine. It prices a vCPU-hour and a GiB-hour of each series, a GiB-month of
local SSD and a GPU-hour, by region and purchase option; a machine costs the sum over its parts.
Shared-core E2 types are billed for a fraction of the vCPU that they show, F1 and G1 have one SKU
for the whole type, and M2 is M1 with a premium (Google Cloud, "VM instance pricing";
Cloud Billing Catalog of 2026-04-30). Which type goes by which rule is data, ``machine_series.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wharfage.feeds.gcp.pricing import Price
from wharfage.feeds.gcp.sku import plain
from wharfage.units import DEFAULT_MONTH, parse_month

#: pricing unit of each kind of part
PART_UNITS = {
    "vcpu": "vCPU-Hours",
    "memory": "GiB-Hours",
    "local_ssd": "GiB-Months",
    "gpu": "GPU-Hours",
    "instance": "Hours",
}
#: digits that the rate tables keep of a machine price; a month of local SSD over 730 h never ends
DIGITS = Decimal("1e-12")

#: hours over which the catalog's month of local SSD is spread
MONTH_HOURS = Decimal(repr(parse_month(DEFAULT_MONTH).hours))


@dataclass(frozen=True)
class Component:
    """A part of machines that one SKU prices: of a series, under a purchase option."""

    series: str
    item: str
    purchase_option: str


@dataclass(frozen=True)
class Machine:
    """How the types of a family, or one type, are billed.

    Attributes
    ----------
    billed_by : {"size", "type", "unknown"}
        By vCPU and memory, by one SKU for the type, or not to be put together.
    series : str
        Series whose components are billed.
    billed_vcpu : Decimal or None
        vCPU that are billed, where it is not what the machine shows.
    local_ssd : str
        Series whose local SSD is bundled; empty without.
    on_top : str
        Series whose vCPU and memory are billed in addition; empty without.
    """

    billed_by: str
    series: str
    billed_vcpu: Decimal | None = None
    local_ssd: str = ""
    on_top: str = ""


Part = tuple[str, str, Decimal]


def parts_of(spec: Mapping[str, str], machine: Machine) -> list[Part]:
    """Parts of a machine type: series, item and amount of each, in the units of `PART_UNITS`.

    Parameters
    ----------
    spec : mapping of column to text
        A line of the rule ``machine_types``: vcpu, memory_gib, gpu_type, gpu_count, local_ssd_gib.
    machine : Machine
        How the type is billed.

    Returns
    -------
    list of (series, item, amount)
        Empty where the type cannot be put together.

    Examples
    --------
    >>> spec = {"vcpu": "2", "memory_gib": "1", "gpu_count": "0", "local_ssd_gib": "0"}
    >>> parts_of(spec, Machine("size", "e2", billed_vcpu=Decimal("0.25")))
    [('e2', 'vcpu', Decimal('0.25')), ('e2', 'memory', Decimal('1'))]
    """
    if machine.billed_by == "type":
        return [(machine.series, "instance", Decimal(1))]
    if machine.billed_by != "size":
        return []
    vcpu = Decimal(spec["vcpu"]) if machine.billed_vcpu is None else machine.billed_vcpu
    memory = Decimal(spec["memory_gib"])
    parts = [(machine.series, "vcpu", vcpu), (machine.series, "memory", memory)]
    if machine.on_top:
        parts += [(machine.on_top, "vcpu", vcpu), (machine.on_top, "memory", memory)]
    if Decimal(spec["local_ssd_gib"]):
        parts.append((machine.local_ssd, "local_ssd", Decimal(spec["local_ssd_gib"]) / MONTH_HOURS))
    if Decimal(spec["gpu_count"]):
        parts.append((spec["gpu_type"], "gpu", Decimal(spec["gpu_count"])))
    return parts


def machine_prices(
    specs: Iterable[Mapping[str, str]],
    machines: Mapping[str, Machine],
    regions_of: Mapping[str, Iterable[str]],
    prices: Mapping[tuple[str, Component], Price],
    purchase_options: Iterable[str],
) -> Iterator[tuple[str, str, str, Price]]:
    """Price of every machine type whose parts are all priced.

    Parameters
    ----------
    specs : iterable of mappings
        Lines of the rule ``machine_types``.
    machines : mapping
        How types are billed, by type or, where it has no line of its own, by family.
    regions_of : mapping
        Regions that offer each type.
    prices : mapping
        Price of each component by region.
    purchase_options : iterable of str
        Options to price.

    Yields
    ------
    region, instance_type, purchase_option, Price
        Per hour, rounded half up to 12 decimals; nothing where one part has no flat price.
    """
    options = list(purchase_options)
    for spec in specs:
        name = spec["instance_type"]
        machine = machines.get(name) or machines.get(spec["family"])
        parts = parts_of(spec, machine) if machine is not None else []
        for region in regions_of.get(name, ()) if parts else ():
            for option in options:
                price = _sum(parts, region, option, prices)
                if price is not None:
                    yield region, name, option, price


def _sum(
    parts: list[Part], region: str, option: str, prices: Mapping[tuple[str, Component], Price]
) -> Price | None:
    total, currencies = Decimal(0), set()
    for series, item, amount in parts:
        price = prices.get((region, Component(series, item, option)))
        if price is None or price.flat is None:
            return None
        total += price.flat * amount
        currencies.add(price.currency)
    if len(currencies) > 1:
        return None
    rounded = plain(total.quantize(DIGITS, rounding=ROUND_HALF_UP))
    return Price(((Decimal(0), rounded),), currencies.pop())
