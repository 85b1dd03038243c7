"""The small fleet of sums that price scenarios are priced on, one row per way of buying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.price_scenarios import Leg
from wharfage.columns import FLEET_COLUMNS, PURCHASE_OPTIONS, Kind
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.portion import Portion, columns_read
from wharfage.engine.sums import Sums
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Rules
from wharfage.services import Quantities, Service, find_service
from wharfage.services.model import Columns, Vocabularies

Array = NDArray[Any]

QUANTITY, FACTOR, DERIVED = "quantity ", "factor ", "derived "


@dataclass(frozen=True)
class Part:
    """Sums of one service, and the legs that are bought from them."""

    sums: Sums
    legs: Sequence[Leg]

    @property
    def rows(self) -> int:
        """Rows of the small fleet that it takes."""
        return len(self.legs) * len(self.sums.workloads)


def price_parts(
    parts: Sequence[Part], fleet: Fleet, book: RateBook, options: Options, scenarios: int
) -> Array:
    """Cost, list cost, workloads priced, unpriced and without Spot of every scenario."""
    small, rows = _small_fleet(parts, fleet, book, scenarios)
    priced = price_fleet(small, book, options)
    is_used = np.ones(len(rows.scenario), dtype=np.bool_)
    if rows.is_instead.any():
        # Of the two ways of a Spot share one counts: Spot where it has a price, else the other.
        has_spot = np.append(priced.reasons.codes == 0, False)[rows.partner]
        is_used = np.where(rows.is_instead, ~has_spot, is_used)
        is_used &= ~rows.is_spot | (priced.reasons.codes == 0)
        for portion in _portions(small):
            for name in portion.columns:
                if name.startswith(QUANTITY):
                    portion.columns[name] = portion.columns[name] * portion.take(is_used)
        priced = price_fleet(small, book, options)
    is_priced = priced.reasons.codes == 0
    parts_of = (
        (priced.monthly_cost, is_priced & is_used),
        (priced.list_cost, is_priced & is_used),
        (rows.workloads, is_priced & is_used),
        (rows.workloads, ~is_priced & is_used),
        (rows.whole, rows.is_instead & is_used),
    )
    return np.stack(
        [
            np.bincount(rows.scenario, weights=np.where(mask, values, 0.0), minlength=scenarios)
            for values, mask in parts_of
        ]
    )


@dataclass(frozen=True)
class _Rows:
    """What each row of the small fleet stands for; `partner` is the Spot row of an instead row."""

    scenario: Array
    workloads: Array
    whole: Array
    account: Array
    is_spot: Array
    is_instead: Array
    partner: Array


def _small_fleet(
    parts: Sequence[Part], fleet: Fleet, book: RateBook, scenarios: int
) -> tuple[Fleet, _Rows]:
    """Fleet of sums: a row per way of buying and leg."""
    by_service: dict[str, list[Part]] = {}
    for part in parts:
        by_service.setdefault(part.sums.plan.service.id, []).append(part)
    counts = [sum(part.rows for part in own) for own in by_service.values()]
    found = [_rows(part, scenarios) for own in by_service.values() for part in own]
    starts = np.cumsum([0, *(len(each.scenario) for each in found)])

    def joined(name: str) -> Array:
        return np.concatenate([getattr(each, name) for each in found])

    partner = [
        np.where(each.partner >= 0, each.partner + start, -1)
        for each, start in zip(found, starts[:-1], strict=True)
    ]
    rows = _Rows(
        scenario=joined("scenario"),
        workloads=joined("workloads"),
        whole=joined("whole"),
        account=joined("account"),
        is_spot=joined("is_spot"),
        is_instead=joined("is_instead"),
        partner=np.concatenate(partner),
    )
    total = int(starts[-1])
    accounts = fleet.values["billing_account"] or ("",)
    small = Fleet(
        table=pd.DataFrame(index=pd.RangeIndex(total)),
        ids=None,
        arrays={
            "service": np.repeat(np.arange(len(counts)), counts),
            "billing_account": rows.account,
        },
        values={
            "service": tuple(by_service),
            "billing_account": tuple(f"{a} {n}" for a in accounts for n in range(scenarios)),
        },
        given=frozenset(FLEET_COLUMNS),
    )
    end = 0
    portions = _portions(small)
    for count, (service, own) in zip(counts, by_service.items(), strict=True):
        end += count
        portion = _small_portion(own, np.arange(end - count, end), total)
        portions.append(portion)
        names = columns_read(find_service(service), book.table(service))
        small.keep((service, names), portions[-1].itself)
    return small, rows


def _portions(small: Fleet) -> list[Portion]:
    """Portions that a small fleet was made with."""
    none: list[Portion] = []
    return small.keep("portions", lambda: none)


def _rows(part: Part, scenarios: int) -> _Rows:
    """What the rows of a part stand for, leg by leg."""
    sums, legs, ways = part.sums, part.legs, len(part.sums.workloads)
    numbers = np.repeat([leg.scenario for leg in legs], ways)
    spot = {leg.scenario: n * ways for n, leg in enumerate(legs) if leg.is_spot}
    partner = [
        spot[leg.scenario] + np.arange(ways)
        if leg.is_instead and leg.scenario in spot
        else np.full(ways, -1)
        for leg in legs
    ]
    return _Rows(
        scenario=numbers,
        workloads=np.concatenate([sums.workloads * leg.share for leg in legs]),
        whole=np.tile(sums.workloads, len(legs)),
        account=np.tile(sums.columns["billing_account"], len(legs)) * scenarios + numbers,
        is_spot=np.repeat([leg.is_spot for leg in legs], ways),
        is_instead=np.repeat([leg.is_instead for leg in legs], ways),
        partner=np.concatenate(partner),
    )


def _small_portion(parts: Sequence[Part], positions: Array, rows: int) -> Portion:
    """Rows of one service in the small fleet."""
    plan = parts[0].sums.plan
    regions = list(plan.values["region"])
    columns: dict[str, list[Array]] = {}
    for part in parts:
        own = part.sums.plan.values["region"]
        regions += [name for name in own if name not in regions]
        codes = np.array([*(regions.index(name) for name in own), -2, -1])
        for leg in part.legs:
            for name, values in _leg_columns(part.sums, leg, codes, regions).items():
                columns.setdefault(name, []).append(values)
    arrays = {
        name: _placed(np.concatenate(values), positions, rows) for name, values in columns.items()
    }
    return Portion(
        _with_stored_quantities(plan),
        arrays,
        {**plan.portion.values, "region": tuple(regions)},
        frozenset(arrays),
        shape=(rows,),
        rows=positions,
    )


def _placed(values: Array, positions: Array, rows: int) -> Array:
    whole = np.zeros(rows, dtype=values.dtype)
    whole[positions] = values
    return whole


def _leg_columns(sums: Sums, leg: Leg, regions: Array, names: list[str]) -> dict[str, Array]:
    """Columns of one leg: how its rows are bought, and how much."""
    found = {name: values for name, values in sums.columns.items() if name != "demand"}
    found["region"] = regions[found["region"]]
    if leg.region is not None:
        if leg.region not in names:
            names.append(leg.region)
        found["region"] = np.full(len(sums.workloads), names.index(leg.region))
    if leg.purchase_option is not None and "purchase_option" in found:
        found["purchase_option"] = np.full(
            len(sums.workloads), PURCHASE_OPTIONS.index(leg.purchase_option)
        )
    for meter, quantity in sums.quantities.items():
        paid = np.divide(
            sums.discounted[meter], quantity, out=np.ones_like(quantity), where=quantity > 0
        )
        found[QUANTITY + meter] = quantity * leg.share
        found[FACTOR + meter] = paid * (1.0 - leg.discount)
    return found | {DERIVED + name: values for name, values in sums.derived.items()}


def _with_stored_quantities(plan: ServicePlan) -> Service:
    """Service whose quantities stand in columns, as they were added up."""
    derived_values = {
        name: values for name, values in plan.values.items() if values != plan.portion.values[name]
    }

    def quantities(columns: Columns, _: Rules) -> Quantities:
        return Quantities(
            meters={meter: columns[QUANTITY + meter] for meter in plan.meters},
            discounts={meter: columns[FACTOR + meter] for meter in plan.meters},
        )

    def derive(columns: Columns, _: Vocabularies, __: Rules) -> tuple[Columns, Vocabularies]:
        own = {n.removeprefix(DERIVED): v for n, v in columns.items() if n.startswith(DERIVED)}
        return own, derived_values

    service = plan.service
    coded = tuple(name for name in service.columns if name in _coded_names())
    return replace(
        service,
        quantities=quantities,
        columns=coded,
        required=(),
        cannot_run={},
        derive=None if service.derive is None else derive,
    )


def _coded_names() -> frozenset[str]:
    numbers = (Kind.NUMBER, Kind.COUNT)
    return frozenset(name for name, column in FLEET_COLUMNS.items() if column.kind not in numbers)
