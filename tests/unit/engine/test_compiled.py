"""The compiled kernel agrees with numpy's, for every service that it knows, and is used on purpose."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import wharfage as wf
from wharfage.columns import FLEET_COLUMNS, Kind
from wharfage.engine.compiled import kernel
from wharfage.engine.compiled.source import NAME
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.portion import columns_read
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError, MissingExtraError
from wharfage.rates.table import RateTable
from wharfage.services import find_service, service_ids
from wharfage.units import parse_month

ROWS = 400
OPTIONS = Options(on=dt.date(2026, 10, 1), month=parse_month("730h"))

#: services without graduated tiers that numpy prices nevertheless, and why
BY_NUMPY = {
    "gcp.compute_engine": "sustained use by parts of the month",
    "gcp.gke_standard": "sustained use by parts of the month",
}


def has_tiers(service: str) -> bool:
    """Say whether a price of a service depends on what the rest of the account uses."""
    return any(meter.is_tiered for meter in wf.RateBook.bundled().table(service).meters.values())


COMPILED = tuple(name for name in service_ids() if name not in BY_NUMPY and not has_tiers(name))

#: services of the core, compiled for real; the others run the same source uncompiled, for speed
CORE = ("aws.fargate", "gcp.cloud_run", "gcp.gke_autopilot")

PLAIN = [0.25, 0.5, 1.0, 2.0, 4.0, 0.1 + 0.2]
ODD = [np.nan, 0.0, 7.9, 16.0, 30.1, 130.0, 3700.0]
COUNTS = [np.nan, 0.0, 1.0, 1.0, 2.0, 3.0]


def interpreted(text: str) -> Callable[..., None]:
    """Make a function of a source without compiling it."""
    names: dict[str, Any] = {"np": np}
    exec(text, names)  # noqa: S102  what the kernel compiles

    def run(*arguments: Any) -> None:
        # Python's own numbers raise where numpy's, as compiled ones, give infinity.
        own = [np.float64(value) if isinstance(value, float) else value for value in arguments]
        with np.errstate(all="ignore"):
            names[NAME](*own)

    return run


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test as a process that has priced nothing, with no switch set."""
    monkeypatch.delenv(kernel.SWITCH, raising=False)
    kernel._asked.clear()


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Run sources as they are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "compile_source", interpreted)
        patch.setattr(kernel, "find_spec", lambda _: True)
        yield


def words_of(name: str, table: RateTable) -> list[str]:
    """List words that a column may hold for a service, the default or a priced one first."""
    column = FLEET_COLUMNS[name]
    if column.kind is Kind.FLAG:
        return ["true", "false"]
    if name == "region":
        priced = sorted({place for meter in table.meters.values() for place in meter.places})
        return [*(region for region in table.regions if region in priced)][:8] or ["us-east-1"]
    keyed = {
        word
        for meter in table.meters.values()
        for variant, words in zip(meter.variants, meter.values, strict=True)
        if variant == name
        for word in words
    }
    return list(column.choices) or sorted(keyed)[:8] or ["1.33"]


def random_column(name: str, table: RateTable, rows: int, rng: np.random.Generator) -> list[Any]:
    """Draw cells of a column, mostly plain ones; one column in four holds one value throughout."""
    column = FLEET_COLUMNS[name]
    own = rows if rng.integers(4) else 1
    if column.kind in (Kind.NUMBER, Kind.COUNT):
        plain = COUNTS if column.kind is Kind.COUNT else PLAIN
        cells = np.where(rng.random(own) < 0.9, rng.choice(plain, own), rng.choice(ODD, own))
        cells = np.clip(
            cells if column.kind is Kind.NUMBER else np.ceil(cells), column.minimum, column.maximum
        )
        return list(np.broadcast_to(cells, rows))
    words = np.array([*words_of(name, table), None], dtype=object)
    weights = np.where(np.arange(len(words)) == 0, 10.0 * len(words), 1.0)
    if name == "region":
        weights = np.where(words == None, 0.1, 1.0)  # noqa: E711  elementwise
    return list(np.broadcast_to(rng.choice(words, own, p=weights / weights.sum()), rows))


def random_fleet(service: str, seed: int, rows: int = ROWS) -> pd.DataFrame:
    """Draw workloads of a service: all demand kinds and options, empty cells, faults, two accounts."""
    book, rng = wf.RateBook.bundled(), np.random.default_rng(seed)
    table = book.table(service)
    cells = {
        name: random_column(name, table, rows, rng)
        for name in sorted(columns_read(find_service(service), table))
    }
    kinds = rng.integers(0, 3, rows)
    if "runs_per_month" in cells:
        cells["runs_per_month"] = list(np.where(kinds == 1, 10.0, np.nan))
    if "requests_per_month" in cells:
        cells["requests_per_month"] = list(np.where(kinds == 2, 1e6, np.nan))
    cells["billing_account"] = list(rng.choice(["a", "b"], rows))
    return pd.DataFrame({"service": [service] * rows, **cells})


def priced_both_ways(
    frame: pd.DataFrame, options: Options = OPTIONS
) -> tuple[PricedFleet, PricedFleet]:
    """Price a fleet with numpy, then with the other kernel."""
    fleet, book = encode_fleet(frame), wf.RateBook.bundled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel.SWITCH, "never")
        by_numpy = price_fleet(fleet, book, options)
        patch.setenv(kernel.SWITCH, "always")
        return by_numpy, price_fleet(fleet, book, options)


def assert_agree(by_numpy: PricedFleet, compiled: PricedFleet) -> None:
    """Check that costs agree within 1e-12, and reasons, marks and credits are the same."""
    for name, expected in by_numpy.services.items():
        found = compiled.services[name]
        for part in ("list_cost", "effective_cost"):
            np.testing.assert_allclose(getattr(found, part), getattr(expected, part), rtol=1e-12)
        assert found.credits.keys() == expected.credits.keys()
        for pool, credit in expected.credits.items():
            np.testing.assert_allclose(found.credits[pool], credit, rtol=1e-12)
    np.testing.assert_array_equal(compiled.reasons.text(), by_numpy.reasons.text())
    np.testing.assert_array_equal(compiled.lower_bound, by_numpy.lower_bound)
    np.testing.assert_array_equal(compiled.doubtful, by_numpy.doubtful)
    np.testing.assert_allclose(compiled.monthly_cost, by_numpy.monthly_cost, rtol=1e-12)


def is_written(service: str) -> bool:
    """Say whether a random fleet of a service is priced by the loop that is compiled."""
    fleet, book = encode_fleet(random_fleet(service, 1, 50)), wf.RateBook.bundled()
    plan = price_fleet(fleet, book, OPTIONS).services[service].plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel.SWITCH, "always")
        return kernel.compile_plan(plan, OPTIONS) is not None


@pytest.mark.usefixtures("uncompiled")
def test_services_that_compile() -> None:
    """Every service is compiled but those with graduated tiers, and those whose reason stands above."""
    written = {name for name in service_ids() if is_written(name)}
    left = set(COMPILED) - written
    assert not left, (
        f"{sorted(left)} can be priced by numpy only: a formula does more than broadcast;"
        " if it has to, add a line with the reason to BY_NUMPY in tests/unit/engine/test_compiled.py"
    )
    assert not written & set(BY_NUMPY), "compiled now: take it out of BY_NUMPY"


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("service", COMPILED)
def test_the_loop_agrees_with_numpy(service: str) -> None:
    """Random fleets of a service cost the same in the loop that is compiled, row by row."""
    for seed in range(3):
        assert_agree(*priced_both_ways(random_fleet(service, seed)))


@pytest.mark.parametrize("service", CORE)
def test_the_compiled_loop_agrees_with_numpy(service: str) -> None:
    """Random fleets of a core service cost the same when the loop is compiled."""
    pytest.importorskip("numba")
    by_numpy, compiled = priced_both_ways(random_fleet(service, 0, 4 * ROWS))
    assert_agree(by_numpy, compiled)
    assert np.isfinite(compiled.monthly_cost).any()


@pytest.mark.usefixtures("uncompiled")
@settings(max_examples=15)
@given(
    st.sampled_from(["aws.fargate", "aws.fargate_eks", "gcp.cloud_run", "gcp.gke_autopilot"]),
    st.integers(0, 10_000),
    st.dates(dt.date(2023, 1, 1), dt.date(2026, 10, 1)),
    st.sampled_from(["round_up", "strict"]),
    st.sampled_from(["account", "none"]),
    st.sampled_from([None, "nearest"]),
)
def test_any_date_and_option_agrees(
    service: str, seed: int, on: dt.date, sizes: str, free_tier: str, before_first: str | None
) -> None:
    """On any date, with strict sizes, without credits or before the first rate, both agree."""
    options = replace(OPTIONS, on=on, sizes=sizes, free_tier=free_tier, before_first=before_first)
    assert_agree(*priced_both_ways(random_fleet(service, seed, 60), options))


FARGATE = pd.DataFrame(
    {
        "service": "aws.fargate",
        "region": "us-east-1",
        "vcpu": [0.25, 0.3, 1.0, 40.0],
        "memory_gib": [0.5, 1.0, 3.0, 8.0],
        "purchase_option": ["on_demand", "spot", "on_demand", "on_demand"],
    }
)


@pytest.mark.usefixtures("uncompiled")
def test_ranges_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet that is priced range by range costs the same; each unusual row has its reason."""
    monkeypatch.setattr(kernel, "RANGE", 3)
    by_numpy, compiled = priced_both_ways(pd.concat([FARGATE] * 5, ignore_index=True))
    assert_agree(by_numpy, compiled)
    assert np.flatnonzero(compiled.reasons.any).tolist() == [3, 7, 11, 15, 19]


def plan_of(frame: pd.DataFrame, on: str = "2026-10-01") -> kernel.CompiledPlan:
    """Compile the plan of a fleet of one service."""
    options = replace(OPTIONS, on=dt.date.fromisoformat(on))
    priced = price_fleet(encode_fleet(frame), wf.RateBook.bundled(), options)
    (result,) = priced.services.values()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel.SWITCH, "always")
        found = kernel.compile_plan(result.plan, options)
    assert found is not None
    return found


@pytest.mark.usefixtures("uncompiled")
def test_another_date_has_the_same_source() -> None:
    """Prices, tables and numbers are arguments: another date needs no new compilation."""
    on_demand = FARGATE.iloc[[0, 2]]
    assert plan_of(on_demand, "2025-06-01").source.text == plan_of(on_demand).source.text


@pytest.mark.usefixtures("uncompiled")
def test_only_what_is_needed_is_read() -> None:
    """Of an always-on Fargate fleet only sizes and key codes are read, nothing that is constant."""
    columns = plan_of(FARGATE.iloc[:3]).source
    lengths = [
        len(own) for own, cut in zip(columns.arguments, columns.is_column, strict=True) if cut
    ]
    assert lengths == [3, 3, 3]


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("formula", [len, list, float, np.sum])
def test_formulas_that_need_arrays_are_left_to_numpy(formula: Callable[[Any], Any]) -> None:
    """A service that needs whole columns at once is priced by numpy, without a word."""
    plan = plan_of(FARGATE).plan
    service = replace(plan.service, quantities=lambda columns, _: formula(columns["vcpu"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel.SWITCH, "always")
        assert kernel.compile_plan(replace(plan, service=service), OPTIONS) is None


def asked(rows: int, times: int = 1) -> NDArray[np.bool_]:
    """Ask for a fleet of so many rows, again and again: whether each is to be compiled."""
    return np.array([kernel._is_wanted("aws.fargate", rows) for _ in range(times)])


@pytest.mark.usefixtures("uncompiled")
def test_a_small_fleet_is_left_to_numpy() -> None:
    """Fleets below the smallest size are never compiled, however often they are priced."""
    assert not asked(kernel.MINIMUM_ROWS - 1, 200).any()


@pytest.mark.usefixtures("uncompiled")
def test_a_large_fleet_is_compiled_once_it_pays() -> None:
    """Ten million rows are compiled when they are priced for the fifth time."""
    assert asked(10_000_000, 6).tolist() == [False] * 4 + [True] * 2


@pytest.mark.usefixtures("uncompiled")
def test_never_means_never(monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch turns compiling off."""
    monkeypatch.setenv(kernel.SWITCH, "never")
    assert not asked(kernel.WORTH_ROWS).any()


def test_a_wrong_switch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch that says what it cannot is a fault with the words it takes."""
    monkeypatch.setenv(kernel.SWITCH, "yes")
    with pytest.raises(InvalidValueError, match="WHARFAGE_FAST='yes' is not one of auto, always"):
        asked(1)


def test_without_numba_numpy_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, fleets of any size are left to numpy."""
    monkeypatch.setattr(kernel, "find_spec", lambda _: None)
    assert not asked(kernel.WORTH_ROWS).any()


def test_without_numba_always_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants compiled code without the extra is told what to install."""
    monkeypatch.setattr(kernel, "find_spec", lambda _: None)
    monkeypatch.setenv(kernel.SWITCH, "always")
    with pytest.raises(MissingExtraError, match="needs numba"):
        asked(1)


def test_a_small_estimate_loads_no_compiler() -> None:
    """Pricing a small fleet imports no numba."""
    code = (
        "import sys, wharfage as wf;"
        "wf.estimate([{'service': 'aws.fargate', 'region': 'us-east-1', 'vcpu': 1, 'memory_gib': 2}]);"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
