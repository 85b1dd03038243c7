"""Demand over time: the nodes of an ideal autoscaler, and a fixed fleet that is never too small.

Time is cut into steps. A pod counts in every step that it touches; each distinct set of pods is
packed once. The autoscaler has the nodes of each step's plan, for that step. The fixed fleet has
those of the costliest step, and more where first-fit decreasing cannot place another step on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.fleet import Fleet
from wharfage.errors import InvalidValueError
from wharfage.nodes.attribution import cell_costs, weights
from wharfage.nodes.fixed_fleet import fixed_fleet
from wharfage.nodes.machines import Site
from wharfage.nodes.packing import pack, undominated
from wharfage.nodes.pods import Pods
from wharfage.nodes.pools import Pool, Unpacked, unpacked, unplaced_groups, zone_count
from wharfage.nodes.problem import Floats, Ints, Packing, PackingProblem, most_per_node
from wharfage.nodes.problem import unplaced_reasons as reasons_of
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.units import SECONDS_PER_HOUR


@dataclass(frozen=True)
class NodesOverTime:
    """Node-hours of an autoscaler, beside the fixed fleet that the plan holds.

    Attributes
    ----------
    frame : DataFrame
        One row per stretch of time without change: `start_seconds`, `hours`, `pods`, `nodes`,
        `hourly_node_cost` (nodes all told, no cluster), `lower_bound`.
    hours : float
        All of the time.
    node_hours : float
        Of all nodes of the autoscaler.
    cost, cost_bound : float
        Of the autoscaler's nodes over all of the time, and the least that it can be. [USD]
    peak_bound : float
        The least that the machines of any fixed fleet can cost. [USD per hour]
    distinct_steps : int
        Sets of pods that were packed.
    unplaced : list of (int, str)
        Groups that fit on no machine, with the reason.
    attributed : (array, array)
        Cost of each workload, and its part of the idle, averaged over all of the time.
        [USD per hour]
    """

    frame: pd.DataFrame
    hours: float
    node_hours: float
    cost: float
    cost_bound: float
    peak_bound: float
    distinct_steps: int
    unplaced: list[tuple[int, str]]
    attributed: tuple[Floats, Floats]
    assumption: str


@dataclass(frozen=True)
class Curve:
    """Pods of each group (t, k) over t stretches of time."""

    start: Floats
    hours: Floats
    first: Ints
    last: Ints
    count: Ints


@dataclass(frozen=True)
class _Steps:
    """Plans of the distinct steps of one purchase option, spread over the stretches (t,)."""

    nodes: Floats
    cost: Floats
    bound: Floats
    each: Floats
    pools: list[Pool]
    unplaced: list[tuple[int, str]]
    distinct: int


def has_times(fleet: Fleet) -> bool:
    """True if any workload starts or ends."""
    return any((~np.isnan(fleet.arrays[name])).any() for name in ("start_seconds", "end_seconds"))


def plan_over_time(
    fleet: Fleet, pods: Pods, site: Site, names: list[str | None]
) -> tuple[list[Pool], NodesOverTime]:
    """Pools of a fixed fleet, and the nodes of an autoscaler.

    Raises
    ------
    InvalidValueError
        If the plan has several zones.
    """
    if zone_count(pods, site) > 1:
        raise InvalidValueError(
            "A plan over time is one of a single zone: start_seconds or end_seconds are given,"
            f" and {zone_count(pods, site):,} zones are asked for.",
            hint="plan the zones on their own.",
        )
    curve = demand_curve(fleet, pods, site)
    option = pods.traits["option"].to_numpy()
    parts = []
    for code in np.unique(option):
        groups = np.flatnonzero(option == code)
        parts.append(
            (groups, _plan_steps(pods, groups, curve, PURCHASE_OPTIONS[code], site, names))
        )
    each = np.zeros(curve.count.shape)
    for groups, steps in parts:
        each[:, groups] = steps.each
    cost = np.sum([steps.cost for _, steps in parts], axis=0)
    bound = np.sum([steps.bound for _, steps in parts], axis=0)
    nodes = np.sum([steps.nodes for _, steps in parts], axis=0)
    pools = [pool for _, steps in parts for pool in steps.pools]
    frame = pd.DataFrame(
        {
            "start_seconds": curve.start,
            "hours": curve.hours,
            "pods": curve.count.sum(axis=1),
            "nodes": nodes.astype(np.int64),
            "hourly_node_cost": cost,
            "lower_bound": bound,
        }
    )
    total, hours = float(cost @ curve.hours), float(curve.hours.sum())
    return pools, NodesOverTime(
        frame=frame,
        hours=hours,
        node_hours=float(nodes @ curve.hours),
        cost=total,
        cost_bound=float(bound @ curve.hours),
        peak_bound=float(sum(steps.pools[0].price_bound for _, steps in parts if steps.pools)),
        distinct_steps=sum(steps.distinct for _, steps in parts),
        unplaced=[pair for _, steps in parts for pair in steps.unplaced],
        attributed=_attributed(pods, curve, each, total / hours, len(fleet)),
        assumption=(
            f"steps of {site.settings.step_hours:g} h, a pod counts in every step that it touches; an"
            " ideal autoscaler has exactly the nodes of each step and moves pods freely, at prices"
            " without sustained use; the fixed fleet holds the pods of every step"
        ),
    )


def demand_curve(fleet: Fleet, pods: Pods, site: Site) -> Curve:
    """Pods of each group over time, in stretches without change."""
    step = site.settings.step_hours * SECONDS_PER_HOUR
    start = fleet.arrays["start_seconds"][pods.row] / step
    end = fleet.arrays["end_seconds"][pods.row] / step
    known = np.concatenate([start, end])
    known = known[~np.isnan(known)]
    opened = np.floor(known.min() + SLACK) if len(known) else 0.0
    closed = np.ceil(known.max() - SLACK) if len(known) else opened
    if np.isnan(end).any() and not (closed > opened and (~np.isnan(end)).any()):
        # Nothing ends: what starts runs for a month.
        closed = np.ceil(opened + site.options.month.seconds / step)
    first = np.floor(np.where(np.isnan(start), opened, start) * (1.0 + SLACK))
    last = np.ceil(np.where(np.isnan(end), closed, end) * (1.0 - SLACK))
    edges = np.unique(np.concatenate([[opened, max(closed, opened + 1)], first, last]))
    first, last = np.searchsorted(edges, first), np.searchsorted(edges, last)
    load = np.zeros((len(edges), len(pods)))
    np.add.at(load, (first, pods.group), pods.load)
    np.add.at(load, (last, pods.group), -pods.load)
    # Adding and taking away leaves dust where loads are not whole.
    load = np.maximum(np.cumsum(load, axis=0)[:-1], 0.0)
    count = round_up(np.where(load < SLACK, 0.0, load), 1.0).astype(np.int64)
    return Curve(
        start=edges[:-1] * step,
        hours=np.diff(edges) * site.settings.step_hours,
        first=first,
        last=last,
        count=count,
    )


def _plan_steps(
    pods: Pods, groups: Ints, curve: Curve, option: str, site: Site, names: list[str | None]
) -> _Steps:
    """Plan every distinct step of one purchase option, and a fleet for all of them."""
    count = curve.count[:, groups]
    autoscaled = site.machines(option, full_month=False)
    whole = unpacked(pods, groups, count.max(axis=0), autoscaled, site, names)
    reasons = reasons_of(whole.problem)
    unplaced = unplaced_groups(groups, whole.shapes, autoscaled, reasons)
    refused = np.isin(groups, [group for group, _ in unplaced])
    count = np.where(refused, 0, count)
    cells = len(whole.shapes.largest)
    by_cell = np.zeros((len(count), cells), np.int64)
    np.add.at(by_cell.T, whole.shapes.cell, count.T)
    distinct, place = np.unique(by_cell, axis=0, return_inverse=True)
    place = place.ravel()
    kept = undominated(whole.problem.capacity, whole.problem.price, most_per_node(whole.problem))
    plans = []
    for row in distinct:
        plans.append(_pack_step(whole.problem, row, kept, site.settings.seconds))
        site.packed(len(plans), len(distinct))
    unit = np.array([cell_costs(autoscaled, plan, cells) for plan, _ in plans])
    each = _group_costs(pods, groups, whole, unit)[place]
    cost = np.array([plan.cost for plan, _ in plans])
    bound = np.array([low if whole.shapes.is_exact else 0.0 for _, low in plans])
    order = np.argsort(-cost, kind="stable")
    rows = [count[np.flatnonzero(place == number)[0]] for number in order]
    return _Steps(
        nodes=np.array([plan.nodes.sum() for plan, _ in plans], dtype=np.float64)[place],
        cost=cost[place],
        bound=bound[place],
        each=each,
        pools=fixed_fleet(pods, groups, rows, site.machines(option), site, names),
        unplaced=unplaced,
        distinct=len(distinct),
    )


def _pack_step(
    problem: PackingProblem, count: Ints, kept: Ints, seconds: float
) -> tuple[Packing, float]:
    """Plan and bound of the pods of one step, its machines those of the whole problem."""
    used = np.flatnonzero(count)
    part = PackingProblem(
        problem.demand[used],
        count[used],
        problem.capacity[kept],
        problem.price[kept],
        problem.may_run[np.ix_(used, kept)],
        problem.max_per_node[used],
        problem.dimensions,
    )
    found = pack(part, seconds=seconds)
    plan = found.packing
    pattern = np.zeros((len(plan.nodes), len(count)), np.int64)
    pattern[:, used] = plan.pattern
    return Packing(kept[plan.machine], pattern, plan.nodes, plan.cost), found.lower_bound


def _group_costs(pods: Pods, groups: Ints, whole: Unpacked, unit: Floats) -> Floats:
    """Cost of one pod of each group in each distinct step: (s, g). [USD per hour]."""
    weight, gpus = weights(pods.demand[groups])
    cell = whole.shapes.cell
    # A group without pods in a step costs nothing there.
    unit = np.nan_to_num(unit)
    return np.asarray(unit[:, 0][:, cell] * weight + unit[:, 1][:, cell] * gpus)


def _attributed(
    pods: Pods, curve: Curve, each: Floats, average: float, rows: int
) -> tuple[Floats, Floats]:
    """Cost of each workload and its part of the idle, averaged over all of the time."""
    upto = np.vstack([np.zeros(each.shape[1]), np.cumsum(each * curve.hours[:, None], axis=0)])
    spent = upto[curve.last, pods.group] - upto[curve.first, pods.group]
    hourly = np.bincount(pods.row, weights=spent * pods.load, minlength=rows) / curve.hours.sum()
    used = float(hourly.sum())
    idle = hourly / used * max(average - used, 0.0) if used > 0 else hourly
    return hourly, idle
