"""Manifests of any kind: families, nothing to price, and hostile or random input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfage.errors import DocumentError, WharfageError, WorkloadError
from wharfage.inputs.families import family_of
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

MANIFEST = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: prod}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {cloud.google.com/gke-spot: "true"}
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [arm64]}]
      initContainers: [{name: i, restartPolicy: Always, resources: {requests: {cpu: 10m}}}]
      containers:
      - name: app
        ports: [{hostPort: 80}]
        securityContext: {privileged: true, capabilities: {add: [X]}}
        resources: {requests: {cpu: 250m, memory: 1Gi}, limits: {cpu: 1, nvidia.com/gpu: 1}}
      volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]
      tolerations: [{key: a, value: b}]
  volumeClaimTemplates:
  - {metadata: {name: d}, spec: {resources: {requests: {storage: 1Gi}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * *"
  jobTemplate: {spec: {completions: 2, template: {spec: {containers: [{name: a}]}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: prod}
spec: {minReplicas: 1, maxReplicas: 5, scaleTargetRef: {kind: StatefulSet, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: LoadBalancer, ports: [{port: 1}]}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}
"""
OBJECTS = list(yaml.safe_load_all(MANIFEST))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of every value in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, each in inner:
            found += places(each, (*path, key)) if isinstance(each, dict | list) else [(*path, key)]
    return found


PLACES = places(OBJECTS)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([None, {"name": 5}, [[]]]),
    st.just({"requests": {"cpu": [1]}, "name": {"a": 1}}),
    st.sampled_from(["-1", "1e400", "-250m", "1Ei", "\x1b[31m", "..", "0", "NaN", "true"]),
)


def attempt(text: str) -> None:
    """Read a text: a stack, or an error of this library with words; nothing else."""
    try:
        stack = read_stack(text)
    except WharfageError:
        return
    assert isinstance(stack, Stack)


def test_the_manifest_is_read() -> None:
    """The manifest of these tests is a good one, with something of everything."""
    stack = read_stack(MANIFEST)
    assert [row["workload"] for row in stack.workloads] == ["web", "report"]
    assert sorted(rider["kind"] for rider in stack.riders) == ["disk"] * 2 + ["load_balancer"] * 2


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_any_value_anywhere(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """A value of any type in any place is read, or refused with words."""
    objects = list(yaml.safe_load_all(MANIFEST))
    for path, value in changes:
        holder: Any = objects
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    attempt(yaml.safe_dump_all(objects, allow_unicode=True))


@settings(max_examples=200)
@given(st.integers(0, len(MANIFEST)), st.text("{}[]&*!|>-: \n\t'\"#%@`a1<é\x00", max_size=6))
def test_any_text_inside(position: int, text: str) -> None:
    """Any characters put into a manifest, and any cut of it, are read or refused with words."""
    attempt(MANIFEST[:position] + text + MANIFEST[position:])
    attempt(MANIFEST[:position] + text + "\n")


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Random text is read or refused with words."""
    attempt(text + "\n")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Random bytes, read as Latin-1, are read or refused with words."""
    attempt(data.decode("latin-1") + "\n")


def test_many_aliases_as_containers() -> None:
    """A pod of two thousand containers by alias is added up."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
        "x: &c {name: a, resources: {requests: {cpu: 1m}}}\n"
        f"spec: {{containers: [{','.join(['*c'] * 2000)}]}}\n"
    )
    assert read_stack(text).workloads[0]["vcpu"] == 2


@pytest.mark.parametrize(
    ("data", "family"),
    [
        ({"apiVersion": "v1", "kind": "Pod"}, "kubernetes"),
        ({"apiVersion": "serving.knative.dev/v1", "kind": "Service"}, "cloud_run"),
        ({"apiVersion": "run.googleapis.com/v1", "kind": "Job"}, "cloud_run"),
        ({"family": "web", "containerDefinitions": []}, "ecs"),
        ({"taskDefinition": {"containerDefinitions": []}}, "ecs"),
        ({"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2}, "ecs"),
        ({"services": [], "failures": []}, "ecs"),
        ({"ServiceName": "web", "SourceConfiguration": {}}, "app_runner"),
        ({"Service": {}, "OperationId": "x"}, "app_runner"),
        ({"replicaCount": 1}, ""),
        ({"apiVersion": 1, "kind": []}, ""),
        ([1], ""),
        ("text", ""),
    ],
)
def test_families(data: Any, family: str) -> None:
    """A document is recognised by version and kind, or by its shape."""
    assert family_of(data) == family


def test_documents_of_no_family_are_noted() -> None:
    """Values of a chart beside a manifest are told once, with their number."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n"
    stack = read_stack(f"{pod}---\nreplicaCount: 1\n---\nimage: x\n---\n- 1\n")
    texts = [note.text for note in stack.notes if note.code == "unknown_kind"]
    assert texts == [
        "document without apiVersion and kind: 2 of them, ignored",
        "document that is no mapping: 1 of them, ignored",
    ]


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n"


def test_settings_of_an_editor_do_not_stop_a_folder(tmp_path: Path) -> None:
    """JSON with comments that is no manifest is named in a note, and the rest is read."""
    (tmp_path / "app.yaml").write_text(POD)
    (tmp_path / "tsconfig.json").write_text('{\n  // strict\n  "compilerOptions": {},\n}\n')
    stack = read_stack(tmp_path)
    assert [row["workload"] for row in stack.workloads] == ["a"]
    [note] = [note for note in stack.notes if note.code == "unknown_kind"]
    assert "not read, for it is no manifest: not valid JSON" in note.text
    assert "tsconfig.json:" in note.where
    with pytest.raises(DocumentError, match="not valid JSON"):
        read_stack(tmp_path / "tsconfig.json")


def test_a_broken_manifest_stops_a_folder(tmp_path: Path) -> None:
    """What looks like a manifest is mended, not passed over."""
    (tmp_path / "app.yaml").write_text(POD)
    (tmp_path / "pod.json").write_text('{"apiVersion": "v1", "kind": "Pod",,}')
    with pytest.raises(DocumentError, match=r"pod\.json:1: not valid JSON"):
        read_stack(tmp_path)


ONE = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s"}, "spec": {"containers": [{"name": "x"}]}}'


@pytest.mark.parametrize("between", ["\n", "\n\n  ", "", " "])
def test_objects_one_after_the_other(between: str) -> None:
    """JSON objects without a line between them are documents each, as kubectl takes them."""
    stack = read_stack(between.join(ONE % name for name in ("one", "two", "three")))
    assert stack.fleet()["workload"].tolist() == ["one", "two", "three"]


def test_lines_of_objects_one_after_the_other() -> None:
    """An error in the second of them names the line that it stands in."""
    wrong = ONE.replace('{"name": "x"}', '{"name": "x", "resources": {"requests": {"cpu": "-1"}}}')
    with pytest.raises(DocumentError, match=r"<text>:3 spec\.containers"):
        read_stack(f"{ONE % 'one'}\n\n{wrong % 'two'}\n")


def test_text_after_an_object_is_a_fault() -> None:
    """What follows and is no object is refused, with what belongs between documents."""
    with pytest.raises(DocumentError, match="put '---' between documents"):
        read_stack(f"{ONE % 'one'}\nkind: Pod\n")


def test_nothing_to_price() -> None:
    """Documents in which nothing runs are an error that says what they hold."""
    with pytest.raises(WorkloadError, match="without apiVersion and kind: 1 of them"):
        read_stack("replicaCount: 1\n")


def test_month_is_checked() -> None:
    """The month is read as everywhere else."""
    with pytest.raises(WharfageError, match="is not a month"):
        read_stack(MANIFEST, month="soon")
