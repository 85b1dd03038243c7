"""Markdown from plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: a date at the start of a cell, which must not be broken over two lines
DATE = re.compile(r"^\d{4}-\d\d-\d\d")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Table; a bar in a cell is kept, a line break is a space, nothing is an empty cell."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).replace("|", "\\|").split())
    return DATE.sub(lambda date: f"[{date[0]}]{{.unbroken}}", text)


def code(text: object) -> str:
    """Text in the type of code; nothing stays nothing."""
    return f"`{text}`" if text not in (None, "") else ""


def codes(texts: Iterable[object]) -> str:
    """Several words in the type of code."""
    return ", ".join(map(code, texts))


def link(text: str, url: str | None) -> str:
    """Link, or the text alone."""
    return f"[{text}]({url})" if url else text


def from_docstring(text: str) -> str:
    """Markdown of a docstring's prose: its double backticks are single ones here."""
    return text.replace("``", "`")
