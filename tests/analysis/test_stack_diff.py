"""What a change costs: rows matched by id, columns that changed, totals, and the gate."""

from __future__ import annotations

from typing import Any

import pytest

import wharfage as wf
from wharfage.analysis.stack_diff import of_one_currency, parse_gate
from wharfage.outputs.diffs import markdown

WEB = {
    "workload": "web",
    "service": "aws.fargate",
    "region": "us-east-1",
    "vcpu": 0.5,
    "memory_gib": 1,
}
#: 0.5 vCPU x 0.04048 + 1 GiB x 0.004445, 730 hours
COST = (0.5 * 0.04048 + 0.004445) * 730


def found(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Any:
    """Compare two fleets."""
    return wf.diff(before, after, on="2026-10-01")


def test_a_changed_row_says_which_columns() -> None:
    """Two replicas more cost twice 18.02 more."""
    row = found([{**WEB, "replicas": 1}], [{**WEB, "replicas": 3}]).rows.iloc[0]
    assert (row["change_kind"], row["why"]) == ("changed", "replicas 1 → 3")
    assert row["change"] == pytest.approx(2 * COST)
    assert row["percent"] == pytest.approx(200)


def test_added_and_removed_rows() -> None:
    """A row that only one side has is added or removed, at its whole cost."""
    rows = found([WEB], [{**WEB, "workload": "api"}]).rows.set_index("workload")
    assert rows.loc["api", ["change_kind", "change"]].tolist() == ["added", pytest.approx(COST)]
    assert rows.loc["web", ["change_kind", "change"]].tolist() == ["removed", pytest.approx(-COST)]


def test_nothing_changes() -> None:
    """The same fleet, its numbers written otherwise, is unchanged."""
    rows = found([WEB], [{**WEB, "vcpu": "0.50"}]).rows
    assert rows["change_kind"].tolist() == ["unchanged"]


def test_version_texts_are_not_numbers() -> None:
    """1.30 is not 1.3."""
    row = {"workload": "c", "service": "aws.eks", "region": "us-east-1"}
    pair = [{**row, "kubernetes_version": text} for text in ("1.33", "1.330")]
    assert found(pair[:1], pair[1:]).rows["why"][0] == "kubernetes_version 1.33 → 1.330"


def test_totals_add_up() -> None:
    """The total is after less before."""
    total = found([WEB], [WEB, {**WEB, "workload": "api"}]).totals.iloc[0]
    assert total["change"] == pytest.approx(COST)
    assert total["percent"] == pytest.approx(100)


def test_an_unpriced_side_is_no_saving_story_5() -> None:
    """A row that loses its price is in neither total: the change is 0, not a saving."""
    result = found([WEB], [{**WEB, "region": "eu-west-9"}])
    assert result.unpriced == 1
    assert result.totals["change"].eq(0).all()
    assert "after: unknown_region" in result.rows["note"][0]


@pytest.mark.parametrize(
    ("gate", "is_over"),
    [("99%", True), ("100%", False), ("18USD", True), ("18.03 USD", False), ("0%", True)],
)
def test_the_gate(gate: str, is_over: bool) -> None:
    """A fleet that doubles from 18.02 to 36.04 exceeds 99 %, not 100 %; 18 USD, not 18.03."""
    result = found([WEB], [{**WEB, "replicas": 2}])
    assert result.exceeds(parse_gate(gate)) is is_over


def test_from_nothing_exceeds_every_percentage() -> None:
    """A first workload is an increase without bounds."""
    free = {**WEB, "replicas": 0}
    assert found([free], [WEB]).exceeds(parse_gate("1000%"))


def test_a_decrease_exceeds_nothing() -> None:
    """What costs less passes the strictest gate."""
    assert not found([{**WEB, "replicas": 2}], [WEB]).exceeds(parse_gate("0%"))


@pytest.mark.parametrize("text", ["5", "%", "-5%", "five%", "5usd", "1e3%"])
def test_a_gate_that_is_none(text: str) -> None:
    """Anything but a percentage or an amount in a currency is refused."""
    with pytest.raises(wf.WorkloadError, match="is no limit"):
        parse_gate(text)


def test_another_currency_is_refused() -> None:
    """A limit in euros says nothing about dollars."""
    with pytest.raises(wf.WorkloadError, match="priced in EUR"):
        found([WEB], [WEB]).exceeds(parse_gate("5EUR"))


def test_markdown_holds_names_as_text() -> None:
    """A name with Markdown in it cannot break the table or mention anybody."""
    text = markdown(found([WEB], [{**WEB, "workload": "a|b<img>@x"}]), 10)
    assert "a\\|b&lt;img&gt;&#64;x" in text
    assert "<img>" not in text


def test_markdown_is_cut_and_says_so() -> None:
    """Rows beyond the limit are counted."""
    fleet = [{**WEB, "workload": f"w{n}"} for n in range(5)]
    text = markdown(found([WEB], fleet), 3)
    assert text.count("| added |") == 3
    assert "and 3 more rows" in text


def test_a_renamed_row_says_so() -> None:
    """The same inputs under another id: removed and added, and each names the other."""
    rows = found([WEB], [{**WEB, "workload": "shop"}]).rows.set_index("workload")
    assert rows["why"].to_dict() == {"shop": "renamed from 'web'", "web": "renamed to 'shop'"}


def test_two_alike_rows_are_renamed_one_to_one() -> None:
    """Two rows that are alike and one new id: one was renamed, the other removed."""
    rows = found([WEB, {**WEB, "workload": "b"}], [{**WEB, "workload": "c"}]).rows
    assert sorted(rows["why"]) == ["", "renamed from 'web'", "renamed to 'c'"]


def test_a_side_without_a_service_keeps_the_currency_of_the_other() -> None:
    """A row whose service is not known any more is in no total, and no total has no currency."""
    result = found([WEB], [{**WEB, "service": "aws.fargte"}])
    assert result.totals["currency"].tolist() == ["USD"]
    assert result.unpriced == 1


def test_rows_of_two_currencies_are_not_subtracted_story_30() -> None:
    """Dollars before and yuan after: a row that goes and a row that comes."""
    before: dict[str, Any] = {"inputs": WEB, "cost": 10.0, "currency": "USD", "reason": ""}
    after = {**before, "cost": 60.0, "currency": "CNY"}
    assert of_one_currency(before, after) == [(None, after), (before, None)]
    assert of_one_currency(before, {**before, "cost": 12.0}) == [(before, {**before, "cost": 12.0})]
