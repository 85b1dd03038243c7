"""What a plan may choose, and what every node has beside its machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wharfage.columns import BOOT_DISK_TYPES
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.nodes.allocatable import ENI


@dataclass(frozen=True)
class PlanSettings:
    """Constraints and extras of a plan; the attributes are the keywords of ``plan_nodes``."""

    instance_types: Sequence[str] | None = None
    max_node_vcpu: float | None = None
    max_node_memory_gib: float | None = None
    share_gpu_nodes: bool = False
    max_pods_mode: str = ENI
    maximum_pods: int | None = None
    daemonset_vcpu: float = 0.0
    daemonset_memory_gib: float = 0.0
    daemonset_pods: int = 0
    node_fee: float = 0.0
    spot_share: float = 0.0
    on_demand_base: int = 0
    boot_disk_gib: float = 0.0
    boot_disk_type: str | None = None
    public_ipv4_count: int = 0
    zones: int | None = None
    step_hours: float = 1.0
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Check every number.

        Raises
        ------
        InvalidValueError
            With all of them that make no sense.
        """
        least = {
            "max_node_vcpu": 0.0,
            "max_node_memory_gib": 0.0,
            "daemonset_vcpu": 0.0,
            "daemonset_memory_gib": 0.0,
            "daemonset_pods": 0.0,
            "node_fee": 0.0,
            "spot_share": 0.0,
            "on_demand_base": 0.0,
            "boot_disk_gib": 0.0,
            "public_ipv4_count": 0.0,
            "zones": 1.0,
        }
        wrong = [
            f"{name}={getattr(self, name)!r} is not {low:g} or more"
            for name, low in least.items()
            if getattr(self, name) is not None and not low <= getattr(self, name) < np.inf
        ]
        wrong += [
            f"{name}={getattr(self, name)!r} is not above 0"
            for name in ("step_hours", "seconds")
            if not 0 < getattr(self, name) < np.inf
        ]
        if self.spot_share > 1:
            wrong.append(f"spot_share={self.spot_share!r} is more than 1, the whole fleet")
        if self.boot_disk_gib and self.boot_disk_type not in BOOT_DISK_TYPES:
            near = did_you_mean(str(self.boot_disk_type), BOOT_DISK_TYPES)
            also = f" ({near.rstrip('?')})" if near else ""
            wrong.append(f"boot_disk_type={self.boot_disk_type!r} is no type of disk{also}")
        if wrong:
            raise InvalidValueError(
                f"{'; '.join(wrong)}.",
                hint="leave a keyword out for its default.",
                failures=[{"problem": text} for text in wrong],
            )

    @property
    def extras(self) -> dict[str, object]:
        """Fleet columns of what every node has beside its machine."""
        disk = {"boot_disk_gib": self.boot_disk_gib, "boot_disk_type": self.boot_disk_type}
        return {**(disk if self.boot_disk_gib else {}), "public_ipv4_count": self.public_ipv4_count}
