"""Measured speed: the README's table, so that the figures stand in one place."""

from __future__ import annotations

import re
from pathlib import Path

import wharfage as wf

README = Path(__file__).resolve().parents[2] / "README.md"
TABLE = re.compile(r"^## Speed\n.*?^(\|.*?\|)\n\n", re.MULTILINE | re.DOTALL)


def speed(_book: wf.RateBook) -> str:
    """Table of the README's section on speed."""
    found = TABLE.search(README.read_text(encoding="utf-8"))
    if found is None:
        message = "README.md has no table under '## Speed'"
        raise ValueError(message)
    return f"{found[1]}\n"
