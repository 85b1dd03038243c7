"""Columns without values: a formula that runs on them writes down its operations, each once.

A :class:`Symbol` stands where a formula expects an array. What numpy would compute for all rows is
recorded as one expression for a single row. Arrays of one value stay arrays, so that what is the
same in all rows is computed by numpy, once, and branches on it are taken. Of a symbol, ``any()``
is true and ``all()`` is false: a formula's branches hold for rows that do not need them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

#: kinds of values, as numpy's dtypes tell them
FLOAT, INTEGER, FLAG, TABLE = "f", "i", "b", "t"

#: numpy's elementwise operations as expressions of one row; NaN as in numpy
COMPARISONS = {
    "equal": "({0} == {1})",
    "not_equal": "({0} != {1})",
    "less": "({0} < {1})",
    "less_equal": "({0} <= {1})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
    "isnan": "({0} != {0})",
}
ARITHMETIC = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "negative": "(-{0})",
    "absolute": "abs({0})",
    "maximum": "({0} if ({0} >= {1}) | ({0} != {0}) else {1})",
    "minimum": "({0} if ({0} <= {1}) | ({0} != {0}) else {1})",
    "fmax": "({0} if ({0} >= {1}) | ({1} != {1}) else {1})",
    "fmin": "({0} if ({0} <= {1}) | ({1} != {1}) else {1})",
}
LOGIC = {
    "bitwise_and": "({0} & {1})",
    "bitwise_or": "({0} | {1})",
    "bitwise_xor": "({0} != {1})",
    "logical_and": "({0} & {1})",
    "logical_or": "({0} | {1})",
    "invert": "(not {0})",
}
FRACTIONS = {
    "divide": "({0} / {1})",
    "ceil": "np.ceil({0})",
    "floor": "np.floor({0})",
    "rint": "np.rint({0})",
}
#: conversions, by the kind that they give
CONVERSIONS = {FLOAT: "np.float64({0})", INTEGER: "np.int64({0})"}


class NotTraceableError(Exception):
    """A formula does something with a column that cannot be written for one row."""


class Symbol(NDArrayOperatorsMixin):
    """A value that differs from row to row: a column, or what follows from columns.

    Also a number or a table of the rates, which the compiled function takes as an argument;
    `value` is the argument, and None of what is computed.
    """

    def __init__(
        self,
        recorder: Recorder,
        name: str,
        kind: str,
        text: str = "",
        operands: tuple[Symbol, ...] = (),
        value: Any = None,  # noqa: ANN401  a number or an array
    ) -> None:
        self.recorder = recorder
        self.name = name
        self.kind = kind
        self.text = text
        self.operands = operands
        self.value = value

    def any(self) -> np.bool_:
        """True: some row may need what follows."""
        return np.True_

    def all(self) -> np.bool_:
        """False: some row may not be so."""
        return np.False_

    def astype(self, dtype: Any) -> Symbol:  # noqa: ANN401  as numpy takes it
        """Values as another type of number."""
        kind = np.dtype(dtype).kind
        if kind not in CONVERSIONS:
            raise NotTraceableError(f"a column as {dtype}")
        return self.recorder.define(CONVERSIONS[kind], (self,), kind)

    def __bool__(self) -> bool:
        raise NotTraceableError("a branch on the values of a column")

    def __array__(self, *_: object, **__: object) -> NDArray[Any]:
        raise NotTraceableError("a column as an array")

    def __getitem__(self, key: object) -> Symbol:
        raise NotTraceableError("a part of a column")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  nothing is found
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotTraceableError(f"{name} of a column")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:  # noqa: ANN401
        where, out = options.pop("where", True), options.pop("out", (None,))
        if method != "__call__" or options:
            raise NotTraceableError(f"{ufunc.__name__} with options")
        found = _elementwise(self.recorder, ufunc.__name__, inputs)
        return found if where is True else np.where(where, found, out[0])

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        if function not in FUNCTIONS or options:
            raise NotTraceableError(f"{getattr(function, '__name__', function)} of a column")
        return FUNCTIONS[function](self.recorder, *args)


class Table(np.ndarray[Any, Any]):
    """An array of a rule or of prices, which columns of codes may index."""

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401  whatever numpy takes
        """Values at `key`; a symbol if the key holds one."""
        keys = key if isinstance(key, tuple) else (key,)
        own = next((part for part in keys if isinstance(part, Symbol)), None)
        if own is None:
            return np.asarray(self)[key]
        if len(keys) != self.ndim:
            raise NotTraceableError("a row of a table")
        recorder = own.recorder
        table = recorder.table(np.asarray(self))
        places = ", ".join(f"{{{n + 1}}}" for n in range(len(keys)))
        operands = (table, *(recorder.symbol(part) for part in keys))
        return recorder.define(f"{{0}}[{places}]", operands, _kind(self))


class Recorder:
    """The operations of a formula, in order; the same operation on the same values stands once.

    Attributes
    ----------
    expressions : mapping of text to Symbol
        What is computed for each row.
    arguments : mapping of identity to Symbol
        Columns, tables and numbers that it is computed from.
    finite : mapping of name to Symbol
        Values that must be finite: times zero they were taken to be zero.
    """

    def __init__(self) -> None:
        self.expressions: dict[str, Symbol] = {}
        self.arguments: dict[tuple[Any, ...], Symbol] = {}
        self.finite: dict[str, Symbol] = {}

    def column(self, values: NDArray[Any]) -> Symbol:
        """A column of the rows to price."""
        array = self._argument("column", id(values), values, TABLE)
        return self.define("{0}[i]", (array,), _kind(values))

    def table(self, values: NDArray[Any]) -> Symbol:
        """A table that codes index."""
        identity = values.ctypes.data, values.shape, values.dtype.str
        return self._argument("table", identity, values, TABLE)

    def symbol(self, value: Any) -> Symbol:  # noqa: ANN401  anything that meets a column
        """The symbol itself, or one for a number that is the same in all rows."""
        if isinstance(value, Symbol):
            return value
        array = np.asarray(value)
        if array.size != 1 or array.dtype.kind not in (FLOAT, INTEGER, FLAG):
            raise NotTraceableError(f"an array of {array.size} values beside a column")
        number = array.item()
        return self._argument("number", repr(number), number, array.dtype.kind)

    def define(self, template: str, operands: tuple[Symbol, ...], kind: str) -> Symbol:
        """The symbol of an expression."""
        text = template.format(*(operand.name for operand in operands))
        if text not in self.expressions:
            name = f"v{len(self.expressions)}"
            self.expressions[text] = Symbol(self, name, kind, text, operands)
        return self.expressions[text]

    def _argument(self, what: str, identity: object, value: Any, kind: str) -> Symbol:  # noqa: ANN401
        key = what, kind, identity
        if key not in self.arguments:
            name = f"{what}_{len(self.arguments)}"
            self.arguments[key] = Symbol(self, name, kind, value=value)
        return self.arguments[key]


def _kind(values: NDArray[Any]) -> str:
    if values.dtype.kind not in (FLOAT, INTEGER, FLAG):
        raise NotTraceableError(f"a column of {values.dtype}")
    return values.dtype.kind


def _elementwise(recorder: Recorder, name: str, inputs: tuple[Any, ...]) -> Any:  # noqa: ANN401
    operands = tuple(recorder.symbol(value) for value in inputs)
    constants = [operand.value for operand in operands if not operand.text]
    if constants:
        simple = _with_constant(recorder, name, operands, constants[0])
        if simple is not None:
            return simple
    if name in COMPARISONS:
        return recorder.define(COMPARISONS[name], operands, FLAG)
    if name in FRACTIONS:
        return recorder.define(FRACTIONS[name], operands, FLOAT)
    if name in LOGIC and _widest(operands) == FLAG:
        return recorder.define(LOGIC[name], operands, FLAG)
    if name in ARITHMETIC:
        return recorder.define(ARITHMETIC[name], operands, _widest(operands))
    raise NotTraceableError(f"{name} of a column")


def _with_constant(
    recorder: Recorder,
    name: str,
    operands: tuple[Symbol, ...],
    constant: Any,  # noqa: ANN401  a number or a flag
) -> Any:  # noqa: ANN401
    """What an operation with one constant comes to, whatever the rows hold; None if nothing."""
    own = next(operand for operand in operands if operand.text)
    if name == "multiply" and constant == 0:
        recorder.finite[own.name] = own
        return np.zeros(1)
    if name == "add" and constant == 0 and own.kind == FLOAT:
        return own
    if name in ("bitwise_and", "bitwise_or") and own.kind == FLAG:
        # "and" leaves the other as it is beside true, "or" beside false.
        return own if constant == (name == "bitwise_and") else np.array([constant])
    return None


def _where(recorder: Recorder, condition: Any, yes: Any, no: Any) -> Any:  # noqa: ANN401
    if not isinstance(condition, Symbol):
        chosen = yes if np.all(condition) else no
        return chosen if isinstance(chosen, Symbol) else np.atleast_1d(chosen)
    operands = tuple(recorder.symbol(value) for value in (condition, yes, no))
    kind = _widest(operands[1:])
    both = (_as_kind(recorder, operand, kind) for operand in operands[1:])
    return recorder.define("({1} if {0} else {2})", (operands[0], *both), kind)


def _widest(operands: Sequence[Symbol]) -> str:
    """Kind of a result that holds every operand."""
    kinds = {operand.kind for operand in operands}
    return next(kind for kind in (FLOAT, INTEGER, FLAG) if kind in kinds)


def _as_kind(recorder: Recorder, operand: Symbol, kind: str) -> Symbol:
    is_same = operand.kind == kind
    return operand if is_same else recorder.define(CONVERSIONS[kind], (operand,), kind)


def _isin(_: Recorder, values: Any, codes: Sequence[int]) -> Any:  # noqa: ANN401
    found: Any = np.False_
    for code in codes:
        found = found | (values == code)
    return found


def _searchsorted(recorder: Recorder, table: NDArray[Any], values: Any) -> Symbol:  # noqa: ANN401
    operands = recorder.table(np.asarray(table)), recorder.symbol(values)
    return recorder.define("np.searchsorted({0}, {1})", operands, INTEGER)


def _nan_to_num(_: Recorder, values: Any) -> Any:  # noqa: ANN401
    most = np.finfo(np.float64).max
    return np.where(np.isnan(values), 0.0, np.clip(values, -most, most))


#: numpy's functions that are no elementwise operations
FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.isin: _isin,
    np.searchsorted: _searchsorted,
    np.nan_to_num: _nan_to_num,
    np.any: lambda _, values: values.any(),
    np.all: lambda _, values: values.all(),
    np.clip: lambda _, values, least, most: np.minimum(np.maximum(values, least), most),
    np.zeros_like: lambda *_: np.zeros(1),
}
