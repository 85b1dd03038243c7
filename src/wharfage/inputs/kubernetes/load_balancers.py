"""Load balancers that Services, Ingresses and Gateways bring along."""

from __future__ import annotations

from collections.abc import Iterable

from wharfage.inputs.fields import Field
from wharfage.inputs.kubernetes.objects import KubernetesObject
from wharfage.inputs.kubernetes.workloads import PodLabels
from wharfage.inputs.stack import Note, Row

INGRESS_CLASS = "kubernetes.io/ingress.class"
INGRESS_GROUP = "alb.ingress.kubernetes.io/group.name"
#: annotations that make a load balancer internal, and the value in small letters
INTERNAL = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "alb.ingress.kubernetes.io/scheme": "internal",
    "networking.gke.io/load-balancer-type": "internal",
    "cloud.google.com/load-balancer-type": "internal",
    INGRESS_CLASS: "gce-internal",
}
#: classes whose controller makes a load balancer of the cloud for an Ingress; "" is the default
CLOUD_CLASSES = frozenset({"", "alb", "gce", "gce-internal"})


def read_service(source: KubernetesObject, labels: PodLabels) -> Row | None:
    """Network load balancer of a Service of type LoadBalancer; None for another type."""
    spec = source.root["spec"]
    if spec["type"].text("ClusterIP") != "LoadBalancer":
        return None
    row = _row(source, "network", _only(_selected(source, labels)))
    row["port_count"] = sum(1 for _ in spec["ports"].each())
    return row


def read_gateway(source: KubernetesObject) -> Row:
    """Application load balancer of a Gateway."""
    spec = source.root["spec"]
    row = _row(source, "application", "")
    row["load_balancer_class"] = spec["gatewayClassName"].text()
    row["port_count"] = sum(1 for _ in spec["listeners"].each())
    return row


def read_ingresses(
    sources: Iterable[KubernetesObject],
    services: Iterable[KubernetesObject],
    labels: PodLabels,
    notes: list[Note],
) -> list[Row]:
    """Application load balancers of Ingresses.

    One for each Ingress of a cloud's class, or for each group of them; one for all Ingresses of
    a class that a controller inside the cluster serves, such as nginx.
    """
    by_name = {(each.namespace, each.name): each for each in services}
    rows: dict[tuple[str, ...], Row] = {}
    for source in sources:
        name = _class_of(source.root)
        group = source.root.at("metadata", "annotations", INGRESS_GROUP).text()
        is_shared = name not in CLOUD_CLASSES
        key = ("class", name) if is_shared else ("group", group) if group else source.key
        backends = {
            workload
            for service in _backends(source)
            if service in by_name
            for workload in _selected(by_name[service], labels)
        }
        row = rows.setdefault(key, _row(source, "application", _only(backends)))
        row["load_balancer_class"] = name
        row["ingress_count"] = row.get("ingress_count", 0) + 1
        if row["rides_with"] != _only(backends):
            row["rides_with"] = ""
    notes.extend(_ingress_note(key, row) for key, row in rows.items())
    return list(rows.values())


def _ingress_note(key: tuple[str, ...], row: Row) -> Note:
    count, name = row["ingress_count"], row["load_balancer_class"]
    if key[0] == "class":
        text = (
            f"{count} Ingress(es) of class {name!r} count as one load balancer;"
            " none, if its controller's Service is in the documents"
        )
    elif key[0] == "group":
        text = f"{count} Ingress(es) of group {key[1]!r} share one load balancer"
    else:
        text = f"Ingress {row['name']!r} counts as one load balancer"
    return Note("ingress_load_balancer", text, row["where"], row["rides_with"])


def _row(source: KubernetesObject, kind: str, workload: str) -> Row:
    annotations = source.root.at("metadata", "annotations")
    is_internal = any(
        annotations[name].value is not None and str(annotations[name].value).lower() == value
        for name, value in INTERNAL.items()
    )
    return {
        "rides_with": workload,
        "kind": "load_balancer",
        "name": source.name,
        "count": 1,
        "load_balancer_type": kind,
        "scheme": "internal" if is_internal else "internet_facing",
        "namespace": source.namespace,
        "manifest_file": source.root.document.file,
        "where": source.root.where,
    }


def _class_of(root: Field) -> str:
    annotated = root.at("metadata", "annotations", INGRESS_CLASS).text()
    return root.at("spec", "ingressClassName").text(annotated)


def _selected(service: KubernetesObject, labels: PodLabels) -> set[str]:
    """Ids of the workloads whose pods a Service selects."""
    return labels.selected(service.namespace, service.root.at("spec", "selector"))


def _backends(ingress: KubernetesObject) -> set[tuple[str, str]]:
    """Namespaces and names of the Services behind an Ingress, of either form of its API."""
    spec = ingress.root["spec"]
    found = [spec["defaultBackend"], spec["backend"]]
    for rule in spec["rules"].each():
        found += [path["backend"] for path in rule.at("http", "paths").each()]
    names = {each.at("service", "name").text() or each["serviceName"].text() for each in found}
    return {(ingress.namespace, name) for name in names if name}


def _only(workloads: set[str]) -> str:
    return next(iter(workloads)) if len(workloads) == 1 else ""
