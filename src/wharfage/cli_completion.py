"""Values that a shell completes: services with their rate tables, regions, purchase options.

They are asked for at every press of the key, so nothing is imported here but names: no rate is
read, and neither numpy nor pandas.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Complete = Callable[[str], list[str]]

#: folders beside the tables that hold other things
NO_TABLES = ("feeds", "guide")
#: a line of regions.yaml that names a region
REGION = re.compile(r"^ {4}([a-z][a-z0-9-]*):", re.MULTILINE)


def services(incomplete: str) -> list[str]:
    """Service ids that begin so: those that have a rate table."""
    tables = sorted(_tables().glob("*/*.yaml"))
    known = [
        f"{path.parent.name}.{path.stem}" for path in tables if path.parent.name not in NO_TABLES
    ]
    return [name for name in known if name.startswith(incomplete)]


def regions(incomplete: str) -> list[str]:
    """Region codes of both clouds that begin so."""
    text = (_tables() / "regions.yaml").read_text(encoding="utf-8")
    return sorted(name for name in set(REGION.findall(text)) if name.startswith(incomplete))


def purchase_options(incomplete: str) -> list[str]:
    """Purchase options that begin so."""
    from wharfage.columns import PURCHASE_OPTIONS  # noqa: PLC0415  only when asked

    return [name for name in PURCHASE_OPTIONS if name.startswith(incomplete)]


def several(complete: Complete) -> Complete:
    """Completion of a comma-separated list: that of its last entry, none of them twice."""

    def complete_last(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        return [f"{before}{comma}{name}" for name in complete(last) if name not in taken]

    return complete_last


def one_of(*values: str) -> Complete:
    """Completion of an option that takes one of a few words."""
    return lambda incomplete: [value for value in values if value.startswith(incomplete)]


def _tables() -> Path:
    """Folder of the bundled rate tables, in a wheel or in the source tree."""
    package = Path(__file__).parent
    shipped = package / "pricing_data"
    return shipped if shipped.is_dir() else package.parents[1] / "pricing_data"
