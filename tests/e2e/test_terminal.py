"""The command on a terminal, in a pipe, in a poor locale, interrupted, and left by its reader."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

ON = ("--on", "2026-10-01")
COMMAND = (sys.executable, "-m", "wharfage.cli")
#: what starts quickly
SHORT = ("rates", "list", "--service", "aws.fargate")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NAMES = "workload,service,region,vcpu,memory_gib\n東京-注文,aws.fargate,us-east-1,1,2\nweb,aws.fargate,nowhere-1,1,2\n"
FOREIGN = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "PYTHONIOENCODING")


def environment(**more: str) -> dict[str, str]:
    """Give an environment without what the surrounding terminal says."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "TERM": "xterm-256color", **more}


def on_terminal(*arguments: str, cwd: Path, columns: int = 80, **more: str) -> str:
    """Run the command on a terminal so wide, and give what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, env=environment(**more), stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    text = shown.decode("utf-8")
    assert process.returncode in (0, 1), text
    assert "Traceback" not in text
    return text.replace("\r\n", "\n")


def piped(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its output in a pipe."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=environment(**more), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def named(folder: Path) -> Path:
    """Give a fleet with a Japanese name and a workload without a price."""
    path = folder / "names.csv"
    path.write_text(NAMES, encoding="utf-8")
    return path


@pytest.mark.parametrize("columns", [20, 60])
def test_a_terminal_is_never_too_narrow(folder: Path, columns: int) -> None:
    """Every line fits into the terminal's width, and the total is whole."""
    text = ESCAPE.sub("", on_terminal("price", "example", *ON, cwd=folder, columns=columns))
    table = text.split("assumptions")[0]
    assert max(map(cell_len, table.splitlines())) <= max(columns, 70)
    assert "2,618.52" in text


def test_colour_is_for_terminals(folder: Path) -> None:
    """A terminal gets colour; one that is dumb, or told not to, gets none at all."""
    assert ESCAPE.search(on_terminal(*SHORT, cwd=folder))
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert not ESCAPE.search(on_terminal(*SHORT, cwd=folder, **more))


def test_a_pipe_gets_plain_text_unless_forced(folder: Path) -> None:
    """A pipe has no colour; FORCE_COLOR brings it back, and changes nothing else."""
    plain = piped(*SHORT, cwd=folder)
    assert not ESCAPE.search(plain.stdout + plain.stderr)
    forced = piped(*SHORT, cwd=folder, FORCE_COLOR="1")
    assert ESCAPE.search(forced.stdout)
    assert ESCAPE.sub("", forced.stdout) == plain.stdout


def test_double_width_names_are_aligned(folder: Path, named: Path) -> None:
    """The columns after a Japanese name stand where they stand after a Latin one."""
    lines = piped("price", named.name, *ON, cwd=folder).stdout.splitlines()
    rows = [line for line in lines if line.startswith(("東京", "web "))]
    assert len(rows) == 2
    assert len({cell_len(row.split("aws.fargate")[0]) for row in rows}) == 1


def test_json_is_one_document_and_messages_are_apart(folder: Path, named: Path) -> None:
    """With --json standard output is one document; what has no price is on standard error too."""
    done = piped("price", named.name, *ON, "--json", cwd=folder)
    assert done.returncode == 1
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert [row["monthly_cost"] is None for row in found["workloads"]] == [False, True]
    assert "1 of 2 workloads have no price" in done.stderr


def test_poor_locales_show_something_else(folder: Path, named: Path) -> None:
    """Where characters cannot be shown others stand for them, and columns stay aligned."""
    done = piped("price", named.name, *ON, cwd=folder, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "????-????" in done.stdout
    assert "----" in done.stdout


def test_readers_may_leave(folder: Path) -> None:
    """A reader that has seen enough ends the command without a word."""
    with subprocess.Popen(
        [*COMMAND, "rates", "show", "aws.ec2", "--history", "--json"], cwd=folder,
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 0
    assert told == b""


def test_interruptions_are_not_faults(folder: Path) -> None:
    """Ctrl-C ends with 130 and one word."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "advise"], cwd=folder, env=environment(), stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        until = time.monotonic() + 60
        # The first question is asked: the command waits.
        while not select.select([process.stderr], [], [], 0.1)[0] and time.monotonic() < until:
            pass
        process.send_signal(signal.SIGINT)
        told = process.stderr.read().decode()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 130
    assert told.rstrip().endswith("interrupted")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("shell", "instruction", "words"),
    [("bash", "complete_bash", ("COMP_WORDS", "COMP_CWORD")), ("zsh", "complete_zsh", ("_TYPER_COMPLETE_ARGS",)), ("fish", "complete_fish", ("_TYPER_COMPLETE_ARGS",))],
)  # fmt: skip
def test_shells_complete_values(folder: Path, shell: str, instruction: str, words: tuple[str, ...]) -> None:  # fmt: skip
    """Bash, zsh and fish are offered the services that begin as typed."""
    line = "wharfage price example --service aws.farg"
    values = {"COMP_WORDS": line, "COMP_CWORD": "4", "_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}  # fmt: skip
    more = {name: values[name] for name in (*words, "_TYPER_COMPLETE_FISH_ACTION")}
    code = "import sys; sys.argv = ['wharfage']; from wharfage.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env=environment(**more, _WHARFAGE_COMPLETE=instruction),
    )  # fmt: skip
    assert "aws.fargate" in done.stdout, (shell, done.stderr)
    assert "aws.fargate_eks" in done.stdout
    assert "gcp." not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script(folder: Path, shell: str) -> None:
    """Each shell has a script that asks the command for completions."""
    code = "import sys; sys.argv = ['wharfage']; from wharfage.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env=environment(_WHARFAGE_COMPLETE=f"source_{shell}"),
    )  # fmt: skip
    assert "_WHARFAGE_COMPLETE" in done.stdout, done.stderr
    assert f"complete_{shell}" in done.stdout
