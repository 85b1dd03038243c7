"""What a page says works: its code runs, its commands end as they say, its outputs are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from wharfage.cli import app

from .pages import Command, Reader, assert_shown, blocks_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: followed by a test of its own, in a copy of the checkout
BY_ITSELF = "add_a_service.md"
PAGES = sorted(DOCS.rglob("*.md"))
RUNNABLE = [
    page
    for page in PAGES
    if page.name != BY_ITSELF and any(b.language in ("python", "bash") for b in blocks_of(page))
]
COMMAND = re.compile(r"^(?:\S*/)?wharfage ((?:.*\\\n)*.*)$", re.MULTILINE)


def name_of(page: Path) -> str:
    """Give a page's path, for test ids."""
    return page.relative_to(ROOT).as_posix()


def test_there_are_pages_to_follow() -> None:
    """The pages are found, so that the tests below test something."""
    assert {"docs/tour.md", "docs/howto/scripts.md"} <= set(map(name_of, RUNNABLE))


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_page_can_be_followed(page: Path, tmp_path: Path, command: Command) -> None:
    """Every block of a page runs, in order, in an empty folder, and prints what is shown."""
    Reader(tmp_path, command).follow(page)


def commands_of(text: str) -> list[list[str]]:
    """Split the commands of ours in a text into words, without what is piped or explained."""
    found = COMMAND.findall(text)
    return [re.split(r"\s*[|>#]", line.replace("\\\n", " "))[0].split() for line in found]


SHOWN = [
    pytest.param(words, id=f"{name_of(page)}:{' '.join(words)[:60]}")
    for page in [*PAGES, ROOT / "README.md"]
    for block in blocks_of(page)
    if block.language in ("text", "bash") and not block.is_output
    for words in commands_of(block.text)
]


@pytest.mark.parametrize("words", SHOWN)
def test_shown_command_exists(words: list[str]) -> None:
    """Every command that is shown is one, with the options that it is shown with."""
    command = typer.main.get_command(app)
    for word in words:
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]  # type: ignore[attr-defined]
    assert not hasattr(command, "commands"), words
    known = {name for parameter in command.params for name in parameter.opts}
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    assert given <= known | {"--help"}


def test_another_output_is_found() -> None:
    """A page whose output is not the real one fails."""
    with pytest.raises(AssertionError, match="shown:"):
        assert_shown("total 12.30", "total 12.31")


def test_what_is_left_out_may_be_anything() -> None:
    """Three dots stand for anything, over lines too."""
    assert_shown("first\n...\nlast ... word", "first\n1\n2\nlast 3 4 word")
    assert_shown("first\n  ... and others\nlast", "first\n1\n2\nlast")


def test_wrong_exit_code_is_found(tmp_path: Path) -> None:
    """A command that does not end as the page says fails, with the line of the page."""
    page = tmp_path / "page.md"
    page.write_text("```bash\nexit 3  # exit 1\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="exit 3") as failed:
        Reader(tmp_path).follow(page)
    assert failed.value.__notes__ == ["page.md, line 1"]
