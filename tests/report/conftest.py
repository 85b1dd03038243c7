"""The report that most tests read, and a page of a real browser to open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .written import HOSTILE, Written, many, write


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for reports."""
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="session")
def written(folder: Path) -> Written:
    """Give the report of the fleet with everything in it."""
    return write(folder / "many.html", many(), title=HOSTILE[0])


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a file; nothing may be said, thrown or fetched meanwhile."""
    heard: list[str] = []
    contexts = []

    def opened(path: Path, **context: Any) -> Any:
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"thrown: {error}"))
        page.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda r: heard.append(f"fetched: {r.url}") if r.url != path.as_uri() else None,
        )
        page.goto(path.as_uri())
        page.wait_for_selector("#workloads-table tbody tr")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []
