"""Provenance: where the figures of the rate book come from, by short key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from wharfage.errors import RateTableError
from wharfage.rates.document import read_document
from wharfage.rates.schema import Form


class Source(Form):
    """One source: publisher, page, when it was published and how it was read."""

    publisher: str
    page: str
    published: dt.date | None = None
    url: str | None = None
    read_as: str
    note: str | None = None


Sources = dict[str, Source]


def read_sources(path: Path) -> Sources:
    """Sources by key.

    Raises
    ------
    RateTableError
        If the file is missing or an entry is incomplete.
    """
    document = read_document(path)
    try:
        return TypeAdapter(Sources).validate_python(document.data)
    except ValidationError as error:
        failures = [
            {
                "file": path.name,
                "line": document.line(tuple(problem["loc"])),
                "message": f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}",
            }
            for problem in error.errors()
        ]
        first = failures[0]
        raise RateTableError(
            f"{first['file']}:{first['line']}: {first['message']} ({len(failures):,} in the file).",
            hint="a source needs publisher, page and read_as.",
            failures=failures,
        ) from None
