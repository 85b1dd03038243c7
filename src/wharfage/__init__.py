"""wharfage: what containers cost on AWS and Google Cloud, exactly, offline, at any date.

A service turns workloads into quantities; a rate table turns quantities into costs; a date chooses
the rates.

>>> import wharfage as wf
>>> bill = wf.estimate([{"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}])
>>> round(bill.total()["USD"], 2)
18.02
"""

from wharfage.analysis.grid import grid
from wharfage.analysis.reprice import encode, reprice
from wharfage.api import Bill, Comparison, Total, compare, estimate
from wharfage.api_stacks import advise, compare_stack, diff, price_stack, read_documents
from wharfage.engine.fleet import FleetWarning
from wharfage.errors import (
    RateError,
    UnknownServiceError,
    UnpricedError,
    WharfageError,
    WorkloadError,
)
from wharfage.inputs.stack import Stack
from wharfage.rates.book import RateBook

__version__ = "0.1.0"

__all__ = [
    "Bill",
    "Comparison",
    "FleetWarning",
    "RateBook",
    "RateError",
    "Stack",
    "Total",
    "UnknownServiceError",
    "UnpricedError",
    "WharfageError",
    "WorkloadError",
    "advise",
    "compare",
    "compare_stack",
    "diff",
    "encode",
    "estimate",
    "grid",
    "price_stack",
    "read_documents",
    "reprice",
]
