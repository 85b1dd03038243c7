"""Amazon EventBridge: custom events, pipes and API destinations, by the million.

An event counts once for every 64 KB of it: `events_per_month` are such chunks. Events that AWS
services emit are free. Scheduler, archive and schema discovery are not priced.

References: AWS, "Amazon EventBridge pricing", https://aws.amazon.com/eventbridge/pricing/; price
feed Amazon EventBridge (2025-06-05).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import NOT_STATED


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Events of each kind.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `event_kind` is ``custom``, ``pipe`` or ``api_destination``.
    rules : Rules
        Not used: events have no rule but their rates.

    Returns
    -------
    Quantities
        Events without their kind are a fault. [events]
    """
    events = columns["events_per_month"]
    return Quantities(
        meters={"events": events},
        faults={
            "required: event_kind is empty": (events > 0) & (columns["event_kind"] == NOT_STATED)
        },
    )


SERVICE = Service(
    id="aws.eventbridge",
    title="Amazon EventBridge",
    quantities=quantities,
    columns=("events_per_month", "event_kind", "purchase_option"),
    runs_workloads=False,
)
