"""The command line as people meet it: arguments, files, an exit code, and what every run keeps.

Commands run in the test's own process, and as processes where that is the point: on a terminal,
killed, on a full device.
"""

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


def on_full_device(*arguments: str | Path, cwd: Path, file_limit: int) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run the command as a process that may write so many bytes to a file."""

    def limit_files() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    return subprocess.run(
        [sys.executable, "-m", "wharfage.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={name: value for name, value in os.environ.items() if name not in FOREIGN},
        preexec_fn=limit_files,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the files of a module's runs."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="module")
def wharfage(folder: Path, command: Run) -> Run:
    """Give a function that runs the command in the module's folder and holds it to what runs keep.

    It ends with 0, 1 or 2, and never with a traceback; an error says so and offers a hint. With
    `file_limit` no file may grow beyond so many bytes.
    """

    def run(*arguments: str | Path, file_limit: int | None = None, **more: str) -> subprocess.CompletedProcess[str]:  # fmt: skip
        if file_limit is None:
            done = command(*arguments, cwd=folder, **more)
        else:
            done = on_full_device(*arguments, cwd=folder, file_limit=file_limit)
        assert done.returncode in (0, 1, 2), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert "Warning" not in done.stderr, done.stderr
        if done.returncode == 2:
            assert done.stdout == ""
            assert "error: " in done.stderr or "Error: " in done.stderr
        return done

    return run
