"""Amazon EKS control planes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf

CLUSTER: dict[str, Any] = {"service": "aws.eks", "region": "us-east-1"}


def price(on: str, **cells: Any) -> pd.Series:
    """Price one cluster."""
    return wf.estimate([{**CLUSTER, **cells}], on=on).frame.iloc[0]


@pytest.mark.parametrize(
    ("version", "on", "per_hour"),
    [
        ("1.33", "2026-07-28", 0.10),
        ("1.33", "2026-07-29", 0.60),
        ("1.32", "2026-03-22", 0.10),
        ("1.32", "2026-03-23", 0.60),
        ("1.31", "2025-11-25", 0.10),
        ("1.31", "2025-11-26", 0.60),
        ("1.30", "2026-07-22", 0.60),
    ],
)
def test_version_by_date_story_25(version: str, on: str, per_hour: float) -> None:
    """From the end of standard support on a cluster costs 0.60 in all, not 0.70."""
    assert price(on, kubernetes_version=version)["monthly_cost"] == pytest.approx(730 * per_hour)


@pytest.mark.parametrize("version", ["1.99", "1.3", "v1.33", "latest"])
def test_unknown_version_story_25(version: str) -> None:
    """A version that is not in the calendar has no price."""
    reason = price("2026-10-01", kubernetes_version=version)["unpriced_reason"]
    assert reason.startswith("unknown_version")


def test_version_before_its_release_story_25() -> None:
    """A version of the future has no price yet."""
    reason = price("2025-12-01", kubernetes_version="1.35")["unpriced_reason"]
    assert reason.startswith("unknown_version")


def test_retired_version_story_25() -> None:
    """Past extended support a version has no price: it is upgraded by force."""
    reason = price("2026-10-01", kubernetes_version="1.30")["unpriced_reason"]
    assert reason.startswith("version_retired")


def test_no_version_is_in_standard_support() -> None:
    """A cluster that names no version pays no surcharge."""
    assert price("2026-10-01")["monthly_cost"] == pytest.approx(73)


def test_surcharge_is_a_line_of_its_own_story_25() -> None:
    """Extended support adds 0.50 to the fee, as a second line."""
    bill = wf.estimate([{**CLUSTER, "kubernetes_version": "1.33"}], on="2026-10-01")
    lines = bill.lines().set_index("meter")["list_unit_price"]
    assert lines.to_dict() == {"cluster_hours": 0.1, "extended_support_hours": 0.5}


def test_clusters_and_hours_multiply() -> None:
    """Three clusters of ten hours are thirty cluster-hours."""
    assert price("2026-10-01", cluster_count=3, hours_per_month=10)["monthly_cost"] == (
        pytest.approx(3)
    )


def test_control_plane_tier_is_added() -> None:
    """A provisioned tier comes on top of the fee."""
    assert price("2026-10-01", control_plane_tier="4xl")["monthly_cost"] > 73


def test_extended_is_no_tier_of_eks() -> None:
    """On EKS the extended period follows from the version."""
    reason = price("2026-10-01", control_plane_tier="extended")["unpriced_reason"]
    assert reason.startswith("not_offered")


def test_replicas_do_not_multiply_clusters() -> None:
    """Clusters have a count of their own."""
    assert price("2026-10-01", replicas=5)["monthly_cost"] == pytest.approx(73)


def test_a_capability_is_there_where_its_count_is_not_empty() -> None:
    """Argo CD without an application costs its own hours only."""
    found = price("2026-10-01", argocd_application_count=0)["monthly_cost"]
    assert found == pytest.approx(73 + 730 * 0.03)


@pytest.mark.parametrize(
    ("column", "base", "each"),
    [
        ("argocd_application_count", 0.03, 0.0015),
        ("ack_resource_count", 0.005, 0.00005),
        ("kro_instance_count", 0.005, 0.00005),
    ],
)
def test_capabilities_bill_what_they_manage(column: str, base: float, each: float) -> None:
    """Each cluster has the capability, and pays for every resource of it."""
    found = price("2026-10-01", cluster_count=2, **{column: 50})["monthly_cost"]
    assert found == pytest.approx(2 * (73 + 730 * (base + 50 * each)))


def test_capabilities_have_no_price_where_none_was_read() -> None:
    """Prices of capabilities differ by region, so that no other region's is taken."""
    reason = price("2026-10-01", region="eu-west-1", ack_resource_count=1)["unpriced_reason"]
    assert reason.startswith("unknown_rate: ack_capability_hours")


@pytest.mark.parametrize(
    ("vcpu", "cost"),
    [
        (100, 73_000 * 0.020),
        (1000, 576_000 * 0.020 + 154_000 * 0.014),
        (2000, 576_000 * 0.020 + 576_000 * 0.014 + 308_000 * 0.010),
    ],
)
def test_hybrid_nodes_have_tiers(vcpu: float, cost: float) -> None:
    """Own machines bill vCPU-hours, less for each beyond 576,000 and 1,152,000 a month."""
    found = price("2026-10-01", region="us-east-2", hybrid_node_vcpu=vcpu)["monthly_cost"]
    assert found == pytest.approx(73 + cost)


def test_bands_of_another_region_are_doubtful() -> None:
    """In us-east-1 the prices were read, the bands were not."""
    assert price("2026-10-01", hybrid_node_vcpu=8)["cost_status"] == "doubtful"
