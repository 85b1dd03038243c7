"""Storage by the month: amounts that are kept for part of a month count for that part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.services.model import Columns
from wharfage.units import SECONDS_PER_HOUR


def months(columns: Columns) -> NDArray[np.float64]:
    """Part of the month that a row's hours are; 1 where none are given. [months].

    The month has its real hours: 720 in September, as AWS bills it (billing rows of September
    2024 in the FOCUS sample data).
    """
    part: NDArray[np.float64] = (
        columns["hours_per_month"] * SECONDS_PER_HOUR / columns["month_seconds"]
    )
    return part
