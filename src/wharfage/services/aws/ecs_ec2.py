"""Amazon ECS on container instances of your own: EC2 machines at their EC2 price.

ECS itself costs nothing: there is no cluster fee.

References: AWS, "Amazon ECS pricing", https://aws.amazon.com/ecs/pricing/ (read 2026-09-20); AWS
price lists AmazonEC2 (published 2026-02-07 and 2026-07-20).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.cluster_nodes import NO_REQUESTS, ec2_nodes
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import COLUMNS


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours, boot volume GiB-months and address-hours of container instances.

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
    return ec2_nodes(columns, rules, is_managed=False)


SERVICE = Service(
    id="aws.ecs_ec2",
    title="Amazon ECS on EC2 instances",
    quantities=quantities,
    columns=COLUMNS,
    cannot_run=NO_REQUESTS,
    plans_nodes=True,
)
