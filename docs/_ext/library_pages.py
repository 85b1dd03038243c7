"""The reference of the library: every public name, from its docstring."""

from __future__ import annotations

import inspect
import re
import sys

from markdown import code, codes, table

import wharfage as wf
from wharfage.api_pictures import KINDS


def verbs(_book: wf.RateBook) -> str:
    """Every public function."""
    return _directives("autofunction", [f"wharfage.{name}" for name, _ in _functions()])


def results(_book: wf.RateBook) -> str:
    """Every public class that is no error, and what the verbs return besides."""
    public = [
        f"wharfage.{name}"
        for name in wf.__all__
        if inspect.isclass(getattr(wf, name)) and not _is_error(getattr(wf, name))
    ]
    return _directives(
        "autoclass", [*public, *_returned()], "members:", "exclude-members: from_row"
    )


def pictures(_book: wf.RateBook) -> str:
    """Kinds of pictures of each result, the usual one first."""
    rows = [(code(of.__name__), codes(kinds)) for of, kinds in KINDS.items()]
    return table(("of", "kinds, the usual one first"), rows)


def errors(_book: wf.RateBook) -> str:
    """Every error and warning."""
    own = [
        name
        for name, kind in vars(sys.modules["wharfage.errors"]).items()
        if inspect.isclass(kind) and issubclass(kind, Exception)
    ]
    return _directives("autoexception", [f"wharfage.errors.{name}" for name in own], "members:")


def _functions() -> list[tuple[str, object]]:
    found = [(name, getattr(wf, name)) for name in wf.__all__]
    return [(name, verb) for name, verb in found if inspect.isfunction(verb)]


def _is_error(kind: type) -> bool:
    return issubclass(kind, Exception) and not issubclass(kind, Warning)


def _returned() -> list[str]:
    """Classes of ours that the verbs return, and that are not public names themselves."""
    found = {}
    for _, verb in _functions():
        for name in re.findall(r"\w+", str(inspect.signature(verb).return_annotation)):
            kind = getattr(sys.modules[verb.__module__], name, None)
            if inspect.isclass(kind) and kind.__module__.startswith("wharfage."):
                found[name] = f"{kind.__module__}.{name}"
    return sorted(place for name, place in found.items() if name not in wf.__all__)


def _directives(kind: str, names: list[str], *options: str) -> str:
    blocks = [
        "\n".join([f".. {kind}:: {name}", *(f"   :{option}" for option in options), ""])
        for name in names
    ]
    return "```{eval-rst}\n" + "\n".join(blocks) + "\n```\n"
