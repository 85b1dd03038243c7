"""Row checks before pricing: what a service needs, sells and can run.

File and column faults raise at once. Cell faults never raise here: the row gets a reason, the
rest is priced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import DEMAND_KINDS, FLEET_COLUMNS, PURCHASE_OPTIONS
from wharfage.engine.fleet import DISTINCT_TEXTS, EMPTY, NEARLY, Fleet
from wharfage.engine.reasons import Reasons, join_words
from wharfage.errors import MissingColumnError, did_you_mean
from wharfage.rates.book import RateBook
from wharfage.rates.table import RateTable, vocabulary
from wharfage.services import Service, find_service, service_ids
from wharfage.services.demand import REQUESTS, RUNS

Rows = NDArray[np.intp]


def check_columns(fleet: Fleet, services: list[Service]) -> None:
    """Raise if a column that some service of the fleet needs is not there at all.

    Raises
    ------
    MissingColumnError
        Naming every missing column, which services need it, and a column that looks like it.
    """
    needed: dict[str, list[str]] = {}
    for service in services:
        for column in ("region", *service.required):
            needed.setdefault(column, []).append(service.id)
    raise_missing(fleet, needed)


def raise_missing(fleet: Fleet, needed: Mapping[str, list[str]]) -> None:
    """Raise for the columns of `needed` that the fleet lacks.

    Raises
    ------
    MissingColumnError
        If any is lacking.
    """
    names = list(fleet.frame.columns)
    missing = {column: users for column, users in needed.items() if column not in fleet.given}
    if not missing:
        return
    unknown = [name for name in names if name not in FLEET_COLUMNS]
    hints = [
        f"column {near!r}: {did_you_mean(near, [column], cutoff=NEARLY)}"
        for column in missing
        for near in unknown
        if did_you_mean(near, [column], cutoff=NEARLY)
    ]
    parts = [f"{column!r} (needed by {join_words(users)})" for column, users in missing.items()]
    raise MissingColumnError(
        f"The fleet lacks {'a column' if len(missing) == 1 else f'{len(missing)} columns'}: {', '.join(parts)}.",
        hint="; ".join(hints) or f"it has {', '.join(names)}.",
        failures=[{"column": column, "needed_by": users} for column, users in missing.items()],
    )


def split_by_service(fleet: Fleet, reasons: Reasons, book: RateBook) -> dict[str, Rows]:
    """Rows of each service; rows without a known service get a reason."""
    codes, names = fleet.arrays["service"], fleet.values["service"]
    reasons.add(np.flatnonzero(codes == EMPTY), "required: service is empty")
    known = [name for name in service_ids() if name in book.tables]
    everywhere = np.arange(len(fleet))
    none_near = f"known: {', '.join(known)}"
    _unknown_names("unknown_service", names, known, none_near, codes, everywhere, reasons)
    found = {
        name: np.flatnonzero(codes == code) for code, name in enumerate(names) if name in known
    }
    return {name: rows for name, rows in found.items() if len(rows)}


def check_rows(
    *,
    fleet: Fleet,
    service: Service,
    table: RateTable,
    book: RateBook,
    rows: Rows,
    columns: Mapping[str, NDArray[Any]],
    on: dt.date,
    month_hours: float,
    reasons: Reasons,
) -> None:
    """Give a reason to every row that the service cannot price as written."""

    def fault(mask: NDArray[np.bool_], text: str) -> None:
        if mask.any():
            reasons.add(rows[mask], text)

    _cell_faults(fleet, service, rows, reasons)
    _regions(fleet, table, book, rows, reasons)
    if "instance_type" in service.columns:
        _machine_types(fleet, table, rows, reasons)
    _demand(fleet, service, rows, columns, fault)
    if "hours_per_month" in service.columns:
        fault(
            columns["hours_per_month"] > month_hours * (1 + 1e-9),
            f"invalid_value: hours_per_month is more than the month's {month_hours:g}",
        )
    if "gpu_count" in service.columns:
        has_type = columns["gpu_type"] != FLEET_COLUMNS["gpu_type"].choices.index("none")
        fault(
            ~has_type & (columns["gpu_count"] > 0),
            "required: gpu_type is empty but gpu_count is not",
        )
    _offers(fleet, service, table, columns, on, fault)


def _cell_faults(fleet: Fleet, service: Service, rows: Rows, reasons: Reasons) -> None:
    used = {*service.columns, "region", "billing_account"}
    if service.reads_demand:
        used |= {"runs_per_month", "requests_per_month"}
    for cell in fleet.faults:
        if cell.column in used:
            reasons.add(np.intersect1d(cell.rows, rows, assume_unique=True), cell.reason)


def _has_fault(fleet: Fleet, column: str, rows: Rows) -> NDArray[np.bool_]:
    faulty = [cell.rows for cell in fleet.faults if cell.column == column]
    return np.isin(rows, np.concatenate(faulty)) if faulty else np.zeros(len(rows), dtype=bool)


def _regions(fleet: Fleet, table: RateTable, book: RateBook, rows: Rows, reasons: Reasons) -> None:
    provider = table.service.split(".", 1)[0]
    known = {**book.regions.of_provider(provider), **dict.fromkeys(table.regions)}
    if not known:
        return
    codes = fleet.arrays["region"][rows]
    empty = (codes == EMPTY) & ~_has_fault(fleet, "region", rows)
    reasons.add(rows[empty], "required: region is empty")
    none_near = f"{provider} has {len(known)} regions"
    names = fleet.values["region"]
    # A region of another cloud is answered with the one in the same metropolitan area.
    twins = {name: book.regions.same_metro(provider, name) for name in names}
    hints = {name: f"did you mean '{twin}'" for name, twin in twins.items() if twin}
    _unknown_names("unknown_region", names, known, none_near, codes, rows, reasons, hints)


def _machine_types(fleet: Fleet, table: RateTable, rows: Rows, reasons: Reasons) -> None:
    """Reasons for machine types that the table does not know."""
    known = table.machine_types
    if not known:
        return
    codes = fleet.arrays["instance_type"][rows]
    none_near = f"{table.service} has {len(known):,} types"
    names = fleet.values["instance_type"]
    _unknown_names("unknown_instance_type", names, known, none_near, codes, rows, reasons)


def _unknown_names(
    reason: str,
    names: Sequence[str],
    known: Collection[str],
    none_near: str,
    codes: NDArray[np.int64],
    rows: Rows,
    reasons: Reasons,
    hints: Mapping[str, str] | None = None,
) -> None:
    """Reasons for names that are not known, each with the nearest; many names share one reason."""
    used = np.bincount(codes[codes >= 0], minlength=len(names)) > 0
    unknown = [int(code) for code in np.flatnonzero(used) if names[int(code)] not in known]
    for code in unknown[:DISTINCT_TEXTS]:
        hint = (hints or {}).get(names[code]) or did_you_mean(names[code], known) or none_near
        reasons.add(rows[codes == code], f"{reason}: {names[code]!r} ({hint.rstrip('?')})")
    rest = np.isin(codes, unknown[DISTINCT_TEXTS:])
    reasons.add(rows[rest], f"{reason}: one of {len(unknown):,} unknown names ({none_near})")


def _demand(fleet, service, rows, columns, fault) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Faults of the kind of work, and of cells that it needs."""
    for name in service.required:
        empty = np.isnan(columns[name]) & ~_has_fault(fleet, name, rows)
        fault(empty, f"required: {name} is empty")
    demand = columns["demand"]
    for kind, why in service.cannot_run.items():
        fault(demand == DEMAND_KINDS.index(kind), f"unsupported_demand: {why}")
    if service.reads_demand:
        fault(
            ~np.isnan(columns["runs_per_month"]) & ~np.isnan(columns["requests_per_month"]),
            "invalid_value: runs_per_month and requests_per_month in one row are two kinds of work",
        )
    for code, name in ((RUNS, "run_seconds"), (REQUESTS, "request_seconds")):
        if name in service.columns and DEMAND_KINDS[code] not in service.cannot_run:
            empty = (demand == code) & np.isnan(columns[name]) & ~_has_fault(fleet, name, rows)
            fault(empty, f"required: {name} is empty")


def _offers(fleet, service, table, columns, on, fault) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """What the provider does not sell: options, and combinations of columns."""
    if "purchase_option" in service.columns:
        for code, option in enumerate(PURCHASE_OPTIONS):
            if option not in table.form.purchase_options:
                fault(
                    columns["purchase_option"] == code,
                    f"not_offered: {service.id} is not sold as {option}",
                )
    for entry in table.form.not_offered:
        if entry.until is not None and on >= entry.until:
            continue
        if any(column not in service.columns for column in entry.when):
            continue
        mask = np.ones(len(columns["demand"]), dtype=bool)
        for column, values in entry.when.items():
            names = vocabulary(column) or fleet.values[column]
            codes = [code for code, name in enumerate(names) if name in values]
            mask &= np.isin(columns[column], codes)
        fault(mask, f"not_offered: {entry.why}")


def services_of(rows_by_service: Mapping[str, Rows]) -> list[Service]:
    """The services that a fleet uses."""
    return [find_service(name) for name in rows_by_service]
