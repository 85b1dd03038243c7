"""Tables for people: aligned, in the width there is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

#: columns of output that goes to a file or a pipe
PIPED_WIDTH = 160


class Output(Console):
    """Console whose reader may leave: that is the caller's to handle, not an exit code of 1."""

    def on_broken_pipe(self) -> None:
        """Let the broken pipe through."""
        raise BrokenPipeError


def console() -> Console:
    """Console on standard output; as wide as a table needs where it is no terminal."""
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Output(highlight=False, markup=False, emoji=False, width=wide)


def print_table(
    console: Console,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    title: str | None = None,
) -> None:
    """Print an aligned table; columns in `right` are numbers, which are never cut or broken."""
    table = Table(
        box=box.SIMPLE_HEAD,
        title=None if title is None else Text(title),
        title_justify="left",
        padding=0,
        show_edge=False,
    )
    cells = [[str(cell) for cell in row] for row in rows]
    for number_of_column, header in enumerate(headers):
        is_number = header in right
        widest = max([len(header), *(len(row[number_of_column]) for row in cells)])
        table.add_column(
            header,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            min_width=widest if is_number else None,
            overflow="fold",
        )
    for row in cells:
        # As text: a name in square brackets is a name, not a style.
        table.add_row(*map(Text, row))
    console.print(table)
