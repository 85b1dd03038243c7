"""Node pools of Google Kubernetes Engine as Compute Engine machines with their disks.

Where a pool leaves them out, GKE gives e2-medium machines, and disks of 100 GB pd-balanced.
Source: Google Kubernetes Engine API v1, NodeConfig; GKE, custom boot disks (2026).
"""

from __future__ import annotations

from dataclasses import dataclass

from wharfage.columns import BOOT_DISK_TYPES
from wharfage.inputs.clusters.parts import Parts, say_range
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted

MACHINES = "gcp.compute_engine"
DEFAULT_TYPE = "e2-medium"
DEFAULT_DISK_GIB, DEFAULT_DISK_TYPE = 100, "pd-balanced"
DEFAULT_COUNT = 3
#: machines to which GPUs are attached; the others carry theirs in their own price
TAKES_GPUS = "n1-"
#: a number of more digits is none
LONGEST_COUNT = 9


@dataclass(frozen=True)
class Pool:
    """A node pool, with what its cluster says of it; `zones` are those of the cluster."""

    root: Field
    cluster: str
    region: str
    zones: list[str]
    is_private: bool

    @property
    def name(self) -> str:
        """Name with that of the cluster."""
        return f"{self.cluster}/{self.root['name'].name('?')}"


def read_pool(pool: Pool, parts: Parts) -> int:
    """Add the machines of a pool to `parts`; how many they are."""
    root, config = pool.root, pool.root["config"]
    zones = [each.text() for each in root["locations"].each()] or pool.zones
    each_zone = root["initialNodeCount"].count()
    if each_zone is None:
        each_zone = DEFAULT_COUNT
        text = f"{quoted(pool.name)} says no number of nodes; priced as {each_zone} in each zone"
        parts.note("default_request", text, root)
    count = each_zone * len(zones)
    kind = config["machineType"].text(DEFAULT_TYPE)
    is_private = pool.is_private or root["networkConfig"]["enablePrivateNodes"].flag()
    is_windows = config["imageType"].text().upper().startswith("WINDOWS")
    is_spot = config["spot"].flag() or config["preemptible"].flag()
    parts.add(
        root, "nodes", pool.name, MACHINES, pool.region, node_count=count, instance_type=kind,
        purchase_option="spot" if is_spot else "on_demand",
        operating_system="windows" if is_windows else None,
        public_ipv4_count=int(not is_private),
        **_disk(pool, config, parts), **_gpus(config, kind),
    )  # fmt: skip
    _range(pool, count, len(zones), parts)
    for disks in ("localSsdCount", "localNvmeSsdBlockConfig", "ephemeralStorageLocalSsdConfig"):
        if config[disks].value:
            text = f"{quoted(pool.name)}: local SSDs are billed, and not priced"
            parts.note("volume_not_priced", text, config[disks])
    return count


def _disk(pool: Pool, config: Field, parts: Parts) -> dict[str, object]:
    size, kind = config["diskSizeGb"].count(), config["diskType"].text(DEFAULT_DISK_TYPE)
    if size is None:
        size = DEFAULT_DISK_GIB
        text = f"{quoted(pool.name)} says no size of its disks; GKE's default of {size} GB is used"
        parts.note("default_request", text, config or pool.root)
    if kind not in BOOT_DISK_TYPES:
        text = f"{quoted(pool.name)}: disks of type {quoted(kind)} have no rate here"
        parts.note("volume_not_priced", text, config["diskType"])
        return {}
    return {"boot_disk_gib": float(size), "boot_disk_type": kind}


def _gpus(config: Field, kind: str) -> dict[str, object]:
    """Columns of attached GPUs; those of accelerator machines belong to the machine's price."""
    found: dict[str, object] = {}
    for each in config["accelerators"].each():
        count = each["acceleratorCount"]
        # 64-bit numbers are text in Google's JSON.
        text = str(count.value) if isinstance(count.value, str | int) else ""
        if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_COUNT):
            count.wrong(f"{quoted(count.value)} is no number of accelerators")
        elif kind.startswith(TAKES_GPUS) and int(text):
            gpu_type = each["acceleratorType"].text().rpartition("/")[2]
            found |= {"gpu_type": gpu_type, "gpu_count": int(text)}
    return found


def _range(pool: Pool, count: int, zones: int, parts: Parts) -> None:
    """Say between which sizes the autoscaler moves a pool: in each zone, or in total."""
    scaling = pool.root["autoscaling"]
    if not scaling["enabled"].flag():
        return
    low, high = scaling["totalMinNodeCount"].count(), scaling["totalMaxNodeCount"].count()
    if not high:
        low, high = (
            (scaling[name].count() or 0) * zones for name in ("minNodeCount", "maxNodeCount")
        )
    ends = (low or 0, high or 0)
    parts.range("nodes", pool.name, "node_count", ends)
    say_range(parts, scaling, pool.name, count, ends)
