"""Which product of the AWS price list is which rate: read from data, never from descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field, ValidationError

from wharfage.errors import FeedError
from wharfage.rates.book import FEEDS, RateBook, bundled_folder
from wharfage.rates.document import read_document
from wharfage.rates.schema import DecimalText, Form

PLACEHOLDER = re.compile(r"{(\w+)}")

#: what a usage type starts with in most regions: USE1-, APN2-, EU-; us-east-1 and old types have none
REGION_PREFIX = re.compile(r"[A-Z]{2,4}[0-9]*-")


class Target(Form):
    """A rate of ours: table, meter and the key columns that do not depend on the product."""

    service: str
    meter: str
    key: dict[str, str]

    @property
    def columns(self) -> set[str]:
        """Key columns that it gives, the region among them."""
        return {"region", *self.key}


class ProductRate(Target):
    """A product of the price list that is a rate.

    A usage type may hold ``*``, and ``{column}`` where a key column is read from it; `operation`
    None fits any. Without usage type the products are those whose SKU ids the book has.
    """

    usage_type: str | None = None
    operation: str | None = None
    key_from: dict[str, str] = Field(default_factory=dict)
    unit: list[str] = Field(min_length=1)
    factor: DecimalText = "1"

    def accepts(self, unit: str) -> bool:
        """True if a price in this unit may be taken over."""
        return unit.casefold() in {text.casefold() for text in self.unit}

    @property
    def columns(self) -> set[str]:
        """Key columns that it gives, the region among them."""
        return {"region", *self.key, *self.key_from, *PLACEHOLDER.findall(self.usage_type or "")}

    def read_key(self, usage_type: str, operation: str) -> dict[str, str] | None:
        """Key columns that the usage type holds; None if this product is meant by none."""
        if self.usage_type is None or self.operation not in (None, operation):
            return None
        matches = (self._pattern.fullmatch(name) for name in usage_names(usage_type))
        return next((match.groupdict() for match in matches if match), None)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        text = re.escape(self.usage_type or "").replace(r"\*", ".*")
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", text))

    @cached_property
    def price_factor(self) -> Decimal:
        """Our price per pricing unit in one price per AWS unit."""
        return Decimal(self.factor)


class SetAside(Form):
    """Products that are known and have no rate, with the reason."""

    usage_type: str
    why: str


class Concern(Form):
    """Products that concern us: those with all of these attributes and this usage type."""

    attributes: dict[str, str]
    usage_type: str = "*"

    def holds(self, attributes: Mapping[str, object]) -> bool:
        """True if a product with these attributes is meant."""
        return all(attributes.get(name) == value for name, value in self.attributes.items()) and (
            self.usage_type == "*"
            or any(
                fnmatchcase(name, self.usage_type)
                for name in usage_names(str(attributes.get("usagetype", "")))
            )
        )


class Offer(Form):
    """What concerns us of one offer (service code) of the price list."""

    concerns: list[Concern] = Field(default_factory=list)
    rates: list[ProductRate]
    set_aside: list[SetAside] = Field(default_factory=list)

    def concerns_us(self, attributes: Mapping[str, object]) -> bool:
        """True if a product with these attributes must be a rate, set aside, or new."""
        return any(concern.holds(attributes) for concern in self.concerns)

    def find(self, usage_type: str, operation: str) -> list[tuple[ProductRate, dict[str, str]]]:
        """Rates that a product is, with the key columns that its usage type holds."""
        keys = ((rate, rate.read_key(usage_type, operation)) for rate in self.rates)
        return [(rate, key) for rate, key in keys if key is not None]

    def is_set_aside(self, usage_type: str) -> bool:
        """True if a usage type is known to have no rate."""
        return any(
            fnmatchcase(name, entry.usage_type)
            for name in usage_names(usage_type)
            for entry in self.set_aside
        )


class Plan(Form):
    """A Savings Plan: family, term and payment, and the purchase option that it is."""

    family: str
    term: str
    payment: str
    purchase_option: str


class SpotRate(Target):
    """A price of the Fargate Spot feed, known by its unit."""

    unit: str


class SpotHistory(Target):
    """What is asked of the EC2 Spot price history."""

    product_description: str

    @property
    def columns(self) -> set[str]:
        """Key columns that it gives: the history names the machine type."""
        return {*super().columns, "instance_type"}


class Addresses(Form):
    """Where AWS publishes its prices."""

    price_list: str
    offers_index: str
    savings_plans_index: str
    fargate_spot: str
    api_region: str


class AwsMapping(Form):
    """The whole mapping; one file of data."""

    currency: str
    addresses: Addresses
    offers: dict[str, Offer]
    savings_plans: list[Plan]
    fargate_spot: list[SpotRate]
    ec2_spot: SpotHistory

    def targets(self) -> Iterator[Target]:
        """Every target, of all feeds."""
        for offer in self.offers.values():
            yield from offer.rates
        yield from self.fargate_spot
        yield self.ec2_spot

    def narrowed(self, services: Iterable[str]) -> AwsMapping:
        """Mapping with the offers that hold a rate of these services; the others are not read."""
        wanted = set(services)
        offers = {
            code: offer
            for code, offer in self.offers.items()
            if any(rate.service in wanted for rate in offer.rates)
        }
        return self.model_copy(update={"offers": offers})


def usage_names(usage_type: str) -> tuple[str, ...]:
    """A usage type as written, and without the prefix of its region.

    Examples
    --------
    >>> usage_names("APN2-Fargate-GB-Hours")
    ('APN2-Fargate-GB-Hours', 'Fargate-GB-Hours')
    """
    prefix = REGION_PREFIX.match(usage_type)
    return (usage_type, usage_type[prefix.end() :]) if prefix else (usage_type,)


def read_mapping(path: Path) -> AwsMapping:
    """Mapping in a file.

    Raises
    ------
    RateTableError
        If the file is not plain YAML.
    FeedError
        If it has another form; every fault is listed.
    """
    document = read_document(path)
    try:
        return AwsMapping.model_validate(document.data)
    except ValidationError as error:
        failures = [
            {"where": document.where(tuple(p["loc"])), "message": p["msg"]} for p in error.errors()
        ]
        raise FeedError(
            f"{failures[0]['where']}: {failures[0]['message']}"
            f" ({len(failures):,} faults in the mapping).",
            hint="see the head of the mapping file for its form.",
            failures=failures,
        ) from None


@cache
def bundled_mapping() -> AwsMapping:
    """The mapping that travels with wharfage."""
    return read_mapping(bundled_folder() / FEEDS / "aws.yaml")


def check_mapping(mapping: AwsMapping, book: RateBook, services: Iterable[str]) -> None:
    """Raise FeedError if a target names a meter or key that the tables of these services lack."""
    wanted = set(services)
    failures = []
    for target in mapping.targets():
        if target.service not in wanted:
            continue
        meter = book.table(target.service).form.meters.get(target.meter)
        by_sku = isinstance(target, ProductRate) and target.usage_type is None
        if meter is None or (set(meter.key) != target.columns and not by_sku):
            stated = "no such meter" if meter is None else f"its key is {', '.join(meter.key)}"
            failures.append({"where": f"{target.service} {target.meter}", "message": stated})
    if failures:
        raise FeedError(
            f"The AWS mapping does not fit the rate book: {failures[0]['where']}:"
            f" {failures[0]['message']} ({len(failures):,} such places).",
            hint="use a rate book of this version of wharfage.",
            failures=failures,
        )
