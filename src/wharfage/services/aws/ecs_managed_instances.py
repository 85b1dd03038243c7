"""Amazon ECS Managed Instances: machines at their EC2 price, and a management fee by machine type.

The fee follows the on-demand price of the type, whatever is paid for the machine itself: Spot,
Savings Plans and Reserved Instances do not lower it. It is billed per second with the minimum of
the machine. ECS has no cluster fee.

References: AWS, "Amazon ECS pricing", https://aws.amazon.com/ecs/pricing/ (read 2026-09-20); AWS
price list AmazonECS (read 2026-09-06).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.cluster_nodes import NO_REQUESTS, ec2_nodes
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import COLUMNS


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours, as many management-hours, boot volume GiB-months and address-hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``instance_type`` as codes of the fleet's own types.
    rules : Rules
        The table's rules in force on the date, the sizes of machine types among them.

    Returns
    -------
    Quantities
        A row without a machine type is a fault: pods that share machines are planned.
    """
    return ec2_nodes(columns, rules, is_managed=True)


SERVICE = Service(
    id="aws.ecs_managed_instances",
    title="Amazon ECS Managed Instances",
    quantities=quantities,
    columns=COLUMNS,
    cannot_run=NO_REQUESTS,
    plans_nodes=True,
)
