"""Which SKU is which rate: ``pricing_data/feeds/gcp``, by SKU id and never by description.

``rates/*.csv`` has one line per SKU: the tables, the meter and the key columns of what it prices;
``|`` joins several values, when one SKU prices several keys. ``machine_components.csv`` has the
SKUs of the parts of machines. Regions are not in the files: they come with the SKU. The files ``ignored*.csv``
hold what no table prices, with the reason, so that a SKU in none of the files is new.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from wharfage.errors import FeedError
from wharfage.feeds.gcp.machines import Component, Machine
from wharfage.feeds.gcp.pricing import Conversions
from wharfage.feeds.gcp.sku import Sku, Unit
from wharfage.rates.book import bundled_folder

#: files of SKUs that are a rate as they stand
RATE_FILES = "rates/*.csv"
#: columns of these files that are no key column of the rate
NOT_IN_KEY = ("sku_id", "services", "meter")
#: the table whose machine prices are put together from components
MACHINE_SERVICE = "gcp.compute_engine"


@dataclass(frozen=True)
class Target:
    """A rate that a SKU prices; `key` lacks the place, which comes with the SKU."""

    service: str
    meter: str
    key: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CatalogService:
    """A service of the catalog and the rate tables that its SKUs price."""

    id: str
    name: str
    services: frozenset[str]


@dataclass(frozen=True)
class SkuMapping:
    """The whole mapping, by SKU id."""

    catalog_services: tuple[CatalogService, ...]
    rates: dict[str, list[Target]]
    components: dict[str, list[Component]]
    machines: dict[str, Machine]
    ignored: dict[str, str]
    ignored_categories: dict[tuple[str, ...], str]
    ignored_regions: frozenset[str]
    conversions: Conversions

    @property
    def services(self) -> frozenset[str]:
        """Rate tables that this feed can refresh."""
        return frozenset().union(*(entry.services for entry in self.catalog_services))

    def reason_to_ignore(self, sku: Sku) -> str | None:
        """Why no rate table prices a SKU; None if nothing is known of it."""
        category = (sku.service, *sku.category)
        return self.ignored.get(sku.sku_id) or self.ignored_categories.get(category)

    def owners(self, sku_id: str) -> Sequence[Target | Component]:
        """Rates or machine parts that a SKU prices."""
        return self.rates.get(sku_id) or self.components.get(sku_id) or ()


def bundled_mapping() -> Path:
    """Folder of the mapping that travels with wharfage."""
    return bundled_folder() / "feeds" / "gcp"


def read_mapping(folder: Path) -> SkuMapping:
    """Mapping of a folder.

    Raises
    ------
    FeedError
        If a file or a column is missing, or a SKU stands in two lines.
    """
    components = _by_sku(folder, "machine_components.csv")
    ignored = _by_sku(folder, "ignored.csv")
    names = [f"{path.parent.name}/{path.name}" for path in sorted(folder.glob(RATE_FILES))]
    by_file = [_by_sku(folder, name) for name in names]
    count = Counter(itertools.chain(components, ignored, *by_file))
    twice = sorted(sku_id for sku_id, lines in count.items() if lines > 1)
    if twice:
        raise _wrong(folder, f"{twice[0]} stands in two files ({len(twice):,} such SKUs)")
    rates = {sku_id: row for rows in by_file for sku_id, row in rows.items()}
    try:
        return SkuMapping(
            catalog_services=tuple(map(_service, _lines(folder, "catalog_services.csv"))),
            rates={id_: list(_targets(row)) for id_, row in rates.items()},
            components={id_: list(_components(row)) for id_, row in components.items()},
            machines={r["machine"]: _machine(r) for r in _lines(folder, "machine_series.csv")},
            ignored={id_: row["reason"] for id_, row in ignored.items()},
            ignored_categories=dict(map(_category, _lines(folder, "ignored_categories.csv"))),
            ignored_regions=frozenset(r["region"] for r in _lines(folder, "ignored_regions.csv")),
            conversions=dict(map(_conversion, _lines(folder, "units.csv"))),
        )
    except KeyError as error:
        raise _wrong(folder, f"a file lacks the column {error}") from None


def _lines(folder: Path, name: str) -> list[dict[str, str]]:
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise _wrong(folder, f"{name} cannot be read ({error.strerror})") from None


def _by_sku(folder: Path, name: str) -> dict[str, dict[str, str]]:
    lines = _lines(folder, name)
    found = {row.get("sku_id", ""): row for row in lines}
    if "" in found:
        raise _wrong(folder, f"{name} has a line without sku_id")
    if len(found) < len(lines):
        raise _wrong(folder, f"{name} holds a SKU twice ({len(lines) - len(found):,} such lines)")
    return found


def _wrong(folder: Path, what: str) -> FeedError:
    return FeedError(
        f"The mapping of SKUs in {folder} cannot be used: {what}.",
        hint="install wharfage again, or give the folder of a whole mapping.",
    )


def _service(row: dict[str, str]) -> CatalogService:
    return CatalogService(
        row["catalog_service"], row["name"], frozenset(row["services"].split("|"))
    )


def _targets(row: dict[str, str]) -> Iterator[Target]:
    key = {column: value for column, value in row.items() if column not in NOT_IN_KEY and value}
    for service, *values in itertools.product(
        row["services"].split("|"), *(joined.split("|") for joined in key.values())
    ):
        yield Target(service, row["meter"], tuple(zip(key, values, strict=True)))


def _components(row: dict[str, str]) -> Iterator[Component]:
    for option in row["purchase_option"].split("|"):
        yield Component(row["series"], row["item"], option)


def _machine(row: dict[str, str]) -> Machine:
    return Machine(
        billed_by=row["billed_by"],
        series=row["series"],
        billed_vcpu=Decimal(row["billed_vcpu"]) if row["billed_vcpu"] else None,
        local_ssd=row["local_ssd"],
        on_top=row["on_top"],
    )


def _category(row: dict[str, str]) -> tuple[tuple[str, ...], str]:
    columns = ("catalog_service", "resource_family", "resource_group", "usage_type")
    return tuple(row[column] for column in columns), row["reason"]


def _conversion(row: dict[str, str]) -> tuple[tuple[str, Unit], Decimal]:
    unit = Unit(
        usage=row["usage_unit"],
        base=row["base_unit"],
        factor=Decimal(row["base_unit_factor"]),
        display_quantity=Decimal(row["display_quantity"]),
    )
    return (row["pricing_unit"], unit), Decimal(row["multiplier"])
