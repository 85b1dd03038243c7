"""R9: the lock pins a digest per table, so that no rate changes unnoticed.

``rates.lock`` has one line per table: service, digest, number of rates, newest rate. A table that
changed on purpose gets its new line from ``wharfage rates lock``.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wharfage.errors import RateTableError

if TYPE_CHECKING:
    from wharfage.rates.book import RateBook

FILE = "rates.lock"


@dataclass(frozen=True)
class Locked:
    """What the lock says of a table."""

    digest: str
    rates: int
    newest: dt.date


def read_lock(folder: Path) -> dict[str, Locked]:
    """Lock of a folder of tables, by service; empty if there is none.

    Raises
    ------
    RateTableError
        If a line of the lock has another form.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            service, digest, rates, newest = line.split()
            found[service] = Locked(digest, int(rates), dt.date.fromisoformat(newest))
        except ValueError:
            raise RateTableError(
                f"{FILE}:{number} is not 'service digest rates newest'.",
                hint="wharfage rates lock writes it again.",
            ) from None
    return found


def lock_text(book: RateBook) -> str:
    """Lock of a book as text."""
    lines = ["# service, digest, number of rates, newest rate; wharfage rates lock DIR"]
    for service in book.services():
        table = book.table(service)
        rates = sum(len(meter) for meter in table.meters.values())
        lines.append(f"{service} {book.digests[service]} {rates} {table.newest_rate}")
    return "\n".join(lines) + "\n"


def check_lock(book: RateBook) -> list[dict[str, object]]:
    """Tables that are not as the lock says, one problem each."""
    locked = read_lock(book.folder)
    problems: list[dict[str, object]] = [
        {"service": name, "message": "is in the lock, but there is no such table"}
        for name in sorted(locked.keys() - set(book.services()))
    ]
    for service in book.services():
        table = book.table(service)
        rates = sum(len(meter) for meter in table.meters.values())
        before = locked.get(service)
        if before is None:
            problems.append(
                {"service": service, "message": f"is not in the lock ({rates:,} rates)"}
            )
        elif before.digest != book.digests[service]:
            message = (
                f"changed: {before.rates:,} rates up to {before.newest} became"
                f" {rates:,} up to {table.newest_rate}"
            )
            problems.append({"service": service, "message": message})
    return problems


def write_lock(book: RateBook) -> Path:
    """Write the lock of a book: beside its place first, then renamed."""
    path = book.folder / FILE
    beside = path.with_name(f".{FILE}.{os.getpid()}.part")
    try:
        beside.write_text(lock_text(book), encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
