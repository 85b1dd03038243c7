"""Cubes of scenarios: the cheapest of six services in every cell."""

from __future__ import annotations

from harness import Case

CUBES: dict[str, Case] = {}
