"""Price scenarios: what is bought otherwise, read from maps or a table and split into legs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.rates.book import parse_date

FIELDS = ("on", "region", "purchase_option", "spot_share", "discount")


@dataclass(frozen=True)
class PriceScenario:
    """What is bought otherwise; None leaves it as each workload has it.

    `spot_share` is the part of every workload that runs on Spot, `discount` a fraction off every
    price, below list.
    """

    on: dt.date
    region: str | None = None
    purchase_option: str | None = None
    spot_share: float = 0.0
    discount: float = 0.0


def read_scenarios(
    given: Iterable[Mapping[str, Any]] | pd.DataFrame, on: dt.date
) -> list[PriceScenario]:
    """Scenarios from maps or the rows of a table.

    Raises
    ------
    InvalidValueError
        If there is none, a field is unknown, or a value makes no sense.
    """
    rows: list[Any] = given.to_dict("records") if isinstance(given, pd.DataFrame) else list(given)
    found, failures = [], []
    for number, row in enumerate(rows, 1):
        try:
            found.append(_scenario({str(k): v for k, v in row.items() if not _is_empty(v)}, on))
        except InvalidValueError as error:
            failures.append({"scenario": number, "message": error.message, "hint": error.hint})
    if failures:
        raise InvalidValueError(
            f"Scenario {failures[0]['scenario']}: {failures[0]['message']}"
            f" ({len(failures)} of {len(rows)} scenarios cannot be read)",
            hint=str(failures[0]["hint"] or f"a scenario has {', '.join(FIELDS)}."),
            failures=failures,
        )
    if not found:
        raise InvalidValueError("There is no scenario.", hint="give at least one, such as {}.")
    return found


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value))


def _scenario(row: Mapping[str, Any], on: dt.date) -> PriceScenario:
    for name in row:
        if name not in FIELDS:
            raise InvalidValueError(
                f"{name!r} is no field of a price scenario.",
                hint=did_you_mean(name, FIELDS) or f"its fields are {', '.join(FIELDS)}.",
            )
    option = row.get("purchase_option")
    if option is not None and option not in PURCHASE_OPTIONS:
        raise InvalidValueError(
            f"{option!r} is no purchase option.", hint=did_you_mean(str(option), PURCHASE_OPTIONS)
        )
    shares = {name: row.get(name, 0.0) for name in ("spot_share", "discount")}
    for name, value in shares.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:
            raise InvalidValueError(
                f"{name}={value!r} is not between 0 and 1.", hint="0.3 is 30 %."
            )
    day = row.get("on", on)
    return PriceScenario(
        parse_date(day.date() if isinstance(day, pd.Timestamp) else day),
        row.get("region"),
        option,
        float(shares["spot_share"]),
        float(shares["discount"]),
    )


@dataclass(frozen=True)
class Leg:
    """A part of every workload, bought in one way.

    A part that is to run on Spot stands twice: as Spot, and `instead` of it, as it is bought now,
    for workloads that Spot is not sold for.
    """

    scenario: int
    share: float
    region: str | None
    purchase_option: str | None
    discount: float
    is_spot: bool = False
    is_instead: bool = False


def buying_legs(scenarios: Sequence[PriceScenario]) -> list[Leg]:
    """What stays as it is bought, and what runs on Spot, of every scenario."""
    legs = []
    for n, each in enumerate(scenarios):
        stays = Leg(n, 1.0 - each.spot_share, each.region, each.purchase_option, each.discount)
        moves = replace(stays, share=each.spot_share)
        legs.append(stays)
        if each.spot_share:
            legs.append(replace(moves, purchase_option="spot", is_spot=True))
            legs.append(replace(moves, is_instead=True))
    return legs
