"""The code blocks of a page, and running them as a reader would.

In the order of the page, in one folder and one namespace:

* a block after a line "File `name`:" is written to that file;
* ``python`` is executed; ``bash`` is run, with the command that this environment has: in this
  process, if one is given, where a block is calls of it alone;
* ``text`` right after either is what it must have printed, where ``...`` stands for anything.

A command that ends with ``# exit N`` must end with that code, others with 0.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Command = Callable[..., subprocess.CompletedProcess[str]]

#: columns of the terminal that the pages show
WIDTH = "120"
#: a line that calls the command and leaves nothing to a shell
CALL = re.compile(r"wharfage [^|<>&;$`]*")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"File `([^`]+)`:\n\n\Z")
EXIT = re.compile(r"#\s*exit (\d+)\s*$", re.MULTILINE)
#: a line of three dots may say what it leaves out
OMITTED = re.compile(r"^\s*\.\.\..*$")
#: a rate book's digest changes with every rate, and what it names is checked elsewhere
DIGEST = re.compile(r"\b(digest|rate book) [0-9a-f]{12}\b")


@dataclass(frozen=True)
class Block:
    """One fenced block: `file` is where it belongs, `is_output` if it shows what was printed."""

    language: str
    text: str
    line: int
    file: str | None
    is_output: bool


def blocks_of(page: Path) -> list[Block]:
    """Fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end, ran = 0, False
    for fence in FENCE.finditer(text):
        language, between = fence[1], text[end : fence.start()]
        named = FILE.search(between)
        is_output = language == "text" and ran and not between.strip()
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Block(language, fence[2], line, named[1] if named else None, is_output))
        end, ran = fence.end(), language in ("python", "bash")
    return found


class Reader:
    """Someone who types a page along in a folder; `command` runs ours in this process."""

    def __init__(self, folder: Path, command: Command | None = None, **environment: str) -> None:
        self.folder = folder
        self.command = command
        self.names: dict[str, Any] = {"__name__": "page"}
        self.printed = ""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "COLUMNS": WIDTH, **environment}

    def follow(self, page: Path) -> None:
        """Do what every block says, in order; an error names the line of the page."""
        for block in blocks_of(page):
            try:
                self.do(block)
            except Exception as error:
                error.add_note(f"{page.name}, line {block.line}")
                raise

    def do(self, block: Block) -> None:
        """Do what one block says."""
        if block.is_output:
            assert_shown(block.text, self.printed)
        elif block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            self.printed = ""
        if block.language == "python":
            self._execute(block)
        elif block.language == "bash":
            self._run(block)

    def _execute(self, block: Block) -> None:
        printed = io.StringIO()
        code = compile(block.text, f"line {block.line}", "exec", dont_inherit=True)
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(code, self.names)  # noqa: S102  what the page says
        self.printed = printed.getvalue()

    def _run(self, block: Block) -> None:
        text = block.text.replace(".venv/bin/", "")
        stated = EXIT.findall(block.text)
        expected = int(stated[-1]) if stated else 0
        calls = text.replace("\\\n", " ").splitlines()
        if self.command and all(map(CALL.fullmatch, calls)):
            done = self._call(calls)
        else:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == expected, f"exit {done.returncode}: {done.stdout}{done.stderr}"
        self.printed = done.stdout

    def _call(self, calls: list[str]) -> subprocess.CompletedProcess[str]:
        """Run calls of our command up to the first that fails; their outputs together."""
        assert self.command is not None
        printed = ""
        for call in calls:
            words = shlex.split(call, comments=True)[1:]
            done = self.command(*words, cwd=self.folder, COLUMNS=WIDTH)
            printed += done.stdout
            if done.returncode:
                break
        return subprocess.CompletedProcess(calls, done.returncode, printed, done.stderr)


def assert_shown(shown: str, printed: str) -> None:
    """Check that a page shows what was printed; ``...`` stands for anything, in a line or over lines."""
    shown_lines = (OMITTED.sub("...", line) for line in _plain(shown).splitlines())
    pattern = re.escape("\n".join(shown_lines)).replace(re.escape("..."), ".*")
    assert re.fullmatch(pattern, _plain(printed), re.DOTALL), (
        f"shown:\n{shown}\nprinted:\n{printed}"
    )


def _plain(text: str) -> str:
    """Text without trailing blanks, and with digests left open."""
    text = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
    return DIGEST.sub(r"\1 (any)", text)
