"""Pods of a stack on nodes that its documents state: what they pay, and whether they fit.

Nothing is planned: the nodes cost what they cost. As on planned nodes, a workload pays for what it
asks for and the rest stands idle; all nodes of a group are one pool here, whatever they were bought
as, since no document says which pod is on which node.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.stack_nodes import (
    NodeGroup,
    PlannedGroup,
    column_of,
    requests_of,
    settings_of,
)
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError
from wharfage.nodes.attribution import VCPU_WEIGHT
from wharfage.nodes.fixed_fleet import left_over
from wharfage.nodes.machines import Site
from wharfage.nodes.pods import SPOT, Pods, named_machines, pods_of_groups, read_pods
from wharfage.nodes.pools import unpacked
from wharfage.rates.book import RateBook

Array = NDArray[np.float64]

#: reason of pods on nodes of which none has a price
NO_PRICE = "unknown_rate: the nodes that the documents state have no price"


def stated_group(
    group: NodeGroup, frame: pd.DataFrame, book: RateBook, options: Options
) -> PlannedGroup:
    """What the pods of a group ask for of the nodes that are stated, and which have no room there.

    Parameters
    ----------
    group : NodeGroup
        Rows of `frame`, nodes among them.
    frame : DataFrame
        The whole stack as fleet rows.
    """
    nodes = frame.iloc[group.stated]
    asked = np.zeros(len(frame))
    daemons = frame.iloc[group.daemons]
    whole = column_of(nodes, "node_count").sum()
    asked[group.daemons] = whole * _units(daemons)
    found = PlannedGroup(group, [], np.zeros(len(frame)), 1.0, [], None, asked)
    if not group.pods:
        return found
    settings = settings_of(group, daemons)
    site = Site(book, options, group.service, group.region, settings)
    fleet = encode_fleet(requests_of(frame.iloc[group.pods]))
    pods = read_pods(fleet, book, options, group.service, settings)
    at_once = np.nan_to_num(pods.replicas)
    asked[group.pods] = _units(frame.iloc[group.pods]) * at_once
    found.pods.update(zip(group.pods, at_once.tolist(), strict=True))
    reasons = pods.reasons.text()
    found.refused.extend((group.pods[n], str(text)) for n, text in enumerate(reasons) if text)
    for row, text in _without_room(fleet, pods, nodes, site).items():
        found.without_room.append((group.pods[row], text))
    return found


def _units(frame: pd.DataFrame) -> Array:
    """What one pod of each row asks for, in GiB of which a vCPU is nine."""
    asked = VCPU_WEIGHT * column_of(frame, "vcpu") + column_of(frame, "memory_gib")
    return np.asarray(asked, dtype=np.float64)


def _without_room(fleet: Fleet, pods: Pods, nodes: pd.DataFrame, site: Site) -> Mapping[int, str]:
    """Workloads some of whose pods have no place, with words; all where no size is known."""
    if not len(pods):
        return {}
    try:
        machines = site.machines("on_demand")
    except InvalidValueError:
        return {}
    known = {name: place for place, name in reversed(list(enumerate(machines.names)))}
    kinds = nodes["instance_type"] if "instance_type" in nodes else pd.Series(None, nodes.index)
    unsized = sorted({str(kind) for kind in kinds if kind not in known and isinstance(kind, str)})
    if unsized or not kinds.isin(list(known)).all():
        named = f" of {', '.join(unsized)}" if unsized else ""
        text = f"whether its pods fit is not known, for the size{named} is not"
        return dict.fromkeys(pods.row.tolist(), text)
    groups, count = np.arange(len(pods)), pods_of_groups(pods)
    names = named_machines(fleet, pods.traits["instance_type"].tolist())
    whole = unpacked(pods, groups, count, machines, site, names)
    place = np.array([known[str(kind)] for kind in kinds], dtype=np.int64)
    number = column_of(nodes, "node_count").to_numpy().astype(np.int64)
    rest = left_over(whole.problem, place, number, whole.problem.count)
    short = rest[whole.shapes.cell]
    found = {}
    for row, group in zip(pods.row.tolist(), pods.group.tolist(), strict=True):
        if short[group]:
            missing = f"{min(short[group], count[group]):,} of"
            is_alone = (pods.group == group).sum() == 1
            of = f"its {count[group]:,} pods" if is_alone else f"{count[group]:,} pods like it"
            found[row] = f"{missing} {of} have no room on the nodes of the documents"
    if "spot" not in set(_options(nodes)):
        asks = np.flatnonzero(fleet.arrays["purchase_option"] == SPOT).tolist()
        text = "its pods ask for Spot, and the nodes of the documents are bought on demand"
        found |= dict.fromkeys(asks, text)
    return found


def _options(nodes: pd.DataFrame) -> pd.Series[str]:
    """How each of the nodes is bought."""
    if "purchase_option" not in nodes:
        return pd.Series("on_demand", index=nodes.index)
    return nodes["purchase_option"].fillna("on_demand")


def shares_of(plan: PlannedGroup, whole: PricedFleet) -> tuple[Array, float]:
    """What each row pays of the stated nodes, and list cost over cost of these. [currency per month].

    NaN for pods where no node has a price.
    """
    nodes = plan.group.stated
    count = whole.fleet.arrays["node_count"][nodes]
    units = count * (VCPU_WEIGHT * whole.billed_vcpu[nodes] + whole.billed_memory_gib[nodes])
    cost = whole.monthly_cost[nodes]
    usable = np.isfinite(cost) & np.isfinite(units)
    asked = np.zeros(0) if plan.asked is None else plan.asked
    if not usable.any():
        return np.where(asked > 0, np.nan, 0.0), 1.0
    # More than there is can be asked for, but not more can be paid for.
    room = max(float(units[usable].sum()), float(asked.sum()))
    paid = float(cost[usable].sum())
    per_list = float(whole.list_cost[nodes][usable].sum() / paid) if paid else 1.0
    return asked * (paid / room if room else 0.0), per_list
