"""The linear and integer programs of packing, solved by HiGHS."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from wharfage.errors import MissingExtraError
from wharfage.nodes.knapsack import Knapsacks, surrogate_upper
from wharfage.nodes.problem import Floats, Ints

if TYPE_CHECKING:
    from highspy._core import _Highs

#: the integer program stops at this relative gap to its own bound, or after so many nodes
WHOLE_GAP = 5e-4
SEARCH_NODES = 500
#: machine types that join the fractional program at a time, and what they must be worth to join
NEW_TYPES = 10
TOLERANCE = 1e-6


class FractionalKnapsacks:
    """The knapsacks of all machine types with pods that may be cut: one program, kept warm."""

    def __init__(self, knapsacks: Knapsacks) -> None:
        self.shape = n, d = knapsacks.capacity.shape
        self.scale = _scale(knapsacks.capacity)
        machine, self.group = np.nonzero(knapsacks.most)
        self.solver = _new_solver()
        self.solver.changeObjectiveSense(_highs().ObjSense.kMaximize)
        room = (knapsacks.capacity / self.scale).ravel()
        none = np.zeros((n * d, 0))
        _add_rows(self.solver, np.full(n * d, -np.inf), room, none, none)
        _add_columns(
            self.solver,
            cost=np.zeros(len(machine)),
            upper=knapsacks.most[machine, self.group],
            rows=machine[:, None] * d + np.arange(d),
            entries=(knapsacks.demand / self.scale)[self.group],
        )

    def multipliers(self, value: Floats) -> Floats:
        """Value of one more unit of each dimension on each machine type: (n, d), >= 0."""
        columns = np.arange(len(self.group), dtype=np.int32)
        self.solver.changeColsCost(len(columns), columns, value[self.group])
        self.solver.run()
        dual = np.reshape(self.solver.getSolution().row_dual, self.shape)
        return np.asarray(np.maximum(dual, 0.0) / self.scale, np.float64)


class PatternProgram:
    """Nodes of each kind so that every pod has a place, at least cost; it grows by columns."""

    def __init__(self, count: Ints) -> None:
        self.count = count
        self.price = np.zeros(0)
        self.machine = np.zeros(0, np.int64)
        self.pattern = np.zeros((0, len(count)), np.int64)
        self.solver = _new_solver()
        none = np.zeros((len(count), 0))
        _add_rows(self.solver, count.astype(np.float64), np.full(len(count), np.inf), none, none)

    def add(self, price: Floats, machine: Ints, pattern: Ints) -> None:
        """Add kinds of node."""
        groups = np.broadcast_to(np.arange(len(self.count)), pattern.shape)
        _add_columns(self.solver, price, np.full(len(price), np.inf), groups, pattern)
        self.price = np.concatenate([self.price, price])
        self.machine = np.concatenate([self.machine, machine])
        self.pattern = np.concatenate([self.pattern, pattern])

    def solve(self) -> tuple[float, Floats, Floats]:
        """Cost, value of one pod of each group (k,), and nodes of each kind in fractions."""
        self.solver.run()
        solution = self.solver.getSolution()
        value = np.maximum(solution.row_dual, 0.0)
        nodes = np.maximum(solution.col_value, 0.0)
        return float(self.price @ nodes), value, nodes

    def solve_whole(self, start: Ints, *, seconds: float) -> Ints:
        """Whole numbers of nodes, not costlier than `start` (one number per column)."""
        columns = np.arange(len(self.price), dtype=np.int32)
        solver = self.solver
        integer = np.full(len(columns), int(_highs().HighsVarType.kInteger), np.uint8)
        solver.changeColsIntegrality(len(columns), columns, integer)
        for option, value in {
            "mip_rel_gap": WHOLE_GAP,
            "mip_max_nodes": SEARCH_NODES,
            "time_limit": solver.getRunTime() + seconds,
        }.items():
            solver.setOptionValue(option, value)
        solver.setSolution(len(columns), columns, start.astype(np.float64))
        solver.run()
        found = np.rint(solver.getSolution().col_value).astype(np.int64)
        whole = len(found) == len(start) and bool((found @ self.pattern >= self.count).all())
        return found if whole and found @ self.price < start @ self.price else start


def spread_over_machines(
    knapsacks: Knapsacks, fractional: FractionalKnapsacks, count: Ints, price: Floats
) -> tuple[Floats, Floats]:
    """Buy machine types in fractions and spread pods, cut into pieces, over them at least cost.

    Returns
    -------
    value : array (k,)
        Value of one pod: no more than its resources cost on any machine type that may run it,
        where the resources of a node cost no more than the node. [price]
    pods : array (n, k)
        Pods of each group on each machine type.
    """
    # A few types at first: those on which some group, alone on the node, costs least.
    alone = np.where(knapsacks.most > 0, price[:, None] / np.maximum(knapsacks.most, 1), np.inf)
    used = np.unique(alone.argmin(axis=0))
    while True:
        value, part = _spread(knapsacks.only(used), count, price[used])
        worth = surrogate_upper(knapsacks, value, fractional.multipliers(value)) / price
        worth[used] = 0.0
        missing = np.argsort(-worth, kind="stable")[:NEW_TYPES]
        missing = missing[worth[missing] > 1.0 + TOLERANCE]
        if not len(missing):
            break
        used = np.sort(np.append(used, missing))
    pods = np.zeros(knapsacks.most.shape)
    pods[used] = part
    # Should the solver leave a group out, it goes wherever it fits: no pod may be lost.
    return value, np.where(pods.sum(axis=0) > 0.0, pods, knapsacks.most)


def _spread(knapsacks: Knapsacks, count: Ints, price: Floats) -> tuple[Floats, Floats]:
    """Spread pods over all the machine types at once."""
    n, d = knapsacks.capacity.shape
    k = len(count)
    scale = _scale(knapsacks.capacity)
    machine, group = np.nonzero(knapsacks.most)
    # The dual program: a variable per value of a pod and per price of a resource of a type.
    resources = k + np.arange(n)[:, None] * d + np.arange(d)
    solver = _new_solver()
    solver.changeObjectiveSense(_highs().ObjSense.kMaximize)
    worth = np.concatenate([count, np.zeros(n * d)]).astype(np.float64)
    none = np.zeros((len(worth), 0))
    _add_columns(solver, worth, np.full(len(worth), np.inf), none, none)
    _add_rows(solver, np.full(n, -np.inf), price, resources, knapsacks.capacity / scale)
    _add_rows(
        solver,
        np.full(len(group), -np.inf),
        np.zeros(len(group)),
        np.column_stack([group, resources[machine]]),
        np.column_stack([np.ones(len(group)), -(knapsacks.demand / scale)[group]]),
    )
    solver.run()
    solution = solver.getSolution()
    pods = np.zeros((n, k))
    pods[machine, group] = np.abs(np.asarray(solution.row_dual)[n:])
    return np.maximum(np.asarray(solution.col_value)[:k], 0.0), pods


def _highs() -> ModuleType:
    """Import HiGHS, or say how to install it."""
    try:
        import highspy  # noqa: PLC0415  heavy, and only for plans
    except ImportError as missing:
        raise MissingExtraError(
            "Packing pods onto nodes needs HiGHS, which is not installed.",
            hint="pip install highspy",
        ) from missing
    return highspy


def _new_solver() -> _Highs:
    """Give a silent model on one thread: the same answer every time."""
    # The public class prints a banner when made (1.16, 2026-11-23), and data alone goes to stdout.
    solver = _highs()._core._Highs()  # noqa: SLF001
    solver.setOptionValue("output_flag", False)  # noqa: FBT003  HiGHS takes it by position
    solver.setOptionValue("threads", 1)
    return solver


def _scale(capacity: Ints) -> Floats:
    """Largest amount of each dimension: programs are solved in shares of it."""
    return np.maximum(capacity.max(axis=0, initial=1), 1).astype(np.float64)


def _add_rows(
    solver: _Highs, lower: Floats, upper: Floats, columns: npt.NDArray[Any], entries: Floats
) -> None:
    """Add one constraint per bound, its entries in a rectangle."""
    starts, index, value = _compressed(columns, entries)
    solver.addRows(len(lower), lower, upper, len(value), starts, index, value)


def _add_columns(
    solver: _Highs,
    cost: Floats,
    upper: npt.ArrayLike,
    rows: npt.NDArray[Any],
    entries: npt.ArrayLike,
) -> None:
    """Add one variable from 0 to `upper` per cost, its entries in a rectangle."""
    starts, index, value = _compressed(rows, np.asarray(entries, np.float64))
    zero = np.zeros(len(cost))
    solver.addCols(
        len(cost), cost, zero, np.asarray(upper, float), len(value), starts, index, value
    )


def _compressed(index: npt.NDArray[Any], entries: Floats) -> tuple[Any, Any, Floats]:
    """Give starts, indices and entries of the rows of a rectangle, zeros left out."""
    there = entries != 0.0
    ends = np.cumsum(there.sum(axis=1))
    starts = np.concatenate([[0], ends])[: len(entries)]
    return starts.astype(np.int32), index[there].astype(np.int32), entries[there]
