"""The value of a rule, in words."""

from __future__ import annotations

from typing import Any

from markdown import code

from wharfage.rates.schema import RuleVersion


def shown(version: RuleVersion, by: str | list[str] | None) -> str:
    """Value of a version of a rule; a file of machine types by its name."""
    if version.file is not None:
        return f"file {code(version.file)}"
    if isinstance(version.value, list):
        return "; ".join(_entry(entry) for entry in version.value)
    if isinstance(version.value, dict):
        return f"by {_words(by)}: {_map(version.value)}"
    return str(version.value)


def _words(by: str | list[str] | None) -> str:
    names = [by] if isinstance(by, str) else by or []
    return " and ".join(code(name) for name in names)


def _map(value: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} ({_map(inner)})" if isinstance(inner, dict) else f"{key} {_plain(inner)}"
        for key, inner in value.items()
    )


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _entry(entry: dict[str, Any]) -> str:
    """One size, band, version or set of multipliers of a list."""
    if "vcpu" in entry:
        return f"{entry['vcpu']:g} vCPU with {_memory(entry)} GiB"
    if "value" in entry:
        return f"from {entry['from']:,}: {entry['value']:g}"
    if "multipliers" in entry:
        return f"{_plain(entry['types'])}: {_plain(entry['multipliers'])}"
    dates = (f"{key.replace('_', ' ')} {value}" for key, value in entry.items() if key != "version")
    return f"{entry['version']}: {', '.join(dates)}"


def _memory(size: dict[str, Any]) -> str:
    memory = size.get("memory_gib")
    if isinstance(memory, dict):
        return f"{memory['from']} to {memory['to']} in steps of {memory['step']}"
    if memory is not None:
        return ", ".join(map(str, memory))
    return f"{size.get('minimum_memory_gib', 0)} to {size['maximum_memory_gib']}"
