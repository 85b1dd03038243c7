"""``wharfage grid``: a cube of scenarios from a small YAML document."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

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
#: reasons shown in a summary
REASONS_SHOWN = 8
#: seconds after which a progress bar appears
PATIENCE = 1.0
HINT = "a grid is plain YAML, such as {service: aws.fargate, axes: {region: [us-east-1], vcpu: [1, 2], memory_gib: [4]}}."

SpecArgument = Annotated[
    Path,
    typer.Argument(metavar="SPEC.yaml", help="service, axes, on, month, reduce and other options."),
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Write .parquet (a row per cell) or .nc.")
]
RatesOption = Annotated[
    Path | None, typer.Option("--rates", metavar="DIR", help="Folder of rate tables.")
]


def grid(spec: SpecArgument, out: OutOption, rates: RatesOption = None) -> None:
    """Price a grid: one workload in every combination of the listed values.

    With `reduce: cheapest` (min, mean, q95, top10 ...) in the document only what is left of the
    cells is kept, `over: service` or other axes.

    Example: wharfage grid SPEC.yaml --out cube.parquet
    """
    from wharfage import RateBook  # noqa: PLC0415  keeps --help quick
    from wharfage import grid as price_grid  # noqa: PLC0415
    from wharfage.analysis.grid import count_reasons  # noqa: PLC0415
    from wharfage.outputs.grids import check_grid_path, write_grid  # noqa: PLC0415

    err = Console(stderr=True, highlight=False, soft_wrap=True)
    check_grid_path(out)
    service, axes, options = read_spec(spec)
    book = RateBook.open(rates) if rates is not None else None
    with _progress(err) as progress:
        cube = price_grid(service, rates=book, progress=progress, **options, **axes)
    write_grid(cube, out)
    sizes = " x ".join(f"{name} {size:,}" for name, size in cube.sizes.items())
    cells = math.prod(cube.sizes.values())
    err.print(f"{cells:,} cells written to {out} ({sizes or 'no axis'})", markup=False)
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


@contextmanager
def _progress(err: Console) -> Iterator[Callable[[int, int], None] | None]:
    """Progress bar on a terminal, once work lasts over a second."""
    if not err.is_terminal:
        yield None
        return
    import time  # noqa: PLC0415

    from rich.progress import Progress  # noqa: PLC0415  keeps --help quick

    begun = time.monotonic()
    bar = Progress(console=err, transient=True)
    task = bar.add_task("cells", total=None)

    def show(done: int, total: int) -> None:
        if time.monotonic() - begun > PATIENCE:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()
