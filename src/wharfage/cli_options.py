"""Options that several commands share, and the library's keywords that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_completion import one_of, purchase_options, regions, services, several
from wharfage.errors import InvalidValueError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

#: distinct reasons shown in a summary
REASONS_SHOWN = 8
#: headings that options stand under in --help
INPUT, WORK, RATES, SCENARIOS, DOCUMENTS, SEARCH, NODES, OUTPUT = (
    "Input", "One workload", "Rates and rules", "Scenarios", "Documents", "Search", "Nodes", "Output",
)  # fmt: skip

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
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="Date of the rates.", rich_help_panel=RATES),
]
MonthOption = Annotated[
    str,
    typer.Option(
        "--month",
        metavar="M",
        help="730h, 720h, or a month such as 2026-02.",
        rich_help_panel=RATES,
    ),
]
RatesOption = Annotated[
    Path | None,
    typer.Option("--rates", metavar="DIR", help="Folder of rate tables.", rich_help_panel=RATES),
]
FreeTierOption = Annotated[
    str,
    typer.Option(
        "--free-tier",
        metavar="account|none",
        help="Credits and free tiers.",
        autocompletion=one_of("account", "none"),
        rich_help_panel=RATES,
    ),
]
SizesOption = Annotated[
    str,
    typer.Option(
        "--sizes",
        metavar="round_up|strict",
        help="What an illegal size is.",
        autocompletion=one_of("round_up", "strict"),
        rich_help_panel=RATES,
    ),
]
BeforeFirstOption = Annotated[
    str | None,
    typer.Option(
        "--before-first",
        metavar="nearest",
        help="Price earlier dates too, as doubtful.",
        autocompletion=one_of("nearest"),
        rich_help_panel=RATES,
    ),
]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="May be repeated.", rich_help_panel=RATES),
]
ServiceOption = Annotated[
    str | None,
    typer.Option(
        "--service",
        metavar="ID",
        help="Fills empty cells of the column.",
        autocompletion=services,
        rich_help_panel=INPUT,
    ),
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="CODE",
        help="Fills empty cells of the column.",
        autocompletion=regions,
        rich_help_panel=INPUT,
    ),
]
PurchaseOption = Annotated[
    str | None,
    typer.Option(
        "--purchase-option",
        metavar="OPTION",
        help="Fills empty cells of the column.",
        autocompletion=purchase_options,
        rich_help_panel=INPUT,
    ),
]
ServicesOption = Annotated[
    str | None,
    typer.Option(
        "--services",
        metavar="ID,ID",
        help="Services to compare.",
        autocompletion=several(services),
        rich_help_panel=SCENARIOS,
    ),
]
RegionsOption = Annotated[
    str | None,
    typer.Option(
        "--regions",
        metavar="CODE,CODE",
        help="Regions to compare.",
        autocompletion=several(regions),
        rich_help_panel=SCENARIOS,
    ),
]
PurchaseOptions = Annotated[
    str | None,
    typer.Option(
        "--purchase-options",
        metavar="OPTION,…",
        help="Purchase options to compare.",
        autocompletion=several(purchase_options),
        rich_help_panel=SCENARIOS,
    ),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Fail if any row is unpriced.", rich_help_panel=OUTPUT)
]
LinesOption = Annotated[
    bool, typer.Option("--lines", help="One row per charge.", rich_help_panel=OUTPUT)
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document.", rich_help_panel=OUTPUT),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write .csv, .parquet or .json.",
        rich_help_panel=OUTPUT,
    ),
]


def number_option(name: str, meaning: str | None = None, panel: str = WORK) -> Any:  # noqa: ANN401  as typer has it
    """Option of one number."""
    return typer.Option(name, metavar="N", help=meaning, rich_help_panel=panel)


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output."""
    from wharfage.outputs.json_document import json_text  # noqa: PLC0415  keeps --help quick

    typer.echo(json_text(data), nl=False)


def fleet_path(text: str) -> Path:
    """Path of a fleet; that of the bundled example where it is meant."""
    from wharfage.examples import NAME, example_fleet_path  # noqa: PLC0415  keeps --help quick

    path = Path(text)
    if path.exists():
        return path
    near = None if path.suffix else did_you_mean(text, [NAME])
    if near and text != NAME:
        raise InvalidValueError(f"There is no file {text!r}.", hint=near)
    return example_fleet_path() if text == NAME else path


def read_filled(fleet: str, fill: Mapping[str, str | None]) -> pd.DataFrame:
    """Fleet of a file, or the example, with empty cells of some columns filled."""
    from wharfage.inputs.fleet import fill_empty, read_file  # noqa: PLC0415  keeps --help quick

    return fill_empty(read_file(fleet_path(fleet)), fill)


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
