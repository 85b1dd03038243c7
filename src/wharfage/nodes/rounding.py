"""Tidy packings: cover what is left over, take out surplus, put nothing on too large a node."""

from __future__ import annotations

import numpy as np

from wharfage.nodes.knapsack import Knapsacks
from wharfage.nodes.problem import Floats, Ints


def cover_rest(pattern: Ints, price: Floats, value: Floats, missing: Ints) -> Ints:
    """Nodes to buy so that the missing pods have a place: the most value per price first.

    Parameters
    ----------
    pattern : array of int (p, k)
        What nodes may hold; together they hold every group that is missing.
    price : array (p,)
        Price of each such node. [currency/hour]
    value : array (k,)
        Value of one pod; those of the bound make good choices. [currency/hour]
    missing : array of int (k,)
        Pods without a place.

    Returns
    -------
    array of int (p,)
        Number of nodes of each pattern.

    Examples
    --------
    >>> cover_rest(np.array([[2, 0], [1, 1]]), np.ones(2), np.ones(2), np.array([3, 1]))
    array([1, 1])
    """
    nodes = np.zeros(len(pattern), np.int64)
    # A pod without value would never be taken.
    value = np.maximum(value, np.finfo(np.float64).eps)
    while missing.any():
        held = np.minimum(pattern, missing)
        best = int((held @ value / price).argmax())
        taken = held[best] > 0
        more = max(int((missing[taken] // pattern[best][taken]).min()), 1)
        nodes[best] += more
        missing = np.maximum(missing - more * pattern[best], 0)
    return nodes


def without_surplus(pattern: Ints, nodes: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Take out the pods that were placed more often than there are.

    Returns
    -------
    pattern : array of int (q, k)
    nodes : array of int (q,)
        Together they hold `count`, no pod more.
    """
    kinds = [(pattern[kind], int(nodes[kind])) for kind in np.flatnonzero(nodes)]
    surplus = nodes @ pattern - count
    for group in np.flatnonzero(surplus > 0):
        over, kept = int(surplus[group]), []
        for pods, number in kinds:
            each = int(pods[group])
            taken = min(over, each * number)
            over -= taken
            emptied, rest = divmod(taken, max(each, 1))
            parts = (
                (0, emptied),
                (each - rest, int(rest > 0)),
                (each, number - emptied - (rest > 0)),
            )
            for held, part in parts:
                if part:
                    now = pods.copy()
                    now[group] = held
                    kept.append((now, part))
        kinds = kept
    return (
        np.array([pods for pods, _ in kinds], np.int64).reshape(-1, len(count)),
        np.array([number for _, number in kinds], np.int64),
    )


def cheapest_machines(knapsacks: Knapsacks, price: Floats, pattern: Ints) -> Ints:
    """Cheapest machine type that holds each pattern: (p,)."""
    load = pattern @ knapsacks.demand
    machine = np.full(len(pattern), -1)
    for candidate in np.argsort(price, kind="stable"):
        fits = (load <= knapsacks.capacity[candidate]).all(axis=1)
        fits &= (pattern <= knapsacks.most[candidate]).all(axis=1)
        machine = np.where((machine < 0) & fits, candidate, machine)
    return machine
