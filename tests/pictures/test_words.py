"""Titles, options and faults of pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wharfage as wf
from wharfage.errors import InvalidValueError, MissingExtraError, UnpricedError
from wharfage.outputs.pictures.words import compact, spread


def test_every_picture_says_what_it_shows_and_in_what(
    charts: dict[str, Any], spec_of: Callable[[Any], dict[str, Any]]
) -> None:
    """Each title names its unit, or is about who is cheapest and needs none."""
    for kind, chart in charts.items():
        title = " ".join(spec_of(chart)["title"]["text"])
        assert "[USD per" in title or "[vCPU and GiB]" in title or kind == "surface"


def test_every_picture_says_which_rates(
    charts: dict[str, Any], subtitle_of: Callable[[Any], str], bill: wf.Bill
) -> None:
    """Each subtitle names the date and the rate book."""
    for chart in charts.values():
        assert "2026-10-01" in subtitle_of(chart)
        assert bill.rate_book_digest in subtitle_of(chart)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("ranking", "USD per month"),
        ("break_even", "requests per month"),
        ("waste", "memory [GiB]"),
        ("history", "USD per vCPU-Hours"),
    ],
)
def test_axes_name_their_units(
    charts: dict[str, Any], spec_of: Callable[[Any], dict[str, Any]], kind: str, title: str
) -> None:
    """An axis says what it counts, and in what."""
    assert f'"title": "{title}"' in json.dumps(spec_of(charts[kind]))


def test_unknown_kind_is_a_fault_with_a_hint(bill: wf.Bill) -> None:
    """A kind that is nearly one gets its name."""
    with pytest.raises(InvalidValueError, match="no picture 'wast' of a Bill") as fault:
        wf.plot(bill, "wast")
    assert fault.value.hint == "did you mean 'waste'?"


def test_kind_of_another_result_says_of_which(bill: wf.Bill) -> None:
    """A kind that other results have says which ones."""
    with pytest.raises(InvalidValueError) as fault:
        wf.plot(bill, "tornado")
    assert fault.value.hint == "it has components, waste; 'tornado' is a picture of a Ranges."


def test_unknown_option_is_a_fault_with_a_hint(bill: wf.Bill) -> None:
    """An option that is nearly one gets its name."""
    with pytest.raises(InvalidValueError, match="'components' has no option 'tpo'") as fault:
        wf.plot(bill, tpo=3)
    assert fault.value.hint == "did you mean 'top'?"


def test_no_picture_of_anything_else() -> None:
    """A frame is no result."""
    with pytest.raises(InvalidValueError, match="no picture of a DataFrame") as fault:
        wf.plot(pd.DataFrame())
    assert fault.value.hint is not None
    assert "Comparison" in fault.value.hint


def test_history_needs_a_service(book: wf.RateBook) -> None:
    """Without a service there is nothing to draw."""
    with pytest.raises(InvalidValueError, match="prices of which service"):
        wf.plot(book)


def test_grouping_by_a_column_that_is_not_there(bill: wf.Bill) -> None:
    """A column that the fleet lacks is named."""
    with pytest.raises(InvalidValueError, match="no column 'taem'") as fault:
        bill.plot(by="taem")
    assert fault.value.hint == "did you mean 'team'?"


@pytest.mark.parametrize("kind", ["ranking", "regions"])
def test_a_picture_has_at_least_one_bar(comparison: wf.Comparison, kind: str) -> None:
    """Nothing cannot be drawn."""
    with pytest.raises(InvalidValueError, match="top is 0"):
        comparison.plot(kind, top=0)


def test_nothing_priced_is_nothing_to_draw() -> None:
    """A fleet without any price is no picture of 0."""
    lost = {"service": "aws.fargate", "region": "eu-west-9", "vcpu": 1, "memory_gib": 2}
    with pytest.raises(UnpricedError, match="none of 1 workloads has a price"):
        wf.estimate([lost], on="2026-10-01").plot()
    found = wf.ranges([lost], inputs={"replicas": (1, 3)}, draws=64, on="2026-10-01")
    for kind in ("fan", "tornado"):
        with pytest.raises(UnpricedError, match=r"none of 1 (workload|scenario)s has a price"):
            wf.plot(found, kind)


def test_a_fleet_that_costs_nothing_is_a_picture(layers_of: Callable[..., list[Any]]) -> None:
    """Nothing that runs costs 0, and that is a number."""
    idle = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    chart = wf.estimate([{**idle, "replicas": 0}], on="2026-10-01").plot()
    assert [row["text"] for row in layers_of(chart, "text")[0][1]] == ["0.00"]


def test_missing_extra_names_the_line_to_install(
    bill: wf.Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without altair the fault says what to type."""
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError) as fault:
        bill.plot()
    assert fault.value.hint == "pip install 'wharfage[report]'"


def test_pricing_needs_no_altair() -> None:
    """Neither the library nor a bill loads altair."""
    code = (
        "import sys, wharfage as wf; wf.estimate([{'service': 'aws.fargate', 'region':"
        " 'us-east-1', 'vcpu': 1, 'memory_gib': 2}]); print('altair' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_many_rows_are_no_fault(layers_of: Callable[..., list[Any]]) -> None:
    """Altair's limit of 5,000 rows does not stop a picture."""
    from wharfage.outputs.pictures.theme import load_altair, rows_of

    rows = rows_of(pd.DataFrame({"x": np.arange(6000.0)}))
    chart = load_altair().Chart(rows).mark_point().encode(x="x:Q")
    assert len(layers_of(chart, "point")[0][1]) == 6000


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_names_keep_their_distance_and_order(places: list[float]) -> None:
    """Moved apart, no two names are nearer than the gap, and their order stays."""
    moved = spread(np.array(places), 10.0, 0.0, 100.0)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= 10.0 - 1e-9).all()
    assert moved.min() >= -1e-9
    assert moved.max() <= 100.0 + 1e-9


def test_compact_numbers_round_half_up() -> None:
    """A number of three digits is rounded half up, as all that is shown."""
    assert [compact(v) for v in (0, 1.125, 12_345, 999_500_000.0)] == [
        "0",
        "1.13",
        "12.3k",
        "1,000M".replace(",", ""),
    ]
