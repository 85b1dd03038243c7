"""wharfage: what containers cost on AWS and Google Cloud, exactly, offline, at any date.

A service turns workloads into quantities; a rate table turns quantities into costs; a date chooses
the rates.

>>> import wharfage as wf
>>> bill = wf.estimate([{"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}])
>>> round(bill.total()["USD"], 2)
18.02
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wharfage.errors import (
    RateError,
    UnknownServiceError,
    UnpricedError,
    WharfageError,
    WorkloadError,
)

if TYPE_CHECKING:
    from wharfage.analysis.break_even import BreakEven, breakeven
    from wharfage.analysis.break_even_surface import BreakEvenSurface
    from wharfage.analysis.grid import grid
    from wharfage.analysis.ranges import Ranges, ranges
    from wharfage.analysis.reprice import encode, reprice
    from wharfage.analysis.sensitivity import marginal
    from wharfage.api import Bill, Comparison, compare, estimate
    from wharfage.api_advice import advise, diff
    from wharfage.api_pictures import plot
    from wharfage.api_report import report
    from wharfage.api_stacks import compare_stack, price_stack, read_documents
    from wharfage.engine.fleet import Fleet, FleetWarning
    from wharfage.inputs.stack import Stack
    from wharfage.nodes.node_plan import NodePlan
    from wharfage.nodes.plan import plan_nodes
    from wharfage.outputs.total import Total
    from wharfage.rates.book import RateBook

__version__ = "0.1.0"

__all__ = [
    "Bill",
    "BreakEven",
    "BreakEvenSurface",
    "Comparison",
    "Fleet",
    "FleetWarning",
    "NodePlan",
    "Ranges",
    "RateBook",
    "RateError",
    "Stack",
    "Total",
    "UnknownServiceError",
    "UnpricedError",
    "WharfageError",
    "WorkloadError",
    "advise",
    "breakeven",
    "compare",
    "compare_stack",
    "diff",
    "encode",
    "estimate",
    "grid",
    "marginal",
    "plan_nodes",
    "plot",
    "price_stack",
    "ranges",
    "read_documents",
    "report",
    "reprice",
]

#: names that are imported on first use: completion and help of the command need none of them
_LATER = {
    "Bill": "wharfage.api",
    "Comparison": "wharfage.api",
    "Fleet": "wharfage.engine.fleet",
    "FleetWarning": "wharfage.engine.fleet",
    "RateBook": "wharfage.rates.book",
    "Stack": "wharfage.inputs.stack",
    "Total": "wharfage.outputs.total",
    "compare": "wharfage.api",
    "encode": "wharfage.analysis.reprice",
    "estimate": "wharfage.api",
    "grid": "wharfage.analysis.grid",
    "reprice": "wharfage.analysis.reprice",
    "BreakEven": "wharfage.analysis.break_even",
    "BreakEvenSurface": "wharfage.analysis.break_even_surface",
    "Ranges": "wharfage.analysis.ranges",
    "breakeven": "wharfage.analysis.break_even",
    "marginal": "wharfage.analysis.sensitivity",
    "ranges": "wharfage.analysis.ranges",
    "NodePlan": "wharfage.nodes.node_plan",
    "plan_nodes": "wharfage.nodes.plan",
    "advise": "wharfage.api_advice",
    "diff": "wharfage.api_advice",
    "plot": "wharfage.api_pictures",
    "compare_stack": "wharfage.api_stacks",
    "price_stack": "wharfage.api_stacks",
    "read_documents": "wharfage.api_stacks",
    "report": "wharfage.api_report",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  as the language has it
    """Public name that is imported on first use."""
    if name not in _LATER:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    """Public names, those that are not imported yet included."""
    return sorted({*globals(), *__all__})
