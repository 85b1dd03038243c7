"""Compute Savings Plans: discounted rates of on-demand SKUs, streamed like the offer files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wharfage.feeds.aws.ledger import PURCHASE_OPTION, Candidate, Ledger, Scope
from wharfage.feeds.aws.offer_file import JsonParts, price_list_source, published_on
from wharfage.feeds.aws.prices import MalformedError, amount, json_object, plain

CODE = "AWSComputeSavingsPlan"


def read_savings_plans(
    chunks: Iterator[bytes], scope: Scope, placed: Mapping[str, Candidate], where: str
) -> Ledger:
    """Savings Plans rates of one region's file.

    Parameters
    ----------
    chunks : iterator of bytes
        The file.
    scope : Scope
        Tables, regions and mapping.
    placed : mapping of SKU to Candidate
        On-demand products that were read; rates of all others do not concern us.
    where : str
        Name of the file, for faults.
    """
    return _PlanReader(scope, placed, where).read(chunks)


class _PlanReader:
    def __init__(self, scope: Scope, placed: Mapping[str, Candidate], where: str) -> None:
        self.ledger = Ledger(scope)
        self.placed = placed
        self.where = where
        self.plans: dict[str, str | None] = {}
        self.published: tuple[dt.date, str] | None = None
        self.parts = JsonParts()
        self.parts.items("publicationDate")
        self.parts.items("products.item")
        self.parts.items("terms.savingsPlan.item.rates.item")
        self.options: dict[tuple[Any, Any, Any], str] = {
            (plan.family, plan.term, plan.payment): plan.purchase_option
            for plan in scope.mapping.savings_plans
        }

    def read(self, chunks: Iterator[bytes]) -> Ledger:
        for chunk in chunks:
            self.parts.push(chunk)
            self._take()
        self.parts.finish()
        return self.ledger

    def _take(self) -> None:
        self._each("publicationDate", self._publish)
        self._each("products.item", self._plan)
        self._each("terms.savingsPlan.item.rates.item", self._rate)

    def _each(self, path: str, step: Callable[[Any], None]) -> None:
        for value in self.parts.take(path):
            try:
                step(value)
            except MalformedError as error:
                self.ledger.fault(self.where, str(error))

    def _publish(self, stamp: object) -> None:
        day = published_on(stamp)
        self.published = day, price_list_source(self.ledger, CODE, day, "offer file")

    def _plan(self, product: object) -> None:
        found = json_object(product, "product")
        attributes = json_object(found.get("attributes"), "attributes")
        key = (
            found.get("productFamily"),
            attributes.get("purchaseTerm"),
            attributes.get("purchaseOption"),
        )
        self.plans[str(found.get("sku"))] = self.options.get(key)

    def _rate(self, value: object) -> None:
        rate = json_object(value, "rate")
        candidate = self.placed.get(rate.get("discountedSku", ""))
        if candidate is None:
            return
        code = str(rate.get("rateCode", ""))
        # A rate code is the plan's SKU, a dot, and a code of its own.
        plan = code.partition(".")[0]
        if plan not in self.plans:
            raise MalformedError(f"rate {code} belongs to no plan of the file")
        option = self.plans[plan]
        if option is not None:
            self._observe(rate, candidate, option, code)

    def _observe(
        self, rate: Mapping[str, Any], candidate: Candidate, option: str, code: str
    ) -> None:
        key = dict(candidate.key)
        table = self.ledger.scope.book.table(candidate.rate.service)
        if option not in table.form.purchase_options:
            return
        discounted = json_object(rate.get("discountedRate"), "discountedRate")
        price = amount(discounted.get("price"), f"rate {code}: price")
        currency, unit = discounted.get("currency"), str(rate.get("unit", ""))
        if currency != self.ledger.scope.mapping.currency:
            self._refuse(candidate, option, f"its currency is {currency}")
        elif not candidate.rate.accepts(unit):
            self._refuse(candidate, option, f"its unit is {unit!r}")
        elif not price:
            self._refuse(candidate, option, "its price is zero")
        elif self.published is None:
            raise MalformedError("it has no publication date before its rates")
        else:
            key[PURCHASE_OPTION] = option
            day, source = self.published
            self.ledger.observe(
                candidate.rate,
                tuple(sorted(key.items())),
                [(amount("0", "start"), plain(price * candidate.rate.price_factor))],
                day=day,
                source=source,
                sku_id=candidate.sku_id,
            )

    def _refuse(self, candidate: Candidate, option: str, why: str) -> None:
        description = f"{option} of {candidate.description}"
        self.ledger.refuse(candidate.sku_id, description, why)
