"""Where the cells of a table stand in the width there is: folded at words, never inside a number.

All widths are cells of a terminal: a Chinese, Japanese or Korean character takes two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

#: longest word that is kept whole, and the least that a column of text has where room is short
LONGEST_WORD, LEAST_WORD = 28, 12
#: lines of one cell; what is longer stands whole in files and JSON
TALLEST = 8
#: places inside a word after which a line may end, where it must
BREAKS = re.compile(r"(?<=[._/,:@-])(?=\w)")

Row = Sequence[str]


@dataclass(frozen=True)
class Layout:
    """Columns that are shown, by number, with their widths.

    Attributes
    ----------
    columns, widths : list of int
        Which columns, and how wide each is; no columns at all if none fit beside one another.
    gap : int
        Spaces between columns.
    dropped : list of int
        Columns that there is no room for.
    """

    columns: list[int]
    widths: list[int]
    gap: int
    dropped: list[int]


def visible(text: str) -> str:
    r"""Text without what would move a terminal's cursor: line ends, tabs, escape sequences.

    Examples
    --------
    >>> visible("web\x1b[2J\n")
    'web [2J '
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def lay_out(headers: Row, rows: Sequence[Row], right: Collection[str], drop: Row, width: int) -> Layout:  # fmt: skip
    """Columns and widths of a table.

    Parameters
    ----------
    headers : sequence of str
        One per column.
    rows : sequence of rows
        Cells as text.
    right : collection of str
        Headers of numbers, which are never folded.
    drop : sequence of str
        Headers of columns that may go, the least important first.
    width : int
        Cells that there are.
    """
    columns = list(range(len(headers)))
    cells = [[row[n] for row in rows] for n in columns]
    natural = [max(map(cell_len, [headers[n], *cells[n]])) for n in columns]
    for gap in (2, 1):
        if sum(natural) + gap * (len(columns) - 1) <= width:
            return Layout(columns, natural, gap, [])
    least = [
        max(_longest_word([headers[n]]), max(map(cell_len, cells[n]), default=0))
        if headers[n] in right
        else min(natural[n], max(LEAST_WORD, min(_longest_word([headers[n], *cells[n]]), LONGEST_WORD)))
        for n in columns
    ]  # fmt: skip
    dropped: list[int] = []
    for name in drop:
        if _needed(columns, least) <= width:
            break
        if name in headers:
            dropped.append(headers.index(name))
            columns.remove(dropped[-1])
    if _needed(columns, least) > width:
        least = [
            size if headers[n] in right else min(size, LEAST_WORD) for n, size in enumerate(least)
        ]
    if _needed(columns, least) > width:
        return Layout([], [], 0, [])
    return Layout(columns, _shared_out(columns, least, natural, width), 1, sorted(dropped))


def _longest_word(texts: Sequence[str]) -> int:
    return max((cell_len(word) for text in texts for word in text.split()), default=0)


def _needed(columns: list[int], least: list[int]) -> int:
    return sum(least[n] for n in columns) + len(columns) - 1


def _shared_out(columns: list[int], least: list[int], natural: list[int], width: int) -> list[int]:
    """Widths between least and natural: the columns that lack least get theirs first."""
    widths = {n: least[n] for n in columns}
    spare = width - _needed(columns, least)
    for left, n in enumerate(sorted(columns, key=lambda n: natural[n] - least[n])):
        more = min(natural[n] - least[n], spare // (len(columns) - left))
        widths[n] += more
        spare -= more
    return [widths[n] for n in columns]


def folded(text: str, width: int, tallest: int = TALLEST) -> list[str]:
    """Lines of a text: ended at words, else after punctuation, else anywhere.

    Examples
    --------
    >>> folded("no smaller size is sold", 10)
    ['no smaller', 'size is', 'sold']
    """
    if cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        for number, piece in enumerate(_pieces(word, width)):
            joint = " " if lines[-1] and not number else ""
            if cell_len(lines[-1]) + len(joint) + cell_len(piece) <= width:
                lines[-1] += joint + piece
            elif lines[-1]:
                lines.append(piece)
            else:
                lines[-1] = piece
    if len(lines) <= tallest:
        return lines
    return [*lines[: tallest - 1], chop_cells(lines[tallest - 1], max(width - 1, 1))[0] + "…"]


def _pieces(word: str, width: int) -> list[str]:
    """Parts of a word that may stand on lines of their own; the word itself where it fits."""
    if cell_len(word) <= width:
        return [word]
    parts = BREAKS.split(word)
    return [piece for part in parts for piece in chop_cells(part, width)]


def aligned(text: str, width: int, *, to_right: bool) -> str:
    """Text filled up with spaces.

    Examples
    --------
    >>> aligned("東京", 6, to_right=False)
    '東京  '
    """
    fill = " " * (width - cell_len(text))
    return fill + text if to_right else text + fill
