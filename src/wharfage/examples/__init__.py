"""The example fleet that travels with wharfage."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

#: what the command line takes instead of a path
NAME = "example"


def example_fleet_path() -> Path:
    """Path of the bundled example fleet."""
    return Path(str(files("wharfage.examples"))) / "fleet.csv"
