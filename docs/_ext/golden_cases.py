"""The worked examples that the tests price, read for the pages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wharfage.plain_yaml import Loader

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
BY_HAND = "HAND-"


@dataclass(frozen=True)
class Case:
    """One worked example."""

    service: str
    name: str
    on: str
    fact: str
    source: str
    monthly_cost: str

    @property
    def is_published(self) -> bool:
        """True for a provider's or another project's example, false for our own arithmetic."""
        return not self.name.startswith(BY_HAND)


@cache
def cases() -> dict[str, list[Case]]:
    """Cases by service, oldest date first."""
    found: dict[str, list[Case]] = defaultdict(list)
    for path in sorted(GOLDEN.glob("*/*/*/*.yaml")):
        provider, name, on, _ = path.relative_to(GOLDEN).parts
        case = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506  a safe one
        service, expected = f"{provider}.{name}", case["expected"]
        found[service].append(
            Case(service, case["example"], on, case["fact"], case["source"], _cost(expected))
        )
    return dict(found)


def _cost(expected: dict[str, Any]) -> str:
    """Figure that the source prints, or the arithmetic."""
    return str(expected.get("stated") or expected["monthly_cost"])


@cache
def excuses() -> list[dict[str, str]]:
    """Published examples that are not reproduced, each with the reason."""
    entries: list[dict[str, str]] = yaml.safe_load(
        (GOLDEN / "excused.yaml").read_text(encoding="utf-8")
    )
    return entries
