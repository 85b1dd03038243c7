"""A place in a document: read with its type, or noted as wrong with file, line and path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wharfage.inputs.documents import Document
from wharfage.inputs.places import SHOWN, Problems, inside, quoted
from wharfage.inputs.quantities import parse_quantity
from wharfage.plain_yaml import Place

NAMES = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a number"}
#: counts beyond this are slips, and would not fit a fleet's columns
LARGEST_COUNT = 10**9


@dataclass(frozen=True, slots=True)
class Field:
    """Value at a place of a document; absent and null are the same, as in Kubernetes.

    A value of the wrong type is noted in `problems` and read as absent.
    """

    document: Document
    problems: Problems
    value: Any
    place: Place = ()

    def __getitem__(self, name: str) -> Field:
        return self._inside(name, self.mapping().get(name))

    def __bool__(self) -> bool:
        return self.value is not None

    def at(self, *names: str) -> Field:
        """Field some levels further in."""
        found = self
        for name in names:
            found = found[name]
        return found

    def mapping(self) -> dict[str, Any]:
        """Value as a mapping; empty where absent."""
        return self._typed(dict) or {}

    def items(self) -> Iterator[tuple[str, Field]]:
        """Names and fields of a mapping."""
        for name, value in self.mapping().items():
            yield name, self._inside(name, value)

    def each(self) -> Iterator[Field]:
        """Fields of a list; a list of mappings leaves out what is null."""
        for number, value in enumerate(self._typed(list) or []):
            yield self._inside(number, value)

    def text(self, default: str = "") -> str:
        """Value as text; `default` where absent."""
        found = self._typed(str)
        return default if found is None else str(found)

    def name(self, default: str = "") -> str:
        """Value as the text of a name, which a terminal can show; `default` where absent."""
        found = self.text(default)
        if "{{" in found:
            self.wrong(f"{quoted(found)} is no name")
        elif not found.isprintable():
            self.wrong(f"{found[:SHOWN]!a} holds characters that do not show")
        return found

    def flag(self) -> bool:
        """Value as true or false; false where absent."""
        return bool(self._typed(bool))

    def count(self) -> int | None:
        """Value as a whole number, 0 or more; None where absent. 2.0 is 2, as for Kubernetes."""
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_COUNT:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | None):
            self.wrong(f"{quoted(value)} is not a whole number")
            return None
        if value is not None and value < 0:
            self.wrong(f"{value} is below 0")
            return None
        if value is not None and value > LARGEST_COUNT:
            self.wrong(f"{value:,} is more than {LARGEST_COUNT:,}")
            return None
        return value

    def quantity(self) -> Decimal | None:
        """Value as a Kubernetes quantity; None where absent."""
        if self.value is None:
            return None
        try:
            return parse_quantity(self.value)
        except ValueError as error:
            self.wrong(str(error))
            return None

    def wrong(self, message: str) -> None:
        """Note that something is wrong here."""
        document = self.document
        path = inside((*document.prefix, *self.place))
        self.problems.add(document.file, document.line(self.place), path, message)

    @property
    def where(self) -> str:
        """``file:line path`` for messages."""
        return self.document.where(self.place)

    def _inside(self, name: str | int, value: Any) -> Field:  # noqa: ANN401
        return Field(self.document, self.problems, value, (*self.place, name))

    def _typed(self, kind: type) -> Any:  # noqa: ANN401
        if self.value is None or isinstance(self.value, kind):
            return self.value
        # YAML reads no, on and 1.10 as something else than text.
        is_bare = kind is str and isinstance(self.value, bool | int | float)
        advice = "; put it in quotes" if is_bare else ""
        self.wrong(f"{quoted(self.value)} is not {NAMES[kind]}{advice}")
        return None
