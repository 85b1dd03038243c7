"""Scheduled tasks: EventBridge rules with their targets, and EventBridge Scheduler's schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wharfage.inputs.arns import name_in, region_of
from wharfage.inputs.drafts import Draft
from wharfage.inputs.ecs.capacity import Provider
from wharfage.inputs.ecs.expressions import is_once, schedule_runs
from wharfage.inputs.ecs.placing import Tasks, missing_task, place
from wharfage.inputs.fields import Field
from wharfage.units import Month


@dataclass(frozen=True)
class Scheduled:
    """A schedule, or a rule and one of its targets; its name and what it starts."""

    name: str
    schedule: Field
    target: Field


def scheduled_tasks(
    schedules: Sequence[Field], rules: Sequence[Field], rule_targets: Sequence[Field]
) -> Iterator[Scheduled]:
    """Whatever starts ECS tasks on a schedule; other targets are left aside."""
    for schedule in schedules:
        if schedule["Target"]["EcsParameters"]:
            yield Scheduled(schedule["Name"].text("?"), schedule, schedule["Target"])
    by_name = {rule["Name"].text(): rule for rule in rules}
    holders = [(rule, rule) for rule in rules]
    for each in rule_targets:
        name = each["Rule"].text()
        if name in by_name:
            holders.append((by_name[name], each))
        elif any(target["EcsParameters"] for target in each["Targets"].each()):
            each["Rule"].wrong(f"rule {name!r} is not in the documents")
    for rule, holder in holders:
        targets = [each for each in holder["Targets"].each() if each["EcsParameters"]]
        for target in targets:
            suffix = f"/{target['Id'].text()}" if len(targets) > 1 else ""
            yield Scheduled(f"{rule['Name'].text('?')}{suffix}", rule, target)


def read_scheduled(
    scheduled: Scheduled, tasks: Tasks, defaults: Mapping[str, Sequence[Provider]], month: Month
) -> list[Draft]:
    """Workloads of a schedule: `TaskCount` tasks at each run."""
    schedule, parameters = scheduled.schedule, scheduled.target["EcsParameters"]
    cluster = name_in(scheduled.target["Arn"].text("default"))
    count = parameters["TaskCount"].count()
    count = 1 if count is None else count
    named = parameters["TaskDefinitionArn"]
    task = tasks.find(named.text())
    said = Draft("", "")
    runs = _runs(schedule, month, said)
    if task is None:
        missing_task(said, named or parameters)
    text = "how long a run lasts is not in the document: run_seconds is missing"
    said.note("run_seconds_unknown", text, schedule)
    placed = place(parameters, task, defaults.get(cluster, ()), count, scheduled.name, cluster)
    region = region_of([named, scheduled.target["Arn"], schedule["Arn"]])
    drafts = [each.draft for each in placed]
    for draft in drafts:
        draft.columns |= {"kind": "Schedule", "runs_per_month": runs}
        if region:
            draft.columns.setdefault("region", region)
    drafts[0].notes += said.notes
    return drafts


def _runs(schedule: Field, month: Month, said: Draft) -> float:
    expression = schedule["ScheduleExpression"]
    if not expression:
        return 0.0
    try:
        runs = schedule_runs(expression.text("rate(1 day)"), month)
    except ValueError as error:
        expression.wrong(str(error))
        return 0.0
    if is_once(expression.text()):
        said.note("one_time_schedule", "runs once; counted in the month that is priced", expression)
    if schedule["State"].text("ENABLED") == "DISABLED":
        said.note("suspended", "disabled: priced as no runs", schedule["State"])
        return 0.0
    return runs
