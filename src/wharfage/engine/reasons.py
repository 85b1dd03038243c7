"""Why rows cannot be priced: one text per row, built from few distinct texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Reasons:
    """Reason of each row of a fleet; rows with several faults name them all.

    `codes` index `texts`; code 0 means no reason.
    """

    def __init__(self, rows: int) -> None:
        self.codes: NDArray[np.int32] = np.zeros(rows, dtype=np.int32)
        self.texts: list[str] = [""]
        self._index = {"": 0}

    def add(self, rows: NDArray[np.intp], text: str) -> None:
        """Give `text` to the rows, after whatever reason they already have."""
        if not len(rows):
            return
        before = self.codes[rows]
        for code in np.unique(before):
            joined = f"{self.texts[code]}; {text}" if code else text
            self.codes[rows[before == code]] = self._code(joined)

    def text(self) -> NDArray[np.object_]:
        """Reason of every row; None where there is none."""
        return np.array([None, *self.texts[1:]], dtype=object)[self.codes]

    @property
    def exist(self) -> bool:
        """True if any row has a reason."""
        return len(self.texts) > 1

    @property
    def any(self) -> NDArray[np.bool_]:
        """True where a row has a reason."""
        return self.codes != 0

    def _code(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.texts)
            self.texts.append(text)
        return self._index[text]


def code_of(reason: str) -> str:
    """Machine-readable code of a reason: what stands before the colon."""
    return reason.split(":", 1)[0]


def join_words(words: Sequence[str]) -> str:
    """Words as a person lists them.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
