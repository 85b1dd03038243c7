"""What packing is asked and what it answers: pods, machine types, nodes with their pods.

Pods that are alike are one *group*; a *pattern* says how many pods of each group one node holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wharfage.errors import InvalidValueError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: what the columns of `demand` and `capacity` are, where the caller does not say
DIMENSIONS = ("cpu", "memory", "pods", "gpu")


@dataclass(frozen=True)
class PackingProblem:
    """k groups of identical pods, and m machine types to run them on.

    Parameters
    ----------
    demand : array of int (k, d)
        What one pod takes of each dimension, in whole base units. [millicores, MiB, slots, GPUs]
    count : array of int (k,)
        Pods of each group.
    capacity : array of int (m, d)
        What one node leaves to pods, DaemonSets already taken off. [as demand]
    price : array (m,)
        Price of one node, above zero. [currency/hour]
    may_run : array of bool (k, m)
        Whether the machine type may run the group (architecture, GPU type, zone, family, …).
    max_per_node : array of int (k,)
        Most pods of the group on one node; 1 is one-per-node anti-affinity.
    dimensions : tuple of str (d,)
        Names of the dimensions, for reasons.

    Raises
    ------
    InvalidValueError
        If shapes disagree, amounts are negative or a price is not a positive number.

    Examples
    --------
    >>> one = PackingProblem([[500, 1024]], [3], [[1930, 3055]], [0.096], [[True]], [110])
    >>> one.demand.dtype, one.dimensions
    (dtype('int64'), ('cpu', 'memory'))
    """

    demand: Ints
    count: Ints
    capacity: Ints
    price: Floats
    may_run: Flags
    max_per_node: Ints
    dimensions: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Take the arrays as whole numbers, prices and flags, and check that they agree."""
        for name in ("demand", "count", "capacity", "max_per_node"):
            object.__setattr__(self, name, _whole(name, getattr(self, name)))
        object.__setattr__(self, "price", np.asarray(self.price, np.float64))
        object.__setattr__(self, "may_run", np.asarray(self.may_run, np.bool_))
        if self.demand.ndim != 1 + 1 or self.capacity.ndim != 1 + 1:
            raise InvalidValueError("demand and capacity of a packing problem need two axes")
        k, d = self.demand.shape
        m = len(self.capacity)
        shapes = {
            "count": (k,),
            "capacity": (m, d),
            "price": (m,),
            "may_run": (k, m),
            "max_per_node": (k,),
        }
        wrong = {n: s for n, s in shapes.items() if getattr(self, n).shape != s}
        if wrong:
            raise InvalidValueError(
                "; ".join(
                    f"{name} has shape {getattr(self, name).shape}, not {shape}"
                    for name, shape in wrong.items()
                ),
                hint="demand is (groups, dimensions), capacity (machine types, dimensions)",
            )
        if not (np.isfinite(self.price) & (self.price > 0.0)).all():
            raise InvalidValueError("price of a machine type is not a positive number")
        if not self.dimensions:
            numbered = tuple(f"dimension {i}" for i in range(len(DIMENSIONS), d))
            object.__setattr__(self, "dimensions", (DIMENSIONS + numbered)[:d])
        if len(self.dimensions) != d:
            raise InvalidValueError(f"{len(self.dimensions)} names for {d} dimensions")


@dataclass(frozen=True)
class Packing:
    """Nodes, and the pods on them: p kinds of node.

    Attributes
    ----------
    machine : array of int (p,)
        Machine type, its row in `capacity`.
    pattern : array of int (p, k)
        Pods of each group on one such node.
    nodes : array of int (p,)
        Number of such nodes.
    cost : float
        All nodes together. [currency/hour]
    """

    machine: Ints
    pattern: Ints
    nodes: Ints
    cost: float

    def pods(self) -> Ints:
        """Pods of each group on all nodes (k,)."""
        return self.nodes @ self.pattern


@dataclass(frozen=True)
class PackingResult:
    """A plan, and the proof of how good it is.

    Attributes
    ----------
    packing : Packing
        The cheapest plan found; never costlier than a baseline.
    unplaced : array of int (k,)
        Pods of each group that fit on no machine type.
    unplaced_reason : tuple (k,)
        Why: the dimension that fails, or that no machine type may run it; None if placed.
    lower_bound : float
        No plan for the placed pods costs less. [currency/hour]
    resource_bound : float
        The looser bound under which pods may be cut into pieces. [currency/hour]
    gap : float
        Cost / lower bound - 1.
    baselines : dict
        What simpler rules would buy, by name.
    iterations : int
        Rounds of column generation.
    """

    packing: Packing
    unplaced: Ints
    unplaced_reason: tuple[str | None, ...]
    lower_bound: float
    resource_bound: float
    gap: float
    baselines: dict[str, Packing]
    iterations: int


def most_per_node(problem: PackingProblem) -> Ints:
    """Most pods of each group on one node of each type, alone on it: (m, k).

    Never more than the group has, than `max_per_node`, or than fit; 0 where it may not run.

    Examples
    --------
    >>> most_per_node(PackingProblem([[500, 1024]], [9], [[1930, 3055]], [1.0], [[True]], [110]))
    array([[2]])
    """
    most = np.minimum(problem.count, problem.max_per_node)[None, :] * problem.may_run.T
    for demand, capacity in zip(problem.demand.T, problem.capacity.T, strict=True):
        fit = capacity[:, None] // np.maximum(demand, 1)[None, :]
        most = np.where(demand[None, :] > 0, np.minimum(most, fit), most)
    return most


def unplaced_reasons(problem: PackingProblem) -> tuple[str | None, ...]:
    """Why each group fits on no machine type: (k,); None where it fits on one.

    The dimension that fails on every machine type that may run the group; where each dimension
    is met by some type but all by none, the ones that fail on the type that fails least.

    Examples
    --------
    >>> unplaced_reasons(PackingProblem([[9], [1]], [1, 1], [[4]], [1.0], [[1], [0]], [1, 1]))
    ('cpu', 'no machine type may run it')
    """
    held = most_per_node(problem).any(axis=0) | (problem.count == 0)
    return tuple(None if fits else _reason(problem, group) for group, fits in enumerate(held))


def _reason(problem: PackingProblem, group: int) -> str:
    """Why one group fits on no machine type."""
    if not problem.may_run[group].any():
        return "no machine type may run it"
    if problem.max_per_node[group] == 0:
        return "no pod of it may be on a node"
    short = problem.demand[group] > problem.capacity[problem.may_run[group]]
    always = short.all(axis=0)
    fails = always if always.any() else short[short.sum(axis=1).argmin()]
    return " and ".join(name for name, fail in zip(problem.dimensions, fails, strict=True) if fail)


def packing_faults(problem: PackingProblem, packing: Packing, unplaced: Ints) -> list[str]:
    """What is wrong with a packing, in words; empty if every pod is placed as it must be."""
    machine, pattern = packing.machine, packing.pattern
    placed = pattern > 0
    found = {
        "a node holds more than its capacity": pattern @ problem.demand > problem.capacity[machine],
        "a pod is on a machine type that may not run it": placed & ~problem.may_run.T[machine],
        "a node holds more pods of a group than it may": pattern > problem.max_per_node,
        "a number is negative": np.append(pattern.ravel(), packing.nodes) < 0,
        "pods are lost or doubled": packing.pods() + unplaced != problem.count,
        "the cost is not that of the nodes": ~np.isclose(
            packing.nodes @ problem.price[machine], packing.cost, rtol=1e-9
        ),
    }
    return [words for words, wrong in found.items() if np.any(wrong)]


def _whole(name: str, values: object) -> Ints:
    """Give amounts as int64, if they are whole and not negative."""
    given = np.asarray(values)
    whole = given.astype(np.int64)
    if not np.array_equal(whole, given) or (whole < 0).any():
        raise InvalidValueError(f"{name} of a packing problem holds no whole number from 0 up")
    return whole
