"""How long whole instances run, for the three kinds of work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wharfage.services import Quantities

TASK: dict[str, Any] = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2}
LOAD = {"requests_per_month": 1e6, "request_seconds": 0.5}


def hours(found: Quantities) -> float:
    """Give the vCPU-hours of a workload of one vCPU: its hours."""
    return float(found.meters["vcpu_hours"][0])


def test_always_on_is_the_whole_month(measure: Any) -> None:
    """Work without a length runs all the month."""
    assert hours(measure("aws.fargate", TASK)) == 730


def test_always_on_in_a_calendar_month(measure: Any) -> None:
    """A calendar month has its own hours."""
    assert hours(measure("aws.fargate", TASK, month="2026-02")) == 672


def test_replicas_multiply_always_on_work(measure: Any) -> None:
    """Three replicas of ten hours are thirty hours."""
    assert hours(measure("aws.fargate", {**TASK, "replicas": 3, "hours_per_month": 10})) == 30


def test_replicas_multiply_runs(measure: Any) -> None:
    """Replicas multiply runs too."""
    work = {**TASK, "replicas": 2, "runs_per_month": 3, "run_seconds": 3600}
    assert hours(measure("aws.fargate", work)) == 6


def test_runs_do_not_depend_on_the_month(measure: Any) -> None:
    """Runs are counted as given, whatever the month."""
    work = {**TASK, "runs_per_month": 3, "run_seconds": 3600}
    assert hours(measure("aws.fargate", work, month="2026-02")) == 3


def test_run_longer_than_the_month_is_whole_and_noted(measure: Any) -> None:
    """A run longer than the month is billed whole, and a note says so."""
    work = {**TASK, "runs_per_month": 1, "run_seconds": 3_000_000}
    found = measure("aws.fargate", work)
    assert hours(found) == pytest.approx(3_000_000 / 3600)
    assert found.notes_given()["run_longer_than_month_billed_whole"].all()


def test_given_replicas_serve_requests(measure: Any) -> None:
    """Where replicas are given, the load does not change their number."""
    assert hours(measure("aws.fargate", {**TASK, **LOAD, "replicas": 3})) == 3 * 730


def test_instances_follow_from_the_load(measure: Any) -> None:
    """Without replicas, the average load over the target utilization sets their number."""
    work = {**TASK, "requests_per_month": 1e7, "request_seconds": 0.5}
    busy = 1e7 * 0.5 / (730 * 3600 * 0.6)
    assert hours(measure("aws.fargate", work)) == np.ceil(busy) * 730


def test_target_utilization_is_an_assumption(measure: Any) -> None:
    """The target utilization can be set."""
    work = {**TASK, "requests_per_month": 1e7, "request_seconds": 0.5}
    found = measure("aws.fargate", work, assumptions={"target_utilization": 1.0})
    assert hours(found) == np.ceil(1e7 * 0.5 / (730 * 3600)) * 730


def test_concurrency_shares_instances(measure: Any) -> None:
    """Eight requests at once need an eighth of the instances."""
    work = {**TASK, "requests_per_month": 1e8, "request_seconds": 0.5, "concurrency": 8}
    busy = 1e8 * 0.5 / 8 / (730 * 3600 * 0.6)
    assert hours(measure("aws.fargate", work)) == np.ceil(busy) * 730


def test_one_instance_at_the_least(measure: Any) -> None:
    """Few requests still need one instance."""
    assert hours(measure("aws.fargate", {**TASK, **LOAD, "requests_per_month": 1})) == 730


def test_minimum_instances_are_kept(measure: Any) -> None:
    """The number of instances never falls below the minimum that is asked for."""
    assert hours(measure("aws.fargate", {**TASK, **LOAD, "min_instances": 5})) == 5 * 730


def test_derived_instances_are_noted(measure: Any) -> None:
    """Instances that follow from the average load carry a note."""
    assert measure("aws.fargate", {**TASK, **LOAD}).notes_given()["sized_from_average_load"].all()


def test_given_replicas_are_not_noted(measure: Any) -> None:
    """Given replicas are not sized from the load."""
    found = measure("aws.fargate", {**TASK, **LOAD, "replicas": 1})
    assert not found.notes_given()["sized_from_average_load"].any()
