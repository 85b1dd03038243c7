"""Cloud Run services, jobs and worker pools: sizes, scaling, revisions, billing, both APIs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

import wharfage as wf
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Row, Stack

Message = Callable[..., str]
SCALE = "autoscaling.knative.dev/"
RUN = "run.googleapis.com/"


def service(
    annotations: dict[str, Any] | None = None,
    *,
    name: str = "web",
    limits: dict[str, Any] | None = None,
    traffic: list[dict[str, Any]] | None = None,
    on_service: dict[str, Any] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """Build a service of version 1, as gcloud run services describe prints it."""
    resources = {"limits": {"cpu": "1000m", "memory": "512Mi"} if limits is None else limits}
    metadata = {"name": name, "labels": {"cloud.googleapis.com/location": "us-central1"}}
    template = {
        "metadata": {"annotations": annotations or {}},
        "spec": {"containers": [{"image": "app", "resources": resources}], **spec},
    }
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {**metadata, "annotations": on_service or {}},
        "spec": {"template": template} | ({"traffic": traffic} if traffic else {}),
    }


def resource(template: dict[str, Any], kind: str = "services", **fields: Any) -> dict[str, Any]:
    """Build a resource of version 2 of the API."""
    return {"name": f"projects/p/locations/us-central1/{kind}/web", "template": template, **fields}


def stack_of(*documents: Any) -> Stack:
    """Read documents as a stack."""
    return read_stack("---\n".join(map(yaml.safe_dump, documents)))


def row(*documents: Any) -> Row:
    """Read the one row of documents."""
    [found] = stack_of(*documents).workloads
    return found


def codes(stack: Stack) -> list[str]:
    """List the codes of a stack's notes."""
    return [note.code for note in stack.notes]


@pytest.mark.parametrize(
    ("cpu", "vcpu"), [("1000m", 1), ("1", 1), (2, 2), ("0.5", 0.5), ("80m", 0.08), ("1e3m", 1)]
)
def test_cpu_forms_story_1(cpu: Any, vcpu: float) -> None:
    """1000m is one vCPU, in every form that people write."""
    assert row(service(limits={"cpu": cpu, "memory": "512Mi"}))["vcpu"] == vcpu


def test_more_cpu_costs_more_story_1() -> None:
    """The cost of an instance rises with the CPU of its document, and is never 0."""
    documents = [
        service(name=f"s{n}", limits={"cpu": cpu, "memory": "1Gi"})
        for n, cpu in enumerate(("1000m", "2", "4000m"))
    ]
    costs = wf.estimate(stack_of(*documents).fleet()).frame["monthly_cost"].tolist()
    assert 0 < costs[0] < costs[1] < costs[2]


def test_service() -> None:
    """A service has its service id, its region and its size."""
    found = row(service())
    assert (found["service"], found["region"]) == ("gcp.cloud_run", "us-central1")
    assert (found["vcpu"], found["memory_gib"]) == (1, 0.5)


def test_sidecars_add_up() -> None:
    """Limits of several containers add up; one without a limit is said."""
    document = service()
    containers = document["spec"]["template"]["spec"]["containers"]
    containers += [{"resources": {"limits": {"cpu": "500m", "memory": "256Mi"}}}, {}]
    stack = stack_of(document)
    assert (stack.workloads[0]["vcpu"], stack.workloads[0]["memory_gib"]) == (1.5, 0.75)
    assert codes(stack).count("no_request") == 2


def test_no_limits() -> None:
    """Without limits the size stays empty, for Cloud Run's default, and that is said."""
    stack = stack_of(service(limits={}))
    assert "vcpu" not in stack.workloads[0]
    assert "no_request" in codes(stack)


def test_half_and_half() -> None:
    """Each of two revisions that share the traffic keeps the minimum of the revision."""
    halves = [{"revisionName": f"web-0000{n}", "percent": 50} for n in (1, 2)]
    stack = stack_of(service({f"{SCALE}minScale": "1", f"{SCALE}maxScale": "10"}, traffic=halves))
    [found] = stack.workloads
    assert (found["min_instances"], found["replicas"], found["traffic_share"]) == (2, 2, 1)
    assert stack.ranges == [{"workload": "web", "column": "replicas", "low": 2, "high": 20}]
    assert "revisions_assumed" in codes(stack)


def test_a_minimum_of_the_service_is_shared() -> None:
    """A minimum of the service is not multiplied by its revisions."""
    halves = [{"revisionName": f"web-0000{n}", "percent": 50} for n in (1, 2)]
    found = row(service(traffic=halves, on_service={f"{RUN}minScale": "3"}))
    assert found["min_instances"] == 3


def test_tagged_revisions_keep_their_minimum() -> None:
    """A revision with a tag and no traffic keeps its minimum too."""
    traffic = [{"latestRevision": True, "percent": 100}, {"revisionName": "old", "tag": "old"}]
    assert row(service({f"{SCALE}minScale": 2}, traffic=traffic))["min_instances"] == 4


def test_known_revisions_have_their_own_size() -> None:
    """A revision that is among the documents is a workload of its own size and share."""
    halves = [{"revisionName": "web-1", "percent": 30}, {"latestRevision": True, "percent": 70}]
    revision = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Revision",
        "metadata": {"name": "web-1", "labels": {"serving.knative.dev/service": "web"}},
        "spec": {"containers": [{"resources": {"limits": {"cpu": "2", "memory": "1Gi"}}}]},
    }
    found = stack_of(service(traffic=halves), revision).workloads
    assert [(r["workload"], r["vcpu"], r["traffic_share"]) for r in found] == [
        ("web", 1, 0.7),
        ("web/web-1", 2, 0.3),
    ]


def test_billing_follows_throttling() -> None:
    """CPU that is always allocated is billed by the instance; else the demand decides."""
    assert row(service({f"{RUN}cpu-throttling": "false"}))["billing_mode"] == "instance"
    assert "billing_mode" not in row(service({f"{RUN}cpu-throttling": "true"}))
    assert "billing_mode" not in row(service())


def test_gpu() -> None:
    """A GPU has its type from the node selector, and is billed by the instance."""
    limits = {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}
    selector = {f"{RUN}accelerator": "nvidia-l4"}
    found = row(service(limits=limits, nodeSelector=selector))
    assert (found["gpu_type"], found["gpu_count"]) == ("nvidia-l4", 1)
    assert (found["billing_mode"], found["gpu_zonal_redundancy"]) == ("instance", True)
    off = {f"{RUN}gpu-zonal-redundancy-disabled": "true"}
    assert row(service(off, limits=limits, nodeSelector=selector))["gpu_zonal_redundancy"] is False


def test_manual_scaling() -> None:
    """A service that is scaled by hand has that many instances, whatever its revision says."""
    by_hand = {f"{RUN}scalingMode": "manual", f"{RUN}manualInstanceCount": "3"}
    stack = stack_of(service({f"{SCALE}minScale": "9"}, on_service=by_hand))
    assert stack.workloads[0]["replicas"] == 3
    assert (stack.ranges[0]["low"], stack.ranges[0]["high"]) == (3, 3)


def test_traffic_is_missing() -> None:
    """Without traffic one instance is priced, or as many as are kept warm, and that is said."""
    stack = stack_of(service())
    assert "requests_per_month" not in stack.workloads[0]
    [note] = [note for note in stack.notes if note.code == "missing_traffic"]
    assert "requests_per_month and request_seconds are not in the document" in note.text
    frame = wf.estimate(stack.fleet()).frame
    # 1 vCPU at 0.000018 and half a GiB at 0.000002 a second, less the credits of 4.32 and 0.90
    assert frame["monthly_cost"].tolist() == [pytest.approx(730 * 3600 * (18e-6 + 1e-6) - 5.22)]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (service({f"{SCALE}minScale": "3", f"{SCALE}maxScale": "2"}), "2 is below the minimum, 3"),
        (service({f"{SCALE}minScale": "-1"}), "'-1' is not a whole number"),
        (service({f"{RUN}cpu-throttling": "maybe"}), "'maybe' is not true or false"),
        (service(limits={"cpu": "1 core"}), "'1 core' is not a quantity"),
        (service(limits={"cpu": "-1"}), "'-1' is below 0"),
        (service(traffic=[{"percent": 90, "latestRevision": True}]), "add up to 90, not 100"),
        (service(limits={"nvidia.com/gpu": "1"}), "1 GPU(s) of no type"),
        (service(nodeSelector={f"{RUN}accelerator": "nvidia-l4"}), "no container has a limit"),
        (service(containers=[]), "an instance needs at least one container"),
        (service(name=""), "a Service needs a name"),
        (service(timeoutSeconds="soon"), "timeoutSeconds: 'soon' is not a whole number"),
        (
            service(on_service={f"{RUN}minScale": "3", f"{RUN}maxScale": "2"}),
            "2 is below the minimum, 3",
        ),
        (
            service(
                {f"{RUN}cpu-throttling": "true"},
                limits={"nvidia.com/gpu": "1"},
                nodeSelector={f"{RUN}accelerator": "nvidia-l4"},
            ),
            "a GPU needs CPU that is always allocated",
        ),
        (resource({"containers": [{}], "timeout": "5m"}), "'5m' is no duration such as '300s'"),
    ],
)
def test_contradictions(document: Any, words: str, message_of: Message) -> None:
    """What Cloud Run refuses is an error with the place."""
    assert words in message_of(document)


def test_job() -> None:
    """A job's tasks run at once as far as parallelism allows; how often and long is missing."""
    tasks = {"taskCount": 10, "parallelism": 5, "template": {"spec": {"containers": [{}]}}}
    job = {
        "apiVersion": "run.googleapis.com/v1",
        "kind": "Job",
        "metadata": {"name": "etl"},
        "spec": {"template": {"spec": tasks}},
    }
    stack = stack_of(job)
    [found] = stack.workloads
    assert found["service"] == "gcp.cloud_run_jobs"
    assert (found["replicas"], found["runs_per_month"]) == (5, 2)
    assert {"runs_unknown", "run_seconds_unknown", "retries_not_counted"} <= set(codes(stack))


def test_parallelism_above_the_tasks(message_of: Message) -> None:
    """More tasks at once than there are is an error."""
    inner = {"template": {"containers": [{}]}, "taskCount": 2, "parallelism": 5}
    assert "5 is more than taskCount, 2" in message_of(resource(inner, "jobs"))


def test_worker_pool() -> None:
    """A worker pool has the instances that it says."""
    pool = {
        "apiVersion": "run.googleapis.com/v1",
        "kind": "WorkerPool",
        "metadata": {"name": "queue", "annotations": {f"{RUN}manualInstanceCount": "3"}},
        "spec": {"template": {"spec": {"containers": [{}]}}},
    }
    found = row(pool)
    assert (found["service"], found["replicas"]) == ("gcp.cloud_run_worker_pools", 3)


def test_version_2_service() -> None:
    """The API's JSON says the same in other words."""
    limits = {"limits": {"cpu": "2", "memory": "1Gi"}, "cpuIdle": True, "startupCpuBoost": True}
    template = {
        "containers": [{"resources": limits}],
        "scaling": {"minInstanceCount": 1, "maxInstanceCount": 4},
        "maxInstanceRequestConcurrency": 40,
        "timeout": "300s",
    }
    kind = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    traffic = [{"type": kind, "revision": f"web-{n}", "percent": 50} for n in (1, 2)]
    stack = read_stack(json.dumps(resource(template, traffic=traffic)))
    [found] = stack.workloads
    assert (found["workload"], found["region"]) == ("web", "us-central1")
    assert (found["vcpu"], found["memory_gib"], found["min_instances"]) == (2, 1, 2)
    assert (found["at_once_limit"], found["timeout_seconds"]) == (40, 300)
    assert "billing_mode" not in found
    assert "startup_boost_not_counted" in codes(stack)


def test_version_2_without_cpu_idle() -> None:
    """In version 2, resources without cpuIdle mean CPU that is always allocated."""
    limits = {"limits": {"cpu": "1"}}
    found = row(resource({"containers": [{"resources": limits}]}))
    assert found["billing_mode"] == "instance"
    assert "billing_mode" not in row(resource({"containers": [{}]}))


def test_version_2_job_and_pool() -> None:
    """Jobs and worker pools of version 2 are recognised by the names of their resources."""
    job = row(resource({"taskCount": 3, "template": {"containers": [{}]}}, "jobs"))
    assert (job["service"], job["replicas"]) == ("gcp.cloud_run_jobs", 3)
    pool = resource({"containers": [{}]}, "workerPools", scaling={"manualInstanceCount": 2})
    assert (row(pool)["service"], row(pool)["replicas"]) == ("gcp.cloud_run_worker_pools", 2)


def test_regions_and_repetition() -> None:
    """One name in two regions is two services; the same one twice is one."""
    other = service()
    other["metadata"]["labels"] = {"cloud.googleapis.com/location": "europe-west1"}
    stack = stack_of(service(), other, service())
    assert [r["workload"] for r in stack.workloads] == ["us-central1/web", "europe-west1/web"]
    assert "repeated_object" in codes(stack)


def test_a_different_service_of_the_same_name(message_of: Message) -> None:
    """Two services of one name and region that differ are an error."""
    assert "too, and differs" in message_of(service(), service({"a": "b"}))


def test_unknown_kinds_are_listed_once() -> None:
    """Kinds that are not read are listed once with their number; what a service made is not."""
    others = [
        {"apiVersion": "run.googleapis.com/v1", "kind": kind, "metadata": {"name": kind}}
        for kind in ("Instance", "Instance", "Execution")
    ]
    texts = [
        note.text for note in stack_of(service(), *others).notes if note.code == "unknown_kind"
    ]
    assert texts == ["kind 'Instance' of Cloud Run is not known and not priced: 2 of them"]


@pytest.mark.parametrize("region", ["REGION", "${_REGION}", "us-central1-a-b"])
def test_placeholder_of_a_region_is_left_to_the_option(region: str) -> None:
    """A label that names no region leaves it to --region, and it is said."""
    document = service()
    document["metadata"]["labels"] = {"cloud.googleapis.com/location": region}
    stack = read_stack(yaml.safe_dump(document))
    assert "region" not in stack.workloads[0]
    assert "is no region, and is left for --region to fill" in stack.notes[-1].text
