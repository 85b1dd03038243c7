"""Amazon EKS Auto Mode: machines at their EC2 price, and a management fee by machine type on top.

The fee follows the on-demand price of the type, whatever is paid for the machine itself: Spot,
Savings Plans and Reserved Instances do not lower it. It is billed per second with the minimum of
the machine. The cluster fee is ``aws.eks``.

References: AWS, "Amazon EKS Pricing", https://aws.amazon.com/eks/pricing/; AWS price lists AmazonEKS
(published 2026-09-18 to 2026-10-01).
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
    id="aws.eks_auto_mode",
    title="Amazon EKS Auto Mode",
    quantities=quantities,
    columns=COLUMNS,
    cannot_run=NO_REQUESTS,
    cluster={"service": "aws.eks"},
    plans_nodes=True,
)
