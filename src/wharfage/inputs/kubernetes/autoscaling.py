"""HorizontalPodAutoscalers: the range over which the replicas of a workload move."""

from __future__ import annotations

from collections.abc import Mapping

from wharfage.inputs.kubernetes.objects import Key, KubernetesObject
from wharfage.inputs.kubernetes.workloads import Workload
from wharfage.inputs.stack import Note, Row

SCALED = {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}


def read_autoscaler(
    source: KubernetesObject, workloads: Mapping[Key, Workload], notes: list[Note]
) -> Row | None:
    """Range of replicas of the workload that an autoscaler moves; None if it is not there.

    Replicas of the workload are what it says itself, within the range, else the least.
    """
    spec = source.root["spec"]
    low, high = spec["minReplicas"].count(), spec["maxReplicas"].count()
    low = 1 if low is None else low
    if high is None:
        if not spec["maxReplicas"]:
            spec["maxReplicas"].wrong("an autoscaler needs maxReplicas")
        return None
    if high < low:
        spec["maxReplicas"].wrong(f"{high} is below minReplicas, {low}")
        return None
    target = spec["scaleTargetRef"]
    kind, name = target["kind"].text(), target["name"].text()
    workload = workloads.get((kind, source.namespace, name))
    if workload is None or kind not in SCALED:
        text = f"autoscaler {source.name!r} moves {kind} {name!r}, which is not in the documents"
        notes.append(Note("target_missing", text, target.where))
        return None
    stated = workload.source.root.at("spec", "replicas").count()
    workload.columns["replicas"] = low if stated is None else min(max(stated, low), high)
    if stated is not None and not low <= stated <= high:
        text = f"{stated} replicas lie outside the autoscaler's {low} to {high}; moved into it"
        notes.append(Note("replicas_outside_range", text, spec.where, workload.name))
    return {"workload": workload.name, "column": "replicas", "low": low, "high": high}
