"""Prices behind the steps of the decision guide: one workload on every platform in reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wharfage.analysis.advice import DecisionGuide, Next, Step, Suggestion, UseCase
from wharfage.analysis.stack_compare import ComparedStack, compare_placed
from wharfage.analysis.stack_prices import nodes_of
from wharfage.analysis.stack_riders import Usage
from wharfage.engine.plan import Options
from wharfage.inputs.stack import Stack
from wharfage.rates.book import RateBook

YOURS = "your documents"


@dataclass(frozen=True)
class AdvicePrices:
    """What the guide's steps and suggestions cost for one workload."""

    workload: str
    platforms: pd.DataFrame
    backing: pd.DataFrame
    compared: ComparedStack


def price_advice(
    guide: DecisionGuide,
    steps: Sequence[Step],
    use_case: UseCase,
    stack: Stack | None,
    book: RateBook,
    options: Options,
    *,
    region: str,
    usage: Usage,
) -> AdvicePrices:
    """Prices of the suggestions at the end of a path, and of both answers of every step.

    Parameters
    ----------
    stack : Stack or None
        The user's documents; the reference workload of the use case where there are none.
    region : str
        Home region; platforms of the other cloud are priced in its metropolitan area.
    """
    work = use_case.reference.as_stack() if stack is None else stack

    def compare(purchase_options: list[str] | None) -> ComparedStack:
        return compare_placed(
            work,
            book,
            options,
            usage=usage,
            region=region,
            services=None,
            regions=None,
            purchase_options=purchase_options,
        )

    compared: dict[str | None, ComparedStack] = {None: compare(None)}
    for option in {each.purchase_option for each in use_case.platforms} - {None}:
        compared[option] = compare([str(option)])
    rows = [_of_platform(each, compared[each.purchase_option]) for each in use_case.platforms]
    own = compared[None]
    words = use_case.reference.words if stack is None else YOURS
    return AdvicePrices(words, pd.DataFrame(rows), _backing(guide, steps, own), own)


def _of_platform(suggestion: Suggestion, compared: ComparedStack) -> dict[str, Any]:
    """Cheapest complete answer of a platform; without one, the reason."""
    totals = compared.totals
    own = totals[totals["service"] == suggestion.service]
    complete = own[own["is_complete"]]
    found: dict[str, Any] = {
        "service": suggestion.service,
        "purchase_option": suggestion.purchase_option,
        "billing_mode": None,
        "region": own["region"].iloc[0] if len(own) else None,
        "monthly_cost": np.nan,
        "why": suggestion.why,
        "reason": "",
    }
    if len(complete):
        best = complete.iloc[0]
        named = {name: best[name] for name in ("billing_mode", "region", "monthly_cost")}
        return {**found, **named, "why": suggestion.why + _machines(suggestion, compared)}
    left_out = compared.left_out
    reasons = left_out.loc[left_out["service"] == suggestion.service, "reason"]
    return {**found, "reason": reasons.iloc[0] if len(reasons) else "not in the rate book"}


def _machines(suggestion: Suggestion, compared: ComparedStack) -> str:
    """Machines that were planned for a platform of nodes, in words; nothing for any other."""
    for each in compared.ranked:
        if each.platform.service == suggestion.service and each.priced is not None:
            nodes = nodes_of(each.priced).to_dict("records")
            kinds = [f"{row['node_count']:g} x {row['instance_type']}" for row in nodes]
            return f" (planned: {', '.join(kinds)})" if kinds else ""
    return ""


def _backing(guide: DecisionGuide, steps: Sequence[Step], compared: ComparedStack) -> pd.DataFrame:
    """For each answer of each step, the cheapest complete platform that it leaves in reach."""
    totals = compared.totals
    complete = totals[totals["is_complete"]]
    rows = []
    for step in steps:
        for answer, end in (("yes", step.question.yes), ("no", step.question.no)):
            best = complete[complete["service"].isin(_in_reach(guide, end))].head(1)
            rows.append(
                {
                    "question": step.question.id,
                    "answer": answer,
                    "is_taken": step.answer == (answer == "yes"),
                    "service": best["service"].iloc[0] if len(best) else None,
                    "monthly_cost": best["monthly_cost"].iloc[0] if len(best) else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _in_reach(guide: DecisionGuide, end: Next) -> set[str]:
    return {each.service for case in guide.reachable(end) for each in case.platforms}
