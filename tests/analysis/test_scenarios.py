"""Where the same work is moved to: services, regions, purchase options, billing modes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import (
    InvalidValueError,
    MissingColumnError,
    UnknownServiceError,
    WharfageError,
)

ON = "2026-10-01"
SEOUL: dict[str, Any] = {"workload": "w", "region": "ap-northeast-2", "vcpu": 1, "memory_gib": 2}
REQUESTS = {"requests_per_month": 1_000_000, "request_seconds": 0.2}
BOTH = ["aws.fargate", "gcp.gke_autopilot"]


def frame_of(*fleet: dict[str, Any], **options: Any) -> pd.DataFrame:
    """Compare a fleet on one service of each cloud."""
    return wf.compare(list(fleet), **{"services": BOTH, "on": ON, **options}).frame


def regions_of(*fleet: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Region of each service of a comparison."""
    frame = frame_of(*fleet, **options)
    return dict(zip(frame["service"], frame["region"], strict=True))


@pytest.mark.parametrize("region", ["ap-northeast-2", "asia-northeast3"])
def test_seoul_is_seoul_on_both_clouds(region: str) -> None:
    """A region stays itself on its own cloud, and becomes its metro's region on the other."""
    found = regions_of({**SEOUL, "region": region})
    assert found == {"aws.fargate": "ap-northeast-2", "gcp.gke_autopilot": "asia-northeast3"}


def test_mapping_is_shown() -> None:
    """The mapping of a region is stated where it was used, and only there."""
    said = frame_of(SEOUL).set_index("service")["assumptions"]
    assert said["gcp.gke_autopilot"] == "region ap-northeast-2 = asia-northeast3"
    assert pd.isna(said["aws.fargate"])


@pytest.mark.parametrize(
    ("region", "service"),
    [("eu-west-1", "gcp.gke_autopilot"), ("us-central1", "aws.fargate")],
)
def test_metro_without_the_other_cloud(region: str, service: str) -> None:
    """Ireland has no Google region and Iowa no AWS region: infeasible, no_region_in_metro."""
    row = frame_of({**SEOUL, "region": region}).set_index("service").loc[service]
    assert not row["feasible"]
    assert row["reason"].startswith("no_region_in_metro: ")
    assert pd.isna(row["region"])


def test_no_other_region_stands_in_for_a_missing_one() -> None:
    """A workload without a region in the metro has no cost there, never another region's."""
    frame = frame_of({**SEOUL, "region": "eu-west-1"})
    assert frame["monthly_cost"].notna().tolist() == [True, False]


def test_unknown_region_keeps_its_own_reason() -> None:
    """A region that no cloud has is unknown everywhere, with near names."""
    reasons = frame_of({**SEOUL, "region": "eu-west-9"})["reason"]
    assert reasons.str.startswith("unknown_region: 'eu-west-9'").all()


def test_explicit_regions_mix_clouds() -> None:
    """Each service takes the given regions of its own cloud, whatever the workload's own."""
    given = ["us-central1", "us-east-1", "europe-west4"]
    frame = frame_of(SEOUL, regions=given)
    assert set(zip(frame["service"], frame["region"], strict=True)) == {
        ("aws.fargate", "us-east-1"),
        ("gcp.gke_autopilot", "us-central1"),
        ("gcp.gke_autopilot", "europe-west4"),
    }
    assert frame["assumptions"].isna().all()


def test_region_may_be_absent_where_regions_are_given() -> None:
    """Work that runs nowhere yet is compared in the given regions."""
    work = {name: value for name, value in SEOUL.items() if name != "region"}
    frame = frame_of(work, regions=["us-east-1", "us-central1"])
    assert frame["rank"].tolist() == [1, 2]
    assert not frame["is_baseline"].any()


def test_region_absent_everywhere_raises() -> None:
    """Without any region there is nothing to compare, and it is not passed over in silence."""
    with pytest.raises(MissingColumnError, match="No region to compare in"):
        frame_of({**SEOUL, "region": None})


def test_one_row_without_a_region_has_its_reason() -> None:
    """A single row without a region is a fault of that row."""
    frame = frame_of({**SEOUL, "workload": "x", "region": ""}, SEOUL)
    assert set(frame[frame["workload"] == "x"]["reason"]) == {"required: region is empty"}
    assert frame[frame["workload"] == "w"]["feasible"].all()


def test_purchase_option_is_the_rows_own() -> None:
    """By default each row keeps its option, on demand where empty."""
    frame = frame_of(
        {**SEOUL, "workload": "a", "purchase_option": "spot"},
        {**SEOUL, "workload": "b", "purchase_option": None},
    )
    options = frame.groupby("workload")["purchase_option"].unique()
    assert [list(found) for found in options] == [["spot"], ["on_demand"]]


def test_option_that_is_not_sold_is_infeasible() -> None:
    """A Savings Plan is AWS's, a commitment Google's: not_offered on the other."""
    options = ["savings_plan_1yr_no_upfront", "flexible_cud_1yr"]
    frame = frame_of(SEOUL, purchase_options=options)
    refused = frame[~frame["feasible"]].sort_values("service")
    assert refused["purchase_option"].tolist() == options[::-1]
    assert refused["reason"].str.startswith("not_offered: ").all()
    assert len(frame) == len(BOTH) * len(options)


def test_explicit_options_replace_the_rows_own() -> None:
    """Given options are compared for every row, even for one whose own is misspelt."""
    work = {**SEOUL, "purchase_option": "sopt"}
    assert frame_of(work, purchase_options=["spot"])["feasible"].all()
    assert frame_of(work)["reason"].str.startswith("invalid_value: 'sopt'").all()


def test_cloud_run_is_shown_by_request_and_by_instance() -> None:
    """Request-driven work is shown in both billing modes, other work by instance only."""
    fleet = [{**SEOUL, "workload": "on"}, {**SEOUL, "workload": "web", **REQUESTS}]
    frame = frame_of(*fleet, services=["gcp.cloud_run"])
    modes = frame.groupby("workload")["billing_mode"].agg(sorted)
    assert modes.to_dict() == {"on": ["instance"], "web": ["instance", "request"]}


def test_only_cloud_run_has_a_billing_mode() -> None:
    """Where a service has one way to bill, the billing mode is empty."""
    assert frame_of({**SEOUL, **REQUESTS})["billing_mode"].isna().all()


def test_scenarios_cross_service_option_mode_and_region() -> None:
    """A scenario is service x option x billing mode x region."""
    frame = frame_of(
        {**SEOUL, **REQUESTS},
        services=["aws.fargate", "gcp.cloud_run"],
        regions=["us-east-1", "eu-west-1", "us-central1"],
        purchase_options=["on_demand", "spot"],
    )
    assert frame["service"].value_counts().to_dict() == {"aws.fargate": 4, "gcp.cloud_run": 4}
    keys = ["service", "region", "purchase_option", "billing_mode"]
    assert not frame.duplicated(keys).any()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"services": ["aws.fargat"]}, UnknownServiceError, "did you mean 'aws.fargate'"),
        ({"services": ["aws.eks"]}, InvalidValueError, "runs no workloads"),
        ({"services": []}, InvalidValueError, "There is no service to compare"),
        ({"regions": ["us-east-9"]}, InvalidValueError, "did you mean 'us-east-"),
        ({"purchase_options": ["sopt"]}, InvalidValueError, "did you mean 'spot'"),
        (
            {"services": ["aws.fargate"], "regions": ["us-central1"]},
            InvalidValueError,
            "regions may mix clouds",
        ),
    ],
)
def test_unknown_names_are_refused_with_near_ones(
    options: dict[str, Any], error: type[WharfageError], words: str
) -> None:
    """An argument that names nothing raises, and near names are offered."""
    with pytest.raises(error) as caught:
        frame_of(SEOUL, **options)
    assert words in str(caught.value)
