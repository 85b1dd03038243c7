"""Ranges instead of false precision: uncertain inputs in, p10, p50 and p90 of the costs out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.ranges_draws import DRAWS, LATIN_HYPERCUBE, Sampling, draw, read_sampling
from wharfage.analysis.ranges_inputs import (
    Uncertain,
    check_present,
    read_inputs,
    read_low_high,
    split_columns,
)
from wharfage.analysis.ranges_price import Uncertainty, moved_fleet, price_parts
from wharfage.analysis.scenarios import Scenario, list_scenarios
from wharfage.analysis.sensitivity import tornado
from wharfage.analysis.spot_mix import SPOT_COLUMNS, check_mix
from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.fleet import EMPTY, Fleet, encode_fleet
from wharfage.engine.options import read_options
from wharfage.errors import InvalidValueError, MissingColumnError
from wharfage.inputs.fleet import read_fleet
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.services import find_service, service_ids
from wharfage.units import DEFAULT_MONTH

Array = NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
#: Draws in the middle of equal parts are these quantiles exactly: (k - 1/2) / n.
QUANTILE_METHOD: Final = "hazen"


class Ranges:
    """What a fleet may cost.

    Attributes
    ----------
    frame : DataFrame
        One row per workload and scenario: where, `typical` (every input at its typical value),
        `mean`, a column per quantile (`p10` ...), `cheapest_share` (share of the draws in which the
        scenario is the workload's cheapest), `unpriced_share` and `reason`. All costs are monthly;
        a workload that has no price in some draws has neither mean nor quantiles.
    totals : DataFrame
        The fleet in each scenario, over the same draws; workloads without a price are left out
        and counted. Clusters are not included.
    draws : array (scenarios, draws)
        Monthly cost of the fleet in each scenario and draw; what pictures are made of.
    inputs : dict of str
        What is uncertain, in words.
    """

    def __init__(
        self, setup: Uncertainty, sampling: Sampling, quantiles: Sequence[float], left_out: int
    ) -> None:
        self._setup = setup
        self.sampling = sampling
        self.left_out = left_out
        self.quantiles = {f"p{100 * share:g}": share for share in quantiles}
        scenarios, rows = len(setup.scenarios), len(setup.fleet)
        self.draws = np.zeros((scenarios, sampling.draws))
        self._found = {
            name: np.full((scenarios, rows), np.nan)
            for name in ("typical", "mean", *self.quantiles, "cheapest_share", "unpriced_share")
        }
        self._reasons = np.full((scenarios, rows), None, dtype=object)
        self._price()

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._setup.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._setup.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._setup.book.digest

    @property
    def inputs(self) -> dict[str, str]:
        """What is uncertain, in words."""
        return {each.column: describe(each) for each in self._setup.inputs}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per workload and scenario."""
        parts = []
        for n, scenario in enumerate(self._setup.scenarios):
            own = {name: values[n] for name, values in self._found.items()}
            where = _where(self._setup, scenario)
            parts.append(pd.DataFrame({**where, **own, "reason": self._reasons[n]}))
        whole = pd.concat(parts, ignore_index=True)
        order = np.tile(np.arange(len(self._setup.fleet)), len(parts))
        return whole.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The fleet in every scenario: typical, mean, quantiles, share of draws in which it wins.

        Costs are those of the workloads that are `priced`; NaN where none is.
        """
        is_priced = ~np.isnan(self._found["mean"])
        counts = is_priced.sum(axis=1)
        # Only scenarios that price the same number of workloads can be set against one another.
        rivals = np.where((counts == counts.max())[:, None], self.draws, np.inf)
        wins = rivals == rivals.min(axis=0)
        rows: list[dict[str, object]] = []
        for n, scenario in enumerate(self._setup.scenarios):
            rows.append(
                {
                    **_labels(scenario),
                    "workloads": len(self._setup.fleet),
                    "priced": int(counts[n]),
                    "typical": float(self._found["typical"][n][is_priced[n]].sum()),
                    "mean": float(self.draws[n].mean()),
                    **{
                        name: float(np.quantile(self.draws[n], share, method=QUANTILE_METHOD))
                        for name, share in self.quantiles.items()
                    },
                    "cheapest_share": float(wins[n].mean()) if counts.max() else 0.0,
                }
            )
        totals = pd.DataFrame(rows)
        costs = ["typical", "mean", *self.quantiles]
        totals[costs] = totals[costs].mask(totals["priced"] == 0)
        return totals

    def sensitivity(self, workload: str | None = None) -> pd.DataFrame:
        """Which input moves the bill most: each at its p10 and p90, the others as they are typically.

        Parameters
        ----------
        workload : str, optional
            One workload; the whole fleet by default.

        Returns
        -------
        DataFrame
            One row per scenario and input, the largest swing first: `input_low` and `input_high`
            (NaN where rows differ), `typical`, `monthly_cost_low`, `monthly_cost_high`, `swing`.
        """
        labels = [_labels(scenario) for scenario in self._setup.scenarios]
        return tornado(self._setup, labels, self._row(workload))

    def __repr__(self) -> str:
        """Short description."""
        return (
            f"<Ranges of {len(self._setup.fleet):,} workloads in {len(self._setup.scenarios)}"
            f" scenarios, {self.sampling.draws:,} draws>"
        )

    def _row(self, workload: str | None) -> int | None:
        if workload is None:
            return None
        found = np.flatnonzero(self._setup.fleet.workloads == str(workload))
        if not len(found):
            raise InvalidValueError(
                f"There is no workload {workload!r} in the fleet of {len(self._setup.fleet):,}.",
                hint=f"the first is {self._setup.fleet.workloads[0]!r}.",
            )
        return int(found[0])

    def _price(self) -> None:
        setup, found, count = self._setup, self._found, self.sampling.draws
        for part in price_parts(setup, 1, lambda rows: setup.fixed(rows, {}, 1)):
            found["typical"][:, part.rows] = part.cost[..., 0]
        hours = setup.options.month.hours

        def drawn(rows: slice) -> dict[str, Array]:
            return draw(setup.inputs, setup.own, rows, self.sampling, hours)

        for part in price_parts(setup, count, drawn):
            cost = part.cost
            is_missing = np.isnan(cost)
            found["unpriced_share"][:, part.rows] = is_missing.mean(axis=2)
            finite = np.where(is_missing, np.inf, cost)
            best = finite.min(axis=0)
            wins = (finite == best) & np.isfinite(best)
            found["cheapest_share"][:, part.rows] = wins.mean(axis=2)
            is_whole = np.asarray(~is_missing.any(axis=2))
            for n, own in enumerate(is_whole):
                priced = cost[n][own]
                at = np.arange(part.rows.start, part.rows.stop)[own]
                found["mean"][n, at] = priced.mean(axis=1)
                shares = list(self.quantiles.values())
                cuts = np.quantile(priced, shares, axis=1, method=QUANTILE_METHOD)
                for name, values in zip(self.quantiles, cuts, strict=True):
                    found[name][n, at] = values
                self.draws[n] += priced.sum(axis=0)
                self._reasons[n, part.rows] = part.reasons[n]


def ranges(
    fleet: object,
    *,
    inputs: Mapping[str, object] | None = None,
    services: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    purchase_options: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    method: str = LATIN_HYPERCUBE,
    shared_factor: float = 0.0,
    quantiles: Sequence[float] = QUANTILES,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Ranges:
    """What a fleet may cost, where its inputs are uncertain: quantiles per workload and in total.

    Every scenario is priced with the same draws, so that differences between services are not
    noise. The same seed gives the same bits.

    Parameters
    ----------
    fleet : DataFrame, Arrow stream, path or list of dicts
        As for ``estimate``. Beside a column of numbers may stand ``<column>_low`` and
        ``<column>_high``, the least and the most that it can be: a triangular distribution with
        its peak at the column. The columns ``spot_base_replicas``, ``spot_share``,
        ``spot_discount`` and ``spot_rework`` make Spot mixes.
    inputs : mapping, optional
        Uncertain columns of all rows: ``(low, high)``, ``(low, typical, high)``, a mapping such as
        ``{"distribution": "lognormal", "median": 2e6, "sigma": 0.5}``, or text such as
        ``"lognormal:2e6:0.5"``. An ``x`` in front of text, or ``is_relative``, multiplies the row's
        own value: ``"x0.5:1:2"``. Rows are drawn apart from one another.
    services, regions, purchase_options : sequence of str, optional
        Scenarios, as for ``compare``; by default each workload is priced as it stands.
    draws : int
        Draws per workload.
    seed : int
        Seed.
    method : {"latin_hypercube", "plain"}
        A Latin hypercube needs fewer draws for the same accuracy.
    shared_factor : float
        Correlation of all inputs of all rows with one another, from 0 (independent) to 1.
    quantiles : sequence of float
        Between 0 and 1.
    rates, on, month, free_tier, sizes, before_first, assumptions
        As for ``estimate``.

    Returns
    -------
    Ranges
        `frame`, `totals`, `draws`, `sensitivity()`.

    Raises
    ------
    InvalidValueError
        If an input, a range or an argument makes no sense.
    WorkloadError
        If the fleet cannot be read.

    Examples
    --------
    >>> web = [{"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2,
    ...         "replicas": 4, "hours_per_month": 365}]
    >>> found = ranges(web, inputs={"hours_per_month": (200, 700)}, on="2026-10-01")
    >>> found.frame[["p10", "p50", "p90"]].round(2).values.tolist()
    [[49.37, 88.87, 128.36]]
    """
    book = rates if isinstance(rates, RateBook) else _book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    sampling = read_sampling(draws, seed, method, shared_factor)
    _check_quantiles(quantiles)
    whole, left_out = _only_workloads(read_fleet(fleet), moves=services is not None)
    frame, low_high = split_columns(whole)
    encoded, spot = _encode(frame)
    own = {**encoded.arrays, **spot}
    found = [*read_low_high(whole, low_high, own), *read_inputs(inputs or {})]
    check_present(found, encoded, spot)
    scenarios = _scenarios(encoded, book, services, regions, purchase_options)
    setup = Uncertainty(encoded, spot, found, scenarios, book, options)
    return Ranges(setup, sampling, quantiles, left_out)


def describe(each: Uncertain) -> str:
    """An uncertain input in words."""
    whose = " times the row's own value" if each.is_relative else ""
    if each.rows is not None:
        return f"triangular, from the fleet's columns ({int(each.rows.sum()):,} rows)"
    words = ":".join(",".join(f"{v:g}" for v in number.ravel()) for number in each.numbers)
    return f"{each.distribution} {words}{whose}"


def _book(rates: str | Path | None) -> RateBook:
    return RateBook.bundled() if rates is None else RateBook.open(rates)


def _check_quantiles(quantiles: Sequence[float]) -> None:
    several = list(quantiles) if isinstance(quantiles, Iterable) else []
    if not several or any(not isinstance(q, Real) or not 0 <= q <= 1 for q in several):
        raise InvalidValueError(
            f"quantiles={several or quantiles!r} are not shares between 0 and 1.",
            hint="(0.1, 0.5, 0.9).",
        )


def _only_workloads(frame: pd.DataFrame, *, moves: bool) -> tuple[pd.DataFrame, int]:
    """Frame without cluster fees and the like, where workloads are to be moved."""
    if not moves or "service" not in frame:
        return frame, 0
    fees = [name for name in service_ids() if not find_service(name).runs_workloads]
    is_fee = frame["service"].astype(object).isin(fees).to_numpy()
    return frame[~is_fee].reset_index(drop=True), int(is_fee.sum())


def _encode(frame: pd.DataFrame) -> tuple[Fleet, dict[str, Array]]:
    """Encoded fleet, and its columns of Spot mixes as numbers."""
    spot, failures = {}, []
    for name in SPOT_COLUMNS:
        if name not in frame:
            continue
        given = frame[name].astype(object)
        spot[name] = pd.to_numeric(given, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        is_empty = given.isna().to_numpy() | (given.astype(str).str.strip() == "").to_numpy()
        failures += [
            {"row": int(row) + 1, "column": name, "value": given.iloc[row]}
            for row in np.flatnonzero(np.isnan(spot[name]) & ~is_empty)
        ]
    if failures:
        first = failures[0]
        raise InvalidValueError(
            f"{first['column']} is {first['value']!r} in row {first['row']:,}, not a number"
            f" ({len(failures):,} such cell(s)).",
            hint="shares and discounts are fractions: 0.7 is 70 %.",
            failures=failures,
        )
    check_mix(spot)
    return encode_fleet(frame.drop(columns=list(spot))), spot


def _scenarios(
    fleet: Fleet,
    book: RateBook,
    services: Sequence[str] | None,
    regions: Sequence[str] | None,
    purchase_options: Sequence[str] | None,
) -> list[Scenario | None]:
    if services is None:
        if regions is not None or purchase_options is not None:
            raise InvalidValueError(
                "Regions and purchase options are compared for services, and none are given.",
                hint="services=['aws.fargate'].",
            )
        return [None]
    if regions is None and (fleet.arrays["region"] == EMPTY).all():
        raise MissingColumnError(
            f"No region to compare in: none of the {len(fleet):,} workloads has one.",
            hint="fill the column 'region', or give regions.",
        )
    several = [services] if isinstance(services, str) else services
    return [*list_scenarios(fleet, book, several, regions, purchase_options)]


def _labels(scenario: Scenario | None) -> dict[str, str | None]:
    names = ("service", "region", "purchase_option", "billing_mode")
    return {name: None if scenario is None else getattr(scenario, name) for name in names}


def _where(setup: Uncertainty, scenario: Scenario | None) -> dict[str, NDArray[np.object_]]:
    """Where each workload runs in a scenario."""
    fleet = moved_fleet(setup, scenario)

    def names(column: str) -> NDArray[np.object_]:
        known = PURCHASE_OPTIONS if column == "purchase_option" else fleet.values[column]
        return np.array([*known, None, None], dtype=object)[fleet.arrays[column]]

    mode = None if scenario is None else scenario.billing_mode
    return {
        "workload": setup.fleet.workloads,
        **{name: names(name) for name in ("service", "region", "purchase_option")},
        "billing_mode": np.full(len(fleet), mode, dtype=object),
    }
