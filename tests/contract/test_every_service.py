"""One suite over every registered service: what each must have and must not do."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import wharfage as wf
from wharfage.columns import DEMAND_KINDS, FLEET_COLUMNS, METERS, PURCHASE_OPTIONS
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.services import Quantities, Service, find_service, service_ids
from wharfage.units import parse_month

GOLDEN = Path(__file__).parents[1] / "golden"
SOURCE = Path(inspect.getfile(wf)).parent

#: columns that the shared functions of demand read for every service
DEMAND_COLUMNS = {
    "replicas",
    "hours_per_month",
    "runs_per_month",
    "run_seconds",
    "requests_per_month",
    "request_seconds",
    "concurrency",
    "min_instances",
}

every_service = pytest.mark.parametrize("service", service_ids())


def golden_paths(service: str) -> list[Path]:
    """List the golden cases of a service."""
    provider, name = service.split(".", 1)
    return sorted((GOLDEN / provider / name).glob("*/*.yaml"))


def golden_rows(service: str) -> list[dict[str, Any]]:
    """Give the workloads of a service in its golden cases."""
    found = []
    for path in golden_paths(service):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [row for row in case["fleet"] if row["service"] == service]
    return [{**row, "workload": str(number)} for number, row in enumerate(found)]


def inputs(service: Service, book: wf.RateBook, on: dt.date) -> tuple[dict[str, Any], Any]:
    """Give the arrays and rules that the workloads of the golden cases have on a date."""
    rows = golden_rows(service.id)
    if not rows:
        pytest.skip("there is no golden case to take workloads from")
    options = Options(on=on, month=parse_month("730h"))
    result = price_fleet(encode_fleet(pd.DataFrame(rows)), book, options).services[service.id]
    return dict(result.columns), result.plan.rules


def measured(service: str, book: wf.RateBook) -> Quantities:
    """Give the quantities of the golden workloads on the newest date."""
    found = find_service(service)
    return found.quantities(*inputs(found, book, book.newest_date))


@every_service
def test_has_a_table(service: str, book: wf.RateBook) -> None:
    """Every service has a rate table of its own name."""
    assert book.table(service).service == service


def test_every_table_has_a_service(book: wf.RateBook) -> None:
    """No table lies there without a service that uses it."""
    assert set(book.services()) <= set(service_ids())


@every_service
def test_has_a_golden_case(service: str) -> None:
    """Every service has worked examples."""
    assert golden_paths(service)


@every_service
def test_id_is_its_place(service: str) -> None:
    """A service's id says where its file is."""
    module = importlib.import_module(f"wharfage.services.{service}")
    assert service == module.SERVICE.id


@every_service
def test_documents_its_source(service: str) -> None:
    """A service's file says what is billed, and where that is written."""
    module = importlib.import_module(f"wharfage.services.{service}")
    assert "References:" in (module.__doc__ or "")


@every_service
def test_quantities_are_documented(service: str) -> None:
    """The function of a service says what it takes and gives."""
    text = inspect.getdoc(find_service(service).quantities) or ""
    assert all(section in text for section in ("Parameters\n", "Returns\n"))


@every_service
def test_columns_are_known(service: str) -> None:
    """A service reads fleet columns of the contract only."""
    assert set(find_service(service).columns) <= set(FLEET_COLUMNS)


@every_service
def test_columns_stand_once(service: str) -> None:
    """No column is listed twice."""
    columns = find_service(service).columns
    assert len(columns) == len(set(columns))


@every_service
def test_required_columns_are_read(service: str) -> None:
    """What a service requires it reads."""
    found = find_service(service)
    assert set(found.required) <= set(found.columns)


@every_service
def test_required_columns_have_no_default(service: str) -> None:
    """A required column has no default anywhere."""
    assert all(FLEET_COLUMNS[name].default is None for name in find_service(service).required)


@every_service
def test_an_option_that_is_not_sold_is_refused(service: str, book: wf.RateBook) -> None:
    """A purchase option that the table does not sell leaves a row without a price."""
    sold = book.table(service).form.purchase_options
    unsold = next(option for option in PURCHASE_OPTIONS if option not in sold)
    rows = [{**row, "purchase_option": unsold} for row in golden_rows(service)[:1]]
    reasons = wf.estimate(rows, rates=book).frame["unpriced_reason"]
    refused = [f"not_offered: {service} is not sold as {unsold}"] * len(rows)
    assert reasons.tolist() == refused, "does the service list purchase_option in its columns?"


@every_service
def test_kinds_of_work_are_known(service: str) -> None:
    """What a service cannot run is one of the kinds of work."""
    assert set(find_service(service).cannot_run) <= set(DEMAND_KINDS)


@every_service
def test_meters_are_of_the_closed_list(service: str, book: wf.RateBook) -> None:
    """A service bills meters of the contract only."""
    assert set(measured(service, book).meters) <= set(METERS)


@every_service
def test_meters_are_those_of_the_table(service: str, book: wf.RateBook) -> None:
    """The meters that a service measures are the ones that its table prices."""
    assert set(measured(service, book).meters) == set(book.table(service).form.meters)


@every_service
def test_rates_are_keyed_by_columns_that_are_read(service: str, book: wf.RateBook) -> None:
    """What decides on a price is a column that the service declares."""
    table = book.table(service)
    keys = {column for meter in table.form.meters.values() for column in meter.key}
    declared = {"region", *find_service(service).columns, *table.form.region_groups}
    assert keys <= declared


@every_service
def test_is_pure(service: str, book: wf.RateBook) -> None:
    """The same input gives the same quantities twice."""
    first, second = measured(service, book), measured(service, book)
    for name, quantity in first.meters.items():
        np.testing.assert_array_equal(quantity, second.meters[name])


@every_service
def test_leaves_its_input_alone(service: str, book: wf.RateBook) -> None:
    """Measuring changes nothing in the columns, not even for a moment."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    frozen = {name: np.array(values) for name, values in columns.items()}
    for values in frozen.values():
        values.flags.writeable = False
    found.quantities(frozen, rules)
    for name, values in columns.items():
        np.testing.assert_array_equal(values, frozen[name])


@every_service
def test_rows_are_independent(service: str, book: wf.RateBook) -> None:
    """A workload is measured the same alone and among others."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    together = found.quantities(columns, rules).meters
    for row in range(min(len(columns["demand"]), 10)):
        one = {name: values[row : row + 1] for name, values in columns.items()}
        for name, quantity in found.quantities(one, rules).meters.items():
            np.testing.assert_array_equal(quantity, together[name][row : row + 1])


@every_service
def test_measures_nothing_for_no_rows(service: str, book: wf.RateBook) -> None:
    """No workloads have no quantities, and that is no error."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    none = {name: values[:0] for name, values in columns.items()}
    assert all(len(quantity) == 0 for quantity in found.quantities(none, rules).meters.values())


@every_service
def test_reads_no_undeclared_column(service: str, book: wf.RateBook) -> None:
    """A service reads its region, the columns that it declares, and those that are derived."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    others = set(FLEET_COLUMNS) - DEMAND_COLUMNS - {*found.columns, "region"}
    found.quantities({n: values for n, values in columns.items() if n not in others}, rules)


@every_service
def test_every_rule_that_is_read_exists_on_every_date(service: str, book: wf.RateBook) -> None:
    """On each date at which anything changes, the table has every rule that the service reads."""
    found = find_service(service)
    for on in book.dates(service):
        found.quantities(*inputs(found, book, on))


@every_service
def test_every_rule_is_read(service: str, book: wf.RateBook) -> None:
    """A table states no rule that nothing reads."""
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    unread = {name for name in book.table(service).form.rules if f'"{name}"' not in code}
    assert not unread


@every_service
def test_reasons_have_a_code(service: str, book: wf.RateBook) -> None:
    """Each fault begins with a machine-readable code."""
    for reason in measured(service, book).faults:
        code, _, words = reason.partition(": ")
        assert code.replace("_", "").isalpha()
        assert words


@every_service
def test_quantities_are_never_negative(service: str, book: wf.RateBook) -> None:
    """No workload of the golden cases has a negative quantity."""
    for quantity in measured(service, book).meters.values():
        assert not (quantity < 0).any()


#: axes of the small grids that workloads are spread over
MOST_AXES = 7


def every_array(found: Quantities) -> dict[str, Any]:
    """Give everything that a service measures, by name."""
    sizes = {"billed_vcpu": found.billed_vcpu, "billed_memory_gib": found.billed_memory_gib}
    named = {
        **found.meters,
        **found.faults,
        **found.notes_given(),
        **{f"discount {name}": values for name, values in found.discounts.items()},
        **{name: values for name, values in sizes.items() if values is not None},
    }
    return {**named, "resized": found.is_resized()}


@every_service
def test_one_value_stands_for_a_constant_column(service: str, book: wf.RateBook) -> None:
    """A column of one value gives what the same column written out gives."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    for row in range(min(len(columns["demand"]), 10)):
        whole = {name: np.repeat(values[row : row + 1], 3) for name, values in columns.items()}
        written = every_array(found.quantities(whole, rules))
        for kept in range(2):
            some = {n: v if k % 2 == kept else v[:1] for k, (n, v) in enumerate(whole.items())}
            for name, values in every_array(found.quantities(some, rules)).items():
                expected = np.broadcast_to(written[name], 3)
                np.testing.assert_array_equal(np.broadcast_to(values, 3), expected, name)


@every_service
def test_columns_may_lie_along_their_own_axes(service: str, book: wf.RateBook) -> None:
    """Columns along separate axes give what the same combinations give row by row."""
    found = find_service(service)
    columns, rules = inputs(found, book, book.newest_date)
    rows = min(len(columns["demand"]), 8)
    for one, other in zip(range(rows), range(1, rows), strict=False):
        pairs = {name: values[[one, other]] for name, values in columns.items()}
        same = {name for name, (a, b) in pairs.items() if np.array_equal(a, b, equal_nan=True)}
        differ = [name for name in pairs if name not in same][:MOST_AXES]
        shape = [2] * max(len(differ), 1)
        spread = {name: values[:1] for name, values in pairs.items()}
        for axis, name in enumerate(differ):
            spread[name] = pairs[name].reshape([2 if n == axis else 1 for n in range(len(shape))])
        flat = {name: np.broadcast_to(values, shape).ravel() for name, values in spread.items()}
        expected = every_array(found.quantities(flat, rules))
        for name, values in every_array(found.quantities(spread, rules)).items():
            np.testing.assert_array_equal(
                np.broadcast_to(values, shape).ravel(),
                np.broadcast_to(expected[name], math.prod(shape)),
                f"{name} over {differ}",
            )
