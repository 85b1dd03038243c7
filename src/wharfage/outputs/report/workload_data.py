"""All workloads as columnar JSON for the page: names by code, numbers in full precision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Places = NDArray[np.intp]

#: most workloads that the page holds; the costliest are kept
MOST = 200_000


@dataclass(frozen=True)
class Shown:
    """A column of the page's table.

    `kind` is ``text`` (hardly any two alike), ``word`` (few distinct), ``number`` or ``money``.
    """

    label: str
    kind: str
    values: pd.Series
    unit: str = ""


def costliest(cost: pd.Series) -> Places:
    """Positions of the rows that the page holds: costliest first, those without a price last."""
    return np.argsort(-cost.to_numpy(float), kind="stable")[:MOST]


def as_json(columns: Sequence[Shown], rows: Places, currency: str) -> str:
    r"""Columns as JSON that may stand inside a ``script`` element.

    No ``<`` is left in it, so that no name can end the element or begin a comment.

    Examples
    --------
    >>> as_json([Shown("workload", "text", pd.Series(["</script>"]))], np.array([0]), "USD")
    '{"currency":"USD","rows":1,"columns":[{"label":"workload","kind":"text","unit":"","values":["\\u003c/script\\u003e"]}]}'
    """
    form = {
        "currency": currency,
        "rows": len(rows),
        "columns": [
            {"label": each.label, "kind": each.kind, "unit": each.unit, **_cells(each, rows)}
            for each in columns
        ],
    }
    text = json.dumps(form, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _cells(column: Shown, rows: Places) -> dict[str, Any]:
    values = column.values.iloc[rows]
    if column.kind == "text":
        return {"values": values.astype(str).tolist()}
    if column.kind == "word":
        words = values.astype("string").fillna("")
        codes, distinct = pd.factorize(words, sort=True)
        return {"words": [str(word) for word in distinct], "codes": codes.tolist()}
    numbers = values.to_numpy(float)
    plain = numbers.astype(object)
    plain[np.isnan(numbers)] = None
    return {"values": plain.tolist()}
