"""From fractions of nodes to whole ones by diving: fix the surest, search patterns for the rest."""

from __future__ import annotations

import time

import numpy as np

from wharfage.nodes.column_generation import generate_columns
from wharfage.nodes.knapsack import Knapsacks
from wharfage.nodes.linear_programs import FractionalKnapsacks, PatternProgram
from wharfage.nodes.problem import Floats, Ints
from wharfage.nodes.rounding import cheapest_machines, cover_rest

#: rounds of column generation after each fixing
ROUNDS = 6
#: a fraction of at least this much counts as a node
SURE = 0.7


def dive(
    program: PatternProgram, knapsacks: Knapsacks, price: Floats, *, deadline: float
) -> tuple[Ints, Ints, Ints]:
    """Buy whole nodes of the kinds that the fractional program is surest of, step by step.

    Patterns made for many pods leave gaps when few are left, so after each step new ones are
    searched for exactly the pods that still have no place.

    Parameters
    ----------
    program : PatternProgram
        The patterns of the bound; left as it is.
    knapsacks : Knapsacks
        One node of each of n machine types, k groups.
    price : array (n,)
        Price of one node. [currency/hour]
    deadline : float
        `time.monotonic` after which the known patterns must do: a safety only.

    Returns
    -------
    machine : array of int (p,)
    pattern : array of int (p, k)
    nodes : array of int (p,)
        Together they hold every pod, some groups with room to spare.
    """
    missing = program.count
    _, value, nodes = program.solve()
    bought = []
    while missing.any():
        late = time.monotonic() > deadline
        if late:
            whole = cover_rest(program.pattern, program.price, value, missing)
        else:
            whole = np.floor(nodes + (1.0 - SURE)).astype(np.int64)
            whole[np.argmax(nodes)] = max(whole[np.argmax(nodes)], 1)
        taken = np.flatnonzero(whole)
        bought.append((program.machine[taken], program.pattern[taken], whole[taken]))
        missing = np.maximum(missing - whole @ program.pattern, 0)
        if missing.any() and not late:
            program = _search(program, knapsacks, price, value, missing, deadline)
            _, value, nodes = program.solve()
    machine, pattern, number = (np.concatenate(part) for part in zip(*bought, strict=True))
    return machine, pattern, number


def _search(
    program: PatternProgram,
    knapsacks: Knapsacks,
    price: Floats,
    value: Floats,
    missing: Ints,
    deadline: float,
) -> PatternProgram:
    """Give the program of the missing pods: the known patterns cut down to them, and new ones."""
    pattern = np.unique(np.minimum(program.pattern, missing), axis=0)
    pattern = pattern[pattern.any(axis=1)]
    limited = Knapsacks(knapsacks.demand, knapsacks.capacity, np.minimum(knapsacks.most, missing))
    machine = cheapest_machines(limited, price, pattern)
    rest = PatternProgram(missing)
    rest.add(price[machine], machine, pattern)
    fractional = FractionalKnapsacks(limited)
    generate_columns(rest, limited, fractional, price, value, rounds=ROUNDS, deadline=deadline)
    return rest
