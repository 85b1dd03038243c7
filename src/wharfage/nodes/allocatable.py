"""What pods may use of a machine: its size, less what the node keeps for itself.

Firmware and kernel keep memory that no node ever shows; the provider's agents have CPU and memory
reserved in bands; an eviction threshold stays free. Bands, limits and overheads are rules and
assumptions of the tables; here is only the arithmetic, on arrays over machine types. What
DaemonSets take comes after, in the plan.

References: awslabs/amazon-eks-ami, nodeadm kubelet configuration (2026-07-23); Karpenter instance
types (2026-07-11); Google Cloud, "Plan GKE Standard node sizes"; Amazon ECS developer guide (2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Bands, NodeTypes, Rules
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

ENI, PREFIX_DELEGATION = "eni", "prefix_delegation"
#: how addresses, and with them pods, are counted on an EKS node
MAX_PODS_MODES = (ENI, PREFIX_DELEGATION)


@dataclass(frozen=True)
class NodeSettings:
    """How nodes are set up; None leaves it to the provider's default.

    Attributes
    ----------
    max_pods_mode : {"eni", "prefix_delegation"}
        Pods by addresses of network interfaces, or by prefixes; EKS only.
    maximum_pods : int or None
        Most pods of every node, where the cluster sets it.
    boot_disk_gib : float or None
        Boot disk of every node. [GiB]
    """

    max_pods_mode: str = ENI
    maximum_pods: int | None = None
    boot_disk_gib: float | None = None


@dataclass(frozen=True)
class Allocatable:
    """What pods may use of each machine type, before DaemonSets; arrays (m,).

    `storage_gib` is NaN where nothing is known of the boot disk. [millicores, MiB, pods, GiB]
    """

    millicores: Whole
    mebibytes: Whole
    pods: Whole
    storage_gib: Array


def by_bands(amount: Array, bands: Bands) -> Array:
    """Part of an amount that every band takes.

    Parameters
    ----------
    amount : array (m,)
        Such as millicores or MiB of each machine.
    bands : Bands
        Where each band starts, and the share that it takes.

    Returns
    -------
    array (m, bands)
        In the unit of the amount.

    Examples
    --------
    >>> bands = Bands(np.array([0.0, 1000.0]), np.array([0.06, 0.01]))
    >>> by_bands(np.array([500.0, 2000.0]), bands).tolist()
    [[30.0, 0.0], [60.0, 10.0]]
    """
    ends = np.append(bands.start[1:], np.inf)
    inside = np.clip(amount[:, None], bands.start, ends) - bands.start
    return np.asarray(inside * bands.value)


def eks_allocatable(types: NodeTypes, rules: Rules, settings: NodeSettings) -> Allocatable:
    """What pods may use of an EKS node on Amazon Linux 2023.

    Parameters
    ----------
    types : NodeTypes
        Machine types, m of them.
    rules : Rules
        Of ``aws.eks_nodes``, compiled for these types.
    settings : NodeSettings
        How the nodes are set up.

    Returns
    -------
    Allocatable
        The memory that is reserved grows with the pods that a node may hold, not with its memory.
    """
    millicores, nominal = _size(types)
    pods = _eks_pods(types, rules, settings)
    seen = nominal - rules["hidden_memory_mib"][types.cpu_architecture]
    overhead = round_up(seen * rules.assumptions["eks_memory_overhead_fraction"], 1.0)
    reserved = rules["reserved_memory_mib"] + rules["reserved_memory_mib_per_pod"] * pods
    disk = _boot_disk(settings, rules)
    storage = disk * (1.0 - rules["eviction_storage_fraction"]) - rules["reserved_storage_gib"]
    return Allocatable(
        millicores=_whole(millicores - _reserved_millicores(millicores, rules)),
        mebibytes=_whole(seen - overhead - reserved - rules["eviction_memory_mib"]),
        pods=_whole(pods),
        storage_gib=np.full(len(types.names), max(storage, 0.0)),
    )


def _eks_pods(types: NodeTypes, rules: Rules, settings: NodeSettings) -> Array:
    """Pods by addresses of the default network card, or by prefixes up to the cap."""
    if settings.maximum_pods is not None:
        return np.full(len(types.names), float(settings.maximum_pods))
    found = rules["network_interfaces"]
    # The last place of a rule by machine type stands for "not stated".
    interfaces, each = found["interfaces"][:-1], found["addresses_per_interface"][:-1]
    addresses = interfaces * (each - rules["addresses_not_for_pods"])
    unknown = rules["maximum_pods_of_unknown_machine"]
    on_host = rules["pods_on_host_network"]
    if settings.max_pods_mode == ENI:
        return np.where(np.isnan(addresses), unknown, addresses + on_host)
    cap = _step(types.vcpu, rules["prefix_maximum_pods"])
    by_prefix = np.minimum(addresses * rules["prefix_addresses"] + on_host, cap)
    return np.where(np.isnan(addresses), unknown, by_prefix)


def ecs_allocatable(types: NodeTypes, rules: Rules, settings: NodeSettings) -> Allocatable:
    """What tasks may use of an ECS container instance.

    Parameters
    ----------
    types : NodeTypes
        Machine types, m of them.
    rules : Rules
        Of ``aws.ecs_ec2``.
    settings : NodeSettings
        How the instances are set up; the mode of counting pods does not matter here.

    Returns
    -------
    Allocatable
        The agent keeps no CPU, and memory only where it is told to. Of the disk nothing is known.
    """
    millicores, nominal = _size(types)
    said = rules.assumptions
    overhead = round_up(nominal * said["ecs_memory_overhead_fraction"], 1.0)
    tasks = said["ecs_maximum_tasks"] if settings.maximum_pods is None else settings.maximum_pods
    return Allocatable(
        millicores=_whole(millicores),
        mebibytes=_whole(nominal - overhead - said["ecs_reserved_memory_mib"]),
        pods=np.full(len(types.names), int(tasks), dtype=np.int64),
        storage_gib=np.full(len(types.names), np.nan),
    )


def gke_allocatable(types: NodeTypes, rules: Rules, settings: NodeSettings) -> Allocatable:
    """What pods may use of a GKE Standard node.

    Parameters
    ----------
    types : NodeTypes
        Machine types, m of them.
    rules : Rules
        Of ``gcp.gke_standard``, compiled for these types.
    settings : NodeSettings
        How the nodes are set up; the mode of counting pods does not matter here.

    Returns
    -------
    Allocatable
        Reserved memory goes by the nominal size of the machine.
    """
    millicores, nominal = _size(types)
    said = rules.assumptions
    pods = rules["default_maximum_pods"]
    pods = float(pods if settings.maximum_pods is None else settings.maximum_pods)
    is_shared = rules["is_shared_core"][:-1]
    kept = _reserved_millicores(millicores, rules)
    kept = np.where(is_shared, rules["shared_core_reserved_millicores"], kept)
    if pods > rules["pods_without_more_cpu"]:
        kept = kept + rules["many_pods_reserved_millicores"]
    overhead = said["gke_memory_overhead_mib"] + nominal * said["gke_memory_overhead_fraction"]
    free = nominal - overhead - gke_reserved_memory(nominal, rules) - rules["eviction_memory_mib"]
    disk = _boot_disk(settings, rules)
    storage = gke_allocatable_storage(disk, disk * said["gke_file_system_fraction"], rules)
    return Allocatable(
        millicores=_whole(millicores - kept),
        mebibytes=_whole(free),
        pods=np.full(len(types.names), int(pods), dtype=np.int64),
        storage_gib=np.full(len(types.names), storage),
    )


def gke_reserved_memory(mebibytes: Array, rules: Rules) -> Array:
    """Memory that GKE keeps of a machine of that nominal size, the eviction threshold apart. [MiB]."""
    is_small = mebibytes < rules["small_machine_memory_mib"]
    by_size = np.sum(by_bands(mebibytes, rules["reserved_memory"]), axis=1)
    return np.where(is_small, rules["small_machine_reserved_memory_mib"], by_size)


def gke_allocatable_storage(disk_gib: float, capacity_gib: float, rules: Rules) -> float:
    """Boot disk that pods may use on GKE.

    Parameters
    ----------
    disk_gib : float
        Size of the disk as it is billed; the system's part goes by it. [GiB]
    capacity_gib : float
        Capacity that the node's file system shows; the eviction threshold goes by it. [GiB]
    rules : Rules
        Of ``gcp.gke_standard``.

    Returns
    -------
    float
        0 where nothing is left. [GiB]
    """
    system = min(
        disk_gib * rules["maximum_reserved_storage_fraction"],
        rules["reserved_storage_gib"] + disk_gib * rules["reserved_storage_fraction"],
        rules["maximum_reserved_storage_gib"],
    )
    free = capacity_gib * (1.0 - rules["eviction_storage_fraction"]) - system
    return float(max(free, 0.0))


def _size(types: NodeTypes) -> tuple[Array, Array]:
    """Nominal size of each machine. [millicores], [MiB]."""
    return types.vcpu * MILLICORES_PER_VCPU, np.round(types.memory_gib * MIB_PER_GIB)


def _reserved_millicores(millicores: Array, rules: Rules) -> Array:
    """CPU kept by the bands; each band counts whole millicores."""
    parts = by_bands(millicores, rules["reserved_cpu"])
    return np.asarray(np.floor(parts * (1.0 + SLACK)).sum(axis=1))


def _step(amount: Array, bands: Bands) -> Array:
    """Value of the band that an amount lies in."""
    return bands.value[np.searchsorted(bands.start, amount, "right") - 1]


def _boot_disk(settings: NodeSettings, rules: Rules) -> float:
    if settings.boot_disk_gib is not None:
        return float(settings.boot_disk_gib)
    return float(rules["default_boot_disk_gib"])


def _whole(amount: Array) -> Whole:
    """Whole units that are left; none where more is kept than there is."""
    return np.floor(np.maximum(amount, 0.0) * (1.0 + SLACK)).astype(np.int64)
