"""Options that several commands share, and the library's keywords that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wharfage.errors import InvalidValueError

Fleet = Annotated[
    str,
    typer.Argument(metavar="FLEET", help="CSV, Parquet, JSON, JSON lines; documents; or: example"),
]
Fleets = Annotated[
    list[str],
    typer.Argument(
        metavar="FLEET",
        help="CSV, Parquet, JSON or JSON lines; or: example; or documents: YAML or JSON files,"
        " folders, - for standard input.",
    ),
]
OnOption = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Date of the rates.")]
MonthOption = Annotated[
    str, typer.Option("--month", metavar="M", help="730h, 720h, or a month such as 2026-02.")
]
RatesOption = Annotated[
    Path | None, typer.Option("--rates", metavar="DIR", help="Folder of rate tables.")
]
FreeTierOption = Annotated[str, typer.Option("--free-tier", metavar="account|none")]
SizesOption = Annotated[str, typer.Option("--sizes", metavar="round_up|strict")]
BeforeFirstOption = Annotated[
    str | None,
    typer.Option("--before-first", metavar="nearest", help="Price earlier dates too, as doubtful."),
]
AssumeOption = Annotated[
    list[str] | None, typer.Option("--assume", metavar="NAME=VALUE", help="May be repeated.")
]
ServiceOption = Annotated[
    str | None, typer.Option("--service", help="Fills empty cells of the column.")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="Fills empty cells of the column.")
]
PurchaseOption = Annotated[
    str | None, typer.Option("--purchase-option", help="Fills empty cells of the column.")
]


StrictOption = Annotated[bool, typer.Option("--strict", help="Fail if any row is unpriced.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write .csv, .parquet or .json.")
]


def words(text: str | None) -> list[str] | None:
    """Words of a comma-separated option; None where it is not given."""
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def keywords_of(
    on: str | None,
    month: str,
    rates: Path | None,
    free_tier: str,
    sizes: str,
    before_first: str | None,
    assume: list[str] | None,
    strict: bool,  # noqa: FBT001  as the library names it
) -> dict[str, Any]:
    """Options as the library's keywords."""
    from wharfage import RateBook  # noqa: PLC0415  keeps --help quick

    return {
        "rates": RateBook.open(rates) if rates is not None else None,
        "on": on,
        "month": month,
        "free_tier": free_tier,
        "sizes": sizes,
        "before_first": before_first,
        "assumptions": _assumptions(assume or []),
        "strict": strict,
    }


def _assumptions(given: list[str]) -> dict[str, str]:
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise InvalidValueError(
            f"--assume {wrong[0]!r} is not NAME=VALUE.", hint="--assume target_utilization=0.7"
        )
    return dict(text.split("=", 1) for text in given)
