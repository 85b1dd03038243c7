"""What a document is: a family whose reader is known, or words for something that is not read.

Kubernetes' way of naming a document (`apiVersion` and `kind`) comes first. Documents of AWS and of
Google Cloud name nothing: they are known by keys that only they have, with the types these have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wharfage.inputs.cloud_run import is_api_resource
from wharfage.inputs.clusters import is_eks_output, is_gke_output

Data = Mapping[str, Any]

CLOUD_RUN_GROUPS = ("serving.knative.dev/", "run.googleapis.com/")
EKSCTL_GROUP = "eksctl.io/"
#: keys beside `service` or `taskDefinition` that show a service of ECS, or a request to make one
OF_SERVICE = frozenset(
    {
        "capacityProviderStrategy",
        "cluster",
        "deploymentConfiguration",
        "desiredCount",
        "forceNewDeployment",
        "launchType",
        "loadBalancers",
        "networkConfiguration",
        "platformVersion",
        "schedulingStrategy",
        "serviceArn",
        "serviceName",
        "taskDefinition",
    }
)
#: keys that only documents of a family have, as the AWS command line takes and prints them
ONLY_APP_RUNNER = frozenset(
    {"SourceConfiguration", "AutoScalingConfiguration", "AutoScalingConfigurationName"}
)
ONLY_ECS = frozenset({"containerDefinitions", "defaultCapacityProviderStrategy", "ScalableTargets"})


def family_of(data: Any) -> str:  # noqa: ANN401  a document holds anything
    """Family of a document: ``kubernetes``, ``cloud_run``, ``ecs`` and the like, or empty.

    Examples
    --------
    >>> family_of({"apiVersion": "apps/v1", "kind": "Deployment"})
    'kubernetes'
    >>> family_of({"family": "web", "containerDefinitions": []})
    'ecs'
    >>> family_of({"service": "web", "team": "shop"})
    ''
    """
    if not isinstance(data, dict):
        return ""
    version, kind = data.get("apiVersion"), data.get("kind")
    if isinstance(version, str) and isinstance(kind, str):
        if version.startswith(EKSCTL_GROUP) and kind == "ClusterConfig":
            return "eksctl"
        return "cloud_run" if version.startswith(CLOUD_RUN_GROUPS) else "kubernetes"
    return next((family for family, fits in SHAPES.items() if fits(data)), "")


def words_for(data: Any) -> tuple[str, str]:  # noqa: ANN401  a document holds anything
    """What a document of no family looks like, and what to do about it."""
    if isinstance(data, str) and data.startswith(("//", "/*")):
        return "that begins with a comment of JavaScript", "neither JSON nor YAML has these"
    if not isinstance(data, dict):
        return "that is no mapping", ""
    return next((words for words, fits in NOT_READ.items() if fits(data)), PLAIN)


def _is_app_runner(data: Data) -> bool:
    service = data.get("Service")
    is_answer = isinstance(service, dict) and ("OperationId" in data or "ServiceArn" in service)
    return is_answer or bool(ONLY_APP_RUNNER & set(data))


def _is_ecs(data: Data) -> bool:
    return (
        bool(ONLY_ECS & set(data))
        or _is_ecs_service(data)
        or _holds(data, "taskDefinitions", "containerDefinitions")
        or _holds(data, "services", "serviceName", "serviceArn")
        or _holds(data, "clusters", "clusterArn", "clusterName")
        or ("failures" in data and bool({"services", "clusters"} & set(data)))
        or _is_scaling_or_schedule(data)
    )


def _is_ecs_service(data: Data) -> bool:
    """Whether a mapping is a service or task of ECS, what a command of it takes or prints."""
    for name, marks in (
        ("service", {"serviceName", "serviceArn"}),
        ("taskDefinition", {"containerDefinitions"}),
    ):
        inside = data.get(name)
        if isinstance(inside, dict) and marks & set(inside):
            return True
        if isinstance(inside, str) and OF_SERVICE & (set(data) - {name}):
            return True
    return False


def _is_scaling_or_schedule(data: Data) -> bool:
    return (
        "ServiceNamespace" in data
        or "ScheduleExpression" in data
        or ("Rule" in data and "Targets" in data)
        or _holds(data, "Rules", "ScheduleExpression", "EventPattern", "Arn")
    )


def _holds(data: Data, name: str, *marks: str) -> bool:
    """Whether a key holds a list of mappings that have any of the marks, or an empty one."""
    found = data.get(name)
    if not isinstance(found, list):
        return False
    return not found or any(isinstance(each, dict) and set(marks) & set(each) for each in found)


#: families that are known by their shape, in the order in which they are tried
SHAPES: dict[str, Callable[[Any], bool]] = {
    "app_runner": _is_app_runner,
    "eks": is_eks_output,
    "gke": is_gke_output,
    "ecs": _is_ecs,
    "cloud_run": is_api_resource,
}

PLAIN = ("without apiVersion and kind", "")
#: documents that people have beside manifests, and what to give instead of them
NOT_READ: dict[tuple[str, str], Callable[[Data], bool]] = {
    ("that is one container of an ECS task", "give the task definition that holds it"): (
        lambda data: "image" in data and "essential" in data
    ),
    ("that looks like a compose file", "give what runs it in the cloud"): (
        lambda data: isinstance(data.get("services"), dict)
    ),
    ("that is a template of CloudFormation", "these are not read"): (
        lambda data: "AWSTemplateFormatVersion" in data
    ),
    ("that is a chart of Helm", "give the output of helm template"): (
        lambda data: {"apiVersion", "name", "version"} <= set(data)
    ),
    ("that looks like a kustomization", "give the output of kubectl kustomize"): (
        lambda data: isinstance(data.get("resources"), list)
    ),
}
