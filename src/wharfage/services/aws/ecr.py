"""Amazon ECR: private image storage by the GB-month.

Storage is metered by the hour, over the real hours of the month. Pulls inside the region are
free; transfer to the internet and to other regions is `aws.data_transfer`. The archive storage
class, the public registry and the free part of new accounts are not priced.

References: AWS, "Amazon ECR Pricing", https://aws.amazon.com/ecr/pricing/; price feed Amazon ECR
(2025-06-05).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.storage_months import months


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """GiB-months of images.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `hours_per_month` is how long the images are kept.
    rules : Rules
        Not used: storage has no rule but its rate.

    Returns
    -------
    Quantities
        Stored GiB x part of the month. [GiB-months]
    """
    return Quantities(meters={"storage_gib_months": columns["storage_gib"] * months(columns)})


SERVICE = Service(
    id="aws.ecr",
    title="Amazon Elastic Container Registry",
    quantities=quantities,
    columns=("storage_gib", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
