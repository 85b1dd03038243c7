"""``--picture``: commands that draw what they find."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from wharfage.cli import app
from wharfage.errors import InvalidValueError

FARGATE = ["aws.fargate", "--region", "us-east-1"]
COMMANDS = {
    "price": ["price", "example", "--on", "2026-10-01"],
    "compare": ["compare", "--vcpu", "1", "--memory-gib", "2", "--region", "us-east-1",
                "--services", "aws.fargate,gcp.cloud_run"],
    "breakeven": ["breakeven", "aws.fargate", "aws.fargate_eks", "--between", "1:4", "--along",
                  "vcpu", "--memory-gib", "8", "--region", "us-east-1"],
    "ranges": ["ranges", "example", "--input", "replicas=x0.5:1:2", "--draws", "64"],
    "nodes": ["nodes", "example", "--service", "aws.eks_nodes", "--region", "us-east-1",
              "--instance-types", "m7i"],
    "rates": ["rates", "show", *FARGATE],
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_command_draws_its_result(name: str, tmp_path: Path) -> None:
    """Each command writes a picture beside its table."""
    path = tmp_path / "picture.svg"
    done = CliRunner().invoke(app, [*COMMANDS[name], "--picture", str(path)])
    assert done.exit_code in (0, 1), done.output
    assert path.read_text(encoding="utf-8").startswith("<svg")
    assert "picture written to" in done.stderr
    assert done.stdout


def test_several_kinds_of_one_result(tmp_path: Path) -> None:
    """The option may be repeated, with a kind each."""
    fan, tornado = tmp_path / "fan.svg", tmp_path / "tornado.svg"
    asked = ["--picture", f"fan={fan}", "--picture", f"tornado={tornado}"]
    done = CliRunner().invoke(app, [*COMMANDS["ranges"], *asked])
    assert done.exit_code == 0
    assert "may cost" in fan.read_text(encoding="utf-8")
    assert "What moves the cost" in tornado.read_text(encoding="utf-8")


def test_unknown_kind_is_refused_before_any_work(tmp_path: Path) -> None:
    """A kind that is nearly one gets its name, and no file is written."""
    asked = ["--picture", f"wasted={tmp_path / 'w.svg'}", "--out", str(tmp_path / "fleet.csv")]
    done = CliRunner().invoke(app, [*COMMANDS["price"], *asked])
    assert isinstance(done.exception, InvalidValueError)
    assert done.exception.hint == "did you mean 'waste'?"
    assert not list(tmp_path.iterdir())


def test_unknown_format_is_refused_before_any_work(tmp_path: Path) -> None:
    """A picture is PNG, SVG or HTML."""
    done = CliRunner().invoke(app, [*COMMANDS["price"], "--picture", str(tmp_path / "w.gif")])
    assert isinstance(done.exception, InvalidValueError)
    assert done.exception.hint == "end it in .png, .svg, .html."
