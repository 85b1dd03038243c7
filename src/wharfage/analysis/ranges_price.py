"""Draws of a fleet through the engine: every draw is a fleet, priced with pools of its own.

Rows are priced in parts of bounded size. Credits and tiers belong to an account and a draw,
whatever the parts: where there are several, what each account uses is measured first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wharfage.analysis.ranges_draws import settle
from wharfage.analysis.ranges_inputs import Uncertain
from wharfage.analysis.scenarios import Scenario, move_fleet
from wharfage.analysis.spot_mix import SPOT_COLUMNS, price_mix
from wharfage.analysis.what_if import vary
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums, add_sums, measure_pools
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]
#: values of the uncertain columns (rows, times) for some rows
Drawn = Callable[[slice], Mapping[str, Array]]

#: workloads x draws x scenarios that are held at once
CELLS = 2**20


@dataclass(frozen=True)
class Uncertainty:
    """A fleet, what is uncertain about it, and where it may run; None is where it runs today."""

    fleet: Fleet
    spot: Mapping[str, Array]
    inputs: Sequence[Uncertain]
    scenarios: Sequence[Scenario | None]
    book: RateBook
    options: Options

    @property
    def own(self) -> dict[str, Array]:
        """Columns of numbers as they stand in the fleet."""
        return {**self.fleet.arrays, **self.spot}

    def fixed(
        self, rows: slice, shares: Mapping[str, Sequence[float]], times: int
    ) -> dict[str, Array]:
        """Typical values of every uncertain column, but quantiles of those in `shares`."""
        found = {}
        for each in self.inputs:
            values = each.typical(rows)
            if each.column in shares:
                values = each.quantile(np.array([shares[each.column]]), rows)
            settled = settle(each, values, self.own, rows, self.options.month.hours)
            found[each.column] = np.broadcast_to(settled, (rows.stop - rows.start, times))
        return found


@dataclass(frozen=True)
class Part:
    """Costs of some rows: (scenarios, rows, times), NaN where there is none; and first reasons."""

    rows: slice
    cost: Array
    reasons: list[NDArray[np.object_]]


def price_parts(setup: Uncertainty, times: int, drawn: Drawn) -> Iterator[Part]:
    """Every row of the fleet, `times` times over, in every scenario; part by part."""
    step = max(1, CELLS // (times * len(setup.scenarios)))
    count = len(setup.fleet)
    parts = [slice(first, min(first + step, count)) for first in range(0, count, step)]
    sums = [_measure(setup, n, times, drawn, parts) for n in range(len(setup.scenarios))]
    for rows in parts:
        values = drawn(rows)
        fleet, spot = _varied(setup, rows, times, values)
        costs, reasons = [], []
        for scenario, own in zip(setup.scenarios, sums, strict=True):
            moved = fleet if scenario is None else move_fleet(fleet, scenario, setup.book.regions)
            cost, why = price_mix(moved, setup.book, setup.options, spot, own)
            costs.append(cost.reshape(-1, times))
            codes = why.codes.reshape(-1, times)
            first = np.argmax(codes != 0, axis=1)[:, None]
            texts = np.array([None, *why.texts[1:]], dtype=object)
            reasons.append(texts[np.take_along_axis(codes, first, axis=1)[:, 0]])
        yield Part(rows, np.stack(costs), reasons)


def _measure(
    setup: Uncertainty, number: int, times: int, drawn: Drawn, parts: Sequence[slice]
) -> PoolSums | None:
    """What the whole fleet uses of pools in a scenario; None where one part is the whole."""
    if len(parts) == 1:
        return None
    scenario, found = setup.scenarios[number], []
    for rows in parts:
        fleet, _ = _varied(setup, rows, times, drawn(rows))
        moved = fleet if scenario is None else move_fleet(fleet, scenario, setup.book.regions)
        priced = price_fleet(moved, setup.book, setup.options)
        has_tiers = any(result.tier_prices for result in priced.services.values())
        if scenario is not None and not priced.pools and not has_tiers:
            return None
        found.append(measure_pools(priced))
    return add_sums(found)


def _varied(
    setup: Uncertainty, rows: slice, times: int, values: Mapping[str, Array]
) -> tuple[Fleet, dict[str, Array]]:
    """Rows repeated with their values, and their Spot mixes."""
    columns = {name: v for name, v in values.items() if name not in SPOT_COLUMNS}
    fleet = vary(setup.fleet, rows, times, columns, apart=True)
    spot = {name: np.repeat(v[rows], times) for name, v in setup.spot.items()}
    spot |= {name: v.ravel() for name, v in values.items() if name in SPOT_COLUMNS}
    return fleet, spot


def moved_fleet(setup: Uncertainty, scenario: Scenario | None) -> Fleet:
    """The fleet as it is in a scenario."""
    own = replace(setup.fleet, warnings=[])
    return own if scenario is None else move_fleet(own, scenario, setup.book.regions)
