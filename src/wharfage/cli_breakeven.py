"""``wharfage breakeven``: where along an axis which service is cheapest."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from wharfage.cli_options import (
    AssumeOption,
    BeforeFirstOption,
    FreeTierOption,
    MonthOption,
    OnOption,
    OutOption,
    RatesOption,
    SizesOption,
    keywords_of,
)
from wharfage.errors import InvalidValueError

HELP = "SERVICE[/PURCHASE_OPTION][/BILLING_MODE][@REGION]; at least two."


def breakeven(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE...", help=HELP)],
    between: Annotated[
        list[str], typer.Option("--between", metavar="LOW:HIGH", help="Range; one per axis.")
    ],
    along: Annotated[
        list[str] | None,
        typer.Option("--along", metavar="COLUMN", help="Axis; twice for a surface."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="On the other cloud: the one in the same metro.")
    ] = None,
    vcpu: Annotated[float | None, typer.Option("--vcpu")] = None,
    memory_gib: Annotated[float | None, typer.Option("--memory-gib")] = None,
    replicas: Annotated[float | None, typer.Option("--replicas")] = None,
    hours_per_month: Annotated[float | None, typer.Option("--hours-per-month")] = None,
    runs_per_month: Annotated[float | None, typer.Option("--runs-per-month")] = None,
    run_seconds: Annotated[float | None, typer.Option("--run-seconds")] = None,
    requests_per_month: Annotated[float | None, typer.Option("--requests-per-month")] = None,
    request_seconds: Annotated[float | None, typer.Option("--request-seconds")] = None,
    concurrency: Annotated[float | None, typer.Option("--concurrency")] = None,
    more: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="Any other column; may be repeated."),
    ] = None,
    clusters: Annotated[bool, typer.Option("--clusters", help="Add the cluster fees.")] = False,  # noqa: FBT002
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Break-even: where along an axis which service is cheapest, every change.

    Axes are columns of numbers, and: utilization (share of the month), spot_discount.

    Example: wharfage breakeven aws.fargate gcp.cloud_run --between 0:1e8 --region us-east-1
    --vcpu 1 --memory-gib 2 --request-seconds 0.2 --concurrency 10

    Example: wharfage breakeven aws.fargate/spot gcp.gke_autopilot --along spot_discount
    --between 0:0.9 --region us-east-1 --vcpu 2 --memory-gib 4

    Example: wharfage breakeven aws.fargate gcp.cloud_run --along requests_per_month --between
    1e5:1e9 --along request_seconds --between 0.05:2 --region us-east-1 --vcpu 1 --memory-gib 2
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
        Console(stderr=True).print(f"{len(table):,} rows written to {out}", markup=False)
    elif as_json:
        typer.echo(json.dumps(break_evens.break_even_form(found), indent=1, allow_nan=False))
    else:
        break_evens.show_break_even(tables.console(), found)


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
