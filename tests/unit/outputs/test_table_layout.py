"""Where cells stand: widths, folding, dropped columns, and names of any script."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wharfage.outputs.table_layout import LEAST_WORD, folded, lay_out, visible
from wharfage.outputs.tables import Output, print_item, print_table

HEADERS = ("workload", "service", "USD/month")
ROWS = [("storefront", "aws.fargate", "1,144.16"), ("東京-注文", "gcp.gke_autopilot", "0.06")]


def printed(width: int, **options: object) -> list[str]:
    """Lines of the table above in so many columns."""
    console = Output(file=io.StringIO(), width=width)
    given_options = {"right": ("USD/month",), **options}
    print_table(console, HEADERS, ROWS, **given_options)  # type: ignore[arg-type]
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [10, 20, 30, 40, 60, 80, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Whatever the width, lines fit into it."""
    assert max(map(cell_len, printed(width, drop=("service",)))) <= width


@pytest.mark.parametrize("width", [20, 30, 40, 60])
def test_numbers_are_never_broken(width: int) -> None:
    """A number stands whole on one line, however narrow the terminal is."""
    assert any("1,144.16" in line for line in printed(width))


def test_numbers_end_in_one_column() -> None:
    """Numbers are aligned to the right, beside a name of double-width characters too."""
    lines = printed(80)[2:]
    assert len({cell_len(line) for line in lines}) == 1


def test_dropped_columns_are_named() -> None:
    """Where a column has no room, a line says so, and where it is."""
    text = " ".join(" ".join(printed(30, drop=("service",))).split())
    assert "aws.fargate" not in text
    assert "no room in 30 columns for: service" in text
    assert "--json" in text


def test_nothing_is_dropped_where_there_is_room() -> None:
    """A wide terminal shows every column and says nothing."""
    text = " ".join(printed(80, drop=("service",)))
    assert "aws.fargate" in text
    assert "no room" not in text


def test_very_narrow_terminals_get_a_line_per_cell() -> None:
    """Where columns do not fit beside one another, each cell has its name."""
    lines = printed(22)
    assert "workload: storefront" in lines
    assert "USD/month: 1,144.16" in lines


def test_totals_stand_below_a_rule() -> None:
    """A row of sums is set off from the others."""
    lines = printed(80, total=("total", "", "1,144.22"))
    assert set(lines[-2]) == {"─"}
    assert lines[-1].split() == ["total", "1,144.22"]


def test_files_and_pipes_take_any_width() -> None:
    """A table that no terminal shows is as wide as it needs to be."""
    console = Output(file=io.StringIO(), width=20)
    console.is_open_ended = True
    print_table(console, HEADERS, ROWS, right=("USD/month",), drop=("service",))
    assert "aws.fargate" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "no room" not in console.file.getvalue()  # type: ignore[attr-defined]


def test_escape_sequences_of_a_name_are_not_sent() -> None:
    """A name cannot clear the screen or change its colour."""
    assert "\x1b" not in visible("web\x1b[2J\x1b[31m")


def test_names_are_no_markup() -> None:
    """A name in square brackets is shown as it is."""
    console = Output(file=io.StringIO(), width=80)
    print_table(console, ("workload",), [("[bold]web[/bold]",)])
    assert "[bold]web[/bold]" in console.file.getvalue()  # type: ignore[attr-defined]


def test_huge_names_are_cut() -> None:
    """A name of ten thousand characters does not fill the screen."""
    lines = folded("x" * 10_000, 28)
    assert len(lines) == 8
    assert lines[-1].endswith("…")
    assert max(map(cell_len, lines)) <= 28


@given(st.text(max_size=300), st.integers(2, 60))
def test_folded_text_fits(text: str, width: int) -> None:
    """No line is wider than asked for, whatever characters there are."""
    assert all(cell_len(line) <= width for line in folded(visible(text), width))


@given(st.lists(st.text("ab .-_", min_size=1, max_size=40), min_size=1, max_size=6), st.integers(5, 120))  # fmt: skip
def test_layouts_fit(cells: list[str], width: int) -> None:
    """Columns and gaps together are as wide as the terminal at most."""
    headers = [f"c{n}" for n in range(len(cells))]
    layout = lay_out(headers, [cells], (), headers[1:], width)
    used = sum(layout.widths) + layout.gap * max(len(layout.widths) - 1, 0)
    assert used <= width or (width < LEAST_WORD and not layout.columns)


@pytest.mark.parametrize("width", [24, 40, 80])
def test_prose_is_folded_at_words(width: int) -> None:
    """Long sentences break between words, further lines indented."""
    console = Output(file=io.StringIO(), width=width)
    print_item(console, "rates and rules in force on that day, newest rate in the book", indent=2)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert " ".join(line.strip() for line in lines).endswith("newest rate in the book")
    assert max(map(cell_len, lines)) <= width
    assert all(line.startswith("    ") for line in lines[1:])
