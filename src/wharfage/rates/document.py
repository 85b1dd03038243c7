"""YAML documents of the rate book, read with the line of every value.

A hostile or careless file fails here with its place: duplicate keys, anchors and aliases (which
can blow a small file up to gigabytes), tags, several documents, or text that is not YAML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wharfage.errors import RateTableError

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 50_000_000

Place = tuple[str | int, ...]


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
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.seen: set[int] = set()
        self.scalars = Loader("")
        self.problems: list[dict[str, Any]] = []

    def problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(
            {"file": self.path.name, "line": node.start_mark.line + 1, "message": message}
        )

    def value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401  YAML holds anything
        self.lines[place] = node.start_mark.line + 1
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.problem(node, f"tag {node.tag!r} is not allowed")
            return None
        if isinstance(node, yaml.ScalarNode):
            try:
                return self.scalars.construct_object(node)
            except (ValueError, yaml.YAMLError) as error:
                self.problem(node, f"{node.value!r} cannot be read: {error}")
                return None
        # The composer returns the same node object wherever an alias points to it.
        if id(node) in self.seen:
            self.problem(node, "anchors and aliases are not allowed in rate tables")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, n)) for n, item in enumerate(node.value)]
        return self.mapping(node, place)

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self.problem(key_node, "a key must be plain text")
            elif key in found:
                self.problem(key_node, f"key {key!r} stands here twice")
            else:
                found[key] = self.value(value_node, (*place, key))
        return found


def read_document(path: Path) -> Document:
    """Document at `path`.

    Raises
    ------
    RateTableError
        If the file cannot be read, is not one YAML document, or uses duplicate keys, anchors
        or tags; every such place is listed.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RateTableError(
                f"{path.name} is larger than {MAX_BYTES:,} bytes.",
                hint="a rate table holds a few thousand rows; check that this is one.",
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RateTableError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RateTableError(
            f"{path.name} is not UTF-8 text (byte {error.start:,}).",
            hint="save the table as UTF-8.",
        ) from error
    reader = _Reader(path)
    try:
        node = yaml.compose(text, Loader=Loader)
        data = {} if node is None else reader.value(node, ())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or str(error)
        raise RateTableError(
            f"{path.name}:{line} is not valid YAML: {problem}.", hint="mend the line named."
        ) from error
    except RecursionError as error:
        raise RateTableError(f"{path.name} is nested too deeply.") from error
    if reader.problems:
        first = reader.problems[0]
        raise RateTableError(
            f"{first['file']}:{first['line']}: {first['message']}"
            f" ({len(reader.problems):,} such places in the file).",
            hint="a rate table is plain YAML: one document, every key once, no anchors, no tags.",
            failures=reader.problems,
        )
    return Document(path, data, reader.lines)
