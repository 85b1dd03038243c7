"""The files of a rate book, read and checked: tables, sources and regions.

Pydantic and YAML come with this module: the book imports it when it reads its first file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wharfage.errors import RateTableError
from wharfage.rates.check import check_table
from wharfage.rates.digest import table_digest
from wharfage.rates.document import read_document
from wharfage.rates.regions import read_regions
from wharfage.rates.sources import Sources, read_sources
from wharfage.rates.table import RateTable, compile_table

__all__ = ["expected_id", "read_regions", "read_sources", "read_table"]


def read_table(
    path: Path, folder: Path, sources: Sources, regions: Mapping[str, str] | None = None
) -> tuple[RateTable | None, list[dict[str, object]]]:
    """Table at `path` (None if it cannot be compiled) and every rule that it breaks.

    Problems name the file by its place in `folder`: several providers have a table of one name.
    """
    table, problems = _compiled(path, expected_id(path, folder), sources, regions)
    place = path.parent.relative_to(folder)
    return table, [{**p, "file": (place / str(p["file"])).as_posix()} for p in problems]


def _compiled(
    path: Path, service: str, sources: Sources, regions: Mapping[str, str] | None
) -> tuple[RateTable | None, list[dict[str, object]]]:
    try:
        document = read_document(path)
        form, problems = check_table(document, sources, service, regions)
        if form is None or problems:
            return None, problems
        return compile_table(form, document, table_digest(path)), []
    except RateTableError as error:
        listed = error.failures.to_dict("records") or [
            {"file": path.name, "line": 1, "message": error.message}
        ]
        return None, [{"rule": "form"} | {str(k): v for k, v in r.items()} for r in listed]


def expected_id(path: Path, folder: Path) -> str:
    """Service id that a table's place stands for."""
    return ".".join(path.relative_to(folder).with_suffix("").parts)
