"""A proven lower bound on the cost of all nodes, and the patterns that come close to it.

Column generation on the configuration program of Gilmore and Gomory, over all machine types at
once: find values of pods for which no pattern is worth more than its node costs. Any values give
a bound once scaled down by the best worth per price (Farley), so the bound holds whenever the
search stops.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from wharfage.nodes.knapsack import Knapsacks, best_patterns, patterns_holding, surrogate_upper
from wharfage.nodes.linear_programs import FractionalKnapsacks, PatternProgram
from wharfage.nodes.problem import Floats, Ints

#: open labels per machine type in the search for patterns; more only once fewer find nothing
LABELS = (100, 1_000, 10_000)
#: machine types searched in the first rounds
PROMISING = 20
#: relative distance from the bound at which more patterns are of no use
CLOSE = 1e-4
#: a pattern is of use if it is worth this much more than its node costs, relatively
WORTH = 1e-6
#: share of the best values so far in the next trial: values from the program alone swing
SMOOTH = 0.8
#: bounds are rounded down by this, relatively: floats are not exact
ROUND_DOWN = 1e-9


@dataclass(frozen=True)
class Bound:
    """What column generation leaves, beside the patterns in its program.

    Attributes
    ----------
    lower, resource : float
        The proven bound, and the one with pods and nodes cut into pieces. [currency/hour]
    iterations : int
        Rounds.
    """

    lower: float
    resource: float
    iterations: int


def generate_columns(
    program: PatternProgram,
    knapsacks: Knapsacks,
    fractional: FractionalKnapsacks,
    price: Floats,
    value: Floats,
    *,
    rounds: int,
    deadline: float,
) -> Bound:
    """Add patterns to a program until its cost is close to the bound.

    Parameters
    ----------
    program : PatternProgram
        Patterns to start from, that place every pod; the new ones are added to it.
    knapsacks : Knapsacks
        One node of each of n machine types, k groups.
    fractional : FractionalKnapsacks
        The same with pods that may be cut.
    price : array (n,)
        Price of one node. [currency/hour]
    value : array (k,)
        Value of one pod of each group in the program without whole pods. [currency/hour]
    rounds : int
        Most rounds.
    deadline : float
        `time.monotonic` after which no further round starts: a safety only.

    Returns
    -------
    Bound
    """
    multiplier = fractional.multipliers(value)
    centre = value * _safe_share(surrogate_upper(knapsacks, value, multiplier), price)
    resource = lower = float(centre @ program.count)
    smooth, depth, done = SMOOTH, 1, 0
    while done < rounds and time.monotonic() < deadline:
        cost, value, _ = program.solve()
        if cost * (1.0 - CLOSE) <= lower:
            break
        done += 1
        trial = smooth * centre + (1.0 - smooth) * value
        machine, pattern, upper = _priced(knapsacks, fractional, trial, price, LABELS[:depth])
        safe = trial * _safe_share(upper, price)
        if safe @ program.count > lower:
            lower, centre = float(safe @ program.count), safe
        new = pattern @ value > price[machine] * (1.0 + WORTH)
        program.add(price[machine[new]], machine[new], pattern[new])
        if new.any():
            smooth = SMOOTH
        elif smooth:
            smooth = 0.0
        elif depth < len(LABELS):
            depth, smooth = depth + 1, SMOOTH
        else:
            break
    return Bound(lower * (1.0 - ROUND_DOWN), resource * (1.0 - ROUND_DOWN), done)


def _priced(
    knapsacks: Knapsacks,
    fractional: FractionalKnapsacks,
    value: Floats,
    price: Floats,
    widths: tuple[int, ...],
) -> tuple[Ints, Ints, Floats]:
    """Machine types and patterns that may be worth their price, and what none exceeds (n,)."""
    multiplier = fractional.multipliers(value)
    upper = surrogate_upper(knapsacks, value, multiplier)
    floor = price * (1.0 + WORTH)
    machine = np.flatnonzero(upper > floor)
    if len(widths) == 1:
        # At first patterns matter, not the bound; the most promising types give the best.
        machine = np.sort(machine[np.argsort(-(upper / price)[machine], kind="stable")[:PROMISING]])
    held, pattern = patterns_holding(
        knapsacks.only(machine), value, multiplier[machine], (upper / price)[machine]
    )
    machines, patterns = [machine[held]], [pattern]
    for width in widths:
        found = best_patterns(
            knapsacks.only(machine), value, multiplier[machine], floor[machine], labels=width
        )
        machines.append(machine)
        patterns.append(found.pattern)
        upper[machine] = np.minimum(upper[machine], found.upper)
        # A wider search pays only where the bound is still above what was found.
        loose = found.upper > np.maximum(found.value, floor[machine]) * (1.0 + WORTH)
        machine = machine[loose]
    return np.concatenate(machines), np.concatenate(patterns), upper


def _safe_share(upper: Floats, price: Floats) -> float:
    """Share of the values under which no pattern is worth more than its node costs."""
    # Values of next to nothing stay small: a smaller share is as safe.
    return 1.0 / max(float((upper / price).max()), WORTH)
