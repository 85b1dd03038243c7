"""YAML and JSON text as plain data, with the line of every value; safe for text from anywhere.

Events of the parser are read one by one, never a composed tree: a hostile or careless text fails
with its line before it costs memory. Refused are duplicate keys, tags, keys that are not plain
text, nesting that would exhaust the stack, and, unless :class:`Dialect` allows them, anchors and
aliases. Where they are allowed, an alias counts as many values as it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: a value is quoted in a message up to this length
SHOWN = 40
SHOWN_TAG = 2 * SHOWN
TEXT = "tag:yaml.org,2002:str"
TIMESTAMP = "tag:yaml.org,2002:timestamp"
MERGE = "<<"
WHOLE = "tag:yaml.org,2002:int"
WORD_BITS = 64
#: a whole number of more digits, in any base, has more bits than a word
LONGEST_WHOLE = 2 * WORD_BITS
TOO_MANY = "more values than can be read safely"

Place = tuple[str | int, ...]
#: the parser's events differ in their attributes, and its C and Python classes in their marks
Event = Any


@dataclass(frozen=True)
class Dialect:
    """What a text may use.

    Attributes
    ----------
    max_depth : int
        Levels of nesting; libyaml's own composer overruns the stack on hostile nesting.
    max_values : int
        Values in all documents of the text, aliases followed.
    has_aliases : bool
        Anchors, aliases and merge keys are read; otherwise each is a problem.
    is_json : bool
        Scalars have JSON's types only: what YAML calls a date or a base-60 number stays text,
        and so does a whole number of more than 64 bits.
    tags : set of str
        Tags that are read; every other one is a problem.
    """

    max_depth: int = 40
    max_values: int = 50_000_000
    has_aliases: bool = False
    is_json: bool = False
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """What is wrong with a text, and on which line."""

    line: int
    message: str


@dataclass(frozen=True)
class Plain:
    """One document: plain data, the line on which each part stands, and the line it starts on."""

    data: Any
    lines: dict[Place, int]
    line: int


@dataclass
class Text:
    """Documents of a text, as far as it could be read, and everything that is wrong with it.

    `count` is the number of its values, aliases followed.
    """

    documents: list[Plain] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0


class _StoppedError(Exception):
    """Reading on would cost too much."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Reader:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.dialect = dialect
        self.loader = Loader(text)
        self.problems: list[Problem] = []
        self.lines: dict[Place, int] = {}
        #: value, number of values and levels that an anchor stands for; None while it is open
        self.anchors: dict[str, tuple[Any, int, int] | None] = {}
        self.count = 0
        self.deepest = 0

    def problem(self, event: Event, message: str) -> None:
        self.problems.append(Problem(event.start_mark.line + 1, message))

    def stop(self, event: Event, message: str) -> NoReturn:
        raise _StoppedError(Problem(event.start_mark.line + 1, message))

    def documents(self) -> Iterator[Plain]:
        self.loader.get_event()
        while not isinstance(start := self.loader.get_event(), yaml.StreamEndEvent):
            self.lines, self.anchors = {}, {}
            data = self.value(self.loader.get_event(), ())
            self.loader.get_event()
            yield Plain(data, self.lines, start.start_mark.line + 1)

    def value(self, event: Event, place: Place) -> Any:  # noqa: ANN401  YAML holds anything
        self.count += 1
        if self.count > self.dialect.max_values:
            self.stop(event, TOO_MANY)
        if place not in self.lines:
            self.lines[place] = event.start_mark.line + 1
        if event.anchor is None:
            return self.bare_value(event, place)
        if not self.dialect.has_aliases:
            self.problem(event, "anchors and aliases are not allowed")
            return None if isinstance(event, yaml.AliasEvent) else self.bare_value(event, place)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, len(place))
        self.anchors[event.anchor] = None
        before, outside = self.count, self.deepest
        self.deepest = len(place)
        data = self.bare_value(event, place)
        self.anchors[event.anchor] = (data, 1 + self.count - before, self.deepest - len(place))
        self.deepest = max(self.deepest, outside)
        return data

    def alias(self, event: Event, depth: int) -> Any:  # noqa: ANN401
        if event.anchor not in self.anchors:
            self.problem(event, f"alias {_short('*' + event.anchor)} has no anchor before it")
            return None
        target = self.anchors[event.anchor]
        if target is None:
            self.problem(event, f"alias {_short('*' + event.anchor)} stands inside what it means")
            return None
        data, size, levels = target
        self.count += size - 1
        self.go_in(event, depth + levels)
        if self.count > self.dialect.max_values:
            self.stop(event, f"alias {_short('*' + event.anchor)} stands for {TOO_MANY}")
        return data

    def bare_value(self, event: Event, place: Place) -> Any:  # noqa: ANN401
        is_known = event.tag is None or event.tag in self.dialect.tags
        if not is_known:
            self.problem(event, f"tag {_short(event.tag, SHOWN_TAG)} is not allowed")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event) if is_known else None
        self.go_in(event, len(place) + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(place)
        return self.sequence(place)

    def go_in(self, event: Event, depth: int) -> None:
        if depth > self.dialect.max_depth:
            self.stop(event, f"nested more than {self.dialect.max_depth} levels deep")
        self.deepest = max(self.deepest, depth)

    def scalar(self, event: Event) -> Any:  # noqa: ANN401
        tag = event.tag or self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == TEXT or (self.dialect.is_json and (tag == TIMESTAMP or ":" in event.value)):
            return event.value
        # Python is slow to read, or refuses, a whole number of very many digits.
        if self.dialect.is_json and tag == WHOLE and len(event.value) > LONGEST_WHOLE:
            return event.value
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            data = self.loader.construct_object(node)
        except (ValueError, KeyError, IndexError, yaml.YAMLError) as error:
            why = getattr(error, "problem", None) or str(error)
            self.problem(event, f"{_short(event.value)} cannot be read: {why}")
            return None
        is_huge = self.dialect.is_json and isinstance(data, int) and data.bit_length() > WORD_BITS
        return event.value if is_huge else data

    def sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            found.append(self.value(event, (*place, len(found))))
        return found

    def mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        while not isinstance(key := self.loader.get_event(), yaml.MappingEndEvent):
            name = self.key(key, place)
            if name == MERGE and self.dialect.has_aliases:
                merged += self.merge(self.loader.get_event(), (*place, MERGE))
                continue
            if name in found:
                self.problem(key, f"key {_short(name)} stands here twice")
            inside = (*place, name)
            self.lines[inside] = key.start_mark.line + 1
            found[name] = self.value(self.loader.get_event(), inside)
        for other in merged:
            for name, value in other.items():
                found.setdefault(name, value)
        return found

    def merge(self, event: Event, place: Place) -> list[dict[str, Any]]:
        """Mappings of a merge key; the ones named first win."""
        data = self.value(event, place)
        others = data if isinstance(data, list) else [data]
        if not all(isinstance(other, dict) for other in others):
            self.problem(event, "a merge key '<<' needs a mapping, or a list of mappings")
            return []
        return others

    def key(self, event: Event, place: Place) -> str:
        plain = isinstance(event, yaml.ScalarEvent) and event.anchor is None
        if plain and event.tag is None:
            return str(event.value)
        self.problem(event, "a key must be plain text, without anchor, alias or tag")
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self.value(event, (*place, "?"))
        return "?"


def read_text(text: str, dialect: Dialect) -> Text:
    r"""Documents of `text`, with every problem found; one that ends the reading stands first.

    Examples
    --------
    >>> found = read_text("a: 1\nb: [2]", Dialect())
    >>> found.documents[0].data, found.documents[0].lines[("b", 0)]
    ({'a': 1, 'b': [2]}, 2)
    """
    found = Text()
    reader = _Reader(text, dialect)
    try:
        found.documents.extend(reader.documents())
    except yaml.YAMLError as error:
        line, problem = _reason(error, text)
        found.problems.append(Problem(line, f"not valid YAML: {problem}"))
    except _StoppedError as stopped:
        found.problems.append(stopped.problem)
    finally:
        reader.loader.dispose()
    found.problems += reader.problems
    found.count = reader.count
    return found


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Line of `place`, or of its nearest parent that has one."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _reason(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Line and words of a parser's error."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        # At the end of a text without a last line break, the parser is one line further.
        return min(mark.line, text.count("\n")) + 1, getattr(error, "problem", None) or str(error)
    position = getattr(error, "position", 0)
    line = text.encode()[:position].count(b"\n") + 1
    return line, getattr(error, "reason", None) or str(error)


def _short(value: str, shown: int = SHOWN) -> str:
    return repr(value if len(value) <= shown else value[:shown] + "...")
