"""Task definitions: sizes as text, platforms, containers, and what contradicts itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wharfage.errors import DocumentError
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Row

Message = Callable[..., str]


def task(**changes: Any) -> dict[str, Any]:
    """Build a task definition for Fargate, as register-task-definition takes it."""
    base = {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "app", "image": "app:1"}],
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def row(**changes: Any) -> Row:
    """Read the one row of a task definition."""
    [found] = read_stack(json.dumps(task(**changes))).workloads
    return found


@pytest.mark.parametrize(
    ("cpu", "vcpu"),
    [
        ("256", 0.25),
        ("1 vCPU", 1),
        (".5 vCPU", 0.5),
        ("0.25 vcpu", 0.25),
        ("16vCPU", 16),
        (512, 0.5),
    ],
)
def test_cpu_as_text(cpu: Any, vcpu: float) -> None:
    """CPU is in units of 1,024 to a vCPU, or in vCPU where it says so."""
    assert row(cpu=cpu)["vcpu"] == vcpu


@pytest.mark.parametrize(
    ("memory", "gib"), [("512", 0.5), ("1GB", 1), ("0.5 GB", 0.5), ("30 gb", 30), (2048, 2)]
)
def test_memory_as_text(memory: Any, gib: float) -> None:
    """Memory is in MiB, or in GB of 1,024 MiB where it says so."""
    assert row(memory=memory)["memory_gib"] == gib


@pytest.mark.parametrize("wrong", ["", "a", "-256", "0", "1e3", "256 m", True, [1], "9" * 50, 1.5])
def test_wrong_sizes(wrong: Any, message_of: Message) -> None:
    """What is no size is refused with file, line and path."""
    text = json.dumps(task(cpu=wrong), indent=1)
    assert "<text>:3 cpu: " in message_of(text)
    assert "is not a size" in message_of(text)


def test_described_task_definition() -> None:
    """The output of describe-task-definition is read, with the region of its ARN."""
    arn = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/web:7"
    described = {"taskDefinition": {**task(), "taskDefinitionArn": arn, "revision": 7}, "tags": []}
    [found] = read_stack(json.dumps(described)).workloads
    assert (found["workload"], found["region"]) == ("web", "ap-northeast-2")


def test_platform() -> None:
    """Architecture and operating system come from the runtime platform (story 10)."""
    arm = row(runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"})
    windows = row(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    assert (arm["cpu_architecture"], arm["operating_system"]) == ("arm64", "linux")
    assert windows["operating_system"] == "windows"


def test_ephemeral_storage() -> None:
    """Ephemeral storage is the total, in GiB."""
    assert row(ephemeralStorage={"sizeInGiB": 100})["ephemeral_storage_gib"] == 100


def test_containers_add_up_on_machines() -> None:
    """A task without a size of its own has that of its containers; a reservation goes first."""
    containers = [
        {"name": "a", "cpu": 128, "memory": 512, "memoryReservation": 256},
        {"name": "b", "cpu": 128, "memory": 256},
    ]
    found = row(
        cpu=None, memory=None, requiresCompatibilities=["EC2"], containerDefinitions=containers
    )
    assert (found["service"], found["vcpu"], found["memory_gib"]) == ("aws.ecs_ec2", 0.25, 0.5)


def test_needs_of_a_task() -> None:
    """Privilege, the host's parts, file systems and GPUs are needs of a task on machines."""
    definition = task(
        requiresCompatibilities=["EC2"],
        networkMode="host",
        pidMode="host",
        containerDefinitions=[
            {
                "name": "a",
                "privileged": True,
                "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}, "devices": [{}]},
                "resourceRequirements": [{"type": "GPU", "value": "2"}],
            }
        ],
        volumes=[
            {"name": "h", "host": {"sourcePath": "/x"}},
            {"name": "e", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
            {"name": "d", "dockerVolumeConfiguration": {"scope": "shared"}},
        ],
    )
    stack = read_stack(json.dumps(definition))
    assert stack.needs["web"] == {
        "added_capabilities",
        "container_instances",
        "docker_volume",
        "gpu",
        "host_device",
        "host_network",
        "host_path",
        "host_pid",
        "network_file_system",
        "privileged",
    }
    assert stack.workloads[0]["gpu_count"] == 2
    codes = {note.code for note in stack.notes}
    assert {"file_system_not_priced", "gpu_type_unknown", "machines_not_in_documents"} <= codes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cpu": None}, "a task on Fargate needs its own cpu"),
        ({"networkMode": "bridge"}, "networkMode: 'bridge': a task on Fargate needs 'awsvpc'"),
        ({"family": None}, "a task definition needs a family"),
        ({"containerDefinitions": []}, "a task needs at least one container"),
        ({"containerDefinitions": {}}, "containerDefinitions: '{}' is not a list"),
        ({"requiresCompatibilities": ["LAMBDA"]}, "'LAMBDA' is none of EC2, EXTERNAL, FARGATE"),
        ({"runtimePlatform": {"cpuArchitecture": "MIPS"}}, "neither X86_64 nor ARM64"),
        ({"runtimePlatform": {"operatingSystemFamily": "BSD"}}, "neither LINUX nor WINDOWS_"),
        (
            {
                "runtimePlatform": {
                    "cpuArchitecture": "ARM64",
                    "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE",
                }
            },
            "Windows does not run on ARM64",
        ),
        (
            {"containerDefinitions": [{"name": "a", "cpu": 200}, {"name": "b", "cpu": 100}]},
            "the containers' cpu adds up to 300 units, the task has 256",
        ),
        (
            {"containerDefinitions": [{"name": "a", "memory": 1024}]},
            "the containers' memory adds up to 1,024 MiB, the task has 512",
        ),
        (
            {"containerDefinitions": [{"name": "a", "memory": 128, "memoryReservation": 256}]},
            "256 is above the container's memory, 128",
        ),
        (
            {"containerDefinitions": [{"resourceRequirements": [{"type": "GPU", "value": "1"}]}]},
            "Fargate has no GPU",
        ),
        (
            {"containerDefinitions": [{"resourceRequirements": [{"type": "GPU", "value": "x"}]}]},
            "'x' is no number of GPUs",
        ),
        ({"containerDefinitions": [{"cpu": -1}]}, "containerDefinitions[0].cpu: -1 is below 0"),
        ({"containerDefinitions": [{"cpu": "1"}]}, "'1' is not a whole number"),
    ],
)
def test_contradictions(changes: dict[str, Any], words: str) -> None:
    """A task definition that AWS would refuse is refused, with the place."""
    with pytest.raises(DocumentError) as caught:
        read_stack(json.dumps(task(**changes)))
    found = caught.value.failures
    assert any(words in text for text in found["path"] + ": " + found["message"])


def test_all_problems_at_once() -> None:
    """Problems of several documents are told together, each with its line."""
    first, second = task(cpu="x"), task(family="api", memory="y")
    with pytest.raises(DocumentError) as caught:
        read_stack(f"{json.dumps(first)}\n---\n{json.dumps(second)}\n")
    assert caught.value.failures["line"].tolist() == [1, 3]
    assert caught.value.failures["path"].tolist() == ["cpu", "memory"]


def test_nothing_runs_the_task() -> None:
    """A task definition that nothing runs is one task, and that is said."""
    stack = read_stack(json.dumps(task()))
    assert stack.workloads[0]["replicas"] == 1
    assert [note.code for note in stack.notes] == ["replicas_unknown"]


def test_unknown_fields_are_ignored() -> None:
    """Fields that are not read change nothing."""
    assert row(tags=[{"key": "a", "value": "b"}], later={"x": [1]}) == row()


def test_the_same_definition_twice() -> None:
    """The same definition twice is one; another one of its name is an error."""
    text = json.dumps(task())
    assert len(read_stack(f"{text}\n---\n{text}\n").workloads) == 1
    with pytest.raises(DocumentError, match="'web' stands at <text>:1 too, and differs"):
        read_stack(f"{text}\n---\n{json.dumps(task(cpu='512'))}\n")


def test_documents_of_these_tests_are_valid_for_aws() -> None:
    """AWS's own model of the API takes the task definition of these tests."""
    pytest.importorskip("botocore")
    import botocore.session
    from botocore.validate import ParamValidator

    session = botocore.session.get_session()
    model = session.get_service_model("ecs").operation_model("RegisterTaskDefinition")
    report = ParamValidator().validate(task(), model.input_shape)
    assert not report.has_errors(), report.generate_report()
