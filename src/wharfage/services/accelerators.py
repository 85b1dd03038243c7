"""Accelerators that workloads ask for, read the same way by every service."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.services.model import Columns

NO_GPU = FLEET_COLUMNS["gpu_type"].choices.index("none")


def has_gpu(columns: Columns) -> NDArray[np.bool_]:
    """True where an accelerator is asked for."""
    return columns["gpu_type"] != NO_GPU


def gpu_count(columns: Columns) -> NDArray[np.float64]:
    """Accelerators per replica; one where a type is given without a count."""
    count = np.where(np.isnan(columns["gpu_count"]), 1.0, columns["gpu_count"])
    return np.where(has_gpu(columns), count, 0.0)
