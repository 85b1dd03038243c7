"""Tasks of a service or a schedule on what runs them: one workload for each provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wharfage.inputs.arns import name_in, region_of
from wharfage.inputs.drafts import Draft
from wharfage.inputs.ecs.capacity import MACHINES, Provider, is_rounded, read_providers, split
from wharfage.inputs.ecs.tasks import Task
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted
from wharfage.inputs.stack import Row

#: services on which tasks share machines that somebody plans and pays for
ON_MACHINES = (MACHINES, "aws.ecs_managed_instances")
#: a revision of more digits is none
LONGEST_REVISION = 9


@dataclass(frozen=True)
class Placed:
    """A workload: the tasks that one of several providers runs."""

    draft: Draft
    number: int
    providers: Sequence[Provider]

    def share(self, count: int) -> int:
        """Tasks of `count` that this provider runs."""
        return split(count, self.providers)[self.number]


class Tasks:
    """Task definitions of the documents, as services and schedules name them."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._by_name = {(task.family, task.revision): task for task in tasks}
        self._newest: dict[str, Task] = {}
        for task in tasks:
            before = self._newest.get(task.family)
            if before is None or (task.revision or 0) > (before.revision or 0):
                self._newest[task.family] = task
        self._used: set[str] = set()

    def find(self, text: str) -> Task | None:
        """Task definition of a family, ``family:revision`` or ARN; without revision the newest.

        A definition without a revision, as it is written before it is registered, stands for
        whichever is asked for.
        """
        family, _, revision = name_in(text).partition(":")
        if not revision:
            task = self._newest.get(family)
        elif revision.isascii() and revision.isdecimal() and len(revision) <= LONGEST_REVISION:
            task = self._by_name.get((family, int(revision))) or self._by_name.get((family, None))
        else:
            task = None
        if task:
            self._used.add(task.family)
        return task

    def unused(self) -> list[Task]:
        """The newest definition of each family that nothing has asked for."""
        return [task for family, task in self._newest.items() if family not in self._used]


def place(
    owner: Field,
    task: Task | None,
    default: Sequence[Provider],
    count: int,
    name: str,
    cluster: str,
) -> list[Placed]:
    """Workloads of `count` tasks, one for each provider that gets any; one at the least.

    Parameters
    ----------
    owner : Field
        What holds launch type and capacity provider strategy.
    task : Task or None
        None where the documents do not have the definition.
    default : sequence of Provider
        The default strategy of the cluster; empty where it is not known.
    """
    first = Draft("", "")
    providers = read_providers(owner, task, default, first.notes)
    if is_rounded(count, providers):
        text = f"the weights do not split {count} tasks evenly; rounded to whole tasks"
        first.note("capacity_split_rounded", text, owner)
    counts = split(count, providers)
    placed: list[Placed] = []
    for number, (provider, replicas) in enumerate(zip(providers, counts, strict=True)):
        if not replicas and (number or any(counts)):
            continue
        # The suffix stays whatever the counts are: an id outlives a change of them.
        suffix = f"/{provider.name}" if len(providers) > 1 else ""
        draft = Draft(f"{name}{suffix}", f"{cluster}/{name}{suffix}")
        draft.columns = _columns(owner, task, provider, replicas, cluster)
        draft.needs = set(task.needs) if task else set()
        draft.notes += [*(task.notes if task else []), *(first.notes if not placed else [])]
        _machines(draft, owner)
        placed.append(Placed(draft, number, providers))
    return placed


def missing_task(draft: Draft, named: Field) -> None:
    """Say that the size of a task is not in the documents."""
    text = f"task definition {quoted(named.value)} is not in the documents: its size is missing"
    draft.note("task_definition_missing", text, named)


def _columns(
    owner: Field, task: Task | None, provider: Provider, replicas: int, cluster: str
) -> Row:
    arns = [owner[name] for name in ("serviceArn", "clusterArn", "cluster", "taskDefinition")]
    region = region_of(each for each in arns if isinstance(each.value, str))
    known = {
        "service": provider.service,
        "region": region or (task.region if task else ""),
        "purchase_option": provider.purchase_option,
    }
    return {
        **{column: value for column, value in known.items() if value},
        **(task.columns if task else {}),
        "replicas": replicas,
        "namespace": cluster,
        "manifest_file": owner.document.file,
    }


def _machines(draft: Draft, owner: Field) -> None:
    """Say what the documents leave open about machines that run tasks."""
    service = draft.columns.get("service")
    if service in ON_MACHINES:
        draft.needs.add("container_instances")
        text = (
            "the tasks run on machines of the cluster, which cost; the documents do not name them"
        )
        draft.note("machines_not_in_documents", text, owner)
    elif service == "aws.ecs_anywhere":
        draft.needs.add("external_instances")
        text = "each registered machine costs; how many there are is not in the documents"
        draft.note("machines_not_in_documents", text, owner)
