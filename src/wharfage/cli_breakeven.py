"""``wharfage breakeven``: where along an axis which service is cheapest."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from wharfage.cli_completion import regions
from wharfage.cli_completion import services as complete_services
from wharfage.cli_options import (
    SEARCH,
    WORK,
    AssumeOption,
    BeforeFirstOption,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    OutOption,
    RatesOption,
    SizesOption,
    keywords_of,
    number_option,
    print_json,
)
from wharfage.cli_pictures import PictureOption, draw, read_pictures
from wharfage.errors import InvalidValueError

ClustersOption = Annotated[
    bool, typer.Option("--clusters", help="Add the cluster fees.", rich_help_panel=SEARCH)
]
HELP = "SERVICE[/PURCHASE_OPTION][/BILLING_MODE][@REGION]; at least two."


ServicesArgument = Annotated[
    list[str],
    typer.Argument(metavar="SERVICE...", help=HELP, autocompletion=complete_services),
]
BetweenOption = Annotated[
    list[str],
    typer.Option(
        "--between", metavar="LOW:HIGH", help="Range; one per axis.", rich_help_panel=SEARCH
    ),
]
AlongOption = Annotated[
    list[str] | None,
    typer.Option(
        "--along",
        metavar="COLUMN",
        help="Axis; twice for a surface.  [default: requests_per_month]",
        rich_help_panel=SEARCH,
    ),
]
HomeOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="CODE",
        help="On the other cloud: the one in the same metro.",
        autocompletion=regions,
        rich_help_panel=WORK,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="COLUMN=VALUE",
        help="Any other column; may be repeated.",
        rich_help_panel=WORK,
    ),
]


def breakeven(
    services: ServicesArgument,
    between: BetweenOption,
    along: AlongOption = None,
    clusters: ClustersOption = False,  # noqa: FBT002
    region: HomeOption = None,
    vcpu: Annotated[float | None, number_option("--vcpu")] = None,
    memory_gib: Annotated[float | None, number_option("--memory-gib")] = None,
    replicas: Annotated[float | None, number_option("--replicas")] = None,
    hours_per_month: Annotated[float | None, number_option("--hours-per-month")] = None,
    runs_per_month: Annotated[float | None, number_option("--runs-per-month")] = None,
    run_seconds: Annotated[float | None, number_option("--run-seconds")] = None,
    requests_per_month: Annotated[float | None, number_option("--requests-per-month")] = None,
    request_seconds: Annotated[float | None, number_option("--request-seconds")] = None,
    concurrency: Annotated[float | None, number_option("--concurrency")] = None,
    more: SetOption = None,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    picture: PictureOption = None,
    out: OutOption = None,
) -> None:
    r"""Break-even: where along an axis which service is cheapest, every change.

    Axes are columns of numbers, and: utilization (share of the month), spot_discount.

    For example:
      wharfage breakeven aws.fargate gcp.cloud_run --between 0:1e8 \
          --region us-east-1 --vcpu 1 --memory-gib 2 \
          --request-seconds 0.2 --concurrency 10
      wharfage breakeven aws.fargate/spot gcp.gke_autopilot \
          --along spot_discount --between 0:0.9 \
          --region us-east-1 --vcpu 2 --memory-gib 4
      wharfage breakeven aws.fargate gcp.cloud_run \
          --along requests_per_month --between 1e6:1e8 \
          --along request_seconds --between 0.1:0.5 \
          --region us-east-1 --vcpu 1 --memory-gib 2
    """
    from wharfage import breakeven as find  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import break_evens, files, tables  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    workload = _given(
        vcpu=vcpu,
        memory_gib=memory_gib,
        replicas=replicas,
        hours_per_month=hours_per_month,
        runs_per_month=runs_per_month,
        run_seconds=run_seconds,
        requests_per_month=requests_per_month,
        request_seconds=request_seconds,
        concurrency=concurrency,
    ) | _cells(more or [])
    axes = along or ["requests_per_month"]
    ranges = [_range(text) for text in between]
    if len(axes) != len(ranges):
        raise InvalidValueError(
            f"{len(axes)} axes have {len(ranges)} ranges.", hint="give --between once per --along."
        )
    is_line = len(axes) == 1
    pictures = read_pictures(picture, "BreakEven" if is_line else "BreakEvenSurface")
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    del keywords["strict"]
    found = find(
        *services,
        along=axes[0] if is_line else axes,
        between=ranges[0] if is_line else ranges,
        workload=workload,
        region=region,
        clusters=clusters,
        **keywords,
    )
    if out is not None:
        table = break_evens.table_of(found)
        files.write_frame(table, out)
        tables.messages().print(f"{len(table):,} rows written to {out}")
    if as_json:
        print_json(break_evens.break_even_document(found))
    elif out is None:
        break_evens.show_break_even(tables.console(), found)
    draw(found, pictures)


def _given(**values: float | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _cells(texts: list[str]) -> dict[str, Any]:
    """Columns given as NAME=VALUE."""
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise InvalidValueError(
            f"--set {wrong[0]!r} is not COLUMN=VALUE.", hint="--set min_instances=2"
        )
    return dict(text.split("=", 1) for text in texts)


def _range(text: str) -> tuple[str, str]:
    low, separator, high = text.partition(":")
    if not separator:
        raise InvalidValueError(f"--between {text!r} is not LOW:HIGH.", hint="--between 0:1e8")
    return low, high
