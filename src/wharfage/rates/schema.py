"""The form of a rate table: what a YAML file may say, before it is compiled.

Only the form is checked here (names, types, units, dates); meaning is checked in
:mod:`wharfage.rates.check`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    model_validator,
)

from wharfage.rates.cells import PLAIN, Cells


def _decimal_text(value: object) -> object:
    if not isinstance(value, str):
        message = "write the price as text in quotes, so that no digit is lost"
        raise ValueError(message)  # noqa: TRY004  pydantic turns ValueError into a failure
    try:
        amount = Decimal(value)
    except InvalidOperation:
        message = f"{value!r} is not a decimal number"
        raise ValueError(message) from None
    if not amount.is_finite() or amount < 0:
        message = f"{value!r} is not a price: it must be finite and not negative"
        raise ValueError(message)
    if not PLAIN.fullmatch(value):
        message = f"{value!r} is not a plain decimal number such as 0.04048"
        raise ValueError(message)
    return value


DecimalText = Annotated[str, BeforeValidator(_decimal_text)]


class Form(BaseModel):
    """Base: nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(Form):
    """Something with a first day and a source."""

    effective_from: dt.date | None = None
    observed_on: dt.date | None = None
    source: str
    note: str | None = None
    confidence: Literal["doubtful"] | None = None

    @model_validator(mode="after")
    def _one_date(self) -> Dated:
        if self.effective_from and self.observed_on:
            message = "give effective_from or observed_on, not both"
            raise ValueError(message)
        return self

    @property
    def date(self) -> dt.date | None:
        """First day in force, or the day of the reading."""
        return self.effective_from or self.observed_on

    @property
    def date_kind(self) -> str:
        """``effective`` or ``observed``."""
        return "effective" if self.effective_from else "observed"


class MeterForm(Form):
    """How a meter is priced: unit and key columns, the place first.

    With `prices_of` the rates of the same meter of another service's table are used. A workload
    is priced without a `minor` meter that has no rate; an `optional` one is used by some
    workloads only and need not have a rate in every region, but who uses it needs the rate.
    """

    pricing_unit: str
    key: list[str]
    minor: bool = False
    optional: bool = False
    prices_of: str | None = None


def _price_cell(value: object) -> object:
    """A cell is a price, [price, sku], or null for withdrawn."""
    if value is None:
        return (None, None)
    if isinstance(value, list):
        if len(value) != 2:  # noqa: PLR2004  price and SKU
            message = "a price cell is a price, [price, sku] or null"
            raise ValueError(message)
        return (None if value[0] is None else _decimal_text(value[0]), value[1])
    return (_decimal_text(value), None)


PriceCell = Annotated[tuple[DecimalText | None, str | None], BeforeValidator(_price_cell)]


def _flag_text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


Value = Annotated[str, BeforeValidator(_flag_text)]


class RateBlock(Dated):
    """Rates of one meter, variant, date and source, by place."""

    meter: str
    key: dict[str, Value] = Field(default_factory=dict)
    pricing_unit: str
    tier_start: DecimalText = "0"
    price: PriceCell | None = None
    prices: dict[str, PriceCell] | None = None
    file: str | None = None
    history_file: str | None = None

    @model_validator(mode="after")
    def _dated_and_priced(self) -> RateBlock:
        if (self.date is None) != (self.history_file is not None):
            message = (
                "a rate needs effective_from (first day in force) or observed_on (day read);"
                " a history_file has a date in every row instead"
            )
            raise ValueError(message)
        ways = {"price", "prices", "file", "history_file"} & self.model_fields_set
        if len(ways) != 1:
            message = "give price (same everywhere), prices (by place), file or history_file"
            raise ValueError(message)
        return self

    @property
    def places(self) -> tuple[str, ...] | None:
        """Values of the first key column that the block lists; None if it lists none."""
        return None if self.prices is None else tuple(self.prices)


class AppendedBlock(RateBlock):
    """Appended rates of one meter, variant, date and source; `lines` are theirs in the file.

    `confirmed` says that a person let a price through that the checks had stopped.
    """

    cells: InstanceOf[Cells]
    lines: tuple[int, ...]
    confirmed: bool = False

    @property
    def places(self) -> tuple[str, ...] | None:
        """Values of the first key column; None for a meter that is the same everywhere."""
        return tuple(pd.unique(self.cells.place)) if self.cells.place.any() else None

    def line(self, place: str) -> int:
        """Line of the first rate at a place."""
        return self.lines[int(np.flatnonzero(self.cells.place == place)[0])]


class GroupVersion(Dated):
    """Which region belongs to which price group, from a date on."""

    groups: dict[str, list[str]]


class Discount(Dated):
    """A purchase option sold as a percentage off the list price."""

    purchase_option: str
    meters: list[str]
    key: dict[str, list[Value]] = Field(default_factory=dict)
    fraction: DecimalText


class DerivedRate(Dated):
    """A rate that is a share of the on-demand price of a machine, where none is listed.

    The price is that of `meter_of` in the table of `prices_of`, in the variant `key_of`; `key`
    names the machines, and regions where not all, by patterns; the product is rounded half up to `decimals`.
    """

    meter: str
    prices_of: str
    meter_of: str
    key_of: dict[str, Value]
    key: dict[str, list[Value]]
    fraction: DecimalText
    decimals: int


class NotOffered(Form):
    """A combination that the provider does not sell (until a date, if one is given)."""

    when: dict[str, list[Value]]
    why: str
    source: str
    until: dt.date | None = None
    note: str | None = None


class RuleVersion(Dated):
    """The value of a rule from a date on; the first version may have no date."""

    value: Any = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_value(self) -> RuleVersion:
        if len({"value", "file"} & self.model_fields_set) != 1:
            message = "give a value or a file"
            raise ValueError(message)
        return self


class RuleForm(Form):
    """A dated legal size, minimum, increment or limit."""

    meaning: str
    unit: str = ""
    by: str | list[str] | None = None
    versions: list[RuleVersion] = Field(min_length=1)


class CreditForm(Dated):
    """Money or free units per billing account and month.

    A `quantity` is in the pricing unit of its one meter; with ``per: sku`` every SKU has it, or
    each of `skus`. It is for rows that hold a value of every column of `when`, and none of
    `unless`; values of open columns such as ``region`` may be patterns.
    """

    id: str
    amount: DecimalText | None = None
    quantity: DecimalText | None = None
    per: Literal["account", "sku"] = "account"
    skus: list[str] = Field(default_factory=list)
    defined_in: str | None = None
    meters: list[str]
    when: dict[str, list[Value]] = Field(default_factory=dict)
    unless: dict[str, list[Value]] = Field(default_factory=dict)
    otherwise: dict[str, dict[str, str]] = Field(default_factory=dict)


class AssumptionForm(Form):
    """Something the provider's text leaves open: a parameter with a default."""

    default: float | str
    meaning: str
    confidence: str | None = None
    source: str
    choices: list[float | str] | None = None
    minimum: float = 0
    maximum: float | None = None
    note: str | None = None


class TableForm(Form):
    """A whole rate table."""

    service: str
    title: str
    currency: str
    checked_on: dt.date
    available_from: dt.date
    purchase_options: list[str] = Field(min_length=1)
    meters: dict[str, MeterForm] = Field(min_length=1)
    rates: list[RateBlock]
    derived_rates: list[DerivedRate] = Field(default_factory=list)
    region_groups: dict[str, list[GroupVersion]] = Field(default_factory=dict)
    discounts: list[Discount] = Field(default_factory=list)
    not_offered: list[NotOffered] = Field(default_factory=list)
    rules: dict[str, RuleForm] = Field(default_factory=dict)
    credits: list[CreditForm] = Field(default_factory=list)
    assumptions: dict[str, AssumptionForm] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_rates(self) -> TableForm:
        own = [meter for meter in self.meters.values() if meter.prices_of is None]
        if own and not self.rates and not self.derived_rates:
            message = "'rates' may be empty only where every price comes from another table"
            raise ValueError(message)
        return self
