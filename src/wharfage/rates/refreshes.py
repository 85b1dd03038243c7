"""When the tables of a book were last compared with their provider, table by table.

``refreshes.csv`` of a refreshed book has a line per refresh and table. It is no part of the
digest: a comparison that finds every price as it was leaves the costs, and so the digest, alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from wharfage.errors import RateTableError

FILE = "refreshes.csv"
#: a refresh of a few regions says nothing of the table: this share of its prices does
WHOLE = 0.5


@dataclass(frozen=True)
class Compared:
    """One refresh of one table: the day, the prices that were compared, and those in force."""

    service: str
    read_on: dt.date
    compared: int
    in_force: int
    sources: str

    @property
    def is_whole(self) -> bool:
        """True if it compared enough of the table to speak for it."""
        return self.compared >= WHOLE * self.in_force


def read_refreshes(folder: Path) -> list[Compared]:
    """Comparisons of a book, oldest first; none for a book that was never refreshed.

    Raises
    ------
    RateTableError
        If the file has another form.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        frame = pd.read_csv(path, dtype=str, na_filter=False)
        return [
            Compared(
                row["service"],
                dt.date.fromisoformat(row["read_on"]),
                int(row["compared"]),
                int(row["in_force"]),
                row["sources"],
            )
            for row in frame.to_dict("records")
        ]
    except (OSError, KeyError, ValueError) as error:
        raise RateTableError(
            f"{FILE} cannot be read: {error}.",
            hint=f"its columns are {', '.join(f.name for f in fields(Compared))}.",
        ) from error


def write_refreshes(folder: Path, compared: Iterable[Compared]) -> None:
    """Write the comparisons of a book."""
    rows = [asdict(entry) for entry in compared]
    pd.DataFrame(rows).to_csv(folder / FILE, index=False, lineterminator="\n")
