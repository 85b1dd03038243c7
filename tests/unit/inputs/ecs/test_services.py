"""ECS services: capacity providers, autoscaling, load balancers, references."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wharfage as wf
from wharfage.inputs.ecs.capacity import Provider, split
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.stack import Stack

Message = Callable[..., str]
TASK = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "requiresCompatibilities": ["FARGATE"],
    "containerDefinitions": [{"name": "app"}],
}
ARN = "arn:aws:ecs:us-east-1:123456789012:"


def service(**changes: Any) -> dict[str, Any]:
    """Build a service, as create-service takes it."""
    base = {"cluster": "prod", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def strategy(*items: tuple[str, int | None, int | None]) -> list[dict[str, Any]]:
    """Build a strategy of names, bases and weights."""
    return [
        {"capacityProvider": name}
        | ({} if base is None else {"base": base})
        | ({} if weight is None else {"weight": weight})
        for name, base, weight in items
    ]


def text_of(*documents: Any) -> str:
    """Write documents one after the other."""
    return "".join(f"{json.dumps(each)}\n---\n" for each in documents)


def stack_of(*documents: Any, month: str = "730h") -> Stack:
    """Read documents, with the task definition, as a stack."""
    return read_stack(text_of(TASK, *documents), month=month)


def counts(stack: Stack) -> dict[str, int]:
    """List the replicas of each workload."""
    return {row["workload"]: row["replicas"] for row in stack.workloads}


def codes(stack: Stack) -> list[str]:
    """List the codes of a stack's notes."""
    return [note.code for note in stack.notes]


def test_two_tasks_on_spot_story_9() -> None:
    """A quarter of a vCPU and 512 MiB, twice, behind FARGATE_SPOT is two Spot tasks, not free."""
    [row] = stack_of(
        service(capacityProviderStrategy=strategy(("FARGATE_SPOT", None, 1)))
    ).workloads
    assert (row["service"], row["purchase_option"]) == ("aws.fargate", "spot")
    assert (row["vcpu"], row["memory_gib"], row["replicas"]) == (0.25, 0.5, 2)


def test_spot_costs_less_than_on_demand_story_9() -> None:
    """The same service costs less behind FARGATE_SPOT, and is never free."""
    items = [strategy(("FARGATE", None, 1)), strategy(("FARGATE_SPOT", None, 1))]
    costs = []
    for each in items:
        fleet = stack_of(service(capacityProviderStrategy=each)).fleet()
        frame = wf.estimate(fleet.assign(region="us-east-1")).frame
        costs.append(frame["monthly_cost"].sum())
    # us-east-1, x86: 0.04048 a vCPU-hour and 0.004445 a GB-hour
    assert costs[0] == pytest.approx(2 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445))
    assert 0 < costs[1] < costs[0]


@pytest.mark.parametrize(
    ("count", "items", "expected"),
    [
        (10, [("FARGATE", 2, 1), ("FARGATE_SPOT", None, 3)], {"FARGATE": 4, "FARGATE_SPOT": 6}),
        (1, [("FARGATE", 2, 1), ("FARGATE_SPOT", None, 3)], {"FARGATE": 1}),
        (4, [("FARGATE", 1, 0), ("FARGATE_SPOT", None, 1)], {"FARGATE": 1, "FARGATE_SPOT": 3}),
        (4, [("FARGATE", None, 0), ("FARGATE_SPOT", None, 1)], {"FARGATE_SPOT": 4}),
        (3, [("FARGATE", None, 1), ("FARGATE_SPOT", None, 1)], {"FARGATE": 2, "FARGATE_SPOT": 1}),
        (5, [("FARGATE_SPOT", None, 4), ("FARGATE", None, 1)], {"FARGATE_SPOT": 4, "FARGATE": 1}),
        (0, [("FARGATE", None, 1), ("FARGATE_SPOT", None, 1)], {"FARGATE": 0}),
    ],
)
def test_base_then_weights_story_9(count: int, items: Any, expected: dict[str, int]) -> None:
    """The base goes first, the rest by weight, a weight of 0 gets none of it, all whole."""
    stack = stack_of(service(desiredCount=count, capacityProviderStrategy=strategy(*items)))
    assert counts(stack) == {f"web/{name}": n for name, n in expected.items()}


@given(
    st.integers(0, 10_000),
    st.integers(0, 100),
    st.lists(st.integers(0, 1000), min_size=1, max_size=4),
)
def test_a_split_loses_no_task(count: int, base: int, weights: list[int]) -> None:
    """Whatever the strategy, all tasks run, none is negative, and a share is off by less than one."""
    if len(weights) > 1 and not any(weights):
        weights[0] = 1
    providers = [
        Provider(str(n), "", base=0 if n else base, weight=weight)
        for n, weight in enumerate(weights)
    ]
    found = split(count, providers)
    assert sum(found) == count
    assert min(found) >= 0
    rest, total = max(0, count - base), sum(weights) or 1
    for provider, n in zip(providers, found, strict=True):
        share = min(provider.base, count) + rest * (provider.weight or not any(weights)) / total
        assert abs(n - share) < 1


def test_uneven_weights_are_said() -> None:
    """AWS does not say how it rounds a split; that ours had to is noted."""
    even = strategy(("FARGATE", None, 1), ("FARGATE_SPOT", None, 1))
    assert "capacity_split_rounded" not in codes(stack_of(service(capacityProviderStrategy=even)))
    odd = service(desiredCount=3, capacityProviderStrategy=even)
    assert "capacity_split_rounded" in codes(stack_of(odd))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"launchType": "FARGATE", "capacityProviderStrategy": strategy(("FARGATE", None, 1))},
            "a launch type and a capacity provider strategy exclude each other",
        ),
        (
            {"capacityProviderStrategy": strategy(("FARGATE", 1, 1), ("FARGATE_SPOT", 1, 1))},
            "only one capacity provider can have a base",
        ),
        (
            {"capacityProviderStrategy": strategy(("FARGATE", None, 0), ("FARGATE_SPOT", None, 0))},
            "every weight is 0",
        ),
        (
            {"capacityProviderStrategy": strategy(("FARGATE", None, 1), ("mine", None, 1))},
            "cannot stand in one strategy",
        ),
        (
            {"capacityProviderStrategy": strategy(("FARGATE", None, 1), ("FARGATE", None, 1))},
            "'FARGATE' stands in the strategy twice",
        ),
        ({"capacityProviderStrategy": [{"weight": 1}]}, "names its capacity provider"),
        ({"capacityProviderStrategy": strategy(("FARGATE", None, 1001))}, "more than 1,000"),
        ({"launchType": "LAMBDA"}, "'LAMBDA' is none of EC2, EXTERNAL, FARGATE"),
        ({"launchType": "EC2"}, "'web' is made for FARGATE, not for EC2"),
        ({"desiredCount": -2}, "desiredCount: -2 is below 0"),
        ({"desiredCount": "2"}, "desiredCount: '2' is not a whole number"),
        ({"serviceName": None, "service": ""}, "a service needs a serviceName"),
    ],
)
def test_contradictions(changes: dict[str, Any], words: str, message_of: Message) -> None:
    """What ECS refuses in a service is an error with the place."""
    assert words in message_of(text_of(TASK, service(**changes)))


def test_described_services() -> None:
    """The output of describe-services is read: ARNs name region, cluster and task definition."""
    described = {
        "serviceArn": f"{ARN}service/prod/web",
        "serviceName": "web",
        "clusterArn": f"{ARN}cluster/prod",
        "status": "ACTIVE",
        "desiredCount": 3,
        "runningCount": 3,
        "launchType": "FARGATE",
        "capacityProviderStrategy": [],
        "taskDefinition": f"{ARN}task-definition/web:7",
    }
    gone = {**described, "serviceName": "old", "status": "INACTIVE"}
    [row] = stack_of({"services": [described, gone], "failures": []}).workloads
    assert (row["region"], row["namespace"], row["replicas"]) == ("us-east-1", "prod", 3)
    assert row["vcpu"] == 0.25


def test_revisions() -> None:
    """A service has the revision that it names, the newest one if it names none."""
    old, new = ({**TASK, "revision": n, "cpu": str(256 * n)} for n in (1, 2))
    for named, vcpu in (("web:1", 0.25), ("web:2", 0.5), ("web", 0.5)):
        [row] = read_stack(text_of(new, old, service(taskDefinition=named))).workloads
        assert row["vcpu"] == vcpu


def test_missing_task_definition() -> None:
    """A service whose task definition is not there has no size, and the note names it."""
    stack = read_stack(text_of(service(taskDefinition="api:3", launchType="FARGATE")))
    assert "vcpu" not in stack.workloads[0]
    [note] = stack.notes
    assert note.code == "task_definition_missing"
    assert "'api:3'" in note.text


def test_default_strategy_of_the_cluster() -> None:
    """A service that says nothing has its cluster's default strategy, if the documents have it."""
    default = strategy(("FARGATE_SPOT", None, 1))
    cluster = {"cluster": "prod", "capacityProviders": ["FARGATE_SPOT"]}
    stack = stack_of(service(), {**cluster, "defaultCapacityProviderStrategy": default})
    assert stack.workloads[0]["purchase_option"] == "spot"
    described = {"clusterName": "prod", "defaultCapacityProviderStrategy": default}
    stack = stack_of(service(), {"clusters": [described], "failures": []})
    assert stack.workloads[0]["purchase_option"] == "spot"


def test_no_strategy_at_all() -> None:
    """Without any, the task definition's launch type is taken and said; two of them are open."""
    stack = stack_of(service())
    assert stack.workloads[0]["service"] == "aws.fargate"
    assert "launch_type_assumed" in codes(stack)
    both = {**TASK, "requiresCompatibilities": ["FARGATE", "EC2"]}
    stack = read_stack(text_of(both, service()))
    assert "service" not in stack.workloads[0]
    assert "launch_type_unknown" in codes(stack)


@pytest.mark.parametrize(
    ("launch", "expected"),
    [
        ("EC2", "aws.ecs_ec2"),
        ("EXTERNAL", "aws.ecs_anywhere"),
        ("MANAGED_INSTANCES", "aws.ecs_managed_instances"),
    ],
)
def test_launch_types(launch: str, expected: str) -> None:
    """Tasks on machines are on the service that bills those; the machines are not in the documents."""
    task = {**TASK, "requiresCompatibilities": [launch]}
    stack = read_stack(text_of(task, service(launchType=launch)))
    assert stack.workloads[0]["service"] == expected
    assert "machines_not_in_documents" in codes(stack)


def test_autoscaling_is_a_range() -> None:
    """Bounds of Application Auto Scaling are a range, split as the tasks are."""
    both = strategy(("FARGATE", 1, 1), ("FARGATE_SPOT", None, 3))
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/prod/web",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 9,
    }
    other = {**target, "ServiceNamespace": "dynamodb"}
    stack = stack_of(
        service(desiredCount=5, capacityProviderStrategy=both), {"ScalableTargets": [target, other]}
    )
    assert stack.ranges == [
        {"workload": "web/FARGATE", "column": "replicas", "low": 1, "high": 3},
        {"workload": "web/FARGATE_SPOT", "column": "replicas", "low": 0, "high": 6},
    ]
    assert codes(stack).count("unknown_kind") == 1


def test_autoscaling_moves_the_count() -> None:
    """A count outside the bounds is moved into them; without a count the least runs."""
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/prod/web"}
    target |= {"MinCapacity": 3, "MaxCapacity": 6}
    outside = stack_of(service(launchType="FARGATE"), target)
    assert counts(outside) == {"web": 3}
    assert "replicas_outside_range" in codes(outside)
    unstated = stack_of(service(launchType="FARGATE", desiredCount=None), target)
    assert counts(unstated) == {"web": 3}


def test_autoscaling_contradictions(message_of: Message) -> None:
    """Bounds that cross are an error; a service that is not there is a note."""
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/prod/api", "MinCapacity": 3}
    words = message_of(text_of(TASK, service(), {**target, "MaxCapacity": 2}))
    assert "MaxCapacity: 2 is below MinCapacity, 3" in words
    assert "target_missing" in codes(stack_of(service(), {**target, "MaxCapacity": 4}))


def test_what_rides_along() -> None:
    """A load balancer, public addresses and EBS volumes ride with a service's tasks."""
    network = {"awsvpcConfiguration": {"subnets": ["a"], "assignPublicIp": "ENABLED"}}
    volume = {"name": "data", "managedEBSVolume": {"sizeInGiB": 10, "roleArn": "r"}}
    group = {"targetGroupArn": "arn:aws:elasticloadbalancing:x", "containerPort": 80}
    stack = stack_of(
        service(
            launchType="FARGATE",
            loadBalancers=[group],
            networkConfiguration=network,
            volumeConfigurations=[volume],
        )
    )
    found = {rider["kind"]: rider for rider in stack.riders}
    assert found["public_ipv4"]["count"] == found["disk"]["count"] == 2
    assert found["disk"]["storage_gib"] == 10
    assert found["load_balancer"]["load_balancer_type"] == "application"
    assert {rider["rides_with"] for rider in stack.riders} == {"web"}


def test_features_that_are_not_priced() -> None:
    """Service Connect and ECS Exec are said not to be priced where they are on, only there."""
    on = service(serviceConnectConfiguration={"enabled": True}, enableExecuteCommand=True)
    off = service(serviceConnectConfiguration={"enabled": False}, enableExecuteCommand=False)
    assert {"service_connect_not_priced", "ecs_exec_not_priced"} <= set(codes(stack_of(on)))
    assert not [code for code in codes(stack_of(off)) if code.endswith("not_priced")]


def test_services_of_two_clusters() -> None:
    """Services of one name in two clusters are told apart; one that stands twice counts once."""
    stack = stack_of(service(), service(cluster="test"), service())
    assert counts(stack) == {"prod/web": 2, "test/web": 2}
    assert "repeated_object" in codes(stack)


def test_a_different_service_of_the_same_name(message_of: Message) -> None:
    """Two services of one name and cluster that differ are an error."""
    assert "too, and differs" in message_of(text_of(TASK, service(), service(desiredCount=9)))


def test_daemon() -> None:
    """A daemon service is one task on each machine."""
    task = {**TASK, "requiresCompatibilities": ["EC2"]}
    stack = read_stack(
        text_of(task, service(schedulingStrategy="DAEMON", desiredCount=None, launchType="EC2"))
    )
    assert "daemonset" in stack.needs["web"]
    assert counts(stack) == {"web": 1}


def test_one_off_run_is_noted() -> None:
    """A request to run a task once is no service: it is listed, and the task stands alone."""
    stack = stack_of({"taskDefinition": "web", "count": 3})
    assert counts(stack) == {"web": 1}
    assert "unknown_kind" in codes(stack)


def test_documents_of_these_tests_are_valid_for_aws() -> None:
    """AWS's own model of the API takes the service and the scalable target of these tests."""
    pytest.importorskip("botocore")
    import botocore.session
    from botocore.validate import ParamValidator

    session = botocore.session.get_session()
    shape = session.get_service_model("ecs").operation_model("CreateService").input_shape
    document = service(capacityProviderStrategy=strategy(("FARGATE", 1, 1)))
    report = ParamValidator().validate(document, shape)
    assert not report.has_errors(), report.generate_report()
