"""Dated rules and assumptions of a service, compiled for one date.

A rule is a number, an array over the vocabulary of a fleet column, a ladder of legal sizes, values
by bands of an amount, or the support phases of Kubernetes versions. Services index rule arrays
with fleet codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import SUPPORT_PHASES
from wharfage.errors import InvalidValueError, RateTableError, did_you_mean
from wharfage.rates.cells import MACHINE, read_machine_file
from wharfage.rates.table import RateTable, vocabulary
from wharfage.schedules.sizes import SizeLadder

if TYPE_CHECKING:
    from wharfage.rates.schema import AssumptionForm, RuleForm, RuleVersion

Assumption = float | str

#: column whose words are regions, or places that a rule names
DESTINATION = "transfer_to"

Rule = Any


class Rules(Mapping[str, Any]):
    """The rules of one service in force on one date, by name, and its assumptions.

    A rule is compiled when it is first asked for.
    """

    def __init__(
        self, compile_rule: Callable[[str], Rule], names: Sequence[str], assumptions: dict[str, Any]
    ) -> None:
        self._compile = compile_rule
        self._names = tuple(names)
        self._compiled: dict[str, Rule] = {}
        self.assumptions = assumptions

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  a rule has several shapes
        """Value of a rule."""
        if name not in self._compiled:
            if name not in self._names:
                raise RateTableError(
                    f"The rate table has no rule {name!r} that its service needs.",
                    hint=f"known rules: {', '.join(sorted(self._names)) or 'none'}.",
                )
            self._compiled[name] = self._compile(name)
        return self._compiled[name]

    def __contains__(self, name: object) -> bool:
        """True if there is such a rule, without compiling it."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """Names of the rules."""
        return iter(self._names)

    def __len__(self) -> int:
        """Number of rules."""
        return len(self._names)


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
        Vocabulary of open fleet columns (``kubernetes_version``, ``instance_type``), for rules by
        such a column; their arrays have one more place at the end, for "not stated".
    """
    values = fleet_values or {}

    def compile_rule(name: str) -> Rule:
        read = _columns_read(table.form.rules[name], on)
        return _compiled(table, name, on, tuple((c, tuple(values.get(c, ()))) for c in read))

    chosen = {
        name: (assumptions or {}).get(name, form.default)
        for name, form in table.form.assumptions.items()
    }
    return Rules(compile_rule, tuple(table.form.rules), chosen)


def _columns_read(form: RuleForm, on: dt.date) -> tuple[str, ...]:
    """Open fleet columns that a rule is compiled for; the words of others are nothing to it."""
    version = _in_force(form, on)
    if version.file is not None:
        return () if form.by == "gpu_type" else ("region", MACHINE)
    if isinstance(version.value, list):
        named = {"version": "kubernetes_version", "multipliers": MACHINE}
        return tuple(column for name, column in named.items() if name in (version.value or [{}])[0])
    return tuple(column for column in (MACHINE, DESTINATION) if form.by == column)


@lru_cache(maxsize=512)
def _compiled(
    table: RateTable, name: str, on: dt.date, words: tuple[tuple[str, tuple[str, ...]], ...]
) -> Rule:
    """A rule on a date, for the fleet's `words` in the columns that it reads."""
    values, form = dict(words), table.form.rules[name]
    version = _in_force(form, on)
    if version.file is None:
        return _compile_rule(name, form, version, on, values)
    path = table.document.path.parent / version.file
    if form.by == "gpu_type":
        return node_types(path)
    if form.by == ["region", MACHINE]:
        return interruption_bands(path, values["region"], values[MACHINE])
    return (machine_figures if form.by == MACHINE else machine_types)(path, values[MACHINE])


@dataclass(frozen=True)
class MachineTypes:
    """Sizes of the fleet's machine types, by code; NaN where unknown."""

    vcpu: NDArray[np.float64]
    memory_gib: NDArray[np.float64]


def machine_types(path: Path, names: Sequence[str]) -> MachineTypes:
    """Sizes of machine types from a file, for the types that a fleet names."""
    frame = read_machine_file(path, (MACHINE, "vcpu", "memory_gib")).set_index(MACHINE)
    own = frame.reindex([*names, ""])
    return MachineTypes(
        vcpu=own["vcpu"].to_numpy(dtype=np.float64),
        memory_gib=own["memory_gib"].to_numpy(dtype=np.float64),
    )


def machine_figures(path: Path, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Every column of a machine file, for the types that a fleet names; NaN where unknown."""
    own = read_machine_file(path).set_index(MACHINE).reindex([*names, ""])
    return {str(name): own[name].to_numpy(dtype=np.float64) for name in own.columns}


def interruption_bands(
    path: Path, regions: Sequence[str], machines: Sequence[str]
) -> NDArray[np.float64]:
    """Band of each of the fleet's regions and machine types; NaN where none was read."""
    frame = read_machine_file(path, ("region", MACHINE, "band"))
    row = pd.Index(regions).get_indexer(pd.Index(frame["region"]))
    column = pd.Index(machines).get_indexer(pd.Index(frame[MACHINE]))
    known = (row >= 0) & (column >= 0)
    found = np.full((len(regions) + 1, len(machines) + 1), np.nan)
    found[row[known], column[known]] = frame["band"].to_numpy(dtype=np.float64)[known]
    return found


@dataclass(frozen=True)
class NodeTypes:
    """Machine types that may host pods, smallest first; the arrays have one place per type."""

    names: tuple[str, ...]
    vcpu: NDArray[np.float64]
    memory_gib: NDArray[np.float64]
    cpu_architecture: NDArray[np.int64]
    gpu_type: NDArray[np.int64]
    gpu_count: NDArray[np.float64]


def node_types(path: Path) -> NodeTypes:
    """Machine types of a file, ordered by GPUs, vCPU and memory."""
    columns = (MACHINE, "vcpu", "memory_gib", "cpu_architecture", "gpu_type", "gpu_count")
    frame = read_machine_file(path, columns)
    sizes = ["gpu_count", "vcpu", "memory_gib"]
    frame = frame.assign(**{name: frame[name].astype(np.float64) for name in sizes})
    frame = frame.sort_values([*sizes, MACHINE], ignore_index=True)
    codes = {
        name: pd.Index(vocabulary(name)).get_indexer(pd.Index(frame[name])).astype(np.int64)
        for name in ("cpu_architecture", "gpu_type")
    }
    return NodeTypes(
        names=tuple(frame[MACHINE]),
        vcpu=frame["vcpu"].to_numpy(),
        memory_gib=frame["memory_gib"].to_numpy(),
        **codes,
        gpu_count=frame["gpu_count"].to_numpy(),
    )


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
        most = np.inf if form.maximum is None else form.maximum
        if not np.isfinite(number) or not form.minimum <= number <= most:
            limit = (
                f"{form.minimum:g} or more"
                if form.maximum is None
                else f"{form.minimum:g} to {most:g}"
            )
            raise InvalidValueError(
                f"assumption {name}={value!r} is not a number of {limit}.", hint=form.meaning
            )
        if form.choices and number not in [float(choice) for choice in form.choices]:
            raise InvalidValueError(
                f"assumption {name}={value!r} is not one of {form.choices}.", hint=form.meaning
            )
        checked[name] = number
    return checked


def rules_version(table: RateTable, on: dt.date) -> tuple[int, ...]:
    """What the rules of a date depend on: dates with equal versions have equal rules."""
    versions = [_in_force(form, on) for form in table.form.rules.values()]
    places = [
        form.versions.index(version)
        for form, version in zip(table.form.rules.values(), versions, strict=True)
    ]
    return (*places, *(_days_past(version.value, on) for version in versions))


def _days_past(value: Any, on: dt.date) -> int:  # noqa: ANN401  a rule has several shapes
    """Number of the dates within a rule, such as the days on which support ends, that are past."""
    if isinstance(value, dt.date):
        return int(value <= on)
    parts = value.values() if isinstance(value, Mapping) else value
    if not isinstance(value, Mapping | list):
        return 0
    return sum(_days_past(part, on) for part in parts)


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
        return _compile_list(name, value, on, fleet_values)
    if form.by is None:
        return float(value)
    if form.by == MACHINE:
        return _is_named(value["types"], fleet_values.get(MACHINE, ()))
    if form.by == DESTINATION:
        return _is_named(value["names"], fleet_values.get(DESTINATION, ()))
    columns = [form.by] if isinstance(form.by, str) else form.by
    return _by_vocabulary(name, value, columns)


def _compile_list(
    name: str, value: list[Any], on: dt.date, fleet_values: Mapping[str, Sequence[str]]
) -> Rule:
    if value and "version" in value[0]:
        return _phases(value, on, fleet_values.get("kubernetes_version", ()))
    if value and "multipliers" in value[0]:
        return _multipliers(value, fleet_values.get(MACHINE, ()))
    if value and "from" in value[0]:
        return _bands(name, value)
    return _ladder(name, value)


@dataclass(frozen=True)
class Bands:
    """A rule by bands of an amount: where each band starts, in order from 0, and its value."""

    start: NDArray[np.float64]
    value: NDArray[np.float64]


def _bands(name: str, bands: list[dict[str, Any]]) -> Bands:
    try:
        start = np.array([float(band["from"]) for band in bands])
        value = np.array([float(band["value"]) for band in bands])
    except (KeyError, TypeError, ValueError) as error:
        raise RateTableError(f"rule {name}: a band needs from and value ({error}).") from error
    if start[0] != 0 or np.any(np.diff(start) <= 0):
        raise RateTableError(f"rule {name}: bands start at 0 and follow one another.")
    return Bands(start, value)


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


def _multipliers(value: list[dict[str, Any]], names: Sequence[str]) -> NDArray[np.float64]:
    """Multipliers of each of the fleet's machine types, in the order of the month's parts."""
    found = np.ones((len(names) + 1, len(value[0]["multipliers"])))
    for entry in value:
        for code, name in enumerate(names):
            if any(fnmatchcase(name, pattern) for pattern in entry["types"]):
                found[code] = entry["multipliers"]
    return found


def _is_named(patterns: list[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """True for the fleet's words that a pattern names; False for "not stated"."""
    found = [any(fnmatchcase(name, pattern) for pattern in patterns) for name in names]
    return np.array([*found, False], dtype=np.bool_)


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
