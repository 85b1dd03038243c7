"""Amazon CloudWatch Logs: ingestion by log class, and storage.

Logs of the infrequent access class cost less to ingest; vended logs, which AWS services write,
have tiers per billing account and month. Storage is billed by the GB-month of what is kept after
compression. Queries, metrics and alarms are not priced, and no free part is given.

References: AWS, "Amazon CloudWatch Pricing", https://aws.amazon.com/cloudwatch/pricing/; price
feed Amazon CloudWatch (2025-09-23).
"""

from __future__ import annotations

from wharfage.rates.rules import Rules
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.storage_months import months


def quantities(columns: Columns, rules: Rules) -> Quantities:  # noqa: ARG001
    """Ingested GiB and GiB-months of logs that are kept.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; `log_gib` is ingested, `storage_gib` is kept.
    rules : Rules
        Not used: logs have no rule but their rates.

    Returns
    -------
    Quantities
        [GiB, GiB-months]
    """
    return Quantities(
        meters={
            "log_gib": columns["log_gib"],
            "storage_gib_months": columns["storage_gib"] * months(columns),
        },
    )


SERVICE = Service(
    id="aws.cloudwatch_logs",
    title="Amazon CloudWatch Logs",
    quantities=quantities,
    columns=("log_gib", "log_class", "storage_gib", "hours_per_month", "purchase_option"),
    runs_workloads=False,
)
