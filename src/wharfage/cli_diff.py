"""``wharfage diff``: what a change costs, between two sets of documents or two fleets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wharfage.cli_documents import (
    ConcurrencyOption,
    Keywords,
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
    is_documents,
    read,
    traffic,
    usage,
)
from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import (
    OUTPUT,
    AssumeOption,
    BeforeFirstOption,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    PurchaseOption,
    RatesOption,
    RegionOption,
    ServiceOption,
    SizesOption,
    keywords_of,
    print_json,
    read_filled,
)
from wharfage.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

    from wharfage.inputs.stack import Stack

OVER_LIMIT = 3
SHOWN = 60
MarkdownOption = Annotated[
    bool,
    typer.Option(
        "--markdown", help="Print Markdown for a pull-request comment.", rich_help_panel=OUTPUT
    ),
]
SIDE_HELP = "Documents (a file, a folder, - for standard input) or a fleet."


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help=SIDE_HELP)],
    after: Annotated[str, typer.Argument(metavar="AFTER", help=SIDE_HELP)],
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
    as_markdown: MarkdownOption = False,  # noqa: FBT002
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            metavar="5%|10USD",
            help="Exit 3 if the month costs more.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write .md, .json, .csv, .parquet.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    r"""Show what a change costs: per workload and in total, with the columns that changed.

    Exit 0: done. 1: done, but a side has rows without a price. 2: bad usage. 3: done, and the
    monthly total grows by more than --fail-over (3 comes before 1).

    For example:
      wharfage diff before.csv after.csv
      wharfage diff before/ after/ --service gcp.gke_autopilot \
          --region us-central1 --markdown --fail-over 5%
    """
    from wharfage import diff as cost_diff  # noqa: PLC0415  keeps --help quick
    from wharfage.analysis.stack_diff import parse_gate  # noqa: PLC0415
    from wharfage.outputs import diffs, tables  # noqa: PLC0415

    gate = None if fail_over is None else parse_gate(fail_over)
    if out is not None:
        diffs.check_diff_path(out)
    if as_json and as_markdown:
        raise InvalidValueError("--json and --markdown are two forms.", hint="choose one.")
    fill: Keywords = {"service": service, "region": region, "purchase_option": purchase_option}
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    amounts = usage(lcu_hours, transfer_gib, log_gib, registry_gib, more, public_tasks=public_tasks)
    known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
    del keywords["strict"]
    sides = [_side(path, fill, known, month) for path in (before, after)]
    found = cost_diff(sides[0], sides[1], **fill, usage=amounts, **keywords)
    is_over = gate is not None and found.exceeds(gate)
    err = tables.messages()
    if out is not None:
        diffs.write_diff(found, out, SHOWN)
        err.print(f"{len(found.rows):,} rows written to {out}")
    if as_json:
        print_json(diffs.diff_document(found))
    elif as_markdown:
        typer.echo(diffs.markdown(found, SHOWN), nl=False)
    elif out is None:
        diffs.print_diff(tables.console(), found, SHOWN)
    if found.unpriced:
        unseen = "" if gate is None else f", so that {gate} says nothing of them"
        text = f"{found.unpriced:,} of {len(found.rows):,} rows have no price on a side{unseen}"
        err.print(text)
    if is_over:
        err.print(f"the increase is over {gate}")
    raise typer.Exit(OVER_LIMIT if is_over else SOME_UNPRICED if found.unpriced else DONE)


def _side(path: str, fill: Keywords, known: Keywords, month: str) -> Stack | pd.DataFrame:
    """One side: a stack, or a fleet with its empty cells filled."""
    if is_documents([path]):
        return read([path], known, month)
    return read_filled(path, fill)
