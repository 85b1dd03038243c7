"""Errors on a terminal: one screen, kinds counted; in a file: all of them."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from wharfage.cli_faults import SCREEN, print_error
from wharfage.errors import InvalidValueError

MANY = InvalidValueError(
    "300 rows cannot be read:\n" + "\n".join(f"  row {n}: vcpu is negative" for n in range(300)),
    hint="write positive numbers.",
    failures=[{"row": n, "reason": "negative" if n % 3 else "text"} for n in range(300)],
)


def shown(error: InvalidValueError, *, is_terminal: bool) -> str:
    """Give what is printed for an error."""
    console = Console(file=io.StringIO(), force_terminal=is_terminal, soft_wrap=True, width=80, color_system=None)  # fmt: skip
    print_error(console, error)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_many_failures_fit_on_a_screen() -> None:
    """A terminal gets the first ones, how many more there are, their kinds and how to see all."""
    text = shown(MANY, is_terminal=True)
    assert len(text.splitlines()) <= SCREEN + 8
    assert "row 0:" in text
    assert "... and 285 more lines; 2> errors.txt keeps all of them" in text
    assert "200 x negative" in text
    assert "100 x text" in text
    assert text.rstrip().endswith("Hint: write positive numbers.")


def test_a_file_gets_every_failure() -> None:
    """Where no terminal reads nothing is cut."""
    assert "row 299:" in shown(MANY, is_terminal=False)


def test_short_errors_are_as_they_are() -> None:
    """A message and its hint, with a blank line between."""
    error = InvalidValueError("No such thing.", hint="choose another.")
    for is_terminal in (True, False):
        assert shown(error, is_terminal=is_terminal) == (
            "error: No such thing.\n\nHint: choose another.\n"
        )


def test_unbuffered_output_is_whole_or_a_fault(tmp_path: Path) -> None:
    """With PYTHONUNBUFFERED, output that does not fit is exit 2, not a part and exit 0."""
    command = [sys.executable, "-m", "wharfage.cli", "rates", "list", "--json"]
    with (tmp_path / "full.json").open("wb") as out:
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
        )  # fmt: skip
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
