"""What a plan took for granted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wharfage.nodes.node_plan import NodePlan


#: services of which max_pods_mode changes how many pods a node holds
BY_ADDRESSES = frozenset({"aws.eks_nodes", "aws.eks_auto_mode"})


def plan_assumptions(plan: NodePlan) -> dict[str, str]:
    """Everything that a plan took for granted, by name, in words."""
    options, settings = plan.site.options, plan.site.settings
    said = {
        "on": f"rates and rules in force on {options.on}; newest rate in the book {plan.site.book.newest_date}",
        "month": f"{options.month.text} ({options.month.hours:g} hours)",
        "rate_book": f"digest {plan.site.book.digest}",
        "nodes": _nodes(plan),
        "attribution": (
            "by requests, vCPU to GiB 9 to 1 (nine tenths of a node with GPUs go by GPU; what no pod"
            " asks for is idle, and the cluster fee belongs to no pod)"
        ),
        "pod_sizes": "requests, rounded up to whole millicores and MiB; limits are not looked at",
    }
    average = int(plan.planned.is_average.sum())
    if average:
        said["sized_from_average_load"] = (
            "pods that run at once on average, rounded up for all alike pods together"
            f" ({average:,} workloads)"
        )
    if not settings.boot_disk_gib:
        said["no_boot_disk_priced"] = "no boot disk is stated, none is priced"
    if not settings.share_gpu_nodes:
        said["gpu_nodes"] = "pods without a GPU stay off nodes with GPUs"
    merged = sum(not pool.shapes.is_exact for pool in plan.pools)
    if merged:
        said["merged_shapes"] = (
            "many shapes of pods: near ones are packed as the largest of them, and bounded as the smallest"
        )
    for pool in plan.pools:
        for name, value in pool.machines.offers.assumptions.items():
            said.setdefault(name, str(value))
        # Machines of a plan over time run part of the month only.
    if plan.over_time is not None:
        said["over_time"] = plan.over_time.assumption
    return said


def _nodes(plan: NodePlan) -> str:
    settings = plan.site.settings
    words = [f"{plan.zones:,} zone{'' if plan.zones == 1 else 's'}"]
    # Only pods on nodes of EKS count by network addresses.
    if plan.site.service in BY_ADDRESSES and settings.maximum_pods is None:
        words.insert(0, f"max_pods_mode {settings.max_pods_mode}")
    if settings.daemonset_vcpu or settings.daemonset_memory_gib or settings.daemonset_pods:
        words.append(
            f"DaemonSets take {settings.daemonset_vcpu:g} vCPU, {settings.daemonset_memory_gib:.4g}"
            f" GiB and the place of {settings.daemonset_pods:,} of the pods of every node"
        )
    else:
        words.append("no DaemonSets")
    if settings.node_fee:
        words.append(f"vendor fee {settings.node_fee:g} per node and hour")
    return "; ".join(words)
