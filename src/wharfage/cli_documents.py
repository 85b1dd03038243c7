"""Documents on the command line: ``price``, ``explain`` and ``compare`` of manifests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from wharfage.errors import InvalidValueError

if TYPE_CHECKING:
    from wharfage.api_stacks import StackBill
    from wharfage.inputs.stack import Stack

YAML = (".yaml", ".yml")
STDIN = "-"
DONE, SOME_UNPRICED = 0, 1

LcuOption = Annotated[
    float | None,
    typer.Option("--lcu-hours", help="Documents: capacity unit hours of each load balancer."),
]
TransferOption = Annotated[
    float | None, typer.Option("--transfer-gib", help="Documents: data sent to the internet.")
]
LogOption = Annotated[float | None, typer.Option("--log-gib", help="Documents: logs ingested.")]
RegistryOption = Annotated[
    float | None, typer.Option("--registry-gib", help="Documents: images kept in a registry.")
]
RunSecondsOption = Annotated[
    float | None, typer.Option("--run-seconds", help="Length of batch runs that state none.")
]
PublicTasksOption = Annotated[
    bool, typer.Option("--public-tasks", help="Documents: ECS tasks have a public IPv4 each.")
]
RequestsOption = Annotated[
    float | None, typer.Option("--requests-per-month", help="To each service that serves requests.")
]
RequestSecondsOption = Annotated[
    float | None, typer.Option("--request-seconds", help="Time to serve one.")
]
ConcurrencyOption = Annotated[
    float | None, typer.Option("--concurrency", help="Requests that one instance serves at once.")
]
ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", metavar="FILE", help="Documents: hourly weights of the traffic."),
]
Keywords = dict[str, Any]


def is_documents(paths: list[str]) -> bool:
    """Whether arguments are documents: folders, YAML, standard input, JSON that is no fleet.

    Raises
    ------
    InvalidValueError
        If some are documents and others fleets, or there are several fleets.
    """
    found = [_is_document(path) for path in paths]
    if any(found) and not all(found):
        fleet = paths[found.index(False)]
        raise InvalidValueError(
            f"{fleet} is a fleet, and other arguments are documents.",
            hint="price them one after the other.",
        )
    if not any(found) and len(paths) > 1:
        raise InvalidValueError(
            f"{len(paths)} fleets are given, and one can be read at a time.",
            hint="documents may be several; put the rows of fleets into one file.",
        )
    return bool(paths) and all(found)


def _is_document(text: str) -> bool:
    path = Path(text)
    if path.is_dir():
        # A folder of Parquet files is one fleet.
        return not any(path.glob("*.parquet"))
    if text == STDIN or path.suffix.lower() in YAML:
        return True
    return path.suffix.lower() == ".json" and path.is_file() and _holds_documents(path)


def _holds_documents(path: Path) -> bool:
    """Whether a JSON file holds an object that is no row of a fleet."""
    from wharfage.inputs.manifests import family_of  # noqa: PLC0415  keeps --help quick
    from wharfage.services import service_ids  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text) if text.lstrip()[:1] == "{" else []
        # ECS documents name a service too, but none of the services here.
        is_row = isinstance(data, dict) and data.get("service") in service_ids()
        return bool(family_of(data)) and not is_row
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads the fleet says what is wrong


def usage(
    lcu_hours: float | None,
    transfer_gib: float | None,
    log_gib: float | None,
    registry_gib: float | None,
    *,
    public_tasks: bool,
) -> Keywords:
    """Amounts that options supply, checked.

    Raises
    ------
    InvalidValueError
        If one is negative or no number.
    """
    given = {
        "lcu_hours": lcu_hours,
        "transfer_gib": transfer_gib,
        "log_gib": log_gib,
        "registry_gib": registry_gib,
    }
    for name, value in given.items():
        if value is not None and not 0 <= value < float("inf"):
            option = f"--{name.replace('_', '-')}"
            raise InvalidValueError(
                f"{option} {value:g} is no amount.", hint="give a number that is not negative."
            )
    return {**given, "has_public_tasks": public_tasks}


def traffic(
    requests_per_month: float | None,
    request_seconds: float | None,
    concurrency: float | None,
    run_seconds: float | None,
    profile: str | None,
) -> Keywords:
    """Traffic that options supply; what is missing stays None."""
    return {
        "requests_per_month": requests_per_month,
        "request_seconds": request_seconds,
        "concurrency": concurrency,
        "run_seconds": run_seconds,
        "profile": profile,
    }


def price_documents(
    stack: Stack,
    where: Keywords,
    amounts: Keywords,
    keywords: Keywords,
    *,
    lines: bool,
    out: Path | None,
    limit: int,
) -> int:
    """Price documents on a platform; the exit code."""
    from wharfage.outputs import bills, files, stacks, tables  # noqa: PLC0415

    err = _err()
    bill = bill_of(stack, where, amounts, keywords)
    if out is not None:
        frame = bill.lines() if lines else bill.frame
        files.write_frame(bills.with_provenance(frame, bill), out)
        err.print(f"{len(frame):,} rows written to {out}")
        stacks.print_missing(err, bill.missing)
        stacks.print_stack_summary(err, bill)
    else:
        console = tables.console()
        if lines:
            bills.print_lines(console, bill, limit)
        else:
            stacks.print_stack(console, bill, limit)
        stacks.print_stack_summary(console, bill)
    unpriced = bills.print_unpriced(err, bill, limit)
    return SOME_UNPRICED if unpriced else DONE


def bill_of(stack: Stack, where: Keywords, amounts: Keywords, keywords: Keywords) -> StackBill:
    """Bill of documents on a platform."""
    from wharfage import price_stack  # noqa: PLC0415  keeps --help quick

    return price_stack(stack, **where, usage=amounts, **keywords)


def read(paths: list[str], known: Keywords | None, month: str) -> Stack:
    """Stack of documents, with the traffic that is known."""
    from wharfage import read_documents  # noqa: PLC0415  keeps --help quick

    return read_documents(paths, traffic=known, month=month)


def compare_documents(
    stack: Stack,
    scenarios: Keywords,
    amounts: Keywords,
    keywords: Keywords,
    *,
    out: Path | None,
) -> int:
    """Compare platforms for documents; the exit code."""
    from wharfage import compare_stack  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import files, stacks, tables  # noqa: PLC0415

    keywords = {name: value for name, value in keywords.items() if name != "strict"}
    found = compare_stack(stack, **scenarios, usage=amounts, **keywords)
    if out is None:
        stacks.print_stack_comparison(tables.console(), found)
        return DONE
    frame = found.parts.assign(
        priced_on=found.on.isoformat(),
        priced_month=found.month,
        rate_book_digest=found.rate_book_digest,
    )
    files.write_frame(frame, out)
    err = _err()
    err.print(f"{len(frame):,} rows of {len(found.totals):,} platforms written to {out}")
    stacks.print_left_out(err, found)
    return DONE


def _err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
