"""Regions of both clouds, and which of them stand in the same metropolitan area."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from wharfage.errors import RateTableError
from wharfage.rates.document import read_document
from wharfage.rates.findings import hint
from wharfage.rates.schema import Form


class RegionsForm(Form):
    """What ``regions.yaml`` may say."""

    regions: dict[str, dict[str, str]]
    metros: dict[str, dict[str, list[str]]]


class Regions:
    """Region names by provider and code, and the metro areas that regions serve."""
