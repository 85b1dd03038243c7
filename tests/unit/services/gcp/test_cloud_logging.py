"""Cloud Logging."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf

LOGS: dict[str, Any] = {"service": "gcp.cloud_logging", "region": "us-central1"}
ON = "2026-10-01"


def total(*rows: dict[str, Any], **options: Any) -> float:
    """Price logs together."""
    return float(
        wf.estimate([{**LOGS, **row} for row in rows], on=ON, **options)
        .frame["monthly_cost"]
        .sum(skipna=False)
    )


@pytest.mark.parametrize(("gib", "cost"), [(10, 0), (50, 0), (51, 0.5), (100, 25)])
def test_first_50_gib_are_free(gib: float, cost: float) -> None:
    """Ingestion costs 0.50 a GiB beyond 50."""
    assert total({"log_gib": gib}) == pytest.approx(cost)


def test_free_part_is_shared_by_an_account() -> None:
    """An account stands for one project, which its rows share."""
    assert total({"log_gib": 50}, {"log_gib": 50}) == pytest.approx(25)


def test_projects_as_accounts_have_a_free_part_each() -> None:
    """Who gives each project an account of its own gives each its free part."""
    rows = [{"log_gib": 50, "billing_account": name} for name in ("a", "b")]
    assert total(*rows) == 0


def test_vended_logs_have_no_free_part() -> None:
    """Logs that Google's network services write cost 0.25 a GiB from the first."""
    assert total({"log_gib": 10, "log_class": "vended"}) == pytest.approx(2.5)


def test_retention() -> None:
    """Logs that are kept longer cost a cent a GiB and month."""
    assert total({"storage_gib": 100}) == pytest.approx(1)


def test_retention_for_part_of_a_month() -> None:
    """Half a month costs half."""
    assert total({"storage_gib": 100, "hours_per_month": 365}) == pytest.approx(0.5)


def test_scope_of_the_free_part_is_said() -> None:
    """The result says that the free part is given per account."""
    said = wf.estimate([{**LOGS, "log_gib": 1}], on=ON).assumptions
    assert "logging_free_part" in said


def test_class_of_the_other_cloud_is_refused() -> None:
    """Infrequent access is a class of CloudWatch Logs."""
    bill = wf.estimate([{**LOGS, "log_gib": 1, "log_class": "infrequent_access"}], on=ON)
    assert bill.frame["unpriced_reason"].iloc[0].startswith("not_offered")
