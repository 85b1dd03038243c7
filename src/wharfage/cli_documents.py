"""Documents on the command line: ``price``, ``explain`` and ``compare`` of manifests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import DOCUMENTS, REASONS_SHOWN, number_option, print_json
from wharfage.cli_pictures import Pictures, draw
from wharfage.errors import InvalidValueError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from wharfage.api_stack_results import StackBill
    from wharfage.inputs.stack import Stack

YAML = (".yaml", ".yml")
STDIN = "-"
#: amounts without an option of their own
MORE_USAGE = ("nat_gib", "events_per_month", "boot_disk_gib")

LcuOption = Annotated[
    float | None,
    number_option("--lcu-hours", "Capacity unit hours of each load balancer.", DOCUMENTS),
]
TransferOption = Annotated[
    float | None, number_option("--transfer-gib", "Data sent to the internet.", DOCUMENTS)
]
LogOption = Annotated[float | None, number_option("--log-gib", "Logs ingested.", DOCUMENTS)]
RegistryOption = Annotated[
    float | None, number_option("--registry-gib", "Images kept in a registry.", DOCUMENTS)
]
MoreUsageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--usage",
        metavar="NAME=VALUE",
        help=f"{', '.join(MORE_USAGE)}; may be repeated.",
        rich_help_panel=DOCUMENTS,
    ),
]
RunSecondsOption = Annotated[
    float | None,
    number_option("--run-seconds", "Length of batch runs that state none.", DOCUMENTS),
]
PublicTasksOption = Annotated[
    bool,
    typer.Option(
        "--public-tasks", help="ECS tasks have a public IPv4 each.", rich_help_panel=DOCUMENTS
    ),
]
RequestsOption = Annotated[
    float | None,
    number_option("--requests-per-month", "To each service that serves requests.", DOCUMENTS),
]
RequestSecondsOption = Annotated[
    float | None, number_option("--request-seconds", "Time to serve one.", DOCUMENTS)
]
ConcurrencyOption = Annotated[
    float | None,
    number_option("--concurrency", "Requests that one instance serves at once.", DOCUMENTS),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="FILE",
        help="Hourly weights of the traffic.",
        rich_help_panel=DOCUMENTS,
    ),
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
    """Whether a JSON file holds an object, or a list of objects, that is no row of a fleet."""
    from wharfage.inputs.families import family_of  # noqa: PLC0415  keeps --help quick
    from wharfage.services import service_ids  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8-sig").lstrip()
        # The first item says what a list holds: fleets are lists too, and may be long.
        start = text[1:].lstrip() if text[:1] == "[" else text
        data = json.JSONDecoder().raw_decode(start)[0] if start[:1] == "{" else []
        # ECS documents name a service too, but none of the services here.
        service = data.get("service") if isinstance(data, dict) else None
        is_row = isinstance(service, str) and service in service_ids()
        return bool(family_of(data)) and not is_row
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads the fleet says what is wrong


def usage(
    lcu_hours: float | None,
    transfer_gib: float | None,
    log_gib: float | None,
    registry_gib: float | None,
    more: list[str] | None = None,
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
        **_named(more or []),
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


def _named(texts: list[str]) -> dict[str, float | None]:
    """Amounts that --usage supplies by name."""
    found: dict[str, float | None] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise InvalidValueError(
                f"--usage {text!r} is not NAME=VALUE with a number.", hint="--usage nat_gib=100"
            ) from None
        if name not in MORE_USAGE:
            raise InvalidValueError(
                f"--usage has no {name!r}.",
                hint=did_you_mean(name, MORE_USAGE) or f"it takes {', '.join(MORE_USAGE)}.",
            )
    return found


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
    as_json: bool,
    out: Path | None,
    pictures: Pictures,
    limit: int,
) -> int:
    """Price documents on a platform; the exit code."""
    from wharfage.outputs import bills, files, stacks, tables  # noqa: PLC0415
    from wharfage.outputs.stack_documents import stack_bill_document  # noqa: PLC0415

    err = tables.messages()
    bill = bill_of(stack, where, amounts, keywords)
    if out is not None:
        frame = bill.lines() if lines else bill.frame
        files.write_frame(bills.with_provenance(frame, bill), out)
        err.print(f"{len(frame):,} rows written to {out}")
        stacks.print_missing(err, bill.missing)
        stacks.print_stack_summary(err, bill)
    if as_json:
        print_json(stack_bill_document(bill, lines=lines))
    elif out is None:
        console = tables.console()
        if lines:
            bills.print_lines(console, bill, limit)
        else:
            stacks.print_stack(console, bill, limit)
        stacks.print_stack_summary(console, bill)
    draw(bill, pictures)
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


def rows_of(
    stack: Stack, where: Keywords, amounts: Keywords, keywords: Keywords
) -> tuple[pd.DataFrame, int]:
    """Rows that documents come to on a platform, as a fleet; how many have no price and are not in it.

    What nobody stated and what has no price is said on standard error.
    """
    from wharfage.columns import FLEET_COLUMNS  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills, stacks, tables  # noqa: PLC0415

    bill = bill_of(stack, where, amounts, keywords)
    err = tables.messages()
    stacks.print_missing(err, bill.missing)
    unpriced = bills.print_unpriced(err, bill, REASONS_SHOWN)
    priced = bill.frame[bill.frame["cost_status"] != "unpriced"]
    if priced.empty:
        raise InvalidValueError(
            "Nothing in the documents has a price there.", hint="wharfage price says more."
        )
    return priced.reindex(columns=list(FLEET_COLUMNS)), unpriced


def compare_documents(
    stack: Stack,
    scenarios: Keywords,
    amounts: Keywords,
    keywords: Keywords,
    *,
    out: Path | None,
    as_json: bool,
    pictures: Pictures,
) -> int:
    """Compare platforms for documents; the exit code."""
    from wharfage import compare_stack  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import files, stacks, tables  # noqa: PLC0415
    from wharfage.outputs.stack_documents import stack_comparison_document  # noqa: PLC0415

    keywords = {name: value for name, value in keywords.items() if name != "strict"}
    found = compare_stack(stack, **scenarios, usage=amounts, **keywords)
    if as_json:
        print_json(stack_comparison_document(found))
    elif out is None:
        stacks.print_stack_comparison(tables.console(), found)
    draw(found, pictures)
    if out is None:
        return DONE
    frame = found.parts.assign(
        priced_on=found.on.isoformat(),
        priced_month=found.month,
        rate_book_digest=found.rate_book_digest,
    )
    files.write_frame(frame, out)
    err = tables.messages()
    err.print(f"{len(frame):,} rows of {len(found.totals):,} platforms written to {out}")
    stacks.print_left_out(err, found)
    return DONE
