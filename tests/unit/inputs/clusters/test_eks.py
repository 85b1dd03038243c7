"""Clusters and node groups as the EKS command line prints them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wharfage import price_stack
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

ARN = "arn:aws:eks:us-east-1:123456789012:"


def cluster(**parts: Any) -> dict[str, Any]:
    """Build the output of describe-cluster."""
    return {"cluster": {"name": "prod", "arn": f"{ARN}cluster/prod", "version": "1.34", **parts}}


def group(**parts: Any) -> dict[str, Any]:
    """Build the output of describe-nodegroup."""
    return {
        "nodegroup": {
            "nodegroupName": "web",
            "nodegroupArn": f"{ARN}nodegroup/prod/web/1",
            "clusterName": "prod",
            "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
            "instanceTypes": ["t3.medium"],
            "capacityType": "ON_DEMAND",
            "amiType": "AL2023_x86_64_STANDARD",
            "diskSize": 20,
            **parts,
        }
    }


def stack_of(*documents: dict[str, Any]) -> Stack:
    """Read documents."""
    return read_stack("\n---\n".join(json.dumps(each) for each in documents))


def texts(stack: Stack) -> str:
    """All notes of a stack."""
    return "\n".join(note.text for note in stack.notes)


def test_cluster_and_group_are_priced() -> None:
    """73 for the cluster; two t3.medium at 0.0416 an hour, with 20 GiB gp3 at 0.08."""
    stack = stack_of(cluster(), group())
    frame = price_stack(stack, on="2026-10-01").frame
    assert frame["monthly_cost"].tolist() == pytest.approx([73.0, 2 * (730 * 0.0416 + 20 * 0.08)])
    assert "moves between 1 and 4 nodes; priced at 2" in texts(stack)


def test_cluster_says_what_else_costs() -> None:
    """Auto Mode and logs of the control plane are said; standard support is kept."""
    stack = stack_of(
        cluster(
            version="1.31",
            upgradePolicy={"supportType": "STANDARD"},
            computeConfig={"enabled": True},
            logging={"clusterLogging": [{"types": ["api"], "enabled": True}]},
            controlPlaneScalingConfig={"tier": "tier-2xl"},
        )
    )
    [row] = stack.riders
    assert (row.get("kubernetes_version"), row["control_plane_tier"]) == (None, "2xl")
    for words in ("Auto Mode", "logs of the control plane", "no extended support"):
        assert words in texts(stack)


def test_spot_windows_and_templates() -> None:
    """Capacity type, Windows and a launch template change machines and volumes."""
    parts = {"capacityType": "SPOT", "amiType": "WINDOWS_CORE_2022_x86_64", "diskSize": None}
    [row] = stack_of(group(**parts)).riders
    assert (row["purchase_option"], row["operating_system"]) == ("spot", "windows")
    assert row["boot_disk_gib"] == 50.0
    template = {"launchTemplate": {"id": "lt-1"}, "instanceTypes": None, "diskSize": None}
    stack = stack_of(group(**template))
    assert "instance_type" not in stack.riders[0]
    assert "boot_disk_gib" not in stack.riders[0]
    assert "stands in a launch template" in texts(stack)


def test_open_types_and_reserved_blocks_are_said() -> None:
    """Several types are priced as the first; a capacity block as on demand."""
    stack = stack_of(group(instanceTypes=["m5.large", "m5a.large"], capacityType="CAPACITY_BLOCK"))
    assert stack.riders[0]["instance_type"] == "m5.large"
    assert "may be any of m5.large, m5a.large" in texts(stack)
    assert "'CAPACITY_BLOCK' is priced on demand" in texts(stack)


def test_gone_is_gone() -> None:
    """What is being deleted costs nothing."""
    stack = stack_of(cluster(), cluster(name="old", status="DELETING"), group(status="DELETING"))
    assert [row["name"] for row in stack.riders] == ["prod"]
