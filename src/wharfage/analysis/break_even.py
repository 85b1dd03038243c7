"""Break-even: along an axis, where which service is the cheapest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.break_even_axis import Axis, read_axis
from wharfage.analysis.break_even_contenders import Contest, read_contest
from wharfage.analysis.break_even_search import Pieces, find_pieces, find_whole_pieces
from wharfage.analysis.break_even_surface import BreakEvenSurface, find_surface
from wharfage.engine.options import read_options
from wharfage.errors import InvalidValueError
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH

Array = NDArray[np.float64]

#: a place where the costs of both sides differ by no more than this part is a crossing
CROSSING = 1e-9
#: a change between two points that is so many times those beside it is looked into
JUMP = 3.0
#: halvings until both sides of a step are next to each other, to the eye
HALVINGS = 12


class BreakEven:
    """Who is cheapest along an axis, and every place where that changes.

    Attributes
    ----------
    axis : Axis
        What is varied, and its range.
    names : list of str
        The contenders.
    """

    def __init__(self, contest: Contest, axis: Axis, pieces: Pieces) -> None:
        self._contest = contest
        self._pieces = pieces
        self.axis = axis
        self.names = [contender.name for contender in contest.contenders]

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._contest.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._contest.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._contest.book.digest

    @property
    def regions(self) -> dict[str, str]:
        """Region of each contender."""
        return {each.name: str(each.cells["region"]) for each in self._contest.contenders}

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """One row per stretch: low, high, cheapest, monthly_cost_low, monthly_cost_high.

        Contenders that cost the same share `cheapest`, joined by ``" = "``; it is None where none
        can run. The costs are those of the cheapest just inside both ends.
        """
        pieces, words = self._runs
        if self.axis.is_whole:
            first, last = pieces.start, pieces.end
        else:
            first = np.nextafter(pieces.start, np.inf)
            first[0], last = pieces.start[0], pieces.end
        cost = [_lowest(self._cost(ends)) for ends in (first, last)]
        return pd.DataFrame(
            {
                "low": pieces.start,
                "high": pieces.end,
                "cheapest": pd.Series(words, dtype=object),
                "monthly_cost_low": cost[0],
                "monthly_cost_high": cost[1],
            }
        )

    @cached_property
    def roots(self) -> pd.DataFrame:
        """One row per change: at, cheapest_below, cheapest_above, kind and both costs.

        `kind` is ``crossing`` where the costs meet, ``step`` where one of them jumps past the
        other, ``limit`` where one begins or ceases to be possible. Up to `at`, included, the one
        below is the cheapest; of whole numbers, `at` is the first for the one above.
        """
        pieces, words = self._runs
        below = pieces.end[:-1]
        above = pieces.start[1:] if self.axis.is_whole else np.nextafter(below, np.inf)
        at = above if self.axis.is_whole else below
        costs = self._cost(below), self._cost(above)
        best = [_lowest(cost) for cost in costs]
        kinds = [self._kind(pieces, n, costs[0][:, n], costs[1][:, n]) for n in range(len(below))]
        return pd.DataFrame(
            {
                "at": at,
                "cheapest_below": pd.Series(words[:-1], dtype=object),
                "cheapest_above": pd.Series(words[1:], dtype=object),
                "kind": pd.Series(kinds, dtype=object),
                "monthly_cost_below": best[0],
                "monthly_cost_above": best[1],
            }
        )

    @cached_property
    def infeasible(self) -> pd.DataFrame:
        """One row per stretch in which a contender has no price: contender, low, high, reason."""
        rows = []
        for n, name in enumerate(self.names):
            status = self._pieces.status[n]
            first = np.append(0, np.flatnonzero(np.diff(status)) + 1)
            last = np.append(first[1:] - 1, len(status) - 1)
            rows += [
                {
                    "contender": name,
                    "low": self._pieces.start[a],
                    "high": self._pieces.end[b],
                    "reason": self._contest.reasons[status[a]],
                }
                for a, b in zip(first, last, strict=True)
                if status[a]
            ]
        return pd.DataFrame(rows, columns=["contender", "low", "high", "reason"])

    def costs(self, at: Sequence[float] | Array | None = None) -> pd.DataFrame:
        """Monthly cost of every contender along the axis, for tables and pictures.

        Parameters
        ----------
        at : sequence of float, optional
            Values of the axis; by default some 200, with both sides of every change among them.

        Returns
        -------
        DataFrame
            The axis, contender, monthly_cost; NaN where there is none.
        """
        points = self._points() if at is None else np.asarray(at, dtype=np.float64)
        cost = self._cost(points)
        return pd.DataFrame(
            {
                self.axis.name: np.tile(points, len(self.names)),
                "contender": np.repeat(self.names, len(points)),
                "monthly_cost": cost.ravel(),
            }
        )

    def __repr__(self) -> str:
        """Short description."""
        return f"<BreakEven of {len(self.names)} along {self.axis.name}: {len(self.roots)} changes>"

    @cached_property
    def _runs(self) -> tuple[Pieces, list[str | None]]:
        """Stretches with the same cheapest contender, and their names."""
        pieces = self._pieces
        differs = (pieces.cheapest[:, 1:] != pieces.cheapest[:, :-1]).any(axis=0)
        first = np.append(0, np.flatnonzero(differs) + 1)
        last = np.append(first[1:] - 1, len(pieces.start) - 1)
        cheapest = pieces.cheapest[:, first]
        runs = Pieces(
            pieces.start[first], pieces.end[last], pieces.inside[first], cheapest,
            pieces.status[:, first],
        )  # fmt: skip
        words = [
            " = ".join(name for name, own in zip(self.names, column, strict=True) if own) or None
            for column in cheapest.T
        ]
        return runs, words

    def _kind(self, pieces: Pieces, n: int, below: Array, above: Array) -> str:
        """How the cheapest contender changes after the nth stretch."""
        before, after = pieces.cheapest[:, n], pieces.cheapest[:, n + 1]
        involved = before | after
        if np.isnan(below[involved]).any() or np.isnan(above[involved]).any():
            return "limit"
        jump = np.abs(above - below)[involved]
        if self.axis.is_whole:
            return "step"
        size = np.maximum(np.abs(above), np.abs(below))[involved]
        return "step" if (jump > CROSSING * size + CROSSING).any() else "crossing"

    def _points(self) -> Array:
        points = self.axis.steps(200)
        ends = self._pieces.end[:-1]
        sides = np.concatenate(
            [ends, self._pieces.start[1:] if self.axis.is_whole else np.nextafter(ends, np.inf)]
        )
        points = np.unique(np.concatenate([points, sides]))
        return points if self.axis.is_whole else np.union1d(points, self._jumps(points))

    def _jumps(self, points: Array) -> Array:
        """Both sides of the steps of every contender, those that change no winner too."""
        cost = self._cost(points)
        change = np.nan_to_num(np.abs(np.diff(cost, axis=1)))
        beside = np.pad(change, ((0, 0), (1, 1)))
        is_jump = change > JUMP * np.maximum(beside[:, :-2], beside[:, 2:])
        contender, at = np.nonzero(
            is_jump & (change > CROSSING * np.nanmax(np.abs(cost), initial=1))
        )
        low, high = points[at], points[at + 1]
        for _ in range(HALVINGS if len(at) else 0):
            middle = (low + high) / 2
            ends = self._cost(np.concatenate([low, middle, high])).reshape(len(cost), 3, -1)
            first, half, last = ends[contender, :, np.arange(len(at))].T
            is_left = np.abs(half - first) > np.abs(last - half)
            low, high = np.where(is_left, low, middle), np.where(is_left, middle, high)
        return np.concatenate([low, high])

    def _cost(self, points: Array) -> Array:
        return self._contest.cost(self.axis.columns(points))[0]


def breakeven(
    *services: object,
    along: str | Sequence[str] = "requests_per_month",
    between: Sequence[object],
    workload: Mapping[str, object] | None = None,
    region: str | None = None,
    clusters: bool = False,
    points: int = 201,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> BreakEven | BreakEvenSurface:
    """Where along an axis which service is cheapest: every change, to the last digit.

    Rounding steps, free tiers, sizes, minimum durations and limits are all met: what is compared
    is what ``estimate`` gives. Each point is a workload on its own with all credits of an account.

    Parameters
    ----------
    *services : str or mapping
        At least two; also as one list. Text is ``SERVICE[/PURCHASE_OPTION][/BILLING_MODE][@REGION]``;
        a mapping holds `service` and any columns that this contender has of its own.
    along : str or pair of str
        A fleet column of numbers; ``utilization`` (share of the month's hours), or a column of a
        Spot mix, such as ``spot_discount``: the discount off what is sold cheaper as Spot. With a
        pair the result is a surface.
    between : pair of float, or pair of pairs
        Lowest and highest value of each axis, both included.
    workload : mapping
        Fleet columns that all contenders share.
    region : str, optional
        Region; on the other cloud the one in the same metropolitan area.
    clusters : bool
        Add to each service the cluster that it needs; else costs are marginal, as ``compare``
        ranks them.
    points : int
        Of a surface, points on each axis.
    rates, on, month, free_tier, sizes, before_first, assumptions
        As for ``estimate``.

    Returns
    -------
    BreakEven or BreakEvenSurface
        `intervals`, `roots`, `infeasible`, `costs()`; of a surface `cheapest` and `boundaries`.

    Raises
    ------
    InvalidValueError
        If an axis, a range, a contender or the workload makes no sense.
    MissingColumnError
        If a column that a service needs is not given.
    UnknownServiceError
        If there is no such service.

    Examples
    --------
    >>> found = breakeven("aws.fargate", "gcp.cloud_run", between=(0, 1e8), region="us-east-1",
    ...     workload={"vcpu": 1, "memory_gib": 2, "request_seconds": 0.2, "concurrency": 10},
    ...     on="2026-10-01")
    >>> found.intervals["cheapest"].tolist()[0]
    'gcp.cloud_run'
    """
    book = rates if isinstance(rates, RateBook) else _book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    axes = _axes(along, between, options)
    given = (
        services[0] if len(services) == 1 and isinstance(services[0], list | tuple) else services
    )
    corner = {
        name: float(values[0])
        for axis in axes
        for name, values in axis.columns(np.array([axis.low])).items()
    }
    contest = read_contest(
        given, dict(workload or {}), region, corner, book, options, clusters=clusters
    )
    if len(axes) > 1:
        return find_surface(contest, axes[0], axes[1], points)
    return BreakEven(contest, axes[0], _search(contest, axes[0]))


def _axes(along: str | Sequence[str], between: Sequence[object], options: object) -> list[Axis]:
    if isinstance(along, str) or not isinstance(along, Sequence):
        return [read_axis(along, between, options)]  # type: ignore[arg-type]
    names = list(along)
    if len(names) != 2 or len(set(names)) != 2 or len(list(between)) != 2:  # noqa: PLR2004
        raise InvalidValueError(
            f"A surface has two different axes with a range each, not {names!r} and {between!r}.",
            hint="along=('requests_per_month', 'request_seconds'), between=((0, 1e8), (0.1, 2)).",
        )
    return [read_axis(n, pair, options) for n, pair in zip(names, between, strict=True)]  # type: ignore[arg-type]


def _search(contest: Contest, axis: Axis) -> Pieces:
    if axis.is_whole:
        return find_whole_pieces(
            lambda x: contest.cost(axis.columns(x)), int(axis.low), int(axis.high)
        )
    if not axis.is_reciprocal:
        return find_pieces(lambda x: contest.cost(axis.columns(x)), axis.low, axis.high)
    # Costs are straight lines in one over the axis, and steps of that.
    mirrored = find_pieces(
        lambda x: contest.cost(axis.columns(1.0 / x)), 1.0 / axis.high, 1.0 / axis.low
    )
    return Pieces(
        1.0 / mirrored.end[::-1], 1.0 / mirrored.start[::-1], 1.0 / mirrored.inside[::-1],
        mirrored.cheapest[:, ::-1], mirrored.status[:, ::-1],
    )  # fmt: skip


def _lowest(cost: Array) -> Array:
    """Lowest cost at each point; NaN where there is none."""
    return np.fmin.reduce(cost, axis=0)


def _book(rates: str | Path | None) -> RateBook:
    return RateBook.bundled() if rates is None else RateBook.open(rates)
