"""Tests of the oracle's rules of node-billed Pods against figures worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from .decimal_oracle import OracleBill, price_fleet
from .fleets import TABLES

ON = date(2026, 10, 1)
BY_POD = {"autopilot_premium_base": "pod"}


def _bill(row: dict[str, Any], **options: Any) -> OracleBill:
    pod = {"service": "gcp.gke_autopilot", "region": "us-central1", "hours_per_month": 1}
    return price_fleet([pod | row], TABLES, **{"on": ON, **options})[0]


def test_l4_pays_for_its_machine() -> None:
    """An L4 Pod costs a g2-standard-4 and the premium on it."""
    bill = _bill({"gpu_type": "nvidia-l4", "vcpu": 4, "memory_gib": 16})
    # 0.706832255 + 4 x 0.003 + 16 x 0.00035 + 0.067
    assert bill.monthly_cost == Decimal("0.791432255")
    assert (bill.billed_vcpu, bill.billed_memory_gib) == (4, 16)


def test_two_t4_on_spot() -> None:
    """Two T4 are attached to an n1-standard-2, all at Spot prices."""
    asked = {"gpu_type": "nvidia-tesla-t4", "gpu_count": 2, "vcpu": 2, "memory_gib": 4}
    bill = _bill({**asked, "purchase_option": "spot"})
    # 0.033505 + 2 x 0.1741 + 2 x 0.0011 + 7.5 x 0.00013 + 2 x 0.017
    assert bill.monthly_cost == Decimal("0.41888")


def test_performance_pays_for_its_machine() -> None:
    """A performance Pod costs its c3-standard-8 and the premium of its class."""
    bill = _bill({"compute_class": "performance", "instance_type": "c3-standard-8", "vcpu": 1})
    # 0.403216 + 8 x 0.004 + 32 x 0.0005
    assert bill.monthly_cost == Decimal("0.451216")


@pytest.mark.parametrize(
    ("options", "vcpu", "gib", "gpus"),
    [({}, 48, 680, 4), ({"assumptions": BY_POD}, Decimal("0.5"), 2, 3)],
)
def test_premium_base(options: dict[str, Any], vcpu: Any, gib: Any, gpus: Any) -> None:
    """The premium counts the whole machine, or what the Pod asks for."""
    bill = _bill({"gpu_type": "nvidia-a100-80gb", "gpu_count": 3}, **options)
    found = {meter: line[0] for meter, line in bill.lines.items()}
    assert found["instance_hours"] == 1
    assert found["premium_vcpu_hours"] == vcpu
    assert found["premium_memory_gib_hours"] == gib
    assert found["premium_gpu_hours"] == gpus


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"compute_class": "performance"}, "missing_value"),
        ({"compute_class": "accelerator"}, "missing_value"),
        ({"gpu_count": 1}, "missing_value"),
        ({"gpu_type": "nvidia-l4", "cpu_architecture": "arm64"}, "not_offered"),
        ({"gpu_type": "nvidia-l4", "operating_system": "windows"}, "not_offered"),
        ({"gpu_type": "nvidia-l4", "purchase_option": "cud_1yr"}, "not_offered"),
        ({"gpu_type": "nvidia-l4", "gpu_count": 9}, "illegal_size"),
        ({"gpu_type": "nvidia-tesla-v100"}, "illegal_size"),
        ({"gpu_type": "nvidia-l4", "instance_type": "n1-standard-4"}, "illegal_size"),
        ({"gpu_type": "nvidia-l4", "instance_type": "n99-standard-4"}, "unknown_instance_type"),
        ({"gpu_type": "nvidia-l4", "region": "asia-southeast2"}, "unknown_rate"),
    ],
)
def test_reasons(row: dict[str, Any], reason: str) -> None:
    """What has no price says why."""
    assert (_bill(row).reason or "priced").startswith(reason)
