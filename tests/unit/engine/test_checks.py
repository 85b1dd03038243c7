"""Row checks: what a service needs, sells and can run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import MissingColumnError

TASK = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
POD = {"service": "aws.fargate_eks", "region": "us-east-1"}
RUN = {"service": "gcp.cloud_run", "region": "us-central1"}


def reason(workload: dict[str, Any], **options: Any) -> str:
    """Give the reason of one workload's missing price, empty if it has a price."""
    frame = wf.estimate([workload], on="2026-10-01", **options).frame
    found = frame["unpriced_reason"].iloc[0]
    return "" if pd.isna(found) else str(found)


def test_missing_service_column() -> None:
    """A fleet that does not say where it runs is refused."""
    with pytest.raises(MissingColumnError, match=r"'service' \(needed by every workload\)"):
        wf.estimate([{"region": "us-east-1"}])


def test_missing_required_columns_are_all_named() -> None:
    """Every missing column is named, with the services that need it."""
    with pytest.raises(MissingColumnError, match=r"2 columns: 'vcpu' .*aws.fargate.*'memory_gib'"):
        wf.estimate([{"service": "aws.fargate", "region": "us-east-1"}])


def test_missing_region_column_story_6() -> None:
    """No region is no default region: the fleet is refused."""
    with pytest.raises(MissingColumnError, match="'region'"):
        wf.estimate([{"service": "aws.fargate", "vcpu": 1, "memory_gib": 2}])


def test_misspelt_required_column_is_hinted() -> None:
    """A missing column names the column that looks like it."""
    fleet = [{"service": "aws.fargate", "region": "us-east-1", "vcpus": 1, "memory_gib": 2}]
    with (
        pytest.warns(wf.FleetWarning),
        pytest.raises(MissingColumnError, match="column 'vcpus': did you mean 'vcpu'"),
    ):
        wf.estimate(fleet)


def test_missing_columns_are_failures() -> None:
    """The failures of the error name each column and who needs it."""
    with pytest.raises(MissingColumnError) as caught:
        wf.estimate([{"service": "aws.fargate", "region": "us-east-1"}])
    assert caught.value.failures["column"].tolist() == ["vcpu", "memory_gib"]


@pytest.mark.parametrize("service", ["gcp.gke_autopilot", "gcp.cloud_run", "aws.fargate_eks"])
def test_services_with_defaults_need_no_size(service: str) -> None:
    """Where the service has a documented default, an absent size is that default."""
    region = "us-east-1" if service.startswith("aws") else "us-central1"
    assert reason({"service": service, "region": region}) == ""


@pytest.mark.parametrize(
    ("region", "near"), [("us-est-1", "us-east-1"), ("eu-west-9", "eu-west-1")]
)
def test_unknown_region_names_the_nearest_story_4(region: str, near: str) -> None:
    """An unknown region has no price, and the nearest names are offered."""
    text = reason({**TASK, "region": region})
    assert text.startswith(f"unknown_region: {region!r}")
    assert near in text


def test_region_of_the_other_cloud_story_7() -> None:
    """A region of another provider is unknown, and never priced at zero."""
    assert reason({**RUN, "region": "us-east-1"}).startswith("unknown_region")


def test_two_kinds_of_work_are_a_fault() -> None:
    """Runs and requests in one row are two kinds of work."""
    both = {**TASK, "runs_per_month": 1, "run_seconds": 1, "requests_per_month": 1}
    assert "two kinds of work" in reason({**both, "request_seconds": 1})


@pytest.mark.parametrize("kind", ["run", "request"])
def test_work_needs_its_length(kind: str) -> None:
    """Runs need their length, and so do requests."""
    assert reason({**TASK, f"{kind}s_per_month": 1}) == f"required: {kind}_seconds is empty"


def test_more_hours_than_the_month() -> None:
    """Nothing runs longer than the month."""
    text = reason({**TASK, "hours_per_month": 730.1})
    assert text == "invalid_value: hours_per_month is more than the month's 730"


def test_all_the_months_hours() -> None:
    """The month's own hours are not too many."""
    assert reason({**TASK, "hours_per_month": 672}, month="2026-02") == ""


def test_hours_of_a_longer_month_are_too_many() -> None:
    """A calendar month sets how many hours there are."""
    assert "more than the month's 672" in reason({**TASK, "hours_per_month": 730}, month="2026-02")


def test_accelerators_need_a_type() -> None:
    """A number of accelerators without their type is a fault."""
    assert reason({**TASK, "gpu_count": 1}) == "required: gpu_type is empty but gpu_count is not"


@pytest.mark.parametrize("option", ["cud_1yr", "flexible_cud_3yr"])
def test_options_of_the_other_cloud_are_not_offered(option: str) -> None:
    """A purchase option that the service does not sell has no price."""
    text = reason({**TASK, "purchase_option": option})
    assert text == f"not_offered: aws.fargate is not sold as {option}"


@pytest.mark.parametrize(
    ("workload", "why"),
    [
        ({**TASK, "operating_system": "windows", "cpu_architecture": "arm64"}, "not_offered"),
        ({**TASK, "operating_system": "windows", "purchase_option": "spot"}, "not_offered"),
        ({**TASK, "gpu_type": "nvidia-l4"}, "not_offered: Fargate has no GPU"),
        ({**POD, "operating_system": "windows"}, "not_offered: EKS pods on Fargate run Linux"),
        ({**POD, "cpu_architecture": "arm64"}, "not_offered: EKS pods on Fargate run on x86_64"),
        ({**POD, "purchase_option": "spot"}, "not_offered: aws.fargate_eks is not sold as spot"),
        ({**RUN, "operating_system": "windows"}, "not_offered"),
        ({**RUN, "cpu_architecture": "arm64"}, "not_offered"),
        ({**RUN, "purchase_option": "spot"}, "not_offered: gcp.cloud_run is not sold as spot"),
    ],
    ids=str,
)
def test_not_offered(workload: dict[str, Any], why: str) -> None:
    """What the provider does not sell has no price, and the reason says so."""
    assert reason(workload).startswith(why)


@pytest.mark.parametrize(
    ("service", "work", "why"),
    [
        ("gcp.cloud_run", {"runs_per_month": 1, "run_seconds": 1}, "batch runs are not a service"),
        ("gcp.cloud_run_jobs", {}, "always-on work is not a job"),
        ("gcp.cloud_run_jobs", {"requests_per_month": 1, "request_seconds": 1}, "no requests"),
        ("gcp.cloud_run_worker_pools", {"runs_per_month": 1, "run_seconds": 1}, "batch runs"),
        (
            "gcp.cloud_run_worker_pools",
            {"requests_per_month": 1, "request_seconds": 1},
            "no endpoint",
        ),
    ],
    ids=str,
)
def test_work_that_a_service_cannot_run(service: str, work: dict[str, Any], why: str) -> None:
    """A kind of work that the service cannot run has no price, with that reason."""
    text = reason({**RUN, "service": service, **work})
    assert text.startswith("unsupported_demand: ")
    assert why in text


def test_unsupported_work_does_not_ask_for_its_length() -> None:
    """Where the work cannot run at all, its missing length is no second fault."""
    text = reason({**RUN, "service": "gcp.cloud_run_jobs", "requests_per_month": 1})
    assert text == "unsupported_demand: a job serves no requests"
