"""Array aliases of the schedules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Quantity = NDArray[np.float64]
UnitPrice = NDArray[np.float64]
Cost = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]
