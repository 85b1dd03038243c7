"""``wharfage rates``: what the rate book holds, and whether it keeps its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

#: rates shown on a terminal; files hold all
SHOWN = 400

rates_app = typer.Typer(help="The rate book.", no_args_is_help=True, rich_markup_mode=None)

FolderOption = Annotated[
    Path | None, typer.Option("--rates", metavar="DIR", help="Folder of rate tables.")
]


@rates_app.command("list")
def list_tables(rates: FolderOption = None) -> None:
    """List the tables: regions, rates, first and newest date, doubt."""
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.rates import print_tables  # noqa: PLC0415  keeps --help quick

    print_tables(tables.console(), _book(rates))


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


def _book(folder: Path | None):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from wharfage.rates.book import RateBook  # noqa: PLC0415

    return RateBook.bundled() if folder is None else RateBook.open(folder)
