"""ECS services as workloads, with what autoscaling and the network add to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wharfage.inputs.arns import name_in
from wharfage.inputs.drafts import Draft
from wharfage.inputs.ecs.capacity import Provider
from wharfage.inputs.ecs.placing import Placed, Tasks, missing_task, place
from wharfage.inputs.ecs.riders import addresses, disks, load_balancer
from wharfage.inputs.fields import Field

GONE = frozenset({"INACTIVE", "DELETED"})


@dataclass(frozen=True)
class Bounds:
    """Tasks between which Application Auto Scaling moves a service."""

    low: int
    high: int


def read_service(
    root: Field, tasks: Tasks, default: Sequence[Provider], bounds: Bounds | None
) -> list[Draft]:
    """Workloads of a service; none if it is gone.

    Parameters
    ----------
    root : Field
        As create-service takes it or describe-services prints it.
    tasks : Tasks
        Task definitions of the documents.
    default : sequence of Provider
        The default strategy of its cluster; empty where it is not known.
    bounds : Bounds, optional
        Of its autoscaling.
    """
    name = service_name(root)
    if not name:
        root["serviceName"].wrong("a service needs a serviceName")
    if root["status"].text() in GONE:
        return []
    said = Draft("", "")
    count = _count(root, bounds, said)
    named = root["taskDefinition"]
    task = tasks.find(named.text())
    if task is None:
        missing_task(said, named or root)
    placed = place(root, task, default, count, name, cluster_of(root))
    balancer = load_balancer(root, name, said)
    for each in placed:
        _complete(each, root, count, bounds)
        if balancer:
            # Traffic that adds tasks adds them in the proportions of the largest number of them.
            most = max(count, bounds.high if bounds else 0)
            each.draft.columns["traffic_share"] = each.share(most) / most if most else 1.0
    _features(root, said)
    first = placed[0].draft
    first.riders += balancer
    first.needs |= said.needs
    first.notes += said.notes
    return [each.draft for each in placed]


def service_name(root: Field) -> str:
    """Name of a service, or of the one that update-service names."""
    return name_in((root["serviceName"] or root["serviceArn"] or root["service"]).name())


def cluster_of(root: Field) -> str:
    """Name of a service's cluster; AWS's own default where it names none."""
    return name_in((root["clusterArn"] or root["cluster"]).text("default"))


def _count(root: Field, bounds: Bounds | None, said: Draft) -> int:
    """Tasks that a service asks for, within its autoscaling's bounds."""
    if root["schedulingStrategy"].text() == "DAEMON":
        said.needs.add("daemonset")
        said.note("one_task_per_machine", "one task runs on each machine", root)
        return 1
    stated = root["desiredCount"].count()
    if stated is None:
        if bounds is None:
            said.note("replicas_unknown", "no desiredCount; priced as one task", root)
        return bounds.low if bounds else 1
    if bounds and not bounds.low <= stated <= bounds.high:
        within = f"the autoscaler's {bounds.low} to {bounds.high}"
        text = f"{stated} tasks lie outside {within}; moved into it"
        said.note("replicas_outside_range", text, root["desiredCount"])
        return min(max(stated, bounds.low), bounds.high)
    return stated


def _complete(placed: Placed, root: Field, count: int, bounds: Bounds | None) -> None:
    draft = placed.draft
    draft.columns["kind"] = "Service"
    replicas = draft.columns["replicas"]
    draft.riders += [*addresses(root, replicas), *disks(root, replicas)]
    if bounds and count:
        low, high = placed.share(bounds.low), placed.share(bounds.high)
        draft.ranges.append({"column": "replicas", "low": low, "high": high})


def _features(root: Field, said: Draft) -> None:
    """Say which features of a service cost something that is not priced."""
    connect = root["serviceConnectConfiguration"]
    if connect["enabled"].flag():
        text = (
            "Service Connect has no fee of its own: its proxy runs inside the task's size, and"
            " traffic between zones is billed, and not priced"
        )
        said.note("service_connect_not_priced", text, connect)
    lattice = root["vpcLatticeConfigurations"]
    if any(True for _ in lattice.each()):
        said.note("vpc_lattice_not_priced", "VPC Lattice is billed, and not priced", lattice)
    if root["enableExecuteCommand"].flag():
        text = "ECS Exec sessions cost nothing by themselves; their logs are billed, and not priced"
        said.note("ecs_exec_not_priced", text, root["enableExecuteCommand"])
