"""The ends of a command: its errors in one screen, warnings, Ctrl-C and readers that leave."""

from __future__ import annotations

import codecs
import io
import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from wharfage.errors import WharfageError

DONE, SOME_UNPRICED, FAULT, INTERRUPTED = 0, 1, 2, 130
#: lines of a message that a terminal shows; where standard error goes elsewhere it is whole
SCREEN = 16
#: kinds of failures that are counted below a message which was cut
KINDS_SHOWN = 5
#: columns of failures that say what kind a failure is, the first one that there is
KINDS = ("reason", "unpriced_reason", "rule", "problem", "message")
#: what stands for characters that the terminal's encoding lacks
PLAIN = {"─": "-", "→": "->", "…": "...", "·": "|", "≤": "<=", "≥": ">="}


def run(app: Callable[[], object], err: Console) -> None:
    """Run the command; a fault of the input is a message and exit code 2, never a traceback."""
    warnings.showwarning = lambda message, *_args, **_kwargs: err.print(
        Text.assemble(("warning:", "yellow"), f" {message}")
    )
    _write_whole()
    _take_any_character()
    try:
        app()
    except WharfageError as error:
        print_error(err, error)
        sys.exit(FAULT)
    except BrokenPipeError:
        _give_up_stdout()
        sys.exit(DONE)
    except OSError as error:
        _give_up_stdout()
        _print_message(err, f"the output cannot be written: {error.strerror or error}.")
        sys.exit(FAULT)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        # Typer makes 1 of a reader that left, which means rows without a price here.
        if isinstance(end.__context__, BrokenPipeError):
            _give_up_stdout()
            sys.exit(DONE)
        # Typer makes this code of Ctrl-C, without a word.
        if end.code == INTERRUPTED:
            err.print("interrupted")
        raise


def print_error(err: Console, error: WharfageError) -> None:
    """Print an error: on a terminal its first lines and the kinds of failures, else all of it."""
    lines = error.message.splitlines()
    if not err.is_terminal or len(lines) <= SCREEN:
        _print_message(err, error.message, error.hint)
        return
    _print_message(err, "\n".join(lines[:SCREEN]))
    err.print(f"... and {len(lines) - SCREEN:,} more lines; 2> errors.txt keeps all of them")
    for kind, count in _kinds(error).most_common(KINDS_SHOWN):
        err.print(f"  {count:,} x {kind}")
    _print_hint(err, error.hint)


def _kinds(error: WharfageError) -> Counter[str]:
    """How many failures there are of each kind; nothing where they do not say."""
    failures = error.failures
    column = next((name for name in KINDS if name in failures), None)
    return Counter() if column is None else Counter(failures[column].astype(str))


def _print_message(err: Console, message: str, hint: str | None = None) -> None:
    err.print(Text.assemble(("error:", "bold red"), f" {message}"))
    _print_hint(err, hint)


def _print_hint(err: Console, hint: str | None) -> None:
    if hint:
        err.print(Text.assemble(("\nHint:", "bold"), f" {hint}"))


def _write_whole() -> None:
    """Buffer standard output where PYTHONUNBUFFERED left it bare.

    A bare file writes what fits and drops the rest without a word; a full disk then looks like success.
    """
    bare = getattr(sys.stdout, "buffer", None)
    if not isinstance(bare, io.RawIOBase):
        return
    encoding, is_terminal = sys.stdout.encoding, sys.stdout.isatty()
    sys.stdout.detach()  # type: ignore[union-attr]
    whole = io.BufferedWriter(bare)
    sys.stdout = io.TextIOWrapper(whole, encoding=encoding, line_buffering=is_terminal)


def _take_any_character() -> None:
    """Let a terminal whose encoding lacks a character show another one instead of failing."""
    from rich.cells import cell_len  # noqa: PLC0415  only characters need it

    def replaced(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        lost = error.object[error.start : error.end]
        # A question mark for every cell, so that columns stay aligned.
        return "".join(PLAIN.get(each, "?" * cell_len(each)) for each in lost), error.end

    codecs.register_error("wharfage.plain", replaced)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="wharfage.plain")


def _give_up_stdout() -> None:
    """Send what is still buffered nowhere, so that the end of the process does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
