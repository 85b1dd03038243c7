"""Nodes on which pods share machines: what a row that names a machine costs, and what a pod gets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
NODES = {
    "aws.eks_nodes": ("us-east-1", "m5.large"),
    "aws.ecs_ec2": ("us-east-1", "m5.large"),
    "aws.eks_auto_mode": ("us-east-1", "m5.large"),
    "aws.ecs_managed_instances": ("us-east-1", "m5.large"),
    "gcp.gke_standard": ("us-central1", "n2-standard-4"),
}
PLAIN = {
    "aws.eks_nodes": "aws.ec2",
    "aws.ecs_ec2": "aws.ec2",
    "gcp.gke_standard": "gcp.compute_engine",
}

every_service = pytest.mark.parametrize("service", NODES)


def priced(service: str, **cells: Any) -> Any:
    """Price one row; give its line of the frame."""
    region, machine = NODES.get(service, ("us-east-1", "m5.large"))
    row = {"service": service, "region": region, "instance_type": machine, **cells}
    return wf.estimate([row], on=ON).frame.iloc[0]


def test_services_that_plan_nodes() -> None:
    """Five services choose machines for pods, and no other does."""
    assert {name for name in service_ids() if find_service(name).plans_nodes} == set(NODES)


@every_service
def test_a_pod_is_planned_not_priced(service: str) -> None:
    """A row without a machine type has a reason that says what to do."""
    found = priced(service, instance_type=None, vcpu=1, memory_gib=2)
    assert found["unpriced_reason"] == (
        "required: instance_type is empty (pods that share nodes are planned: wharfage nodes)"
    )


@every_service
def test_a_disk_needs_a_type(service: str) -> None:
    """A boot disk without a type is a fault of its row."""
    assert priced(service, boot_disk_gib=20)["unpriced_reason"] == (
        "required: boot_disk_type is empty"
    )


@every_service
def test_nothing_costs_nothing(service: str) -> None:
    """No nodes cost nothing."""
    assert priced(service, node_count=0)["monthly_cost"] == 0


@every_service
def test_an_unknown_machine_is_named(service: str) -> None:
    """A machine type that nobody sells is a fault with a hint."""
    assert (
        "unknown_instance_type: 'm5.larg'"
        in priced(service, instance_type="m5.larg")["unpriced_reason"]
    )


@pytest.mark.parametrize("machine", ["p2.xlarge", "g3.4xlarge"])
@pytest.mark.parametrize("service", ["aws.eks_nodes", "aws.ecs_ec2"])
def test_a_machine_of_no_known_size_has_its_price(service: str, machine: str) -> None:
    """Nodes that are named need no size: they cost what Amazon EC2 asks for them."""
    own = priced(service, instance_type=machine)
    plain = priced("aws.ec2", instance_type=machine, region="us-east-1")
    assert own["monthly_cost"] == plain["monthly_cost"] > 0
    assert pd.isna(own["billed_vcpu"])


@pytest.mark.parametrize(("service", "plain"), PLAIN.items())
def test_nodes_cost_what_the_machines_cost(service: str, plain: str) -> None:
    """A node without a fee costs what the same machine costs outside a cluster."""
    disk = "gp3" if service.startswith("aws") else "pd-balanced"
    region, machine = NODES[service]
    cells = {
        "region": region,
        "instance_type": machine,
        "node_count": 3,
        "boot_disk_gib": 50,
        "boot_disk_type": disk,
        "public_ipv4_count": 1,
        "hours_per_month": 500,
    }
    found = priced(service, **cells)["monthly_cost"]
    assert found == pytest.approx(priced(plain, **cells)["monthly_cost"], rel=1e-12)


@pytest.mark.parametrize("service", ["aws.eks_auto_mode", "aws.ecs_managed_instances"])
@pytest.mark.parametrize("option", ["on_demand", "spot"])
def test_fee_is_the_same_however_it_is_bought(service: str, option: str) -> None:
    """A management fee is that of the on-demand price."""
    region, machine = NODES[service]
    row = {"service": service, "region": region, "instance_type": machine}
    lines = wf.estimate([{**row, "purchase_option": option}], on=ON).lines()
    fee = lines[lines["meter"] == "management_hours"].iloc[0]
    assert fee["list_unit_price"] == 0.01152
    assert fee["effective_cost"] == fee["list_cost"] == pytest.approx(730 * 0.01152)


@pytest.mark.parametrize("service", ["aws.eks_auto_mode", "aws.ecs_managed_instances"])
@pytest.mark.parametrize(
    ("machine", "before", "after"),
    [
        ("g5.xlarge", 0.12072, 0.07847),
        ("p4d.24xlarge", 2.63492, 1.05397),
        ("m5.large", 0.01152, 0.01152),
    ],
)
def test_fee_of_accelerators_fell_on_a_day_story_26(
    service: str, machine: str, before: float, after: float
) -> None:
    """From 2026-07-01 machines of G pay 35 percent less and of P 60; the others what they paid."""
    row = {"service": service, "region": "us-east-1", "instance_type": machine}
    fees = [
        wf.estimate([row], on=on).lines().set_index("meter").loc["management_hours"]
        for on in ("2026-06-30", "2026-07-01")
    ]
    assert [fee["list_unit_price"] for fee in fees] == pytest.approx([before, after])


def test_managed_instances_ran_no_spot_before_december_2025() -> None:
    """Spot capacity came to Managed Instances on 2025-12-18."""
    row = {
        "service": "aws.ecs_managed_instances",
        "region": "us-east-1",
        "instance_type": "m5.xlarge",
        "purchase_option": "spot",
    }
    before, after = (
        wf.estimate([row], on=day, before_first="nearest").frame["unpriced_reason"].iloc[0]
        for day in ("2025-12-17", "2025-12-18")
    )
    assert "not_offered" in before
    assert pd.isna(after)


def test_zones_multiply_the_nodes_of_a_pool() -> None:
    """Two nodes in each of three zones cost what six nodes cost."""
    spread = priced("gcp.gke_standard", node_count=2, zone_count=3)["monthly_cost"]
    assert spread == pytest.approx(priced("gcp.gke_standard", node_count=6)["monthly_cost"])


def test_only_n1_takes_gpus() -> None:
    """A GPU on a machine that takes none is a fault, as on Compute Engine."""
    found = priced("gcp.gke_standard", gpu_type="nvidia-tesla-t4", gpu_count=1)
    assert found["unpriced_reason"] == "not_offered: only N1 machines take attached GPUs"


@pytest.mark.parametrize(
    ("service", "cluster"),
    [
        ("aws.eks_nodes", "aws.eks"),
        ("aws.eks_auto_mode", "aws.eks"),
        ("gcp.gke_standard", "gcp.gke"),
        ("aws.ecs_ec2", None),
        ("aws.ecs_managed_instances", None),
    ],
)
def test_cluster_that_rides_along(service: str, cluster: str | None) -> None:
    """Nodes of EKS and GKE need a cluster that costs something, those of ECS do not."""
    found = find_service(service).cluster
    assert (found or {}).get("service") == cluster
