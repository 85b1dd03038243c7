"""``plan_nodes``: the cheapest nodes for a fleet of pods, on one service in one region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wharfage.engine.chosen_rows import only_workloads
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.options import read_options
from wharfage.errors import InvalidValueError
from wharfage.inputs.fleet import fill_empty, read_fleet
from wharfage.nodes.allocatable import ENI
from wharfage.nodes.machines import Site
from wharfage.nodes.node_plan import NodePlan
from wharfage.nodes.over_time import has_times, plan_over_time
from wharfage.nodes.pods import named_machines, read_pods
from wharfage.nodes.pools import list_pools
from wharfage.nodes.settings import PlanSettings
from wharfage.rates.age import warn_if_stale
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH


def plan_nodes(
    pods: object,
    *,
    service: str,
    region: str,
    purchase_option: str | None = None,
    instance_types: str | Sequence[str] | None = None,
    max_node_vcpu: float | None = None,
    max_node_memory_gib: float | None = None,
    share_gpu_nodes: bool = False,
    max_pods_mode: str = ENI,
    maximum_pods: int | None = None,
    daemonset_vcpu: float = 0.0,
    daemonset_memory_gib: float = 0.0,
    daemonset_pods: int = 0,
    node_fee: float = 0.0,
    spot_share: float = 0.0,
    on_demand_base: int = 0,
    boot_disk_gib: float = 0.0,
    boot_disk_type: str | None = None,
    public_ipv4_count: int = 0,
    zones: int | None = None,
    step_hours: float = 1.0,
    seconds: float = 10.0,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NodePlan:
    """Machine types and counts for pods at least cost, with a bound on what any plan costs.

    Parameters
    ----------
    pods : DataFrame, Arrow stream, path or list of dicts
        Workloads as for ``estimate``; `vcpu` and `memory_gib` are needed. Beside the usual columns
        `max_per_node` (1 is one-per-node anti-affinity), `min_zones`, `instance_type` (the only
        one that will do), `start_seconds` and `end_seconds` are read. Work that does not run all
        month counts by the pods that run at once on average.
    service : str
        Where they run: ``aws.eks_nodes``, ``aws.ecs_ec2``, ``aws.eks_auto_mode``,
        ``aws.ecs_managed_instances`` or ``gcp.gke_standard``. A `service` or `region` in the pods
        is not read.
    region : str
        The provider's region code.
    purchase_option : str, optional
        Fills empty cells of the column; on demand without it. Each option has its own nodes.
    instance_types : str or sequence of str, optional
        Machine types or families that may be used, with ``*`` for any text: ``m7i``, ``c7g.*``.
    max_node_vcpu, max_node_memory_gib : float, optional
        Largest nominal size of a node. [vCPU], [GiB]
    share_gpu_nodes : bool
        Whether pods without a GPU may run on nodes with GPUs, which are tainted as a rule.
    max_pods_mode : {"eni", "prefix_delegation"}
        How pods of an EKS node are limited.
    maximum_pods : int, optional
        Most pods of a node, where the cluster sets it.
    daemonset_vcpu, daemonset_memory_gib, daemonset_pods : float, float, int
        What all DaemonSets together take of every node. [vCPU], [GiB], [pod slots]
    node_fee : float
        Fee of a vendor on every node. [currency of the rates per node and hour]
    spot_share : float
        Share of the on-demand pods that runs on Spot nodes instead, counted over the fleet.
    on_demand_base : int
        Pods of every workload that stay on demand before the share counts.
    boot_disk_gib : float
        Boot disk of every node; 0 prices none, and the pods then have the provider's default. [GiB]
    boot_disk_type : str, optional
        Type of the boot disk, as in a fleet.
    public_ipv4_count : int
        Public addresses of every node.
    zones : int, optional
        Zones over which pods are dealt out evenly, each with nodes of its own; as many as the
        largest `min_zones` by default.
    step_hours : float
        Length of a step, where pods start and end. [hours]
    seconds : float
        When to stop looking for better, a safety; for each distinct step of a plan over time.
    rates, on, month, free_tier, before_first, assumptions
        As for ``estimate``.
    progress : callable, optional
        Called as ``progress(done, total)`` with numbers of sets of pods while they are packed.

    Returns
    -------
    NodePlan
        Nodes, costs, bound, gap, baselines, and the pods that fit nowhere with their reasons.

    Raises
    ------
    InvalidValueError
        If an argument makes no sense, the fleet is empty, or the region has no machines.
    UnknownServiceError
        If there is no such service.
    MissingExtraError
        If HiGHS is not installed.

    Notes
    -----
    The least cost is that of nodes with their management and vendor fees, disks and addresses.
    `gap` compares machines alone with a bound from column generation over all that nodes can hold
    (Gilmore and Gomory 1961; Farley 1990), for the pods of each zone and purchase option.

    Examples
    --------
    >>> web = [{"vcpu": 0.5, "memory_gib": 1, "replicas": 6}]
    >>> plan = plan_nodes(web, service="aws.eks_nodes", region="us-east-1", on="2026-10-01")
    >>> plan.node_count, len(plan.unplaced), plan.gap < 0.1
    (1, 0, True)
    """
    book = _book(rates)
    options = read_options(book, on, month, free_tier, "round_up", before_first, assumptions)
    types = [instance_types] if isinstance(instance_types, str) else instance_types
    settings = PlanSettings(
        types, max_node_vcpu, max_node_memory_gib, share_gpu_nodes, max_pods_mode, maximum_pods,
        daemonset_vcpu, daemonset_memory_gib, daemonset_pods, node_fee, spot_share, on_demand_base,
        boot_disk_gib, boot_disk_type, public_ipv4_count, zones, step_hours, seconds,
    )  # fmt: skip
    frame = fill_empty(read_fleet(pods), {"purchase_option": purchase_option})
    site = Site(book, options, service, region, settings, progress)
    # The region, the service and its options are looked at before any pod.
    site.machines(purchase_option or "on_demand")
    warn_if_stale(book, [service], options.on)
    workloads, left_out = only_workloads(encode_fleet(frame))
    if not len(workloads):
        raise InvalidValueError(
            f"The fleet has no pods: its {len(left_out):,} rows are cluster fees, nodes and the like.",
            hint="estimate prices them; a plan is of what runs on nodes.",
        )
    return replace(plan_fleet(workloads, site), left_out=left_out)


def plan_fleet(fleet: Fleet, site: Site) -> NodePlan:
    """Plan of an encoded fleet; its own service and region are not read."""
    planned = read_pods(fleet, site.book, site.options, site.service, site.settings)
    names = named_machines(fleet, planned.traits["instance_type"].tolist())
    if has_times(fleet) and len(planned):
        pools, over_time = plan_over_time(fleet, planned, site, names)
        return NodePlan(site, fleet, planned, tuple(pools), over_time)
    return NodePlan(site, fleet, planned, tuple(list_pools(planned, site, names)))


def _book(rates: RateBook | str | Path | None) -> RateBook:
    """Book that was given, opened if it is a path; the bundled one by default."""
    if rates is None:
        return RateBook.bundled()
    if isinstance(rates, RateBook):
        return rates
    if isinstance(rates, str | Path):
        return RateBook.open(rates)
    raise InvalidValueError(
        f"rates is a {type(rates).__name__}, not a rate book.",
        hint="give RateBook.open(path), or the path.",
    )
