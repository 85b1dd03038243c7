"""Tables for people: aligned, in the width there is, with colour on a terminal only.

Colour never says what words do not say. ``NO_COLOR``, ``FORCE_COLOR`` and ``TERM=dumb`` are heeded.
A table that goes to a file or a pipe is as wide as it needs to be, unless ``COLUMNS`` is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Literal

from rich.console import Console
from rich.text import Text

from wharfage.outputs.table_layout import Layout, aligned, folded, lay_out, visible

#: columns of output that goes to a file or a pipe, where a table needs no more
PIPED_WIDTH = 160
#: narrowest prose: below it the terminal breaks the lines
NARROW = 8
TITLE, HEADER, RULE, TOTAL, REMARK = "bold", "bold", "dim", "bold", "dim"
#: words of a column `status` that somebody should look at
STATUS = {"unpriced": "red", "doubtful": "yellow", "lower_bound": "yellow"}


class Output(Console):
    """Console whose reader may leave: that is the caller's to handle, not an exit code of 1."""

    #: whether a table may be wider than the console
    is_open_ended = False

    def on_broken_pipe(self) -> None:
        """Let the broken pipe through."""
        raise BrokenPipeError


def console() -> Output:
    """Console on standard output; as wide as a table needs where it is no terminal."""
    is_open = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    made = Output(
        highlight=False,
        markup=False,
        emoji=False,
        width=PIPED_WIDTH if is_open else None,
        color_system=_colours(),
    )
    made.is_open_ended = is_open
    return made


def messages() -> Output:
    """Console on standard error, for everything that is no result."""
    made = Output(
        stderr=True,
        highlight=False,
        soft_wrap=True,
        markup=False,
        emoji=False,
        color_system=_colours(),
    )
    made.is_open_ended = not sys.stderr.isatty() and "COLUMNS" not in os.environ
    return made


def _colours() -> Literal["auto"] | None:
    """No styles at all, bold included, where no colour is asked for."""
    return None if os.environ.get("NO_COLOR") else "auto"


def print_table(
    console: Console,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    title: str | None = None,
    total: Sequence[str] | None = None,
    drop: Sequence[str] = (),
) -> None:
    """Print an aligned table.

    Parameters
    ----------
    console : Console
        Where to.
    headers, rows : sequences
        Text of the columns' heads and cells.
    right : sequence of str
        Headers of numbers: aligned to the right, never cut or broken.
    title : str, optional
        A line above.
    total : sequence of str, optional
        A row of its own at the end.
    drop : sequence of str
        Headers of columns that may go where there is no room, the least important first; a line
        says which ones went.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    sums = [] if total is None else [[visible(cell) for cell in total]]
    if title is not None:
        for line in folded(visible(title), max(console.width, NARROW)):
            _print_line(console, [(line, TITLE)])
    layout = lay_out(headers, [*cells, *sums], right, drop, _width(console))
    if not layout.columns:
        _print_records(console, headers, [*cells, *sums])
        return
    styles = {header: STATUS for header in headers if header == "status"}
    _print_row(console, headers, layout, headers, right, {}, HEADER)
    whole = sum(layout.widths) + layout.gap * (len(layout.widths) - 1)
    _print_line(console, [(_rule(console) * whole, RULE)])
    for row in cells:
        _print_row(console, row, layout, headers, right, styles)
    for row in sums:
        _print_line(console, [(_rule(console) * whole, RULE)])
        _print_row(console, row, layout, headers, right, {}, TOTAL)
    if layout.dropped:
        names = ", ".join(headers[n].strip() for n in layout.dropped)
        text = (
            f"no room in {console.width} columns for: {names}; a wider terminal or --json has all"
        )
        print_item(console, text, style=REMARK)


def print_item(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """Print prose folded at words, its further lines indented a little more.

    Where no terminal reads it stays on one line.
    """
    text = visible(text)
    hanging = indent + 2
    if isinstance(console, Output) and console.is_open_ended:
        _print_line(console, [(" " * indent + text, style)])
        return
    # The first line begins two cells earlier than the others, which leaves two at its end.
    room = max(console.width - hanging, NARROW)
    first, *others = folded(text, room, tallest=len(text) + 1)
    _print_line(console, [(" " * indent + first, style)])
    for line in others:
        _print_line(console, [(" " * hanging + line, style)])


def print_heading(console: Console, text: str) -> None:
    """Print the heading of a list."""
    _print_line(console, [(text, TITLE)])


def _width(console: Console) -> int:
    """Cells that a table may take; without end where nobody's terminal would break its lines."""
    is_open = isinstance(console, Output) and console.is_open_ended
    return sys.maxsize if is_open else console.width


def _rule(console: Console) -> str:
    try:
        "─".encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return "-"
    return "─"


def _print_row(
    console: Console,
    row: Sequence[str],
    layout: Layout,
    headers: Sequence[str],
    right: Sequence[str],
    styles: Mapping[str, Mapping[str, str]],
    style: str = "",
) -> None:
    """Print one row, over as many lines as its longest cell needs."""
    parts = [folded(row[n], width) for n, width in zip(layout.columns, layout.widths, strict=True)]
    for line in zip_longest(*parts, fillvalue=""):
        pieces = []
        for n, width, text in zip(layout.columns, layout.widths, line, strict=True):
            own = styles.get(headers[n], {}).get(row[n], style)
            pieces.append((aligned(text, width, to_right=headers[n] in right), own))
            pieces.append((" " * layout.gap, ""))
        _print_line(console, pieces[:-1])


def _print_records(console: Console, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print one line per cell, where the columns do not fit beside one another."""
    for row in rows:
        for header, cell in zip(headers, row, strict=True):
            if cell:
                print_item(console, f"{header.strip() or '-'}: {cell}")
        console.print()


def _print_line(console: Console, pieces: Sequence[tuple[str, str]]) -> None:
    # As text: a name in square brackets is a name, not a style.
    line = Text.assemble(*((text, style) for text, style in pieces))
    line.rstrip()
    console.print(line, soft_wrap=True)
