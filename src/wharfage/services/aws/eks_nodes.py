"""Amazon EKS on nodes of your own: EC2 machines at their EC2 price, managed node groups for free.

The cluster fee is ``aws.eks``. Node groups, add-ons and the EKS Connector cost nothing.

References: AWS, "Amazon EKS Pricing", https://aws.amazon.com/eks/pricing/; AWS price lists AmazonEC2
(published 2026-02-07 and 2026-07-20).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.cluster_nodes import NO_REQUESTS, ec2_nodes
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import COLUMNS


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours, boot volume GiB-months and address-hours of nodes.

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
    id="aws.eks_nodes",
    title="Amazon EKS on EC2 nodes",
    quantities=quantities,
    columns=COLUMNS,
    cannot_run=NO_REQUESTS,
    cluster={"service": "aws.eks"},
    plans_nodes=True,
)
