"""What pods may use of a machine, against figures that others computed or read off nodes.

``eks_allocatable.csv`` holds 64 machine types of Karpenter's list for Amazon Linux 2023
(aws/karpenter-provider-aws@1d927085 instance-types.md, 2026-07-11): small, large, bare metal, Arm,
GPU and old ones.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wharfage as wf
from wharfage.columns import FLEET_COLUMNS
from wharfage.errors import InvalidValueError
from wharfage.nodes.allocatable import (
    Allocatable,
    NodeSettings,
    by_bands,
    ecs_allocatable,
    eks_allocatable,
    gke_allocatable,
    gke_allocatable_storage,
    gke_reserved_memory,
)
from wharfage.nodes.capacity import NodeOffers, node_offers
from wharfage.rates.rules import Bands, NodeTypes, Rules, select_rules

ON = dt.date(2026, 10, 1)
BOOK = wf.RateBook.bundled()
GOLDEN = pd.read_csv(Path(__file__).parent / "eks_allocatable.csv").set_index("instance_type")
REGIONS = {"aws": "us-east-1", "gcp": "us-central1"}
PLANNED = (
    "aws.eks_nodes",
    "aws.ecs_ec2",
    "aws.eks_auto_mode",
    "aws.ecs_managed_instances",
    "gcp.gke_standard",
)
OF_TABLE = {
    "aws.eks_nodes": eks_allocatable,
    "aws.ecs_ec2": ecs_allocatable,
    "gcp.gke_standard": gke_allocatable,
}


def machines(
    vcpu: list[float], memory_gib: list[float], names: list[str] | None = None, *, arm: bool = False
) -> NodeTypes:
    """Give machine types without GPUs."""
    count = len(vcpu)
    return NodeTypes(
        names=tuple(names or ["none.such"] * count),
        vcpu=np.array(vcpu, dtype=np.float64),
        memory_gib=np.array(memory_gib, dtype=np.float64),
        cpu_architecture=np.full(count, int(arm)),
        gpu_type=np.zeros(count, dtype=np.int64),
        gpu_count=np.zeros(count),
    )


def rules_of(service: str, types: NodeTypes, **assumptions: float) -> Rules:
    """Give the rules of a table for some machine types."""
    return compiled(service, types.names, tuple(assumptions.items()))


@cache
def compiled(
    service: str, names: tuple[str, ...], assumptions: tuple[tuple[str, float], ...]
) -> Rules:
    """Compile the rules of a table once."""
    table, values = BOOK.table(service), {"instance_type": names}
    return select_rules(table, ON, assumptions=dict(assumptions), fleet_values=values)


def allocatable(service: str, types: NodeTypes, **settings: Any) -> Allocatable:
    """Give what pods may use of some machine types."""
    return OF_TABLE[service](types, rules_of(service, types), NodeSettings(**settings))


@pytest.fixture(scope="module")
def eks() -> pd.DataFrame:
    """Give the computed figures of the golden types, by type."""
    types = select_rules(BOOK.table("aws.eks_nodes"), ON)["node_types"]
    found = allocatable("aws.eks_nodes", types)
    figures = {
        "allocatable_millicores": found.millicores,
        "allocatable_mebibytes": found.mebibytes,
        "allocatable_pods": found.pods,
    }
    return pd.DataFrame(figures, index=types.names).loc[GOLDEN.index]


@pytest.fixture(scope="module")
def offers() -> dict[str, NodeOffers]:
    """Give the offers of every service in one region."""
    return {name: node_offers(BOOK, name, REGIONS[name[:3]], ON) for name in PLANNED}


def place(offers: NodeOffers, name: str, gpus: int = 0) -> int:
    """Give the place of a machine type among offers."""
    return next(
        n
        for n, known in enumerate(offers.instance_type)
        if known == name and offers.gpu_count[n] == gpus
    )


@pytest.mark.parametrize(
    "figure", ["allocatable_millicores", "allocatable_mebibytes", "allocatable_pods"]
)
def test_eks_figures_are_karpenters(eks: pd.DataFrame, figure: str) -> None:
    """CPU, memory and pods of every golden type come out to the unit."""
    differs = GOLDEN[figure] != eks[figure]
    assert not differs.any(), GOLDEN[differs].join(eks[[figure]], rsuffix="_found")


def test_eks_reserved_is_that_of_the_node_agent() -> None:
    """With 2 vCPU and 58 pods, 70 millicores and 893 MiB are reserved (AWS-EKS-RES-1)."""
    types = machines([2], [8])
    rules = rules_of("aws.eks_nodes", types, eks_memory_overhead_fraction=0.0)
    found = eks_allocatable(types, rules, NodeSettings(maximum_pods=58))
    assert found.millicores.tolist() == [2000 - 70]
    assert found.mebibytes.tolist() == [8192 - 893 - 100]


def test_eks_storage_is_karpenters() -> None:
    """Of a disk of 20 GiB pods may use 17408 MiB, as on every type of the list."""
    found = allocatable("aws.eks_nodes", machines([2], [8]))
    assert found.storage_gib.tolist() == [17.0]


def test_eks_machine_without_known_interfaces_holds_110_pods() -> None:
    """A machine whose network is not known gets the node agent's default."""
    assert allocatable("aws.eks_nodes", machines([2], [8])).pods.tolist() == [110]


@pytest.mark.parametrize(
    ("name", "vcpu", "pods"),
    [("m5.large", 2, 110), ("t3.nano", 2, 34), ("m5.8xlarge", 32, 250), ("m5.4xlarge", 16, 110)],
)
def test_prefixes_are_capped_by_vcpu(name: str, vcpu: int, pods: int) -> None:
    """Sixteen addresses to a prefix, at most 110 pods below 30 vCPU and 250 from there on."""
    types = machines([vcpu], [16], [name])
    found = allocatable("aws.eks_nodes", types, max_pods_mode="prefix_delegation")
    assert found.pods.tolist() == [pods]


def test_more_pods_leave_less_memory_on_eks() -> None:
    """Each pod that a node may hold costs 11 MiB, used or not."""
    few, many = (
        allocatable("aws.eks_nodes", machines([8], [32]), maximum_pods=pods) for pods in (10, 20)
    )
    assert (few.mebibytes - many.mebibytes).tolist() == [110]


def test_arm_machines_hide_memory() -> None:
    """Graviton shows 64 MiB less, before the overhead is taken off."""
    x86_64, arm64 = (
        allocatable("aws.eks_nodes", machines([2], [8], arm=arm)).mebibytes[0]
        for arm in (False, True)
    )
    assert x86_64 - arm64 == 59


@pytest.mark.parametrize(("vcpu", "millicores"), [(1, 940), (2, 1930), (4, 3920), (16, 15890)])
def test_gke_cpu_is_googles(vcpu: int, millicores: int) -> None:
    """Four vCPU leave 3920 millicores, as on Google's sample node; sixteen lose 110."""
    types = machines([vcpu], [16])
    assert allocatable("gcp.gke_standard", types).millicores.tolist() == [millicores]


@pytest.mark.parametrize(
    ("memory_gib", "reserved"),
    [
        (0.6, 255),
        (4, 1024),
        (8, 1024 + 819.2),
        (16, 1024 + 819.2 + 819.2),
        (150, 9.8577 * 1024 - 100),
    ],
)
def test_gke_memory_is_kept_by_bands(memory_gib: float, reserved: float) -> None:
    """25, 20, 10, 6 and 2 percent; 150 GiB lose 9.8577 with the eviction threshold."""
    rules = rules_of("gcp.gke_standard", machines([4], [memory_gib]))
    found = gke_reserved_memory(np.array([memory_gib * 1024]), rules)
    assert found == pytest.approx([reserved], abs=0.1)


@pytest.mark.parametrize(
    ("name", "vcpu", "memory_gib", "kibibytes"),
    [("e2-medium", 2, 4, 2_866_840), ("e2-standard-4", 4, 16, 13_498_416)],
)
def test_gke_memory_is_that_of_nodes_that_were_read(
    name: str, vcpu: int, memory_gib: int, kibibytes: int
) -> None:
    """Two nodes that showed their memory had as much as is computed, to 2 MiB."""
    found = allocatable("gcp.gke_standard", machines([vcpu], [memory_gib], [name]))
    assert found.mebibytes[0] == pytest.approx(kibibytes / 1024, abs=2)


def test_gke_shared_core_keeps_1060_millicores() -> None:
    """An e2-medium node was read with 940 millicores of its two vCPU."""
    types = machines([2], [4], ["e2-medium"])
    assert allocatable("gcp.gke_standard", types).millicores.tolist() == [940]


def test_gke_keeps_more_cpu_for_many_pods() -> None:
    """Above 110 pods 400 millicores more are kept."""
    usual, many = (
        allocatable("gcp.gke_standard", machines([8], [32]), maximum_pods=pods)
        for pods in (110, 111)
    )
    assert (usual.millicores - many.millicores).tolist() == [400]


def test_gke_storage_is_googles() -> None:
    """Of 100 GiB, shown as 98831908 KiB, pods may use 47060071478 bytes, to 152."""
    rules = rules_of("gcp.gke_standard", machines([4], [16]))
    found = gke_allocatable_storage(100.0, 98_831_908 / 2**20, rules)
    assert found * 2**30 == pytest.approx(47_060_071_478, abs=152)


@pytest.mark.parametrize(("disk", "system"), [(10, 5), (100, 41), (1000, 100)])
def test_gke_system_part_of_a_disk_has_limits(disk: int, system: int) -> None:
    """The system keeps half of a small disk, 100 GiB of a large one."""
    rules = rules_of("gcp.gke_standard", machines([4], [16]))
    assert gke_allocatable_storage(disk, disk, rules) == pytest.approx(disk * 0.9 - system)


def test_ecs_agent_keeps_no_cpu() -> None:
    """Tasks may use all of the CPU."""
    assert allocatable("aws.ecs_ec2", machines([4], [16])).millicores.tolist() == [4000]


def test_ecs_reserved_memory_is_taken_off() -> None:
    """What the agent is told to keep, no task gets."""
    types = machines([4], [16])
    said = {"ecs_memory_overhead_fraction": 0.0, "ecs_reserved_memory_mib": 256.0}
    found = ecs_allocatable(types, rules_of("aws.ecs_ec2", types, **said), NodeSettings())
    assert found.mebibytes.tolist() == [16384 - 256]


def test_bands_share_an_amount_out() -> None:
    """The bands of an amount add up to it where each takes all."""
    bands = Bands(np.array([0.0, 10.0, 30.0]), np.ones(3))
    assert by_bands(np.array([5.0, 10.0, 45.0]), bands).sum(axis=1).tolist() == [5.0, 10.0, 45.0]


@pytest.mark.parametrize("service", OF_TABLE)
@given(vcpu=st.integers(1, 900), memory=st.integers(1, 40_000), arm=st.booleans())
def test_pods_get_less_than_the_machine_has(
    service: str, vcpu: int, memory: int, *, arm: bool
) -> None:
    """Nothing is handed out that is not there, and nothing negative."""
    found = allocatable(service, machines([vcpu], [memory / 4], arm=arm))
    assert 0 <= found.millicores[0] <= vcpu * 1000
    assert 0 <= found.mebibytes[0] <= memory * 256


@pytest.mark.parametrize("service", OF_TABLE)
@given(
    vcpu=st.integers(1, 800),
    memory=st.integers(4, 20_000),
    more_vcpu=st.integers(0, 100),
    more_memory=st.integers(0, 4_000),
)
def test_a_larger_machine_holds_no_less(
    service: str, vcpu: int, memory: int, more_vcpu: int, more_memory: int
) -> None:
    """More vCPU or memory never leave less for pods."""
    types = machines([vcpu, vcpu + more_vcpu], [memory / 4, (memory + more_memory) / 4])
    found = allocatable(service, types)
    assert found.millicores[1] >= found.millicores[0]
    assert found.mebibytes[1] >= found.mebibytes[0]


@pytest.mark.parametrize("service", PLANNED)
def test_offers_have_list_prices(offers: dict[str, NodeOffers], service: str) -> None:
    """Only machines that the region sells are offered."""
    assert len(offers[service]) > 500
    assert (offers[service].list_price > 0).all()


@pytest.mark.parametrize("service", PLANNED)
def test_offer_costs_what_its_row_costs(offers: dict[str, NodeOffers], service: str) -> None:
    """The price of an offer with its fee is what an estimate of that node says."""
    found = offers[service]
    sample = np.flatnonzero(found.gpu_type == 0)[::40]
    rows = [
        {
            "service": service,
            "region": REGIONS[service[:3]],
            "instance_type": found.instance_type[n],
            "sustained_use": False,
        }
        for n in sample
    ]
    bill = wf.estimate(rows, on=ON, month="730h")
    hourly = (found.instance_price + found.management_fee)[sample]
    np.testing.assert_allclose(bill.frame["monthly_cost"], hourly * 730, rtol=1e-12)


def test_full_month_factor_is_sustained_use(offers: dict[str, NodeOffers]) -> None:
    """N1 pays 0.7 and N2 0.8002 of its price in a full month, E2 all of it."""
    found = offers["gcp.gke_standard"]
    names = ("n1-standard-4", "n2-standard-4", "e2-standard-4")
    factors = [found.full_month_factor[place(found, name)] for name in names]
    assert factors == pytest.approx([0.7, 0.8002, 1.0], abs=1e-4)


@pytest.mark.parametrize(("gpus", "price"), [(0, 0.379998), (1, 0.729998), (4, 1.779998)])
def test_attached_gpus_are_offered_with_their_price(
    offers: dict[str, NodeOffers], gpus: int, price: float
) -> None:
    """An N1 machine is offered with T4s at 0.35 an hour each, under one name."""
    found = offers["gcp.gke_standard"]
    assert found.list_price[place(found, "n1-standard-8", gpus)] == pytest.approx(price)


def test_large_machines_take_four_gpus_only(offers: dict[str, NodeOffers]) -> None:
    """A machine of 96 vCPU takes four T4s, not one or two."""
    found = offers["gcp.gke_standard"]
    counts = [
        int(count)
        for name, count in zip(found.instance_type, found.gpu_count, strict=True)
        if name == "n1-standard-96"
    ]
    assert counts == [0, 4]


def test_codes_are_those_of_the_fleet_columns(offers: dict[str, NodeOffers]) -> None:
    """A g4dn.xlarge is an x86_64 machine with one T4, a g5g.xlarge an Arm machine with a T4g."""
    found = offers["aws.eks_nodes"]
    gpu_types = FLEET_COLUMNS["gpu_type"].choices
    architectures = FLEET_COLUMNS["cpu_architecture"].choices
    for name, gpu, architecture in (
        ("g4dn.xlarge", "nvidia-tesla-t4", "x86_64"),
        ("g5g.xlarge", "nvidia-t4g", "arm64"),
    ):
        n = place(found, name, 1)
        assert gpu_types[found.gpu_type[n]] == gpu
        assert architectures[found.cpu_architecture[n]] == architecture


def test_no_fee_where_none_is_charged(offers: dict[str, NodeOffers]) -> None:
    """Nodes of one's own carry no management fee."""
    for service in ("aws.eks_nodes", "aws.ecs_ec2", "gcp.gke_standard"):
        assert not offers[service].management_fee.any()


def test_fee_is_that_of_the_list_price_on_spot() -> None:
    """Spot lowers the price of a machine, not its fee."""
    usual, spot = (
        node_offers(BOOK, "aws.eks_auto_mode", "us-east-1", ON, purchase_option=option)
        for option in ("on_demand", "spot")
    )
    n = place(usual, "m5.xlarge")
    assert spot.management_fee[n] == usual.management_fee[n] == 0.02304
    assert spot.instance_price[n] < usual.instance_price[n]
    assert spot.is_doubtful[n]


@pytest.mark.parametrize(
    ("service", "name", "stands_in"),
    [
        ("aws.eks_auto_mode", "eks_auto_mode_capacity", "aws.eks_nodes"),
        ("aws.ecs_managed_instances", "ecs_managed_instances_capacity", "aws.ecs_ec2"),
    ],
)
def test_what_stands_in_is_said(
    offers: dict[str, NodeOffers], service: str, name: str, stands_in: str
) -> None:
    """Where a service's own figures are not known, the table that stands in is an assumption."""
    assert offers[service].assumptions[name] == stands_in
    assert set(offers[stands_in].assumptions) <= set(offers[service].assumptions)


def test_assumptions_change_what_pods_may_use() -> None:
    """A smaller overhead leaves more memory."""
    usual, less = (
        node_offers(BOOK, "aws.eks_nodes", "us-east-1", ON, assumptions=said)
        for said in (None, {"eks_memory_overhead_fraction": 0.02})
    )
    assert (less.allocatable_mebibytes > usual.allocatable_mebibytes).mean() > 0.99


def test_boot_disk_decides_on_storage() -> None:
    """A larger disk leaves more for pods."""
    found = node_offers(BOOK, "aws.eks_nodes", "us-east-1", ON, boot_disk_gib=100)
    assert set(found.allocatable_storage_gib) == {89.0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service": "aws.fargate"}, "plans no nodes"),
        ({"region": "us-east-9"}, "has no machine with a price in region 'us-east-9'"),
        ({"on": dt.date(2020, 1, 1)}, "has no machine with a price"),
        ({"purchase_option": "cud_1yr"}, "is not sold as 'cud_1yr'"),
        ({"max_pods_mode": "prefixes"}, "max_pods_mode='prefixes' is not one of"),
        ({"maximum_pods": 0}, "maximum_pods=0 is not 1 or more"),
        ({"boot_disk_gib": -1}, "boot_disk_gib=-1 is not 0 or more"),
    ],
)
def test_bad_requests_are_refused(change: dict[str, Any], words: str) -> None:
    """What cannot be offered is refused in words."""
    given_values = {"service": "aws.eks_nodes", "region": "us-east-1", "on": ON, **change}
    with pytest.raises(InvalidValueError, match=words):
        node_offers(BOOK, given_values.pop("service"), given_values.pop("region"), **given_values)


def test_rules_by_bands_must_start_at_zero() -> None:
    """A table whose bands leave a gap at the start says so."""
    table = BOOK.table("aws.eks_nodes")
    version = table.form.rules["reserved_cpu"].versions[0]
    bad = version.model_copy(update={"value": [{"from": 1, "value": 0.06}]})
    form = table.form.rules["reserved_cpu"].model_copy(update={"versions": [bad]})
    rules = {**table.form.rules, "reserved_cpu": form}
    broken = replace(table, form=table.form.model_copy(update={"rules": rules}))
    with pytest.raises(wf.RateError, match="bands start at 0"):
        select_rules(broken, ON)["reserved_cpu"]
