"""Pods of a stack on nodes that a plan chooses, and who pays for them.

The nodes are rows of their own, priced like any nodes. A workload pays its part of them, by what
it asks for; a DaemonSet, whose pod stands on every node, pays for its pods; what nobody asks for
stays with the nodes, as the cost of what stands idle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.node_scenarios import SECONDS, PlacePlan, plan_scenario
from wharfage.analysis.platforms import BootDisk, Guide
from wharfage.analysis.stack_riders import NAT, NODES, Usage, is_empty
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.inputs.stack import Note, Row
from wharfage.nodes.attribution import VCPU_WEIGHT, unit_costs
from wharfage.nodes.settings import PlanSettings
from wharfage.rates.book import RateBook
from wharfage.services import find_service

Array = NDArray[np.float64]

#: need of a workload that has one pod on every node
DAEMON = "daemonset"
#: sizes by which nodes are chosen, in words
SIZES = {"vcpu": "vCPU", "memory_gib": "memory"}
#: reason of pods that ask for nothing: nodes are chosen by requests
NO_REQUESTS = (
    "required: neither vCPU nor memory is requested, and nodes are planned from requests; state"
    " resources.requests, or cpu and memory of the task"
)


@dataclass(frozen=True)
class NodeGroup:
    """Rows of a placed stack that share the nodes of one service and region.

    Attributes
    ----------
    pods : list of int
        Rows whose pods are packed.
    daemons : list of int
        Rows of which every node has one pod.
    boot_disk : BootDisk, optional
        Boot disk of every node.
    public_ipv4_count : int
        Public addresses of every node.
    stated : list of int
        Rows of the nodes that the documents state; none are planned where there are any.
    """

    service: str
    region: str
    pods: list[int]
    daemons: list[int]
    boot_disk: BootDisk | None
    public_ipv4_count: int
    stated: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class PlannedGroup:
    """Nodes of a group, and what each of its rows pays. [currency per month].

    Attributes
    ----------
    nodes : list of rows
        Fleet rows of the nodes.
    shares : array (rows of the stack,)
        Part of the nodes' cost that rows of the stack pay; 0 for rows that are not of the group.
    per_list : float
        List cost of the nodes over what they cost.
    refused : list of (row, reason)
        Rows that the plan has no place for.
    place : PlacePlan, optional
        The plan; None where there are no machines, or nothing is planned.
    asked : array (rows of the stack,), optional
        What rows ask for of stated nodes, in GiB of which a vCPU is nine.
    pods : mapping of row to float
        Pods at once of rows on stated nodes.
    without_room : list of (row, text)
        Rows whose pods have no place on the stated nodes.
    """

    group: NodeGroup
    nodes: list[Row]
    shares: Array
    per_list: float
    refused: list[tuple[int, str]]
    place: PlacePlan | None
    asked: Array | None = None
    pods: dict[int, float] = field(default_factory=dict)
    without_room: list[tuple[int, str]] = field(default_factory=list)


def node_groups(
    rows: Sequence[Row],
    faulty: Collection[int],
    needs: Mapping[str, Collection[str]],
    guide: Guide,
    usage: Usage,
) -> list[NodeGroup]:
    """Workloads that share nodes, by service and region; those with a fault are in none."""
    found: dict[tuple[str, str], NodeGroup] = {}
    for number, row in enumerate(rows):
        service, region = str(row["service"]), str(row["region"])
        if number in faulty or not find_service(service).plans_nodes:
            continue
        if (service, region) not in found:
            disk = _boot_disk(service, guide, usage)
            addresses = int(usage.has_public_tasks)
            found[service, region] = NodeGroup(service, region, [], [], disk, addresses)
        group = found[service, region]
        is_daemon = DAEMON in needs.get(row["workload"], ())
        (group.daemons if is_daemon else group.pods).append(number)
    return list(found.values())


def _boot_disk(service: str, guide: Guide, usage: Usage) -> BootDisk | None:
    """Boot disk of a node: of the size that the user states, else the provider's default."""
    platform = guide.platform(service)
    default = platform.boot_disk if platform else None
    if usage.boot_disk_gib is None:
        return default
    kind = default.kind if default else guide.clouds[service.split(".", 1)[0]].default_disk
    return BootDisk(gib=usage.boot_disk_gib, kind=kind, source="stated")


def is_without_requests(row: Row, needs: Collection[str]) -> bool:
    """Whether pods ask for nothing by which nodes could be chosen; a DaemonSet need not."""
    sizes = ("vcpu", "memory_gib", "init_vcpu", "init_memory_gib", "gpu_count")
    return DAEMON not in needs and all(is_empty(row.get(name)) for name in sizes)


def request_notes(groups: Sequence[NodeGroup], rows: Sequence[Row], guide: Guide) -> Iterator[Note]:
    """What nodes do not keep for pods that do not ask for it, DaemonSets, and default disks."""
    for group in groups:
        for number in [*group.pods, *group.daemons]:
            row = rows[number]
            lost = [word for name, word in SIZES.items() if is_empty(row.get(name))]
            if lost:
                text = f"requests no {' and no '.join(lost)}: its nodes keep none for it"
                yield Note("no_request_on_nodes", text, workload=row["workload"])
        for number in group.daemons:
            text = "every planned node has one pod of it"
            if group.stated:
                text = "every node has one pod of it"
            elif not group.pods:
                text = "nothing else runs there: planned as one pod"
            yield Note("one_pod_per_node", text, workload=rows[number]["workload"])
        disk = None if group.stated else group.boot_disk
        if disk is not None and disk.source in guide.sources:
            text = f"every node has a boot disk of {disk.gib:g} GiB {disk.kind}, the default there"
            yield Note("default_boot_disk", text)


def plan_group(
    group: NodeGroup, frame: pd.DataFrame, book: RateBook, options: Options
) -> PlannedGroup:
    """Nodes for the pods of a group, with room for its DaemonSets on each of them.

    Where nothing but DaemonSets runs, they are planned as one pod each.

    Parameters
    ----------
    group : NodeGroup
        Rows of `frame`.
    frame : DataFrame
        The whole stack as fleet rows.
    """
    pods, daemons = (group.pods, group.daemons) if group.pods else (group.daemons, [])
    settings = settings_of(group, frame.iloc[daemons])
    fleet = encode_fleet(requests_of(frame.iloc[pods]))
    planned = plan_scenario(fleet, group.service, book, options, settings)
    texts = planned.reasons.text()
    refused = [(pods[n], str(text)) for n, text in enumerate(texts) if text]
    shares = np.zeros(len(frame))
    shares[pods] = np.nan_to_num(planned.monthly_cost)
    if not planned.places:
        return PlannedGroup(group, [], shares, 1.0, refused, None)
    [place] = planned.places
    for row, cost in zip(daemons, _daemon_costs(place, frame.iloc[daemons]), strict=True):
        shares[row] = cost * options.month.hours
    return PlannedGroup(group, list(_nodes(place)), shares, place.per_list, refused, place)


def settings_of(group: NodeGroup, daemons: pd.DataFrame) -> PlanSettings:
    """What every node of a group has, and what DaemonSets take of it."""
    settings = PlanSettings(
        daemonset_vcpu=float(column_of(daemons, "vcpu").sum()),
        daemonset_memory_gib=float(column_of(daemons, "memory_gib").sum()),
        daemonset_pods=len(daemons),
        public_ipv4_count=group.public_ipv4_count,
        seconds=SECONDS,
    )
    if group.boot_disk is None or not group.boot_disk.gib:
        return settings
    disk = group.boot_disk
    return replace(settings, boot_disk_gib=disk.gib, boot_disk_type=disk.kind)


def requests_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with what they do not request as nothing: a node reserves none of it."""
    sizes = {name: column_of(frame, name) for name in ("vcpu", "memory_gib")}
    return frame.assign(**sizes)


def column_of(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    """Column of numbers; 0 where it is empty."""
    if name not in frame:
        return pd.Series(0.0, index=frame.index)
    return pd.to_numeric(frame[name]).fillna(0.0)


def _daemon_costs(place: PlacePlan, daemons: pd.DataFrame) -> Array:
    """Cost of one pod of each DaemonSet on every node. [currency per hour]."""
    asked = VCPU_WEIGHT * column_of(daemons, "vcpu") + column_of(daemons, "memory_gib")
    per_unit = 0.0
    for pool in place.plan.pools:
        unit, _ = unit_costs(pool.machines, pool.packing.machine)
        per_unit += float((unit * pool.packing.nodes).sum()) * pool.zones
    return np.asarray(asked, dtype=np.float64) * per_unit


def _nodes(place: PlacePlan) -> Iterator[Row]:
    """Fleet rows of the nodes of a plan."""
    priced = place.plan.bill.priced
    if priced is None:
        return
    for node in priced.fleet.frame.to_dict("records"):
        option = node["purchase_option"]
        bought = "" if option == "on_demand" else f" {option}"
        yield {
            "workload": f"{NODES}/{node['instance_type']}{bought}",
            "part": NODES,
            **_plain(node),
        }


def _plain(node: dict[Any, Any]) -> Row:
    return {str(name): value for name, value in node.items() if name != "workload"}


def rows_of_nodes(frame: pd.DataFrame, groups: Sequence[PlannedGroup]) -> pd.DataFrame:
    """Stack with the rows of its nodes at the end, each under an id that no other row has."""
    ids = set(frame["workload"])
    rows: list[Row] = []
    for group in groups:
        for node in group.nodes:
            name, number = node["workload"], 1
            while node["workload"] in ids:
                number += 1
                node = {**node, "workload": f"{name}-{number}"}  # noqa: PLW2901
            ids.add(node["workload"])
            rows.append({"rides_with": "", **node})
    stated = [row for group in groups for row in group.group.stated]
    machines = sum(node["node_count"] for node in rows)
    if stated:
        machines += column_of(frame.iloc[stated], "node_count").sum()
    if machines:
        _serve(frame, machines)
    return pd.concat([frame, pd.DataFrame(rows)], ignore_index=True) if rows else frame


def _serve(frame: pd.DataFrame, machines: float) -> None:
    """Count the machines with the NAT gateway that is billed by them."""
    if "node_count" in frame:
        is_counted = (frame["part"] == NAT) & frame["node_count"].notna()
        frame.loc[is_counted, "node_count"] = machines
