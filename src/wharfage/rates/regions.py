"""Regions of both clouds, and which of them stand in the same metropolitan area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wharfage.errors import RateTableError
from wharfage.rates.document import read_document


@dataclass(frozen=True)
class Regions:
    """Region names by provider and code, and the metro areas that regions serve."""

    names: dict[str, dict[str, str]]
    metros: dict[str, dict[str, list[str]]]

    def of_provider(self, provider: str) -> dict[str, str]:
        """Regions of a provider, by code; empty for a provider that has no list."""
        return self.names.get(provider, {})


def read_regions(path: Path) -> Regions:
    """Regions of a rate book.

    Raises
    ------
    RateTableError
        If the file is missing or has another form.
    """
    document = read_document(path)
    data = document.data if isinstance(document.data, dict) else {}
    names, metros = data.get("regions"), data.get("metros")
    if not isinstance(names, dict) or not isinstance(metros, dict):
        raise RateTableError(
            f"{path.name} needs the maps 'regions' and 'metros'.",
            hint="regions: {aws: {us-east-1: US East (N. Virginia)}}.",
        )
    return Regions(names, metros)
