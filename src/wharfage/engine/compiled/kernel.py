"""The compiled kernel: a loop over rows that costs hardly more than reading and writing them.

numba comes with the ``fast`` extra and compiles for one to five seconds, so that only who prices
very many rows in one process gets it; ``WHARFAGE_FAST`` says otherwise. Rows that are not just
priced go the other way, so that reasons and findings are told in one place.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.compiled.source import NAME, Source, write_source
from wharfage.engine.compiled.symbols import NotTraceableError
from wharfage.engine.compiled.trace import trace_plan
from wharfage.engine.findings import Findings, find
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.tiles import map_tiles, price_tile
from wharfage.errors import InvalidValueError, MissingExtraError

Array = NDArray[np.float64]

#: rows of a service that numpy prices in about the time that compiling takes; a process compiles
#: a service once it was asked for as many, so that it never waits more than twice as long
WORTH_ROWS = 50_000_000

#: fewer rows than this at a time are left to numpy: writing down the formulas takes a millisecond
MINIMUM_ROWS = 1_000_000

#: rows per call: enough to make the call itself cheap, few enough to keep all cores busy
RANGE = 131_072

#: environment variable: "always" compiles at once, "never" not at all, "auto" by the rows asked for
SWITCH, CHOICES = "WHARFAGE_FAST", ("auto", "always", "never")

#: rows of each service that this process was asked for, in large fleets
_asked: Counter[str] = Counter()


@dataclass(frozen=True)
class CompiledPlan:
    """A service's plan, compiled: prices ranges of rows into whole columns."""

    plan: ServicePlan
    options: Options
    source: Source
    function: Callable[..., None]

    def price_all(
        self, list_cost: Array, effective_cost: Array, spent: Sequence[Array]
    ) -> list[Findings]:
        """Fill costs and pool costs of all rows (n,); what was found besides them, by range."""
        costs = [list_cost, effective_cost, *spent]
        # The first call compiles; without rows, and before there are threads that would wait.
        self.price(slice(0, 0), costs)
        return map_tiles(lambda rows: self.price(rows, costs), len(list_cost), RANGE)

    def price(self, rows: slice, costs: Sequence[Array]) -> Findings:
        """Fill the costs of some rows."""
        count = rows.stop - rows.start
        unusual = np.empty(count, dtype=np.bool_)
        doubtful = np.empty(count, dtype=np.bool_) if self.source.has_doubt else None
        outputs = [unusual, *(cost[rows] for cost in costs)]
        if doubtful is not None:
            outputs.append(doubtful)
        arguments = zip(self.source.arguments, self.source.is_column, strict=True)
        self.function(*outputs, *(own[rows] if cut else own for own, cut in arguments))
        found = Findings(count, {}, {}, None, doubtful)
        where = np.flatnonzero(unusual)
        return self._price_unusual(found, rows, where, costs) if len(where) else found

    def _price_unusual(
        self, found: Findings, rows: slice, where: NDArray[np.intp], costs: Sequence[Array]
    ) -> Findings:
        """Fill the costs of the rows at `where`, with all that is to be said of them."""
        chosen = where + rows.start
        tile = price_tile(self.plan, chosen)
        parts = [tile.list_cost, tile.effective_cost, *tile.pool_cost]
        for cost, part in zip(costs, parts, strict=True):
            cost[chosen] = part
        own = find(tile, slice(0, len(chosen)), self.options)
        lower_bound = doubtful = None
        if own.lower_bound is not None:
            lower_bound = np.zeros(found.rows, dtype=np.bool_)
            lower_bound[where] = own.lower_bound
        if found.doubtful is not None:
            doubtful = found.doubtful
            doubtful[where] = False if own.doubtful is None else own.doubtful
        return replace(
            found,
            faults={text: chosen[at] for text, at in own.faults.items()},
            missing={meter: chosen[at] for meter, at in own.missing.items()},
            lower_bound=lower_bound,
            doubtful=doubtful,
        )


def compile_plan(plan: ServicePlan, options: Options) -> CompiledPlan | None:
    """The compiled kernel of a plan; None where the plan is better left to numpy.

    That is for few rows, without numba, for meters with graduated tiers (what a row costs depends
    on the others), and for services whose formulas cannot be written for one row.

    Raises
    ------
    InvalidValueError
        If the switch says what it cannot.
    MissingExtraError
        If it wants what is not installed.
    """
    if not _is_wanted(plan.service.id, plan.portion.count):
        return None
    if any(meter.prices.meter.is_tiered for meter in plan.meters.values()):
        return None
    try:
        source = write_source(trace_plan(plan, options))
    except (NotTraceableError, TypeError, ValueError):
        # A plug-in's formulas may do with a column what only an array can do.
        return None
    return CompiledPlan(plan, options, source, compile_source(source.text))


def _is_wanted(service: str, rows: int) -> bool:
    """True if a plan of a service shall be compiled: as the switch says, else by its rows."""
    switch = os.environ.get(SWITCH) or "auto"
    if switch not in CHOICES:
        raise InvalidValueError(
            f"{SWITCH}={switch!r} is not one of {', '.join(CHOICES)}.",
            hint=f"write {SWITCH}=always, or leave it out.",
        )
    if switch == "never" or (switch == "auto" and rows < MINIMUM_ROWS):
        return False
    has_numba = find_spec("numba") is not None
    if switch == "always" and not has_numba:
        raise MissingExtraError(
            f"{SWITCH}=always needs numba, which is not installed.",
            hint="pip install 'wharfage[fast]'",
        )
    _asked[service] += rows
    return has_numba and (switch == "always" or _asked[service] >= WORTH_ROWS)


@lru_cache(maxsize=128)
def compile_source(text: str) -> Callable[..., None]:
    """The function of a source; it is compiled when it first meets its types."""
    import numba  # noqa: PLC0415  optional and heavy

    names: dict[str, Any] = {"np": np}
    exec(compile(text, f"<{NAME}>", "exec"), names)  # noqa: S102  own text, made of fixed templates
    # No reassociation and no fused operations: results are numpy's.
    compiled: Callable[..., None] = numba.njit(nogil=True, error_model="numpy")(names[NAME])
    return compiled
