"""What a change of rates does to a fleet: the fleet priced with both books, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.options import read_options
from wharfage.engine.priced import PricedFleet
from wharfage.inputs.fleet import read_fleet
from wharfage.rates.diff import BookOn
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH

SIDES = ("before", "after")


@dataclass(frozen=True)
class Impact:
    """Monthly costs of a fleet under two books.

    Attributes
    ----------
    before, after : BookOn
        The two sides.
    workloads : DataFrame
        One row per workload: workload, service, region, currency, before, after, change,
        percent, note. What either side does not price is NaN there, and the note says why.
    """

    before: BookOn
    after: BookOn
    workloads: pd.DataFrame

    def by(self, *columns: str) -> pd.DataFrame:
        """Sums over the workloads that both sides price, and how many are left out.

        Parameters
        ----------
        *columns : str
            ``service``, ``region`` or both; the currency always counts.
        """
        by = [*columns, "currency"]
        rows = self.workloads.assign(unpriced=self.workloads["change"].isna())
        rows.loc[rows["unpriced"], list(SIDES)] = np.nan
        sums = rows.groupby(by, sort=True)[[*SIDES, "change", "unpriced"]].sum()
        sums.insert(2, "workloads", rows.groupby(by, sort=True).size())
        return _with_percent(sums.reset_index())

    @property
    def totals(self) -> pd.DataFrame:
        """Sums of the whole fleet, by currency."""
        return self.by()


def fleet_impact(
    fleet: object,
    before: BookOn,
    after: BookOn,
    *,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Impact:
    """Monthly cost of every workload of a fleet under two books.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        As for :func:`wharfage.estimate`.
    before, after : BookOn
        Two books on their dates.
    month, free_tier, sizes, before_first, assumptions
        As for :func:`wharfage.estimate`; the same on both sides.

    Returns
    -------
    Impact
        ``change`` is after less before, in the currency of the tables, per month.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read, or an argument makes no sense.
    """
    encoded = encode_fleet(read_fleet(fleet))
    priced = []
    for side in (before, after):
        options = read_options(
            side.book, side.on, month, free_tier, sizes, before_first, assumptions
        )
        priced.append(price_fleet(encoded, side.book, options))
    return Impact(before, after, _workloads(encoded, *priced))


def _workloads(fleet: Fleet, before: PricedFleet, after: PricedFleet) -> pd.DataFrame:
    costs = [priced.monthly_cost for priced in (before, after)]
    frame = pd.DataFrame(
        {
            "workload": fleet.workloads,
            "service": _words(fleet, "service"),
            "region": _words(fleet, "region"),
            "currency": _currencies(before, after, len(fleet)),
            "before": costs[0],
            "after": costs[1],
            "change": costs[1] - costs[0],
        }
    )
    return _with_percent(frame).assign(note=_notes(before, after))


def _with_percent(frame: pd.DataFrame) -> pd.DataFrame:
    base = frame["before"].where(frame["before"] > 0)
    return frame.assign(percent=frame["change"] / base * 100)


def _words(fleet: Fleet, column: str) -> list[str]:
    values = (*fleet.values[column], "")
    return [values[code] for code in fleet.arrays[column]]


def _currencies(before: PricedFleet, after: PricedFleet, count: int) -> list[str]:
    found = np.full(count, "", dtype=object)
    for priced in (before, after):
        for name, result in priced.services.items():
            found[result.rows] = priced.book.table(name).form.currency
    return found.tolist()


def _notes(before: PricedFleet, after: PricedFleet) -> list[str]:
    """Why a side has no price, for every workload."""
    reasons = [
        [priced.reasons.texts[code] for code in priced.reasons.codes] for priced in (before, after)
    ]
    return [
        "; ".join(f"{side}: {why}" for side, why in zip(SIDES, pair, strict=True) if why)
        for pair in zip(*reasons, strict=True)
    ]
