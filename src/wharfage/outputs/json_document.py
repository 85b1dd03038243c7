"""Results as JSON documents for other programs, all of the same shape.

What every command prints with ``--json`` is one object. Its first keys are always these:

=============  ==================================================================================
``what``       what it is: ``bill``, ``explanation``, ``comparison``, ``stack_comparison``,
               ``node_plan``, ``grid``, ``break_even``, ``break_even_surface``, ``ranges``,
               ``marginal``, ``cost_diff``, ``advice``, ``rate_tables``, ``rates``,
               ``rate_check``, ``rate_lock``, ``rate_diff``, ``rate_refresh``
``on``         date of the rates and rules, ``2026-10-01``; null where no date was used
``month``      month that was priced, ``730h`` or ``2026-02``; null where no month was
``rate_book``  digest of the rate book; null where no book was read
``assumptions``  everything that was taken for granted: name to words
=============  ==================================================================================

The keys of the result itself follow, such as ``workloads`` and ``totals`` of a bill. Tables are
lists of objects with the columns of the library's frames. Numbers have full precision. Where there
is no number stands null, and the same object says why (``unpriced_reason``, ``reason``, ``note``).
Keys are only ever added.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd


class Dated(Protocol):
    """A result that knows which rates it was priced with."""

    @property
    def on(self) -> dt.date:
        """Date of the rates and rules."""

    @property
    def month(self) -> str:
        """Month that was priced."""

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""


def document(
    what: str,
    *,
    on: dt.date | str | None = None,
    month: str | None = None,
    rate_book: str | None = None,
    assumptions: Mapping[str, str] | None = None,
    **result: Any,  # noqa: ANN401  keys of the result
) -> dict[str, Any]:
    """Document of a result: the keys that all have, then its own, as plain data.

    Examples
    --------
    >>> document("rates", rates=[{"price": float("nan")}])["rates"]
    [{'price': None}]
    """
    first = {
        "what": what,
        "on": on,
        "month": month,
        "rate_book": rate_book,
        "assumptions": dict(assumptions or {}),
    }
    return {name: plain(value) for name, value in (first | result).items()}


def document_of(what: str, found: Dated, **result: Any) -> dict[str, Any]:  # noqa: ANN401
    """Document of a result that knows its date, month, rate book and assumptions."""
    return document(
        what,
        on=found.on,
        month=found.month,
        rate_book=found.rate_book_digest,
        assumptions=getattr(found, "assumptions", None),
        **result,
    )


def json_text(data: Mapping[str, Any]) -> str:
    """Text of a document, in characters that every terminal and pipe can take."""
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911  cells hold anything
    """Value as JSON has it: frames as lists of objects, None for NaN and infinity.

    Examples
    --------
    >>> plain({"cost": np.float64(0.5), "day": dt.date(2026, 10, 1)})
    {'cost': 0.5, 'day': '2026-10-01'}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, pd.DataFrame):
        return plain_records(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(each) for each in value]
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def plain_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as plain data.

    Examples
    --------
    >>> plain_records(pd.DataFrame({"low": [1.5, float("inf")]}))
    [{'low': 1.5}, {'low': None}]
    """
    names = [str(name) for name in frame.columns]
    rows = zip(*(frame.iloc[:, n].tolist() for n in range(len(names))), strict=True)
    return [dict(zip(names, map(plain, row), strict=True)) for row in rows]
