"""The rules that every rate table must keep, checked before anything is priced.

=====  ==========================================================================================
form   known names, right types, one date and one source per rate (R2, R3, R4, R8)
R1     a key holds no amount, currency or date
R2     a discount has a date; nothing was read after the table was last compared
R3     a rate is stated once per key, date and tier; dates of a history increase
R5     the pricing unit of a rate is its meter's, and the meter's is one it can be measured in
R6     meters, columns, options, regions and values are known
R7     from `available_from` on, a region priced for one meter is priced for all of its variant
R8     every source is in sources.yaml
R10    tiers start at zero and fall; Spot is not above on-demand; regions lie within a band
=====  ==========================================================================================

The rules live in :mod:`~wharfage.rates.names` (R1, R2, R5, R6, R8),
:mod:`~wharfage.rates.completeness` (R7) and :mod:`~wharfage.rates.sanity` (R3, R10); R9, the
lock, is :mod:`~wharfage.rates.lock`. Every failure is reported with file, line and path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from wharfage.errors import RateTableError
from wharfage.plain_yaml import Place
from wharfage.rates import schema
from wharfage.rates.appended import appended_path, read_appended
from wharfage.rates.completeness import check_completeness
from wharfage.rates.document import Document
from wharfage.rates.findings import Found, hint
from wharfage.rates.names import check_names
from wharfage.rates.rows import Rows, read_rows
from wharfage.rates.sanity import check_sanity
from wharfage.rates.schema import AppendedBlock, TableForm
from wharfage.rates.sources import Sources

#: problems printed in one message; ``failures`` holds all
SHOWN = 20

Problem = dict[str, Any]

#: what the entries of a part of a table may say
FORMS: dict[str, type[BaseModel]] = {
    "meters": schema.MeterForm,
    "rates": schema.RateBlock,
    "derived_rates": schema.DerivedRate,
    "region_groups": schema.GroupVersion,
    "discounts": schema.Discount,
    "not_offered": schema.NotOffered,
    "rules": schema.RuleForm,
    "versions": schema.RuleVersion,
    "credits": schema.CreditForm,
    "assumptions": schema.AssumptionForm,
}


def check_table(
    document: Document,
    sources: Sources,
    service: str,
    regions: Mapping[str, str] | None = None,
) -> tuple[TableForm | None, list[Problem]]:
    """Check a table against every rule but the lock.

    Parameters
    ----------
    document : Document
        The table as read.
    sources : mapping
        Known sources, by key.
    service : str
        Service id that belongs where the table lies.
    regions : mapping, optional
        Regions of the provider; without them region codes are not checked.

    Returns
    -------
    TableForm or None, list of problems
        None if the table has no readable form; then only the form was checked.
    """
    try:
        form = TableForm.model_validate(document.data)
    except ValidationError as error:
        return None, [_form_problem(document, problem) for problem in error.errors()]
    blocks, unread = read_appended(document.path, form)
    if blocks:
        form = form.model_copy(update={"rates": [*form.rates, *blocks]})
    found = [
        {"rule": rule, **_located(form, document, place), "message": message}
        for rule, place, message in _problems(form, document, sources, service, regions or {})
    ]
    return form, unread + found


def _located(form: TableForm, document: Document, place: Place) -> Problem:
    """File, line and path of a place: in the table, or in the file of appended rates."""
    block = form.rates[int(place[1])] if place[:1] == ("rates",) and place[1:] else None
    if not isinstance(block, AppendedBlock):
        path = ".".join(str(part) for part in place)
        return {"file": document.path.name, "line": document.line(place), "path": path}
    part, what = (*place[2:4], "", "")[:2]
    line = block.lines[0]
    if part == "line":
        line = int(what)
    elif part == "prices" and what:
        line = block.line(str(what))
    path = str(what if part == "key" else part) if part not in ("line", "prices") else ""
    return {"file": appended_path(document.path).name, "line": line, "path": path}


def raise_problems(problems: list[Problem], tables: int) -> None:
    """Raise all problems at once.

    Raises
    ------
    RateTableError
        If there is any problem.
    """
    if not problems:
        return
    shown = [
        f"{p['rule']} {p['file']}:{p['line']}"
        + (f" ({p['path']})" if p.get("path") else "")
        + f": {p['message']}"
        for p in problems[:SHOWN]
    ]
    if len(problems) > len(shown):
        shown.append(f"... and {len(problems) - len(shown):,} more")
    raise RateTableError(
        f"The rate tables break {len(problems):,} rule(s) in {tables:,} table(s):\n"
        + "\n".join(shown),
        hint="mend the places named; `wharfage rates check DIR` lists them again.",
        failures=problems,
    )


def _problems(
    form: TableForm,
    document: Document,
    sources: Sources,
    service: str,
    regions: Mapping[str, str],
) -> Found:
    if form.service != service:
        yield "R6", ("service",), f"the table of {form.service!r} lies where {service!r} belongs"
    yield from check_names(form, sources, regions)
    rows, unread = read_rows(form, document.path.parent)
    yield from unread
    yield from _regions_of_files(rows, regions)
    yield from check_sanity(rows)
    yield from check_completeness(rows)


def _regions_of_files(rows: Rows, regions: Mapping[str, str]) -> Found:
    """Regions of machine files that no list knows; `check_names` sees the others."""
    for n, block in enumerate(rows.form.rates):
        if regions and (block.file is not None or block.history_file is not None):
            for name in sorted(set(rows.place[rows.block == n]) - set(regions)):
                place = ("rates", n, "file" if block.file is not None else "history_file")
                yield "R6", place, f"{name!r} is no region" + hint(name, regions)


def _form_problem(document: Document, problem: Any) -> Problem:  # noqa: ANN401  pydantic's own type
    place = tuple(problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = f"{place[-1]!r} is not known here" + hint(str(place[-1]), _known_names(place))
    elif problem["type"] == "missing":
        message = f"{place[-1]!r} is missing"
    elif problem["type"] == "model_type":
        message = "a map of names to values belongs here"
    return {
        "rule": "form",
        "file": document.path.name,
        "line": document.line(place),
        "path": ".".join(str(part) for part in place),
        "message": message,
    }


def _known_names(place: tuple[Any, ...]) -> list[str]:
    """Names that may stand beside the unknown one at `place`."""
    parts = [part for part in place[:-1] if part in FORMS]
    return list((FORMS[parts[-1]] if parts else TableForm).model_fields)
