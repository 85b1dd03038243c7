"""``wharfage compare``: the same work on every service, from a fleet, documents or options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_documents import (
    LcuOption,
    LogOption,
    MoreUsageOption,
    ProfileOption,
    PublicTasksOption,
    RegistryOption,
    TransferOption,
    compare_documents,
    is_documents,
    read,
    traffic,
    usage,
)
from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import (
    REASONS_SHOWN,
    AssumeOption,
    BeforeFirstOption,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    OutOption,
    PurchaseOptions,
    RatesOption,
    RegionOption,
    RegionsOption,
    ServicesOption,
    SizesOption,
    StrictOption,
    keywords_of,
    number_option,
    print_json,
    read_filled,
    words,
)
from wharfage.cli_pictures import PictureOption, Pictures, draw, read_pictures
from wharfage.cli_progress import counting
from wharfage.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

#: workloads shown on a terminal; files hold all
SHOWN = 60


def compare(
    fleet: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FLEET]", help="As for price; or give one workload by options."),
    ] = None,
    services: ServicesOption = None,
    regions: RegionsOption = None,
    purchase_options: PurchaseOptions = None,
    region: RegionOption = None,
    vcpu: Annotated[float | None, number_option("--vcpu", "Of one workload.")] = None,
    memory_gib: Annotated[float | None, number_option("--memory-gib")] = None,
    replicas: Annotated[float | None, number_option("--replicas")] = None,
    hours_per_month: Annotated[float | None, number_option("--hours-per-month")] = None,
    runs_per_month: Annotated[float | None, number_option("--runs-per-month")] = None,
    run_seconds: Annotated[float | None, number_option("--run-seconds")] = None,
    requests_per_month: Annotated[float | None, number_option("--requests-per-month")] = None,
    request_seconds: Annotated[float | None, number_option("--request-seconds")] = None,
    concurrency: Annotated[float | None, number_option("--concurrency")] = None,
    profile: ProfileOption = None,
    lcu_hours: LcuOption = None,
    transfer_gib: TransferOption = None,
    log_gib: LogOption = None,
    registry_gib: RegistryOption = None,
    more: MoreUsageOption = None,
    public_tasks: PublicTasksOption = False,  # noqa: FBT002
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    sizes: SizesOption = "round_up",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    strict: StrictOption = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
    picture: PictureOption = None,
    out: OutOption = None,
) -> None:
    r"""Compare services: the same work everywhere it can run, ranked.

    For example:
      wharfage compare example
      wharfage compare --vcpu 0.5 --memory-gib 1 --region ap-northeast-2
      wharfage compare app.yaml --region us-east-1
      wharfage compare example --services aws.fargate,gcp.cloud_run \
          --regions us-east-1,us-central1 --purchase-options on_demand,spot
    """
    from wharfage.outputs.files import check_output_path  # noqa: PLC0415  keeps --help quick

    if out is not None:
        check_output_path(out)
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict)
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
    scenarios: dict[str, Any] = {
        "services": words(services),
        "regions": words(regions),
        "purchase_options": words(purchase_options),
    }
    shown: dict[str, Any] = {"out": out, "as_json": as_json}
    if fleet and is_documents(fleet):
        of_one = ("vcpu", "memory_gib", "replicas", "hours_per_month", "runs_per_month")
        _refuse_one_workload({name: one[name] for name in of_one})
        shown["pictures"] = read_pictures(picture, "StackComparison")
        amounts = usage(
            lcu_hours, transfer_gib, log_gib, registry_gib, more, public_tasks=public_tasks
        )
        known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
        stack = read(fleet, known, month)
        scenarios |= {"region": region}
        raise typer.Exit(compare_documents(stack, scenarios, amounts, keywords, **shown))
    shown["pictures"] = read_pictures(picture, "Comparison")
    raise typer.Exit(_compare_fleet(_compared(fleet, one, region), scenarios | keywords, **shown))


def _compare_fleet(
    fleet: list[dict[str, object]] | pd.DataFrame,
    keywords: dict[str, Any],
    *,
    out: Any,  # noqa: ANN401  a path or None
    as_json: bool,
    pictures: Pictures,
) -> int:
    """Compare a fleet and show what came of it; the exit code."""
    from wharfage import compare as compare_services  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills, comparisons, files, tables  # noqa: PLC0415

    err = tables.messages()
    with counting(err, "scenarios") as progress:
        result = compare_services(fleet, **keywords, progress=progress)
    if out is not None:
        files.write_frame(bills.with_provenance(result.frame, result), out)
        err.print(f"{len(result.frame):,} scenarios written to {out}")
        comparisons.print_left_out(err, result)
    if as_json:
        print_json(comparisons.comparison_document(result))
    elif out is None:
        comparisons.print_comparison(tables.console(), result, SHOWN)
    draw(result, pictures)
    faulty = comparisons.print_faults(err, result, REASONS_SHOWN)
    return SOME_UNPRICED if faulty else DONE


def _compared(
    fleet: list[str] | None, one: dict[str, float | None], region: str | None
) -> list[dict[str, object]] | pd.DataFrame:
    """Fleet to compare: a file's, or the one workload that options describe."""
    if not fleet:
        return _one_workload(one, region)
    _refuse_one_workload(one)
    return read_filled(fleet[0], {"region": region})


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
