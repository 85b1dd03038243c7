"""Digests: the same digest means the same rates and rules, hence the same costs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

#: hex digits that a person sees
SHOWN = 12

#: ending of the file of rates that refreshes append to a table
APPENDED = ".rates.csv"


def table_files(path: Path) -> list[Path]:
    """A table, the rates appended to it, and the machine files in the folder of its name."""
    appended = path.with_suffix(APPENDED)
    return [
        path,
        *([appended] if appended.is_file() else []),
        *sorted(path.with_suffix("").glob("*.csv")),
    ]


def table_digest(path: Path) -> str:
    """Digest of a table with its machine files; line ends do not matter. [64 hex digits]."""
    joined = hashlib.sha256()
    for file in table_files(path):
        joined.update(file.name.encode() + b"\n")
        joined.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return joined.hexdigest()


def book_digest(tables: Mapping[str, str]) -> str:
    """Digest of a book from the digests of its tables. [12 hex digits]."""
    joined = "\n".join(f"{name} {tables[name]}" for name in sorted(tables))
    return hashlib.sha256(joined.encode()).hexdigest()[:SHOWN]
