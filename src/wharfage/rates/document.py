"""YAML documents of the rate book, read with the line of every value.

A hostile or careless file fails here with its place: duplicate keys, anchors and aliases (which
can blow a small file up to gigabytes), tags, several documents, nesting that would exhaust the
stack, or text that is not YAML. Events of the parser are read one by one, never a composed tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from wharfage.errors import RateTableError

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 50_000_000
#: deeper than any table; libyaml's own composer overruns the stack on hostile nesting
MAX_DEPTH = 40
#: a value is quoted in a message up to this length
SHOWN = 40
TEXT = "tag:yaml.org,2002:str"
HINT = "a rate table is plain YAML: one document, every key once, no anchors, no tags."

Place = tuple[str | int, ...]
#: the parser's events differ in their attributes, and its C and Python classes in their marks
Event = Any


@dataclass(frozen=True)
class Document:
    """Plain data and the line on which each part of it stands."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of `place`, or of its nearest parent that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def where(self, place: Place) -> str:
        """``file:line (path)`` for messages."""
        inside = ".".join(str(part) for part in place)
        return f"{self.path.name}:{self.line(place)}" + (f" ({inside})" if inside else "")


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.loader = Loader(text)
        self.lines: dict[Place, int] = {}
        self.problems: list[dict[str, Any]] = []

    def problem(self, event: Event, message: str) -> None:
        line = event.start_mark.line + 1
        self.problems.append({"file": self.path.name, "line": line, "message": message})

    def document(self) -> Any:  # noqa: ANN401  YAML holds anything
        """The one document of the file; an empty file is an empty map."""
        self.loader.get_event()
        if isinstance(self.loader.get_event(), yaml.StreamEndEvent):
            return {}
        self.lines[()] = 1
        data = self.value(self.loader.get_event(), ())
        self.loader.get_event()
        after = self.loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            self.problem(after, "a second document starts here")
        return data

    def value(self, event: Event, place: Place) -> Any:  # noqa: ANN401
        self.lines.setdefault(place, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.problem(event, "anchors and aliases are not allowed")
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None:
            self.problem(event, f"tag {event.tag!r} is not allowed")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if len(place) >= MAX_DEPTH:
            line = event.start_mark.line + 1
            _fail(self.path, line, f"nested more than {MAX_DEPTH} levels deep", HINT)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(place)
        return self.sequence(place)

    def scalar(self, event: Event) -> Any:  # noqa: ANN401
        if event.tag is not None:
            return None
        tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == TEXT:
            return event.value
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            return self.loader.construct_object(node)
        except (ValueError, yaml.YAMLError) as error:
            why = getattr(error, "problem", None) or str(error)
            self.problem(event, f"{_short(event.value)} cannot be read: {why}")
            return None

    def sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            found.append(self.value(event, (*place, len(found))))
        return found

    def mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(key := self.loader.get_event(), yaml.MappingEndEvent):
            name = self.key(key, place)
            if name in found:
                self.problem(key, f"key {_short(name)} stands here twice")
            inside = (*place, name)
            self.lines[inside] = key.start_mark.line + 1
            found[name] = self.value(self.loader.get_event(), inside)
        return found

    def key(self, event: Event, place: Place) -> str:
        plain = isinstance(event, yaml.ScalarEvent) and event.tag is None and event.anchor is None
        if plain:
            return str(event.value)
        self.problem(event, "a key must be plain text, without anchor, alias or tag")
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self.value(event, (*place, "?"))
        return "?"


def read_document(path: Path) -> Document:
    """Document at `path`.

    Raises
    ------
    RateTableError
        If the file cannot be read, is not one YAML document, or uses duplicate keys, anchors
        or tags; every such place is listed in ``failures``.
    """
    text = _text(path)
    reader = _Reader(path, text)
    try:
        data = reader.document()
    except yaml.YAMLError as error:
        line, problem = _reason(error, text)
        _fail(path, line, f"not valid YAML: {problem}", "mend the line named.")
    finally:
        reader.loader.dispose()
    if reader.problems:
        first = reader.problems[0]
        raise RateTableError(
            f"{first['file']}:{first['line']}: {first['message']}"
            f" ({len(reader.problems):,} such places in the file).",
            hint=HINT,
            failures=reader.problems,
        )
    return Document(path, data, reader.lines)


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


def _reason(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Line and words of a parser's error."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return mark.line + 1, getattr(error, "problem", None) or str(error)
    position = getattr(error, "position", 0)
    line = text.encode()[:position].count(b"\n") + 1
    return line, getattr(error, "reason", None) or str(error)


def _short(value: str) -> str:
    return repr(value if len(value) <= SHOWN else value[:SHOWN] + "...")


def _fail(path: Path, line: int, message: str, hint: str) -> NoReturn:
    failure = {"file": path.name, "line": line, "message": message}
    raise RateTableError(f"{path.name}:{line}: {message}.", hint=hint, failures=[failure])
