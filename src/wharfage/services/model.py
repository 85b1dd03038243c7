"""What a service is: an id, what it needs, and one function from columns to quantities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.rates.rules import Rules

Columns = Mapping[str, NDArray[Any]]
Vocabularies = Mapping[str, tuple[str, ...]]
Mask = NDArray[np.bool_]
Notes = Mapping[str, Mask]


@dataclass(frozen=True)
class Quantities:
    """Quantities of a tile of workloads, in the meters' canonical units.

    A column that holds one value throughout comes as an array of length one, and so may any of
    these arrays: formulas broadcast.

    Attributes
    ----------
    meters : mapping of meter name to array (n,)
        Monthly quantity of every meter that the service bills.
    billed_vcpu, billed_memory_gib : array (n,) or None
        Size that is billed, per replica; NaN or None where the service has none.
    faults : mapping of reason to mask (n,)
        Rows that cannot be billed as written. A reason begins with its code and a colon.
    discounts : mapping of meter name to array (n,)
        Factor on the effective price where a discount follows from the usage itself.
    resized : array of bool (n,), function that gives one, or None
        Rows whose billed size is not the one that was asked for; a function is called only where
        illegal sizes are faults.
    notes : mapping of note to mask (n,), or function that gives one
        Rows of which something is to be said; a function is called only when it is to be said.
    """

    meters: Mapping[str, NDArray[np.float64]]
    billed_vcpu: NDArray[np.float64] | None = None
    billed_memory_gib: NDArray[np.float64] | None = None
    discounts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    resized: Mask | Callable[[], Mask] | None = None
    faults: Mapping[str, Mask] = field(default_factory=dict)
    notes: Notes | Callable[[], Notes] = field(default_factory=dict)

    def is_resized(self) -> Mask:
        """Rows whose billed size is not the one that was asked for."""
        found = self.resized() if callable(self.resized) else self.resized
        return np.zeros(1, dtype=np.bool_) if found is None else found

    def notes_given(self) -> Notes:
        """Rows of which something is to be said, by note."""
        return self.notes() if callable(self.notes) else self.notes


@dataclass(frozen=True)
class Service:
    """One service of a provider.

    Attributes
    ----------
    id : str
        ``provider.name``; its table is ``pricing_data/provider/name.yaml``.
    title : str
        As the provider writes it.
    quantities : callable
        ``quantities(columns, rules) -> Quantities``, a pure array function.
    columns : tuple of str
        Fleet columns that it reads, besides service, region and billing account.
    required : tuple of str
        Columns that have no default here.
    cannot_run : mapping of demand kind to reason
        Kinds of work (``always_on``, ``runs``, ``requests``) that the service cannot run.
    derive : callable or None
        ``derive(columns, values, rules)``: columns that follow from others (the machine that a
        pod runs on), as changed columns and vocabularies; a pure function, run once per fleet.
    runs_workloads : bool
        False for fees, explicit nodes, networks and storage.
    cluster : mapping of column to value, or None
        The cluster that its workloads need, as a row of the service that charges for it.
    plans_nodes : bool
        True where pods share machines, so that a plan has to choose the machines.
    """

    id: str
    title: str
    quantities: Callable[[Columns, Rules], Quantities]
    columns: tuple[str, ...]
    required: tuple[str, ...] = ()
    cannot_run: Mapping[str, str] = field(default_factory=dict)
    derive: Callable[[Columns, Vocabularies, Rules], tuple[Columns, Vocabularies]] | None = None
    runs_workloads: bool = True
    cluster: Mapping[str, str] | None = None
    plans_nodes: bool = False

    @property
    def reads_demand(self) -> bool:
        """True if the kind of work matters here."""
        return bool(self.cannot_run) or "runs_per_month" in self.columns
