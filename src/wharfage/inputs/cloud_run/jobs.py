"""Cloud Run jobs: tasks of each run; and worker pools: instances that serve no requests."""

from __future__ import annotations

from wharfage.inputs.cloud_run.instances import RUN, Template, read_instances, whole
from wharfage.inputs.drafts import Draft
from wharfage.inputs.fields import Field

#: attempts after the first that Cloud Run makes where a job says nothing
#: (Google Cloud, "Set max retries", 2026)
DEFAULT_RETRIES = 3


def read_job(draft: Draft, execution: Field, template: Template) -> None:
    """Add what a job runs to a workload; `execution` holds task count and parallelism."""
    count, parallelism = execution["taskCount"].count(), execution["parallelism"].count()
    tasks = 1 if count is None else count
    if parallelism and parallelism > tasks:
        execution["parallelism"].wrong(f"{parallelism} is more than taskCount, {tasks}")
    at_once = min(parallelism or tasks, tasks)
    read_instances(draft, template)
    draft.columns |= {
        "replicas": at_once,
        "runs_per_month": tasks / at_once if at_once else 0.0,
    }
    draft.note(
        "runs_unknown", "a job does not say how often it runs; priced as once a month", execution
    )
    text = "how long a run lasts is not in the document: run_seconds is missing"
    draft.note("run_seconds_unknown", text, execution)
    retries = template.spec["maxRetries"].count()
    if retries is None or retries:
        most = DEFAULT_RETRIES if retries is None else retries
        text = f"up to {most} more attempts of a failed task are billed, and not counted"
        draft.note("retries_not_counted", text, template.spec)


def read_worker_pool(draft: Draft, root: Field, template: Template) -> None:
    """Add the instances of a worker pool to a workload."""
    read_instances(draft, template)
    if template.is_v2:
        stated = root.at("scaling", "manualInstanceCount")
    else:
        stated = root.at("metadata", "annotations")[f"{RUN}/manualInstanceCount"]
    count = whole(stated)
    if count is None:
        draft.note("replicas_unknown", "no number of instances; priced as one", root)
    draft.columns["replicas"] = 1 if count is None else count
