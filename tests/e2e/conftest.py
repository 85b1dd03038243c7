"""The command line as people meet it: a process with arguments, files and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

#: no width, colour or folder of the surrounding terminal
FOREIGN = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE")


def run_wharfage(*arguments: str | Path, cwd: Path, file_limit: int | None = None) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run the command and hold it to what every run keeps.

    It ends with 0, 1 or 2, and never with a traceback; an error says so and offers a hint. With
    `file_limit` no file may grow beyond so many bytes, as on a full device.
    """

    def limit_files() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit or 0, file_limit or 0))

    done = subprocess.run(
        [sys.executable, "-m", "wharfage.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={name: value for name, value in os.environ.items() if name not in FOREIGN},
        preexec_fn=limit_files if file_limit else None,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    if done.returncode == 2:
        assert done.stdout == ""
        assert "error: " in done.stderr or "Error: " in done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the files of a module's runs."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="module")
def wharfage(folder: Path) -> Run:
    """Give a function that runs the command in the module's folder."""

    def run(*arguments: str | Path, file_limit: int | None = None) -> subprocess.CompletedProcess[str]:  # fmt: skip
        return run_wharfage(*arguments, cwd=folder, file_limit=file_limit)

    return run
