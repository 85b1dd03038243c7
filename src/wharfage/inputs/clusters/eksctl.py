"""eksctl's ClusterConfig as riders: the cluster's fee, its machines, volumes and NAT gateways.

Sources: eksctl's schema of ClusterConfig, its guide on VPC configuration, and its choice of
availability zones (three, two in us-east-1; 2026).
"""

from __future__ import annotations

from collections.abc import Iterable

from wharfage.inputs.clusters.eks_nodes import Group, read_group
from wharfage.inputs.clusters.parts import Parts, minor_version, once, roots_of
from wharfage.inputs.documents import Document
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Stack
from wharfage.units import Month

EKS = "aws.eks"
#: services whose pods a cluster of EKS runs, and the one whose nodes are the customer's own
EKS_NODES = "aws.eks_nodes"
EKS_PLATFORMS = (EKS_NODES, "aws.fargate_eks", "aws.eks_auto_mode")
#: columns of what EKS runs for a cluster, by the type of a capability
CAPABILITIES = {
    "ACK": "ack_resource_count",
    "ARGOCD": "argocd_application_count",
    "KRO": "kro_instance_count",
}
#: tiers of a provisioned control plane, without "tier-" before them
TIERS = ("standard", "xl", "2xl", "4xl", "8xl")
NAT_MODES = DISABLE, SINGLE, IN_EACH_ZONE = "Disable", "Single", "HighlyAvailable"
DEFAULT_ZONES, FEWER_ZONES = 3, {"us-east-1": 2}
#: parts of a ClusterConfig that cost something which is not in it
SAID = {
    "karpenter": "Karpenter starts machines for the pods; plan them with wharfage nodes",
    "remoteNetworkConfig": "hybrid nodes cost by their vCPU, which are not in the document",
    "outpost": "machines on Outposts are paid otherwise than those of a region",
    "localZones": "machines in local zones have prices of their own; those of the region are used",
}


def read_eksctl(documents: Iterable[Document], month: Month | None = None) -> Stack:
    r"""Stack of ClusterConfigs of eksctl: riders only, none of the workloads that run there.

    Parameters
    ----------
    documents : iterable of Document
        Each a mapping of kind ``ClusterConfig``.
    month : Month, optional
        Not used: nothing in these documents is scheduled.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''
    ... apiVersion: eksctl.io/v1alpha5
    ... kind: ClusterConfig
    ... metadata: {name: prod, region: us-east-1}
    ... vpc: {nat: {gateway: Disable}}
    ... managedNodeGroups: [{name: web, instanceType: t3.medium, desiredCapacity: 2}]
    ... '''
    >>> [(each["kind"], each["service"]) for each in read_eksctl(read_documents(text)).riders]
    [('cluster', 'aws.eks'), ('nodes', 'aws.ec2')]
    """
    del month
    problems, parts = Problems(), Parts(EKS_PLATFORMS, EKS_NODES)
    roots = roots_of(documents, problems)
    keys = [(root["metadata"]["region"].text(), root["metadata"]["name"].name()) for root in roots]
    for root in once(zip(keys, roots, strict=True), parts):
        _cluster(root, parts)
    problems.raise_if_any()
    return parts.stack()


def _cluster(root: Field, parts: Parts) -> None:
    metadata = root["metadata"]
    name, region = metadata["name"].text(), metadata["region"].text()
    if not name:
        metadata["name"].wrong("a ClusterConfig needs a name")
    if not region:
        parts.note(
            "region_unknown", f"cluster {quoted(name)} names no region; --region does", metadata
        )
    parts.add(
        root, "cluster", name, EKS, region, cluster_count=1,
        kubernetes_version=_version(root, parts), control_plane_tier=_tier(root),
        **_capabilities(root, parts),
    )  # fmt: skip
    _network(root, name, region, parts)
    for part, is_managed in (("managedNodeGroups", True), ("nodeGroups", False)):
        for number, group in enumerate(root[part].each(), start=1):
            full = f"{name}/{group['name'].name(f'{part}-{number}')}"
            read_group(Group(group, full, region, is_managed, _is_public(root, group)), parts)
    _say_the_rest(root, parts)


def _version(root: Field, parts: Parts) -> str | None:
    """Version that may be in extended support; None where EKS keeps the cluster out of it."""
    stated = root["metadata"]["version"]
    version = minor_version(stated)
    if not version:
        text = "no version of Kubernetes is stated; taken to be in standard support"
        parts.note("version_assumed", text, root["metadata"])
    if root["upgradePolicy"]["supportType"].text().upper() == "STANDARD":
        text = "EKS upgrades it at the end of standard support: no extended support is priced"
        parts.note("upgraded_in_standard_support", text, root["upgradePolicy"])
        return None
    return version or None


def _tier(root: Field) -> str | None:
    stated = root["controlPlaneScalingConfig"]["tier"]
    tier = stated.text().lower().removeprefix("tier-")
    if tier and tier not in TIERS:
        stated.wrong(f"{quoted(stated.value)} is no tier: {', '.join(TIERS)}")
        return None
    return tier or None


def _capabilities(root: Field, parts: Parts) -> dict[str, float]:
    found = {}
    for each in root["capabilities"].each():
        kind = each["type"].text().upper()
        if kind not in CAPABILITIES:
            text = f"capability {quoted(kind)} is not known and not priced"
            parts.note("unknown_kind", text, each)
            continue
        found[CAPABILITIES[kind]] = 0.0
        text = f"capability {kind} is priced by its hours; what it manages is not in the document"
        parts.note("managed_resources_unknown", text, each)
    return found


def _network(root: Field, name: str, region: str, parts: Parts) -> None:
    """Add the NAT gateways of the network that eksctl makes, and their public addresses."""
    vpc = root["vpc"]
    stated = vpc["nat"]["gateway"]
    if root["privateCluster"]["enabled"].flag():
        text = "a private cluster reaches AWS by VPC endpoints, which are billed and not priced"
        parts.note("vpc_endpoints_not_priced", text, root["privateCluster"])
        return
    if vpc["subnets"] or vpc["id"]:
        text = "the network exists already: its NAT gateways are not in the document"
        parts.note("nat_gateway_unknown", text, vpc)
        return
    mode = stated.text(SINGLE)
    if mode not in NAT_MODES:
        stated.wrong(f"{quoted(mode)} is none of {', '.join(NAT_MODES)}")
        return
    if mode == DISABLE:
        return
    count = 1 if mode == SINGLE else _zones(root, region, parts)
    is_default = "" if stated else ", eksctl's default"
    gateways = "one NAT gateway" if count == 1 else f"{count} NAT gateways"
    text = f"{gateways}{is_default}; the data that passes is not in the document"
    parts.note("nat_gateway_data_unknown", text, stated or root)
    parts.add(root, "nat_gateway", name, "aws.nat_gateway", region, replicas=count)
    parts.add(
        root, "public_ipv4", f"{name}/nat", "aws.public_ipv4", region, public_ipv4_count=count
    )


def _zones(root: Field, region: str, parts: Parts) -> int:
    stated = {zone.text() for zone in root["availabilityZones"].each()}
    if stated:
        return len(stated)
    count = FEWER_ZONES.get(region, DEFAULT_ZONES)
    text = f"no availability zones are stated; eksctl's default of {count} is used"
    parts.note("default_request", text, root)
    return count


def _is_public(root: Field, group: Field) -> bool:
    """Whether the nodes of a group stand in public subnets, with a public address each."""
    subnets = root["vpc"]["subnets"]
    has_public = not subnets or bool(subnets["public"].mapping())
    is_private = group["privateNetworking"].flag() or root["privateCluster"]["enabled"].flag()
    return has_public and not is_private


def _say_the_rest(root: Field, parts: Parts) -> None:
    auto = root["autoModeConfig"]
    if auto["enabled"].flag():
        text = (
            "EKS Auto Mode starts machines for the pods, with a fee on each;"
            " plan them with wharfage nodes --service aws.eks_auto_mode"
        )
        parts.note("auto_mode_machines", text, auto)
    profiles = root["fargateProfiles"]
    spaces = {
        selector["namespace"].text("?")
        for profile in profiles.each()
        for selector in profile["selectors"].each()
    }
    if spaces:
        text = (
            f"pods of {', '.join(sorted(spaces))} run on Fargate:"
            " price them with --service aws.fargate_eks"
        )
        parts.note("fargate_profiles", text, profiles)
    logs = root["cloudWatch"]["clusterLogging"]["enableTypes"]
    if any(True for _ in logs.each()):
        text = "logs of the control plane are billed by the GiB; --log-gib adds them"
        parts.note("log_gib_unknown", text, logs)
    for name, text in SAID.items():
        if root[name]:
            parts.note("not_priced", text, root[name])
