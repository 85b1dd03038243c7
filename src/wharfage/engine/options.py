"""The keywords of a verb, checked and made into options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from wharfage.engine.plan import Options
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.rates.book import RateBook, parse_date
from wharfage.rates.rules import Assumption, check_assumptions
from wharfage.units import parse_month


def read_options(
    book: RateBook,
    on: str | dt.date | None,
    month: str,
    free_tier: str,
    sizes: str,
    before_first: str | None,
    assumptions: Mapping[str, Assumption] | None,
) -> Options:
    """Options from the keywords of ``estimate``, ``compare`` and ``grid``.

    Raises
    ------
    InvalidValueError
        If one makes no sense.
    """
    if assumptions is not None and not isinstance(assumptions, Mapping):
        raise InvalidValueError(
            f"assumptions is a {type(assumptions).__name__}, not a mapping of names to values.",
            hint="write assumptions={'target_utilization': 0.7}.",
        )
    return Options(
        on=book.newest_date if on is None else parse_date(on),
        month=parse_month(month),
        free_tier=_choice("free_tier", free_tier, ("account", "none")),
        sizes=_choice("sizes", sizes, ("round_up", "strict")),
        before_first=_choice("before_first", before_first, (None, "nearest")),
        assumptions=check_assumptions(assumptions, book.assumptions) if assumptions else {},
    )


def _choice(name: str, value: Any, allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if value not in allowed:
        words = [str(choice) for choice in allowed if choice is not None]
        raise InvalidValueError(
            f"{name}={value!r} is not one of {', '.join(words)}.",
            hint=did_you_mean(str(value), words) or f"write {name}={words[0]!r}.",
        )
    return value
