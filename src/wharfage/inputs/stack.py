"""What documents describe: workloads, what rides along with them, and what is worth saying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Row = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """Something that a reader of the result should know, and where in the documents it comes from.

    `code` is a stable word such as ``default_request`` or ``unknown_kind``; `where` is
    ``file:line`` with the path inside the document.
    """

    code: str
    text: str
    where: str = ""
    workload: str = ""


@dataclass(frozen=True)
class Stack:
    """Workloads of a set of documents, and everything that they bring along.

    Attributes
    ----------
    workloads : list of rows
        Rows of fleet columns, without `service` and `region` unless the document names them.
    riders : list of rows
        What rides along (load balancers, disks, addresses): rows with the key `rides_with`
        (id of a workload, or empty for the whole stack) and `kind`: ``load_balancer``, ``disk``,
        ``public_ipv4``, ``cluster``, ``nodes``, ``nat_gateway``, ``logs``, ``registry``,
        ``transfer``. The service that bills a kind depends on the cloud that the stack is priced
        on. A rider with a `service` of its own, as documents of clusters have them, is bound to
        that service and to its `region`; its `platforms` are the services whose workloads it
        serves.
    ranges : list of rows
        ``workload`` (its id, or that of a rider, see :func:`rider_id`), ``column``, ``low``,
        ``high`` of inputs that an autoscaler moves.
    needs : mapping of workload to set of str
        What a platform must offer to run it: ``privileged``, ``host_network``, ``daemonset``,
        ``host_path``, ``windows``, ``gpu`` and the like.
    notes : list of Note
        Defaults that were assumed, kinds that were not understood, inputs that are missing.
    """

    workloads: list[Row] = field(default_factory=list)
    riders: list[Row] = field(default_factory=list)
    ranges: list[Row] = field(default_factory=list)
    needs: dict[str, set[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def fleet(self) -> pd.DataFrame:
        """Workloads as a fleet table, one row each."""
        return pd.DataFrame(self.workloads)


def rider_id(rider: Row) -> str:
    """Id by which ranges name a rider: its kind and name.

    Examples
    --------
    >>> rider_id({"kind": "nodes", "name": "prod/web"})
    'nodes/prod/web'
    """
    return f"{rider['kind']}/{rider.get('name') or rider['kind']}"


def merge_stacks(stacks: Iterable[Stack]) -> Stack:
    """One stack of several, in order."""
    merged = Stack()
    for stack in stacks:
        merged.workloads.extend(stack.workloads)
        merged.riders.extend(stack.riders)
        merged.ranges.extend(stack.ranges)
        merged.notes.extend(stack.notes)
        for workload, needs in stack.needs.items():
            merged.needs.setdefault(workload, set()).update(needs)
    return merged
