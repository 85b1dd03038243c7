"""Groups of Amazon EC2 machines of a cluster: how many, of which type, with which volumes.

What a group leaves out is eksctl's default. Sources: eksctl's schema of ClusterConfig and its
defaults (m5.large, gp3, 80 GiB, 2 nodes; 2026); Amazon EC2 Auto Scaling API reference,
InstancesDistribution (2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from wharfage.inputs.clusters.parts import Parts, say_range
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted

EC2, EBS = "aws.ec2", "aws.ebs"
DEFAULT_TYPE = "m5.large"
DEFAULT_COUNT = 2
DEFAULT_VOLUME_GIB, DEFAULT_VOLUME_TYPE = 80, "gp3"
PRICED_VOLUMES = frozenset({"gp2", "gp3"})
ALL = 100
#: what stands instead of a machine type that eksctl would choose
CHOSEN_ELSEWHERE = {
    "instanceSelector": "eksctl chooses the machine type by vCPU and memory",
    "launchTemplate": "the machine type and volume stand in a launch template",
    "spotOcean": "Spot Ocean chooses the machines",
}


@dataclass(frozen=True)
class Group:
    """A node group, its name with that of its cluster, and whether its nodes are public."""

    root: Field
    name: str
    region: str
    is_managed: bool
    is_public: bool


@dataclass(frozen=True)
class Size:
    """Nodes of a group, and between how many an autoscaler moves it."""

    count: int
    ends: tuple[int, int]


def read_group(group: Group, parts: Parts) -> None:
    """Add the machines of a node group of eksctl to `parts`."""
    root = group.root
    size = group_size(group, parts)
    kind = _machine_type(group, parts)
    windows = root["amiFamily"].text().startswith("Windows")
    columns = {
        "instance_type": kind or None,
        "operating_system": "windows" if windows else None,
        "public_ipv4_count": int(group.is_public),
        **_volume(group, parts),
    }
    nodes, low, high = (
        _split(root, each, is_managed=group.is_managed) for each in (size.count, *size.ends)
    )
    for option in nodes:
        is_mixed = len(nodes) > 1
        name = f"{group.name}-spot" if is_mixed and option == "spot" else group.name
        if is_mixed and not (nodes[option] or high[option]):
            continue
        parts.add(
            root, "nodes", name, EC2, group.region,
            purchase_option=option, node_count=nodes[option], **columns,
        )  # fmt: skip
        parts.range("nodes", name, "node_count", (low[option], high[option]))
    _performance(group, size, parts)
    for number, volume in enumerate(root["additionalVolumes"].each(), start=1):
        _more_volume(group, f"{group.name}-volume-{number}", volume, size, parts)


def group_size(group: Group, parts: Parts) -> Size:
    """Nodes of a group: those it asks for, else its least, else eksctl's default."""
    root = group.root
    low, high = root["minSize"].count(), root["maxSize"].count()
    wanted = root["desiredCapacity"].count()
    if low is not None and high is not None and high < low:
        root["maxSize"].wrong(f"{high} is below minSize, {low}")
        return Size(low, (low, low))
    for limit, is_outside in (
        ("minSize", low is not None and wanted is not None and wanted < low),
        ("maxSize", high is not None and wanted is not None and wanted > high),
    ):
        if is_outside:
            root["desiredCapacity"].wrong(
                f"{wanted} lies outside {limit}, {low if limit == 'minSize' else high}"
            )
    count = low if wanted is None else wanted
    if count is None:
        count = DEFAULT_COUNT if high is None else min(DEFAULT_COUNT, high)
        text = f"{quoted(group.name)} says no number of nodes; eksctl's default of {count} is used"
        parts.note("default_request", text, root)
    ends = (count if low is None else low, high or count)
    say_range(parts, root, group.name, count, ends)
    return Size(count, ends)


def _machine_type(group: Group, parts: Parts) -> str:
    """Machine type of a group; empty where the document does not hold it."""
    root = group.root
    mixed = root["instancesDistribution"]["instanceTypes"]
    several = [each.text() for each in (mixed or root["instanceTypes"]).each()]
    stated = root["instanceType"].text()
    # eksctl itself writes "mixed" where there are several.
    kinds = several or ([stated] if stated not in ("", "mixed") else [])
    if len(kinds) > 1:
        text = f"{quoted(group.name)} may be any of {', '.join(kinds)}; priced as {kinds[0]}"
        parts.note("open_machine_type", text, root)
    if kinds:
        return kinds[0]
    for name, text in CHOSEN_ELSEWHERE.items():
        if root[name]:
            said = f"{quoted(group.name)}: {text}, which is not in the document"
            parts.note("machine_type_unknown", said, root[name])
            return ""
    text = f"{quoted(group.name)} names no machine type; eksctl's default {DEFAULT_TYPE} is used"
    parts.note("default_request", text, root)
    return DEFAULT_TYPE


def _split(root: Field, count: int, *, is_managed: bool) -> dict[str, int]:
    """Nodes of each purchase option; both options where a group mixes them."""
    mix = root["instancesDistribution"]
    if is_managed or not mix:
        return {"spot" if root["spot"].flag() else "on_demand": count}
    percent = mix["onDemandPercentageAboveBaseCapacity"].count()
    percent = ALL if percent is None else percent
    if percent > ALL:
        mix["onDemandPercentageAboveBaseCapacity"].wrong(f"{percent} is more than {ALL}")
        percent = ALL
    base = min(mix["onDemandBaseCapacity"].count() or 0, count)
    # Auto Scaling rounds a part of a machine up on the side of on demand.
    on_demand = base + ceil(Fraction((count - base) * percent, ALL))
    return {"on_demand": on_demand, "spot": count - on_demand}


def _volume(group: Group, parts: Parts) -> dict[str, object]:
    """Columns of the volume that each node starts from."""
    root = group.root
    size, kind = root["volumeSize"].count(), root["volumeType"].text(DEFAULT_VOLUME_TYPE)
    if size is None and root["launchTemplate"]:
        return {}
    if size is None:
        size = DEFAULT_VOLUME_GIB
        text = (
            f"{quoted(group.name)} says no size of its volumes; eksctl's default of {size} GiB {kind}"
            " is used"
        )
        parts.note("default_request", text, root)
    if root["amiFamily"].text() == "Bottlerocket":
        text = f"{quoted(group.name)}: Bottlerocket's own small system volume is not counted"
        parts.note("volume_not_priced", text, root)
    if not _is_priced(group.name, kind, root["volumeType"], parts):
        return {}
    return {"boot_disk_gib": float(size), "boot_disk_type": kind}


def _is_priced(name: str, kind: str, where: Field, parts: Parts) -> bool:
    if kind not in PRICED_VOLUMES:
        text = f"{quoted(name)}: volumes of type {quoted(kind)} have no rate here, and are left out"
        parts.note("volume_not_priced", text, where)
    return kind in PRICED_VOLUMES


def _performance(group: Group, size: Size, parts: Parts) -> None:
    """Add what a gp3 volume costs for performance beyond what its size includes."""
    root = group.root
    iops, throughput = root["volumeIOPS"].count(), root["volumeThroughput"].count()
    if (iops or throughput) and root["volumeType"].text(DEFAULT_VOLUME_TYPE) == "gp3":
        name = f"{group.name}-performance"
        parts.range("disk", name, "count", size.ends)
        parts.add(
            root, "disk", name, EBS, group.region, count=size.count, storage_gib=0.0, storage_class="gp3", iops=iops,
            throughput_mibps=throughput,
        )  # fmt: skip


def _more_volume(group: Group, name: str, volume: Field, size: Size, parts: Parts) -> None:
    kind, gib = volume["volumeType"].text(DEFAULT_VOLUME_TYPE), volume["volumeSize"].count()
    if not _is_priced(name, kind, volume["volumeType"], parts):
        return
    if gib is None:
        text = f"{quoted(name)}: its size is that of a snapshot, which is not in the document"
        parts.note("volume_not_priced", text, volume)
        return
    parts.range("disk", name, "count", size.ends)
    parts.add(
        volume, "disk", name, EBS, group.region, count=size.count, storage_gib=float(gib),
        storage_class=kind, iops=volume["volumeIOPS"].count(),
        throughput_mibps=volume["volumeThroughput"].count(),
    )  # fmt: skip
