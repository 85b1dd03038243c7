"""The command line: parse, call, print. Data to standard output, messages to standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from wharfage.cli_advise import advise
from wharfage.cli_breakeven import breakeven
from wharfage.cli_diff import diff
from wharfage.cli_documents import (
    ConcurrencyOption,
    LcuOption,
    LogOption,
    ProfileOption,
    PublicTasksOption,
    RegistryOption,
    RequestSecondsOption,
    RequestsOption,
    RunSecondsOption,
    TransferOption,
    bill_of,
    compare_documents,
    is_documents,
    price_documents,
    read,
    traffic,
    usage,
)
from wharfage.cli_files import goes_by_file, price_by_file
from wharfage.cli_grid import grid
from wharfage.cli_nodes import nodes
from wharfage.cli_options import (
    AssumeOption,
    BeforeFirstOption,
    Fleet,
    Fleets,
    FreeTierOption,
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
    words,
)
from wharfage.cli_ranges import marginal, ranges
from wharfage.cli_rates import rates_app
from wharfage.errors import InvalidValueError, WharfageError

if TYPE_CHECKING:
    import pandas as pd

    from wharfage.api import Bill

DONE, SOME_UNPRICED, FAULT, INTERRUPTED = 0, 1, 2, 130

#: workloads shown on a terminal; files hold all
SHOWN = 60
#: distinct reasons shown in a summary
REASONS_SHOWN = 8

app = typer.Typer(
    name="wharfage",
    help="What containers cost on AWS and Google Cloud: exact, offline, dated, explained.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(rates_app, name="rates")
app.command()(grid)
app.command()(nodes)
app.command()(diff)
app.command()(advise)
app.command()(breakeven)
app.command()(ranges)
app.command()(marginal)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,  # noqa: FBT002
) -> None:
    """What containers cost on AWS and Google Cloud."""
    if version:
        from wharfage import __version__  # noqa: PLC0415

        typer.echo(__version__)
        raise typer.Exit


@app.command()
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
    lines: Annotated[bool, typer.Option("--lines", help="One row per charge.")] = False,  # noqa: FBT002
    lcu_hours: LcuOption = None,
    transfer_gib: TransferOption = None,
    log_gib: LogOption = None,
    registry_gib: RegistryOption = None,
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Price a fleet or documents: what every workload costs per day and month.

    Example: wharfage price example --on 2026-10-01
    Example: wharfage price deployment.yaml --service gcp.gke_autopilot --region us-central1
    """
    from wharfage.outputs import bills, files, tables  # noqa: PLC0415  keeps --help quick

    if out is not None:
        files.check_output_path(out)
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict)
    if is_documents(fleet):
        amounts = usage(lcu_hours, transfer_gib, log_gib, registry_gib, public_tasks=public_tasks)
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        raise typer.Exit(
            price_documents(
                read(fleet, known, month),
                fill,
                amounts,
                keywords,
                lines=lines,
                out=out,
                limit=SHOWN,
            )
        )
    if out is not None and not lines and goes_by_file(fleet[0], out):
        missing = price_by_file(
            err, fleet[0], out, fill=fill, reasons_shown=REASONS_SHOWN, **keywords
        )
        raise typer.Exit(SOME_UNPRICED if missing else DONE)
    bill = _bill(fleet[0], fill, keywords)
    if out is not None:
        frame = bill.lines() if lines else bill.frame
        files.write_frame(bills.with_provenance(frame, bill), out)
        err.print(f"{len(frame):,} rows written to {out}")
        bills.print_summary(err, bill)
    else:
        console = tables.console()
        if lines:
            bills.print_lines(console, bill, SHOWN)
        else:
            bills.print_workloads(console, bill, SHOWN)
        bills.print_summary(console, bill)
    unpriced = bills.print_unpriced(err, bill, REASONS_SHOWN)
    raise typer.Exit(SOME_UNPRICED if unpriced else DONE)


@app.command()
def explain(
    fleet: Fleet,
    workload: Annotated[
        str, typer.Argument(help="Id of the workload; the row number where there is none.")
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
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
) -> None:
    """Explain one workload: the arithmetic from what it asks for to what it costs.

    Example: wharfage explain example checkout
    Example: wharfage explain app.yaml load_balancer/web --service aws.fargate_eks --region us-east-1
    """
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    if is_documents([fleet]):
        amounts = usage(lcu_hours, transfer_gib, log_gib, registry_gib, public_tasks=public_tasks)
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        bill: Bill = bill_of(read([fleet], known, month), fill, amounts, keywords)
    else:
        bill = _bill(fleet, fill, keywords)
    text = bill.explain(workload)
    typer.echo(text)
    raise typer.Exit(SOME_UNPRICED if "\nunpriced: " in text else DONE)


@app.command()
def compare(
    fleet: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FLEET]", help="As for price; or give one workload by options."),
    ] = None,
    services: Annotated[str | None, typer.Option("--services", help="Comma-separated ids.")] = None,
    regions: Annotated[str | None, typer.Option("--regions", help="Comma-separated codes.")] = None,
    purchase_options: Annotated[
        str | None, typer.Option("--purchase-options", help="Comma-separated options.")
    ] = None,
    region: RegionOption = None,
    vcpu: Annotated[float | None, typer.Option("--vcpu", help="Of one workload.")] = None,
    memory_gib: Annotated[float | None, typer.Option("--memory-gib")] = None,
    replicas: Annotated[float | None, typer.Option("--replicas")] = None,
    hours_per_month: Annotated[float | None, typer.Option("--hours-per-month")] = None,
    runs_per_month: Annotated[float | None, typer.Option("--runs-per-month")] = None,
    run_seconds: Annotated[float | None, typer.Option("--run-seconds")] = None,
    requests_per_month: Annotated[float | None, typer.Option("--requests-per-month")] = None,
    request_seconds: Annotated[float | None, typer.Option("--request-seconds")] = None,
    concurrency: Annotated[float | None, typer.Option("--concurrency")] = None,
    profile: ProfileOption = None,
    lcu_hours: LcuOption = None,
    transfer_gib: TransferOption = None,
    log_gib: LogOption = None,
    registry_gib: RegistryOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    strict: StrictOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Compare services: the same work everywhere it can run, ranked.

    Example: wharfage compare example
    Example: wharfage compare k8s/ --region us-east-1
    Example: wharfage compare --vcpu 0.5 --memory-gib 1 --region ap-northeast-2
    """
    from wharfage import compare as compare_services  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills, comparisons, files, tables  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    one = {
        "vcpu": vcpu,
        "memory_gib": memory_gib,
        "replicas": replicas,
        "hours_per_month": hours_per_month,
        "runs_per_month": runs_per_month,
        "run_seconds": run_seconds,
        "requests_per_month": requests_per_month,
        "request_seconds": request_seconds,
        "concurrency": concurrency,
    }
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict)
    scenarios: dict[str, Any] = {
        "services": words(services),
        "regions": words(regions),
        "purchase_options": words(purchase_options),
    }
    if fleet and is_documents(fleet):
        of_one = ("vcpu", "memory_gib", "replicas", "hours_per_month", "runs_per_month")
        _refuse_one_workload({name: one[name] for name in of_one})
        amounts = usage(lcu_hours, transfer_gib, log_gib, registry_gib, public_tasks=public_tasks)
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        scenarios |= {"region": region}
        raise typer.Exit(
            compare_documents(read(fleet, known, month), scenarios, amounts, keywords, out=out)
        )
    result = compare_services(_compared(fleet, one, region), **scenarios, **keywords)
    if out is not None:
        files.write_frame(bills.with_provenance(result.frame, result), out)
        err.print(f"{len(result.frame):,} scenarios written to {out}")
        comparisons.print_left_out(err, result)
    else:
        comparisons.print_comparison(tables.console(), result, SHOWN)
    faulty = comparisons.print_faults(err, result, REASONS_SHOWN)
    raise typer.Exit(SOME_UNPRICED if faulty else DONE)


def _compared(
    fleet: list[str] | None, one: dict[str, float | None], region: str | None
) -> list[dict[str, object]] | pd.DataFrame:
    """Fleet to compare: a file's, or the one workload that options describe."""
    if not fleet:
        return _one_workload(one, region)
    _refuse_one_workload(one)
    return _read(fleet[0], {"region": region})


def _refuse_one_workload(given: dict[str, float | None]) -> None:
    """Raise if options describe one workload beside a fleet or documents."""
    extra = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if extra:
        raise InvalidValueError(
            f"{extra[0]} describes one workload, but a fleet is given ({len(extra)} such option(s)).",
            hint="give a fleet, or one workload by options.",
        )


def _one_workload(given: dict[str, float | None], region: str | None) -> list[dict[str, object]]:
    row: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if not row:
        raise InvalidValueError(
            "There is no fleet to compare.",
            hint="give a file, 'example', or one workload such as --vcpu 0.5 --memory-gib 1.",
        )
    return [{"workload": "workload", "region": region, **row}]


def _bill(fleet: str, fill: dict[str, str | None], keywords: dict[str, Any]) -> Bill:
    from wharfage import estimate  # noqa: PLC0415  keeps --help quick

    return estimate(_read(fleet, fill), **keywords)


def _read(fleet: str, fill: dict[str, str | None]) -> pd.DataFrame:
    """Fleet with empty cells of some columns filled."""
    from wharfage.examples import NAME, example_fleet_path  # noqa: PLC0415
    from wharfage.inputs.fleet import fill_empty, read_file  # noqa: PLC0415

    path = Path(fleet)
    if fleet == NAME and not path.exists():
        path = example_fleet_path()
    return fill_empty(read_file(path), fill)


def _give_up_stdout() -> None:
    """Send what is still buffered nowhere, so that the end of the process does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command; a fault of the input is a message and exit code 2, never a traceback."""
    import warnings  # noqa: PLC0415

    warnings.showwarning = lambda message, *_args, **_kwargs: err.print(f"warning: {message}")
    try:
        app()
    except WharfageError as error:
        err.print(f"error: {error}")
        sys.exit(FAULT)
    except BrokenPipeError:
        _give_up_stdout()
        sys.exit(DONE)
    except OSError as error:
        _give_up_stdout()
        err.print(f"error: the output cannot be written: {error.strerror or error}.")
        sys.exit(FAULT)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        # Typer makes this code of Ctrl-C, without a word.
        if end.code == INTERRUPTED:
            err.print("interrupted")
        raise


if __name__ == "__main__":
    main()
