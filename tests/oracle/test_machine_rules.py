"""Tests of the oracle's machine rules against figures worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .decimal_oracle import OracleBill, price_fleet
from .fleets import TABLES
from .machine_prices import MachineCells, add_file
from .rules_machines import sustained_use

ON = date(2026, 11, 23)
EC2 = {"service": "aws.ec2", "region": "us-east-1"}
GCE = {"service": "gcp.compute_engine", "region": "us-central1"}


def _bill(row: dict[str, Any], **options: Any) -> OracleBill:
    return price_fleet([row], TABLES, **{"on": ON, **options})[0]


@pytest.mark.parametrize(
    ("machine", "fraction", "paid"),
    [
        ("n1-standard-1", "1", "0.7"),
        ("n1-standard-1", "0.5", "0.9"),
        ("n1-standard-1", "0.25", "1"),
        ("n1-standard-1", "0.375", "0.9333333333"),
        ("n1-standard-1", "2", "0.7"),
        ("n2-standard-4", "1", "0.8002"),
        ("n2d-standard-4", "0.75", "0.8669333333"),
        ("c2-standard-4", "0.5", "0.9339"),
        ("f1-micro", "1", "0.7"),
        ("m1-ultramem-40", "1", "0.7"),
        ("e2-standard-4", "1", "1"),
        ("c2d-standard-4", "1", "1"),
        ("n4-standard-4", "1", "1"),
        ("m3-ultramem-32", "1", "1"),
        ("n2-standard-4", "0", "1"),
    ],
)
def test_sustained_use_by_quarters(machine: str, fraction: str, paid: str) -> None:
    """Each quarter of the month has the multiplier of the machine's family."""
    assert round(sustained_use(machine, Decimal(fraction)), 10) == Decimal(paid)


@pytest.mark.parametrize(
    ("row", "cost"),
    [
        ({**GCE, "instance_type": "n2-standard-4"}, "113.462182456"),
        ({**GCE, "instance_type": "e2-standard-4"}, "97.8366732"),
        ({**GCE, "instance_type": "n1-standard-16"}, "388.357956"),
        (
            {**EC2, "region": "ap-northeast-2", "instance_type": "m5.large", "hours_per_month": 1},
            "0.118",
        ),
        # Sixty runs of half a minute are an hour
        ({**EC2, "instance_type": "m5.large", "runs_per_month": 60, "run_seconds": 30}, "0.096"),
        ({**EC2, "instance_type": "m5.large", "node_count": 0}, "0"),
        # 730 x (0.189999 + 2 x 0.35) x 0.7, and 100 x 0.10
        (
            {
                **GCE,
                "instance_type": "n1-standard-4",
                "gpu_type": "nvidia-tesla-t4",
                "gpu_count": 2,
                "boot_disk_gib": 100,
                "boot_disk_type": "pd-balanced",
            },
            "464.789489",
        ),
        # 730 x (0.0083764275 + 0.005) - 3.60
        ({**GCE, "instance_type": "e2-micro", "public_ipv4_count": 1}, "6.164792075"),
    ],
)
def test_figures_by_hand(row: dict[str, Any], cost: str) -> None:
    """Nodes cost what they do by hand."""
    bill = _bill(row)
    assert bill.monthly_cost == Decimal(cost), bill.reason


def test_list_cost_knows_no_sustained_use() -> None:
    """The list cost of a discounted machine stays what the list says."""
    bill = _bill({**GCE, "instance_type": "n2-standard-4"})
    assert bill.monthly_list_cost == 730 * Decimal("0.194236")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**EC2, "instance_type": "m5.larg"}, "unknown_instance_type"),
        ({**EC2, "instance_type": ""}, "missing_value"),
        ({**EC2, "instance_type": "m5.large", "node_count": 1.5}, "invalid_value"),
        ({**EC2, "instance_type": "m5.large", "node_count": -1}, "invalid_value"),
        ({**EC2, "instance_type": "m5.large", "boot_disk_gib": 1}, "missing_value"),
        ({**EC2, "instance_type": "m5.large", "operating_system": "windows"}, "unknown_rate"),
        ({**EC2, "instance_type": "m5.large", "requests_per_month": 1}, "unsupported_demand"),
        ({**EC2, "instance_type": "m5.large", "purchase_option": "cud_1yr"}, "not_offered"),
        ({**GCE, "instance_type": "e2-medium", "purchase_option": "flexible_cud_1yr"}, "not_off"),
        ({**GCE, "instance_type": "n2-standard-4", "gpu_type": "nvidia-tesla-t4"}, "not_offered"),
        ({**GCE, "instance_type": "t2d-standard-4", "purchase_option": "flexible_cud_1yr"}, "unkn"),
    ],
)
def test_nodes_without_a_price_say_why(row: dict[str, Any], reason: str) -> None:
    """A node without a price has its reason and no amount."""
    bill = _bill(row)
    assert not bill.priced
    assert (bill.reason or "").startswith(reason)


def test_files_of_prices(tmp_path: Path) -> None:
    """A matrix and a history give dated prices, an empty cell none, and no day has two."""
    (tmp_path / "matrix.csv").write_text("instance_type,here,there\na.big,2,\na.small,1,1.5\n")
    (tmp_path / "history.csv").write_text(
        "date,region,instance_type,price\n2025-01-01,here,a.big,3\n"
    )
    cells: MachineCells = {}
    matrix = {"file": "matrix.csv", "observed_on": date(2026, 1, 1)}
    assert add_file(matrix, tmp_path, cells) == tmp_path
    add_file({"history_file": "history.csv"}, tmp_path, cells)
    assert cells == {
        ("here", "a.big"): {date(2025, 1, 1): Decimal(3), date(2026, 1, 1): Decimal(2)},
        ("here", "a.small"): {date(2026, 1, 1): Decimal(1)},
        ("there", "a.small"): {date(2026, 1, 1): Decimal("1.5")},
    }
    (tmp_path / "matrix.csv").write_text("instance_type,here\na.big,2.5\n")
    with pytest.raises(ValueError, match="two prices for a"):
        add_file(matrix, tmp_path, cells)
