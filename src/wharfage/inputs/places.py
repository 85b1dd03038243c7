"""Where in the documents something is wrong, and the one error that tells all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from wharfage.errors import DocumentError
from wharfage.plain_yaml import Place

HINT = "mend the places named; error.failures lists all of them."
#: what stands in a message shows that a text is not ready to be read, and what to do
UNREADY = {
    "{{": "'{{' looks like a template: render it first, with helm template, and give the result.",
    "${": "'${' looks like a variable: fill it in first, with envsubst for instance.",
    "tag '!": "tags such as !Ref are CloudFormation's, whose templates are not read.",
}
#: a value or a name is quoted in a message up to this length
SHOWN = 60


def inside(place: Place) -> str:
    """Path inside a document as text.

    Examples
    --------
    >>> inside(("spec", "containers", 0, "image"))
    'spec.containers[0].image'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def quoted(value: object) -> str:
    """A value for a message, cut where it is long; control characters are escaped."""
    text = str(value)
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "...")


class Problems:
    """Everything that is wrong with a set of documents, each place once, in order."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, str, str], None] = {}

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[tuple[str, int, str, str]]:
        return iter(self._found)

    def add(self, file: str, line: int, path: str, message: str) -> None:
        """Note one; line 0 is the file as a whole."""
        self._found[file, line, path, message] = None

    def include(self, error: DocumentError) -> None:
        """Note all that another stage found."""
        for row in error.failures.to_dict("records"):
            self.add(str(row["file"]), int(row["line"]), str(row["path"]), str(row["message"]))

    def raise_if_any(self, hint: str = HINT) -> None:
        """Raise one error with all of them, if there are any.

        Raises
        ------
        DocumentError
            With a row of file, line, path and message for each in ``failures``.
        """
        if self._found:
            self.raise_all(hint)

    def raise_all(self, hint: str = HINT) -> NoReturn:
        """Raise one error with all of them; `hint` gives way to one that fits a message."""
        said = [words for mark, words in UNREADY.items() if any(mark in f[3] for f in self)]
        hint = " ".join(said) if said and hint == HINT else hint
        keys = ("file", "line", "path", "message")
        files = {name: number for number, name in enumerate(dict.fromkeys(f[0] for f in self))}
        ordered = sorted(self, key=lambda found: (files[found[0]], found[1]))
        failures: list[dict[str, Any]] = [dict(zip(keys, found, strict=True)) for found in ordered]
        file, line, path, message = ordered[0]
        where = " ".join(part for part in (f"{file}:{line}" if line else file, path) if part)
        more = f" ({len(failures):,} such places)" if len(failures) > 1 else ""
        raise DocumentError(f"{where}: {message}{more}.", hint=hint, failures=failures)
