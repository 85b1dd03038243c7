"""The pages as they are built: written ones copied, generated ones made from code and tables.

Pages are staged in the build's own folder, so that nothing generated lies in the source tree. In a
written page, a line ``<!-- generated: NAME -->`` is replaced by what the generator of that name
gives; :data:`GENERATORS` lists them. Every service has a page ``services/<id>.md``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import accuracy
import command_pages
import gaps
import library_pages
import rate_tables
import service_pages
import speed
import words
from sphinx.application import Sphinx

import wharfage as wf

MARK = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)

GENERATORS: dict[str, Callable[[wf.RateBook], str]] = {
    "columns": words.columns,
    "commands": command_pages.commands,
    "doubt": accuracy.doubt,
    "errors": library_pages.errors,
    "excused": accuracy.excused,
    "gaps": gaps.gaps,
    "golden_counts": accuracy.golden_counts,
    "meters": words.meters,
    "pictures": library_pages.pictures,
    "publishers": accuracy.publishers,
    "rate_table_fields": rate_tables.fields,
    "result_columns": words.result_columns,
    "results": library_pages.results,
    "service_list": service_pages.service_list,
    "speed": speed.speed,
    "tally": accuracy.tally,
    "units": words.units,
    "verbs": library_pages.verbs,
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", stage)
    return {"parallel_read_safe": True}


def stage(app: Sphinx, _config: object) -> None:
    """Copy and generate all pages, and have Sphinx read those."""
    staged = Path(app.doctreedir) / "pages"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(app.srcdir, staged, ignore=shutil.ignore_patterns("_ext", "__pycache__"))
    book = wf.RateBook.bundled()
    generated = cache(lambda name: GENERATORS[name](book))
    for path in staged.rglob("*.md"):
        written = path.read_text(encoding="utf-8")
        path.write_text(MARK.sub(lambda mark: generated(mark[1]), written), encoding="utf-8")
    for service, text in service_pages.pages(book).items():
        (staged / "services" / f"{service}.md").write_text(text, encoding="utf-8")
    app.srcdir = staged
