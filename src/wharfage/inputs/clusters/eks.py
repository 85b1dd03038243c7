"""Amazon EKS clusters and node groups as the AWS command line prints them, as riders.

Read are describe-cluster and describe-nodegroup. Where a managed node group states no disk, EKS
gives 20 GiB, 50 GiB on Windows. Source: Amazon EKS API reference, DescribeCluster, Nodegroup (2026).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wharfage.inputs.arns import region_of
from wharfage.inputs.clusters.eksctl import EKS, EKS_NODES, EKS_PLATFORMS, TIERS
from wharfage.inputs.clusters.parts import Parts, minor_version, once, roots_of, say_range
from wharfage.inputs.documents import Document
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Stack
from wharfage.units import Month

CLUSTER_ARN, NODEGROUP_ARN = "arn", "nodegroupArn"
OPTIONS = {"ON_DEMAND": "on_demand", "SPOT": "spot"}
DISK_GIB, WINDOWS_DISK_GIB = 20.0, 50.0
DISK_TYPE = "gp3"
GONE = frozenset({"DELETING", "CREATE_FAILED", "FAILED"})


def is_eks_output(data: dict[str, Any]) -> bool:
    """Whether a mapping is the output of describe-cluster or describe-nodegroup."""
    cluster, group = data.get("cluster"), data.get("nodegroup")
    arn = cluster.get(CLUSTER_ARN) if isinstance(cluster, dict) else None
    is_cluster = isinstance(arn, str) and ":eks:" in arn
    return is_cluster or (isinstance(group, dict) and NODEGROUP_ARN in group)


def read_eks(documents: Iterable[Document], month: Month | None = None) -> Stack:
    """Stack of what the EKS command line prints: riders only.

    Parameters
    ----------
    documents : iterable of Document
        Output of ``aws eks describe-cluster`` and ``describe-nodegroup``.
    month : Month, optional
        Not used: nothing in these documents is scheduled.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''{"nodegroup": {"nodegroupName": "web", "clusterName": "prod",
    ... "nodegroupArn": "arn:aws:eks:us-east-1:123456789012:nodegroup/prod/web/1",
    ... "instanceTypes": ["t3.medium"], "scalingConfig": {"desiredSize": 2}}}'''
    >>> [row] = read_eks(read_documents(text)).riders
    >>> row["service"], row["region"], row["instance_type"], row["node_count"]
    ('aws.ec2', 'us-east-1', 't3.medium', 2)
    """
    del month
    problems, parts = Problems(), Parts(EKS_PLATFORMS, EKS_NODES)
    roots = roots_of(documents, problems)
    clusters = [root["cluster"] for root in roots if root["cluster"]]
    keys = [(_region(each), each["name"].name()) for each in clusters]
    for cluster in once(zip(keys, clusters, strict=True), parts):
        _cluster(cluster, parts)
    groups = [root["nodegroup"] for root in roots if root["nodegroup"]]
    names = [(_region(each), _name(each)) for each in groups]
    for group in once(zip(names, groups, strict=True), parts):
        _nodegroup(group, parts)
    problems.raise_if_any()
    return parts.stack()


def _region(root: Field) -> str:
    return region_of([root[CLUSTER_ARN], root[NODEGROUP_ARN]])


def _name(group: Field) -> str:
    return f"{group['clusterName'].text('?')}/{group['nodegroupName'].text('?')}"


def _cluster(root: Field, parts: Parts) -> None:
    name = root["name"].text("?")
    if root["status"].text() in GONE:
        return
    version = minor_version(root["version"])
    if root["upgradePolicy"]["supportType"].text() == "STANDARD":
        text = "EKS upgrades it at the end of standard support: no extended support is priced"
        parts.note("upgraded_in_standard_support", text, root["upgradePolicy"])
        version = ""
    tier = root["controlPlaneScalingConfig"]["tier"].text().lower().removeprefix("tier-")
    parts.add(
        root, "cluster", name, EKS, _region(root), cluster_count=1,
        kubernetes_version=version or None, control_plane_tier=tier if tier in TIERS else None,
    )  # fmt: skip
    if root["computeConfig"]["enabled"].flag():
        text = (
            "EKS Auto Mode starts machines for the pods, with a fee on each;"
            " plan them with wharfage nodes --service aws.eks_auto_mode"
        )
        parts.note("auto_mode_machines", text, root["computeConfig"])
    for logs in root["logging"]["clusterLogging"].each():
        if logs["enabled"].flag():
            text = "logs of the control plane are billed by the GiB; --log-gib adds them"
            parts.note("log_gib_unknown", text, logs)


def _nodegroup(root: Field, parts: Parts) -> None:
    if root["status"].text() in GONE:
        return
    name, scaling = _name(root), root["scalingConfig"]
    low, high = scaling["minSize"].count(), scaling["maxSize"].count()
    count = scaling["desiredSize"].count()
    count = (low or 0) if count is None else count
    kinds = [each.text() for each in root["instanceTypes"].each()]
    if len(kinds) != 1:
        text = (
            f"{quoted(name)} may be any of {', '.join(kinds)}; priced as {kinds[0]}"
            if kinds
            else f"{quoted(name)}: the machine type stands in a launch template"
        )
        parts.note("open_machine_type" if kinds else "machine_type_unknown", text, root)
    option = root["capacityType"].text("ON_DEMAND")
    if option not in OPTIONS:
        text = f"{quoted(name)}: capacity of type {quoted(option)} is priced on demand"
        parts.note("purchase_option_assumed", text, root["capacityType"])
    is_windows = root["amiType"].text().startswith("WINDOWS")
    parts.add(
        root, "nodes", name, "aws.ec2", _region(root),
        instance_type=kinds[0] if kinds else None, node_count=count,
        purchase_option=OPTIONS.get(option, "on_demand"),
        operating_system="windows" if is_windows else None,
        **_disk(root, name, parts, is_windows=is_windows),
    )  # fmt: skip
    ends = (count if low is None else low, high or count)
    parts.range("nodes", name, "node_count", ends)
    say_range(parts, root, name, count, ends)
    text = f"{quoted(name)}: whether its nodes have public addresses is not in the document"
    parts.note("public_ipv4_unknown", text, root)


def _disk(root: Field, name: str, parts: Parts, *, is_windows: bool) -> dict[str, object]:
    size = root["diskSize"].count()
    if size is None and root["launchTemplate"]:
        text = f"{quoted(name)}: the volume stands in a launch template, and is not priced"
        parts.note("volume_not_priced", text, root["launchTemplate"])
        return {}
    if size is None:
        size = int(WINDOWS_DISK_GIB if is_windows else DISK_GIB)
    text = f"{quoted(name)}: the type of its {size} GiB volumes is taken to be {DISK_TYPE}"
    parts.note("volume_type_assumed", text, root)
    return {"boot_disk_gib": float(size), "boot_disk_type": DISK_TYPE}
