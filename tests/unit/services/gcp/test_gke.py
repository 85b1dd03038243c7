"""GKE control planes."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

CLUSTER: dict[str, Any] = {"service": "gcp.gke", "region": "us-central1"}
ON = "2026-10-01"


def total(*clusters: dict[str, Any], **options: Any) -> float:
    """Price clusters together."""
    fleet = [{**CLUSTER, **cells} for cells in clusters]
    return float(wf.estimate(fleet, on=ON, **options).frame["monthly_cost"].sum())


@pytest.mark.parametrize("kind", ["autopilot", "zonal"])
def test_first_cluster_is_covered_story_24(kind: str) -> None:
    """The credit covers the fee of one Autopilot or zonal cluster."""
    assert total({"cluster_type": kind}) == 0


def test_regional_cluster_is_not_covered_story_24() -> None:
    """The credit does not cover a regional cluster."""
    assert total({"cluster_type": "regional"}) == pytest.approx(73)


def test_credit_is_given_once_story_24() -> None:
    """Two clusters share one credit of 74.40."""
    assert total({}, {}) == pytest.approx(146 - 74.40)


def test_credit_belongs_to_an_account_story_24() -> None:
    """Each billing account has its own credit."""
    assert total({"billing_account": "a"}, {"billing_account": "b"}) == 0


def test_no_credit_without_free_tier() -> None:
    """Without free tiers the whole fee is due."""
    assert total({}, free_tier="none") == pytest.approx(73)


def test_credit_does_not_scale_with_the_month() -> None:
    """The credit is an amount per month, however long that is."""
    assert total({}, {}, month="744h") == pytest.approx(2 * 74.4 - 74.4)


def test_no_pods_are_invented_story_24() -> None:
    """A cluster costs its fee; no default node pool is made up."""
    assert wf.estimate([CLUSTER], on=ON).lines()["meter"].tolist() == [
        "cluster_hours",
        "credit:gcp.gke.cluster_fee",
    ]


def test_extended_period_is_added() -> None:
    """A cluster in the extended period pays 0.50 more."""
    extended = {"cluster_type": "regional", "control_plane_tier": "extended"}
    assert total(extended) == pytest.approx(730 * 0.6)


@pytest.mark.parametrize("tier", ["xl", "2xl", "4xl", "8xl"])
def test_tiers_of_the_other_cloud(tier: str) -> None:
    """GKE does not sell the tiers of EKS."""
    frame = wf.estimate([{**CLUSTER, "control_plane_tier": tier}], on=ON).frame
    assert frame["unpriced_reason"].item().startswith("not_offered")
