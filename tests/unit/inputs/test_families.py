"""ECS, Cloud Run, App Runner and Kubernetes documents in one set; any value anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfage.errors import DocumentError, WharfageError
from wharfage.inputs.drafts import unique_names
from wharfage.inputs.manifests import family_of, read_stack
from wharfage.inputs.stack import Stack
from wharfage.inputs.traffic import Traffic, with_traffic

ARN = "arn:aws:ecs:us-east-1:123456789012:"
DOCUMENTS: list[Any] = [
    {
        "taskDefinition": {
            "taskDefinitionArn": f"{ARN}task-definition/web:3",
            "family": "web",
            "revision": 3,
            "cpu": "1 vCPU",
            "memory": "2 GB",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
            "ephemeralStorage": {"sizeInGiB": 40},
            "containerDefinitions": [
                {"name": "a", "cpu": 512, "memory": 512, "memoryReservation": 256},
                {"name": "b", "cpu": 256, "linuxParameters": {"devices": []}},
            ],
            "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs"}}],
        }
    },
    {
        "cluster": "prod",
        "serviceName": "web",
        "taskDefinition": "web:3",
        "desiredCount": 4,
        "capacityProviderStrategy": [
            {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 3},
        ],
        "loadBalancers": [{"targetGroupArn": "t", "containerPort": 80}],
        "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}},
        "volumeConfigurations": [{"name": "d", "managedEBSVolume": {"sizeInGiB": 10}}],
        "serviceConnectConfiguration": {"enabled": True},
    },
    {
        "ScalableTargets": [
            {
                "ServiceNamespace": "ecs",
                "ResourceId": "service/prod/web",
                "ScalableDimension": "ecs:service:DesiredCount",
                "MinCapacity": 2,
                "MaxCapacity": 10,
            }
        ]
    },
    {"cluster": "prod", "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
    {"Name": "r", "ScheduleExpression": "cron(0 3 ? * MON#1 *)", "State": "ENABLED"},
    {"Rule": "r", "Targets": [{"Arn": "x", "EcsParameters": {"TaskDefinitionArn": "web"}}]},
    {
        "Name": "s",
        "ScheduleExpression": "rate(1 day)",
        "Target": {"Arn": f"{ARN}cluster/prod", "EcsParameters": {"TaskDefinitionArn": "web"}},
    },
    {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "name": "web",
            "labels": {"cloud.googleapis.com/location": "us-central1"},
            "annotations": {"run.googleapis.com/minScale": "1"},
        },
        "spec": {
            "template": {
                "metadata": {"annotations": {"autoscaling.knative.dev/maxScale": "5"}},
                "spec": {
                    "containerConcurrency": 80,
                    "timeoutSeconds": 300,
                    "nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"},
                    "containers": [
                        {"resources": {"limits": {"cpu": "4", "nvidia.com/gpu": "1"}}},
                        {"resources": {"limits": {"memory": "16Gi"}}},
                    ],
                },
            },
            "traffic": [{"percent": 50, "latestRevision": True}, {"percent": 50, "tag": "b"}],
        },
    },
    {
        "name": "projects/p/locations/us-central1/jobs/etl",
        "template": {
            "taskCount": 4,
            "parallelism": 2,
            "template": {"containers": [{"resources": {"limits": {"cpu": "1"}}}], "timeout": "60s"},
        },
    },
    {
        "ServiceName": "shop",
        "SourceConfiguration": {
            "AutoDeploymentsEnabled": False,
            "ImageRepository": {"ImageIdentifier": "i", "ImageRepositoryType": "ECR"},
        },
        "InstanceConfiguration": {"Cpu": "1024", "Memory": "2 GB"},
        "AutoScalingConfigurationArn": "arn:aws:apprunner:us-east-1:1:autoscalingconfiguration/h/1/a",
    },
    {"AutoScalingConfigurationName": "h", "MinSize": 1, "MaxSize": 4, "MaxConcurrency": 50},
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": {"template": {"spec": {"containers": [{"name": "a"}]}}},
    },
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of every value in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for key, each in inner:
        found += places(each, (*path, key)) if isinstance(each, dict | list) else [(*path, key)]
    return found


PLACES = places(DOCUMENTS)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([None, {"name": 5}, [[]]]),
    st.just({"containers": [[]], "name": {"a": 1}}),
    st.sampled_from(["-1", "1e400", "1 vCPU", ".", "0", "NaN", "true", "arn:", "web:99999999999"]),
    st.sampled_from(["rate(1 day)", "cron(* * ? * 1#5 *)", "cron(0 0 L * ? 1)", "999999999999s"]),
    st.sampled_from(["FARGATE", "EC2", "FARGATE_SPOT", 0, 1, 100, 10**9, "manual", "x/y/z"]),
)


def write(documents: list[Any]) -> str:
    """Write documents as YAML."""
    return yaml.safe_dump_all(documents, allow_unicode=True)


def test_the_documents_are_read() -> None:
    """The documents of these tests are good ones; an id of two families has the family's name."""
    stack = read_stack(write(DOCUMENTS))
    assert [row["workload"] for row in stack.workloads] == [
        "web/FARGATE",
        "web/FARGATE_SPOT",
        "s",
        "r",
        "web",
        "etl",
        "app_runner/shop",
        "kubernetes/shop",
    ]
    assert {row["rides_with"] for row in stack.riders} <= {"web/FARGATE", "web/FARGATE_SPOT"}
    named = {note.workload for note in stack.notes} | {row["workload"] for row in stack.ranges}
    assert "app_runner/shop" in named
    assert "shop" not in named


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_any_value_anywhere(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """A value of any type in any place is read, or refused with words; ids stay unique."""
    documents = json.loads(json.dumps(DOCUMENTS))
    for path, value in changes:
        holder: Any = documents
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        stack = read_stack(write(documents))
    except WharfageError:
        return
    assert isinstance(stack, Stack)
    names = [row["workload"] for row in stack.workloads]
    assert len(set(names)) == len(names)
    assert all(row["low"] <= row["high"] for row in stack.ranges)
    assert isinstance(with_traffic(stack, Traffic(1e7, 0.2)), Stack)


def test_problems_of_all_families_at_once() -> None:
    """What is wrong in documents of several families is told in one error, with its places."""
    documents = json.loads(json.dumps(DOCUMENTS))
    documents[0]["taskDefinition"]["cpu"] = "x"
    documents[7]["spec"]["traffic"][0]["percent"] = 20
    documents[9]["InstanceConfiguration"]["Memory"] = "y"
    with pytest.raises(DocumentError) as caught:
        read_stack(write(documents))
    assert set(caught.value.failures["path"]) == {
        "taskDefinition.cpu",
        "spec.traffic",
        "InstanceConfiguration.Memory",
    }


@pytest.mark.parametrize(
    ("data", "family"),
    [
        ({"clusters": [], "failures": []}, "ecs"),
        ({"Rules": []}, "ecs"),
        ({"Rule": "r", "Targets": []}, "ecs"),
        ({"AutoScalingConfigurationName": "a"}, "app_runner"),
        ({"Service": {"ServiceArn": "a"}}, "app_runner"),
        ({"template": {"containers": []}}, "cloud_run"),
        ({"template": {"template": {"containers": []}}}, "cloud_run"),
        ({"template": {"spec": {}}}, ""),
        ({"Service": {"Name": "a"}}, ""),
        ({"services": {"web": {"image": "x"}}}, ""),
    ],
)
def test_families(data: Any, family: str) -> None:
    """Documents without apiVersion are recognised by their shape; a compose file is none."""
    assert family_of(data) == family


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["a", "x/a", "x/a#2"]))))
def test_names_are_unique(pairs: list[tuple[str, str]]) -> None:
    """Whatever the names, no two are the same, and a name that no other has stays short."""
    found = unique_names(pairs)
    assert len(set(found)) == len(found) == len(pairs)
    shorts = [short for short, _ in pairs]
    assert all(name == s for name, s in zip(found, shorts, strict=True) if shorts.count(s) == 1)
