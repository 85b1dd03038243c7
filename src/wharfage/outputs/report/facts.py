"""Everything that a report tells, worked out once; the sections only write it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from wharfage.outputs.report.crossings import Crossing
from wharfage.outputs.report.elements import Html
from wharfage.outputs.report.savings import Saving
from wharfage.rates.age import Age

if TYPE_CHECKING:
    from wharfage.api import Bill, Comparison
    from wharfage.api_stack_results import StackComparison


@dataclass(frozen=True)
class Facts:
    """What a report tells.

    Attributes
    ----------
    fleet : DataFrame
        ``Bill.frame``; `waste` has a row for each of its rows.
    lines : DataFrame
        ``Bill.lines()``.
    currency : Series
        Of each workload; `currencies` is of each service.
    breakdowns : mapping of title to DataFrame
        Costs by service, region and tags.
    components : DataFrame
        Costs by what is charged.
    moves, purchases, upgrades : sequence of Saving
        Ideas: other services, other ways to buy, and what saves whatever else is done.
    ages : sequence of Age
        Of the rate tables that were used.
    not_compared : str
        Why there is no comparison; empty where there is one.
    remarks : sequence of str
        Bounds of what was looked at.
    missing, notes : sequence of str
        Of documents: amounts that nobody stated, and what was assumed.
    pictures : mapping of place to Html
        SVG; missing where it cannot be drawn.
    """

    title: str
    bill: Bill
    fleet: pd.DataFrame
    lines: pd.DataFrame
    currency: pd.Series
    currencies: Mapping[str, str]
    waste: pd.DataFrame
    breakdowns: Mapping[str, pd.DataFrame]
    components: pd.DataFrame
    ages: Sequence[Age]
    comparison: Comparison | None = None
    platforms: StackComparison | None = None
    moves: Sequence[Saving] = ()
    purchases: Sequence[Saving] = ()
    upgrades: Sequence[Saving] = ()
    crossings: Sequence[Crossing] = ()
    not_compared: str = ""
    remarks: Sequence[str] = ()
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()
    pictures: Mapping[str, Html] = field(default_factory=dict)

    @cached_property
    def only_currency(self) -> str:
        """Currency of the report; nothing where there are several, or none."""
        found = sorted(filter(None, self.currency.unique()))
        return found[0] if len(found) == 1 else ""

    @cached_property
    def cost(self) -> float:
        """Cost of what is priced. [per month]."""
        return float(self.fleet["monthly_cost"].sum())
