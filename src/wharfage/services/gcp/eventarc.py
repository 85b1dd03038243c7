"""Eventarc Advanced: events published to a bus, sent through a pipeline, and transformed there.

Each step is a charge of its own; one row is one step. Eventarc Standard has no price of its own
in the catalog: the Pub/Sub topic behind it has, and is not priced here.

References: Google Cloud, "Eventarc pricing", https://cloud.google.com/eventarc/pricing; Cloud
Billing Catalog (2026-04-30).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.transfers import NOT_STATED


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Events of each step.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns.
    rules : Rules
        Not used: an event has no rule but its rate.

    Returns
    -------
    Quantities
        Events without the step that is charged are a fault. [events]
    """
    events = columns["events_per_month"]
    return Quantities(
        meters={"events": events},
        faults={
            "required: event_kind is empty": (events > 0) & (columns["event_kind"] == NOT_STATED)
        },
    )


SERVICE = Service(
    id="gcp.eventarc",
    title="Eventarc Advanced",
    quantities=quantities,
    columns=("events_per_month", "event_kind", "purchase_option"),
    runs_workloads=False,
)
