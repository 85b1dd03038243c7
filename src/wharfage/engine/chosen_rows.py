"""Part of an encoded fleet: chosen rows, or only those that are workloads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.fleet import CellFault, Fleet
from wharfage.services import find_service, service_ids


def take_rows(fleet: Fleet, rows: NDArray[np.intp]) -> Fleet:
    """Fleet of some rows, in their order; codes and ids stay what they are."""
    position = np.full(len(fleet), -1)
    position[rows] = np.arange(len(rows))
    faults = [CellFault(f.column, position[f.rows], f.reason) for f in fleet.faults]
    faults = [CellFault(f.column, f.rows[f.rows >= 0], f.reason) for f in faults]
    return Fleet(
        table=fleet.frame.iloc[rows],
        ids=fleet.workloads[rows],
        arrays={name: values[rows] for name, values in fleet.arrays.items()},
        values=fleet.values,
        given=fleet.given,
        faults=[fault for fault in faults if len(fault.rows)],
        warnings=fleet.warnings,
    )


def only_workloads(fleet: Fleet) -> tuple[Fleet, tuple[str, ...]]:
    """Fleet without the rows of services that run no workloads, and the ids of those rows."""
    fees = [name for name in service_ids() if not find_service(name).runs_workloads]
    names = np.array([*fleet.values["service"], ""], dtype=object)[fleet.arrays["service"]]
    # A row of a service of nodes that names its machine is a node, not what runs on it.
    is_node = np.isin(names.astype(str), [n for n in service_ids() if find_service(n).plans_nodes])
    is_node &= fleet.arrays["instance_type"] >= 0
    is_fee = np.isin(names.astype(str), fees) | is_node
    if not is_fee.any():
        return fleet, ()
    return take_rows(fleet, np.flatnonzero(~is_fee)), tuple(fleet.workloads[is_fee])
