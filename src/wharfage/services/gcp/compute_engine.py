"""Compute Engine: machines by type and count, with attached GPUs, boot disks and addresses.

Billed per second with a minimum per run. Sustained use lowers the price of on-demand machines of
some series, quarter of the month by quarter; commitments and Spot exclude it. GPUs attach to N1
machines only; other accelerator machines carry theirs in the price of the type.

References: Google Cloud, "VM instance pricing", "Sustained use discounts" and "Disk and image
pricing", https://cloud.google.com/compute; Cloud Billing Catalog (2026-04-30).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.rates.rules import Rules
from wharfage.schedules.rounding import SLACK
from wharfage.services.accelerators import gpu_count, has_gpu
from wharfage.services.model import Columns, Quantities, Service
from wharfage.services.node_hours import (
    COLUMNS,
    attached_quantities,
    node_faults,
    node_hours,
    node_notes,
)
from wharfage.units import SECONDS_PER_HOUR

ON_DEMAND = PURCHASE_OPTIONS.index("on_demand")

SUSTAINED_USE = "sustained_use_discount"


def quantities(columns: Columns, rules: Rules) -> Quantities:
    """Instance-hours with their sustained-use factor, GPU-hours, disks and address-hours.

    Parameters
    ----------
    columns : mapping of arrays (n,)
        Encoded fleet columns; ``instance_type`` as codes of the fleet's own types.
    rules : Rules
        The table's rules in force on the date, the sizes of machine types among them.

    Returns
    -------
    Quantities
        An unknown machine type, or a GPU on a machine that takes none, is a fault.
    """
    hours = node_hours(columns, rules)
    types = rules["machine_types"]
    code = columns["instance_type"]
    factor = sustained_use_factor(columns, rules, hours)
    return Quantities(
        meters={
            "instance_hours": hours,
            "gpu_hours": gpu_count(columns) * hours,
            **attached_quantities(columns, hours),
        },
        billed_vcpu=types.vcpu[code],
        billed_memory_gib=types.memory_gib[code],
        discounts={"instance_hours": factor, "gpu_hours": factor},
        faults={
            **node_faults(columns),
            "not_offered: only N1 machines take attached GPUs": (
                has_gpu(columns) & ~rules["takes_gpus"][code]
            ),
        },
        notes=lambda: {**node_notes(columns), SUSTAINED_USE: factor < 1 - SLACK},
    )


def sustained_use_factor(
    columns: Columns, rules: Rules, hours: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the list price that is paid after sustained use; 1 where there is none.

    Each part of the month that a machine runs is charged at the part's own multiplier.
    """
    multipliers = rules["sustained_use"][columns["instance_type"]]
    parts = multipliers.shape[-1]
    nodes = np.where(columns["node_count"] > 0, columns["node_count"], 1.0)
    used = np.clip(hours / nodes * SECONDS_PER_HOUR / columns["month_seconds"], 0.0, 1.0)
    in_part = np.clip(used[..., None] * parts - np.arange(parts), 0.0, 1.0)
    whole = np.sum(in_part, axis=-1)
    paid = np.sum(in_part * multipliers, axis=-1) / np.where(whole > 0, whole, 1.0)
    applies = (
        (columns["purchase_option"] == ON_DEMAND)
        & (columns["sustained_use"] == 1)
        & (whole > 0)
        & (rules.assumptions["sustained_use_account"] == "self_serve")
    )
    return np.where(applies, paid, 1.0)


SERVICE = Service(
    id="gcp.compute_engine",
    title="Compute Engine (explicit nodes)",
    quantities=quantities,
    columns=(*COLUMNS, "gpu_type", "gpu_count", "sustained_use"),
    cannot_run={"requests": "machines are priced by count and hours"},
    runs_workloads=False,
)
