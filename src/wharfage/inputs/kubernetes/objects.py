"""Kubernetes objects of a set of documents: each once, without those that another one made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wharfage.errors import did_you_mean
from wharfage.inputs.documents import Document
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Note

#: kinds that are read, and the API groups that have them
WORKLOADS = {
    "Deployment": ("apps", "extensions"),
    "StatefulSet": ("apps",),
    "DaemonSet": ("apps", "extensions"),
    "ReplicaSet": ("apps", "extensions"),
    "ReplicationController": ("",),
    "Job": ("batch",),
    "CronJob": ("batch",),
    "Pod": ("",),
}
COMPANIONS = {
    "HorizontalPodAutoscaler": ("autoscaling",),
    "Service": ("",),
    "Ingress": ("networking.k8s.io", "extensions"),
    "Gateway": ("gateway.networking.k8s.io",),
    "PersistentVolumeClaim": ("",),
}
READ = WORKLOADS | COMPANIONS
#: API groups of Kubernetes none of whose other kinds costs anything by itself
FREE_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "gateway.networking.k8s.io",
        "metrics.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "snapshot.storage.k8s.io",
        "storage.k8s.io",
    }
)
#: kinds that cost nothing, of groups where a misspelt kind would be a workload lost in silence
FREE_KINDS: dict[str, frozenset[str]] = {
    "": frozenset(
        {
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PodTemplate",
            "ResourceQuota",
            "Secret",
            "ServiceAccount",
        }
    ),
    "apps": frozenset({"ControllerRevision"}),
    "autoscaling": frozenset({"Scale"}),
    "batch": frozenset(),
    "extensions": frozenset({"NetworkPolicy", "PodSecurityPolicy"}),
}
#: kinds that change what others request or how many there are, and are not applied
NOT_APPLIED = {
    "LimitRange": "its default requests are not applied",
    "Kustomization": "it is not rendered; give the output of kubectl kustomize",
}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class KubernetesObject:
    """One object: its kind, namespace and name, and the field that holds all of it."""

    kind: str
    namespace: str
    name: str
    root: Field

    @property
    def key(self) -> Key:
        """Kind, namespace and name."""
        return self.kind, self.namespace, self.name


def group_of(data: Any) -> str:  # noqa: ANN401  a document holds anything
    """API group of an object; the core group is empty."""
    version = data.get("apiVersion") if isinstance(data, dict) else None
    group, slash, _ = version.rpartition("/") if isinstance(version, str) else ("", "", "")
    return group if slash else ""


def read_objects(
    documents: Iterable[Document], problems: Problems, notes: list[Note]
) -> list[KubernetesObject]:
    """Objects of the kinds that are read; other kinds are noted once, with their number."""
    found: dict[Key, KubernetesObject] = {}
    unknown: Counter[str] = Counter()
    first: dict[str, Document] = {}
    for document in documents:
        kind, group = document.data.get("kind"), group_of(document.data)
        if kind in NOT_APPLIED:
            text = f"{kind} is left aside: {NOT_APPLIED[kind]}"
            notes.append(Note("not_applied", text, document.where()))
        elif group in READ.get(str(kind), ()):
            _add(found, _object(str(kind), document, problems), notes)
        elif kind in READ or not _is_free(str(kind), group):
            name = f"{kind} ({document.data['apiVersion']})"
            unknown[name] += 1
            first.setdefault(name, document)
    for name, count in unknown.items():
        text = f"kind {quoted(name)} is not known and not priced: {count:,} of them"
        near = _nearest(first[name].data)
        text = f"{text}; {near}" if near else text
        notes.append(Note("unknown_kind", text, first[name].where()))
    return _without_owned(found, notes)


def _is_free(kind: str, group: str) -> bool:
    """Whether an object of a kind that is not read costs nothing."""
    return group in FREE_GROUPS or kind in FREE_KINDS.get(group, ())


def _nearest(data: Mapping[str, Any]) -> str:
    """What may be meant by a kind that a group of Kubernetes does not have."""
    kind, group = str(data["kind"]), group_of(data)
    if kind in READ and "." not in group:
        return f"the group is {' or '.join(quoted(name or 'core') for name in READ[kind])}"
    # A resource of somebody's own may have any name.
    return did_you_mean(kind, READ) or "" if group in FREE_KINDS else ""


def _object(kind: str, document: Document, problems: Problems) -> KubernetesObject:
    root = Field(document, problems, document.data)
    metadata = root["metadata"]
    name = metadata["name"].name()
    if not name and metadata["generateName"]:
        # Kubernetes adds random letters; here the place in the files keeps two of them apart.
        name = f"{metadata['generateName'].text()}{document.number}"
    if metadata["name"].value in (None, "") and not name:
        metadata["name"].wrong(f"a {kind} needs a name")
    return KubernetesObject(kind, metadata["namespace"].text("default"), name, root)


def _add(found: dict[Key, KubernetesObject], new: KubernetesObject, notes: list[Note]) -> None:
    """Add an object; the same one again is noted, a different one of its name is a problem."""
    before = found.setdefault(new.key, new)
    if before is new or not new.name:
        return
    where = before.root.where
    if before.root.value == new.root.value:
        text = f"{new.kind} {quoted(new.name)} stands at {where} too; counted once"
        notes.append(Note("repeated_object", text, new.root.where))
        return
    new.root["metadata"]["name"].wrong(
        f"{new.kind} {quoted(new.name)} of namespace {quoted(new.namespace)}"
        f" stands at {where} too, and differs"
    )


def _without_owned(found: dict[Key, KubernetesObject], notes: list[Note]) -> list[KubernetesObject]:
    """Objects that no other object of the set made, such as the pods of a Deployment."""
    kept = [
        each
        for each in found.values()
        if not any(key in found and key != each.key for key in _owners(each))
    ]
    if len(kept) < len(found):
        count = len(found) - len(kept)
        text = f"{count:,} objects belong to others in the documents; counted with their owners"
        notes.append(Note("owned_object", text))
    return kept


def _owners(each: KubernetesObject) -> set[Key]:
    references = each.root.at("metadata", "ownerReferences").each()
    return {
        (owner["kind"].text(), each.namespace, owner["name"].text())
        for owner in references
        if owner["controller"].flag()
    }
