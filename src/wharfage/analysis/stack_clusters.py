"""Clusters that documents state: where their pods run, and what of them stays on another platform.

A rider with `platforms` belongs to a cluster: its fee, its machines, its network. It stays where
the workloads are on one of these services in its region, and goes where they are moved elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wharfage.analysis.platforms import BootDisk
from wharfage.analysis.stack_nodes import NodeGroup
from wharfage.analysis.stack_riders import NODES, RiderRow
from wharfage.inputs.stack import Note, Row, Stack, rider_id
from wharfage.services import find_service

CLUSTER = "cluster"
#: kinds that belong to the machines of a cluster
OF_NODES = frozenset({NODES, "disk"})


@dataclass(frozen=True)
class Home:
    """Where the one cluster of the documents is; empty where they state none, or several.

    Attributes
    ----------
    platforms : frozenset of str
        Services whose pods it can run.
    region : str, optional
        Its region; None where it names none.
    service : str, optional
        The service that runs its pods: that of its machines where it states any, else the only
        one; None where that is not known.
    """

    platforms: frozenset[str] = frozenset()
    region: str | None = None
    service: str | None = None


def home_of(stack: Stack) -> Home:
    """Home of pods by the documents of their cluster."""
    bound = [rider for rider in stack.riders if rider.get("platforms")]
    clouds = {(str(rider["service"]).split(".")[0], rider.get("region")) for rider in bound}
    if len(clouds) != 1:
        return Home()
    own = [rider for rider in bound if rider["kind"] == NODES] or bound
    services = {each for rider in own for each in rider["platforms"]}
    every = frozenset(each for rider in bound for each in rider["platforms"])
    [(_, region)] = clouds
    return Home(every, region, services.pop() if len(services) == 1 else None)


def staying(
    riders: Iterable[Row], rows: Sequence[Row], *, is_move: bool, plans_anew: bool
) -> tuple[list[Row], list[Note]]:
    """Riders that are there once the workloads are placed, and notes on those that are not.

    Parameters
    ----------
    riders : iterable of rows
        Of the documents.
    rows : sequence of rows
        Workloads, placed.
    is_move : bool
        Whether the workloads go elsewhere, so that only what serves them there is kept.
    plans_anew : bool
        Whether nodes are planned in place of those that the documents state.
    """
    kept, elsewhere, replaced = [], [], []
    for rider in riders:
        if not (is_move and rider.get("platforms")):
            kept.append(rider)
        elif not any(_serves(rider, row) for row in rows):
            elsewhere.append(rider_id(rider))
        elif plans_anew and rider["kind"] in OF_NODES:
            replaced.append(rider_id(rider))
        else:
            kept.append(rider)
    notes = []
    if elsewhere:
        text = f"{', '.join(elsewhere)} of the documents: not needed there, and left out"
        notes.append(Note("left_with_cluster", text))
    if replaced:
        text = f"with nodes planned in place of {', '.join(replaced)} of the documents"
        notes.append(Note("planned_anew", text))
    return kept, notes


def _serves(rider: Row, row: Row) -> bool:
    """Whether a rider of a cluster stands where a workload is."""
    is_there = not rider.get("region") or rider["region"] == row["region"]
    return row["service"] in rider["platforms"] and is_there


def cluster_rows(rows: Iterable[Row], riders: Iterable[RiderRow]) -> list[RiderRow]:
    """One cluster for each region of a service whose workloads need one that no document states."""
    seen = {
        (service, rider.columns.get("region"))
        for rider in riders
        if rider.part == CLUSTER
        for service in rider.platforms
    }
    found: dict[tuple[str, str], RiderRow] = {}
    for row in rows:
        service, region = row.get("service"), row["region"]
        cluster = find_service(service).cluster if service else None
        if cluster is None or region is None or (service, region) in seen:
            continue
        name = f"{cluster['service']}/{region}"
        found.setdefault(
            (str(cluster), region), RiderRow(CLUSTER, name, {**cluster, "region": region})
        )
    return list(found.values())


def on_stated_nodes(group: NodeGroup, riders: Sequence[RiderRow], start: int) -> NodeGroup:
    """Group on the nodes that documents state for it; as it is where they state none.

    Parameters
    ----------
    group : NodeGroup
        Pods of a service in a region.
    riders : sequence of RiderRow
        In the order of their rows, of which the first is row `start`.
    """
    places = [
        number
        for number, rider in enumerate(riders)
        if rider.part == NODES
        and group.service in rider.platforms
        and rider.columns.get("region") == group.region
    ]
    if not places:
        return group
    # What pods may use of a disk goes by its size; the smallest is the safe one.
    least = min(riders[place].columns.get("boot_disk_gib") or 0.0 for place in places)
    kind = riders[places[0]].columns.get("boot_disk_type") or ""
    disk = BootDisk(gib=least, kind=kind, source="stated") if least and kind else None
    return replace(group, boot_disk=disk, stated=[start + place for place in places])


def unused_nodes(rows: Sequence[Row], riders: Sequence[RiderRow]) -> Iterable[Note]:
    """Note on nodes of the documents on which none of the workloads is priced."""
    used = {(row["service"], row["region"]) for row in rows}
    lost = [
        f"{rider.part}/{rider.name}"
        for rider in riders
        if rider.part == NODES
        and rider.platforms
        and not any((each, rider.columns.get("region")) in used for each in rider.platforms)
    ]
    if rows and lost:
        text = f"no workload is priced on {', '.join(lost)}; they cost what the documents state"
        yield Note("unused_nodes", text)
