"""The public verbs for decisions: what a change costs, and which platform to use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from wharfage.analysis.advice import (
    NotPriced,
    Step,
    UseCase,
    answers_of,
    read_decision_guide,
    walk,
)
from wharfage.analysis.advice_prices import AdvicePrices, price_advice
from wharfage.analysis.stack_diff import CostDiff, diff_priced
from wharfage.analysis.stack_prices import price_placed
from wharfage.analysis.stack_riders import Usage
from wharfage.analysis.stacks import Where, place_stack
from wharfage.api_stack_results import StackComparison
from wharfage.api_stacks import usage_of
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.options import read_options
from wharfage.inputs.fleet import read_fleet
from wharfage.inputs.stack import Stack
from wharfage.rates.age import warn_if_stale
from wharfage.rates.book import RateBook, open_book
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH


def diff(
    before: object,
    after: object,
    *,
    service: str | None = None,
    region: str | None = None,
    purchase_option: str | None = None,
    usage: Usage | Mapping[str, object] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> CostDiff:
    """What a change costs: two stacks or fleets, row by row and in total.

    Parameters
    ----------
    before, after : Stack, or fleet as :func:`wharfage.estimate` takes it
        Rows are matched by their ids.
    service, region, purchase_option, usage
        For stacks, as for :func:`price_stack`; the same on both sides.
    rates, on, month, free_tier, sizes, before_first, assumptions
        As for :func:`wharfage.estimate`.

    Returns
    -------
    CostDiff
        ``rows`` with the cost on each side and the columns that changed, ``totals`` by currency.

    Raises
    ------
    WorkloadError
        If a side cannot be read or placed.

    Examples
    --------
    >>> web = {"workload": "web", "service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    >>> found = diff([web], [{**web, "replicas": 2}])
    >>> found.rows["why"][0]
    'replicas - → 2'
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    where = Where(service, region, purchase_option)
    priced = []
    for side in (before, after):
        if isinstance(side, Stack):
            placed = place_stack(side, where, usage_of(usage), book.regions)
            priced.append(price_placed(placed, book, options))
        else:
            priced.append(price_fleet(encode_fleet(read_fleet(side)), book, options))
    warn_if_stale(book, priced[1].services, options.on)
    return diff_priced(*priced)


class Advice:
    """The path through the decision guide, the platforms at its end, and what they cost."""

    def __init__(
        self,
        steps: Sequence[Step],
        use_case: UseCase,
        not_priced: Sequence[NotPriced],
        priced: AdvicePrices,
    ) -> None:
        self.steps = list(steps)
        self.use_case = use_case
        self.not_priced = list(not_priced)
        self._priced = priced

    @property
    def platforms(self) -> pd.DataFrame:
        """Platforms that suit the use case, as the guide orders them.

        Returns
        -------
        DataFrame
            service, purchase_option, region, monthly_cost, why, reason (why there is no price).
        """
        return self._priced.platforms

    @property
    def backing(self) -> pd.DataFrame:
        """For each answer of each question: the cheapest platform that it leaves in reach.

        Returns
        -------
        DataFrame
            question, answer, is_taken, service, monthly_cost; no service where none of those in
            reach can be priced for the workload.
        """
        return self._priced.backing

    @property
    def workload(self) -> str:
        """What was priced: the reference workload in words, or the user's documents."""
        return self._priced.workload

    @property
    def comparison(self) -> StackComparison:
        """The workload on every platform."""
        return StackComparison(self._priced.compared)


def advise(
    answers: Mapping[str, bool] | None = None,
    *,
    stack: Stack | None = None,
    region: str = "us-east-1",
    usage: Usage | Mapping[str, object] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> Advice:
    """Which platform to use, step by step through the decision guide, each step with prices.

    Parameters
    ----------
    answers : mapping of question to bool, optional
        Such as ``{"kubernetes": True, "gpu": False}``; a question that nobody answers is taken
        as no, and the step says so.
    stack : Stack, optional
        Documents: they answer what they can, and are priced in place of the reference workload.
    region : str
        Home region where documents name none; the other cloud takes its metropolitan area.
    usage, rates, on, month, free_tier, before_first, assumptions
        As for :func:`price_stack`.

    Returns
    -------
    Advice
        ``steps``, ``use_case``, ``platforms`` with prices, ``backing``, ``not_priced``.

    Raises
    ------
    WorkloadError
        If an answer is to no question, or an argument makes no sense.

    Examples
    --------
    >>> found = advise({"kubernetes": True})
    >>> found.use_case.id
    'simplified_kubernetes'
    """
    guide = read_decision_guide()
    steps, use_case = walk(guide, answers or {}, None if stack is None else answers_of(stack))
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, "round_up", before_first, assumptions)
    priced = price_advice(
        guide, steps, use_case, stack, book, options, region=region, usage=usage_of(usage)
    )
    return Advice(steps, use_case, [guide.not_priced[name] for name in use_case.not_priced], priced)
