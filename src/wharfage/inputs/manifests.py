"""Manifests of any kind that people have, as one stack.

A family of documents is recognised by `apiVersion` and `kind`, or by its shape; READERS says
which function reads a family. A document of no family is noted, never guessed. Ids that two
families share get the family's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from wharfage.errors import DocumentError, WorkloadError
from wharfage.inputs.app_runner import read_app_runner
from wharfage.inputs.cloud_run import is_api_resource, read_cloud_run
from wharfage.inputs.documents import Document, read_documents
from wharfage.inputs.drafts import told_apart
from wharfage.inputs.ecs import read_ecs
from wharfage.inputs.kubernetes import read_kubernetes
from wharfage.inputs.places import Problems
from wharfage.inputs.source_files import Source
from wharfage.inputs.stack import Note, Stack, merge_stacks
from wharfage.units import DEFAULT_MONTH, Month, parse_month

Reader = Callable[[list[Document], Month], Stack]

READERS: dict[str, Reader] = {
    "app_runner": read_app_runner,
    "cloud_run": read_cloud_run,
    "ecs": read_ecs,
    "kubernetes": read_kubernetes,
}

CLOUD_RUN_GROUPS = ("serving.knative.dev/", "run.googleapis.com/")
#: keys that only documents of a family have, as the AWS command line takes and prints them
SHAPES: dict[str, tuple[frozenset[str], ...]] = {
    "app_runner": (
        frozenset({"SourceConfiguration"}),
        frozenset({"Service", "OperationId"}),
        frozenset({"AutoScalingConfiguration"}),
        frozenset({"AutoScalingConfigurationName"}),
    ),
    "ecs": (
        frozenset({"containerDefinitions"}),
        frozenset({"taskDefinition"}),
        frozenset({"services", "failures"}),
        frozenset({"service"}),
        frozenset({"clusters", "failures"}),
        frozenset({"defaultCapacityProviderStrategy"}),
        frozenset({"ScalableTargets"}),
        frozenset({"ServiceNamespace"}),
        frozenset({"ScheduleExpression"}),
        frozenset({"Rules"}),
        frozenset({"Rule", "Targets"}),
    ),
}


def family_of(data: Any) -> str:  # noqa: ANN401  a document holds anything
    """Family of a document: ``kubernetes``, ``cloud_run``, ``ecs``, ``app_runner``, or empty.

    Examples
    --------
    >>> family_of({"apiVersion": "apps/v1", "kind": "Deployment"})
    'kubernetes'
    >>> family_of({"family": "web", "containerDefinitions": []})
    'ecs'
    """
    if not isinstance(data, dict):
        return ""
    version, kind = data.get("apiVersion"), data.get("kind")
    if isinstance(version, str) and isinstance(kind, str):
        return "cloud_run" if version.startswith(CLOUD_RUN_GROUPS) else "kubernetes"
    for family, shapes in SHAPES.items():
        if any(shape <= set(data) for shape in shapes):
            return family
    if is_api_resource(data):
        return "cloud_run"
    described = data.get("Service")
    return "app_runner" if isinstance(described, dict) and "ServiceArn" in described else ""


def read_stack(sources: Source | Iterable[Source], *, month: str = DEFAULT_MONTH) -> Stack:
    r"""Stack of manifests: files, directories, ``-`` for standard input, or text.

    Parameters
    ----------
    sources : path, text, or several
        As :func:`wharfage.inputs.documents.read_documents` takes them.
    month : str
        Month in which schedules are counted, such as ``730h`` or ``2026-02``.

    Raises
    ------
    DocumentError
        Naming every place that is wrong, in all documents of all families at once.
    WorkloadError
        If there is nothing in the documents that runs.

    Examples
    --------
    >>> text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}]}"
    >>> read_stack(text).fleet()["workload"].tolist()
    ['web']
    """
    length = parse_month(month)
    families: dict[str, list[Document]] = {}
    for document in read_documents(sources):
        families.setdefault(family_of(document.data), []).append(document)
    problems = Problems()
    stacks: dict[str, Stack] = {}
    for family, documents in families.items():
        if family not in READERS:
            stacks[family] = Stack(notes=_unread(documents))
            continue
        try:
            stacks[family] = READERS[family](documents, length)
        except DocumentError as error:
            problems.include(error)
    problems.raise_if_any()
    stack = merge_stacks(told_apart(stacks))
    if not (stack.workloads or stack.riders):
        raise WorkloadError(
            "The documents hold nothing that can be priced.",
            hint="; ".join(note.text for note in stack.notes) or "give a Deployment, for instance.",
        )
    return stack


def _unread(documents: list[Document]) -> list[Note]:
    """Notes on documents of no family, one for each kind of them."""
    kinds: Counter[str] = Counter()
    first: dict[str, Document] = {}
    for document in documents:
        is_mapping = isinstance(document.data, dict)
        kind = "without apiVersion and kind" if is_mapping else "that is no mapping"
        kinds[kind] += 1
        first.setdefault(kind, document)
    return [
        Note("unknown_kind", f"document {kind}: {count:,} of them, ignored", first[kind].where())
        for kind, count in kinds.items()
    ]
