"""Room of nodes as work: what clusters without manifests are compared by.

Documents of a cluster alone say which machines there are, not what runs on them. What could run
there is known: one pod for each node, as large as the node leaves to pods.
"""

from __future__ import annotations

from dataclasses import replace

from wharfage.columns import GPU_TYPES
from wharfage.engine.plan import Options
from wharfage.errors import InvalidValueError
from wharfage.inputs.stack import Note, Row, Stack, rider_id
from wharfage.nodes.capacity import NodeOffers, node_offers
from wharfage.rates.book import RateBook
from wharfage.services.accelerators import NO_GPU
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU


def with_room_as_work(stack: Stack, book: RateBook, options: Options) -> Stack:
    """Stack with work that fills its nodes, where it has nodes and no work; else as it is.

    Parameters
    ----------
    stack : Stack
        Of documents.
    book, options
        Whose sizes of machines are in force.
    """
    if stack.workloads:
        return stack
    rows: list[Row] = []
    ranges, notes = list(stack.ranges), list(stack.notes)
    for rider in stack.riders:
        if rider["kind"] != "nodes" or not rider.get("platforms"):
            continue
        row = _room(rider, book, options)
        if row is None:
            text = f"the room on {rider_id(rider)} is not known, and not compared"
            notes.append(Note("room_unknown", text))
            continue
        rows.append(row)
        moved = [each for each in stack.ranges if each["workload"] == rider_id(rider)]
        name = row["workload"]
        ranges += [{**each, "workload": name, "column": "replicas"} for each in moved]
        size = f"{row['vcpu']:g} vCPU and {row['memory_gib']:.4g} GiB"
        text = f"no workload is stated: work that fills the nodes is compared, {size} on each"
        notes.append(Note("room_as_work", text, workload=name))
    return replace(stack, workloads=rows, ranges=ranges, notes=notes)


def _room(rider: Row, book: RateBook, options: Options) -> Row | None:
    """One pod for each node of a rider, as large as the node leaves to pods; None if not known."""
    service, region = rider["platforms"][0], rider.get("region")
    kind, disk = rider.get("instance_type"), rider.get("boot_disk_gib")
    if not (kind and region):
        return None
    try:
        offers = node_offers(
            book, service, region, options.on, boot_disk_gib=disk,
            before_first=options.before_first, assumptions=options.assumptions,
        )  # fmt: skip
    except InvalidValueError:
        return None
    place = _place(offers, rider)
    if place is None:
        return None
    gpu = offers.gpu_type[place]
    gpus = {"gpu_type": GPU_TYPES[gpu], "gpu_count": int(offers.gpu_count[place])}
    return {
        "workload": f"room/{rider['name']}",
        "kind": "Pod",
        "service": service,
        "region": region,
        "purchase_option": rider.get("purchase_option"),
        "replicas": rider["node_count"],
        "vcpu": offers.allocatable_millicores[place] / MILLICORES_PER_VCPU,
        "memory_gib": offers.allocatable_mebibytes[place] / MIB_PER_GIB,
        **({} if gpu == NO_GPU else gpus),
    }


def _place(offers: NodeOffers, rider: Row) -> int | None:
    """Machine of a rider among the offers, with the GPUs that are attached to it."""
    for place, name in enumerate(offers.instance_type):
        is_same = name == rider["instance_type"]
        count = rider.get("gpu_count")
        if is_same and (count is None or offers.gpu_count[place] == count):
            return place
    return None
