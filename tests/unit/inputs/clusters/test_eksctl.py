"""eksctl's ClusterConfig: fee, machines, volumes, NAT gateways, and what is only said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage import price_stack
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Row, Stack

ON = "2026-10-01"
Message = Callable[..., str]


def config(region: str = "us-east-1", **parts: Any) -> dict[str, Any]:
    """Build a ClusterConfig in a network that exists, so that nothing but its parts is added."""
    return {
        "apiVersion": "eksctl.io/v1alpha5",
        "kind": "ClusterConfig",
        "metadata": {"name": "prod", "region": region, "version": "1.34"},
        "vpc": {"id": "vpc-1", "subnets": {"public": {"a": {"id": "subnet-1"}}}},
        **parts,
    }


def stack_of(**parts: Any) -> Stack:
    """Read one ClusterConfig."""
    return read_stack(yaml.safe_dump(config(**parts)))


def nodes(group: dict[str, Any], **parts: Any) -> list[Row]:
    """Read the machines of one self-managed group of nodes."""
    found = stack_of(nodeGroups=[{"name": "web", **group}], **parts)
    return [row for row in found.riders if row["kind"] == "nodes"]


def texts(stack: Stack) -> str:
    """All notes of a stack."""
    return "\n".join(note.text for note in stack.notes)


def test_cluster_of_two_machines_is_priced() -> None:
    """73 for the cluster; two t3.medium at 0.0416 an hour with 20 GiB gp3 at 0.08 and an address."""
    group = {"name": "web", "instanceType": "t3.medium", "desiredCapacity": 2, "volumeSize": 20}
    stack = stack_of(managedNodeGroups=[group])
    frame = price_stack(stack, on=ON).frame.set_index("workload")
    assert frame["monthly_cost"]["cluster/prod"] == pytest.approx(73.0)
    machines = 2 * (730 * 0.0416 + 20 * 0.08 + 730 * 0.005)
    assert frame["monthly_cost"]["nodes/prod/web"] == pytest.approx(machines)


def test_version_past_standard_support_costs_more() -> None:
    """1.31 left standard support on 2025-11-26: 0.60 an hour instead of 0.10."""
    metadata = {"name": "prod", "region": "us-east-1", "version": "1.31"}
    assert price_stack(stack_of(metadata=metadata), on=ON).frame["monthly_cost"][0] == pytest.approx(438.0)  # fmt: skip
    standard = stack_of(metadata=metadata, upgradePolicy={"supportType": "STANDARD"})
    assert price_stack(standard, on=ON).frame["monthly_cost"][0] == pytest.approx(73.0)
    assert "no extended support is priced" in texts(standard)


def test_bare_version_is_refused(message_of: Message) -> None:
    """A version without quotes is a number, of which 1.30 and 1.3 are the same one."""
    message = message_of(config(metadata={"name": "a", "region": "us-east-1", "version": 1.3}))
    assert "metadata.version: 1.3 is a number: write the version in quotes" in message


def test_defaults_are_eksctls_and_said() -> None:
    """Two m5.large with 80 GiB gp3, where a group says nothing."""
    [row] = nodes({})
    assert (row["node_count"], row["instance_type"]) == (2, "m5.large")
    assert (row["boot_disk_gib"], row["boot_disk_type"]) == (80.0, "gp3")
    said = texts(stack_of(nodeGroups=[{"name": "web"}]))
    for words in ("no number of nodes", "no machine type", "no size of its volumes"):
        assert words in said


@pytest.mark.parametrize(
    ("sizes", "count", "said"),
    [
        ({"desiredCapacity": 3, "minSize": 1, "maxSize": 4}, 3, "between 1 and 4 nodes; priced at 3"),
        ({"minSize": 2, "maxSize": 8}, 2, "between 2 and 8 nodes; priced at 2"),
        ({"minSize": 0, "maxSize": 10}, 0, "between 0 and 10 nodes; priced at 0"),
        ({"maxSize": 1}, 1, "eksctl's default of 1 is used"),
    ],
)  # fmt: skip
def test_number_of_nodes(sizes: dict[str, int], count: int, said: str) -> None:
    """A group has the nodes that it asks for, else its least, and its range is said."""
    stack = stack_of(nodeGroups=[{"name": "web", **sizes}])
    assert stack.riders[1]["node_count"] == count
    assert said in texts(stack)


def test_spot_groups() -> None:
    """A managed group is on Spot by a flag; a mix rounds a part of a machine up to on demand."""
    stack = stack_of(managedNodeGroups=[{"name": "web", "spot": True, "desiredCapacity": 1}])
    assert stack.riders[1]["purchase_option"] == "spot"
    mix = {
        "instanceTypes": ["m5.large", "m5a.large"],
        "onDemandBaseCapacity": 1,
        "onDemandPercentageAboveBaseCapacity": 50,
    }
    rows = nodes({"desiredCapacity": 4, "instancesDistribution": mix})
    found = [(row["name"], row["purchase_option"], row["node_count"]) for row in rows]
    assert found == [("prod/web", "on_demand", 3), ("prod/web-spot", "spot", 1)]
    assert {row["instance_type"] for row in rows} == {"m5.large"}


def test_all_on_spot_is_one_row() -> None:
    """A mix of 0 % on demand has no row of on-demand machines."""
    mix = {"instanceTypes": ["m5.large"], "onDemandPercentageAboveBaseCapacity": 0}
    [row] = nodes({"desiredCapacity": 2, "instancesDistribution": mix})
    assert (row["purchase_option"], row["node_count"]) == ("spot", 2)


@pytest.mark.parametrize(
    "group",
    [
        {"instanceSelector": {"vCPUs": 2}},
        {"launchTemplate": {"id": "lt-1"}},
        {"spotOcean": {}, "instanceType": "mixed"},
    ],
)
def test_type_that_is_chosen_elsewhere_is_not_invented(group: dict[str, Any]) -> None:
    """Machines whose type is not in the document are unpriced, and it is said why."""
    stack = stack_of(managedNodeGroups=[{"name": "web", **group}])
    assert "not in the document" in texts(stack)
    frame = price_stack(stack, on=ON).frame.set_index("workload")
    reason = frame["unpriced_reason"]["nodes/prod/web"]
    assert reason == "required: instance_type is empty"


def test_windows_machines() -> None:
    """An AMI of Windows makes machines of Windows, whose rates differ."""
    [row] = nodes({"amiFamily": "WindowsServer2022CoreContainer"})
    assert row["operating_system"] == "windows"


def test_bottlerocket_says_its_second_volume() -> None:
    """Bottlerocket keeps its system on a volume of its own."""
    stack = stack_of(nodeGroups=[{"name": "web", "amiFamily": "Bottlerocket"}])
    assert "Bottlerocket's own small system volume is not counted" in texts(stack)


def test_volumes_beyond_the_first() -> None:
    """Performance beyond what gp3 includes, and more volumes, are disks of their own."""
    more = [{"volumeSize": 100, "volumeType": "gp2"}, {"snapshotID": "snap-1"}]
    group = {"desiredCapacity": 2, "volumeIOPS": 4000, "additionalVolumes": more}
    stack = stack_of(nodeGroups=[{"name": "web", **group}])
    disks = [row for row in stack.riders if row["kind"] == "disk"]
    assert [(row["storage_gib"], row["count"]) for row in disks] == [(0.0, 2), (100.0, 2)]
    frame = price_stack(stack, on=ON).frame.set_index("workload")
    # 1,000 IOPS above the 3,000 that are included, at 0.005, on two nodes
    cost = frame["monthly_cost"]["disk/prod/web-performance"]
    assert cost == pytest.approx(2 * 1000 * 0.005)
    assert "snapshot" in texts(stack)


def test_volume_without_a_rate_does_not_hide_its_machine() -> None:
    """A volume of type io1 is left out and said; the machine keeps its price."""
    stack = stack_of(nodeGroups=[{"name": "web", "volumeType": "io1"}])
    assert "'io1' have no rate here" in texts(stack)
    assert price_stack(stack, on=ON).frame["monthly_cost"].notna().all()


@pytest.mark.parametrize(
    ("group", "parts", "addresses"),
    [
        ({}, {}, 1),
        ({"privateNetworking": True}, {}, 0),
        ({}, {"privateCluster": {"enabled": True}}, 0),
        ({}, {"vpc": {"id": "v", "subnets": {"private": {"a": {"id": "s"}}}}}, 0),
    ],
)
def test_public_addresses(group: dict[str, Any], parts: dict[str, Any], addresses: int) -> None:
    """Nodes in public subnets have an address each; others have none."""
    [row] = nodes(group, **parts)
    assert row["public_ipv4_count"] == addresses


@pytest.mark.parametrize(
    ("region", "parts", "count"),
    [
        ("us-east-1", {"vpc": None}, 1),
        ("us-east-1", {"vpc": {"nat": {"gateway": "Single"}}}, 1),
        ("us-east-1", {"vpc": {"nat": {"gateway": "HighlyAvailable"}}}, 2),
        ("eu-west-1", {"vpc": {"nat": {"gateway": "HighlyAvailable"}}}, 3),
        (
            "eu-west-1",
            {"vpc": {"nat": {"gateway": "HighlyAvailable"}}, "availabilityZones": ["a", "b"]},
            2,
        ),
        ("us-east-1", {"vpc": {"nat": {"gateway": "Disable"}}}, 0),
        ("us-east-1", {}, 0),
    ],
)
def test_nat_gateways(region: str, parts: dict[str, Any], count: int) -> None:
    """One NAT gateway by default, one for each zone if asked, none in a network that exists."""
    stack = stack_of(region=region, **parts)
    found = [row for row in stack.riders if row["service"] == "aws.nat_gateway"]
    assert sum(row["replicas"] for row in found) == count
    assert len([row for row in stack.riders if row["kind"] == "public_ipv4"]) == bool(count)


def test_control_plane_tier_and_capabilities() -> None:
    """A provisioned tier and capabilities are columns of the cluster."""
    parts = {
        "controlPlaneScalingConfig": {"tier": "tier-xl"},
        "capabilities": [{"name": "a", "type": "ACK"}, {"name": "b", "type": "NEW"}],
    }
    stack = stack_of(**parts)
    assert stack.riders[0]["control_plane_tier"] == "xl"
    assert stack.riders[0]["ack_resource_count"] == 0.0
    assert "'NEW' is not known" in texts(stack)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"autoModeConfig": {"enabled": True}}, "--service aws.eks_auto_mode"),
        (
            {"fargateProfiles": [{"name": "a", "selectors": [{"namespace": "dev"}]}]},
            "pods of dev run on Fargate",
        ),
        (
            {"cloudWatch": {"clusterLogging": {"enableTypes": ["audit"]}}},
            "logs of the control plane are billed",
        ),
        ({"karpenter": {"version": "1.0"}}, "Karpenter starts machines"),
        ({"remoteNetworkConfig": {}}, "hybrid nodes"),
        ({"privateCluster": {"enabled": True}}, "VPC endpoints"),
    ],
)
def test_what_is_not_in_the_document_is_said(parts: dict[str, Any], words: str) -> None:
    """Parts that cost something which the document does not hold are notes."""
    assert words in texts(stack_of(**parts))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"nodeGroups": [{"desiredCapacity": "2x"}]}, "nodeGroups[0].desiredCapacity: '2x'"),
        ({"nodeGroups": [{"desiredCapacity": 1, "minSize": 2}]}, "1 lies outside minSize, 2"),
        ({"nodeGroups": [{"desiredCapacity": 3, "maxSize": 2}]}, "3 lies outside maxSize, 2"),
        ({"nodeGroups": [{"minSize": 3, "maxSize": 2}]}, "2 is below minSize, 3"),
        ({"vpc": {"nat": {"gateway": "Two"}}}, "'Two' is none of Disable, Single"),
        ({"controlPlaneScalingConfig": {"tier": "huge"}}, "'huge' is no tier"),
        ({"metadata": {"region": "us-east-1"}}, "a ClusterConfig needs a name"),
    ],
)
def test_contradictions(message_of: Message, parts: dict[str, Any], words: str) -> None:
    """What contradicts itself is an error with its place."""
    assert words in message_of(config(**parts))


def test_a_cluster_stands_once(message_of: Message) -> None:
    """The same cluster again is said; another one of its name is an error."""
    twice = read_stack(yaml.safe_dump_all([config(), config()]))
    assert len(twice.riders) == 1
    assert "counted once" in texts(twice)
    other = config(nodeGroups=[{"name": "web"}])
    assert "stands at <text>:1 too, and differs" in message_of(config(), other)


def test_region_that_is_not_stated_is_said() -> None:
    """The tool may take its region from a profile, which is not in the document."""
    assert "names no region" in texts(stack_of(metadata={"name": "prod"}))
