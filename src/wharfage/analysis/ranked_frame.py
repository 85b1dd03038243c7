"""The table of a comparison: every workload in every scenario, put together column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.node_scenarios import PlannedFleet
from wharfage.analysis.scenarios import BILLING_MODES, PricedScenario
from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.fleet import EMPTY, Fleet
from wharfage.engine.plan import Options
from wharfage.engine.portion import billing_modes
from wharfage.engine.reasons import Reasons
from wharfage.services import find_service

FRAME_COLUMNS = (
    "workload",
    "service",
    "region",
    "purchase_option",
    "billing_mode",
    "rank",
    "monthly_cost",
    "monthly_list_cost",
    "daily_cost",
    "feasible",
    "reason",
    "assumptions",
    "is_baseline",
    "saving",
)


def ranked_frame(
    fleet: Fleet,
    scenarios: Sequence[PricedScenario],
    baseline_cost: NDArray[np.float64],
    options: Options,
) -> pd.DataFrame:
    """One row per workload and scenario that is shown, ranked within the workload.

    Parameters
    ----------
    fleet : Fleet
        The workloads as given.
    scenarios : sequence of PricedScenario
        In the order that breaks ties, so that a stable sort of their costs ranks.
    baseline_cost : array (n,)
        What a saving is counted against. [currency per month]
    options : Options
        Month that was priced.
    """
    shown = np.stack([entry.shown for entry in scenarios], axis=1)
    cost = np.stack([entry.priced.monthly_cost for entry in scenarios], axis=1)
    cost[~shown] = np.nan
    order = np.argsort(cost, axis=1, kind="stable")
    row, position = np.nonzero(np.take_along_axis(shown, order, axis=1))
    number = order[row, position]
    cost = cost[row, number]
    is_ranked = pd.Series(~np.isnan(cost))

    def take(values: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.stack(values, axis=1)[row, number]

    def words(coded: Sequence[tuple[Sequence[str | None], NDArray[Any]]]) -> pd.Series:
        vocabulary, codes = _one_vocabulary(coded)
        return _texts(vocabulary, take(codes))

    modes = [_shown_mode(entry) for entry in scenarios]
    fleets = [entry.priced.fleet for entry in scenarios]
    reasons = [entry.priced.reasons for entry in scenarios]
    notes = [_assumptions(entry, fleet) for entry in scenarios]
    list_cost = take([entry.priced.list_cost for entry in scenarios])
    columns = {
        "workload": _texts(fleet.workloads, row),
        "service": _texts([entry.scenario.service for entry in scenarios], number),
        "region": words([(f.values["region"], f.arrays["region"]) for f in fleets]),
        "purchase_option": _texts(
            PURCHASE_OPTIONS, take([f.arrays["purchase_option"] for f in fleets])
        ),
        "billing_mode": _texts(BILLING_MODES, take(modes)),
        "rank": pd.Series(position + 1, dtype="Int64").where(is_ranked),
        "monthly_cost": cost,
        "monthly_list_cost": np.where(is_ranked, list_cost, np.nan),
        "daily_cost": cost * options.month.per_day,
        "feasible": take([entry.feasible for entry in scenarios]),
        "reason": words([([None, *r.texts[1:]], r.codes) for r in reasons]),
        "assumptions": words([([None, *n.texts[1:]], n.codes) for n in notes]),
        "is_baseline": take([is_baseline(fleet, entry) for entry in scenarios]),
        "saving": baseline_cost[row] - cost,
    }
    return pd.DataFrame(columns, columns=list(FRAME_COLUMNS))


def is_baseline(fleet: Fleet, entry: PricedScenario) -> NDArray[np.bool_]:
    """True where a scenario is how the workload runs today."""
    moved = entry.priced.fleet
    same = np.ones(len(fleet), dtype=bool)
    for column in ("service", "region"):
        same &= names_of(fleet, column) == names_of(moved, column)
        same &= fleet.arrays[column] >= 0
    same &= fleet.arrays["purchase_option"] == moved.arrays["purchase_option"]
    if entry.scenario.billing_mode is not None:
        today = billing_modes(
            fleet.arrays["billing_mode"],
            ~np.isnan(fleet.arrays["requests_per_month"]),
            fleet.arrays["gpu_type"],
        )
        same &= today == moved.arrays["billing_mode"]
    return same


def names_of(fleet: Fleet, column: str) -> NDArray[np.object_]:
    """Names in a coded column, None where a cell is empty."""
    return np.array([*fleet.values[column], None], dtype=object)[fleet.arrays[column]]


def _shown_mode(entry: PricedScenario) -> NDArray[np.int64]:
    """Billing mode of each workload, where the service has such a thing."""
    if "billing_mode" not in find_service(entry.scenario.service).columns:
        return np.full(len(entry.shown), EMPTY)
    return entry.priced.fleet.arrays["billing_mode"]


def _one_vocabulary(
    coded: Sequence[tuple[Sequence[str | None], NDArray[Any]]],
) -> tuple[list[str | None], list[NDArray[np.int32]]]:
    """Arrays of codes in one vocabulary instead of one each; a negative code means none."""
    index: dict[str | None, int] = {}
    arrays = []
    for texts, codes in coded:
        new = [index.setdefault(text, len(index)) for text in texts]
        arrays.append(np.array([*new, EMPTY], dtype=np.int32)[codes])
    return list(index), arrays


def _texts(vocabulary: Sequence[str | None] | NDArray[Any], codes: NDArray[Any]) -> pd.Series:
    """Column of texts from codes, of one type even where every cell is empty."""
    # The empty text stands there so that pandas sees a column of text; no code points to it.
    texts = pd.Series([*vocabulary, "", None], dtype=None)
    return texts.take(np.where(codes < 0, len(texts) - 1, codes)).reset_index(drop=True)


def _assumptions(entry: PricedScenario, fleet: Fleet) -> Reasons:
    """Notes of each workload in a scenario, and the region that its own was mapped to."""
    notes = Reasons(len(fleet))
    priced = entry.priced
    if isinstance(priced, PlannedFleet):
        for note, rows in priced.notes().items():
            notes.add(rows, note)
    for result in priced.services.values():
        for note, rows in result.notes.items():
            notes.add(rows, note)
    has_cost = ~priced.reasons.any
    notes.add(np.flatnonzero(priced.lower_bound & has_cost), "lower_bound")
    notes.add(np.flatnonzero(priced.doubtful & ~priced.lower_bound & has_cost), "doubtful")
    own, moved = fleet.arrays["region"], priced.fleet.arrays["region"]
    names, moved_names = fleet.values["region"], priced.fleet.values["region"]
    for code, name in enumerate(names):
        rows = np.flatnonzero((own == code) & (moved >= 0))
        if len(rows) and entry.scenario.region is None:
            there = moved_names[moved[rows[0]]]
            if there != name:
                notes.add(rows, f"region {name} = {there}")
    return notes
