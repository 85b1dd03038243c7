"""ECS, Cloud Run, App Runner and Kubernetes documents in one set; any value anywhere."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfage.errors import DocumentError, WharfageError, WorkloadError
from wharfage.inputs.drafts import unique_names
from wharfage.inputs.families import family_of
from wharfage.inputs.manifests import read_stack
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
    {
        "apiVersion": "eksctl.io/v1alpha5",
        "kind": "ClusterConfig",
        "metadata": {"name": "prod", "region": "us-east-1", "version": "1.34"},
        "vpc": {"nat": {"gateway": "HighlyAvailable"}},
        "capabilities": [{"name": "a", "type": "ACK"}],
        "managedNodeGroups": [{"name": "m", "instanceTypes": ["m5.large"], "minSize": 1}],
        "nodeGroups": [
            {
                "name": "n",
                "maxSize": 4,
                "volumeIOPS": 4000,
                "instancesDistribution": {
                    "instanceTypes": ["m5.large"],
                    "onDemandPercentageAboveBaseCapacity": 50,
                },
                "additionalVolumes": [{"volumeSize": 10}],
            }
        ],
        "fargateProfiles": [{"name": "f", "selectors": [{"namespace": "a"}]}],
    },
    {
        "clusters": [
            {
                "name": "c",
                "location": "us-central1-a",
                "nodePools": [
                    {
                        "name": "p",
                        "initialNodeCount": 2,
                        "autoscaling": {"enabled": True, "maxNodeCount": 3},
                        "config": {
                            "machineType": "n1-standard-1",
                            "accelerators": [
                                {"acceleratorCount": "1", "acceleratorType": "nvidia-tesla-t4"}
                            ],
                        },
                    }
                ],
                "currentNodeCount": 2,
            }
        ]
    },
    {
        "nodegroup": {
            "nodegroupName": "g",
            "nodegroupArn": "arn:aws:eks:us-east-1:123456789012:nodegroup/prod/g/1",
            "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
            "instanceTypes": ["t3.medium"],
        }
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


TEXT = write(DOCUMENTS)


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
    riding = {row["rides_with"] for row in stack.riders}
    assert riding <= {"web/FARGATE", "web/FARGATE_SPOT", ""}
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


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.integers(0, 9),
            st.sampled_from([*"{}[]:-#&*!|>'\"%@,?\t\n\0"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_damage_to_the_text(changes: list[tuple[int, int, str]]) -> None:
    """A text with characters put in and taken out is read, or refused as documents are."""
    text = TEXT
    for place, gone, more in changes:
        start = place % len(text)
        text = text[:start] + more + text[start + gone :]
    with contextlib.suppress(DocumentError, WorkloadError):
        read_stack(text)


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
        ({"taskDefinitions": [{"containerDefinitions": []}]}, "ecs"),
        ({"services": [{"serviceName": "a"}]}, "ecs"),
        ({"service": {"serviceName": "a"}}, "ecs"),
        ({"service": "a", "desiredCount": 2}, "ecs"),
        ({"taskDefinition": "a", "serviceName": "b"}, "ecs"),
        ({"service": "a", "team": "shop"}, ""),
        ({"service": {"port": 80}, "image": "x"}, ""),
        ({"services": [{"name": "a"}]}, ""),
        ({"taskDefinition": "a"}, ""),
        ({"cluster": {"name": "a", "arn": "arn:aws:eks:us-east-1:1:cluster/a"}}, "eks"),
        ({"clusters": ["a", "b"]}, ""),
        ({"clusters": [{"name": "a", "nodePools": []}]}, "gke"),
        ({"name": "a", "autopilot": {}}, "gke"),
        ({"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig"}, "eksctl"),
        ([{"containerDefinitions": []}], ""),
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


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"services": {"web": {"image": "x"}}}, "looks like a compose file"),
        ({"AWSTemplateFormatVersion": "2010-09-09"}, "template of CloudFormation"),
        ({"apiVersion": "v2", "name": "a", "version": "1.0.0"}, "give the output of helm template"),
        ({"resources": ["a.yaml"]}, "give the output of kubectl kustomize"),
        ({"name": "a", "image": "x", "essential": True}, "give the task definition"),
        ({"replicaCount": 1, "resources": {}}, "without apiVersion and kind"),
    ],
)
def test_what_is_not_read_is_called_by_its_name(data: Any, words: str) -> None:
    """A file that people have beside manifests is said to be one, with what to give instead."""
    with pytest.raises(WorkloadError) as caught:
        read_stack(yaml.safe_dump(data))
    assert words in str(caught.value)


def test_comments_of_javascript() -> None:
    """JSON that begins with a comment would be one long word of YAML; it is said what it is."""
    with pytest.raises(WorkloadError, match="begins with a comment of JavaScript"):
        read_stack('// web\n{"apiVersion":"v1","kind":"Pod"}')


@pytest.mark.parametrize(
    "documents",
    [
        [{"family": "a", "containerDefinitions": [{"name": "a"}]}],
        {"taskDefinitions": [{"family": "a", "containerDefinitions": [{"name": "a"}]}]},
        {"taskDefinition": {"family": "a", "containerDefinitions": [{"name": "a"}]}, "tags": []},
        {"services": [{"serviceName": "a", "taskDefinition": "a:1", "desiredCount": 1}]},
        [{"serviceName": "a", "taskDefinition": "a:1"}, None],
        [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{}]}}],
    ],
)  # fmt: skip
def test_lists_and_wrappings_of_the_command_line(documents: Any) -> None:
    """A list of documents, and the wrapping that the AWS command line prints, hold the same."""
    [row] = read_stack(json.dumps(documents)).workloads
    assert row["workload"] == "a"


def test_place_of_an_item_of_a_list() -> None:
    """What is wrong in an item of a list is named with its number."""
    task = {"family": "a", "cpu": "x", "containerDefinitions": [{"name": "a"}]}
    with pytest.raises(DocumentError) as caught:
        read_stack(json.dumps([task]))
    assert caught.value.failures["path"].tolist() == ["[0].cpu"]
