"""App Runner services: sizes, sources, autoscaling."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import wharfage as wf
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

Message = Callable[..., str]
SCALING = "arn:aws:apprunner:us-east-1:123456789012:autoscalingconfiguration/high/1/abc"
CODE = {"CodeRepository": {"RepositoryUrl": "u", "SourceCodeVersion": {}}}


def image(kind: str = "ECR", **source: Any) -> dict[str, Any]:
    """Build a source that is an image on port 8080."""
    repository = {
        "ImageIdentifier": "app:1",
        "ImageRepositoryType": kind,
        "ImageConfiguration": {"Port": "8080"},
    }
    return {"ImageRepository": repository, **source}


def service(**changes: Any) -> dict[str, Any]:
    """Build a service, as create-service takes it."""
    size = {"Cpu": "1024", "Memory": "2048"}
    base = {"ServiceName": "shop", "SourceConfiguration": image(), "InstanceConfiguration": size}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def stack_of(*documents: Any) -> Stack:
    """Read documents as a stack."""
    return read_stack("".join(f"{json.dumps(each)}\n---\n" for each in documents))


def codes(stack: Stack) -> list[str]:
    """List the codes of a stack's notes."""
    return [note.code for note in stack.notes]


@pytest.mark.parametrize(
    ("cpu", "memory", "vcpu", "gib"),
    [("1024", "2048", 1, 2), ("1 vCPU", "2 GB", 1, 2), ("0.25 vCPU", "0.5 GB", 0.25, 0.5)],
)
def test_sizes(cpu: str, memory: str, vcpu: float, gib: float) -> None:
    """CPU and memory are units and MiB, or vCPU and GB where they say so."""
    [row] = stack_of(service(InstanceConfiguration={"Cpu": cpu, "Memory": memory})).workloads
    assert (row["service"], row["vcpu"], row["memory_gib"]) == ("aws.app_runner", vcpu, gib)


def test_default_size() -> None:
    """Without a configuration an instance has 1 vCPU and 2 GB, and that is said."""
    stack = stack_of(service(InstanceConfiguration=None))
    assert (stack.workloads[0]["vcpu"], stack.workloads[0]["memory_gib"]) == (1, 2)
    assert "default_request" in codes(stack)


def test_an_image_on_port_8080_is_priced() -> None:
    """An image service without traffic is one instance that is always active, and that is said."""
    stack = stack_of(service(SourceConfiguration=image("ECR_PUBLIC")))
    assert {"missing_traffic", "closed_to_new_customers"} <= set(codes(stack))
    frame = wf.estimate(stack.fleet().assign(region="us-east-1")).frame
    # us-east-1: 0.064 a vCPU-hour and 0.007 a GB-hour
    assert frame["monthly_cost"].tolist() == [pytest.approx(730 * (0.064 + 2 * 0.007))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (image("ECR"), True),
        (image("ECR_PUBLIC"), False),
        (image("ECR", AutoDeploymentsEnabled=False), False),
        (CODE, True),
    ],
)
def test_automatic_deployment(source: dict[str, Any], expected: bool) -> None:
    """Everything but a public image is deployed by itself, unless it is switched off."""
    [row] = stack_of(service(SourceConfiguration=source)).workloads
    assert row["automatic_deployment"] is expected


def test_described_service() -> None:
    """The output of describe-service is read, with the region of its ARN; a paused one rests."""
    described = service(
        ServiceArn="arn:aws:apprunner:eu-west-1:123456789012:service/web/abc", Status="PAUSED"
    )
    stack = stack_of({"Service": described})
    assert (stack.workloads[0]["region"], stack.workloads[0]["replicas"]) == ("eu-west-1", 0)
    assert "missing_traffic" not in codes(stack)


def test_autoscaling() -> None:
    """Sizes and concurrency come from the configuration that the service names."""
    configuration = {"AutoScalingConfigurationName": "high", "MinSize": 2, "MaxSize": 8}
    configuration["MaxConcurrency"] = 50
    named = service(AutoScalingConfigurationArn=SCALING)
    for document in (configuration, {"AutoScalingConfiguration": configuration}):
        stack = stack_of(named, document)
        [row] = stack.workloads
        assert (row["min_instances"], row["at_once_limit"], row["region"]) == (2, 50, "us-east-1")
        assert stack.ranges == [{"workload": "shop", "column": "replicas", "low": 2, "high": 8}]
    assert "autoscaling_missing" in codes(stack_of(named))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ServiceName": None}, "a service needs a ServiceName"),
        ({"SourceConfiguration": {}}, "needs an ImageRepository or a CodeRepository"),
        ({"SourceConfiguration": {**image(), **CODE}}, "an image or code, not both"),
        ({"SourceConfiguration": image("DOCKER_HUB")}, "neither ECR nor ECR_PUBLIC"),
        (
            {"SourceConfiguration": image("ECR_PUBLIC", AutoDeploymentsEnabled=True)},
            "images of ECR_PUBLIC are not deployed by themselves",
        ),
        ({"InstanceConfiguration": {"Cpu": "fast"}}, "InstanceConfiguration.Cpu: 'fast' is not a"),
    ],
)
def test_contradictions(changes: dict[str, Any], words: str, message_of: Message) -> None:
    """What App Runner refuses is an error with the place."""
    assert words in message_of(f"{json.dumps(service(**changes))}\n")


def test_crossed_bounds(message_of: Message) -> None:
    """A configuration whose sizes cross is an error."""
    crossed = {"AutoScalingConfigurationName": "x", "MinSize": 5, "MaxSize": 2}
    text = f"{json.dumps(service())}\n---\n{json.dumps(crossed)}\n"
    assert "MaxSize: 2 is below MinSize, 5" in message_of(text)


def test_documents_of_these_tests_are_valid_for_aws() -> None:
    """AWS's own model of the API takes the service of these tests."""
    pytest.importorskip("botocore")
    import botocore.session
    from botocore.validate import ParamValidator

    session = botocore.session.get_session()
    shape = session.get_service_model("apprunner").operation_model("CreateService").input_shape
    report = ParamValidator().validate(service(), shape)
    assert not report.has_errors(), report.generate_report()
