"""ECS documents as a stack: task definitions, services, schedules, what scales and what rides along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wharfage.inputs.arns import name_in
from wharfage.inputs.documents import Document
from wharfage.inputs.drafts import Draft, stack_of
from wharfage.inputs.ecs.capacity import Provider, read_strategy
from wharfage.inputs.ecs.placing import Tasks, place
from wharfage.inputs.ecs.schedules import read_scheduled, scheduled_tasks
from wharfage.inputs.ecs.services import Bounds, cluster_of, read_service, service_name
from wharfage.inputs.ecs.tasks import Task, read_task
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Note, Stack
from wharfage.units import DEFAULT_MONTH, Month, parse_month

ServiceKey = tuple[str, str]
DIMENSION = "ecs:service:DesiredCount"


@dataclass
class Found:
    """Parts of the documents by what they are."""

    tasks: list[Field] = field(default_factory=list)
    services: list[Field] = field(default_factory=list)
    clusters: list[Field] = field(default_factory=list)
    targets: list[Field] = field(default_factory=list)
    schedules: list[Field] = field(default_factory=list)
    rules: list[Field] = field(default_factory=list)
    rule_targets: list[Field] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    first: dict[str, Field] = field(default_factory=dict)

    def add(self, root: Field) -> None:
        """Sort one document."""
        data = root.value
        if "containerDefinitions" in data:
            self.tasks.append(root)
        elif "services" in data:
            self.services += root["services"].each()
        elif isinstance(data.get("service"), dict):
            self.services.append(root["service"])
        elif {"serviceName", "serviceArn", "service"} & set(data):
            self.services.append(root)
        elif isinstance(data.get("taskDefinition"), dict):
            self.tasks.append(root["taskDefinition"])
        elif "taskDefinitions" in data:
            self.tasks += root["taskDefinitions"].each()
        elif "clusters" in data:
            self.clusters += root["clusters"].each()
        elif "defaultCapacityProviderStrategy" in data:
            self.clusters.append(root)
        else:
            self._add_schedule_or_target(root)

    def _add_schedule_or_target(self, root: Field) -> None:
        data = root.value
        if "ScalableTargets" in data:
            self.targets += root["ScalableTargets"].each()
        elif "ServiceNamespace" in data:
            # A scaling policy says when tasks are added, not how many there may be.
            self.targets += [] if "PolicyName" in data else [root]
        elif "Target" in data:
            self.schedules.append(root)
        elif "ScheduleExpression" in data:
            self.rules.append(root)
        elif "Rules" in data:
            self.rules += root["Rules"].each()
        elif "Targets" in data:
            self.rule_targets.append(root)
        else:
            self.unknown_kind("ECS request to run a task once", root)

    def unknown_kind(self, kind: str, where: Field) -> None:
        """Count something that is not read."""
        self.unknown[kind] += 1
        self.first.setdefault(kind, where)

    def notes(self) -> Iterator[Note]:
        """One note on each kind that is not read."""
        for kind, count in self.unknown.items():
            text = f"{kind}: not known and not priced, {count:,} of them"
            yield Note("unknown_kind", text, self.first[kind].where)


def read_ecs(documents: Iterable[Document], month: Month | None = None) -> Stack:
    r"""Stack of ECS documents, as the AWS command line takes and prints them.

    Parameters
    ----------
    documents : iterable of Document
        Task definitions, services, clusters with a default capacity provider strategy, scalable
        targets, EventBridge rules, targets and schedules; several of them in one set.
    month : Month, optional
        In which schedules are counted; 730 hours by default.

    Returns
    -------
    Stack
        A row for each service and capacity provider, for each scheduled task, and for each task
        definition that nothing else in the documents runs.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''{"family": "web", "cpu": "256", "memory": "512",
    ... "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "web"}]}'''
    >>> [row] = read_ecs(read_documents(text)).workloads
    >>> row["service"], row["vcpu"], row["memory_gib"]
    ('aws.fargate', 0.25, 0.5)
    """
    problems = Problems()
    found = Found()
    for document in documents:
        found.add(Field(document, problems, document.data))
    notes: list[Note] = []
    tasks = Tasks(_once(read_task(each) for each in found.tasks))
    defaults = _defaults(found.clusters)
    bounds = dict(_bounds(found))
    days = month or parse_month(DEFAULT_MONTH)
    drafts: list[Draft] = []
    for root in _services(found.services, notes):
        key = cluster_of(root), service_name(root)
        default = defaults.get(key[0], ())
        drafts += read_service(root, tasks, default, bounds.pop(key, None))
    for scheduled in scheduled_tasks(found.schedules, found.rules, found.rule_targets):
        drafts += read_scheduled(scheduled, tasks, defaults, days)
    for task in tasks.unused():
        drafts += _alone(task)
    for cluster, service in bounds:
        text = f"autoscaling moves service {quoted(f'{cluster}/{service}')}, which is not in the documents"
        notes.append(Note("target_missing", text))
    problems.raise_if_any()
    return stack_of(drafts, [*notes, *found.notes()])


def _once(tasks: Iterable[Task]) -> list[Task]:
    """Task definitions, each once; two of the same name that differ are a problem."""
    kept: dict[tuple[str, int | None], Task] = {}
    for task in tasks:
        before = kept.setdefault((task.family, task.revision), task)
        if before is not task and before.root.value != task.root.value:
            where = before.root.where
            task.root["family"].wrong(
                f"task definition {quoted(task.name)} stands at {where} too, and differs"
            )
    return list(kept.values())


def _services(services: Iterable[Field], notes: list[Note]) -> Iterator[Field]:
    """Services, each once; two of the same name and cluster that differ are a problem."""
    kept: dict[ServiceKey, Field] = {}
    for root in services:
        name = service_name(root)
        before = kept.setdefault((cluster_of(root), name), root)
        if before is root:
            yield root
        elif before.value == root.value:
            text = f"service {quoted(name)} stands at {before.where} too; counted once"
            notes.append(Note("repeated_object", text, root.where))
        else:
            root.wrong(f"service {quoted(name)} stands at {before.where} too, and differs")


def _defaults(clusters: Iterable[Field]) -> dict[str, list[Provider]]:
    """Default capacity provider strategies by the name of the cluster."""
    names = ("clusterName", "clusterArn", "cluster")
    return {
        name_in(next((text for n in names if (text := root[n].text())), "default")): read_strategy(
            root["defaultCapacityProviderStrategy"]
        )
        for root in clusters
    }


def _bounds(found: Found) -> Iterator[tuple[ServiceKey, Bounds]]:
    """Tasks between which services move, by cluster and name."""
    for target in found.targets:
        dimension = target["ScalableDimension"].text(DIMENSION)
        if target["ServiceNamespace"].text("ecs") != "ecs" or dimension != DIMENSION:
            found.unknown_kind("scalable target of another service", target)
            continue
        parts = target["ResourceId"].text().split("/")
        low, high = target["MinCapacity"].count(), target["MaxCapacity"].count()
        if len(parts) != 3 or parts[0] != "service":  # noqa: PLR2004  service/cluster/name
            target["ResourceId"].wrong("a scalable target names service/CLUSTER/NAME")
        elif low is None or high is None:
            target.wrong("a scalable target needs MinCapacity and MaxCapacity")
        elif high < low:
            target["MaxCapacity"].wrong(f"{high} is below MinCapacity, {low}")
        else:
            yield (parts[1], parts[2]), Bounds(low, high)


def _alone(task: Task) -> list[Draft]:
    """Workload of a task definition that nothing in the documents runs: one task."""
    placed = place(task.root, task, (), 1, task.family, "task")
    text = "no service or schedule in the documents runs this task; priced as one task all month"
    for each in placed:
        each.draft.columns["kind"] = "TaskDefinition"
        each.draft.columns.pop("namespace")
        each.draft.note("replicas_unknown", text, task.root)
    return [each.draft for each in placed]
