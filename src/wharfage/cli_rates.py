"""``wharfage rates``: what the rate book holds, and whether it keeps its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wharfage.cli_refresh import refresh

#: rates shown on a terminal; files hold all
SHOWN = 400
#: rates and workloads that differ, shown on a terminal
SHOWN_DIFFERENCES = 40

SOME_UNPRICED = 1

rates_app = typer.Typer(help="The rate book.", no_args_is_help=True, rich_markup_mode=None)
rates_app.command("refresh")(refresh)

FolderOption = Annotated[
    Path | None, typer.Option("--rates", metavar="DIR", help="Folder of rate tables.")
]


@rates_app.command("list")
def list_tables(
    service: Annotated[
        str | None, typer.Option("--service", help="One service, region by region.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Ages on it.")] = None,
    rates: FolderOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> None:
    """List the tables: regions, rates, first and newest date, age, sources, doubt."""
    from wharfage.outputs import tables  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs.coverage import coverage, print_coverage  # noqa: PLC0415
    from wharfage.outputs.files import check_output_path, write_frame  # noqa: PLC0415
    from wharfage.rates.book import parse_date  # noqa: PLC0415

    if out is not None:
        check_output_path(out)
    book = _book(rates)
    day = book.newest_date if on is None else parse_date(on)
    frame = coverage(book, day, service)
    if out is not None:
        write_frame(frame, out)
        Console(stderr=True, markup=False).print(f"{len(frame):,} rows written to {out}")
    else:
        print_coverage(tables.console(), book, frame, day)


@rates_app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="bundled, DIR, or either@DATE.")],
    after: Annotated[str, typer.Argument(metavar="B", help="bundled, DIR, or either@DATE.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Where a book names no date.")
    ] = None,
    impact: Annotated[
        str | None, typer.Option("--impact", metavar="FLEET", help="What it does to a fleet.")
    ] = None,
    month: Annotated[str, typer.Option("--month", metavar="M", help="As for price.")] = "730h",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write .md or .json.")
    ] = None,
) -> None:
    """Compare two rate books, or one on two dates; with a fleet, price the change.

    Example: wharfage rates diff bundled@2026-07-01 bundled@2026-10-01 --impact example
    """
    from wharfage.analysis.impact import fleet_impact  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import rate_diff, tables  # noqa: PLC0415
    from wharfage.outputs.files import check_output_path  # noqa: PLC0415
    from wharfage.rates.diff import diff_rates, open_sides  # noqa: PLC0415

    if out is not None:
        check_output_path(out, rate_diff.SUFFIXES)
    sides = open_sides(before, after, on)
    found = None if impact is None else fleet_impact(_fleet(impact), *sides, month=month)
    differs = diff_rates(*sides)
    if out is not None:
        rate_diff.write_diff(differs, found, out)
        Console(stderr=True, markup=False).print(f"{len(differs.frame):,} rates written to {out}")
    elif as_json:
        typer.echo(rate_diff.json_text(differs, found), nl=False)
    else:
        rate_diff.print_diff(tables.console(), differs, found, SHOWN_DIFFERENCES)
    if found is not None and found.workloads["change"].isna().any():
        raise typer.Exit(SOME_UNPRICED)


@rates_app.command("show")
def show(
    service: Annotated[str, typer.Argument(help="Service id, such as aws.fargate.")],
    region: Annotated[str | None, typer.Option("--region", help="One region only.")] = None,
    meter: Annotated[str | None, typer.Option("--meter", help="One meter only.")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="In force on it.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Every dated rate.")] = False,  # noqa: FBT002
    rates: FolderOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> None:
    """Show the rates of a service with their dates, SKUs and sources."""
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.files import write_frame  # noqa: PLC0415
    from wharfage.outputs.rates import print_rates, rate_frame  # noqa: PLC0415
    from wharfage.rates.book import parse_date  # noqa: PLC0415

    book = _book(rates)
    day = book.newest_date if on is None else parse_date(on)
    frame = rate_frame(book, service, region=region, meter=meter, on=None if history else day)
    if out is not None:
        write_frame(frame, out)
        Console(stderr=True, markup=False).print(f"{len(frame):,} rates written to {out}")
    else:
        print_rates(tables.console(), frame, SHOWN)


@rates_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Folder of tables.")] = None,
) -> None:
    """Check every rule of every table; all failures with file and line."""
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.rates import print_check  # noqa: PLC0415

    print_check(tables.console(), folder)


@rates_app.command("lock")
def lock(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of tables.")],
) -> None:
    """Write the lock of a folder of tables, after checking them."""
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.rates.book import RateBook  # noqa: PLC0415
    from wharfage.rates.lock import write_lock  # noqa: PLC0415

    path = write_lock(RateBook.open(folder))
    tables.console().print(f"written: {path}", soft_wrap=True)


def _fleet(text: str) -> Path:
    from wharfage.examples import NAME, example_fleet_path  # noqa: PLC0415

    return example_fleet_path() if text == NAME and not Path(text).exists() else Path(text)


def _book(folder: Path | None):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from wharfage.rates.book import RateBook  # noqa: PLC0415

    return RateBook.bundled() if folder is None else RateBook.open(folder)
