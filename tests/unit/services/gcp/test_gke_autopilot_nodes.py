"""Autopilot pods that are billed by the node: GPU, performance and accelerator pods."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

ON = "2026-10-01"
L4 = {"gpu_type": "nvidia-l4"}
T4 = {"gpu_type": "nvidia-tesla-t4"}
A100 = {"gpu_type": "nvidia-a100-80gb"}
C3 = {"compute_class": "performance", "instance_type": "c3-standard-8"}
BY_POD = {"autopilot_premium_base": "pod"}


def priced(cells: dict[str, Any], **options: Any) -> wf.Bill:
    """Price one pod in us-central1 for an hour, unless its cells say otherwise."""
    pod = {"service": "gcp.gke_autopilot", "region": "us-central1"}
    hour = {} if "runs_per_month" in cells else {"hours_per_month": 1}
    return wf.estimate([{**pod, **hour, **cells}], on=ON, **options)


def quantities(cells: dict[str, Any], **options: Any) -> dict[str, float]:
    """Give what one pod is charged for, by meter."""
    lines = priced(cells, **options).lines()
    return dict(zip(lines["meter"], lines["pricing_quantity"], strict=True))


def reason(cells: dict[str, Any], **options: Any) -> str:
    """Give the reason why a pod has no price; it fails on one that has."""
    row = priced(cells, **options).frame.iloc[0]
    assert row["cost_status"] == "unpriced"
    return str(row["unpriced_reason"])


def size(cells: dict[str, Any]) -> tuple[float, float]:
    """Give the machine that a pod is billed for, by its vCPU and GiB."""
    row = priced(cells).frame.iloc[0]
    return float(row["billed_vcpu"]), float(row["billed_memory_gib"])


def test_performance_needs_a_machine() -> None:
    """A performance pod without a machine type has no price."""
    assert reason({"compute_class": "performance"}).startswith("required: instance_type")


def test_accelerator_needs_a_gpu() -> None:
    """A pod of the accelerator class without a GPU has no price."""
    cells = {"compute_class": "accelerator", "instance_type": "g2-standard-4"}
    assert reason(cells).startswith("required: gpu_type")


@pytest.mark.parametrize(
    ("cells", "meter"),
    [
        ({**L4, "region": "europe-west6"}, "premium_vcpu_hours"),
        ({**T4, "region": "asia-east2"}, "premium_vcpu_hours"),
        ({**L4, "region": "europe-north1"}, "instance_hours"),
    ],
    ids=str,
)
def test_region_without_a_rate(cells: dict[str, str], meter: str) -> None:
    """A region without the machine, or with the machine and no premium, is unknown, not free."""
    assert reason(cells).startswith(f"unknown_rate: {meter}")


def test_gpu_without_any_premium() -> None:
    """A GPU that the catalog has no premium for is not sold at the machine's price alone."""
    found = reason({"gpu_type": "nvidia-rtx-pro-6000"})
    assert found.startswith("unknown_rate: premium_gpu_hours")


def test_gpu_on_arm_is_not_offered() -> None:
    """No machine with a GPU has ARM processors."""
    assert reason({**L4, "cpu_architecture": "arm64"}).startswith("not_offered")


def test_gpu_on_windows_is_not_offered() -> None:
    """Autopilot has no Windows nodes, with a GPU or without."""
    assert reason({**L4, "operating_system": "windows"}).startswith("not_offered")


def test_unknown_machine() -> None:
    """A machine type that Google does not have is said."""
    assert reason({**C3, "instance_type": "c3-standard-9"}).startswith("unknown_instance_type")


@pytest.mark.parametrize(
    "cells",
    [
        {**L4, "gpu_count": 9},
        {**L4, "vcpu": 97},
        {**L4, "instance_type": "g2-standard-4", "vcpu": 5},
        {**L4, "instance_type": "g2-standard-4", "gpu_count": 2},
        {**L4, "instance_type": "n1-standard-4"},
        {**L4, "instance_type": "c4a-standard-8"},
        {**T4, "instance_type": "n1-highmem-4"},
        {**T4, "instance_type": "g2-standard-4"},
        {"gpu_type": "nvidia-tesla-v100", "instance_type": "n1-standard-4"},
        {"gpu_type": "nvidia-h200-141gb"},
        {**C3, "vcpu": 9},
        {**C3, "memory_gib": 33},
    ],
    ids=str,
)
def test_no_machine_holds_the_pod(cells: dict[str, Any]) -> None:
    """A pod that the machine does not hold is refused, never billed for too little."""
    assert reason(cells).startswith("illegal_size")


@pytest.mark.parametrize(
    ("cells", "machine"),
    [
        ({**L4}, (4, 16)),
        ({**L4, "vcpu": 5}, (8, 32)),
        ({**L4, "gpu_count": 2}, (24, 96)),
        ({**L4, "gpu_count": 3}, (48, 192)),
        ({**L4, "vcpu": 40}, (48, 192)),
        ({**A100, "gpu_count": 5}, (96, 1360)),
        ({**T4}, (1, 3.75)),
        ({**T4, "memory_gib": 4}, (2, 7.5)),
        ({**L4, "init_vcpu": 20}, (32, 128)),
        ({**L4, "vcpu": 4 * (1 + 1e-12)}, (4, 16)),
        ({**L4, "compute_class": "performance"}, (4, 16)),
        ({**L4, "instance_type": "g2-standard-48"}, (48, 192)),
    ],
    ids=str,
)
def test_smallest_machine_that_holds_the_pod(
    cells: dict[str, Any], machine: tuple[float, float]
) -> None:
    """Fewest GPUs come first, then least vCPU and memory; a named machine is taken as it is."""
    assert size(cells) == machine


def test_pod_itself_is_not_billed() -> None:
    """A pod on a machine of its own has no line for its own vCPU, memory or storage."""
    assert set(quantities({**C3, "ephemeral_storage_gib": 5})) == {
        "instance_hours",
        "premium_vcpu_hours",
        "premium_memory_gib_hours",
    }


def test_built_in_gpus_are_in_the_machine() -> None:
    """Only the premium counts built-in GPUs, and all that the machine has."""
    found = quantities({**A100, "gpu_count": 3})
    assert "gpu_hours" not in found
    assert found["premium_gpu_hours"] == 4


def test_attached_gpus_are_those_asked_for() -> None:
    """Attached GPUs have a price and a premium each."""
    found = quantities({**T4, "gpu_count": 3})
    assert (found["gpu_hours"], found["premium_gpu_hours"]) == (3, 3)


def test_premium_of_the_pod() -> None:
    """Under the other reading the premium counts what the pod asks for."""
    found = quantities({**A100, "gpu_count": 3, "vcpu": 7, "memory_gib": 9}, assumptions=BY_POD)
    assert (found["premium_vcpu_hours"], found["premium_memory_gib_hours"]) == (7, 9)
    assert found["premium_gpu_hours"] == 3


def test_premium_of_a_default_pod() -> None:
    """A pod that requests nothing has the default requests under that reading too."""
    found = quantities(L4, assumptions=BY_POD)
    assert (found["premium_vcpu_hours"], found["premium_memory_gib_hours"]) == (0.5, 2)


def test_premium_in_whole_millicores_and_mib() -> None:
    """What the pod asks for is counted in whole millicores and MiB, without admission."""
    found = quantities({**L4, "vcpu": 0.0101, "memory_gib": 0.3}, assumptions=BY_POD)
    assert found["premium_vcpu_hours"] == pytest.approx(0.011)
    assert found["premium_memory_gib_hours"] == pytest.approx(308 / 1024)


@pytest.mark.parametrize(("reading", "vcpu"), [("max", 3), ("ignore", 1)])
def test_premium_and_init_containers(reading: str, vcpu: float) -> None:
    """The premium counts init containers only under the reading that bills them."""
    chosen = {**BY_POD, "autopilot_init_containers": reading}
    found = quantities({**L4, "vcpu": 1, "init_vcpu": 3}, assumptions=chosen)
    assert found["premium_vcpu_hours"] == vcpu


@pytest.mark.parametrize(("seconds", "billed"), [(0, 60), (20, 60), (60, 60), (60.5, 61)])
def test_runs_have_a_minute_minimum(seconds: float, billed: float) -> None:
    """A machine is billed for a minute at least, then in whole seconds."""
    found = quantities({**L4, "runs_per_month": 3600, "run_seconds": seconds})
    assert found["instance_hours"] == pytest.approx(billed)


def test_no_sustained_use() -> None:
    """The machine of a pod is billed at its list price for the whole month."""
    month = {**C3, "instance_type": "n1-standard-4", "hours_per_month": 730}
    lines = priced(month).lines()
    assert (lines["effective_cost"] == lines["list_cost"]).all()


def test_spot_lowers_every_line() -> None:
    """The machine, its GPUs and the premium have Spot prices of their own."""
    lines = priced({**T4, "purchase_option": "spot"}).lines()
    assert len(lines) == 5
    assert (lines["effective_cost"] < lines["list_cost"]).all()


def test_commitments_have_no_premium() -> None:
    """A commitment that no premium is known for leaves the pod without a price."""
    cells = {**L4, "compute_class": "scale_out", "purchase_option": "cud_1yr"}
    assert reason(cells).startswith("unknown_rate: premium")


def test_strict_sizes_never_refuse_a_node() -> None:
    """A machine larger than the pod is no illegal size."""
    row = priced({**L4, "vcpu": 0.01, "memory_gib": 0.01}, sizes="strict").frame.iloc[0]
    assert row["cost_status"] == "exact"


def test_machine_of_a_plain_pod_is_ignored() -> None:
    """A machine type does nothing for a pod that is billed by itself."""
    assert "instance_hours" not in quantities({"instance_type": "c3-standard-8"})
