"""The reference of the command line: what each command prints when it is asked for help."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

import wharfage as wf
from wharfage.cli import app

WIDTH = 100


def commands(_book: wf.RateBook) -> str:
    """Help of every command."""
    return "\n".join(_section(path) for path in _paths(typer.main.get_command(app), ()))


def _paths(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    found = [path] if not below else []
    return found + [own for name in below for own in _paths(below[name], (*path, name))]


def _section(path: tuple[str, ...]) -> str:
    environment = {"COLUMNS": str(WIDTH), "TERMINAL_WIDTH": str(WIDTH), "NO_COLOR": "1"}
    asked = CliRunner().invoke(app, [*path, "--help"], prog_name="wharfage", env=environment)
    text = "\n".join(line.rstrip() for line in asked.stdout.strip().splitlines())
    return f"## {' '.join(path)}\n\n```text\n{text}\n```\n"
