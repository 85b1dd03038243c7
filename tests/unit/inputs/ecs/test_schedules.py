"""Scheduled tasks: expressions as runs a month, EventBridge rules, Scheduler's schedules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wharfage.inputs.ecs.expressions import schedule_runs
from wharfage.inputs.manifests import read_stack
from wharfage.units import parse_month

Message = Callable[..., str]
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
TASK = {
    "family": "report",
    "cpu": "1 vCPU",
    "memory": "2 GB",
    "requiresCompatibilities": ["FARGATE"],
    "containerDefinitions": [{"name": "app"}],
}
PARAMETERS = {"TaskDefinitionArn": "report", "TaskCount": 2, "LaunchType": "FARGATE"}


def text_of(*documents: Any) -> str:
    """Write the task definition and documents one after the other."""
    return "".join(f"{json.dumps(each)}\n---\n" for each in (TASK, *documents))


def schedule(expression: str, **changes: Any) -> dict[str, Any]:
    """Build a schedule of EventBridge Scheduler."""
    target = {"Arn": CLUSTER, "RoleArn": "r", "EcsParameters": PARAMETERS}
    return {"Name": "nightly", "ScheduleExpression": expression, "Target": target, **changes}


@pytest.mark.parametrize(
    ("expression", "month", "runs"),
    [
        ("rate(5 minutes)", "730h", 8760),
        ("rate(1 hour)", "2026-02", 672),
        ("rate(7 days)", "2026-02", 4),
        ("cron(0 3 * * ? *)", "2026-02", 28),
        ("cron(0/15 9-17 ? * MON-FRI *)", "2026-02", 4 * 9 * 20),
        ("cron(0 3 ? * 2-6 *)", "2026-02", 20),
        ("cron(0 3 ? * 1 *)", "2026-03", 5),  # five Sundays
        ("cron(0 3 ? * 2 *)", "2026-02", 4),
        ("cron(0 3 ? * 2/2 *)", "2026-02", 12),  # Monday, Wednesday, Friday
        ("cron(0 3 ? * SUN,7 *)", "2026-02", 8),
        ("cron(0 8 1 * ? *)", "730h", 1),
        ("cron(0 8 L * ? *)", "730h", 1),
        ("cron(0 8 LW * ? *)", "2026-02", 1),
        ("cron(0 8 15W * ? *)", "2026-02", 1),
        ("cron(0 8 ? * 6L *)", "2026-02", 1),
        ("cron(0 8 ? * L *)", "2026-02", 4),
        ("cron(0 8 ? * 3#2 *)", "730h", 1),
        ("cron(0 8 ? * 1#5 *)", "2026-03", 1),  # 29 March 2026 is the fifth Sunday
        ("cron(0 8 ? * 1#5 *)", "2026-02", 0),
        ("cron(0 8 ? JAN,JUL MON#1 2026-2030)", "730h", 2 / 12),
        ("at(2026-11-20T13:00:00)", "730h", 1),
    ],
)
def test_runs(expression: str, month: str, runs: float) -> None:
    """A schedule fires as often as AWS's rules say."""
    assert schedule_runs(expression, parse_month(month)) == pytest.approx(runs, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rate(0 minutes)", "never waits"),
        ("rate(5 weeks)", "is not a schedule"),
        ("0 3 * * *", "is not a schedule"),
        ("cron(0 3 * * *)", "cron\\(...\\) of 6 parts"),
        ("cron(0 3 * * * *)", "must be '\\?'"),
        ("cron(0 3 ? * ? *)", "must be '\\?'"),
        ("cron(0 3 ? * 0 *)", "'0' is no day of the week: 1 to 7"),
        ("cron(0 3 ? * 8 *)", "'8' is no day of the week"),
        ("cron(0 24 * * ? *)", "'24' is no hour"),
        ("cron(0 3 * * ? soon)", "'SOON' is no year"),
        ("cron(" + "0," * 900 + ")", "too long"),
    ],
)
def test_no_schedules(expression: str, words: str) -> None:
    """What is no schedule of AWS is refused with words."""
    with pytest.raises(ValueError, match=words):
        schedule_runs(expression, parse_month("730h"))


def test_schedule() -> None:
    """A schedule's task is batch work; how long it runs is missing, and said."""
    stack = read_stack(text_of(schedule("rate(1 day)")), month="2026-02")
    [row] = stack.workloads
    assert (row["workload"], row["service"], row["region"]) == (
        "nightly",
        "aws.fargate",
        "eu-west-1",
    )
    assert (row["replicas"], row["runs_per_month"], row["vcpu"]) == (2, 28, 1)
    assert "run_seconds" not in row
    assert [note.code for note in stack.notes] == ["run_seconds_unknown"]


def test_rule_and_targets() -> None:
    """A rule and its targets come as two documents; other targets and patterns are left aside."""
    rule = {"Name": "r", "ScheduleExpression": "rate(1 hour)", "State": "ENABLED"}
    target = {"Id": "1", "Arn": CLUSTER, "EcsParameters": PARAMETERS}
    lambda_target = {"Id": "2", "Arn": "arn:aws:lambda:x"}
    stack = read_stack(text_of(rule, {"Rule": "r", "Targets": [target, lambda_target]}))
    assert [(r["workload"], r["runs_per_month"]) for r in stack.workloads] == [("r", 730)]


def test_capacity_of_a_schedule() -> None:
    """A schedule's tasks are split over its capacity providers (story 9)."""
    items = [{"capacityProvider": n, "weight": 1} for n in ("FARGATE", "FARGATE_SPOT")]
    parameters = {**PARAMETERS, "CapacityProviderStrategy": items}
    del parameters["LaunchType"]
    target = {"Arn": CLUSTER, "EcsParameters": parameters}
    stack = read_stack(text_of(schedule("rate(1 day)", Target=target)))
    assert [(r["workload"], r["replicas"]) for r in stack.workloads] == [
        ("nightly/FARGATE", 1),
        ("nightly/FARGATE_SPOT", 1),
    ]


def test_disabled_and_once() -> None:
    """A disabled schedule has no runs; one that fires once has one; both are said."""
    off = read_stack(text_of(schedule("rate(1 day)", State="DISABLED")))
    once = read_stack(text_of(schedule("at(2026-11-20T13:00:00)")))
    assert off.workloads[0]["runs_per_month"] == 0
    assert once.workloads[0]["runs_per_month"] == 1
    assert "suspended" in [note.code for note in off.notes]
    assert "one_time_schedule" in [note.code for note in once.notes]


def test_wrong_schedules(message_of: Message) -> None:
    """A wrong expression and a rule that is not there are errors with the place."""
    assert "ScheduleExpression: 'daily' is not a schedule" in message_of(text_of(schedule("daily")))
    targets = {"Rule": "x", "Targets": [{"Id": "1", "EcsParameters": PARAMETERS}]}
    assert "Rule: rule 'x' is not in the documents" in message_of(text_of(targets))
