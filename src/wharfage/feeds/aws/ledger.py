"""What a reading has found so far: prices by key, and everything that has no place.

A product is looked at twice: :meth:`Ledger.consider` when its attributes are read, and
:meth:`Ledger.add_terms` when its price is. In an offer file the two lie gigabytes apart, so what is
kept in between is small.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from wharfage.feeds.aws.mapping import AwsMapping, Offer, ProductRate, Target
from wharfage.feeds.aws.prices import (
    MalformedError,
    json_object,
    plain,
    read_price,
    without_free_allowance,
)
from wharfage.feeds.aws.standing import current_rates, rate_key
from wharfage.feeds.observation import Observation
from wharfage.rates.book import RateBook

PURCHASE_OPTION = "purchase_option"

#: service, meter and key columns in order of name: one rate of the book
RateKey = tuple[str, str, tuple[tuple[str, str], ...]]
KnownSku = tuple[ProductRate, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that is a rate of ours, before its price is known."""

    offer: str
    sku_id: str
    region: str
    usage_type: str
    rate: ProductRate
    key: tuple[tuple[str, str], ...]

    @property
    def description(self) -> str:
        """What it is, for people."""
        return f"{self.offer} {self.usage_type} in {self.region}"


@dataclass(frozen=True)
class Scope:
    """What a reading is about: tables, regions, and the mapping between."""

    book: RateBook
    mapping: AwsMapping
    services: frozenset[str]
    regions: frozenset[str]

    @cached_property
    def known_skus(self) -> dict[tuple[str, str], KnownSku]:
        """Rates that are known by the SKU id that the book has, by offer and SKU."""
        return {
            (code, rate.sku): (target, rate_key(rate))
            for code, offer in self.mapping.offers.items()
            for target in offer.rates
            if target.usage_type is None and target.service in self.services
            for rate in current_rates(self.book, target.service, target.meter, self.regions)
            if rate.sku is not None
        }

    def pricing_unit(self, service: str, meter: str) -> str:
        """Pricing unit of a meter of the book."""
        return self.book.table(service).form.meters[meter].pricing_unit


@dataclass
class Ledger:
    """Observations and everything that was not one, of one file or one whole reading.

    `placed` holds the products that other purchase options discount, by SKU id; `refused` the keys
    of rates that were read and could not be taken over.
    """

    scope: Scope
    observations: dict[RateKey, list[tuple[str, list[Observation]]]] = field(default_factory=dict)
    placed: dict[str, Candidate] = field(default_factory=dict)
    refused: set[RateKey] = field(default_factory=set)
    new: list[dict[str, str]] = field(default_factory=list)
    ambiguous: list[dict[str, str]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)

    def merge(self, part: Ledger) -> None:
        """Take over all that another ledger holds."""
        for key, found in part.observations.items():
            self.observations.setdefault(key, []).extend(found)
        self.placed |= part.placed
        self.refused |= part.refused
        self.new += part.new
        self.ambiguous += part.ambiguous
        self.faults += part.faults
        self.sources |= part.sources

    def fault(self, where: str, message: str) -> None:
        """Note something malformed; the reading fails with all of them at its end."""
        self.faults.append({"where": where, "message": message})

    def consider(self, code: str, product: object, where: str) -> list[Candidate]:
        """Rates of this reading that a product of an offer is; it may be one in several tables."""
        try:
            found = json_object(product, "product")
            attributes = json_object(found.get("attributes"), "attributes")
        except MalformedError as error:
            self.fault(where, str(error))
            return []
        offer = self.scope.mapping.offers[code]
        facts = {"productFamily": found.get("productFamily"), **attributes}
        region = facts.get("regionCode", "")
        if region and region not in self.scope.regions:
            return []
        sku_id = str(found.get("sku", ""))
        known = self.scope.known_skus.get((code, sku_id))
        if known is not None:
            return self._by_sku(code, known, sku_id, facts)
        if not offer.concerns_us(facts):
            return []
        return self._by_usage_type(code, offer, sku_id, facts)

    def _by_usage_type(
        self, code: str, offer: Offer, sku_id: str, facts: Mapping[str, Any]
    ) -> list[Candidate]:
        usage_type, operation = str(facts.get("usagetype", "")), str(facts.get("operation", ""))
        region = str(facts.get("regionCode", ""))
        stated = f"{code} {usage_type} {operation}".rstrip() + f" in {region or 'no region'}"
        found = offer.find(usage_type, operation)
        if not found and not offer.is_set_aside(usage_type):
            why = "the mapping does not name this usage type and operation"
            self.new.append({"sku_id": sku_id, "description": stated, "why": why})
        candidates = []
        for rate, read in found:
            if rate.service not in self.scope.services:
                continue
            taken = {"region": "regionCode"} | rate.key_from
            empty = [attribute for attribute in taken.values() if not facts.get(attribute)]
            if empty:
                self.refuse(sku_id, stated, f"attribute {empty[0]} is empty")
                continue
            key = rate.key | read | {column: str(facts[name]) for column, name in taken.items()}
            columns = tuple(sorted(key.items()))
            candidates.append(Candidate(code, sku_id, region, usage_type, rate, columns))
        return candidates

    def _by_sku(
        self, code: str, known: KnownSku, sku_id: str, facts: Mapping[str, Any]
    ) -> list[Candidate]:
        """The rate that the book has under this SKU, if the product is still of its region."""
        rate, key = known
        region, usage_type = str(facts.get("regionCode", "")), str(facts.get("usagetype", ""))
        if region != dict(key)["region"]:
            why = f"the book has it for {dict(key)['region']}"
            self.refuse(sku_id, f"{code} {usage_type} in {region or 'no region'}", why)
            return []
        return [Candidate(code, sku_id, region, usage_type, rate, key)]

    def add_terms(
        self, candidate: Candidate, terms: object, day: dt.date, source: str, where: str
    ) -> None:
        """Observe the on-demand price of a candidate; `terms` is its part of ``OnDemand``."""
        try:
            price = read_price(json_object(terms, "OnDemand"), self.scope.mapping.currency)
        except MalformedError as error:
            self.fault(where, f"SKU {candidate.sku_id}: {error}")
            return
        rate = candidate.rate
        why = None
        if price is None:
            why = "it has no on-demand price"
        elif price.currency != self.scope.mapping.currency:
            why = f"its price is in {price.currency}, not {self.scope.mapping.currency}"
        elif not rate.accepts(price.unit):
            why = f"its unit is {price.unit!r}, expected {' or '.join(rate.unit)}"
        elif price.is_free:
            why = "its price is zero"
        if price is None or why is not None:
            self.refuse_candidate(candidate, why or "")
            return
        if PURCHASE_OPTION in dict(candidate.key):
            self.placed[candidate.sku_id] = candidate
        self.observe(
            rate,
            candidate.key,
            [
                (plain(begin / rate.price_factor), plain(each * rate.price_factor))
                for begin, each in without_free_allowance(price.tiers)
            ],
            day=day,
            source=source,
            sku_id=candidate.sku_id,
        )

    def refuse(self, sku_id: str, description: str, why: str) -> None:
        """Report something that is mapped and yet cannot be taken over."""
        self.ambiguous.append({"sku_id": sku_id, "description": description, "why": why})

    def refuse_candidate(self, candidate: Candidate, why: str) -> None:
        """Report a product that is a rate of ours, but whose price cannot be taken over."""
        self.refused.add((candidate.rate.service, candidate.rate.meter, candidate.key))
        self.refuse(candidate.sku_id, candidate.description, why)

    def observe(
        self,
        target: Target,
        key: tuple[tuple[str, str], ...],
        tiers: list[tuple[Decimal, Decimal]],
        *,
        day: dt.date,
        source: str,
        sku_id: str = "",
    ) -> None:
        """Note one price of one key: (tier start, price) in pricing units of the meter."""
        rows = [
            Observation(
                service=target.service,
                meter=target.meter,
                key=dict(key),
                price=price,
                pricing_unit=self.scope.pricing_unit(target.service, target.meter),
                currency=self.scope.mapping.currency,
                tier_start=begin,
                observed_on=day,
                sku_id=sku_id,
                source=source,
            )
            for begin, price in tiers
        ]
        self.observations.setdefault((target.service, target.meter, key), []).append((sku_id, rows))

    def settled(self) -> dict[RateKey, list[Observation]]:
        """Observations of every key that has one price; keys with several become ambiguous."""
        settled = {}
        for key, found in self.observations.items():
            distinct = {(sku, tuple((r.tier_start, r.price) for r in rows)) for sku, rows in found}
            if len(distinct) == 1:
                settled[key] = found[0][1]
                continue
            service, meter, columns = key
            stated = ", ".join(f"{name}={value}" for name, value in columns)
            for sku in sorted({sku for sku, _ in distinct}):
                why = f"{len(distinct)} products or prices for one key: {stated}"
                self.refuse(sku, f"{service} {meter}", why)
        return settled
