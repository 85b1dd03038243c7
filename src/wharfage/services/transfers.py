"""Data that is sent somewhere: the destination decides on the price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.services.model import Columns

#: code of an empty cell
NOT_STATED = -1

COLUMNS = ("transfer_gib", "transfer_to")


def destination_faults(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    """Reason for rows that send data without saying where to."""
    sends_nowhere = (columns["transfer_gib"] > 0) & (columns["transfer_to"] == NOT_STATED)
    return {"required: transfer_to is empty": sends_nowhere}
