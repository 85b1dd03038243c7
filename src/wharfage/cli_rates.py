"""``wharfage rates``: what the rate book holds, and whether it keeps its rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wharfage.cli_completion import regions, services
from wharfage.cli_faults import SOME_UNPRICED
from wharfage.cli_help import Command, Group
from wharfage.cli_options import (
    OUTPUT,
    JsonOption,
    OutOption,
    RatesOption,
    fleet_path,
    print_json,
)
from wharfage.cli_pictures import PictureOption, draw, read_pictures
from wharfage.cli_refresh import refresh

if TYPE_CHECKING:
    from wharfage.rates.book import RateBook

#: rates shown on a terminal; files hold all
SHOWN = 400
#: rates and workloads that differ, shown on a terminal
SHOWN_DIFFERENCES = 40

rates_app = typer.Typer(
    cls=Group, help="The rate book.", no_args_is_help=True, rich_markup_mode=None
)
rates_app.command("refresh", cls=Command)(refresh)

Service = Annotated[
    str,
    typer.Argument(
        metavar="SERVICE", help="Service id, such as aws.fargate.", autocompletion=services
    ),
]
OneRegion = Annotated[
    str | None,
    typer.Option("--region", metavar="CODE", help="One region only.", autocompletion=regions),
]
DateOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="In force on it; ages on it.")
]
Folder = typer.Argument(metavar="DIR", help="Folder of tables.")


@rates_app.command("list", cls=Command)
def list_tables(
    service: Annotated[
        str | None,
        typer.Option(
            "--service",
            metavar="ID",
            help="One service, region by region.",
            autocompletion=services,
        ),
    ] = None,
    on: DateOption = None,
    rates: RatesOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """List the tables: regions, rates, first and newest date, age, sources, doubt.

    For example:
      wharfage rates list
      wharfage rates list --service aws.fargate
    """
    from wharfage.outputs import tables  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs.coverage import coverage, print_coverage  # noqa: PLC0415
    from wharfage.outputs.files import check_output_path, write_frame  # noqa: PLC0415
    from wharfage.outputs.json_document import document  # noqa: PLC0415

    if out is not None:
        check_output_path(out)
    book, day = _book(rates, on)
    frame = coverage(book, day, service)
    if out is not None:
        write_frame(frame, out)
        tables.messages().print(f"{len(frame):,} rows written to {out}")
    if as_json:
        print_json(document("rate_tables", on=day, rate_book=book.digest, tables=frame))
    elif out is None:
        print_coverage(tables.console(), book, frame, day)


@rates_app.command("show", cls=Command)
def show(
    service: Service,
    region: OneRegion = None,
    meter: Annotated[
        str | None, typer.Option("--meter", metavar="NAME", help="One meter only.")
    ] = None,
    on: DateOption = None,
    history: Annotated[bool, typer.Option("--history", help="Every dated rate.")] = False,  # noqa: FBT002
    rates: RatesOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    picture: PictureOption = None,
    out: OutOption = None,
) -> None:
    """Show the rates of a service with their dates, SKUs and sources.

    For example:
      wharfage rates show aws.fargate --region ap-northeast-2 --history
      wharfage rates show gcp.cloud_run --meter vcpu_hours --on 2026-06-01
    """
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.files import check_output_path, write_frame  # noqa: PLC0415
    from wharfage.outputs.json_document import document  # noqa: PLC0415
    from wharfage.outputs.rates import print_rates, rate_frame  # noqa: PLC0415

    if out is not None:
        check_output_path(out)
    pictures = read_pictures(picture, "RateBook")
    book, day = _book(rates, on)
    frame = rate_frame(book, service, region=region, meter=meter, on=None if history else day)
    if out is not None:
        write_frame(frame, out)
        tables.messages().print(f"{len(frame):,} rates written to {out}")
    if as_json:
        print_json(
            document(
                "rates",
                on=day,
                rate_book=book.digest,
                service=service,
                is_history=history,
                rates=frame,
            )
        )
    elif out is None:
        print_rates(tables.console(), frame, SHOWN)
    draw(book, pictures, service=service, meter=meter, region=region)


@rates_app.command("diff", cls=Command)
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
    as_json: JsonOption = False,  # noqa: FBT002
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write .md or .json.", rich_help_panel=OUTPUT),
    ] = None,
) -> None:
    """Compare two rate books, or one on two dates; with a fleet, price the change.

    For example:
      wharfage rates diff bundled@2026-07-01 bundled@2026-10-01 --impact example
    """
    from wharfage.analysis.impact import fleet_impact  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import rate_diff, tables  # noqa: PLC0415
    from wharfage.outputs.files import check_output_path  # noqa: PLC0415
    from wharfage.rates.diff import diff_rates, open_sides  # noqa: PLC0415

    if out is not None:
        check_output_path(out, rate_diff.SUFFIXES)
    sides = open_sides(before, after, on)
    found = None if impact is None else fleet_impact(fleet_path(impact), *sides, month=month)
    differs = diff_rates(*sides)
    if out is not None:
        rate_diff.write_diff(differs, found, out, month)
        tables.messages().print(f"{len(differs.frame):,} rates written to {out}")
    if as_json:
        print_json(rate_diff.diff_document(differs, found, month))
    elif out is None:
        rate_diff.print_diff(tables.console(), differs, found, SHOWN_DIFFERENCES)
    if found is not None and found.workloads["change"].isna().any():
        raise typer.Exit(SOME_UNPRICED)


@rates_app.command("check", cls=Command)
def check(
    folder: Annotated[Path | None, Folder] = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Check every rule of every table; all failures with file and line.

    For example:
      wharfage rates check
    """
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.json_document import document  # noqa: PLC0415
    from wharfage.outputs.rates import check_frame, checked_book, print_check  # noqa: PLC0415

    book = checked_book(folder)
    if as_json:
        print_json(document("rate_check", rate_book=book.digest, tables=check_frame(book)))
    else:
        print_check(tables.console(), book)


@rates_app.command("lock", cls=Command)
def lock(
    folder: Annotated[Path, Folder],
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Write the lock of a folder of tables, after checking them.

    For example:
      wharfage rates lock pricing_data
    """
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.json_document import document  # noqa: PLC0415
    from wharfage.rates.book import RateBook  # noqa: PLC0415
    from wharfage.rates.lock import write_lock  # noqa: PLC0415

    book = RateBook.open(folder)
    path = write_lock(book)
    if as_json:
        print_json(document("rate_lock", rate_book=book.digest, written=path))
    else:
        tables.console().print(f"written: {path}", soft_wrap=True)


def _book(folder: Path | None, on: str | None) -> tuple[RateBook, dt.date]:
    """Book of a folder, the bundled one by default, and a day: its newest by default."""
    from wharfage.rates.book import RateBook, parse_date  # noqa: PLC0415

    book = RateBook.bundled() if folder is None else RateBook.open(folder)
    return book, book.newest_date if on is None else parse_date(on)
