"""What a fleet priced in parts came to: rows, totals, reasons, assumptions; parts can be added."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from wharfage.engine.failures import Unpriced, unpriced_error
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.errors import UnpricedError
from wharfage.outputs.explain import count_assumptions


@dataclass(frozen=True)
class Summary:
    """Counts and totals of some workloads.

    Attributes
    ----------
    rows, lower_bounds, doubtful : int
        Workloads in all; priced without a minor meter; priced on doubtful rates.
    totals : dict of currency to float
        Monthly cost of what is priced.
    unpriced : dict of (service, reason) to Unpriced
        Workloads without a price, with the first of them.
    assumptions : counter of (service, note)
        Workloads that a note is true of.
    """

    rows: int = 0
    lower_bounds: int = 0
    doubtful: int = 0
    totals: dict[str, float] = field(default_factory=dict)
    unpriced: dict[tuple[str, str], Unpriced] = field(default_factory=dict)
    assumptions: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def missing(self) -> int:
        """Workloads without a price."""
        return sum(group.count for group in self.unpriced.values())

    def by_reason(self) -> pd.DataFrame:
        """Unpriced workloads by reason, most first: columns size and first (an id)."""
        sizes: dict[str, int] = {}
        firsts: dict[str, Unpriced] = {}
        for group in sorted(self.unpriced.values(), key=lambda group: group.row):
            sizes[group.reason] = sizes.get(group.reason, 0) + group.count
            firsts.setdefault(group.reason, group)
        frame = pd.DataFrame(
            {"size": list(sizes.values()), "first": [one.workload for one in firsts.values()]},
            index=list(sizes),
        )
        return frame.sort_values("size", ascending=False, kind="stable")

    def error(self, options: Options) -> UnpricedError:
        """Error that tells of all unpriced workloads; its failures are the first of each reason."""
        groups = sorted(self.unpriced.values(), key=lambda group: group.row)
        failures = pd.DataFrame([vars(group) for group in groups])
        return unpriced_error(groups, failures, self.rows, options.on)


def summarise(priced: PricedFleet, rows: int, ids: Any, first_row: int) -> Summary:  # noqa: ANN401
    """Summary of a priced batch.

    Parameters
    ----------
    priced : PricedFleet
        The batch, priced.
    rows : int
        Rows of the batch.
    ids : pyarrow array (rows,)
        Ids of its workloads.
    first_row : int
        Number of its first row in the whole fleet, from 1.
    """
    codes = priced.reasons.codes[:rows]
    is_priced = codes == 0
    return Summary(
        rows,
        int((priced.lower_bound[:rows] & is_priced).sum()),
        int((priced.doubtful[:rows] & is_priced).sum()),
        priced.totals(),
        {} if is_priced.all() else _groups(priced, rows, ids, first_row),
        count_assumptions(priced),
    )


def _groups(
    priced: PricedFleet,
    rows: int,
    ids: Any,  # noqa: ANN401  a pyarrow array
    first_row: int,
) -> dict[tuple[str, str], Unpriced]:
    own = np.flatnonzero(priced.reasons.codes[:rows])
    names = [*priced.fleet.values["service"], str(np.nan)]
    reasons = priced.reasons.codes[own].astype(np.int64)
    pairs = reasons * len(names) + priced.fleet.arrays["service"][own] % len(names)
    distinct, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    found = {}
    for pair, place, count in zip(distinct, first, counts, strict=True):
        row = int(own[place])
        service, reason = names[pair % len(names)], priced.reasons.texts[pair // len(names)]
        workload = ids[row].as_py()
        found[service, reason] = Unpriced(service, reason, int(count), workload, first_row + row)
    return found


def add_summaries(parts: Iterable[Summary]) -> Summary:
    """Summary of all parts together; totals are rounded once."""
    several = list(parts)
    amounts: dict[str, list[float]] = {}
    groups: dict[tuple[str, str], Unpriced] = {}
    assumptions: Counter[tuple[str, str]] = Counter()
    for part in several:
        for currency, amount in part.totals.items():
            amounts.setdefault(currency, []).append(amount)
        for key, group in part.unpriced.items():
            groups[key] = _together(groups[key], group) if key in groups else group
        assumptions.update(part.assumptions)
    return Summary(
        sum(part.rows for part in several),
        sum(part.lower_bounds for part in several),
        sum(part.doubtful for part in several),
        {currency: math.fsum(amount) for currency, amount in amounts.items()},
        groups,
        assumptions,
    )


def _together(one: Unpriced, other: Unpriced) -> Unpriced:
    first = min(one, other, key=lambda group: group.row)
    return Unpriced(one.service, one.reason, one.count + other.count, first.workload, first.row)
