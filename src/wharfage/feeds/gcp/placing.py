"""Places SKUs: each becomes prices of rates and machine parts, or a line of what is not placed.

Nothing is guessed. A key that two SKUs price differently gets no price, and both are reported; so
is a SKU without a price, in an unknown unit, or for a place that the rate book does not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from wharfage.feeds.gcp.machines import PART_UNITS, Component
from wharfage.feeds.gcp.mapping import MACHINE_SERVICE, SkuMapping, Target
from wharfage.feeds.gcp.pricing import Price, price_of
from wharfage.feeds.gcp.sku import Sku
from wharfage.rates.book import RateBook

PROVIDER = "gcp"
#: region of SKUs that hold everywhere
GLOBAL = "global"

#: a rate with its place (a region, a region group or none), or a machine part with its region
Slot = tuple[Target | Component, str]
Report = dict[str, str]


@dataclass(frozen=True)
class Found:
    """A price of one slot and the SKUs that state it."""

    price: Price
    skus: tuple[str, ...]


@dataclass
class Placing:
    """What a reading has come to so far.

    Attributes
    ----------
    book, mapping : RateBook, SkuMapping
        Places and units of the rate tables; which SKU is which rate.
    services : collection of str
        Rate tables that are read for.
    regions : collection of str or None
        Regions that are asked for; None for all.
    seen : dict
        Description of every SKU that came, by id.
    strange, unclear : dict
        Reasons why a SKU is new or ambiguous, by SKU id.
    """

    book: RateBook
    mapping: SkuMapping
    services: Collection[str]
    regions: Collection[str] | None = None
    seen: dict[str, str] = field(default_factory=dict)
    strange: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unclear: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _prices: dict[Slot, dict[Price, dict[str, None]]] = field(default_factory=dict)

    def add(self, sku: Sku) -> None:
        """Place one SKU."""
        self.seen[sku.sku_id] = sku.description
        owners = self._owners(sku.sku_id)
        if not owners and not self._is_known(sku) and self._is_asked_for(sku):
            self.strange[sku.sku_id].append("no mapping names it")
        for owner in owners:
            price = price_of(sku, self._pricing_unit(owner), self.mapping.conversions)
            if isinstance(price, str):
                if self._is_asked_for(sku):
                    self.unclear[sku.sku_id].append(price)
                continue
            for place in self._places(sku, owner):
                same = self._prices.setdefault((owner, place), {}).setdefault(price, {})
                same[sku.sku_id] = None

    def settle(self) -> dict[Slot, Found]:
        """Slots with one price; the SKUs of the others become ambiguous."""
        found = {}
        for slot, prices in self._prices.items():
            if len(prices) == 1:
                price, skus = next(iter(prices.items()))
                found[slot] = Found(price, tuple(skus))
                continue
            why = f"{words(slot)} has several prices: {', '.join(map(str, prices))}"
            for sku_id in chain.from_iterable(prices.values()):
                self.unclear[sku_id].append(why)
        return found

    @property
    def new(self) -> list[Report]:
        """SKUs, or regions of SKUs, that nothing is known of."""
        return self._reports(self.strange)

    @property
    def ambiguous(self) -> list[Report]:
        """SKUs whose price cannot be taken; complete once the slots are settled."""
        return self._reports(self.unclear)

    def gone(self) -> list[Report]:
        """SKUs that the mapping names and the catalog no longer has."""
        missing = [
            (sku_id, self._owners(sku_id))
            for sku_id in (*self.mapping.rates, *self.mapping.components)
            if sku_id not in self.seen
        ]
        return [
            report(sku_id, words((owners[0], "")), "the catalog no longer has it")
            for sku_id, owners in missing
            if owners
        ]

    def _owners(self, sku_id: str) -> list[Target | Component]:
        owners = self.mapping.owners(sku_id)
        return [owner for owner in owners if service_of(owner) in self.services]

    def _is_known(self, sku: Sku) -> bool:
        named = bool(self.mapping.owners(sku.sku_id))
        return named or self.mapping.reason_to_ignore(sku) is not None

    def _is_asked_for(self, sku: Sku) -> bool:
        return self.regions is None or not {*self.regions, GLOBAL}.isdisjoint(sku.regions)

    def _pricing_unit(self, owner: Target | Component) -> str:
        if isinstance(owner, Component):
            return PART_UNITS[owner.item]
        return self.book.table(owner.service).form.meters[owner.meter].pricing_unit

    def _places(self, sku: Sku, owner: Target | Component) -> list[str]:
        """Regions, region groups or the one nameless place that a SKU prices for an owner."""
        service = service_of(owner)
        column = "region" if isinstance(owner, Component) else self.place_column(owner)
        if not column:
            return [""]
        regions = self._regions_of(sku, service)
        if column == "region":
            return regions
        groups = self._groups[service, column]
        for region in regions:
            if region not in groups:
                why = f"{region} is in no {column} of {service}"
                self.strange[sku.sku_id].append(why)
        return sorted({groups[region] for region in regions if region in groups})

    def _regions_of(self, sku: Sku, service: str) -> list[str]:
        """Regions of a SKU that are asked for; a global one holds where the table has rates."""
        known = self.book.regions.of_provider(PROVIDER)
        everywhere = self.book.table(service).regions if GLOBAL in sku.regions else ()
        passed_over = {GLOBAL, *self.mapping.ignored_regions}
        stated = [region for region in sku.regions if region not in passed_over]
        asked = [
            region
            for region in (*stated, *everywhere)
            if self.regions is None or region in self.regions
        ]
        for region in asked:
            if region not in known:
                self.strange[sku.sku_id].append(f"the rate book knows no region {region}")
        return [region for region in asked if region in known]

    def place_column(self, target: Target) -> str:
        """Column of a meter's place, ``region`` or a region group; empty without."""
        form = self.book.table(target.service).form
        first = (form.meters[target.meter].key or [""])[0]
        return first if first == "region" or first in form.region_groups else ""

    @cached_property
    def _groups(self) -> dict[tuple[str, str], dict[str, str]]:
        """Group of each region in the newest version, by service and column."""
        return {
            (service, column): {
                region: group
                for group, members in versions[-1].groups.items()
                for region in members
            }
            for service in self.services
            for column, versions in self.book.table(service).form.region_groups.items()
        }

    def _reports(self, reasons: dict[str, list[str]]) -> list[Report]:
        """One line per SKU: its first reason, and how many more there are."""
        lines = []
        for sku_id, said in reasons.items():
            first, *more = dict.fromkeys(said)
            why = f"{first} (and {len(more)} more)" if more else first
            lines.append(report(sku_id, self.seen[sku_id], why))
        return lines


def service_of(owner: Target | Component) -> str:
    """Rate table of a rate or a machine part."""
    return MACHINE_SERVICE if isinstance(owner, Component) else owner.service


def words(slot: Slot) -> str:
    """A slot as a person reads it."""
    owner, place = slot
    if isinstance(owner, Component):
        parts = [owner.series, owner.item, owner.purchase_option]
    else:
        parts = [owner.service, owner.meter, *(value for _, value in owner.key)]
    return " ".join([*parts, *([f"in {place}"] if place else [])])


def report(sku_id: str, description: str, why: str) -> Report:
    """One line of a reading's `new`, `gone` or `ambiguous`."""
    return {"sku_id": sku_id, "description": description, "why": why}
