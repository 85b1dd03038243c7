"""A stack on a platform: workloads, riders and clusters as one fleet, priced like any other.

A workload that the platform cannot run stays in the fleet with its reason, and has no price.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import pandas as pd

from wharfage.analysis.platforms import Guide, read_guide
from wharfage.analysis.scenarios import region_on
from wharfage.analysis.stack_clusters import (
    Home,
    cluster_rows,
    home_of,
    on_stated_nodes,
    staying,
    unused_nodes,
)
from wharfage.analysis.stack_nodes import (
    NodeGroup,
    node_groups,
    request_notes,
)
from wharfage.analysis.stack_refusals import refusals
from wharfage.analysis.stack_riders import (
    ADDRESSED,
    NAT,
    NODES,
    MissingInput,
    RiderRow,
    Site,
    Usage,
    is_empty,
    merge_rules,
    missing_inputs,
    rider_rows,
    stack_rows,
)
from wharfage.errors import InvalidValueError, MissingColumnError
from wharfage.inputs.kubernetes.objects import WORKLOADS as KUBERNETES_KINDS
from wharfage.inputs.stack import Note, Row, Stack, rider_id
from wharfage.rates.regions import Regions
from wharfage.services import find_service, service_ids

WORKLOAD = "workload"
#: notes of readers on work that has one pod on each node
ONE_EACH = frozenset({"one_pod_per_node", "one_task_per_machine"})
#: where tasks of Amazon ECS run if no document says so
ECS_DEFAULT = "aws.fargate"
#: the load balancer that stands in for endpoints which a platform included
ENDPOINT = {
    "kind": "load_balancer",
    "name": "endpoints",
    "load_balancer_type": "application",
    "scheme": "internet_facing",
    "count": 1,
}


@dataclass(frozen=True)
class Where:
    """Where a stack runs; None leaves what its documents say.

    With `is_move` the service, option and billing mode replace what the documents say, and the
    region of a workload becomes the one of the same metropolitan area; without it they fill what
    is empty. With `is_region_fixed` that region takes the place of the workload's own, and with
    `plans_anew` nodes are planned where the documents state some.
    """

    service: str | None = None
    region: str | None = None
    purchase_option: str | None = None
    billing_mode: str | None = None
    is_move: bool = False
    is_region_fixed: bool = False
    plans_anew: bool = False


@dataclass(frozen=True)
class PlacedStack:
    """A stack as fleet rows on a platform.

    Attributes
    ----------
    frame : DataFrame
        Workloads, then riders, then clusters: fleet columns, with `part` and `rides_with`.
    faults : list of (row, reason)
        Rows that cannot run or be billed there.
    missing : list of MissingInput
        Amounts that nobody stated.
    notes : list of Note
        What the documents' reader noted, and what the platform adds.
    on_nodes : list of int
        Workloads whose service plans nodes, those with a fault included.
    groups : list of NodeGroup
        Those that share nodes.
    """

    frame: pd.DataFrame
    faults: list[tuple[int, str]] = field(default_factory=list)
    missing: list[MissingInput] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    on_nodes: list[int] = field(default_factory=list)
    groups: list[NodeGroup] = field(default_factory=list)


def place_stack(stack: Stack, where: Where, usage: Usage, regions: Regions) -> PlacedStack:
    """Stack as fleet rows on a platform.

    Parameters
    ----------
    stack : Stack
        Workloads and riders of documents.
    where : Where
        Service, region and purchase option.
    usage : Usage
        Amounts that documents do not hold.
    regions : Regions
        Which regions of the two clouds share a metropolitan area.

    Raises
    ------
    InvalidValueError
        If a workload has no service, or the service given runs none.
    MissingColumnError
        If a workload has no region.
    """
    _check_service(where.service)
    guide = read_guide()
    notes = list(stack.notes)
    faults: list[tuple[int, str]] = []
    rows = []
    home = home_of(stack)
    behind = {
        str(rider.get("rides_with")) for rider in stack.riders if rider["kind"] == "load_balancer"
    }
    for number, workload in enumerate(stack.workloads):
        row = _workload_row(workload, where, home, regions, guide)
        rows.append(row)
        before = guide.platform(str(workload.get("service")))
        is_served = row["workload"] in behind or bool(before and before.has_endpoint)
        reasons = refusals(row, stack, guide, notes, is_served=is_served)
        faults += [(number, reason) for reason in reasons]
    _check_placed(rows, where)
    on_nodes = [n for n, row in enumerate(rows) if find_service(row["service"]).plans_nodes]
    riders = _riders(stack, rows, where, usage, guide, notes)
    groups = node_groups(rows, {n for n, _ in faults}, stack.needs, guide, usage)
    groups = [on_stated_nodes(group, riders, len(rows)) for group in groups]
    notes = [*_still_true(notes, rows, groups), *request_notes(groups, rows, guide)]
    notes += unused_nodes(rows, riders)
    on_site = rows or [rider.columns for rider in riders if rider.platforms]
    missing: list[MissingInput] = []
    if on_site:
        site = _site(_commonest(on_site), guide)
        whole = list(stack_rows(site, usage, {rider.part for rider in riders}))
        notes += [_destination(row) for row in whole if row.part == "transfer"]
        missing = _missing(on_site, riders, usage, guide)
        riders += whole
    riders += cluster_rows(rows, riders)
    ids = {row["workload"] for row in rows}
    for number, rider in enumerate(riders, start=len(rows)):
        rows.append(rider.row(_unique(rider, ids)))
        if rider.fault:
            faults.append((number, rider.fault))
    return PlacedStack(pd.DataFrame(rows), faults, missing, notes, on_nodes, groups)


def without(stack: Stack, names: Iterable[str]) -> Stack:
    """Stack without some workloads, and without what rides along with them alone."""
    gone = set(names)
    return replace(
        stack,
        workloads=[row for row in stack.workloads if row["workload"] not in gone],
        riders=[row for row in stack.riders if row.get("rides_with") not in gone],
    )


def at_range(stack: Stack, end: str) -> Stack:
    """Stack with every column that an autoscaler moves at its ``low`` or ``high`` end."""
    moved: dict[str, Row] = {}
    for each in stack.ranges:
        moved.setdefault(each["workload"], {})[each["column"]] = each[end]
    rows = [{**row, **moved.get(row["workload"], {})} for row in stack.workloads]
    riders = [{**rider, **moved.get(rider_id(rider), {})} for rider in stack.riders]
    return replace(stack, workloads=rows, riders=riders)


def _workload_row(
    workload: Row, where: Where, cluster: Home, regions: Regions, guide: Guide
) -> Row:
    row: Row = {"part": WORKLOAD, "rides_with": "", **workload}
    is_batch = not is_empty(row.get("runs_per_month"))
    service = where.service if where.is_move else row.get("service") or where.service
    if not service:
        service = cluster.service if row.get("kind") in KUBERNETES_KINDS else ECS_DEFAULT
    platform = guide.platform(service) if service else None
    if platform is not None and not (row.get("service") and not where.is_move):
        service = platform.jobs if is_batch and platform.jobs else service
    row["service"] = service
    for name, value in (
        ("purchase_option", where.purchase_option),
        ("billing_mode", where.billing_mode),
    ):
        if value is not None and (where.is_move or is_empty(row.get(name))):
            row[name] = value
    home = row.get("region")
    if where.is_move or service in cluster.platforms:
        home = home or cluster.region
    home = where.region if where.is_region_fixed or not home else home
    if where.is_move and service and home:
        provider = service.split(".", 1)[0]
        row["home_region"], home = home, region_on(provider, str(home), regions)
    row["region"] = home
    return row


def _check_service(name: str | None) -> None:
    """Raise if a service runs no workloads, as a cluster fee does not."""
    if name is None:
        return
    service = find_service(name)
    if not (service.runs_workloads or service.plans_nodes):
        known = [each for each in service_ids() if find_service(each).runs_workloads]
        raise InvalidValueError(
            f"{name!r} runs no workloads, so that none can be priced on it.",
            hint=f"services that do: {', '.join(known)}.",
        )


def _check_placed(rows: list[Row], where: Where) -> None:
    lost = [row["workload"] for row in rows if not row["service"]]
    if lost:
        raise InvalidValueError(
            f"{len(lost):,} of {len(rows):,} workloads name no platform (first {lost[0]!r}).",
            hint="say where they run: --service aws.fargate_eks, gcp.gke_autopilot or another;"
            " wharfage compare prices them everywhere.",
        )
    lost = [row["workload"] for row in rows if not row["region"] and not row.get("home_region")]
    if lost:
        some = "us-central1" if str(where.service).startswith("gcp.") else "us-east-1"
        raise MissingColumnError(
            f"{len(lost):,} of {len(rows):,} workloads name no region (first {lost[0]!r}).",
            hint=f"say where they run: --region {some}, for instance.",
        )


def _riders(
    stack: Stack, rows: list[Row], where: Where, usage: Usage, guide: Guide, notes: list[Note]
) -> list[RiderRow]:
    """Rows of everything that rides along with the workloads."""
    by_name = {row["workload"]: row for row in rows}
    common = _commonest(rows) if rows else {"service": where.service, "region": where.region}
    placed: list[tuple[Row, Site]] = []
    riders, said = staying(stack.riders, rows, is_move=where.is_move, plans_anew=where.plans_anew)
    notes += said
    for rider in [*_with_data(riders, usage), *_replaced_endpoints(stack, rows, guide, notes)]:
        own = by_name.get(rider.get("rides_with") or "", common)
        site = _site({**own, **_stated(rider)}, guide)
        if rider["kind"] == "load_balancer" and site.platform and site.platform.has_endpoint:
            text = f"{rider.get('name')}: {site.platform.title} includes an HTTPS endpoint, no load balancer is priced"
            notes.append(Note("endpoint_included", text, str(rider.get("where") or "")))
            continue
        placed.append((rider, site))
    outward = sum(
        rider.get("count", 1)
        for rider, _ in placed
        if rider["kind"] == "load_balancer" and rider.get("scheme") == "internet_facing"
    )
    found = [row for rider, site in placed for row in rider_rows(rider, site, usage, outward)]
    return merge_rules([*found, *_public_tasks(rows, usage, guide)])


def _with_data(riders: list[Row], usage: Usage) -> Iterator[Row]:
    """Riders, with the data that NAT gateways process on those that documents state."""
    gateways = sum(rider["kind"] == NAT for rider in riders)
    for rider in riders:
        if rider["kind"] == NAT and usage.nat_gib is not None:
            yield {**rider, "transfer_gib": usage.nat_gib / gateways}
        else:
            yield rider


def _still_true(notes: list[Note], rows: list[Row], groups: list[NodeGroup]) -> Iterator[Note]:
    """Notes without those on DaemonSets whose nodes are known, of which more is said."""
    planned = {rows[number]["workload"] for group in groups for number in group.daemons}
    for note in notes:
        if note.code not in ONE_EACH or note.workload not in planned:
            yield note


def _missing(
    rows: list[Row], riders: list[RiderRow], usage: Usage, guide: Guide
) -> list[MissingInput]:
    """Amounts that nobody stated, on every platform and cloud that the stack is on."""
    platforms: dict[str, list[Row]] = {}
    for row in rows:
        platforms.setdefault(row["service"], []).append(row)
    found: list[MissingInput] = []
    for own in platforms.values():
        site = _site(own[0], guide)
        prefix = own[0]["service"].split(".", 1)[0] + "."
        there = [r for r in riders if str(r.columns.get("service")).startswith(prefix)]
        parts = {r.part for r in there}
        if any(r.part == NODES and r.columns.get("public_ipv4_count") for r in there):
            parts.add(ADDRESSED)
        has_runs = any(not is_empty(row.get("runs_per_month")) for row in own)
        found += missing_inputs(site, usage, parts, has_runs=has_runs)
    return list(dict.fromkeys(found))


def _destination(row: RiderRow) -> Note:
    """Say where data that leaves is taken to go."""
    to = row.columns["transfer_to"]
    text = f"data sent to the internet is taken to go to {to}, the part of the world of the region"
    return Note("destination_assumed", text if to != "internet" else "data goes to the internet")


def _stated(rider: Row) -> Row:
    return {name: rider[name] for name in ("service", "region") if rider.get(name)}


def _replaced_endpoints(
    stack: Stack, rows: list[Row], guide: Guide, notes: list[Note]
) -> Iterator[Row]:
    """A load balancer in place of the endpoints that the platform of the documents included."""
    lost = []
    for workload, row in zip(stack.workloads, rows, strict=True):
        home, here = (guide.platform(str(each.get("service"))) for each in (workload, row))
        is_batch = not is_empty(row.get("runs_per_month"))
        if home and home.has_endpoint and here and not here.has_endpoint and not is_batch:
            lost.append(row["workload"])
    if lost and not any(rider["kind"] == "load_balancer" for rider in stack.riders):
        endpoints = "the endpoint" if len(lost) == 1 else f"{len(lost):,} endpoints"
        text = f"one application load balancer stands in for {endpoints} that the platform of the documents includes"
        notes.append(Note("endpoint_replaced", text))
        yield {**ENDPOINT, "rides_with": lost[0] if len(lost) == 1 else ""}


def _public_tasks(rows: list[Row], usage: Usage, guide: Guide) -> Iterator[RiderRow]:
    """Public addresses of tasks of Amazon ECS; pods on Fargate stand in private subnets."""
    if not usage.has_public_tasks:
        return
    for row in rows:
        if row["service"] == "aws.fargate" and is_empty(row.get("runs_per_month")):
            count = 1 if is_empty(row.get("replicas")) else row["replicas"]
            columns = {
                "service": guide.clouds["aws"].public_ipv4,
                "region": row["region"],
                "public_ipv4_count": count,
                "hours_per_month": row.get("hours_per_month"),
            }
            yield RiderRow("public_ipv4", f"tasks of {row['workload']}", columns, row["workload"])


def _commonest(rows: list[Row]) -> Row:
    """Row that stands for the stack: the first of the commonest service and region."""
    counts = Counter((row["service"], row["region"]) for row in rows)
    most = counts.most_common(1)[0][0]
    return next(row for row in rows if (row["service"], row["region"]) == most)


def _site(row: Row, guide: Guide) -> Site:
    """Site of a workload's row."""
    service = str(row.get("service") or "aws.")
    cloud = service.split(".", 1)[0]
    if cloud not in guide.clouds:
        raise InvalidValueError(
            f"{service!r} belongs to no cloud that is known here.",
            hint=f"clouds: {', '.join(guide.clouds)}.",
        )
    return Site(guide.platform(service), guide.clouds[cloud], str(row.get("region") or ""))


def _unique(rider: RiderRow, ids: set[str]) -> str:
    """Id that no other row has, of the part and the name."""
    space = f"{rider.namespace}/" if rider.namespace else ""
    names = [f"{rider.part}/{rider.name}", f"{rider.part}/{space}{rider.name}"]
    number = 1
    while names[0] in ids:
        number += 1
        names = [*names[1:], f"{rider.part}/{space}{rider.name}-{number}"]
    ids.add(names[0])
    return names[0]
