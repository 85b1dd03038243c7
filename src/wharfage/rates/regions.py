"""Regions of both clouds, and which of them stand in the same metropolitan area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from wharfage.errors import RateTableError
from wharfage.plain_yaml import Place
from wharfage.rates.document import Document, read_document
from wharfage.rates.findings import hint
from wharfage.rates.schema import Form


class RegionsForm(Form):
    """What the file of regions may say."""

    regions: dict[str, dict[str, str]]
    metros: dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class Regions:
    """Region names by provider and code, and the metro areas that regions serve."""

    names: dict[str, dict[str, str]]
    metros: dict[str, dict[str, list[str]]]

    def of_provider(self, provider: str) -> dict[str, str]:
        """Regions of a provider, by code; empty for a provider that has no list."""
        return self.names.get(provider, {})

    def same_metro(self, provider: str, region: str) -> str | None:
        """First region of `provider` in the metropolitan area of `region`; None if there is none."""
        for metro in self.metros.values():
            if any(region in members for members in metro.values()) and metro.get(provider):
                return metro[provider][0]
        return None


def read_regions(path: Path) -> Regions:
    """Regions of a rate book.

    Raises
    ------
    RateTableError
        If the file is missing, has another form, or a metro names an unknown region.
    """
    document = read_document(path)
    try:
        form = RegionsForm.model_validate(document.data)
    except ValidationError as error:
        _raise(document, [(tuple(p["loc"]), p["msg"]) for p in error.errors()])
    problems: list[tuple[Place, str]] = []
    for metro, providers in form.metros.items():
        for provider, codes in providers.items():
            known = form.regions.get(provider, {})
            problems += [
                (("metros", metro, provider, n), f"{code!r} is no region" + hint(code, known))
                for n, code in enumerate(codes)
                if code not in known
            ]
    if problems:
        _raise(document, problems)
    return Regions(form.regions, form.metros)


def _raise(document: Document, problems: list[tuple[Place, str]]) -> NoReturn:
    name = document.path.name
    failures: list[dict[str, Any]] = [
        {
            "file": name,
            "line": document.line(place),
            "message": ": ".join(filter(None, [".".join(map(str, place)), message])),
        }
        for place, message in problems
    ]
    first = failures[0]
    raise RateTableError(
        f"{name}:{first['line']}: {first['message']} ({len(failures):,} in the file).",
        hint=f"{name} holds 'regions' and 'metros': regions: {{aws: {{us-east-1: N. Virginia}}}}.",
        failures=failures,
    )
