"""Row checks before pricing: what a service needs, sells and can run.

File and column faults raise at once. Cell faults never raise here: the row gets a reason, the
rest is priced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import DEMAND_KINDS, FLEET_COLUMNS, PURCHASE_OPTIONS
from wharfage.engine.fleet import DISTINCT_TEXTS, EMPTY, NEARLY, Fleet
from wharfage.engine.plan import Options, ServicePlan
from wharfage.engine.portion import Portion, columns_read, occurring
from wharfage.engine.reasons import Reasons, join_words
from wharfage.errors import MissingColumnError, did_you_mean
from wharfage.rates.book import RateBook
from wharfage.rates.table import RateTable, vocabulary
from wharfage.services import Service, find_service, service_ids
from wharfage.services.accelerators import NO_GPU
from wharfage.services.demand import REQUESTS, RUNS

Mask = NDArray[np.bool_]
Fault = Callable[[NDArray[Any], str], None]


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
    missing = {column: users for column, users in needed.items() if column not in fleet.given}
    if not missing:
        return
    names = list(fleet.frame.columns)
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
        hint="; ".join(hints) or f"it has {', '.join(names) or 'none'}.",
        failures=[{"column": column, "needed_by": users} for column, users in missing.items()],
    )


def split_by_service(fleet: Fleet, reasons: Reasons, book: RateBook) -> list[Portion]:
    """Workloads of each service; those without a known service get a reason."""
    codes, names = fleet.arrays["service"], fleet.values["service"]
    known = [name for name in service_ids() if name in book.tables]
    present = _present(fleet, "service")

    def fault(mask: Mask, text: str) -> None:
        reasons.add(np.flatnonzero(mask), text)

    if EMPTY in present:
        fault(codes == EMPTY, "required: service is empty")
    used = [code for code in sorted(present) if code >= 0]
    none_near = f"known: {', '.join(known)}"
    _unknown_names("unknown_service", names, used, known, none_near, codes, fault)
    return [_portion(fleet, find_service(names[n]), book) for n in used if names[n] in known]


def _portion(fleet: Fleet, service: Service, book: RateBook) -> Portion:
    """Workloads of one service; kept with the fleet, for the next pricing."""
    names = columns_read(service, book.table(service.id))

    def make() -> Portion:
        code = fleet.values["service"].index(service.id)
        is_whole = _present(fleet, "service") == {code}
        rows = None if is_whole else np.flatnonzero(fleet.arrays["service"] == code)
        return Portion(
            service,
            fleet.arrays,
            fleet.values,
            names,
            shape=(len(fleet),),
            rows=rows,
            faults=fleet.faults,
        )

    return fleet.keep((service.id, names), make)


def _present(fleet: Fleet, column: str) -> frozenset[int]:
    """Codes that occur in a coded column of a fleet."""
    codes = fleet.arrays[column]
    own = codes if codes.strides[0] else codes[:1]
    return fleet.keep(("present", column), lambda: occurring(own))


def check_rows(plan: ServicePlan, book: RateBook, options: Options, fault: Fault) -> None:
    """Give a reason to every row that the service cannot price as written.

    `fault` is called with the rows (a mask, or positions) and the reason.
    """
    _cell_faults(plan.portion, fault)
    _places(plan.portion, book, fault)
    check_work(plan.portion, options, fault)
    _offers(plan.portion, book.table(plan.service.id), options.on, fault)


def check_work(portion: Portion, options: Options, fault: Fault) -> None:
    """Faults of the work itself: cells that its kind needs, hours, accelerators."""
    columns = portion.of_month(options.month)
    service = portion.service
    _demand(portion, fault)
    if "hours_per_month" in service.columns:
        most = options.month.hours
        if portion.largest("hours_per_month") > most * (1 + 1e-9):
            text = f"invalid_value: hours_per_month is more than the month's {most:g}"
            fault(columns["hours_per_month"] > most * (1 + 1e-9), text)
    if "gpu_count" in service.columns and portion.largest("gpu_count") > 0:
        fault(
            (columns["gpu_type"] == NO_GPU) & (columns["gpu_count"] > 0),
            "required: gpu_type is empty but gpu_count is not",
        )


def _places(portion: Portion, book: RateBook, fault: Fault) -> None:
    """Faults of where the work runs: regions and machine types that do not exist."""
    table = book.table(portion.service.id)
    _regions(portion, table, book, fault)
    known = book.machine_types(table.service)
    if "instance_type" in portion.service.columns and known:
        none_near = f"{table.service} has {len(known):,} types"
        _unknown_names_of(portion, "instance_type", known, none_near, fault)


def _cell_faults(portion: Portion, fault: Fault) -> None:
    service = portion.service
    used = {*service.columns, "region", "billing_account"}
    if service.reads_demand:
        used |= {"runs_per_month", "requests_per_month"}
    for cell in portion.cell_faults:
        if cell.column in used:
            fault(cell.rows, cell.reason)


def _regions(portion: Portion, table: RateTable, book: RateBook, fault: Fault) -> None:
    provider = table.service.split(".", 1)[0]
    known = {**book.regions.of_provider(provider), **dict.fromkeys(table.regions)}
    if not known:
        return
    if EMPTY in portion.codes_present("region"):
        empty = portion.columns["region"] == EMPTY
        fault(empty & ~portion.is_faulty("region"), "required: region is empty")
    none_near = f"{provider} has {len(known)} regions"
    # A region of another cloud is answered with the one in the same metropolitan area.
    twins = {name: book.regions.same_metro(provider, name) for name in portion.values["region"]}
    hints = {name: f"did you mean '{twin}'" for name, twin in twins.items() if twin}
    _unknown_names_of(portion, "region", known, none_near, fault, hints)


def _unknown_names_of(
    portion: Portion,
    column: str,
    known: Collection[str],
    none_near: str,
    fault: Fault,
    hints: Mapping[str, str] | None = None,
) -> None:
    """Reasons for the names of a column that are not known, where the column has any."""
    names = portion.values[column]
    used = [code for code in sorted(portion.codes_present(column)) if code >= 0]
    codes = portion.columns[column]
    _unknown_names(f"unknown_{column}", names, used, known, none_near, codes, fault, hints)


def _unknown_names(
    reason: str,
    names: Sequence[str],
    used: Sequence[int],
    known: Collection[str],
    none_near: str,
    codes: NDArray[np.int64],
    fault: Fault,
    hints: Mapping[str, str] | None = None,
) -> None:
    """Reasons for names that are not known, each with the nearest; many names share one reason."""
    unknown = [code for code in used if names[code] not in known]
    for code in unknown[:DISTINCT_TEXTS]:
        hint = (hints or {}).get(names[code]) or did_you_mean(names[code], known) or none_near
        fault(codes == code, f"{reason}: {names[code]!r} ({hint.rstrip('?')})")
    if len(unknown) > DISTINCT_TEXTS:
        rest = np.isin(codes, unknown[DISTINCT_TEXTS:])
        fault(rest, f"{reason}: one of {len(unknown):,} unknown names ({none_near})")


def _demand(portion: Portion, fault: Fault) -> None:
    """Faults of the kind of work, and of cells that it needs."""
    service, columns = portion.service, portion.columns
    for name in service.required:
        if portion.has_empty(name):
            empty = np.isnan(columns[name]) & ~portion.is_faulty(name)
            fault(empty, f"required: {name} is empty")
    demand = columns["demand"]
    present = portion.codes_present("demand")
    for kind, why in service.cannot_run.items():
        if DEMAND_KINDS.index(kind) in present:
            fault(demand == DEMAND_KINDS.index(kind), f"unsupported_demand: {why}")
    if not service.reads_demand:
        return
    if RUNS in present and portion.largest("requests_per_month") >= 0:
        fault(
            ~np.isnan(columns["runs_per_month"]) & ~np.isnan(columns["requests_per_month"]),
            "invalid_value: runs_per_month and requests_per_month in one row are two kinds of work",
        )
    for code, name in ((RUNS, "run_seconds"), (REQUESTS, "request_seconds")):
        runs_it = name in service.columns and DEMAND_KINDS[code] not in service.cannot_run
        if runs_it and code in present and portion.has_empty(name):
            empty = (demand == code) & np.isnan(columns[name])
            fault(empty & ~portion.is_faulty(name), f"required: {name} is empty")


def _offers(portion: Portion, table: RateTable, on: dt.date, fault: Fault) -> None:
    """What the provider does not sell: options, and combinations of columns."""
    service, columns = portion.service, portion.columns
    if "purchase_option" in service.columns:
        for code in sorted(portion.codes_present("purchase_option")):
            if code >= 0 and PURCHASE_OPTIONS[code] not in table.form.purchase_options:
                option = PURCHASE_OPTIONS[code]
                fault(
                    columns["purchase_option"] == code,
                    f"not_offered: {service.id} is not sold as {option}",
                )
    for entry in table.form.not_offered:
        if entry.until is not None and on >= entry.until:
            continue
        if any(column not in service.columns for column in entry.when):
            continue
        mask = np.ones(1, dtype=np.bool_)
        for column, values in entry.when.items():
            names = vocabulary(column) or portion.values[column]
            codes = {code for code, name in enumerate(names) if name in values}
            own = codes & portion.codes_present(column)
            mask = mask & (np.isin(columns[column], list(own)) if own else np.False_)
            if not own:
                break
        fault(mask, f"not_offered: {entry.why}")
