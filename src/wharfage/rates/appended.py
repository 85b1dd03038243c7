"""Rates that refreshes append to a table: one dated rate per line, in a file beside it.

``aws/fargate.rates.csv`` stands beside ``aws/fargate.yaml`` and holds what a refresh read after
the table was written: the meter, its key columns, unit, currency, tier, price (empty: withdrawn),
SKU, first day in force or day of reading, source, doubt, and the gate that a person let it
through. Lines are only ever added. Every rule of a table holds for them too, with the file and
line in the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.rates.cells import MACHINE, PLAIN, Cells
from wharfage.rates.digest import APPENDED
from wharfage.rates.findings import hint
from wharfage.rates.schema import AppendedBlock, TableForm

#: columns that every such file has, after the meter and its key columns
FIXED = (
    "pricing_unit",
    "currency",
    "tier_start",
    "price",
    "sku_id",
    "effective_from",
    "observed_on",
    "source",
    "confidence",
    "confirmed",
)
DATES = ("effective_from", "observed_on")
#: lines of one kind of fault that are listed one by one
LISTED = 100
#: the heading is line 1
FIRST_LINE = 2

Fault = tuple[int, str, str, str]


def appended_path(table: Path) -> Path:
    """File of the rates that are appended to a table."""
    return table.with_suffix(APPENDED)


def key_columns(form: TableForm) -> tuple[str, ...]:
    """Key columns of all meters of a table, in order, each once."""
    return tuple(dict.fromkeys(column for meter in form.meters.values() for column in meter.key))


def write_appended(path: Path, form: TableForm, rows: Iterable[Mapping[str, str]]) -> None:
    """Add rows to the file of a table's appended rates; what stands there stays as it is.

    Parameters
    ----------
    path : Path
        The table.
    form : TableForm
        Its form, which names the key columns.
    rows : iterable of mappings
        Texts by column; what is missing is empty.
    """
    columns = ["meter", *key_columns(form), *FIXED]
    frame = pd.DataFrame([{c: row.get(c, "") for c in columns} for row in rows], columns=columns)
    target = appended_path(path)
    if target.is_file():
        # A table that has learnt a key column since keeps the heading that its file began with.
        heading = _read(target)[0]
        columns = list(dict.fromkeys([*heading.columns, *columns]))
        frame = pd.concat([heading, frame]).reindex(columns=columns, fill_value="")
    frame.fillna("").to_csv(target, index=False, lineterminator="\n")


def read_appended(
    table: Path, form: TableForm
) -> tuple[list[AppendedBlock], list[dict[str, object]]]:
    """Blocks of the rates that are appended to a table, and what is wrong with its lines.

    Parameters
    ----------
    table : Path
        The table; without a file beside it there is nothing to read.
    form : TableForm
        Its form.

    Returns
    -------
    blocks, problems
        A block per meter, variant, unit, tier, date and source. Lines with a problem are in none.
    """
    path = appended_path(table)
    if not path.is_file():
        return [], []
    frame, unread = _read(path)
    if unread:
        return [], [_problem(path, fault) for fault in unread]
    known = ("meter", *key_columns(form), *FIXED)
    lacking = [c for c in ("meter", *FIXED[:-1]) if c not in frame]
    unknown = [c for c in frame.columns if c not in known]
    faults: list[Fault] = [(1, "form", c, f"the column {c!r} is missing") for c in lacking]
    faults += [
        (1, "R6", str(c), f"{c!r} is no key column here" + hint(str(c), known)) for c in unknown
    ]
    if faults:
        return [], [_problem(path, fault) for fault in faults]
    frame = frame.reindex(columns=list(known), fill_value="")
    faults = list(_faults(frame, form))
    bad = {line for line, *_ in faults}
    good = frame[~np.isin(np.arange(len(frame)) + FIRST_LINE, list(bad))] if bad else frame
    return list(_blocks(good, form)), [_problem(path, fault) for fault in faults[: LISTED * 10]]


def _read(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    try:
        return pd.read_csv(path, dtype=str, na_filter=False, skip_blank_lines=False), []
    except (OSError, UnicodeDecodeError, ValueError) as error:
        return pd.DataFrame(), [(1, "form", "", f"the file cannot be read: {error}")]


def _problem(path: Path, fault: Fault) -> dict[str, object]:
    line, rule, column, message = fault
    return {"rule": rule, "file": path.name, "line": line, "path": column, "message": message}


def _faults(frame: pd.DataFrame, form: TableForm) -> Iterator[Fault]:
    """Lines that cannot be rates of the table."""
    yield from _each(frame, "meter", "R6", lambda m: _meter_fault(m, form))
    yield from _each(frame, "currency", "R6", lambda c: _currency_fault(c, form))
    yield from _each(frame, "tier_start", "R4", lambda t: None if PLAIN.fullmatch(t) else _no(t))
    yield from _each(frame, "price", "R4", lambda p: _price_fault(p) if p else None)
    yield from _each(frame, "source", "R8", lambda s: None if s else "the source is missing")
    yield from _each(
        frame,
        "confidence",
        "form",
        lambda c: None if c in ("", "doubtful") else f"{c!r} is not 'doubtful' or empty",
    )
    for column in DATES:
        yield from _each(frame, column, "R2", _date_fault)
    both = frame[DATES[0]].ne("") == frame[DATES[1]].ne("")
    message = "give effective_from or observed_on, one of them"
    yield from _lines(both.to_numpy(), "R2", DATES[0], message)
    for name, meter in form.meters.items():
        own = frame["meter"].eq(name)
        for column in key_columns(form):
            cell = frame[column].eq("")
            if column in meter.key:
                yield from _lines(
                    (own & cell).to_numpy(), "R6", column, f"{name} needs a value of {column}"
                )
            else:
                message = f"{column} is no key column of {name}"
                yield from _lines((own & ~cell).to_numpy(), "R6", column, message)


def _each(
    frame: pd.DataFrame, column: str, rule: str, fault: Callable[[str], str | None]
) -> Iterator[Fault]:
    """Lines whose cell has a fault; every distinct cell is looked at once."""
    for text in pd.unique(frame[column]):
        message = fault(text)
        if message is not None:
            yield from _lines(frame[column].eq(text).to_numpy(), rule, column, message)


def _lines(mask: NDArray[Any], rule: str, column: str, message: str) -> Iterator[Fault]:
    where = np.flatnonzero(mask)
    for row in where[:LISTED].tolist():
        yield row + FIRST_LINE, rule, column, message
    if len(where) > LISTED:
        line = int(where[LISTED]) + FIRST_LINE
        yield line, rule, column, f"{message} (here and in {len(where) - LISTED - 1:,} more lines)"


def _meter_fault(name: str, form: TableForm) -> str | None:
    meter = form.meters.get(name)
    if meter is None:
        return f"there is no meter {name!r} in this table" + hint(name, form.meters)
    if meter.prices_of is not None:
        return f"{name} is priced by the table of {meter.prices_of}"
    return None


def _currency_fault(currency: str, form: TableForm) -> str | None:
    if currency == form.currency:
        return None
    return f"{currency!r} is not the table's currency {form.currency}"


def _price_fault(text: str) -> str | None:
    return None if PLAIN.fullmatch(text) else f"{text!r} is not a price such as 0.04048"


def _no(text: str) -> str:
    return f"{text!r} is not the first unit of a tier"


def _date_fault(text: str) -> str | None:
    try:
        return None if not text or dt.date.fromisoformat(text) else text
    except ValueError:
        return f"{text!r} is not a date such as 2026-10-01"


def _blocks(frame: pd.DataFrame, form: TableForm) -> Iterator[AppendedBlock]:
    common = ["pricing_unit", "tier_start", *DATES, "source", "confidence", "confirmed"]
    lines = frame.index.to_numpy() + FIRST_LINE
    for name, meter in form.meters.items():
        is_own = frame["meter"].eq(name).to_numpy()
        own, own_lines = frame[is_own], lines[is_own]
        variants = [column for column in meter.key[1:] if column != MACHINE]
        by = [*variants, *common]
        for where in own.groupby(by, sort=False).indices.values():
            rows = own.iloc[where]
            first = rows.iloc[0]
            yield _block(
                name,
                first,
                _cells(rows, meter.key, first["effective_from"] or first["observed_on"]),
                {column: first[column] for column in variants},
                tuple(own_lines[where].tolist()),
            )


def _block(
    meter: str, first: pd.Series[str], cells: Cells, key: dict[str, str], lines: tuple[int, ...]
) -> AppendedBlock:
    # Every column has been checked whole: nothing is left for the form of a block to find.
    return AppendedBlock.model_construct(
        meter=meter,
        key=key,
        pricing_unit=first["pricing_unit"],
        tier_start=first["tier_start"],
        source=first["source"],
        confidence="doubtful" if first["confidence"] else None,
        confirmed=bool(first["confirmed"]),
        cells=cells,
        lines=lines,
        effective_from=_day(first["effective_from"]),
        observed_on=_day(first["observed_on"]),
    )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _cells(rows: pd.DataFrame, key: list[str], day: str) -> Cells:
    empty = np.full(len(rows), "", dtype=object)
    return Cells(
        place=rows[key[0]].to_numpy(dtype=object) if key else empty,
        machine=rows[MACHINE].to_numpy(dtype=object) if MACHINE in key[1:] else None,
        price=_or_none(rows["price"]),
        sku=_or_none(rows["sku_id"]),
        ordinal=np.full(len(rows), dt.date.fromisoformat(day).toordinal(), dtype=np.int64),
    )


def _or_none(texts: pd.Series[str]) -> NDArray[np.object_]:
    cells = texts.to_numpy(dtype=object).copy()
    cells[cells == ""] = None
    return cells
