"""Text that no file can hold: half of a character, as broken encodings leave it behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wharfage.errors import WorkloadError

#: rows that a failure lists
LISTED = 1000
HINT = "read the text in the encoding that it is written in, such as UTF-8."


def check_whole_characters(columns: Mapping[str, Iterable[Any]]) -> None:
    r"""Raise if a name or a cell of text holds half a character, such as ``\udc80``.

    Parameters
    ----------
    columns : mapping of str to cells
        Cells may be anything; only text is looked at.

    Raises
    ------
    WorkloadError
        With the rows.
    """
    if not _is_whole("".join(columns)):
        name = next(name for name in columns if not _is_whole(name))
        raise WorkloadError(f"The name of column {name!a} holds half a character.", hint=HINT)
    failures = [
        {"row": row, "column": name, "value": ascii(cell)}
        for name, cells in columns.items()
        if not _is_whole("".join([cell for cell in cells if isinstance(cell, str)]))
        for row, cell in enumerate(cells, start=1)
        if isinstance(cell, str) and not _is_whole(cell)
    ]
    if failures:
        first = failures[0]
        raise WorkloadError(
            f"Row {first['row']:,} holds half a character in {first['column']}: {first['value']}"
            f" ({len(failures):,} such cell(s)).",
            hint=HINT,
            failures=failures[:LISTED],
        )


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
