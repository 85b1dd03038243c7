"""NAT gateways: hours of the gateway, and every GB that passes it, in either direction.

A started hour is a whole one. A gateway has a public address (`aws.public_ipv4`), and what goes
on to the internet is transfer (`aws.data_transfer`): both are charges of their own.

References: AWS, "Amazon VPC pricing", https://aws.amazon.com/vpc/pricing/; price feed NAT gateway
(2025-10-28).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import round_up
from wharfage.services.demand import replicas
from wharfage.services.model import Columns, Quantities, Service


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Gateway hours and processed data.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `replicas` is the number of gateways, `transfer_gib` is that of all.
    rules : Rules
        Not used: the charge has no rule but its rates.

    Returns
    -------
    Quantities
        Whole hours of every gateway. [hours, GiB]
    """
    hours = round_up(columns["hours_per_month"], 1.0)
    return Quantities(
        meters={
            "nat_gateway_hours": replicas(columns) * hours,
            "processed_gib": columns["transfer_gib"],
        },
    )


SERVICE = Service(
    id="aws.nat_gateway",
    title="Amazon VPC NAT gateways",
    quantities=quantities,
    columns=("replicas", "hours_per_month", "transfer_gib", "purchase_option"),
    runs_workloads=False,
)
