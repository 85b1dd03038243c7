"""YAML documents of the rate book, read with the line of every value.

A hostile or careless file fails here with its place. A rate table is plainer than YAML allows:
one document, no anchors, no aliases, no tags (see :mod:`wharfage.plain_yaml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from wharfage.errors import RateTableError
from wharfage.plain_yaml import Dialect, Place, Problem, line_of, read_text

MAX_BYTES = 50_000_000
HINT = "a rate table is plain YAML: one document, every key once, no anchors, no tags."


@dataclass(frozen=True)
class Document:
    """Plain data and the line on which each part of it stands."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of `place`, or of its nearest parent that has one."""
        return line_of(self.lines, place)

    def where(self, place: Place) -> str:
        """``file:line (path)`` for messages."""
        inside = ".".join(str(part) for part in place)
        return f"{self.path.name}:{self.line(place)}" + (f" ({inside})" if inside else "")


def read_document(path: Path) -> Document:
    """Document at `path`; an empty file is an empty map.

    Raises
    ------
    RateTableError
        If the file cannot be read, is not one YAML document, or uses duplicate keys, anchors
        or tags; every such place is listed in ``failures``.
    """
    found = read_text(_text(path), Dialect())
    problems = list(found.problems)
    if len(found.documents) > 1:
        problems.append(Problem(found.documents[1].line, "a second document starts here"))
    if problems:
        failures = [{"file": path.name, "line": p.line, "message": p.message} for p in problems]
        first = failures[0]
        raise RateTableError(
            f"{first['file']}:{first['line']}: {first['message']}"
            f" ({len(failures):,} such places in the file).",
            hint=HINT,
            failures=failures,
        )
    if not found.documents:
        return Document(path, {}, {(): 1})
    document = found.documents[0]
    return Document(path, document.data, {**document.lines, (): 1})


def _text(path: Path) -> str:
    hint = "a rate table is a text file of a few thousand rows; check that this is one."
    try:
        size = path.stat().st_size
        if not path.is_file():
            _fail(path, 1, "this is no regular file", hint)
        if size > MAX_BYTES:
            _fail(path, 1, f"the file is larger than {MAX_BYTES:,} bytes", hint)
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        _fail(path, 1, f"the file cannot be read: {error.strerror}", f"looked for {path}.")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        _fail(path, line, f"this is not UTF-8 text (byte {error.start:,})", "save it as UTF-8.")


def _fail(path: Path, line: int, message: str, hint: str) -> NoReturn:
    failure = {"file": path.name, "line": line, "message": message}
    raise RateTableError(f"{path.name}:{line}: {message}.", hint=hint, failures=[failure])
