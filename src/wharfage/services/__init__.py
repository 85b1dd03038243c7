"""What each service bills: one small file per service, found by its place in this package.

A service turns the columns of workloads into quantities of meters. It holds no price, no date and
no provider constant: those are rules and rates of its table in ``pricing_data``.
"""

from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.registry import find_service, service_ids

__all__ = ["Columns", "Quantities", "Service", "find_service", "service_ids"]
