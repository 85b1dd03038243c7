"""Where the tasks of a service run: launch type or capacity providers, and how many on each.

Of `desiredCount` tasks, the provider with a `base` gets that many first; the rest is split by
`weight`, and a weight of 0 gets none of it. AWS does not publish how it rounds: the largest
remainder gets the next task, the provider named first wins a tie. Source: Amazon ECS API
reference, CapacityProviderStrategyItem and CreateService (2026).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from wharfage.inputs.ecs.tasks import Task, check_fargate
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted
from wharfage.inputs.stack import Note

FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"
MACHINES = "aws.ecs_ec2"
LAUNCH_TYPES = {
    "EC2": MACHINES,
    "EXTERNAL": "aws.ecs_anywhere",
    FARGATE: "aws.fargate",
    "MANAGED_INSTANCES": "aws.ecs_managed_instances",
}
LARGEST_BASE, LARGEST_WEIGHT = 100_000, 1_000


@dataclass(frozen=True)
class Provider:
    """A capacity provider of a strategy; a launch type is a strategy of one, without a name."""

    name: str
    service: str
    purchase_option: str = ""
    base: int = 0
    weight: int = 1


def split(count: int, providers: Sequence[Provider]) -> list[int]:
    """Tasks on each provider, whole numbers that add up to `count`.

    Examples
    --------
    >>> on_demand = Provider("FARGATE", "aws.fargate", base=2, weight=1)
    >>> spot = Provider("FARGATE_SPOT", "aws.fargate", "spot", weight=3)
    >>> split(10, [on_demand, spot])
    [4, 6]
    """
    found = [0] * len(providers)
    for n, provider in enumerate(providers):
        found[n] = min(provider.base, count - sum(found))
    rest, weights = count - sum(found), sum(provider.weight for provider in providers)
    if not weights:  # one provider, whose weight was left out
        found[0] += rest
        return found
    shares = [Fraction(rest * provider.weight, weights) for provider in providers]
    parts = [int(share) for share in shares]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))
    for n in order[: rest - sum(parts)]:
        parts[n] += 1
    return [base + part for base, part in zip(found, parts, strict=True)]


def is_rounded(count: int, providers: Sequence[Provider]) -> bool:
    """Whether the split of `count` had to round."""
    rest = max(0, count - sum(provider.base for provider in providers))
    weights = sum(provider.weight for provider in providers)
    return any(Decimal(rest * each.weight) % max(weights, 1) for each in providers)


def read_strategy(strategy: Field) -> list[Provider]:
    """Providers of a capacity provider strategy; empty where there is none."""
    found: list[Provider] = []
    for item in strategy.each():
        name = item["capacityProvider"].text()
        if not name:
            item["capacityProvider"].wrong("an item of a strategy names its capacity provider")
            continue
        if name in {each.name for each in found}:
            item["capacityProvider"].wrong(f"{quoted(name)} stands in the strategy twice")
            continue
        service = "aws.fargate" if name in (FARGATE, FARGATE_SPOT) else MACHINES
        option = "spot" if name == FARGATE_SPOT else "on_demand" if name == FARGATE else ""
        base, weight = _within(item["base"], LARGEST_BASE), _within(item["weight"], LARGEST_WEIGHT)
        found.append(Provider(name, service, option, base, weight))
    _check(strategy, found)
    return found


def _within(field: Field, largest: int) -> int:
    count = field.count() or 0
    if count > largest:
        field.wrong(f"{count:,} is more than {largest:,}")
    return min(count, largest)


def _check(strategy: Field, found: list[Provider]) -> None:
    """Note as problems what ECS refuses in a strategy."""
    if sum(1 for each in found if each.base) > 1:
        strategy.wrong("only one capacity provider can have a base")
    if len({each.service for each in found}) > 1:
        strategy.wrong("Fargate and machines of one's own cannot stand in one strategy")
    if len(found) > 1 and not any(each.weight for each in found):
        strategy.wrong("every weight is 0, so that no task can be placed")


def read_providers(
    owner: Field, task: Task | None, default: Sequence[Provider], notes: list[Note]
) -> Sequence[Provider]:
    """Providers of what runs tasks: its strategy, its launch type, or its cluster's default.

    Where the documents do not say it, a task that is made for one launch type gets that, and
    another one a provider without a service.
    """
    strategy = owner["capacityProviderStrategy"] or owner["CapacityProviderStrategy"]
    launch = owner["launchType"] or owner["LaunchType"]
    providers: Sequence[Provider] = read_strategy(strategy)
    if strategy.value and launch and not owner["serviceArn"]:
        launch.wrong("a launch type and a capacity provider strategy exclude each other")
    if not providers and not strategy.value and launch:
        providers = _of_launch_type(launch, task)
    if not (providers or strategy.value or launch):
        providers = default or _assumed(owner, task, notes)
    if task and any(each.service == "aws.fargate" for each in providers):
        check_fargate(task)
    return providers or [Provider("", "")]


def _of_launch_type(launch: Field, task: Task | None) -> list[Provider]:
    name = launch.text()
    if name not in LAUNCH_TYPES:
        launch.wrong(f"{quoted(launch.value)} is none of {', '.join(LAUNCH_TYPES)}")
        return []
    if task and task.requires and name not in task.requires:
        made = ", ".join(sorted(task.requires))
        launch.wrong(f"task definition {quoted(task.name)} is made for {made}, not for {name}")
    return [Provider("", LAUNCH_TYPES[name])]


def _assumed(owner: Field, task: Task | None, notes: list[Note]) -> list[Provider]:
    """Launch type that the task definition is made for, where it is made for one."""
    requires = task.requires if task else frozenset()
    if len(requires) == 1:
        [name] = requires
        text = (
            f"no launch type or capacity provider is given; the task definition is made for {name}"
        )
        if task is None or owner is not task.root:
            notes.append(Note("launch_type_assumed", text, owner.where))
        return [Provider("", LAUNCH_TYPES[name])]
    text = (
        "no launch type or capacity provider is given, and the cluster's default strategy is not"
        " in the documents: where the tasks run is not known"
    )
    notes.append(Note("launch_type_unknown", text, owner.where))
    return []
