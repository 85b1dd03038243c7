"""The command line: parse, call, print. Data to standard output, messages to standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_advise import advise
from wharfage.cli_breakeven import breakeven
from wharfage.cli_compare import compare
from wharfage.cli_diff import diff
from wharfage.cli_documents import (
    ConcurrencyOption,
    LcuOption,
    LogOption,
    MoreUsageOption,
    ProfileOption,
    PublicTasksOption,
    RegistryOption,
    RequestSecondsOption,
    RequestsOption,
    RunSecondsOption,
    TransferOption,
    bill_of,
    is_documents,
    price_documents,
    read,
    traffic,
    usage,
)
from wharfage.cli_faults import DONE, SOME_UNPRICED, run
from wharfage.cli_files import goes_by_file, price_by_file
from wharfage.cli_grid import grid
from wharfage.cli_help import Command, Group
from wharfage.cli_nodes import nodes
from wharfage.cli_options import (
    REASONS_SHOWN,
    AssumeOption,
    BeforeFirstOption,
    Fleet,
    Fleets,
    FreeTierOption,
    JsonOption,
    LinesOption,
    MonthOption,
    OnOption,
    OutOption,
    PurchaseOption,
    RatesOption,
    RegionOption,
    ServiceOption,
    SizesOption,
    StrictOption,
    keywords_of,
    print_json,
    read_filled,
)
from wharfage.cli_pictures import PictureOption, draw, read_pictures
from wharfage.cli_ranges import marginal, ranges
from wharfage.cli_rates import rates_app
from wharfage.cli_report import report
from wharfage.outputs.tables import messages

if TYPE_CHECKING:
    from wharfage.api import Bill

#: workloads shown on a terminal; files hold all
SHOWN = 60

app = typer.Typer(
    name="wharfage",
    cls=Group,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
err = messages()


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,  # noqa: FBT002
) -> None:
    """What containers cost on AWS and Google Cloud: exact, offline, dated, explained.

    For example:
      wharfage price example
      wharfage compare example
      wharfage price --help
    """
    if version:
        from wharfage import __version__  # noqa: PLC0415

        typer.echo(__version__)
        raise typer.Exit


@app.command(cls=Command)
def price(
    fleet: Fleets,
    service: ServiceOption = None,
    region: RegionOption = None,
    purchase_option: PurchaseOption = None,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    strict: StrictOption = False,  # noqa: FBT002
    lines: LinesOption = False,  # noqa: FBT002
    lcu_hours: LcuOption = None,
    transfer_gib: TransferOption = None,
    log_gib: LogOption = None,
    registry_gib: RegistryOption = None,
    more: MoreUsageOption = None,
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
    picture: PictureOption = None,
    out: OutOption = None,
) -> None:
    """Price a fleet or documents: what every workload costs per day and month.

    Exit 0: done. 1: done, but some rows have no price. 2: bad usage, and nothing was written.

    For example:
      wharfage price example --on 2026-10-01
      wharfage price example --lines --out charges.csv
      wharfage price app.yaml --service gcp.gke_autopilot --region us-central1
    """
    from wharfage.outputs import files  # noqa: PLC0415  keeps --help quick

    if out is not None:
        files.check_output_path(out)
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict)
    pictures = read_pictures(picture, "Bill")
    shown: dict[str, Any] = {"as_json": as_json, "out": out}
    if is_documents(fleet):
        amounts = usage(
            lcu_hours, transfer_gib, log_gib, registry_gib, more, public_tasks=public_tasks
        )
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        stack = read(fleet, known, month)
        raise typer.Exit(
            price_documents(
                stack,
                fill,
                amounts,
                keywords,
                lines=lines,
                limit=SHOWN,
                pictures=pictures,
                **shown,
            )
        )
    if out is not None and not lines and not pictures and goes_by_file(fleet[0], out):
        missing = price_by_file(
            err, fleet[0], fill=fill, reasons_shown=REASONS_SHOWN, **shown, **keywords
        )
        raise typer.Exit(SOME_UNPRICED if missing else DONE)
    bill = _bill(fleet[0], fill, keywords)
    exit_code = _show_bill(bill, lines=lines, **shown)
    draw(bill, pictures)
    raise typer.Exit(exit_code)


def _show_bill(bill: Bill, *, lines: bool, as_json: bool, out: Path | None) -> int:
    """Write or print a bill; the exit code."""
    from wharfage.outputs import bills, files, tables  # noqa: PLC0415  keeps --help quick

    if out is not None:
        frame = bill.lines() if lines else bill.frame
        files.write_frame(bills.with_provenance(frame, bill), out)
        err.print(f"{len(frame):,} rows written to {out}")
        bills.print_summary(err, bill)
    if as_json:
        print_json(bills.bill_document(bill, lines=lines))
    elif out is None:
        console = tables.console()
        if lines:
            bills.print_lines(console, bill, SHOWN)
        else:
            bills.print_workloads(console, bill, SHOWN)
        bills.print_summary(console, bill)
    unpriced = bills.print_unpriced(err, bill, REASONS_SHOWN)
    return SOME_UNPRICED if unpriced else DONE


@app.command(cls=Command)
def explain(
    fleet: Fleet,
    workload: Annotated[
        str,
        typer.Argument(
            metavar="WORKLOAD", help="Id of the workload; the row number where there is none."
        ),
    ],
    service: ServiceOption = None,
    region: RegionOption = None,
    purchase_option: PurchaseOption = None,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    lcu_hours: LcuOption = None,
    transfer_gib: TransferOption = None,
    log_gib: LogOption = None,
    registry_gib: RegistryOption = None,
    more: MoreUsageOption = None,
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Explain one workload: the arithmetic from what it asks for to what it costs.

    For example:
      wharfage explain example checkout
      wharfage explain app.yaml web --service aws.fargate_eks --region us-east-1
    """
    from wharfage.outputs.bills import explanation_document  # noqa: PLC0415  keeps --help quick

    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    if is_documents([fleet]):
        amounts = usage(
            lcu_hours, transfer_gib, log_gib, registry_gib, more, public_tasks=public_tasks
        )
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        bill: Bill = bill_of(read([fleet], known, month), fill, amounts, keywords)
    else:
        bill = _bill(fleet, fill, keywords)
    text = bill.explain(workload)
    if as_json:
        print_json(explanation_document(bill, workload))
    else:
        typer.echo(text)
    raise typer.Exit(SOME_UNPRICED if "\nunpriced: " in text else DONE)


def _bill(fleet: str, fill: dict[str, str | None], keywords: dict[str, Any]) -> Bill:
    from wharfage import estimate  # noqa: PLC0415  keeps --help quick

    return estimate(read_filled(fleet, fill), **keywords)


for command in (compare, nodes, grid, breakeven, ranges, marginal, advise, diff, report):
    app.command(cls=Command)(command)
app.add_typer(rates_app, name="rates")


def main() -> None:
    """Run the command; a fault of the input is a message and exit code 2, never a traceback."""
    run(app, err)


if __name__ == "__main__":
    main()
