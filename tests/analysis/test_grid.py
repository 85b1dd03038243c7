"""Grids: every cell is an estimate of its own, computed once, and labelled."""

from __future__ import annotations

import doctest
import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.analysis import grid as grid_module  # fmt: skip
from wharfage.analysis import grid_axes, grid_cells, grid_reductions
from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.portion import columns_read
from wharfage.services import find_service, service_ids

ON = "2026-10-01"
PODS = {"vcpu": [0.25, 1, 3], "memory_gib": [0.5, 2, 9], "replicas": [None, 3]}
DEMAND = {"runs_per_month": [None, 5000.0], "requests_per_month": [None, 0, 2e7]}
LENGTHS = {"run_seconds": 90.5, "request_seconds": 0.25}
AXES: dict[str, dict[str, list[Any]]] = {
    "aws": {"region": ["us-east-1", "ap-northeast-2", "us-central1"], **PODS},
    "gcp": {"region": ["us-central1", "asia-northeast3", "eu-west-9"], **PODS},
}
MORE: dict[str, dict[str, list[Any]]] = {
    "aws.fargate": {"cpu_architecture": ["x86_64", "arm64"], "purchase_option": ["spot"]},
    "aws.ec2": {"instance_type": ["m5.large", "m7g.xlarge", "nosuch"], "node_count": [1, 2.5]},
    "aws.app_runner": {"min_instances": [0, 2]},
    "aws.cloudwatch_logs": {"log_class": ["standard", "vended"], "log_gib": [20_000, 5]},
    "aws.data_transfer": {"transfer_to": ["internet", "us-west-2", "x"], "transfer_gib": [20_000]},
    "aws.ebs": {"boot_disk_type": ["gp3", "pd-ssd"], "storage_gib": [40], "iops": [None, 4000]},
    "aws.eventbridge": {"event_kind": ["custom", "bus"], "events_per_month": [1e6]},
    "aws.load_balancer": {"load_balancer_type": ["application", None], "transfer_gib": [100]},
    "aws.eks_nodes": {"instance_type": ["m5.large", None]},
    "aws.ecs_ec2": {"instance_type": ["m5.large", None]},
    "aws.eks_auto_mode": {"instance_type": ["m5.large", "g6.xlarge"]},
    "aws.ecs_managed_instances": {"instance_type": ["m5.large", "g6.xlarge"]},
    "aws.eks": {"kubernetes_version": ["1.33", "1.20", None], "cluster_count": [1, 40]},
    "gcp.compute_engine": {
        "instance_type": ["n2-standard-4", "e2-medium"],
        "hours_per_month": [100, 730, 9999],
    },
    "gcp.load_balancer": {"load_balancer_type": ["global_external_application", None]},
    "gcp.gke_standard": {"instance_type": ["n2-standard-4", None], "zone_count": [1, 3]},
    "gcp.gke": {"cluster_type": ["autopilot", "regional"], "cluster_count": [1, 3]},
    "gcp.gke_autopilot": {
        "compute_class": ["general_purpose", "balanced"],
        "gpu_type": ["none", "nvidia-l4"],
        "bursting": [True, False],
    },
    "gcp.cloud_run": {"billing_mode": [None, "instance"], "concurrency": [1, 8]},
}


def axes_of(service: str) -> dict[str, list[Any]]:
    """Give axes of every kind for one service: what it reads, what not, legal and illegal."""
    return {**AXES[service.split(".", maxsplit=1)[0]], **DEMAND, **MORE.get(service, {})}


def plain(value: Any) -> Any:
    """Give a label as it would stand in a fleet."""
    return None if isinstance(value, float) and math.isnan(value) else value


@pytest.mark.parametrize("service", service_ids())
@pytest.mark.parametrize("free_tier", ["account", "none"])
def test_every_cell_is_an_estimate(service: str, free_tier: str) -> None:
    """A cell costs what its workload costs alone, and has the same reason."""
    axes, terms = axes_of(service), {"month": ["720h", "2026-02"], "on": [ON, "2025-11-01"]}
    cube = wf.grid(service, free_tier=free_tier, **terms, **axes, **LENGTHS)
    rng = random.Random(f"{service} {free_tier}")
    priced = np.argwhere(~np.isnan(cube["monthly_cost"].data)).tolist()
    places = [*rng.sample(priced, min(12, len(priced)))]
    places += [[rng.randrange(n) for n in cube["reason"].shape] for _ in range(12)]
    assert priced
    for place in places:
        at = dict(zip(cube["reason"].dims, place, strict=True))
        cell = {name: plain(values[at[name]]) for name, values in axes.items()}
        bill = wf.estimate(
            [{"service": service, **cell, **LENGTHS}],
            free_tier=free_tier,
            on=terms["on"][at["on"]],
            month=terms["month"][at["month"]],
        ).frame.iloc[0]
        found = cube.isel(at)
        for name in ("monthly_cost", "monthly_list_cost", "daily_cost"):
            assert float(found[name]) == pytest.approx(bill[name], rel=1e-12, nan_ok=True)
        reason = cube.attrs["reasons"][int(found["reason"])]
        told = bill["unpriced_reason"]
        assert reason == ("" if pd.isna(told) else told), cell


@pytest.mark.parametrize("service", service_ids())
def test_columns_not_read_change_nothing(service: str, book: wf.RateBook) -> None:
    """A column that a grid does not compute over has no influence on the cost of a service."""
    read = columns_read(find_service(service), book.table(service))
    base = {"service": service, **LENGTHS}
    base |= {name: next(filter(None, values)) for name, values in AXES[service[:3]].items()}
    base |= {name: values[0] for name, values in MORE.get(service, {}).items()}
    base |= {"vcpu": 1, "memory_gib": 2, "purchase_option": "on_demand"}
    if service == "gcp.cloud_run_jobs":
        base["runs_per_month"] = 10
    rows = [base]
    for name, column in FLEET_COLUMNS.items():
        if name not in read and name not in (*grid_axes.NO_AXES, *LENGTHS):
            is_number = column.kind in (Kind.NUMBER, Kind.COUNT)
            value = 2 if is_number else column.choices[-1] if column.choices else "false"
            rows.append({**base, name: value})
    for row in rows:
        row["billing_account"] = str(len(row)) + str(id(row))
    cost = wf.estimate(rows, on=ON).frame["monthly_cost"]
    assert cost.notna().all()
    assert (cost == cost[0]).all()


def test_axes_that_are_not_read_are_not_priced() -> None:
    """Only the axes that the service reads are priced; the others are views without strides."""
    told: list[tuple[int, int]] = []
    terms = {"region": "us-east-1", "progress": lambda *counts: told.append(counts)}
    axes = {"vcpu": [1, 2], "memory_gib": [4, 5, 6], "node_count": list(range(1000))}
    cube = wf.grid("aws.fargate", month=["720h", "730h"], **terms, **axes)
    assert cube.sizes == {"month": 2, "vcpu": 2, "memory_gib": 3, "node_count": 1000}
    assert told[-1] == (12, 12)
    assert all(values.data.strides[-1] == 0 for values in cube.data_vars.values())
    stacked = wf.grid(["aws.fargate", "aws.eks"], **terms, **axes)
    assert told[-1] == (7, 7)
    assert np.unique(stacked["monthly_cost"].sel(service="aws.eks").data).size == 1


def test_runs_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid priced in many small runs is the grid priced at once."""
    whole = wf.grid("gcp.cloud_run", **axes_of("gcp.cloud_run"), **LENGTHS)
    monkeypatch.setattr(grid_cells, "RUN", 37)
    parts = wf.grid("gcp.cloud_run", **axes_of("gcp.cloud_run"), **LENGTHS)
    assert whole[["monthly_cost", "monthly_list_cost", "daily_cost"]].equals(
        parts[["monthly_cost", "monthly_list_cost", "daily_cost"]]
    )
    words = [np.array(cube.attrs["reasons"])[cube["reason"]] for cube in (whole, parts)]
    assert (words[0] == words[1]).all()


def test_reasons_are_codes() -> None:
    """A cell without a price is NaN in every cost, and its code names the reason."""
    cube = wf.grid(
        "aws.fargate", on=ON, region=["us-east-1", "eu-west-9"], vcpu=[1, 17], memory_gib=8
    )
    reasons = cube.attrs["reasons"]
    assert reasons[0] == ""
    assert cube["reason"].dtype == np.int16
    assert int(cube["reason"].sel(region="us-east-1", vcpu=1)) == 0
    away = cube.sel(region="eu-west-9", vcpu=1)
    assert reasons[int(away["reason"])].startswith("unknown_region: 'eu-west-9'")
    assert all(np.isnan(away[name]) for name in ("monthly_cost", "monthly_list_cost", "daily_cost"))
    assert (np.isnan(cube["monthly_cost"]) == (cube["reason"] != 0)).all()


def test_more_reasons_than_small_codes(monkeypatch: pytest.MonkeyPatch, book: wf.RateBook) -> None:
    """Codes widen when there are more reasons than they can count."""
    said = grid_cells.Said()
    for number in range(40_000):
        said.code(f"reason {number}")
    monkeypatch.setattr("wharfage.analysis.grid.Said", lambda: said)
    cube = wf.grid("aws.fargate", region=["mars"], vcpu=1, memory_gib=2, rates=book)
    assert "mars" in cube.attrs["reasons"][int(cube["reason"][0])]


def test_dates_and_months_are_axes() -> None:
    """A date selects by its text, and a month scales what is priced per hour."""
    cube = wf.grid(
        "aws.fargate",
        on=["2024-01-01", ON],
        month=["730h", "365h"],
        region="ap-northeast-2",
        vcpu=0.5,
        memory_gib=1,
    )
    assert np.isnan(cube["monthly_cost"].sel(on="2024-01-01")).all()
    late = cube["monthly_cost"].sel(on=ON)
    assert float(late.sel(month="730h")) == pytest.approx(2 * float(late.sel(month="365h")))
    assert cube.attrs["on"] == ["2024-01-01", ON]
    assert cube.attrs["month"] == ["730h", "365h"]


def test_attributes_reproduce_the_grid(book: wf.RateBook) -> None:
    """Date, month, free tier, fixed columns, digest and assumptions are with the cube."""
    cube = wf.grid("aws.fargate", on=ON, region="us-east-1", vcpu=[1, 2], memory_gib=4)
    assert cube.attrs["rate_book_digest"] == book.digest
    assert (cube.attrs["on"], cube.attrs["month"], cube.attrs["free_tier"]) == (ON, "730h", "account")  # fmt: skip
    assert cube.attrs["fixed"] == {"service": "aws.fargate", "region": "us-east-1", "memory_gib": 4}
    assert "target_utilization" in cube.attrs["assumptions"]


def test_arrays_make_axes() -> None:
    """An array is a list, and a narrow number means its shortest decimal."""
    size = {"region": "us-east-1", "memory_gib": 2}
    narrow = wf.grid("aws.fargate", vcpu=np.array([0.25, 1], dtype=np.float32), **size)
    wide = wf.grid("aws.fargate", vcpu=[0.25, 1], **size)
    assert (narrow["monthly_cost"].data == wide["monthly_cost"].data).all()


def test_no_list_makes_one_cell() -> None:
    """Without any list there is one cell without axes."""
    cube = wf.grid("aws.fargate", region="us-east-1", vcpu=1, memory_gib=2)
    assert cube["monthly_cost"].shape == ()
    assert len(grid_reductions.top_k(cube)) == 1


def test_progress_counts_priced_cells() -> None:
    """Progress ends at the number of cells that were priced."""
    told: list[tuple[int, int]] = []
    axes = {"region": "us-east-1", "vcpu": [1, 2], "memory_gib": [4, 8], "node_count": [1, 2, 3]}
    wf.grid("aws.fargate", progress=lambda *counts: told.append(counts), **axes)
    assert told[-1] == (4, 4)


SIZE: dict[str, Any] = {"region": "us-east-1", "vcpu": 1, "memory_gib": 2}


@pytest.mark.parametrize(
    ("service", "keywords", "words"),
    [
        ("aws.fargate", {**SIZE, "regoin": ["x"]}, "did you mean 'region'"),
        ("aws.fargate", {**SIZE, "vcpu": []}, "'vcpu' has no value"),
        ("aws.fargate", {**SIZE, "vcpu": [1, 1.0]}, "more than once"),
        ("aws.fargate", {**SIZE, "vcpu": [[1], [2]]}, "no single value"),
        ("aws.fargate", {**SIZE, "vcpu": {1, 2}}, "neither a value nor a list"),
        ("aws.fargate", {**SIZE, "vcpu": ["a", "b"]}, "holds no number"),
        ("aws.fargate", {**SIZE, "workload": ["a"]}, "means nothing in a grid"),
        ("aws.fargate", {**SIZE, "on": [ON, "soon"]}, "is not a date"),
        ("aws.fargate", {**SIZE, "on": [ON, "2026-10-01 "]}, "more than once"),
        ("aws.fargate", {**SIZE, "month": ["730h", "yes"]}, "is not a month"),
        ("aws.fargate", {**SIZE, "free_tier": "all"}, "is not one of account"),
        ("aws.fargate", {"region": "us-east-1", "vcpu": [1]}, "'memory_gib' (needed by"),
        ([], SIZE, "'service' has no value"),
        (
            "aws.fargate",
            {**SIZE, "vcpu": range(100_000), "replicas": range(100_000)},
            "10,000,000,000 cells (vcpu 100,000 x replicas 100,000)",
        ),
    ],
)
def test_senseless_grids_are_refused(service: Any, keywords: dict[str, Any], words: str) -> None:
    """An argument that makes no sense raises before anything is priced, with a hint."""
    with pytest.raises(wf.WorkloadError) as caught:
        wf.grid(service, **keywords)
    assert words in str(caught.value)
    assert "Hint: " in str(caught.value)


def test_unknown_service_is_refused() -> None:
    """A service that is not there raises with the nearest name."""
    with pytest.raises(wf.UnknownServiceError, match=r"aws\.fargate"):
        wf.grid(["aws.fargat"], **SIZE)


def test_strict_counts_every_cell() -> None:
    """With strict, cells without a price raise, counted over the whole cube."""
    with pytest.raises(wf.UnpricedError, match="3 of 6 cells"):
        wf.grid("aws.fargate", **{**SIZE, "region": ["us-east-1", "mars"]}, node_count=[1, 2, 3], strict=True)  # fmt: skip


def test_cheapest_is_the_lowest_priced() -> None:
    """The cheapest label is that of the lowest cost, the first on a tie, none where none is."""
    services = ["aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run"]
    axes = {"region": ["us-east-1", "us-central1", "mars"], "vcpu": [0.5, 2], "memory_gib": [1, 4]}
    cube = wf.grid(services, on=ON, **axes)
    best = grid_reductions.cheapest(cube)
    assert best["monthly_cost"].equals(cube["monthly_cost"].min("service"))
    assert (best["service"].sel(region="us-east-1") == "aws.fargate").all()
    assert pd.isna(best["service"].sel(region="mars").data).all()
    apart = {service: wf.grid(service, on=ON, **axes) for service in services}
    assert grid_reductions.cheapest(apart).equals(best)
    assert grid_reductions.cheapest(iter(apart.items())).equals(best)
    codes = grid_reductions.cheapest(cube, as_codes=True)
    assert codes.attrs["labels"] == services
    assert (codes["service"].sel(region=["us-east-1", "mars"]).isin([0, -1])).all()
    with pytest.raises(wf.WorkloadError, match="no grid to compare"):
        grid_reductions.cheapest({})


def test_cheapest_of_grids_that_read_different_axes() -> None:
    """Grids over different axes are compared over all of them."""
    axes = {"region": "us-east-1", "vcpu": [1, 2], "memory_gib": [4, 8], "cluster_count": [0, 9]}
    services = ["aws.eks", "aws.fargate"]
    apart = grid_reductions.cheapest((service, wf.grid(service, **axes)) for service in services)
    whole = wf.grid(services, **axes)["monthly_cost"].min("service")
    assert apart["monthly_cost"].transpose(*whole.dims).equals(whole)
    assert (apart["service"].sel(cluster_count=0) == "aws.eks").all()


def test_cheapest_of_an_axis_without_influence() -> None:
    """Along an axis that changes nothing the first label is the cheapest."""
    cube = wf.grid("aws.fargate", **{**SIZE, "vcpu": [1, 2]}, node_count=[7, 8])
    best = grid_reductions.cheapest(cube, "node_count")
    assert best["node_count"].data.tolist() == [7, 7]
    with pytest.raises(wf.WorkloadError, match="no axis 'vcpus'"):
        grid_reductions.cheapest(cube, "vcpus")


def test_top_k_is_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The k cheapest cells come in order, cells without a price never, whatever the run length."""
    axes = {"region": ["mars", "us-east-1", "sa-east-1"], "vcpu": [4, 1, 2], "memory_gib": [8, 9]}
    cube = wf.grid("aws.fargate", **axes, node_count=[1, 2])
    monkeypatch.setattr(grid_reductions, "RUN", 4)
    found = grid_reductions.top_k(cube, 5)
    costs = np.sort(cube["monthly_cost"].isel(node_count=0).data.ravel())
    assert found["monthly_cost"].tolist() == costs[:5].tolist()
    assert len(grid_reductions.top_k(cube, 99)) == 12
    assert grid_reductions.top_k(cube, 0).empty


def test_factored_cube_has_the_same_extremes() -> None:
    """Minima and quantiles of the factored cube are those of the whole."""
    cube = wf.grid("aws.fargate", **{**SIZE, "vcpu": [0.5, 1, 2]}, node_count=list(range(5)))
    small = grid_reductions.factored(cube)
    assert small["monthly_cost"].dims == ("vcpu",)
    assert float(small["monthly_cost"].quantile(0.5)) == float(cube["monthly_cost"].quantile(0.5))
    assert (small["monthly_cost"] + 0 * cube["node_count"]).sizes == cube.sizes


@pytest.mark.parametrize("module", [grid_module, grid_reductions], ids=lambda m: m.__name__)
def test_examples_run(module: Any) -> None:
    """The examples in the documentation give what they say."""
    names = {"grid": wf.grid}
    assert doctest.testmod(module, extraglobs=names).failed == 0
