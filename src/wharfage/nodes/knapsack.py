"""The best pattern for one node of each machine type, when every pod has a value.

This is the pricing step of column generation: a bounded knapsack with several dimensions per
machine type. All of them are searched side by side, level by level, in arrays. A surrogate
weight (one multiplier per dimension) gives the upper bound that prunes. The search keeps a
limited number of open labels per machine type; the bounds of those let go stay part of the
answer, so `upper` is never below the true best value, however early the search gives up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wharfage.nodes.problem import Floats, Ints

#: relative room for rounding in bounds
SAFETY = 1e-10
#: below this a weight counts as none
LEAST_WEIGHT = 1e-100


@dataclass(frozen=True)
class Knapsacks:
    """One knapsack per machine type over the same k groups.

    Attributes
    ----------
    demand : array of int (k, d)
        What one pod takes.
    capacity : array of int (n, d)
        What one node holds.
    most : array of int (n, k)
        Most pods of each group on one node.
    """

    demand: Ints
    capacity: Ints
    most: Ints

    def only(self, rows: Ints) -> Knapsacks:
        """Give the knapsacks of some machine types."""
        return Knapsacks(self.demand, self.capacity[rows], self.most[rows])


@dataclass(frozen=True)
class Patterns:
    """The best pattern found per knapsack.

    Attributes
    ----------
    value : array (n,)
        Its value.
    pattern : array of int (n, k)
        Pods of each group.
    upper : array (n,)
        No pattern is worth more.
    """

    value: Floats
    pattern: Ints
    upper: Floats


def surrogate_upper(knapsacks: Knapsacks, value: Floats, multiplier: Floats) -> Floats:
    """Value that no pattern exceeds, by weak duality: any multipliers >= 0 give a valid one.

    Parameters
    ----------
    knapsacks : Knapsacks
        n machine types, k groups, d dimensions.
    value : array (k,)
        Value of one pod.
    multiplier : array (n, d)
        Value put on one unit of each dimension, >= 0.

    Returns
    -------
    array (n,)

    Examples
    --------
    >>> room = Knapsacks(np.array([[2], [3]]), np.array([[7]]), np.array([[3, 2]]))
    >>> surrogate_upper(room, np.array([1.0, 1.2]), np.array([[0.5]]))
    array([3.5])
    """
    over = np.maximum(value - multiplier @ knapsacks.demand.T, 0.0)
    upper = (multiplier * knapsacks.capacity).sum(axis=1) + (knapsacks.most * over).sum(axis=1)
    return np.asarray(upper * (1.0 + SAFETY), np.float64)


def best_patterns(
    knapsacks: Knapsacks, value: Floats, multiplier: Floats, floor: Floats, *, labels: int
) -> Patterns:
    """Best pattern of each machine type, where one is worth more than `floor`.

    Parameters
    ----------
    knapsacks : Knapsacks
        n machine types, k groups, d dimensions.
    value : array (k,)
        Value of one pod, >= 0.
    multiplier : array (n, d)
        Value put on one unit of each dimension, >= 0; those of the fractional knapsack prune best.
    floor : array (n,)
        Value from which on a pattern is of interest.
    labels : int
        Most open labels per machine type.

    Returns
    -------
    Patterns
        Value, pattern and upper bound per machine type; `upper` is at least `floor`.

    Examples
    --------
    >>> room = Knapsacks(np.array([[2], [3]]), np.array([[7]]), np.array([[3, 2]]))
    >>> found = best_patterns(
    ...     room, np.array([1.0, 1.6]), np.array([[0.53]]), np.array([0.0]), labels=100
    ... )
    >>> found.pattern.tolist(), found.value.round(3).tolist()
    ([[2, 1]], [3.6])
    """
    search = _Search(knapsacks, value, multiplier, floor, labels)
    for level in range(search.levels):
        if not search.expand(level):
            break
    return search.result()


def patterns_holding(
    knapsacks: Knapsacks, value: Floats, multiplier: Floats, upper: Floats
) -> tuple[Ints, Ints]:
    """For each group a good pattern that holds one of its pods, on the most promising machine type.

    Filled greedily by value per surrogate weight after that pod, so quick and diverse.

    Parameters
    ----------
    knapsacks : Knapsacks
        n machine types, k groups, d dimensions.
    value : array (k,)
        Value of one pod, >= 0.
    multiplier : array (n, d)
        Value put on one unit of each dimension, >= 0.
    upper : array (n,)
        How promising each machine type is: the most value per price.

    Returns
    -------
    machine : array of int (q,)
        Machine type of each pattern; q is the number of groups that some type can hold.
    pattern : array of int (q, k)
    """
    demand, group = knapsacks.demand, np.flatnonzero(knapsacks.most.any(axis=0))
    promise = np.where(knapsacks.most[:, group] > 0, upper[:, None], -np.inf)
    machine = promise.argmax(axis=0) if len(group) else group
    order, most = _ordered(knapsacks.most[machine], value, multiplier[machine] @ demand.T)
    pattern = np.zeros((len(group), len(demand)), np.int64)
    pattern[np.arange(len(group)), group] = 1
    room = knapsacks.capacity[machine] - demand[group]
    pattern = _filled(pattern, room, demand, order, most - (order == group[:, None]))
    return machine, pattern


def _ordered(most: Ints, value: Floats, weight: Floats) -> tuple[Ints, Ints]:
    """Groups of each knapsack by value per weight, best first, and the most of each."""
    rate = np.where(most > 0, value / np.maximum(weight, LEAST_WEIGHT), -1.0)
    order = np.argsort(-rate, axis=1, kind="stable")
    order = order[:, : int((most > 0).sum(axis=1).max(initial=0))]
    return order, np.take_along_axis(most, order, axis=1)


def _filled(pattern: Ints, room: Ints, demand: Ints, order: Ints, most: Ints) -> Ints:
    """Fill each knapsack with as many pods of each group in turn as fit."""
    row = np.arange(len(pattern))
    for level in range(order.shape[1]):
        group = order[:, level]
        taken = np.minimum(_fit(room, demand[group]), most[:, level])
        pattern[row, group] += taken
        room = np.subtract(room, taken[:, None] * demand[group])
    return pattern


class _Search:
    """Labels of all knapsacks, one group further at each level.

    Groups come in the order of value per surrogate weight, best first, so the bound of what is
    left is a piece of one concave curve: cumulated value over cumulated weight.
    """

    def __init__(
        self, knapsacks: Knapsacks, value: Floats, multiplier: Floats, floor: Floats, labels: int
    ) -> None:
        self.demand, self.value, self.labels = knapsacks.demand, value, labels
        self.multiplier, self.floor = multiplier, floor
        weight = multiplier @ self.demand.T
        most = _worthwhile(
            knapsacks, value, weight, surrogate_upper(knapsacks, value, multiplier) - floor
        )
        self.order, self.most = _ordered(most, value, weight)
        self.levels = self.order.shape[1]
        self._curve(np.take_along_axis(weight, self.order, axis=1), knapsacks.capacity)
        self.row = np.arange(len(floor))
        self.room = knapsacks.capacity
        self.worth = np.zeros(len(floor))
        self.pattern = _filled(
            np.zeros(knapsacks.most.shape, np.int64), self.room, self.demand, self.order, self.most
        )
        self.best = (self.pattern * value).sum(axis=1)
        self.dropped = np.zeros(len(floor))
        self.steps: list[tuple[Ints, Ints]] = []

    def _curve(self, weight: Floats, capacity: Ints) -> None:
        """Cumulate value over weight, each knapsack's curve in its own stretch of one axis."""
        whole = (self.multiplier * capacity).sum(axis=1)
        self.scale = self.multiplier / np.maximum(whole, LEAST_WEIGHT)[:, None]
        zero = np.zeros((len(weight), 1))
        taken = weight / np.maximum(whole, LEAST_WEIGHT)[:, None] * self.most
        weights = np.hstack([zero, np.cumsum(taken, axis=1)])
        self.values = np.hstack([zero, np.cumsum(self.value[self.order] * self.most, axis=1)])
        # Room is at most 1 on this axis, so a stretch 2 longer than all weights never meets the next.
        end = weights[:, -1:] + 2.0
        start = np.cumsum(end, axis=0) - end
        self.at = start + weights
        self.axis = np.hstack([self.at, start + end]).ravel()
        self.curve = np.hstack([self.values, self.values[:, -1:]]).ravel()

    def expand(self, level: int) -> bool:
        """Take every number of pods of each label's next group; False if no label is left."""
        group = self.order[self.row, level]
        demand = self.demand[group]
        choices = np.minimum(_fit(self.room, demand), self.most[self.row, level]) + 1
        parent = np.repeat(np.arange(len(choices)), choices)
        taken = np.arange(len(parent)) - np.repeat(np.cumsum(choices) - choices, choices)
        row = self.row[parent]
        worth = self.worth[parent] + taken * self.value[group[parent]]
        self._beat(row, worth, parent, taken, group)
        left = (self.room * self.scale[self.row]).sum(axis=1)
        step = (demand * self.scale[self.row]).sum(axis=1)
        spare = np.maximum(left[parent] - taken * step[parent], 0.0)
        upper = worth + np.interp(self.at[row, level + 1] + spare, self.axis, self.curve)
        upper = (upper - self.values[row, level + 1]) * (1.0 + SAFETY)
        kept = self._kept(row, upper)
        parent, taken, self.row, self.worth = parent[kept], taken[kept], row[kept], worth[kept]
        self.room = self.room[parent] - taken[:, None] * demand[parent]
        self.steps.append((parent, taken))
        return len(kept) > 0

    def _beat(self, row: Ints, worth: Floats, parent: Ints, taken: Ints, group: Ints) -> None:
        """Note the labels that are worth more than the best pattern of their knapsack."""
        better = np.flatnonzero(worth > self.best[row] * (1.0 + SAFETY))
        order = better[np.lexsort((-worth[better], row[better]))]
        for label in order[np.unique(row[order], return_index=True)[1]]:
            label_row, at = row[label], parent[label]
            self.best[label_row] = worth[label]
            pattern = np.zeros(len(self.demand), np.int64)
            pattern[group[at]] = taken[label]
            for level in range(len(self.steps) - 1, -1, -1):
                before, pods = self.steps[level]
                pattern[self.order[label_row, level]] = pods[at]
                at = before[at]
            self.pattern[label_row] = pattern

    def _kept(self, row: Ints, upper: Floats) -> Ints:
        """Labels that may still beat their knapsack's best pattern and floor, the most promising."""
        open_ = np.flatnonzero(upper > np.maximum(self.best, self.floor)[row])
        open_ = open_[np.lexsort((-upper[open_], row[open_]))]
        _, first, size = np.unique(row[open_], return_index=True, return_counts=True)
        place = np.arange(len(open_)) - np.repeat(first, size)
        cut = open_[place >= self.labels]
        np.maximum.at(self.dropped, row[cut], upper[cut])
        return open_[place < self.labels]

    def result(self) -> Patterns:
        """Best patterns, with the bounds of all labels that were let go."""
        upper = np.maximum(np.maximum(self.best, self.floor), self.dropped)
        return Patterns(self.best, self.pattern, upper * (1.0 + SAFETY))


def _worthwhile(knapsacks: Knapsacks, value: Floats, weight: Floats, slack: Floats) -> Ints:
    """Most pods of each group in a pattern that beats the floor: (n, k).

    A pod that is worth less than its weight uses up slack; no pattern may use more than there is.
    """
    loss = np.maximum(weight - value, 0.0)
    few = np.maximum(slack, 0.0)[:, None] * (1.0 + SAFETY) / np.maximum(loss, LEAST_WEIGHT)
    most = np.where(value > 0.0, np.minimum(knapsacks.most, few), 0.0)
    return most.astype(np.int64)


def _fit(room: Ints, demand: Ints) -> Ints:
    """How often the demand fits in the room, row by row."""
    fit = np.where(demand > 0, room // np.maximum(demand, 1), np.iinfo(np.int64).max - 1)
    return np.asarray(fit.min(axis=1), np.int64)
