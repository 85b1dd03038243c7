"""A placed stack, priced: one fleet of workloads, riders, clusters and the nodes of its plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.node_scenarios import NODE_SHARE, PlannedFleet, node_assumptions
from wharfage.analysis.platforms import Platform, read_guide
from wharfage.analysis.stack_nodes import SIZES, PlannedGroup, plan_group, rows_of_nodes
from wharfage.analysis.stack_riders import NODES, Usage
from wharfage.analysis.stack_stated import NO_PRICE, shares_of, stated_group
from wharfage.analysis.stacks import WORKLOAD, PlacedStack, Where, at_range, place_stack, without
from wharfage.columns import FLEET_COLUMNS, LINE_COLUMNS
from wharfage.engine.assemble import line_frame
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import CellFault, Fleet, encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.engine.reasons import Reasons
from wharfage.inputs.stack import Note, Stack
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]

#: of nodes that documents state: what is taken for granted, and pods without room on them
STATED, NO_ROOM = "stated_nodes", "no_room"
#: what to do about a size that is empty where the platform has no default
NO_DEFAULT = "there is no default: state resources.requests, or cpu and memory of the task"


@dataclass(frozen=True)
class SharedNodes(PricedFleet):
    """A priced stack in which workloads pay for their part of planned nodes.

    Attributes
    ----------
    whole : PricedFleet
        The same rows before anything is shared out: nodes at their whole cost, pods at nothing.
    shares : array (n,)
        What each row pays of the nodes; negative on the rows of nodes. [currency per month]
    list_shares : array (n,)
        The same of their list cost.
    groups : tuple of PlannedGroup
        The plans.
    """

    whole: PricedFleet
    shares: Array
    list_shares: Array
    groups: tuple[PlannedGroup, ...]

    @cached_property
    def monthly_cost(self) -> Array:
        """Cost of every row: what it is billed, and its part of the nodes."""
        return np.where(self.reasons.any, np.nan, self.whole.monthly_cost + self.shares)

    @cached_property
    def list_cost(self) -> Array:
        """The same at list prices."""
        return np.where(self.reasons.any, np.nan, self.whole.list_cost + self.list_shares)

    @cached_property
    def is_pod(self) -> NDArray[np.bool_]:
        """True for workloads that run on the nodes."""
        rows = [row for group in self.groups for row in (*group.group.pods, *group.group.daemons)]
        found = np.zeros(len(self.fleet), dtype=bool)
        found[rows] = True
        return found

    @cached_property
    def billed_vcpu(self) -> Array:
        """VCPU billed per replica; NaN for pods, whose nodes are billed."""
        return np.where(self.is_pod, np.nan, self.whole.billed_vcpu)

    @cached_property
    def billed_memory_gib(self) -> Array:
        """Memory billed per replica; NaN for pods, whose nodes are billed. [GiB]."""
        return np.where(self.is_pod, np.nan, self.whole.billed_memory_gib)

    @property
    def nodes(self) -> pd.DataFrame:
        """Planned nodes, one row per type: `monthly_cost` is the whole, `idle_cost` its idle part."""
        frame = self.fleet.frame
        planned = sum(len(group.nodes) for group in self.groups)
        rows = np.arange(len(frame) - planned, len(frame))
        columns = ["service", "region", "instance_type", "node_count", "purchase_option"]
        return (
            frame.iloc[rows]
            .reindex(columns=columns)
            .assign(monthly_cost=self.whole.monthly_cost[rows], idle_cost=self.monthly_cost[rows])
            .reset_index(drop=True)
        )

    def lines(self) -> pd.DataFrame:
        """Charges of every row, and what is shared out of the nodes."""
        own = line_frame(self.whole)
        rows = [self._share(int(row)) for row in np.flatnonzero(self.shares)]
        if not rows:
            return own
        shared = pd.DataFrame(rows).reindex(columns=list(LINE_COLUMNS))
        lines = pd.concat([own, shared.astype(own.dtypes.to_dict())], ignore_index=True)
        place = {name: row for row, name in enumerate(self.fleet.workloads)}
        order = lines["workload"].map(place).to_numpy().argsort(kind="stable")
        return lines.iloc[order].reset_index(drop=True)

    def _share(self, row: int) -> dict[str, Any]:
        hours = self.options.month.hours
        values, codes = self.fleet.values, self.fleet.arrays
        named = {name: values[name][codes[name][row]] for name in ("service", "region")}
        return {
            "workload": self.fleet.workloads[row],
            **named,
            "meter": NODE_SHARE,
            "pricing_quantity": hours,
            "pricing_unit": "Hours",
            "list_unit_price": self.list_shares[row] / hours,
            "list_cost": self.list_shares[row],
            "contracted_cost": self.list_shares[row],
            "effective_cost": self.shares[row],
        }

    @property
    def notes_on_room(self) -> list[Note]:
        """Which nodes of the documents are paid for, and which pods have no room on them."""
        names = self.fleet.workloads
        notes = []
        for group in self.groups:
            stated = [str(names[row]) for row in group.group.stated]
            if stated:
                text = f"pods run on {', '.join(stated)}, as the documents state; none is planned"
                notes.append(Note(STATED, text))
            notes += [
                Note(NO_ROOM, text, workload=str(names[row])) for row, text in group.without_room
            ]
        return notes

    @property
    def shared_nodes(self) -> set[str]:
        """Ids of the nodes of which workloads pay their part."""
        frame = self.fleet.frame
        return set(frame["workload"][(frame["part"] == NODES) & (self.shares < 0)])

    @property
    def on_each_node(self) -> set[str]:
        """Ids of the workloads that have one pod on each node."""
        own = [group.group for group in self.groups]
        rows = [row for group in own if group.pods or group.stated for row in group.daemons]
        return {str(self.fleet.workloads[row]) for row in rows}

    @property
    def assumptions(self) -> dict[str, str]:
        """What the plans took for granted, by name, in words."""
        places = tuple(group.place for group in self.groups if group.place is not None)
        planned = PlannedFleet(self.fleet, self.book, self.options, {}, self.reasons, {}, places)
        said = node_assumptions(planned)
        if any(group.group.stated for group in self.groups):
            said[STATED] = (
                "their cost by requests, vCPU to GiB 9 to 1, whichever node a pod is on; what"
                " nobody asks for stands idle"
            )
        return said


@dataclass(frozen=True)
class SuccessorCost:
    """A platform that takes no new customers, the one that follows, and the cost there.

    `monthly_cost` is of the workloads on the former, with what rides along; NaN without a price.
    """

    platform: Platform
    successor: Platform | None
    monthly_cost: float


def price_placed(
    placed: PlacedStack,
    book: RateBook,
    options: Options,
    plans: Sequence[PlannedGroup] | None = None,
) -> PricedFleet:
    """Placed stack, priced; rows with a fault are unpriced for that reason.

    Nodes of services that plan them are rows after those of the stack.

    Parameters
    ----------
    placed : PlacedStack
        Workloads, riders and clusters.
    book, options
        As for an estimate.
    plans : sequence of PlannedGroup, optional
        Plans of the same workloads, made before; other riders do not change them.
    """
    made = {(plan.group.service, plan.group.region): plan for plan in plans or ()}
    groups = [
        stated_group(group, placed.frame, book, options)
        if group.stated
        else made.get((group.service, group.region))
        or plan_group(group, placed.frame, book, options)
        for group in placed.groups
    ]
    frame = rows_of_nodes(placed.frame, groups)
    refused = [each for group in groups for each in group.refused]
    fleet = _with_faults(encode_fleet(frame), [*placed.faults, *refused])
    if placed.on_nodes:
        return _shared_out(fleet, placed, groups, refused, book, options)
    priced = price_fleet(fleet, book, options)
    _say_what_is_needed(priced.reasons)
    return priced


def _say_what_is_needed(reasons: Reasons) -> None:
    """Add to reasons of workloads without a size where documents state one."""
    for code, text in enumerate(list(reasons.texts)):
        if any(f"required: {name} is empty" in text for name in SIZES):
            reasons.add(np.flatnonzero(reasons.codes == code), NO_DEFAULT)


def _with_faults(fleet: Fleet, found: Sequence[tuple[int, str]]) -> Fleet:
    rows: dict[str, list[int]] = {}
    for row, reason in found:
        rows.setdefault(reason, []).append(row)
    faults = [
        CellFault("region", np.array(where, dtype=np.intp), reason)
        for reason, where in rows.items()
    ]
    # An absent size is each row's own matter, so that a missing column is no fault of the fleet.
    given = frozenset(FLEET_COLUMNS)
    return replace(fleet, faults=[*fleet.faults, *faults], given=given, warnings=[])


def _shared_out(
    fleet: Fleet,
    placed: PlacedStack,
    groups: Sequence[PlannedGroup],
    refused: Sequence[tuple[int, str]],
    book: RateBook,
    options: Options,
) -> SharedNodes:
    """Rows priced with their nodes, and what pods pay of these."""
    numbers = _node_rows(len(placed.frame), groups)
    priced = price_fleet(_as_no_nodes(fleet, groups, numbers), book, options)
    whole = replace(priced, reasons=_reasons(priced, placed, refused))
    _say_what_is_needed(whole.reasons)
    shares, list_shares = np.zeros(len(fleet)), np.zeros(len(fleet))
    for group, nodes in zip(groups, numbers, strict=True):
        own, per_list = np.zeros(len(fleet)), group.per_list
        paid = group.shares
        if group.group.stated:
            paid, per_list = shares_of(group, whole)
            whole.reasons.add(np.flatnonzero(np.isnan(paid)), NO_PRICE)
        own[: len(paid)] = np.nan_to_num(paid)
        cost = np.nan_to_num(whole.monthly_cost[nodes])
        own[nodes] = -own.sum() * cost / cost.sum() if cost.sum() else 0.0
        shares += own
        list_shares += own * per_list
    fields_of = {each.name: getattr(whole, each.name) for each in fields(PricedFleet)}
    return SharedNodes(
        **{**fields_of, "fleet": fleet},
        whole=whole, shares=shares, list_shares=list_shares, groups=tuple(groups),
    )  # fmt: skip


def _node_rows(start: int, groups: Sequence[PlannedGroup]) -> list[NDArray[np.intp]]:
    """Positions of the nodes of each group; planned ones follow the rows of the stack."""
    numbers = []
    for group in groups:
        if group.group.stated:
            numbers.append(np.array(group.group.stated, dtype=np.intp))
            continue
        numbers.append(np.arange(start, start + len(group.nodes)))
        start += len(group.nodes)
    return numbers


def _as_no_nodes(
    fleet: Fleet, groups: Sequence[PlannedGroup], numbers: Sequence[NDArray[np.intp]]
) -> Fleet:
    """Fleet in which pods are priced as none of the nodes that they run on: at nothing."""
    arrays = {name: np.array(values) for name, values in fleet.arrays.items()}
    for group, nodes in zip(groups, numbers, strict=True):
        rows = [*group.group.pods, *group.group.daemons]
        if len(nodes):
            for values in arrays.values():
                values[rows] = values[nodes[0]]
            arrays["node_count"][rows] = 0.0
    return replace(fleet, arrays=arrays)


def _reasons(
    priced: PricedFleet, placed: PlacedStack, refused: Sequence[tuple[int, str]]
) -> Reasons:
    """Reasons of all rows; those of pods are what the platform and the plan say of them."""
    reasons = Reasons(len(priced.fleet))
    of_pods: dict[int, list[str]] = {row: [] for row in placed.on_nodes}
    for row, text in [*placed.faults, *refused]:
        of_pods.get(row, []).append(text)
    for row, text in enumerate(priced.reasons.text()):
        said = "; ".join(of_pods[row]) if row in of_pods else text
        if said:
            reasons.add(np.array([row]), said)
    return reasons


def successor_costs(
    stack: Stack, where: Where, usage: Usage, book: RateBook, options: Options
) -> list[SuccessorCost]:
    """What workloads on platforms that take no new customers cost on the platform that follows.

    What such a platform includes, a load balancer for instance, is part of the cost there.
    """
    guide = read_guide()
    placed = place_stack(replace(stack, notes=[]), where, usage, book.regions).frame
    found = []
    for platform in guide.platforms:
        on_it = (placed["part"] == WORKLOAD) & (placed["service"] == platform.service)
        if platform.successor is None or not on_it.any():
            continue
        names = set(placed.loc[on_it, "workload"])
        rest = without(
            stack, [w["workload"] for w in stack.workloads if w["workload"] not in names]
        )
        moved = Where(platform.successor, where.region, where.purchase_option, is_move=True)
        there = place_stack(replace(rest, notes=[]), moved, usage, book.regions)
        priced = price_placed(there, book, options)
        cost = float(np.nan if priced.missing else priced.monthly_cost.sum())
        found.append(SuccessorCost(platform, guide.platform(platform.successor), cost))
    return found


def range_of(
    stack: Stack, where: Where, usage: Usage, book: RateBook, options: Options
) -> tuple[float, float] | None:
    """Cost with every autoscaler at its least and at its most; None for a stack without any.

    Nodes are planned anew at either end. [currency per month]
    """
    if not stack.ranges:
        return None
    costs = []
    for end in ("low", "high"):
        moved = replace(at_range(stack, end), notes=[])
        priced = price_placed(place_stack(moved, where, usage, book.regions), book, options)
        costs.append(sum(priced.totals().values()))
    return costs[0], costs[1]


def nodes_of(priced: PricedFleet) -> pd.DataFrame:
    """Nodes that were planned for a priced stack; no rows where there are none."""
    columns = ["service", "region", "instance_type", "node_count", "purchase_option"]
    empty = pd.DataFrame(columns=[*columns, "monthly_cost", "idle_cost"])
    return priced.nodes if isinstance(priced, SharedNodes) else empty
