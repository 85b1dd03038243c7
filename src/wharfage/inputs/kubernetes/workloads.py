"""Controllers and pods as rows of a fleet: how many pods, or how many runs of how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wharfage.inputs.cron import runs_per_month
from wharfage.inputs.fields import Field
from wharfage.inputs.kubernetes.objects import KubernetesObject
from wharfage.inputs.kubernetes.pods import Pod, read_pod
from wharfage.inputs.stack import Note, Row
from wharfage.units import Month

TEMPLATE = ("spec", "template", "spec")
POD_SPECS = {"Pod": ("spec",), "CronJob": ("spec", "jobTemplate", *TEMPLATE)}


@dataclass
class Workload:
    """A controller or pod: its object, its pod, its columns, and its id once all are known."""

    source: KubernetesObject
    pod: Pod
    columns: Row = field(default_factory=dict)
    name: str = ""

    @property
    def spec(self) -> Field:
        """Spec of its pods."""
        return self.source.root.at(*POD_SPECS.get(self.source.kind, TEMPLATE))

    @property
    def labels(self) -> dict[str, str]:
        """Labels of its pods."""
        path = POD_SPECS.get(self.source.kind, TEMPLATE)[:-1]
        labels = self.source.root.at(*path, "metadata", "labels")
        return {name: str(value.value) for name, value in labels.items()}

    def row(self) -> Row:
        """Row of fleet columns."""
        source = self.source
        return {
            "workload": self.name,
            **self.pod.columns,
            **self.columns,
            "namespace": source.namespace,
            "kind": source.kind,
            "manifest_file": source.root.document.file,
        }


class PodLabels:
    """Workloads by namespace and the labels of their pods, as selectors find them."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self._names: dict[tuple[str, str, str], set[str]] = {}
        for each in workloads:
            for label, value in each.labels.items():
                key = (each.source.namespace, label, value)
                self._names.setdefault(key, set()).add(each.name)

    def selected(self, namespace: str, selector: Field) -> set[str]:
        """Ids of the workloads whose pods have every label of a selector; none if it is empty."""
        found = [
            self._names.get((namespace, label, str(value.value)), set())
            for label, value in selector.items()
        ]
        found.sort(key=len)
        return found[0].intersection(*found[1:]) if found else set()


def read_workload(source: KubernetesObject, month: Month) -> Workload:
    """Workload of an object that runs pods."""
    workload = Workload(source, Pod())
    workload.pod = read_pod(source.kind, workload.spec)
    spec = source.root["spec"]
    if source.kind == "Job":
        _job(workload, spec, 1.0)
    elif source.kind == "CronJob":
        _cron_job(workload, spec, month)
    elif source.kind == "DaemonSet":
        workload.pod.note("one_pod_per_node", "one pod runs on each node", spec)
        workload.columns["replicas"] = 1
    elif source.kind == "Pod":
        workload.columns["replicas"] = 1
    else:
        replicas = spec["replicas"].count()
        workload.columns["replicas"] = 1 if replicas is None else replicas
    return workload


def _job(workload: Workload, spec: Field, runs: float) -> None:
    """Pods of a Job: `completions` of them in all, `parallelism` at once."""
    parallelism, completions = spec["parallelism"].count(), spec["completions"].count()
    at_once = 1 if parallelism is None else parallelism
    # Without completions, each of the pods that run at once ends once.
    pods = at_once if completions is None else completions
    at_once = min(at_once, pods)
    workload.columns["replicas"] = at_once
    workload.columns["runs_per_month"] = runs * pods / at_once if at_once else 0.0
    if spec["suspend"].flag():
        _suspend(workload, spec)
    elif workload.source.kind == "Job":
        text = "a Job does not say how often it runs; priced as once a month"
        workload.pod.note("runs_unknown", text, spec)
    deadline = spec["activeDeadlineSeconds"].count()
    within = f", at the most {deadline} s" if deadline else ""
    text = f"how long a run lasts is not in the document{within}: run_seconds is missing"
    workload.pod.note("run_seconds_unknown", text, spec)


def _cron_job(workload: Workload, spec: Field, month: Month) -> None:
    schedule = spec["schedule"]
    runs = 0.0
    if not schedule:
        schedule.wrong("a CronJob needs a schedule")
    else:
        try:
            runs = runs_per_month(schedule.text("@monthly"), month)
        except ValueError as error:
            schedule.wrong(str(error))
    _job(workload, spec.at("jobTemplate", "spec"), runs)
    if spec["suspend"].flag():
        _suspend(workload, spec)


def _suspend(workload: Workload, spec: Field) -> None:
    workload.columns["runs_per_month"] = 0.0
    workload.pod.note("suspended", "suspended: priced as no runs", spec["suspend"])


def name_workloads(workloads: Iterable[Workload]) -> None:
    """Give every workload its id: the name where no other has it, else with namespace and kind."""
    every = list(workloads)
    names = Counter(each.source.name for each in every)
    for each in every:
        source = each.source
        full = f"{source.namespace}/{source.kind}/{source.name}"
        each.name = source.name if names[source.name] == 1 else full


def notes_of(workload: Workload) -> list[Note]:
    """Notes of a workload, with its id."""
    return [Note(each.code, each.text, each.where, workload.name) for each in workload.pod.notes]
