"""Kubernetes documents as a stack: workloads, what rides along, ranges and notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from wharfage.inputs.documents import Document
from wharfage.inputs.kubernetes.autoscaling import read_autoscaler
from wharfage.inputs.kubernetes.disks import read_claim_templates, read_claims
from wharfage.inputs.kubernetes.load_balancers import read_gateway, read_ingresses, read_service
from wharfage.inputs.kubernetes.objects import WORKLOADS, KubernetesObject, read_objects
from wharfage.inputs.kubernetes.workloads import PodLabels, name_workloads, notes_of, read_workload
from wharfage.inputs.places import Problems
from wharfage.inputs.stack import Note, Row, Stack
from wharfage.units import DEFAULT_MONTH, Month, parse_month


def read_kubernetes(documents: Iterable[Document], month: Month | None = None) -> Stack:
    r"""Stack of Kubernetes documents; sizes that they leave out stay empty.

    Parameters
    ----------
    documents : iterable of Document
        Each a mapping with `apiVersion` and `kind`.
    month : Month, optional
        In which the schedules of CronJobs are counted; 730 hours by default.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''
    ... apiVersion: v1
    ... kind: Pod
    ... metadata: {name: web}
    ... spec: {containers: [{name: web, resources: {requests: {cpu: 250m, memory: 1Gi}}}]}
    ... '''
    >>> [row] = read_kubernetes(read_documents(text)).workloads
    >>> row["workload"], row["vcpu"], row["memory_gib"]
    ('web', 0.25, 1.0)
    """
    problems = Problems()
    notes: list[Note] = []
    objects = read_objects(documents, problems, notes)
    of_kind: defaultdict[str, list[KubernetesObject]] = defaultdict(list)
    for each in objects:
        of_kind[each.kind].append(each)
    days = month or parse_month(DEFAULT_MONTH)
    workloads = [read_workload(each, days) for each in objects if each.kind in WORKLOADS]
    name_workloads(workloads)
    by_key = {each.source.key: each for each in workloads}
    autoscalers = of_kind["HorizontalPodAutoscaler"]
    ranges = [read_autoscaler(each, by_key, notes) for each in autoscalers]
    services, labels = of_kind["Service"], PodLabels(workloads)
    balancers = [read_service(each, labels) for each in services]
    riders: list[Row] = [
        *(row for row in balancers if row is not None),
        *read_ingresses(of_kind["Ingress"], services, labels, notes),
        *(read_gateway(each) for each in of_kind["Gateway"]),
        *(row for each in workloads for row in read_claim_templates(each, notes)),
        *read_claims(of_kind["PersistentVolumeClaim"], workloads, notes),
    ]
    problems.raise_if_any()
    return Stack(
        workloads=[each.row() for each in workloads],
        riders=riders,
        ranges=[row for row in ranges if row is not None],
        needs={each.name: each.pod.needs for each in workloads if each.pod.needs},
        notes=[*(note for each in workloads for note in notes_of(each)), *notes],
    )
