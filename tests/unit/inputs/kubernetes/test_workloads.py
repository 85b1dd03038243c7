"""Controllers, jobs, schedules, autoscalers and ids as rows of a fleet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

import wharfage as wf
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

POD = {"containers": [{"name": "app", "resources": {"requests": {"cpu": 1, "memory": "2Gi"}}}]}
GROUPS = {"ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1", "Pod": "v1"}
Message = Callable[..., str]


def build(kind: str, name: str = "web", namespace: str = "", **spec: Any) -> dict[str, Any]:
    """Build an object of a kind that holds a pod."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    version = GROUPS.get(kind, "apps/v1")
    template = {"template": {"spec": POD}}
    if kind == "CronJob":
        template = {"jobTemplate": {"spec": {**template, **spec.pop("job", {})}}}
    elif kind == "Pod":
        template = POD
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata,
        "spec": {**template, **spec},
    }


def autoscaler(low: Any, high: Any, kind: str = "Deployment", name: str = "web") -> dict[str, Any]:
    """Build an autoscaler."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaler"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": name},
            "maxReplicas": high,
        }
        | ({"minReplicas": low} if low is not None else {}),
    }


def stack_of(*objects: Any, month: str = "730h") -> Stack:
    """Read objects as a stack."""
    return read_stack("---\n".join(map(yaml.safe_dump, objects)), month=month)


def codes(stack: Stack) -> list[str]:
    """List the codes of a stack's notes."""
    return [note.code for note in stack.notes]


@pytest.mark.parametrize(
    "kind", ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]
)
def test_replicas(kind: str) -> None:
    """A controller has the replicas that it says, and one if it says nothing."""
    assert stack_of(build(kind, replicas=3)).workloads[0]["replicas"] == 3
    assert stack_of(build(kind)).workloads[0]["replicas"] == 1
    assert stack_of(build(kind, replicas=0)).workloads[0]["replicas"] == 0


def test_old_versions_are_read() -> None:
    """A Deployment of extensions/v1beta1 is one."""
    old = {**build("Deployment", replicas=2), "apiVersion": "extensions/v1beta1"}
    assert stack_of(old).workloads[0]["replicas"] == 2


def test_pod_and_daemon_set() -> None:
    """A Pod is one; a DaemonSet is one on each node, which is a need and a note."""
    stack = stack_of(build("Pod", "a"), build("DaemonSet", "b"))
    assert [row["replicas"] for row in stack.workloads] == [1, 1]
    assert stack.needs == {"b": {"daemonset"}}
    assert codes(stack) == ["one_pod_per_node"]


@pytest.mark.parametrize(
    ("spec", "replicas", "runs"),
    [
        ({}, 1, 1),
        ({"completions": 6, "parallelism": 3}, 3, 2),
        ({"completions": 5, "parallelism": 2}, 2, 2.5),
        ({"completions": 2, "parallelism": 8}, 2, 1),
        ({"parallelism": 4}, 4, 1),
        ({"parallelism": 0}, 0, 0),
        ({"completions": 5, "suspend": True}, 1, 0),
    ],
)
def test_jobs(spec: dict[str, Any], replicas: int, runs: float) -> None:
    """A Job runs as many pods as it completes, some at once."""
    [row] = stack_of(build("Job", **spec)).workloads
    assert (row["replicas"], row["runs_per_month"]) == (replicas, runs)


def test_length_of_a_run_is_missing() -> None:
    """How long a run lasts is said to be missing, never invented."""
    stack = stack_of(build("Job", activeDeadlineSeconds=600))
    assert "run_seconds" not in stack.workloads[0]
    [note] = [note for note in stack.notes if note.code == "run_seconds_unknown"]
    assert "at the most 600 s" in note.text


@pytest.mark.parametrize(
    ("spec", "runs"),
    [
        ({"schedule": "*/5 * * * *"}, 8760),
        ({"schedule": "@hourly", "job": {"completions": 3}}, 3 * 730),
        ({"schedule": "@hourly", "suspend": True}, 0),
    ],
)
def test_cron_jobs(spec: dict[str, Any], runs: float) -> None:
    """A CronJob runs as often as its schedule fires, each time for all of its pods."""
    [row] = stack_of(build("CronJob", **spec)).workloads
    assert row["replicas"] * row["runs_per_month"] == pytest.approx(runs)


def test_cron_jobs_of_a_calendar_month() -> None:
    """In a calendar month, the days are counted."""
    [row] = stack_of(build("CronJob", schedule="0 3 * * *"), month="2026-02").workloads
    assert row["runs_per_month"] == 28


def test_faults_of_workloads(message_of: Message) -> None:
    """Counts below 0, schedules that are none and pods without containers are errors, all told."""
    message = message_of(
        build("Deployment", "a", replicas=-3),
        build("CronJob", "b", schedule="every day"),
        build("CronJob", "c"),
        {**build("Pod", "d"), "spec": {}},
        {**build("Pod", "e"), "metadata": {}},
        build("Deployment", "f", replicas="3"),
        build("Deployment", "g", replicas=10**12),
        build("Deployment", "h", replicas=True),
    )
    assert "spec.replicas: -3 is below 0" in message
    assert "(8 such places)" in message


@pytest.mark.parametrize(
    ("low", "high", "stated", "used", "span"),
    [
        (2, 9, None, 2, (2, 9)),
        (None, 9, None, 1, (1, 9)),
        (2, 9, 5, 5, (2, 9)),
        (2, 9, 1, 2, (2, 9)),
        (2, 9, 20, 9, (2, 9)),
        (0, 9, 0, 0, (0, 9)),
    ],
)
def test_autoscalers(
    low: int | None, high: int, stated: int | None, used: int, span: tuple[int, int]
) -> None:
    """An autoscaler is a range; the workload has its own replicas within it, or the least."""
    spec = {} if stated is None else {"replicas": stated}
    stack = stack_of(build("Deployment", **spec), autoscaler(low, high))
    assert stack.workloads[0]["replicas"] == used
    expected = {"workload": "web", "column": "replicas", "low": span[0], "high": span[1]}
    assert stack.ranges == [expected]


def test_autoscaler_of_nothing_is_noted() -> None:
    """An autoscaler whose target is not there moves nothing."""
    stack = stack_of(build("Deployment"), autoscaler(1, 5, name="other"))
    assert (stack.ranges, codes(stack)) == ([], ["target_missing"])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(5, 2, "2 is below minReplicas, 5"), (-1, 2, "-1 is below 0"), (1, None, "needs maxReplicas")],
)
def test_faults_of_autoscalers(message_of: Message, low: Any, high: Any, words: str) -> None:
    """A range that ends before it starts is an error."""
    assert words in message_of(build("Deployment"), autoscaler(low, high))


def test_ids_are_names_where_they_differ() -> None:
    """A name is the id; where two have it, namespace and kind are part of it."""
    objects = [
        build("Deployment", "web"),
        build("StatefulSet", "web"),
        build("Deployment", "web", "prod"),
        build("Deployment", "only"),
        build("Deployment", "이름"),
    ]
    assert [row["workload"] for row in stack_of(*objects).workloads] == [
        "default/Deployment/web",
        "default/StatefulSet/web",
        "prod/Deployment/web",
        "only",
        "이름",
    ]


def test_generated_names_differ() -> None:
    """Jobs with generated names are kept apart."""
    job = build("Job")
    job["metadata"] = {"generateName": "run-"}
    assert [row["workload"] for row in stack_of(job, job).workloads] == ["run-1", "run-2"]


def test_the_same_object_counts_once() -> None:
    """An object that stands twice counts once, with a note."""
    stack = stack_of(build("Deployment"), build("Deployment"))
    assert (len(stack.workloads), codes(stack)) == (1, ["repeated_object"])


def test_an_object_of_two_minds(message_of: Message) -> None:
    """Two different objects of one name are an error that names both places."""
    message = message_of(build("Deployment", replicas=1), build("Deployment", replicas=2))
    assert "stands at <text>:1 too, and differs" in message


def test_owned_objects_count_with_their_owner() -> None:
    """Pods of a ReplicaSet of a Deployment, as a cluster prints them, count once."""
    replica_set, pod = build("ReplicaSet", "web-1", replicas=3), build("Pod", "web-1-x")
    owner = {"kind": "Deployment", "name": "web", "controller": True}
    replica_set["metadata"]["ownerReferences"] = [owner]
    owner = {"kind": "ReplicaSet", "name": "web-1", "controller": True}
    pod["metadata"]["ownerReferences"] = [owner]
    stack = stack_of(build("Deployment", replicas=3), replica_set, pod)
    assert [row["workload"] for row in stack.workloads] == ["web"]
    assert codes(stack) == ["owned_object"]


def test_unknown_kinds_are_told_once() -> None:
    """A kind that is not known is one note with its number; kinds that cost nothing are none."""
    rollout = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "a"}}
    free = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    stack = stack_of(build("Deployment"), rollout, rollout, free)
    assert [note.text for note in stack.notes] == [
        "kind 'Rollout (argoproj.io/v1alpha1)' is not known and not priced: 2 of them"
    ]


def test_wrong_group_is_unknown() -> None:
    """A Deployment of the core group does not exist, and is not priced in silence."""
    stack = stack_of(build("Pod", "a"), {**build("Deployment"), "apiVersion": "v1"})
    assert (len(stack.workloads), codes(stack)) == (1, ["unknown_kind"])


@pytest.mark.parametrize(
    ("version", "kind", "words"),
    [
        ("apps/v1", "Deploymnet", "'Deploymnet (apps/v1)' is not known and not priced: 1 of them; did you mean 'Deployment'?"),
        ("app/v1", "Deployment", "the group is 'apps' or 'extensions'"),
        ("v1", "DeploymentConfig", "'DeploymentConfig (v1)' is not known"),
        ("batch/v1", "JobTemplate", "'JobTemplate (batch/v1)' is not known"),
    ],
)  # fmt: skip
def test_misspelt_kinds_are_not_lost(version: str, kind: str, words: str) -> None:
    """A kind that a group of Kubernetes does not have is said, with the nearest that it has."""
    other = {"apiVersion": version, "kind": kind, "metadata": {"name": "b"}}
    [note] = stack_of(build("Deployment"), other).notes
    assert words in note.text


@pytest.mark.parametrize("kind", ["Namespace", "PersistentVolume", "ServiceAccount", "Secret"])
def test_kinds_that_cost_nothing_are_no_note(kind: str) -> None:
    """Kinds of the core group that cost nothing are passed over."""
    other = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "b"}}
    assert stack_of(build("Deployment"), other).notes == []


def test_names_that_a_terminal_cannot_show(message_of: Message) -> None:
    """A name may hold neither control characters nor marks that turn the direction of text."""
    for name in ("we\x1b[31mb", "web\u202e"):
        assert "holds characters that do not show" in message_of(build("Deployment", name))


def test_template_in_a_name(message_of: Message) -> None:
    """A template that is valid YAML is still a template, and is to be rendered."""
    message = message_of(build("Deployment", "{{ .Values.name }}"))
    assert "is no name" in message
    assert "render it first, with helm template" in message


def test_variable_in_a_number(message_of: Message) -> None:
    """A variable where a number stands is to be filled in."""
    message = message_of(build("Deployment", replicas="${REPLICAS}"))
    assert "'${REPLICAS}' is not a whole number" in message
    assert "envsubst" in message


def test_whole_float_is_a_count() -> None:
    """2.0 replicas are two, as kubectl reads them."""
    [row] = stack_of(build("Deployment", replicas=2.0)).workloads
    assert row["replicas"] == 2


@pytest.mark.parametrize("name", [True, 7, 1.5])
def test_bare_words_that_are_no_text(message_of: Message, name: Any) -> None:
    """`no` and `7` are not text for YAML, and the message says what helps."""
    assert "is not text; put it in quotes" in message_of(build("Deployment", name))


def test_limit_ranges_are_said_to_be_left_aside() -> None:
    """Defaults of a LimitRange are not applied, and it is said."""
    limits = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "a"}}
    assert codes(stack_of(build("Deployment"), limits)) == ["not_applied"]


def test_eks_deployment_is_priced() -> None:
    """Three replicas of 250m/128Mi are three Fargate pods of 0.25 vCPU and 0.5 GiB."""
    pod = {"requests": {"cpu": "250m", "memory": "128Mi"}}
    pod["limits"] = {"cpu": "500m", "memory": "256Mi"}
    web = build("Deployment", replicas=3)
    web["spec"]["template"] = {"spec": {"containers": [{"name": "a", "resources": pod}]}}
    fleet = stack_of(web).fleet().assign(service="aws.fargate_eks", region="us-east-1")
    row = wf.estimate(fleet, on="2026-10-01").frame.iloc[0]
    assert (row["billed_vcpu"], row["billed_memory_gib"]) == (0.25, 0.5)
    assert row["monthly_cost"] == pytest.approx(3 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445))


def test_autopilot_spot_deployment_is_priced() -> None:
    """Five Spot replicas of 500m/1Gi on Autopilot are billed as they request."""
    web = build("Deployment", replicas=5)
    web["spec"]["template"]["spec"] = {
        "nodeSelector": {"cloud.google.com/gke-spot": "true"},
        "terminationGracePeriodSeconds": 25,
        "containers": [{"name": "a", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}],
    }
    stack = stack_of(web)
    fleet = stack.fleet().assign(service="gcp.gke_autopilot", region="asia-northeast3")
    row = wf.estimate(fleet, on="2026-10-01").frame.iloc[0]
    assert (row["purchase_option"], row["billed_vcpu"], row["billed_memory_gib"]) == (
        "spot",
        0.5,
        1,
    )
    assert 0 < row["monthly_cost"] < row["monthly_list_cost"]
    assert not stack.notes
