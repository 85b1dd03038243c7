"""Formulas written down for one row: what they compute, what they fold, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wharfage.engine.compiled.source import NAME, write_source
from wharfage.engine.compiled.symbols import NotTraceableError, Recorder, Symbol, Table
from wharfage.engine.compiled.trace import Trace

NAN, INF = np.nan, np.inf
LEFT = np.array([0.0, 1.0, -2.5, 3.5, NAN, NAN, 2.0, INF, 0.3])
RIGHT = np.array([1.0, 1.0, 4.0, -0.5, 2.0, NAN, NAN, 2.0, 0.1])
CODES = np.array([0, 1, 2, -1, 0, 1, 2, 2, 1])
TABLE = np.array([5.0, NAN, 7.0])
MATRIX = np.arange(9.0).reshape(3, 3)

Formula = Callable[..., Any]


def written(formula: Formula, *columns: NDArray[Any]) -> NDArray[np.float64]:
    """Write a formula down, run it row by row, and give its results."""
    recorder = Recorder()
    value = formula(*(recorder.column(column) for column in columns))
    flag = np.zeros(1, dtype=np.bool_)
    source = write_source(Trace(recorder, value, value, (), None, flag))
    names: dict[str, Any] = {"np": np}
    exec(source.text, names)  # noqa: S102  what the kernel compiles
    found = np.empty(len(columns[0]))
    with np.errstate(all="ignore"):
        names[NAME](np.empty(len(found), np.bool_), found, found.copy(), *source.arguments)
    return found


ELEMENTWISE: dict[str, Formula] = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: 1.0 - a - b,
    "product": lambda a, b: a * b,
    "quotient": lambda a, b: a / b,
    "minus": lambda a, _: -a,
    "absolute": lambda a, _: np.abs(a),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "fmax": np.fmax,
    "fmin": np.fmin,
    "fmin with a number": lambda a, _: np.fmin(a, 1.5),
    "ceiling": lambda a, _: np.ceil(a),
    "floor": lambda a, _: np.floor(a),
    "half to even": lambda a, _: np.rint(a),
    "clip": lambda a, _: np.clip(a, 0.0, 1.0),
    "no number is zero": lambda a, _: np.nan_to_num(a),
    "comparisons": lambda a, b: np.where((a < b) | (a == 2.0), a, np.where(a >= b, b, -1.0)),
    "logic": lambda a, b: np.where(~(np.isnan(a) & np.isnan(b)) ^ (b > 1), 1.0, 2.0),
    "logical and": lambda a, b: np.where(np.logical_and(a > 0, b <= 2), 1.0, 2.0),
    "one of": lambda a, _: np.where(np.isin(a, (1.0, 2.0)), 1.0, 0.0),
    "a flag as a number": lambda a, b: (a > b).astype(np.float64) + np.where(a > 1, a, b > 1),
    "position": lambda a, _: np.searchsorted(np.array([0.0, 1.0, 2.5]), a).astype(np.float64),
    "division where": lambda a, b: np.divide(a, b, out=np.zeros_like(a), where=b > 1),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_operation_gives_what_numpy_gives(name: str) -> None:
    """An operation gives numpy's result for every row, to the last bit, missing values included."""
    formula = ELEMENTWISE[name]
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(formula(LEFT, RIGHT), LEFT.shape).astype(np.float64)
    np.testing.assert_array_equal(written(formula, LEFT, RIGHT), expected)


def test_codes_index_tables() -> None:
    """Codes take a table's values; -1, an empty cell, takes the last."""
    found = written(lambda code: TABLE.view(Table)[code], CODES)
    np.testing.assert_array_equal(found, TABLE[CODES])


def test_codes_index_tables_of_two_columns() -> None:
    """A pair of codes, one of them the same in all rows, takes a value of a two-way table."""
    found = written(lambda code: MATRIX.view(Table)[code, np.array([1])], CODES)
    np.testing.assert_array_equal(found, MATRIX[CODES, 1])


def test_arrays_of_one_value_stay_arrays() -> None:
    """What is the same in all rows is computed by numpy, so that branches on it are decided."""
    table = TABLE.view(Table)
    assert type(table[np.array([2])] * 2) is np.ndarray
    assert not (table[np.array([2])] > 7.0).any()


def test_the_same_operation_stands_once() -> None:
    """An operation on the same values is written down once."""
    recorder = Recorder()
    column = recorder.column(LEFT)
    assert column * 2.0 is column * 2.0


def test_unused_columns_are_not_read() -> None:
    """A column that the outputs do not need is no argument of the loop."""
    recorder = Recorder()
    used, unused = recorder.column(LEFT), recorder.column(RIGHT)
    assert isinstance(unused + 1.0, Symbol)
    source = write_source(Trace(recorder, used, used, (), None, np.zeros(1, dtype=np.bool_)))
    assert [id(value) for value in source.arguments if np.size(value) > 1] == [id(LEFT)]


def test_nothing_times_a_column_is_nothing_if_the_column_is_finite() -> None:
    """A meter that no row uses is left out, and its factor must be a number."""
    recorder = Recorder()
    column = recorder.column(LEFT)
    assert (np.zeros(1) * column).tolist() == [0.0]
    assert list(recorder.finite) == [column.name]


def test_any_is_true_and_all_is_false() -> None:
    """Every branch that some row may need is taken, none that needs all rows."""
    mask = Recorder().column(LEFT) > 0
    assert mask.any()
    assert np.any(mask)
    assert not mask.all()
    assert not np.all(mask)


UNWRITABLE: dict[str, Formula] = {
    "a branch on the values of a column": lambda a: 1 if a > 0 else 2,
    "a column as an array": np.asarray,
    "a part of a column": lambda a: a[..., None],
    "sum of a column": np.sum,
    "shape of a column": lambda a: a.shape,
    "a row of a table": lambda a: MATRIX.view(Table)[a.astype(np.intp)],
    "an array of 9 values beside a column": lambda a: a + RIGHT,
    "log of a column": np.log,
    "add with options": np.add.accumulate,
}


@pytest.mark.parametrize("words", UNWRITABLE)
def test_what_cannot_be_written_is_refused(words: str) -> None:
    """What does not work row by row is refused, and the refusal names it."""
    with pytest.raises(NotTraceableError, match=words):
        UNWRITABLE[words](Recorder().column(LEFT))
