"""Results that pictures are drawn of, and what a chart holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import wharfage as wf
from wharfage.examples import example_fleet_path

pytest.importorskip("altair")

ON = "2026-10-01"
WEB = {
    "vcpu": 1,
    "memory_gib": 2,
    "requests_per_month": 3e7,
    "request_seconds": 0.2,
    "concurrency": 4,
}
PLATFORMS = ["aws.fargate", "gcp.cloud_run", "gcp.gke_autopilot"]


@pytest.fixture(scope="session")
def bill() -> wf.Bill:
    """Give the bill of the example fleet, with one workload that has no price."""
    import pandas as pd

    fleet = pd.read_csv(example_fleet_path(), dtype=str)
    lost = {"workload": "lost", "service": "aws.fargate", "region": "eu-west-9", "vcpu": "1"}
    return wf.estimate(pd.concat([fleet, pd.DataFrame([lost])], ignore_index=True), on=ON)


@pytest.fixture(scope="session")
def comparison() -> wf.Comparison:
    """Give the example fleet on four services, one of them on nodes."""
    return wf.compare(
        example_fleet_path(), services=[*PLATFORMS, "gcp.gke_standard", "aws.app_runner"], on=ON
    )


@pytest.fixture(scope="session")
def everywhere() -> wf.Comparison:
    """Give one web service in regions of both clouds, on demand and on Spot."""
    return wf.compare(
        [{"workload": "web", **WEB}],
        services=PLATFORMS,
        regions=["us-east-1", "eu-central-1", "us-east4", "europe-west3", "af-south-1"],
        purchase_options=["on_demand", "spot"],
        on=ON,
    )


@pytest.fixture(scope="session")
def crossing() -> wf.BreakEven:
    """Give where Fargate, Cloud Run and Autopilot are the cheapest as requests grow."""
    work = {"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10}
    found = wf.breakeven(PLATFORMS, between=(0, 1e8), region="us-east-1", workload=work, on=ON)
    assert isinstance(found, wf.BreakEven)
    return found


@pytest.fixture(scope="session")
def limited() -> wf.BreakEven:
    """Give batch runs, which Cloud Run services cannot take."""
    found = wf.breakeven(
        "aws.fargate",
        "gcp.cloud_run",
        "gcp.cloud_run_jobs",
        along="runs_per_month",
        between=(1, 1e6),
        region="us-east-1",
        workload={"vcpu": 1, "memory_gib": 2, "run_seconds": 20},
        on=ON,
    )
    assert isinstance(found, wf.BreakEven)
    return found


@pytest.fixture(scope="session")
def plane() -> wf.BreakEvenSurface:
    """Give the cheapest over requests and their duration."""
    found = wf.breakeven(
        PLATFORMS[:2],
        along=("requests_per_month", "request_seconds"),
        between=((1e5, 1e9), (0.05, 2)),
        region="us-east-1",
        workload={"vcpu": 1, "memory_gib": 2, "concurrency": 10},
        points=31,
        on=ON,
    )
    assert isinstance(found, wf.BreakEvenSurface)
    return found


@pytest.fixture(scope="session")
def uncertain() -> wf.Ranges:
    """Give a web service with uncertain traffic on three platforms, and on one that cannot run it."""
    return wf.ranges(
        [{"workload": "web", "region": "us-east-1", **WEB}],
        services=[*PLATFORMS, "gcp.cloud_run_jobs"],
        inputs={"requests_per_month": "lognormal:3e7:0.7", "concurrency": (2, 4, 8)},
        quantiles=(0.05, 0.25, 0.5, 0.75, 0.95),
        draws=256,
        on=ON,
    )


@pytest.fixture(scope="session")
def plan() -> wf.NodePlan:
    """Give nodes for three workloads, of which no node holds one."""
    pods = [
        {"workload": "a", "vcpu": 1, "memory_gib": 2, "replicas": 10},
        {"workload": "b", "vcpu": 0.5, "memory_gib": 4, "replicas": 6},
        {"workload": "huge", "vcpu": 5000, "memory_gib": 4},
    ]
    return wf.plan_nodes(
        pods, service="aws.eks_nodes", region="us-east-1", instance_types=["m7i"], on=ON
    )


@pytest.fixture(scope="session")
def charts(
    bill: wf.Bill,
    comparison: wf.Comparison,
    everywhere: wf.Comparison,
    crossing: wf.BreakEven,
    limited: wf.BreakEven,
    plane: wf.BreakEvenSurface,
    uncertain: wf.Ranges,
    plan: wf.NodePlan,
    book: wf.RateBook,
) -> dict[str, Any]:
    """Give a chart of every kind."""
    return {
        "components": wf.plot(bill),
        "waste": wf.plot(bill, "waste"),
        "ranking": wf.plot(comparison),
        "regions": wf.plot(everywhere, "regions"),
        "break_even": wf.plot(crossing),
        "limited": wf.plot(limited),
        "load": wf.plot(crossing, "load"),
        "surface": wf.plot(plane),
        "fan": wf.plot(uncertain),
        "tornado": wf.plot(uncertain, "tornado"),
        "node_waste": wf.plot(plan),
        "history": wf.plot(book, service="aws.fargate", region="us-east-1"),
    }


@pytest.fixture(scope="session")
def spec_of() -> Callable[[Any], dict[str, Any]]:
    """Give a function that writes a chart out, once: altair checks every part of it."""
    written: dict[int, tuple[Any, dict[str, Any]]] = {}

    def write(chart: Any) -> dict[str, Any]:
        if id(chart) not in written:
            written[id(chart)] = (chart, chart.to_dict())
        return written[id(chart)][1]

    return write


Layer = tuple[str, list[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="session")
def layers_of(spec_of: Callable[[Any], dict[str, Any]]) -> Callable[..., list[Layer]]:
    """Give a function that lists a chart's layers: mark, rows, channels; of one mark if asked."""

    def walk(spec: dict[str, Any], data: dict[str, Any]) -> Iterator[Layer]:
        own = spec.get("data", data)
        for name in ("layer", "vconcat", "hconcat"):
            for part in spec.get(name, []):
                yield from walk(part, own)
        if "mark" in spec:
            mark = spec["mark"]
            kind = mark["type"] if isinstance(mark, dict) else mark
            yield kind, own.get("values", []), spec.get("encoding", {})

    def find(chart: Any, mark: str | None = None) -> list[Layer]:
        spec = spec_of(chart)
        named = {name: {"values": rows} for name, rows in spec.get("datasets", {}).items()}

        def resolved(part: Any) -> Any:
            if isinstance(part, dict):
                if set(part) == {"name"} and part["name"] in named:
                    return named[part["name"]]
                return {key: resolved(value) for key, value in part.items()}
            return [resolved(each) for each in part] if isinstance(part, list) else part

        spec = resolved({name: part for name, part in spec.items() if name != "datasets"})
        found = walk(spec, {})
        return [layer for layer in found if mark is None or layer[0] == mark]

    return find


@pytest.fixture(scope="session")
def subtitle_of(spec_of: Callable[[Any], dict[str, Any]]) -> Callable[[Any], str]:
    """Give a function that reads a chart's subtitle as one line."""
    return lambda chart: " ".join(spec_of(chart)["title"]["subtitle"])
