"""Plans of nodes: what they hold, cost and refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wharfage as wf
from wharfage.errors import InvalidValueError
from wharfage.nodes.problem import packing_faults
from wharfage.nodes.shapes import merge_shapes

ON = "2026-10-01"
SIZE: dict[str, Any] = {"vcpu": 1, "memory_gib": 2}
#: a few families, so that plans are quick
TYPES = ["m5", "c5", "r5"]


def plan(*pods: dict[str, Any], **changed: Any) -> wf.NodePlan:
    """Plan some pods on EKS in Virginia, with changes."""
    given = {"service": "aws.eks_nodes", "region": "us-east-1", "on": ON, "instance_types": TYPES}
    return wf.plan_nodes(list(pods), **{**given, **changed})


def reason(*pods: dict[str, Any], **changed: Any) -> str:
    """Why the last pod is on no node."""
    return str(plan(*pods, **changed).pods["reason"].iloc[-1])


def test_pods_share_a_node() -> None:
    """Three pods of half a vCPU take one m5.large or c5.large: 1.93 vCPU are left to pods."""
    found = plan({"vcpu": 0.5, "memory_gib": 0.5, "replicas": 3})
    assert found.nodes["instance_type"].tolist() == ["c5.large"]
    assert found.hourly_node_cost == pytest.approx(0.085)
    assert found.nodes["cpu_utilization"].iloc[0] == pytest.approx(1500 / 1930)


def test_cost_is_that_of_an_estimate_of_the_nodes() -> None:
    """The plan has no billing rule of its own: the same nodes as a fleet cost the same."""
    found = plan({**SIZE, "replicas": 40}, service="aws.eks_auto_mode", boot_disk_gib=50,
                 boot_disk_type="gp3", public_ipv4_count=1)  # fmt: skip
    nodes = found.nodes[["instance_type", "node_count"]].assign(
        service="aws.eks_auto_mode",
        region="us-east-1",
        boot_disk_gib=50,
        boot_disk_type="gp3",
        public_ipv4_count=1,
    )
    bill = wf.estimate(nodes, on=ON)
    assert found.nodes["monthly_cost"].sum() == pytest.approx(bill.total()["USD"], rel=1e-12)


def test_packing_is_paid_at_the_billed_price() -> None:
    """What packing minimised is what the bill says, sustained use and attached GPUs included."""
    found = plan(
        {**SIZE, "replicas": 9},
        {**SIZE, "gpu_type": "nvidia-tesla-t4", "replicas": 2},
        service="gcp.gke_standard",
        region="us-central1",
        instance_types=["n1", "n2"],
    )
    packed = sum(pool.packing.cost * pool.zones for pool in found.pools)
    assert packed == pytest.approx(found.hourly_nodes_cost, rel=1e-9)
    assert not len(found.unplaced)


def test_bound_is_below_and_baselines_are_above() -> None:
    """The bound is no more than the machines cost, a baseline no less than the plan."""
    found = plan({**SIZE, "replicas": 30}, {"vcpu": 3, "memory_gib": 20, "replicas": 7})
    assert 0.0 <= found.gap < 0.1
    assert len(found.baselines) == 2
    assert (found.baselines["excess"] > -1e-9).all()


def test_fee_is_bounded_apart() -> None:
    """Where fees come on top, the bound is still one of machines alone."""
    found = plan({**SIZE, "replicas": 30}, service="aws.eks_auto_mode")
    assert found.hourly_nodes_cost > found.hourly_node_cost
    assert found.lower_bound <= found.hourly_node_cost * (1 + 1e-9)
    assert found.cost_lower_bound <= found.hourly_nodes_cost * (1 + 1e-9)


def test_fee_is_on_the_list_price_of_spot_nodes_story_26() -> None:
    """The fee of a machine is the same on Spot; the machine is not."""
    one = {"service": "aws.eks_auto_mode", "instance_types": "m5.large"}
    listed, spot = plan(SIZE, **one), plan(SIZE, **one, purchase_option="spot")
    assert spot.nodes["hourly_fee"].iloc[0] == listed.nodes["hourly_fee"].iloc[0] > 0
    assert spot.nodes["hourly_price"].iloc[0] < listed.nodes["hourly_price"].iloc[0]


def test_spot_nodes_are_not_on_demand_nodes_story_12() -> None:
    """Half of the pods on Spot: two kinds of node, each at its own price."""
    found = plan({**SIZE, "replicas": 20}, spot_share=0.5, instance_types="m5.large")
    nodes = found.nodes.set_index("purchase_option")
    assert nodes["pods"].to_dict() == {"on_demand": 10, "spot": 10}
    assert nodes.loc["spot", "hourly_price"] < nodes.loc["on_demand", "hourly_price"]


def test_on_demand_base_comes_first() -> None:
    """Four pods of each workload stay on demand before the share counts."""
    found = plan({**SIZE, "replicas": 10}, spot_share=1.0, on_demand_base=4)
    assert found.nodes.groupby("purchase_option")["pods"].sum().to_dict() == {
        "on_demand": 4,
        "spot": 6,
    }


def test_share_holds_over_single_pods() -> None:
    """A share of workloads of one pod each is a share of the fleet, not none of each."""
    found = plan(*[SIZE] * 10, spot_share=0.3)
    assert found.nodes.groupby("purchase_option")["pods"].sum().to_dict()["spot"] == 3


def test_daemonsets_take_of_every_node_story_37() -> None:
    """3310 + 587 + 200 millicores do not fit on a node of 3920 that pods may use."""
    pod = {"vcpu": 3.31, "memory_gib": 1}
    bare = plan(pod, instance_types="m5.xlarge")
    assert bare.node_count == 1
    text = reason(pod, instance_types="m5.xlarge", daemonset_vcpu=0.787)
    assert text.startswith("too_large: its cpu")


def test_usable_memory_is_below_nominal_story_37() -> None:
    """A pod of the nominal memory of the machine does not fit on it."""
    assert reason({"vcpu": 1, "memory_gib": 8}, instance_types="m5.large").startswith("too_large")


def test_vendor_fee_favours_large_nodes() -> None:
    """A fee per node makes few large nodes cheaper than many small ones."""
    pods = {**SIZE, "replicas": 64}
    assert plan(pods, node_fee=1.0).node_count < plan(pods).node_count


def test_one_per_node() -> None:
    """Anti-affinity holds within a workload, not between workloads."""
    found = plan({**SIZE, "replicas": 5, "max_per_node": 1}, {**SIZE, "replicas": 5})
    assert found.node_count >= 5
    for pool in found.pools:
        assert packing_faults(pool.problem, pool.packing, pool.result.unplaced) == []


def test_spread_over_zones() -> None:
    """Seven pods over three zones are 3, 2 and 2, each zone with nodes of its own."""
    found = plan({**SIZE, "replicas": 7, "min_zones": 3}, instance_types="m5.2xlarge")
    assert found.zones == 3
    assert found.node_count == 3
    assert found.nodes["pods"].sum() == 7


def test_regional_cluster_has_no_credit() -> None:
    """GKE nodes in several zones belong to a regional cluster, which the 74.40 do not cover."""
    gke = {"service": "gcp.gke_standard", "region": "us-central1", "instance_types": "e2"}
    assert plan(SIZE, **gke).hourly_cluster_cost == pytest.approx(0.0, abs=1e-9)
    assert plan({**SIZE, "replicas": 3}, **gke, zones=3).hourly_cluster_cost == pytest.approx(0.10)


def test_cost_is_attributed_nine_to_one() -> None:
    """On an m5.large at 0.096 for 2 vCPU and 8 GiB, a pod of 1 vCPU and 2 GiB has 11 of 26 parts."""
    found = plan(SIZE, instance_types="m5.large")
    assert found.pods["hourly_cost"].iloc[0] == pytest.approx(0.096 * 11 / 26)
    assert found.hourly_idle_cost == pytest.approx(0.096 * 15 / 26)


def test_attribution_adds_up() -> None:
    """What pods pay and what stands idle are all that the nodes cost."""
    found = plan({**SIZE, "replicas": 9}, {"vcpu": 0.3, "memory_gib": 5, "replicas": 4}, zones=2)
    whole = found.pods["hourly_cost"].sum() + found.hourly_idle_cost
    assert whole == pytest.approx(found.hourly_nodes_cost)
    idle = found.pods["monthly_idle_cost"].sum()
    assert idle == pytest.approx(found.hourly_idle_cost * 730)


def test_batch_work_counts_by_its_average() -> None:
    """730 runs of half an hour are half a pod, and two such workloads share one."""
    job = {**SIZE, "runs_per_month": 730, "run_seconds": 1800}
    found = plan(job, job)
    assert found.pods["pods"].tolist() == pytest.approx([0.5, 0.5])
    assert found.nodes["pods"].sum() == 1
    assert set(found.pods["assumptions"]) == {"sized_from_average_load"}


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        ({"vcpu": 5000, "memory_gib": 1}, "too_large: its cpu"),
        ({"vcpu": 1, "memory_gib": 90_000}, "too_large: its memory"),
        ({**SIZE, "gpu_count": 1}, "required: gpu_type is empty but gpu_count is not"),
        ({**SIZE, "gpu_type": "nvidia-b200"}, "no_machine_type: no machine type may run it"),
        ({**SIZE, "cpu_architecture": "arm64"}, "no_machine_type: no machine type may run it"),
        ({**SIZE, "operating_system": "windows"}, "not_offered: nodes are planned for Linux only"),
        ({**SIZE, "purchase_option": "cud_1yr"}, "not_offered: aws.eks_nodes is not sold as"),
        ({**SIZE, "max_per_node": 0}, "contradiction: max_per_node is 0"),
        ({**SIZE, "min_zones": 3, "replicas": 2}, "contradiction: min_zones is more than there"),
        ({"vcpu": 1}, "required: memory_gib is empty"),
        ({**SIZE, "vcpu": -1}, "invalid_value: vcpu is negative"),
        ({**SIZE, "instance_type": "m5.zzz"}, "no_machine_type: no machine type may run it"),
        ({**SIZE, "start_seconds": 9, "end_seconds": 1}, "invalid_value: end_seconds is before"),
        (
            {**SIZE, "runs_per_month": 1, "run_seconds": 1, "requests_per_month": 1},
            "required: request_seconds is empty",
        ),
    ],
)
def test_bad_pod_has_a_reason_and_the_rest_a_plan(pod: dict[str, Any], words: str) -> None:
    """A pod that no node can hold says why; the others are planned."""
    found = plan(SIZE, pod)
    assert found.unplaced["workload"].tolist() == ["2"]
    assert found.unplaced["reason"].iloc[0].startswith(words)
    assert np.isnan(found.pods["hourly_cost"].iloc[1])
    assert found.pods["hourly_cost"].iloc[0] > 0


def test_more_zones_than_the_plan_has() -> None:
    """A spread over three zones contradicts a plan of two."""
    text = reason({**SIZE, "replicas": 9, "min_zones": 3}, zones=2)
    assert text == "contradiction: min_zones is more than the 2 zones of the plan"


def test_region_without_the_family() -> None:
    """A family that the region does not have is a reason, with its name."""
    text = reason(SIZE, instance_types=["m99i"])
    assert text == "no_machine_type: none like m99i is sold in us-east-1"


def test_a_machine_of_no_known_size_is_not_planned() -> None:
    """A type with a price, whose size no source has, is said to be just that."""
    text = reason(SIZE, instance_types=["p2.xlarge"])
    assert text == (
        "no_machine_type: p2.xlarge may have a price, but no size is known to plan with"
    )


def test_no_pods_need_no_nodes() -> None:
    """Zero replicas cost nothing, cluster included."""
    found = plan({**SIZE, "replicas": 0})
    assert (found.node_count, found.hourly_cost, len(found.unplaced)) == (0, 0.0, 0)
    assert found.pods["hourly_cost"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"service": "aws.eks_node"}, "'aws.eks_node' plans no nodes"),
        ({"service": "aws.fargate"}, "these do: aws.ecs_ec2"),
        ({"region": "us-east-9"}, "did you mean 'us-east-1'"),
        ({"purchase_option": "cud_1yr"}, "is not sold as 'cud_1yr'"),
        (
            {"daemonset_vcpu": -1, "spot_share": 2},
            "daemonset_vcpu=-1 is not 0 or more; spot_share=2",
        ),
        ({"seconds": 0}, "seconds=0 is not above 0"),
        ({"boot_disk_gib": 20}, "boot_disk_type=None is no type of disk"),
        ({"boot_disk_gib": 20, "boot_disk_type": "pd-ssd"}, "have no price"),
    ],
)
def test_bad_argument_raises(changed: dict[str, Any], words: str) -> None:
    """An argument that makes no sense is refused, with what would."""
    with pytest.raises(InvalidValueError) as caught:
        plan(SIZE, **changed)
    assert words in str(caught.value)


def test_fleet_of_fees_has_no_pods() -> None:
    """Cluster fees and explicit nodes are no pods."""
    with pytest.raises(InvalidValueError, match="The fleet has no pods"):
        plan({"service": "aws.eks", "region": "us-east-1"})


def test_many_shapes_are_merged_within_bounds() -> None:
    """A cell's largest holds all of its pods, its smallest is below all of them."""
    demand = np.random.default_rng(3).integers(1, 9000, (2000, 3))
    shapes = merge_shapes(demand, np.arange(2000) % 3, limit=100, cells=100)
    assert len(shapes.largest) <= 100
    assert (shapes.largest[shapes.cell] >= demand).all()
    assert (shapes.smallest[shapes.cell] <= demand).all()
    for cell in range(len(shapes.largest)):
        assert len(set((np.arange(2000) % 3)[shapes.cell == cell])) == 1


pods = st.fixed_dictionaries(
    {
        "vcpu": st.floats(0.01, 12),
        "memory_gib": st.floats(0.01, 60),
        "replicas": st.integers(0, 12),
        "max_per_node": st.sampled_from([None, 1, 3]),
    }
)


@settings(max_examples=15, deadline=None)
@given(st.lists(pods, min_size=1, max_size=6), st.sampled_from([1, 2]), st.sampled_from([0, 0.5]))
def test_random_plans_hold_every_pod(given: list[dict[str, Any]], zones: int, share: float) -> None:
    """Plans are feasible, not below their bound, and pay for every pod once."""
    found = plan(*given, zones=zones, spot_share=share)
    for pool in found.pools:
        assert packing_faults(pool.problem, pool.packing, pool.result.unplaced) == []
    assert found.gap >= -1e-9
    placed = found.pods[found.pods["reason"].isna()]
    assert found.nodes["pods"].sum() == placed["pods"].sum()
    whole = placed["hourly_cost"].sum() + found.hourly_idle_cost
    assert whole == pytest.approx(found.hourly_nodes_cost, abs=1e-9)


def test_order_of_pods_does_not_matter() -> None:
    """The same pods in another order have the same plan."""
    some = [{**SIZE, "replicas": 5}, {"vcpu": 0.2, "memory_gib": 3}, {"vcpu": 2, "memory_gib": 2}]
    forward, backward = plan(*some), plan(*some[::-1])
    pd.testing.assert_frame_equal(forward.nodes, backward.nodes)
