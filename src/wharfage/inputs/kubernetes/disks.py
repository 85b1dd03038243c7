"""Disks that claims, claim templates of StatefulSets and ephemeral volumes bring along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wharfage.inputs.fields import Field
from wharfage.inputs.kubernetes.objects import KubernetesObject
from wharfage.inputs.kubernetes.workloads import Workload
from wharfage.inputs.quantities import gib
from wharfage.inputs.stack import Note, Row

#: how a claim named its class before Kubernetes 1.6; still read
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
SHARED_MODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})


def read_claims(
    sources: Iterable[KubernetesObject], workloads: list[Workload], notes: list[Note]
) -> Iterator[Row]:
    """Disks of PersistentVolumeClaims, without those that a StatefulSet of the documents made."""
    users: dict[tuple[str, str], list[str]] = {}
    for workload in workloads:
        for volume in workload.spec["volumes"].each():
            name = volume.at("persistentVolumeClaim", "claimName").text()
            users.setdefault((workload.source.namespace, name), []).append(workload.name)
    made = {
        (workload.source.namespace, f"{template['metadata']['name'].text()}-{workload.source.name}")
        for workload in workloads
        for template in _templates(workload)
    }
    for source in sources:
        stem, _, ordinal = source.name.rpartition("-")
        if ordinal.isdecimal() and (source.namespace, stem) in made:
            continue
        using = users.get((source.namespace, source.name), [])
        user = using[0] if len(using) == 1 else ""
        yield _row(source.root, source.name, user, 1, source, notes)


def read_claim_templates(workload: Workload, notes: list[Note]) -> Iterator[Row]:
    """Disks that each replica of a workload gets for itself."""
    count = workload.columns["replicas"]
    for template in _templates(workload):
        name = template["metadata"]["name"].text("?")
        yield _row(template, name, workload.name, count, workload.source, notes)
    for volume in workload.spec["volumes"].each():
        claim = volume.at("ephemeral", "volumeClaimTemplate")
        if claim:
            name = volume["name"].text("?")
            yield _row(claim, name, workload.name, count, workload.source, notes)


def _templates(workload: Workload) -> Iterator[Field]:
    """Claim templates of a StatefulSet; others have none."""
    if workload.source.kind == "StatefulSet":
        yield from workload.source.root.at("spec", "volumeClaimTemplates").each()


def _row(
    claim: Field,
    name: str,
    workload: str,
    count: int,
    source: KubernetesObject,
    notes: list[Note],
) -> Row:
    spec = claim["spec"]
    storage = spec.at("resources", "requests", "storage")
    annotated = claim.at("metadata", "annotations", CLASS_ANNOTATION).text()
    size = storage.quantity()
    if not storage:
        storage.wrong("a claim needs a size")
    modes = {mode.text() for mode in spec["accessModes"].each()}
    if modes & SHARED_MODES:
        text = f"claim {name!r} is shared by nodes: a file system, not a disk, on most clouds"
        notes.append(Note("shared_volume", text, spec.where, workload))
    return {
        "rides_with": workload,
        "kind": "disk",
        "name": name,
        "count": count,
        "storage_gib": None if size is None else gib(size),
        "storage_class": spec["storageClassName"].text(annotated),
        "is_shared": bool(modes & SHARED_MODES),
        "namespace": source.namespace,
        "manifest_file": source.root.document.file,
        "where": spec.where,
    }
