"""Dated rules and assumptions of a service, compiled for one date.

A rule is a number, an array over the vocabulary of a fleet column, a ladder of legal sizes, or the
support phases of Kubernetes versions. Services index rule arrays with fleet codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import SUPPORT_PHASES
from wharfage.errors import InvalidValueError, RateTableError, did_you_mean
from wharfage.rates.schema import AssumptionForm, RuleForm, RuleVersion
from wharfage.rates.table import RateTable, vocabulary
from wharfage.schedules.sizes import SizeLadder

Rule = float | NDArray[Any] | SizeLadder
Assumption = float | str


class Rules(Mapping[str, Any]):
    """The rules of one service in force on one date, by name, and its assumptions."""

    def __init__(self, rules: dict[str, Any], assumptions: dict[str, Any]) -> None:
        self._rules = rules
        self.assumptions = assumptions

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  a rule has several shapes
        """Value of a rule."""
        try:
            return self._rules[name]
        except KeyError:
            raise RateTableError(
                f"The rate table has no rule {name!r} that its service needs.",
                hint=f"known rules: {', '.join(sorted(self._rules)) or 'none'}.",
            ) from None

    def __iter__(self) -> Iterator[str]:
        """Names of the rules."""
        return iter(self._rules)

    def __len__(self) -> int:
        """Number of rules."""
        return len(self._rules)


def select_rules(
    table: RateTable,
    on: dt.date,
    *,
    assumptions: Mapping[str, Assumption] | None = None,
    fleet_values: Mapping[str, Sequence[str]] | None = None,
) -> Rules:
    """Rules of `table` in force on a date.

    Parameters
    ----------
    table : RateTable
        The service's table.
    on : date
        A version without a date is in force before any dated one.
    assumptions : mapping, optional
        Values that replace the table's defaults; names of other services are ignored.
    fleet_values : mapping, optional
        Vocabulary of open fleet columns (``kubernetes_version``), for rules by such a column.
    """
    compiled = {
        name: _compile_rule(name, form, _in_force(form, on), on, fleet_values or {})
        for name, form in table.form.rules.items()
    }
    chosen = {
        name: (assumptions or {}).get(name, form.default)
        for name, form in table.form.assumptions.items()
    }
    return Rules(compiled, chosen)


def check_assumptions(
    given: Mapping[str, Assumption], known: Mapping[str, AssumptionForm]
) -> dict[str, Assumption]:
    """Assumptions with their types right.

    Raises
    ------
    InvalidValueError
        If a name is unknown, or a value is not one that the assumption can take.
    """
    checked: dict[str, Assumption] = {}
    for name, value in given.items():
        if name not in known:
            raise InvalidValueError(
                f"There is no assumption {name!r}.",
                hint=did_you_mean(name, known) or f"known: {', '.join(sorted(known))}.",
            )
        form = known[name]
        if isinstance(form.default, str):
            allowed = form.choices or [form.default]
            if str(value) not in allowed:
                raise InvalidValueError(
                    f"assumption {name}={value!r} is not one of {allowed}.", hint=form.meaning
                )
            checked[name] = str(value)
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = np.nan
        if not np.isfinite(number) or number < 0:
            raise InvalidValueError(
                f"assumption {name}={value!r} is not a number of 0 or more.", hint=form.meaning
            )
        if form.choices and number not in [float(choice) for choice in form.choices]:
            raise InvalidValueError(
                f"assumption {name}={value!r} is not one of {form.choices}.", hint=form.meaning
            )
        checked[name] = number
    return checked


def _in_force(form: RuleForm, on: dt.date) -> RuleVersion:
    chosen = form.versions[0]
    for version in form.versions:
        if version.date is None or version.date <= on:
            chosen = version
    return chosen


def _compile_rule(
    name: str,
    form: RuleForm,
    version: RuleVersion,
    on: dt.date,
    fleet_values: Mapping[str, Sequence[str]],
) -> Rule:
    value = version.value
    if isinstance(value, list):
        if value and "version" in value[0]:
            return _phases(value, on, fleet_values.get("kubernetes_version", ()))
        return _ladder(name, value)
    if form.by is None:
        return float(value)
    columns = [form.by] if isinstance(form.by, str) else form.by
    return _by_vocabulary(name, value, columns)


def _by_vocabulary(name: str, value: Any, columns: list[str]) -> NDArray[np.float64]:  # noqa: ANN401
    values = vocabulary(columns[0])
    shape = tuple(len(vocabulary(column)) for column in columns)
    found = np.full(shape, np.nan)
    for key, inner in value.items():
        if key not in values:
            raise RateTableError(
                f"rule {name}: {key!r} is no {columns[0]}.", hint=did_you_mean(key, values)
            )
        code = values.index(key)
        found[code] = _by_vocabulary(name, inner, columns[1:]) if len(columns) > 1 else float(inner)
    return found


def _ladder(name: str, sizes: list[dict[str, Any]]) -> SizeLadder:
    listed = "memory_gib" in sizes[0]
    try:
        rungs = [(float(size["vcpu"]), _memory(size)) for size in sizes]
    except (KeyError, TypeError) as error:
        raise RateTableError(f"rule {name}: a size needs vcpu and its memory ({error}).") from error
    return SizeLadder.from_rungs(rungs, listed=listed)


def _memory(size: dict[str, Any]) -> list[float]:
    if "memory_gib" not in size:
        low = float(size.get("minimum_memory_gib", 0))
        return [low, float(size["maximum_memory_gib"])]
    memory = size["memory_gib"]
    if isinstance(memory, dict):
        first, last, step = (float(memory[name]) for name in ("from", "to", "step"))
        count = round((last - first) / step) + 1
        return [first + step * n for n in range(count)]
    return [float(value) for value in memory]


def _phases(versions: list[dict[str, Any]], on: dt.date, names: Sequence[str]) -> NDArray[np.int64]:
    """Phase code of each of the fleet's versions; one more at the end for "not stated"."""
    known = {str(entry["version"]): entry for entry in versions}
    codes = [SUPPORT_PHASES.index(_phase(known.get(name), on)) for name in names]
    return np.array([*codes, SUPPORT_PHASES.index("standard")], dtype=np.int64)


def _phase(entry: dict[str, Any] | None, on: dt.date) -> str:
    if entry is None or on < entry["released"]:
        return "unknown"
    if on >= entry["extended_ends"]:
        return "retired"
    return "extended" if on >= entry["standard_ends"] else "standard"
