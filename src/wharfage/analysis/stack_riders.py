"""What rides along with workloads, as fleet rows of the services that bill it on one cloud.

Amounts that no document states (load balancer capacity units, data, logs, images) are taken from
`Usage`; those that nobody stated are listed as missing, never invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wharfage.analysis.platforms import Cloud, Platform
from wharfage.inputs.stack import Row
from wharfage.services import find_service

#: part of a stack that its NAT gateway is
NAT = "nat_gateway"
#: part of a stack that its nodes are, planned or stated
NODES = "nodes"
#: stands among the parts where nodes have public addresses
ADDRESSED = "nodes with addresses"
#: reason of volumes that several nodes share
SHARED = "not_priced: a file system that nodes share (EFS, Filestore) has no rate table here"


@dataclass(frozen=True)
class Usage:
    """Amounts that documents do not hold; None where nobody stated them.

    Attributes
    ----------
    lcu_hours : float, optional
        Capacity unit hours of each load balancer on AWS. [LCU-hours per month]
    transfer_gib : float, optional
        Data that the stack sends to the internet. [GiB per month]
    log_gib : float, optional
        Logs that are ingested. [GiB per month]
    registry_gib : float, optional
        Images that a registry keeps. [GiB]
    nat_gib : float, optional
        Data that NAT gateways process; with it, the stack has one gateway. [GiB per month]
    events_per_month : float, optional
        Events that start work, or that it sends.
    boot_disk_gib : float, optional
        Boot disk of each node that is planned; the platform's default without it. [GiB]
    has_public_tasks : bool
        Whether each task of Amazon ECS on Fargate, or each node, has a public IPv4 address.
    """

    lcu_hours: float | None = None
    transfer_gib: float | None = None
    log_gib: float | None = None
    registry_gib: float | None = None
    nat_gib: float | None = None
    events_per_month: float | None = None
    boot_disk_gib: float | None = None
    has_public_tasks: bool = False


@dataclass(frozen=True)
class MissingInput:
    """An amount that nobody stated: what it bills, and what supplies it."""

    column: str
    service: str
    option: str
    text: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.text} ({self.service}): {self.option}"


@dataclass(frozen=True)
class Site:
    """Where a rider stands: the platform, its cloud's services, and the region."""

    platform: Platform | None
    cloud: Cloud
    region: str

    @property
    def plans_nodes(self) -> bool:
        """Whether its work shares nodes, which are planned."""
        return self.platform is not None and find_service(self.platform.service).plans_nodes

    @property
    def has_cluster(self) -> bool:
        """Whether it is Kubernetes, which has a cluster and starts runs by itself."""
        platform = self.platform
        return platform is not None and find_service(platform.service).cluster is not None


@dataclass(frozen=True)
class RiderRow:
    """A fleet row of a rider; `fault` says why it has no price, `platforms` whom it serves."""

    part: str
    name: str
    columns: Row
    rides_with: str = ""
    namespace: str = ""
    where: str = ""
    fault: str = ""
    platforms: tuple[str, ...] = ()

    def row(self, workload: str) -> Row:
        """Row of a fleet under an id."""
        return {
            "workload": workload,
            "part": self.part,
            "rides_with": self.rides_with,
            "where": self.where,
            **self.columns,
        }


def is_empty(value: Any) -> bool:  # noqa: ANN401  cells of documents
    """Whether a cell of a document holds nothing."""
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def rider_rows(rider: Row, site: Site, usage: Usage, outward: int) -> Iterator[RiderRow]:
    """Fleet rows of one rider of a stack; several where its parts are billed apart.

    Parameters
    ----------
    rider : row
        As :class:`wharfage.inputs.stack.Stack` holds them.
    outward : int
        Load balancers of the stack that face the internet, over which data is spread evenly.
    """
    kind, cloud = rider["kind"], site.cloud
    if kind == "load_balancer":
        yield from _load_balancer(rider, site, usage, outward)
    elif kind == "disk":
        yield _disk(rider, site)
    elif kind in ("public_ipv4", "logs", "registry", "transfer"):
        service = getattr(cloud, kind)
        own = {name: value for name, value in rider.items() if name not in _OF_STACK}
        if kind == "public_ipv4":
            own.setdefault("public_ipv4_count", rider.get("count", 1))
        yield _of(rider, kind, site, {"service": service, **own})
    else:
        own = {name: value for name, value in rider.items() if name not in _OF_STACK}
        fault = "" if own.get("service") else f"not_priced: nothing bills a {kind} here"
        yield replace(_of(rider, kind, site, own), fault=fault)


#: keys of a rider that are no fleet columns
_OF_STACK = frozenset(
    {"kind", "name", "count", "rides_with", "namespace", "manifest_file", "where", "platforms"}
)


def _of(rider: Row, part: str, site: Site, columns: Row) -> RiderRow:
    return RiderRow(
        part=part,
        name=str(rider.get("name") or part),
        columns={"region": site.region, **columns},
        rides_with=str(rider.get("rides_with") or ""),
        namespace=str(rider.get("namespace") or ""),
        where=str(rider.get("where") or ""),
        platforms=tuple(rider.get("platforms") or ()),
    )


def _load_balancer(rider: Row, site: Site, usage: Usage, outward: int) -> Iterator[RiderRow]:
    cloud, count = site.cloud, rider.get("count", 1)
    scheme = rider.get("scheme", "internet_facing")
    kind = rider.get("load_balancer_type", "application")
    columns: Row = {
        "service": cloud.load_balancer,
        "load_balancer_type": cloud.load_balancers.get(kind, {}).get(scheme, kind),
    }
    is_outward = scheme == "internet_facing"
    if usage.transfer_gib is not None and is_outward:
        columns["transfer_gib"] = usage.transfer_gib * count / outward
    if cloud.capacity_units:
        columns["replicas"] = count
        columns["lcu_hours"] = (usage.lcu_hours or 0.0) * count
    else:
        # A Gateway has a rule for each of its listeners, a Service and an Ingress have one.
        listeners = 1 if "ingress_count" in rider else rider.get("port_count", 1)
        is_gateway = kind == "application" and "port_count" in rider
        columns["forwarding_rule_count"] = count * (max(1, listeners) if is_gateway else 1)
    yield _of(rider, "load_balancer", site, columns)
    addresses = cloud.load_balancer_zones.value * count
    if is_outward and addresses:
        ipv4 = {"service": cloud.public_ipv4, "public_ipv4_count": addresses}
        yield _of(rider, "public_ipv4", site, ipv4)


def _disk(rider: Row, site: Site) -> RiderRow:
    cloud = site.cloud
    columns = {
        "service": cloud.disk,
        "boot_disk_type": cloud.disks.get(rider.get("storage_class") or "", cloud.default_disk),
        "storage_gib": rider.get("storage_gib"),
        "replicas": rider.get("count", 1),
        "iops": rider.get("iops"),
        "throughput_mibps": rider.get("throughput_mibps"),
    }
    row = _of(rider, "disk", site, columns)
    if rider.get("is_shared"):
        return replace(row, fault=SHARED)
    if site.platform is not None and not site.platform.has_disks:
        return replace(row, fault=f"not_offered: {site.platform.title} claims no disks")
    return row


def merge_rules(rows: Iterable[RiderRow]) -> list[RiderRow]:
    """Rows with the forwarding rules of one type and region as one row.

    The first rules of a project share one price on Google Cloud, so that rules must be counted
    together (see ``gcp.load_balancer``).
    """
    merged: dict[tuple[object, ...], RiderRow] = {}
    for number, row in enumerate(rows):
        columns = row.columns
        has_rules = "forwarding_rule_count" in columns
        kind = (columns.get("load_balancer_type"), columns["region"])
        key: tuple[object, ...] = kind if has_rules else (number,)
        first = merged.get(key)
        merged[key] = row if first is None else _merged(first, row)
    return list(merged.values())


def _merged(first: RiderRow, row: RiderRow) -> RiderRow:
    columns = dict(first.columns)
    for name in ("forwarding_rule_count", "transfer_gib"):
        if name in columns:
            columns[name] += row.columns[name]
    same = first.rides_with == row.rides_with
    return replace(
        first,
        name=f"{columns['load_balancer_type']}",
        columns=columns,
        rides_with=first.rides_with if same else "",
        namespace="",
    )


def stack_rows(site: Site, usage: Usage, taken: set[str]) -> Iterator[RiderRow]:
    """Rows of what the stack as a whole uses: logs, images, events, data that leaves it."""
    cloud = site.cloud
    stated: dict[str, tuple[str, float | None, Row]] = {
        "logs": (cloud.logs, usage.log_gib, {"log_gib": usage.log_gib}),
        "registry": (cloud.registry, usage.registry_gib, {"storage_gib": usage.registry_gib}),
        "events": (
            cloud.events.service,
            usage.events_per_month,
            {"events_per_month": usage.events_per_month, "event_kind": cloud.events.kind},
        ),
    }
    for part, (service, amount, columns) in stated.items():
        if amount is not None and part not in taken:
            yield RiderRow(part, "stack", {"service": service, "region": site.region, **columns})
    if usage.transfer_gib is not None and "transfer" not in taken:
        yield RiderRow("transfer", "internet", _transfer(site, usage.transfer_gib))
    if usage.nat_gib is not None and NAT not in taken and _leaves_by_nat(site):
        yield from _nat_gateway(site, usage.nat_gib)


def _leaves_by_nat(site: Site) -> bool:
    """Whether a NAT gateway may stand between a platform and the internet."""
    return site.platform is not None and site.platform.way_out != "provider"


def _nat_gateway(site: Site, processed: float) -> Iterator[RiderRow]:
    """One NAT gateway and its address; on Google Cloud the machines it serves are counted."""
    cloud = site.cloud
    columns: Row = {"service": cloud.nat, "region": site.region, "transfer_gib": processed}
    if cloud.nat_counts_machines:
        yield RiderRow(NAT, "stack", {**columns, "node_count": 1, "public_ipv4_count": 1})
        return
    yield RiderRow(NAT, "stack", columns)
    address = {"service": cloud.public_ipv4, "region": site.region, "public_ipv4_count": 1}
    yield RiderRow("public_ipv4", NAT, address)


def _transfer(site: Site, sent: float) -> Row:
    is_cloud_run = site.platform is not None and site.platform.service.startswith("gcp.cloud_run")
    kind = "cloud_run" if is_cloud_run else "vm_premium"
    areas = site.cloud.internet[kind]
    area = next((areas[start] for start in areas if site.region.startswith(start)), None)
    columns = {
        "service": site.cloud.transfer,
        "transfer_gib": sent,
        "transfer_to": area,
        "region": site.region,
    }
    return {**columns, "network_kind": kind} if "cloud_run" in site.cloud.internet else columns


def missing_inputs(
    site: Site, usage: Usage, parts: set[str], *, has_runs: bool = False
) -> Iterator[MissingInput]:
    """Amounts that the parts of a stack on one site need and nobody stated.

    Parameters
    ----------
    site : Site
        Platform and cloud.
    parts : set of str
        What rides along with the stack on that cloud.
    has_runs : bool
        Whether runs start there, that something must start.
    """
    cloud = site.cloud
    if "load_balancer" in parts and usage.transfer_gib is None:
        if cloud.capacity_units and usage.lcu_hours is None:
            text = "capacity units of load balancers"
            option = "--lcu-hours, each of them a month; or --transfer-gib"
            yield MissingInput("lcu_hours", cloud.load_balancer, option, text)
        elif not cloud.capacity_units:
            text = "data that load balancers process"
            yield MissingInput("transfer_gib", cloud.load_balancer, "--transfer-gib", text)
    if usage.transfer_gib is None and "transfer" not in parts:
        text = "data sent to the internet"
        yield MissingInput("transfer_gib", cloud.transfer, "--transfer-gib", text)
    yield from _missing_way_out(site, usage, parts)
    if usage.log_gib is None and "logs" not in parts:
        yield MissingInput("log_gib", cloud.logs, "--log-gib", "logs ingested")
    if usage.registry_gib is None and "registry" not in parts:
        text = "images kept in a registry"
        yield MissingInput("storage_gib", cloud.registry, "--registry-gib", text)
    if has_runs and usage.events_per_month is None and not site.has_cluster:
        text = "events or schedules that start the runs"
        option = "--usage events_per_month=N"
        yield MissingInput("events_per_month", cloud.events.service, option, text)
    # Nodes that a document states have the disks and addresses that it states.
    has_disk = (
        NODES in parts
        or usage.boot_disk_gib is not None
        or (site.platform and site.platform.boot_disk)
    )
    if site.plans_nodes and not has_disk:
        text = "boot disks of planned nodes"
        yield MissingInput("boot_disk_gib", cloud.disk, "--usage boot_disk_gib=N", text)


def _missing_way_out(site: Site, usage: Usage, parts: set[str]) -> Iterator[MissingInput]:
    """NAT gateway, or addresses, by which a platform reaches the internet."""
    option = "--usage nat_gib=N"
    if NAT in parts and usage.nat_gib is None:
        yield MissingInput("nat_gib", site.cloud.nat, option, "data that NAT gateways process")
    if {NAT, ADDRESSED} & parts or not _leaves_by_nat(site) or usage.nat_gib is not None:
        return
    has_addresses = site.platform is not None and site.platform.way_out == "address"
    if has_addresses and usage.has_public_tasks:
        return
    text = "a NAT gateway and the data it processes (private subnets)"
    yield MissingInput("nat_gib", site.cloud.nat, option, text)
    if has_addresses and NODES not in parts:
        text = "public addresses of tasks or nodes (public subnets)"
        service = site.cloud.public_ipv4
        yield MissingInput("public_ipv4_count", service, "--public-tasks", text)
