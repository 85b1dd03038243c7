"""The public verbs: estimate, and what a bill answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import IllegalSizeError, InvalidValueError, UnknownRateError
from wharfage.outputs.figures import money

ON = "2026-10-01"
TASK: dict[str, Any] = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
HOLES = [
    {**TASK, "workload": "good"},
    {**TASK, "workload": "lost", "region": "eu-west-9"},
    {**TASK, "workload": "huge", "vcpu": 1000},
]


def test_total_by_currency() -> None:
    """A total is by currency."""
    assert wf.estimate([TASK, TASK], on=ON).total() == pytest.approx({"USD": 72.0802})


def test_currency_is_that_of_the_table_story_30() -> None:
    """No currency is converted, and none is taken for another."""
    mixed = [TASK, {"service": "gcp.gke_autopilot", "region": "us-central1"}]
    assert list(wf.estimate(mixed, on=ON).total()) == ["USD"]


def test_total_refuses_holes_story_5() -> None:
    """A fleet with holes is not added up."""
    with pytest.raises(wf.UnpricedError, match=r"2 of 3 workloads have no price on 2026-10-01"):
        wf.estimate(HOLES, on=ON).total()


def test_refused_total_counts_and_places_each_reason() -> None:
    """Each reason says how many workloads it has, the first of them and its row."""
    with pytest.raises(wf.UnpricedError) as caught:
        wf.estimate(HOLES, on=ON).total()
    assert "in region 'eu-west-9' on 2026-10-01 (1 of 3 workloads, first 'lost' in row 2)" in str(
        caught.value
    )


def test_refused_total_lists_all_failures() -> None:
    """All unpriced workloads are in the frame of failures."""
    with pytest.raises(wf.UnpricedError) as caught:
        wf.estimate(HOLES, on=ON).total()
    assert caught.value.failures["workload"].tolist() == ["lost", "huge"]


def test_refused_total_has_typed_errors() -> None:
    """Each reason stands for a typed error."""
    with pytest.raises(wf.UnpricedError) as caught:
        wf.estimate(HOLES, on=ON).total()
    assert {type(error) for error in caught.value.errors} == {UnknownRateError, IllegalSizeError}


def test_refused_total_hints_a_region_story_4() -> None:
    """The hint of an unknown region is a known one."""
    with pytest.raises(wf.UnpricedError, match=r"Hint: did you mean 'eu-west-"):
        wf.estimate(HOLES[:2], on=ON).total()


def test_total_of_what_is_priced() -> None:
    """Asked to, a total adds what is priced and counts what is missing."""
    total = wf.estimate(HOLES, on=ON).total(strict=False)
    assert total == pytest.approx({"USD": 36.0401})
    assert (total.rows, total.missing) == (3, 2)


def test_total_in_words() -> None:
    """A total prints its amount and what is missing from it."""
    text = str(wf.estimate(HOLES, on=ON).total(strict=False))
    assert text == "36.04 USD per month (2 of 3 workloads unpriced and left out)"


def test_strict_raises() -> None:
    """A strict estimate raises for any hole."""
    with pytest.raises(wf.UnpricedError, match="2 of 3"):
        wf.estimate(HOLES, on=ON, strict=True)


def test_strict_passes_without_holes() -> None:
    """A strict estimate of a priced fleet is like any other."""
    assert wf.estimate([TASK], on=ON, strict=True).total()["USD"] == pytest.approx(36.0401)


def test_nothing_priced_is_no_total() -> None:
    """A fleet of unknown services has no total, not zero dollars."""
    assert wf.estimate([{"service": "azure"}]).total(strict=False) == {}


def test_date_defaults_to_the_newest_rate(book: wf.RateBook) -> None:
    """Without a date the newest date of any rate is used, and said."""
    assert wf.estimate([TASK]).on == book.newest_date


@pytest.mark.parametrize(
    "on", ["2026-10-01", dt.date(2026, 10, 1), dt.datetime(2026, 10, 1, 5, tzinfo=dt.UTC)]
)
def test_date_as_text_or_date(on: Any) -> None:
    """A date may be text or a date."""
    assert wf.estimate([TASK], on=on).on == dt.date(2026, 10, 1)


ARGUMENTS = [
    ({"on": "yesterday"}, "on='yesterday' is not a date"),
    ({"month": "31 days"}, "month='31 days' is not a month"),
    ({"free_tier": "acount"}, "did you mean 'account'"),
    ({"sizes": "exact"}, "sizes='exact' is not one of round_up, strict"),
    ({"before_first": "oldest"}, "before_first='oldest' is not one of nearest"),
    ({"assumptions": {"target_utilisation": 0.5}}, "did you mean 'target_utilization'"),
    ({"assumptions": {"target_utilization": "half"}}, "is not a number of 0.01 to 1"),
    ({"assumptions": {"target_utilization": 0}}, "is not a number of 0.01 to 1"),
    ({"assumptions": {"cloud_run_credit": "both"}}, "is not one of ['shared', 'per_mode']"),
]


@pytest.mark.parametrize(("arguments", "words"), ARGUMENTS, ids=str)
def test_senseless_arguments(arguments: dict[str, Any], words: str) -> None:
    """An argument that makes no sense is refused with these words."""
    with pytest.raises(InvalidValueError) as caught:
        wf.estimate([TASK], **arguments)
    assert words in str(caught.value)


def test_bill_knows_how_it_was_made(book: wf.RateBook) -> None:
    """A bill carries its date, month and the digest of its rates."""
    bill = wf.estimate([TASK], on=ON, month="720h")
    assert (bill.on, bill.month) == (dt.date(2026, 10, 1), "720h")
    assert bill.rate_book_digest == book.digest


def test_age_of_the_rates_is_said_story_31() -> None:
    """A date after the last rate says how old the rates are."""
    said = wf.estimate([TASK], on="2027-01-01").assumptions["on"]
    assert "days before that date" in said


def test_date_before_the_first_rate_story_31() -> None:
    """A date before the first rate has no price, and the first date is named."""
    reason = wf.estimate([TASK], on="2020-01-01").frame["unpriced_reason"].item()
    assert "not_yet_priced: first observed 2022-11-21" in reason


def test_nearest_rate_before_the_first_is_doubtful() -> None:
    """Asked to, an earlier date takes the oldest rate, and is doubtful."""
    frame = wf.estimate([TASK], on="2020-01-01", before_first="nearest").frame
    assert frame["cost_status"].item() == "doubtful"
    assert frame["monthly_cost"].item() == pytest.approx(36.0401)


def test_misspelt_columns_stay_with_the_bill() -> None:
    """A bill repeats the warning on a misspelt column."""
    with pytest.warns(wf.FleetWarning):
        bill = wf.estimate([{**TASK, "replica": 2}], on=ON)
    assert bill.warnings == ["Column 'replica' is not used: did you mean 'replicas'?"]


def test_warning_points_at_the_callers_line() -> None:
    """The warning names the user's file, not the library's."""
    with pytest.warns(wf.FleetWarning) as caught:
        wf.estimate([{**TASK, "replica": 2}], on=ON)
    assert Path(caught[0].filename) == Path(__file__)


def test_explain_shows_the_arithmetic() -> None:
    """An explanation has quantity, unit, price, product and SKU."""
    text = wf.estimate([{**TASK, "workload": "checkout"}], on=ON).explain("checkout")
    assert "730 vCPU-Hours x 0.04048 = 29.5504 USD" in text
    assert "8CESGAFWKAJ98PME" in text


def test_explain_shows_both_sizes() -> None:
    """An explanation says what was requested and what is billed."""
    text = wf.estimate([{**TASK, "vcpu": 0.9}], on=ON).explain("1")
    assert "requested 0.9 vCPU → billed 1 vCPU" in text


def test_explain_says_why_not() -> None:
    """The explanation of an unpriced workload is its reason."""
    text = wf.estimate(HOLES, on=ON).explain("lost")
    assert "unpriced: unknown_region: 'eu-west-9'" in text


@pytest.mark.parametrize("workload", [1, "1"])
def test_explain_takes_a_row_number(workload: str | int) -> None:
    """Workloads without ids are explained by row number."""
    assert "monthly cost  36.04 USD" in wf.estimate([TASK], on=ON).explain(workload)


def test_explain_unknown_workload() -> None:
    """An unknown workload is refused with a near one."""
    with pytest.raises(InvalidValueError, match="did you mean 'good'"):
        wf.estimate(HOLES, on=ON).explain("god")


def test_repr_is_short() -> None:
    """A bill in a notebook shows its total."""
    assert repr(wf.estimate([TASK], on=ON)) == (
        "<Bill of 1 workloads on 2026-10-01: 36.04 USD per month>"
    )


@pytest.mark.parametrize(
    ("amount", "text"), [(0.0416, "0.04"), (0.045, "0.05"), (1.005, "1.01"), (2.675, "2.68")]
)
def test_money_is_rounded_half_up_story_21(amount: float, text: str) -> None:
    """Only what is shown is rounded, and half a cent goes up."""
    assert money(amount) == text


def test_replicas_of_machines_and_clusters_are_said_not_to_count() -> None:
    """Machines and clusters have counts of their own: a fleet that says replicas is told so."""
    fleet = [
        {"service": "aws.ec2", "region": "us-east-1", "instance_type": "m5.large", "replicas": 40},
        {"service": "aws.eks", "region": "us-east-1", "replicas": 2},
        {"service": "aws.eks", "region": "us-east-1", "replicas": 1},
    ]
    bill = wf.estimate(fleet, on="2026-10-01")
    assert bill.frame["monthly_cost"].round(2).tolist() == [70.08, 73.0, 73.0]
    assert bill.assumptions["replicas_not_read"].endswith("(2 workloads)")
