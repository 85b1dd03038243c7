"""What a check finds: the rule that is broken, where, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wharfage.errors import did_you_mean

if TYPE_CHECKING:
    from wharfage.plain_yaml import Place

#: rule, place inside the document, message
Found = Iterator[tuple[str, "Place", str]]

#: names in one message, before "and more"
SHOWN = 5


def hint(name: str, known: Iterable[str]) -> str:
    """End of a message with the known names nearest to `name`; empty if nothing is near."""
    near = did_you_mean(name, known)
    return f"; {near}" if near else ""


def hint_or_add(name: str, known: Iterable[str], where: str) -> str:
    """End of a message on a word of a shared list: the words nearest to `name`, and where the list is.

    Examples
    --------
    >>> hint_or_add("vcpu_hour", ["vcpu_hours"], "METERS in columns.py")
    "; did you mean 'vcpu_hours'? A new one is added to METERS in columns.py"
    """
    near = did_you_mean(name, known)
    return f"; {near} A new one is added to {where}" if near else f"; a new one is added to {where}"


def some(names: Iterable[str]) -> str:
    """Names in order, the first few of many.

    Examples
    --------
    >>> some("gfedcba")
    'a, b, c, d, e and 2 more'
    """
    ordered = sorted(names)
    more = f" and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    return ", ".join(ordered[:SHOWN]) + more
