"""``wharfage ranges`` and ``wharfage marginal``: what a fleet may cost, and what moves it."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from wharfage.cli_options import (
    AssumeOption,
    BeforeFirstOption,
    Fleet,
    FreeTierOption,
    MonthOption,
    OnOption,
    OutOption,
    PurchaseOption,
    RatesOption,
    RegionOption,
    ServiceOption,
    SizesOption,
    keywords_of,
    words,
)
from wharfage.errors import InvalidValueError

DONE, SOME_UNPRICED = 0, 1

INPUT_HELP = (
    "LOW:TYPICAL:HIGH, uniform:LOW:HIGH, normal:MEAN:SD, lognormal:MEDIAN:SIGMA, discrete:V@W,V@W;"
    " x in front multiplies each row's own value. May be repeated."
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def ranges(
    fleet: Fleet,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="COLUMN=RANGE", help=INPUT_HELP)
    ] = None,
    services: Annotated[str | None, typer.Option("--services", help="Comma-separated ids.")] = None,
    regions: Annotated[str | None, typer.Option("--regions", help="Comma-separated codes.")] = None,
    purchase_options: Annotated[
        str | None, typer.Option("--purchase-options", help="Comma-separated options.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws per workload.")] = 4096,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    method: Annotated[str, typer.Option("--method", metavar="latin_hypercube|plain")] = (
        "latin_hypercube"
    ),
    shared_factor: Annotated[
        float, typer.Option("--shared-factor", help="Correlation of all inputs, 0 to 1.")
    ] = 0.0,
    quantiles: Annotated[
        str, typer.Option("--quantiles", help="Comma-separated shares.")
    ] = "0.1,0.5,0.9",
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
    as_json: JsonOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Ranges: what a fleet may cost where its inputs are uncertain, and what moves it.

    Columns NAME_low and NAME_high beside NAME are read too, and Spot mixes: spot_share,
    spot_base_replicas, spot_discount, spot_rework.

    Example: wharfage ranges example --input replicas=x0.5:1:2 --input hours_per_month=400:730

    Example: wharfage ranges fleet.csv --services aws.fargate,gcp.gke_autopilot
    --input spot_share=0.7:0.7 --input spot_discount=0.5:0.65:0.7 --input spot_rework=0:0.02:0.1
    """
    from wharfage import ranges as find  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import files, tables  # noqa: PLC0415
    from wharfage.outputs import ranges as shown  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    del keywords["strict"]
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    found = find(
        _frame(fleet, fill),
        inputs=_inputs(inputs or []),
        services=words(services),
        regions=words(regions),
        purchase_options=words(purchase_options),
        draws=draws,
        seed=seed,
        method=method,
        shared_factor=shared_factor,
        quantiles=_shares(quantiles),
        **keywords,
    )
    if out is not None:
        files.write_frame(found.frame, out)
        Console(stderr=True).print(f"{len(found.frame):,} rows written to {out}", markup=False)
    elif as_json:
        typer.echo(json.dumps(shown.ranges_form(found), indent=1, allow_nan=False))
    else:
        shown.print_ranges(tables.console(), found)
    is_missing = services is None and bool(found.frame["unpriced_share"].any())
    raise typer.Exit(SOME_UNPRICED if is_missing else DONE)


def marginal(
    fleet: Fleet,
    service: ServiceOption = None,
    region: RegionOption = None,
    purchase_option: PurchaseOption = None,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Marginal cost: the next legal size of vCPU and memory, and one replica, up and down.

    Example: wharfage marginal example
    """
    from wharfage import marginal as find  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import break_evens, files, tables  # noqa: PLC0415
    from wharfage.outputs import ranges as shown  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    keywords = keywords_of(on, month, rates, "none", sizes, before_first, assume, strict=False)
    del keywords["strict"], keywords["free_tier"]
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    found = find(_frame(fleet, fill), **keywords)
    if out is not None:
        files.write_frame(found, out)
        Console(stderr=True).print(f"{len(found):,} rows written to {out}", markup=False)
    elif as_json:
        typer.echo(json.dumps(break_evens.plain_records(found), indent=1, allow_nan=False))
    else:
        shown.print_marginal(tables.console(), found)
    raise typer.Exit(SOME_UNPRICED if bool(found["monthly_cost"].isna().any()) else DONE)


def _frame(fleet: str, fill: dict[str, str | None]) -> Any:  # noqa: ANN401  a frame
    """Fleet of a file, or the example, with empty cells filled."""
    from pathlib import Path  # noqa: PLC0415

    from wharfage.examples import NAME, example_fleet_path  # noqa: PLC0415
    from wharfage.inputs.fleet import fill_empty, read_file  # noqa: PLC0415

    path = Path(fleet)
    if fleet == NAME and not path.exists():
        path = example_fleet_path()
    return fill_empty(read_file(path), fill)


def _inputs(texts: list[str]) -> dict[str, str]:
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise InvalidValueError(
            f"--input {wrong[0]!r} is not COLUMN=RANGE.", hint="--input replicas=2:4:10"
        )
    return dict(text.split("=", 1) for text in texts)


def _shares(text: str) -> list[float]:
    try:
        return [float(word) for word in words(text) or []]
    except ValueError:
        raise InvalidValueError(
            f"--quantiles {text!r} are not numbers.", hint="--quantiles 0.1,0.5,0.9"
        ) from None
