"""The total of a fleet, with how complete it is."""

from __future__ import annotations

from collections.abc import Mapping

from wharfage.outputs.figures import money


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
        return f"{costs or '-'} per month" + (f" ({'; '.join(notes)})" if notes else "")
