"""``wharfage report``: one HTML file on what a fleet or documents cost, to read and hand on."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

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
    is_documents,
    read,
    traffic,
    usage,
)
from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import (
    OUTPUT,
    REASONS_SHOWN,
    AssumeOption,
    BeforeFirstOption,
    Fleets,
    FreeTierOption,
    MonthOption,
    OnOption,
    PurchaseOption,
    RatesOption,
    RegionOption,
    ServiceOption,
    ServicesOption,
    SizesOption,
    StrictOption,
    keywords_of,
    read_filled,
    words,
)
from wharfage.cli_progress import counting

#: what pictures need; a report is written without them too
DRAWN_BY = ("altair", "vl_convert")

PageOption = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Write .html.", rich_help_panel=OUTPUT)
]
TitleOption = Annotated[
    str | None,
    typer.Option("--title", metavar="TEXT", help="Heading.", rich_help_panel=OUTPUT),
]


def report(
    fleet: Fleets,
    out: PageOption,
    title: TitleOption = None,
    services: ServicesOption = None,
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
) -> None:
    r"""Report: what a fleet costs, where, and what would be cheaper, as one HTML file.

    The file needs no network: it is read, sorted, filtered, printed and handed on as it is.
    Exit 0: done. 1: done, but some rows have no price. 2: bad usage, and nothing was written.

    For example:
      wharfage report example --out report.html
      wharfage report fleet.csv --out report.html --title "Shop, October"
      wharfage report k8s/ --service gcp.gke_autopilot --region us-central1 \
          --out report.html
    """
    from wharfage.outputs.files import check_output_path  # noqa: PLC0415  keeps --help quick

    check_output_path(out, (".html", ".htm"))
    keywords = keywords_of(on, month, rates, free_tier, sizes, before_first, assume, strict)
    given: dict[str, Any] = {"strict": keywords.pop("strict"), "keywords": keywords}
    given |= {"services": words(services), "title": title}
    place: dict[str, Any] = {
        "service": service,
        "region": region,
        "purchase_option": purchase_option,
    }
    if not is_documents(fleet):
        raise typer.Exit(_write(read_filled(fleet[0], place), out, given | {"place": {}}))
    known = traffic(requests_per_month, request_seconds, concurrency, run_seconds, profile)
    place["usage"] = usage(
        lcu_hours, transfer_gib, log_gib, registry_gib, more, public_tasks=public_tasks
    )
    raise typer.Exit(_write(read(fleet, known, month), out, given | {"place": place}))


def _write(fleet: object, out: Path, given: dict[str, Any]) -> int:
    """Write the report and say so; the exit code."""
    from wharfage.api_report import report_page  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs.bills import print_unpriced  # noqa: PLC0415
    from wharfage.outputs.tables import messages  # noqa: PLC0415

    err = messages()
    with counting(err, "scenarios") as progress:
        text, bill = report_page(fleet, out, **given, progress=progress)
    size = len(text.encode()) / 1e6
    err.print(f"report on {len(bill.frame):,} workloads written to {out} ({size:,.1f} MB)")
    if not all(map(find_spec, DRAWN_BY)):
        err.print("it has no pictures: pip install 'wharfage[report]' draws them")
    err.print(f"total  {bill.total(strict=False)}")
    return SOME_UNPRICED if print_unpriced(err, bill, REASONS_SHOWN) else DONE
