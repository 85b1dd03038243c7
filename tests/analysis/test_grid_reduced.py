"""Reductions of grids that are never held, against xarray on the whole cube."""

from __future__ import annotations

import doctest
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import wharfage as wf
from wharfage.analysis import grid_reduced, grid_reducers, grid_reductions
from wharfage.engine import cells, factored, factored_costs, products, rivals
from wharfage.engine.plan import Options
from wharfage.services import service_ids
from wharfage.units import parse_month

from .test_grid import LENGTHS, ON, axes_of

SERVICES = ["aws.fargate", "gcp.gke_autopilot", "gcp.cloud_run", "aws.app_runner"]
AXES: dict[str, Any] = {
    "region": ["us-east-1", "us-central1", "mars"],
    "vcpu": [0.5, 2, 17],
    "memory_gib": [1, 4],
    "purchase_option": ["on_demand", "spot"],
    "hours_per_month": [0, 100, None, 9999],
    "replicas": [1, 2, 7],
}
TERMS = {"on": [ON, "2025-11-01"], "month": ["730h", "2026-02"]}


@pytest.fixture(scope="module")
def cube() -> xr.DataArray:
    """Costs of the whole cube."""
    return wf.grid(SERVICES, **TERMS, **AXES)["monthly_cost"]


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make blocks of a few cells."""
    monkeypatch.setattr(grid_reduced, "CELLS", 17)


def same(found: xr.DataArray, expected: xr.DataArray) -> None:
    """Compare two arrays, over the same axes in the same order."""
    assert found.dims == expected.dims
    scale = float(np.nanmax(np.abs(expected.data), initial=0.0))
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-12, atol=1e-15 * scale)


@pytest.mark.parametrize("service", service_ids())
@pytest.mark.parametrize(
    ("sizes", "limit", "block"), [("round_up", 2**18, 2**16), ("strict", 12, 999)]
)
def test_factored_costs_are_those_of_the_formulas(
    monkeypatch: pytest.MonkeyPatch, service: str, sizes: str, limit: int, block: int
) -> None:
    """Multiplied factor by factor, a cell costs what it costs as a workload."""
    axes = {**axes_of(service), **LENGTHS, "sizes": sizes, "on": ON, "month": ["2026-02"]}
    with monkeypatch.context() as patch:
        patch.setattr(cells.PricedGrid, "_factored", lambda _: None)
        expected = wf.grid([service], **axes)
    for module in (factored, factored_costs, products, rivals):
        monkeypatch.setattr(module, "LIMIT", limit)
    monkeypatch.setattr(grid_reduced, "CELLS", block)
    for found in (wf.grid([service], **axes), wf.grid([service], reduce="cheapest", **axes)):
        cost = found["monthly_cost"].broadcast_like(expected["monthly_cost"])
        cost = cost.transpose(*expected["monthly_cost"].dims)
        gross = np.nan_to_num(expected["monthly_list_cost"].data)
        off = np.abs(cost.data - expected["monthly_cost"].data)
        assert (np.isnan(cost.data) == np.isnan(expected["monthly_cost"].data)).all()
        assert (np.nan_to_num(off) <= 1e-12 * gross).all()


@pytest.mark.parametrize("service", ["aws.fargate", "gcp.gke_autopilot", "gcp.compute_engine"])
def test_reasons_and_notes_are_those_of_the_formulas(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """What is said of a cube does not depend on how it was priced."""
    axes = {**axes_of(service), **LENGTHS}
    found = wf.grid(service, **axes)
    monkeypatch.setattr(cells.PricedGrid, "_factored", lambda _: None)
    expected = wf.grid(service, **axes)
    words = [np.array(each.attrs["reasons"])[each["reason"]] for each in (found, expected)]
    assert (words[0] == words[1]).all()
    assert found.attrs["assumptions"] == expected.attrs["assumptions"]


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("how", ["min", "max", "mean", "sum", "median", "q05", "q99", "q100"])
@pytest.mark.parametrize(
    "over",
    ["service", "on", ["month", "replicas"], ["region", "service"], ["hours_per_month", "vcpu"]],
)
def test_reductions_are_those_of_xarray(cube: xr.DataArray, how: str, over: Any) -> None:
    """Reduced while it is priced, or afterwards: the numbers, the axes and the gaps are the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = wf.grid(SERVICES, reduce=how, over=over, **TERMS, **AXES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # xarray warns of groups without any number
        if how == "sum":
            expected = cube.sum(over, min_count=1)
        elif how.startswith("q"):
            expected = cube.quantile(int(how[1:]) / 100, over).drop_vars("quantile")
        else:
            expected = getattr(cube, how)(over)
    same(found["monthly_cost"], expected)
    assert (found["unpriced"] == np.isnan(cube).sum(over)).all()


@pytest.mark.parametrize("how", ["min", "sum", "mean", "median"])
def test_a_cube_reduces_to_one_number(cube: xr.DataArray, how: str) -> None:
    """Over all axes a single number is left."""
    found = wf.grid(SERVICES, reduce=how, over=list(cube.dims), **TERMS, **AXES)
    assert found["monthly_cost"].shape == ()
    assert float(found["monthly_cost"]) == pytest.approx(float(getattr(cube, how)()), rel=1e-12)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("axis", ["service", "region", "replicas", "on", "month"])
def test_cheapest_is_that_of_the_held_cube(cube: xr.DataArray, axis: str) -> None:
    """The cheapest label, its cost and the gaps are those found in the whole cube."""
    found = wf.grid(SERVICES, reduce="cheapest", over=axis, **TERMS, **AXES)
    same(found["monthly_cost"], cube.min(axis))
    held = grid_reductions.cheapest(cube.to_dataset(), axis, as_codes=True)
    assert (found[axis] == held[axis]).all()
    assert found.attrs["labels"] == cube[axis].data.tolist()


def test_the_first_of_equally_cheap_services_wins() -> None:
    """Services that cost the same, hour by hour, or nothing at all: the first is named."""
    axes = {"region": "us-east-1", "vcpu": [1, 2], "memory_gib": [4], "hours_per_month": [0, 9]}
    for services in (["aws.fargate", "aws.fargate_eks"], ["aws.fargate_eks", "aws.fargate"]):
        found = wf.grid(services, reduce="cheapest", **axes)
        assert not found["service"].sel(hours_per_month=0).any()


def test_services_with_the_same_hours_are_compared_without_them() -> None:
    """Neighbours that are billed for the same hours are one rival; credits keep one apart."""
    axes = {name: pd.Index(AXES[name]) for name in ("vcpu", "memory_gib")}
    axes |= {"region": pd.Index(["us-central1"]), "hours_per_month": pd.Index([1.0, 730.0])}
    services = ["gcp.cloud_run_worker_pools", "gcp.gke_autopilot"]
    book = wf.RateBook.bundled()
    for free_tier, expected in (("none", 1), ("account", 2)):
        options = [Options(on=book.newest_date, month=parse_month("730h"), free_tier=free_tier)]
        plan = grid_reduced.ReducedGrid(services, {}, axes, {"on": 1, "month": 1}, book, options)
        found = rivals.rivals([row[0] for row in plan.grids], np.dtype(np.uint8))
        assert len(found) == expected


def test_only_positions_need_no_costs(cube: xr.DataArray) -> None:
    """Without costs the positions, or the counts, are all there is."""
    best = wf.grid(SERVICES, reduce="cheapest", costs=False, **TERMS, **AXES)
    assert list(best) == ["service"]
    assert best["service"].dtype == np.int8
    count = wf.grid(SERVICES, reduce="max", costs=False, over="on", **TERMS, **AXES)
    assert list(count) == ["unpriced"]
    assert (count["unpriced"] == np.isnan(cube).sum("on")).all()


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("count", [0, 1, 25, 100_000])
def test_top_finds_the_cheapest_cells(cube: xr.DataArray, count: int) -> None:
    """The k cheapest cells of a grid that is never held are those of the held one."""
    found = wf.grid(SERVICES, reduce=f"top{count}", node_count=[1, 2], **TERMS, **AXES)
    expected = grid_reductions.top_k(cube.to_dataset(), count)
    assert "node_count" not in found
    assert found["rank"].data.tolist() == list(range(1, len(expected) + 1))
    np.testing.assert_allclose(found["monthly_cost"], expected["monthly_cost"], rtol=1e-12)
    for name, place in zip(cube.dims, range(99), strict=False):
        chosen = found[str(name)].data[:1].tolist()
        assert chosen == expected[name].to_numpy()[:1].tolist(), place


def test_one_cell_is_reduced_too() -> None:
    """A grid without any axis but the services has a cheapest one."""
    found = wf.grid(SERVICES, reduce="cheapest", region="us-east-1", vcpu=1, memory_gib=2)
    assert found["monthly_cost"].shape == ()
    assert found.attrs["labels"][int(found["service"])] in SERVICES


def test_attributes_say_what_was_reduced() -> None:
    """The reduction is written beside the date and the digest."""
    found = wf.grid(SERVICES, reduce="q95", over=["service", "on"], **TERMS, **AXES)
    assert (found.attrs["reduce"], found.attrs["over"]) == ("q95", ["service", "on"])
    assert found.attrs["on"] == [ON, "2025-11-01"]


def test_progress_counts_every_cell(cube: xr.DataArray) -> None:
    """Progress ends at the number of cells of the cube."""
    told: list[tuple[int, int]] = []
    wf.grid(SERVICES, reduce="min", progress=lambda *n: told.append(n), **TERMS, **AXES)
    assert told[-1] == (cube.size, cube.size)


@pytest.mark.parametrize(
    ("how", "over", "words"),
    [
        ("cheapst", None, "did you mean 'cheapest'"),
        ("q101", None, "is no reduction"),
        ("top", None, "is no reduction"),
        ("min", "vcpus", "did you mean 'vcpu'"),
        ("min", [], "one or more different axes, not none"),
        ("min", ["on", "on"], "one or more different axes"),
        ("cheapest", ["on", "service"], "takes one axis"),
        ("top3", "service", "of the whole grid"),
    ],
)
def test_senseless_reductions_are_refused(how: str, over: Any, words: str) -> None:
    """A reduction that makes no sense raises before anything is priced."""
    with pytest.raises(wf.WorkloadError) as caught:
        wf.grid(SERVICES, reduce=how, over=over, **TERMS, **AXES)
    assert words in str(caught.value)
    assert "Hint: " in str(caught.value)


def test_quantiles_of_huge_groups_are_refused() -> None:
    """A quantile holds its group; one that cannot be held is refused."""
    axes = {"vcpu": range(1, 17), "memory_gib": range(1, 121), "replicas": range(1, 90_001)}
    with pytest.raises(wf.WorkloadError, match="172,800,000 cells for each"):
        wf.grid("aws.fargate", reduce="median", over=list(axes), region="us-east-1", **axes)


def test_what_is_left_must_be_held() -> None:
    """Not the cells of a grid are limited, but those that are left of it."""
    axes = {"vcpu": range(1, 17), "memory_gib": range(1, 121), "replicas": range(1, 2_000_001)}
    with pytest.raises(wf.WorkloadError, match=r"3,840,000,000 cells \(vcpu 16 x memory_gib 120"):
        wf.grid(["aws.fargate"], reduce="min", region="us-east-1", **axes)


def test_strict_takes_no_reduction() -> None:
    """Strict needs reasons, and a reduction keeps none."""
    with pytest.raises(wf.WorkloadError, match="strict=True looks at the reason"):
        wf.grid(SERVICES, reduce="min", strict=True, **TERMS, **AXES)


@pytest.mark.parametrize("module", [grid_reduced, grid_reducers], ids=lambda m: m.__name__)
def test_examples_run(module: Any) -> None:
    """The examples in the documentation give what they say."""
    assert doctest.testmod(module).failed == 0
