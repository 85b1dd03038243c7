"""``wharfage ranges`` and ``wharfage marginal``: what a fleet may cost, and what moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_completion import one_of
from wharfage.cli_documents import (
    ConcurrencyOption,
    MoreUsageOption,
    ProfileOption,
    RequestSecondsOption,
    RequestsOption,
    RunSecondsOption,
    is_documents,
    read,
    rows_of,
    traffic,
    usage,
)
from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import (
    AssumeOption,
    BeforeFirstOption,
    Fleets,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    OutOption,
    PurchaseOption,
    PurchaseOptions,
    RatesOption,
    RegionOption,
    RegionsOption,
    ServiceOption,
    ServicesOption,
    SizesOption,
    keywords_of,
    number_option,
    print_json,
    read_filled,
    words,
)
from wharfage.cli_pictures import PictureOption, draw, read_pictures
from wharfage.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

INPUT_HELP = (
    "LOW:TYPICAL:HIGH, uniform:LOW:HIGH, normal:MEAN:SD, lognormal:MEDIAN:SIGMA, discrete:V@W,V@W;"
    " x in front multiplies each row's own value. May be repeated."
)
#: heading of options in --help
UNCERTAIN = "Uncertainty"


InputOption = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="COLUMN=RANGE", help=INPUT_HELP, rich_help_panel=UNCERTAIN),
]
MethodOption = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="latin_hypercube|plain",
        autocompletion=one_of("latin_hypercube", "plain"),
        rich_help_panel=UNCERTAIN,
    ),
]
FactorOption = Annotated[
    float, number_option("--shared-factor", "Correlation of all inputs, 0 to 1.", UNCERTAIN)
]
QuantilesOption = Annotated[
    str,
    typer.Option(
        "--quantiles", metavar="N,N", help="Comma-separated shares.", rich_help_panel=UNCERTAIN
    ),
]


def ranges(
    fleet: Fleets,
    inputs: InputOption = None,
    draws: Annotated[int, number_option("--draws", "Draws per workload.", UNCERTAIN)] = 4096,
    seed: Annotated[int, number_option("--seed", panel=UNCERTAIN)] = 0,
    method: MethodOption = "latin_hypercube",
    shared_factor: FactorOption = 0.0,
    quantiles: QuantilesOption = "0.1,0.5,0.9",
    services: ServicesOption = None,
    regions: RegionsOption = None,
    purchase_options: PurchaseOptions = None,
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
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    more: MoreUsageOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    picture: PictureOption = None,
    out: OutOption = None,
) -> None:
    r"""Ranges: what a fleet may cost where its inputs are uncertain, and what moves it.

    Columns NAME_low and NAME_high beside NAME are read too, and Spot mixes: spot_share,
    spot_base_replicas, spot_discount, spot_rework. Documents are placed on --service first.

    For example:
      wharfage ranges example --input replicas=x0.5:1:2 \
          --input hours_per_month=400:730
      wharfage ranges example --services aws.fargate,gcp.gke_autopilot \
          --input spot_share=0.7:0.7 --input spot_discount=0.5:0.65:0.7 \
          --input spot_rework=0:0.02:0.1
      wharfage ranges app.yaml --service aws.fargate_eks --region us-east-1 \
          --input replicas=x0.5:1:3
    """
    from wharfage import ranges as find  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import files, tables  # noqa: PLC0415
    from wharfage.outputs import ranges as shown  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    pictures = read_pictures(picture, "Ranges")
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict=False)
    del keywords["strict"]
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
    rows, left_out = _rows(fleet, fill, known, more, keywords)
    found = find(
        rows,
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
        tables.messages().print(f"{len(found.frame):,} rows written to {out}")
    if as_json:
        print_json(shown.ranges_document(found))
    elif out is None:
        shown.print_ranges(tables.console(), found)
    draw(found, pictures)
    is_missing = services is None and bool(found.frame["unpriced_share"].any())
    raise typer.Exit(SOME_UNPRICED if is_missing or left_out else DONE)


def marginal(
    fleet: Fleets,
    service: ServiceOption = None,
    region: RegionOption = None,
    purchase_option: PurchaseOption = None,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    requests_per_month: RequestsOption = None,
    request_seconds: RequestSecondsOption = None,
    concurrency: ConcurrencyOption = None,
    run_seconds: RunSecondsOption = None,
    profile: ProfileOption = None,
    more: MoreUsageOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    out: OutOption = None,
) -> None:
    """Marginal cost: the next legal size of vCPU and memory, and one replica, up and down.

    Documents are placed on --service first.

    For example:
      wharfage marginal example
      wharfage marginal app.yaml --service gcp.gke_autopilot --region us-central1
    """
    from wharfage import RateBook  # noqa: PLC0415
    from wharfage import marginal as find  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import files, tables  # noqa: PLC0415
    from wharfage.outputs import ranges as shown  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    keywords = keywords_of(on, month, rates, "none", sizes, before_first, assume, strict=False)
    del keywords["strict"]
    fill = {"service": service, "region": region, "purchase_option": purchase_option}
    known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
    rows, left_out = _rows(fleet, fill, known, more, keywords)
    book = keywords["rates"] or RateBook.bundled()
    del keywords["free_tier"]
    found = find(rows, **{**keywords, "rates": book})
    if out is not None:
        files.write_frame(found, out)
        tables.messages().print(f"{len(found):,} rows written to {out}")
    if as_json:
        print_json(shown.marginal_document(found, book, on, month))
    elif out is None:
        shown.print_marginal(tables.console(), found)
    _name_stepless(rows, found)
    is_missing = bool(found["monthly_cost"].isna().any())
    raise typer.Exit(SOME_UNPRICED if is_missing or left_out else DONE)


def _name_stepless(rows: pd.DataFrame, found: pd.DataFrame) -> None:
    """Say which rows have no step: fees, and pods on nodes that are planned for all together."""
    from wharfage.outputs import tables  # noqa: PLC0415  keeps --help quick

    ids = rows.get("workload", rows.index.to_series() + 1).astype(str)
    left = ids[~ids.isin(found["workload"])]
    if len(left):
        tables.messages().print(
            f"{len(left):,} rows have no size and no replicas of their own to step, the first"
            f" {left.iloc[0]!r}: fees, and pods on nodes that are planned for all together"
        )


def _rows(
    fleet: list[str],
    fill: dict[str, str | None],
    known: dict[str, Any],
    more: list[str] | None,
    keywords: dict[str, Any],
) -> tuple[pd.DataFrame, int]:
    """Fleet, or rows of documents on a platform; how many of them are left out without a price."""
    if not is_documents(fleet):
        return read_filled(fleet[0], fill), 0
    amounts = usage(None, None, None, None, more, public_tasks=False)
    return rows_of(read(fleet, known, keywords["month"]), fill, amounts, keywords)


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
