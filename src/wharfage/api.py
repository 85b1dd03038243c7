"""The public verbs: read a fleet, price it, and hold the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from wharfage.engine.assemble import line_frame, workload_frame
from wharfage.engine.estimate import Options, PricedFleet, price_fleet
from wharfage.engine.failures import raise_unpriced
from wharfage.engine.fleet import encode_fleet
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.inputs.fleet import read_fleet
from wharfage.outputs.explain import assumption_lines, explain_workload
from wharfage.outputs.tables import money
from wharfage.rates.book import RateBook, parse_date
from wharfage.rates.rules import Assumption, check_assumptions
from wharfage.units import DEFAULT_MONTH, parse_month


class Total(dict[str, float]):
    """Totals by currency, and how complete they are.

    Attributes
    ----------
    rows, missing, lower_bounds, doubtful : int
        Workloads in all; without a price; priced without a minor meter; on doubtful rates.
    """

    def __init__(
        self,
        costs: Mapping[str, float],
        *,
        rows: int,
        missing: int,
        lower_bounds: int,
        doubtful: int,
    ) -> None:
        super().__init__(costs)
        self.rows = rows
        self.missing = missing
        self.lower_bounds = lower_bounds
        self.doubtful = doubtful

    def __str__(self) -> str:
        """Totals in words, rounded half up, with what is missing from them."""
        costs = ", ".join(f"{money(amount)} {currency}" for currency, amount in self.items())
        notes = [
            f"{count:,} of {self.rows:,} workloads {what}"
            for count, what in (
                (self.missing, "unpriced and left out"),
                (self.lower_bounds, "lower bounds"),
                (self.doubtful, "on doubtful rates"),
            )
            if count
        ]
        return f"{costs or '0.00'} per month" + (f" ({'; '.join(notes)})" if notes else "")


class Bill:
    """What a fleet costs, with everything needed to check it."""

    def __init__(self, priced: PricedFleet) -> None:
        self._priced = priced

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._priced.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._priced.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._priced.book.digest

    @property
    def warnings(self) -> list[str]:
        """Columns of the fleet that look misspelt."""
        return list(self._priced.fleet.warnings)

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        return assumption_lines(self._priced)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per workload in input order: the inputs, costs per day and month, status, reason."""
        return workload_frame(self._priced)

    def lines(self) -> pd.DataFrame:
        """One row per charge, credits as lines of their own.

        Returns
        -------
        DataFrame
            The columns of ``wharfage.columns.LINE_COLUMNS``; the effective costs of a workload
            add up to its monthly cost.
        """
        return line_frame(self._priced)

    def explain(self, workload: str | int) -> str:
        """Arithmetic of one workload as text, from what was requested to what it costs.

        Raises
        ------
        InvalidValueError
            If the fleet has no such workload.
        """
        ids = self._priced.fleet.workloads
        found = np.flatnonzero(ids == str(workload))
        if not len(found):
            raise InvalidValueError(
                f"There is no workload {workload!r} in the fleet of {len(ids):,}.",
                hint=did_you_mean(str(workload), map(str, ids[:100_000]))
                or f"the first is {ids[0]!r}.",
            )
        return explain_workload(self._priced, int(found[0]))

    def total(self, *, strict: bool = True) -> Total:
        """Monthly cost of the fleet, by currency.

        Parameters
        ----------
        strict : bool
            Refuse to add a fleet with holes; with False, add what is priced and say how many
            workloads are missing.

        Raises
        ------
        UnpricedError
            If any workload is unpriced and `strict` is true; all of them are in ``failures``.
        """
        priced = self._priced
        unpriced = priced.reasons.any
        if strict and unpriced.any():
            raise_unpriced(priced)
        cost = priced.monthly_cost
        sums: dict[str, float] = {}
        for name, result in priced.services.items():
            currency = priced.book.table(name).form.currency
            sums[currency] = sums.get(currency, 0.0) + float(np.nansum(cost[result.rows]))
        return Total(
            sums,
            rows=len(priced.fleet),
            missing=int(unpriced.sum()),
            lower_bounds=int((priced.lower_bound & ~unpriced).sum()),
            doubtful=int((priced.doubtful & ~unpriced).sum()),
        )

    def __repr__(self) -> str:
        """Short description with the total of what is priced."""
        return f"<Bill of {len(self._priced.fleet):,} workloads on {self.on}: {self.total(strict=False)}>"


def estimate(
    fleet: object,
    *,
    rates: RateBook | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Bill:
    """Bill of a fleet: exact daily and monthly cost of every workload.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        One row per workload; the columns of ``wharfage.columns.FLEET_COLUMNS``.
    rates : RateBook, optional
        The bundled book by default.
    on : date or ISO text, optional
        Date whose rates and rules are used; the newest date of any rate by default.
    month : str
        ``730h``, other hours such as ``720h``, or a calendar month such as ``2026-02``.
    free_tier : {"account", "none"}
        Whether credits and free tiers are given, once per billing account.
    sizes : {"round_up", "strict"}
        Whether an illegal size is rounded up, or is a fault.
    strict : bool
        Raise if any workload is unpriced.
    before_first : {"nearest"}, optional
        Price a date before the first rate with the oldest one, and call it doubtful.
    assumptions : mapping, optional
        Values for what providers leave open; the names are in the rate tables.

    Returns
    -------
    Bill
        Costs in the currency of the rate tables. A workload that cannot be priced is NaN with
        its reason, never 0.

    Raises
    ------
    WorkloadError
        If the fleet cannot be read, or an argument makes no sense.
    UnpricedError
        If `strict` and any workload is unpriced.

    Examples
    --------
    >>> bill = estimate(
    ...     [{"service": "aws.fargate", "region": "ap-northeast-2", "vcpu": 0.5, "memory_gib": 1}],
    ...     on="2026-10-01",
    ... )
    >>> round(bill.frame["daily_cost"][0], 5)
    0.68136
    """
    book = rates if rates is not None else RateBook.bundled()
    options = Options(
        on=book.newest_date if on is None else parse_date(on),
        month=parse_month(month),
        free_tier=_choice("free_tier", free_tier, ("account", "none")),
        sizes=_choice("sizes", sizes, ("round_up", "strict")),
        before_first=_choice("before_first", before_first, (None, "nearest")),
        assumptions=check_assumptions(assumptions, book.assumptions) if assumptions else {},
    )
    priced = price_fleet(encode_fleet(read_fleet(fleet)), book, options)
    if strict and priced.reasons.any.any():
        raise_unpriced(priced)
    return Bill(priced)


def _choice(name: str, value: Any, allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if value not in allowed:
        words = [str(choice) for choice in allowed if choice is not None]
        raise InvalidValueError(
            f"{name}={value!r} is not one of {', '.join(words)}.",
            hint=did_you_mean(str(value), words) or f"write {name}={words[0]!r}.",
        )
    return value
