"""``wharfage rates refresh``: a rate book brought up to date from the providers' own lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wharfage.cli_completion import one_of, regions, services
from wharfage.cli_options import JsonOption, print_json
from wharfage.cli_progress import progress
from wharfage.errors import InvalidValueError, did_you_mean

if TYPE_CHECKING:
    from wharfage.feeds.observation import Reading
    from wharfage.rates.book import RateBook

PROVIDERS = ("aws", "gcp")
#: how Google Cloud's feed is reached; AWS's own options are the fields of its Connection
GCP_OPTIONS = ("transport", "endpoint", "observed_on", "mapping")
#: entries of a list that are shown
SHOWN = 60


def refresh(
    provider: Annotated[
        str,
        typer.Argument(
            metavar="aws|gcp", help="Whose prices to read.", autocompletion=one_of(*PROVIDERS)
        ),
    ],
    service: Annotated[
        list[str] | None,
        typer.Option(
            "--service",
            metavar="ID",
            help="One service; may be repeated.",
            autocompletion=services,
        ),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            metavar="CODE",
            help="One region; may be repeated.",
            autocompletion=regions,
        ),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option("--rates", metavar="DIR", help="Book to start from, the first time."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of refreshed books; else your own data."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare; write nothing.")] = False,  # noqa: FBT002
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="GATE[:SERVICE[:REGION]]", help="Pass a gate that stops a refresh."
        ),
    ] = None,
    connect: Annotated[
        list[str] | None,
        typer.Option("--connect", metavar="NAME=VALUE", help="How to reach the provider."),
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Read the provider's prices and append what is new to a rate book, or change nothing.

    For example:
      wharfage rates refresh aws --service aws.fargate --out rates --dry-run
    """
    from wharfage.feeds.gates import parse_allowances  # noqa: PLC0415  keeps --help quick
    from wharfage.feeds.refresh import refresh as refresh_book  # noqa: PLC0415
    from wharfage.feeds.transaction import check_place  # noqa: PLC0415
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.refreshes import (  # noqa: PLC0415
        print_outcome,
        print_refresh,
        refresh_document,
    )
    from wharfage.rates.versions import default_folder  # noqa: PLC0415

    parse_allowances(allow or [])
    place = out or default_folder()
    check_place(place)
    book = _start(place, rates)
    feed, options = _feed(provider), _connection(provider, connect or [])
    err = tables.messages()
    with progress(err) as told:
        reading = feed(
            book,
            services=_services(book, provider, service),
            regions=_regions(book, provider, region),
            progress=told,
            **options,
        )
    result = refresh_book(book, reading, None if dry_run else place, allow=allow or [])
    if as_json:
        print_json(refresh_document(result))
    else:
        print_refresh(tables.console(), result, SHOWN)
    print_outcome(err, result)


def _feed(provider: str) -> Callable[..., Reading]:
    """Reader of a provider's prices."""
    if provider == "aws":
        from wharfage.feeds.aws import read as read_aws  # noqa: PLC0415  boto3 is optional

        return read_aws
    if provider == "gcp":
        from wharfage.feeds.gcp import read as read_gcp  # noqa: PLC0415

        return read_gcp
    raise InvalidValueError(
        f"There is no feed of {provider!r}.",
        hint=did_you_mean(provider, PROVIDERS) or f"the feeds are {', '.join(PROVIDERS)}.",
    )


def _start(place: Path, rates: Path | None) -> RateBook:
    """Book to start from: the refreshed one if there is one, else the one named, else bundled."""
    from wharfage.rates.book import RateBook  # noqa: PLC0415
    from wharfage.rates.versions import current_version  # noqa: PLC0415

    if current_version(place) is not None:
        return RateBook.open(place)
    return RateBook.bundled() if rates is None else RateBook.open(rates)


def _services(book: RateBook, provider: str, names: list[str] | None) -> list[str] | None:
    own = [service for service in book.services() if service.startswith(f"{provider}.")]
    for name in names or []:
        if name not in own:
            raise InvalidValueError(
                f"{name!r} is no service of {provider} with a rate table.",
                hint=did_you_mean(name, own) or f"it has {', '.join(own)}.",
            )
    return names


def _regions(book: RateBook, provider: str, names: list[str] | None) -> list[str] | None:
    known = book.regions.of_provider(provider)
    for name in names or []:
        if name not in known:
            raise InvalidValueError(
                f"{name!r} is no region of {provider}.",
                hint=did_you_mean(name, known) or "wharfage rates list shows regions.",
            )
    return names


def _connection(provider: str, given: list[str]) -> dict[str, Any]:
    """Keywords of a feed from NAME=VALUE."""
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise InvalidValueError(
            f"--connect {wrong[0]!r} is not NAME=VALUE.", hint="such as --connect source=api"
        )
    values = dict(text.split("=", 1) for text in given)
    if provider == "gcp":
        _check_names(values, GCP_OPTIONS)
        return dict(values)
    from wharfage.feeds.aws import Connection  # noqa: PLC0415

    kinds = {field.name: type(field.default) for field in fields(Connection)}
    _check_names(values, ("source", *kinds))
    source = {"source": values.pop("source")} if "source" in values else {}
    own = {name: _typed(name, text, kinds[name]) for name, text in values.items()}
    return {**source, "connection": Connection(**own)}


def _check_names(values: dict[str, str], known: Iterable[str]) -> None:
    for name in values:
        if name not in known:
            raise InvalidValueError(
                f"--connect {name!r} is no option of this feed.",
                hint=did_you_mean(name, known) or f"it has {', '.join(known)}.",
            )


def _typed(name: str, text: str, kind: type) -> Any:  # noqa: ANN401
    if kind not in (int, float):
        return text
    try:
        return kind(text)
    except ValueError:
        raise InvalidValueError(
            f"--connect {name}={text!r} is no number.", hint=f"such as --connect {name}=5"
        ) from None
