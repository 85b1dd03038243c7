"""``wharfage grid``: a cube of scenarios from a small YAML document."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from wharfage.cli_options import OUTPUT, REASONS_SHOWN, JsonOption, RatesOption, print_json
from wharfage.cli_progress import counting
from wharfage.errors import InvalidValueError, RateTableError, did_you_mean

#: keywords of the document that ``wf.grid`` takes as they are
OPTIONS = (
    "on",
    "month",
    "free_tier",
    "sizes",
    "strict",
    "before_first",
    "assumptions",
    "reduce",
    "over",
    "costs",
)
KEYS = ("service", "axes", *OPTIONS)
#: cells shown on a terminal
SHOWN = 60
HINT = "a grid is plain YAML, such as {service: aws.fargate, axes: {region: [us-east-1], vcpu: [1, 2], memory_gib: [4]}}."

SpecArgument = Annotated[
    Path,
    typer.Argument(metavar="SPEC.yaml", help="service, axes, on, month, reduce and other options."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write .parquet (a row per cell) or .nc.",
        rich_help_panel=OUTPUT,
    ),
]


def grid(
    spec: SpecArgument,
    out: OutOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    rates: RatesOption = None,
) -> None:
    """Price a grid: one workload in every combination of the listed values.

    With `reduce: cheapest` (min, mean, q95, top10 ...) in the document only what is left of the
    cells is kept, `over: service` or other axes.

    For example:
      wharfage grid SPEC.yaml
      wharfage grid SPEC.yaml --out cube.parquet
    """
    from wharfage import RateBook  # noqa: PLC0415  keeps --help quick
    from wharfage import grid as price_grid  # noqa: PLC0415
    from wharfage.analysis.grid import count_reasons  # noqa: PLC0415
    from wharfage.outputs import grids, tables  # noqa: PLC0415

    err = tables.messages()
    if out is not None:
        grids.check_grid_path(out)
    service, axes, options = read_spec(spec)
    book = RateBook.open(rates) if rates is not None else None
    with counting(err, "cells", "cells") as told:
        cube = price_grid(service, rates=book, progress=told, **options, **axes)
    cells = math.prod(cube.sizes.values())
    if out is not None:
        grids.write_grid(cube, out)
        sizes = " x ".join(f"{name} {size:,}" for name, size in cube.sizes.items())
        err.print(f"{cells:,} cells written to {out} ({sizes or 'no axis'})")
    if as_json:
        print_json(grids.grid_document(cube))
    elif out is None:
        grids.print_grid(tables.console(), cube, SHOWN)
    if "reason" in cube:
        _say_reasons(err, count_reasons(cube), cells)


def _say_reasons(err: Console, counts: dict[str, int], cells: int) -> None:
    """Say how many cells have no price, and why."""
    if counts:
        err.print(f"{sum(counts.values()):,} of {cells:,} cells have no price:", markup=False)
    for reason, count in list(counts.items())[:REASONS_SHOWN]:
        err.print(f"  {count:,} x {reason}", markup=False)
    if len(counts) > REASONS_SHOWN:
        err.print(f"  and {len(counts) - REASONS_SHOWN:,} more reasons; the file keeps them all")


def read_spec(path: Path) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Service, axes and options of a grid document.

    Raises
    ------
    InvalidValueError
        If the file is no such document.
    """
    data, axes = _maps(path)
    unknown = [name for name in data if name not in KEYS]
    if unknown:
        raise InvalidValueError(
            f"{path.name} has no use for {unknown[0]!r} ({len(unknown)} such key(s)).",
            hint=did_you_mean(unknown[0], KEYS) or f"its keys are {', '.join(KEYS)}.",
        )
    clash = sorted({*axes} & {*KEYS, "rates", "progress"})
    if clash:
        raise InvalidValueError(
            f"{path.name}: {clash[0]!r} is no column to put under 'axes'.",
            hint=f"{clash[0]!r} stands beside 'axes'." if clash[0] in KEYS else HINT,
        )
    if not data.get("service"):
        raise InvalidValueError(f"{path.name} names no service.", hint=HINT)
    _check_quoted(path, axes)
    options = {name: data[name] for name in OPTIONS if data.get(name) is not None}
    return data["service"], axes, options


def _maps(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Document and its axes, both maps; read as carefully as a rate table."""
    from wharfage.rates.document import read_document  # noqa: PLC0415  keeps --help quick

    try:
        data = read_document(path).data
    except RateTableError as error:
        raise InvalidValueError(error.message, hint=HINT, failures=error.failures) from None
    axes = (data.get("axes") or {}) if isinstance(data, dict) else None
    assumptions = (data.get("assumptions") or {}) if isinstance(data, dict) else None
    if not isinstance(axes, dict) or not isinstance(assumptions, dict):
        raise InvalidValueError(f"{path.name} and its axes must be maps.", hint=HINT)
    return data, axes


def _check_quoted(path: Path, axes: dict[str, Any]) -> None:
    """Refuse names that YAML has read as numbers: 1.30 would become 1.3."""
    from wharfage.columns import FLEET_COLUMNS, Kind  # noqa: PLC0415  keeps --help quick

    for name, given in axes.items():
        values = given if isinstance(given, list) else [given]
        names = name in FLEET_COLUMNS and FLEET_COLUMNS[name].kind is Kind.CATEGORY
        wrong = [value for value in values if isinstance(value, float)]
        if names and wrong:
            raise InvalidValueError(
                f"{path.name}: {wrong[0]} is a number, and {name!r} takes names.",
                hint=f"write it in quotes: '{wrong[0]}'.",
            )
