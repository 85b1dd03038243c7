"""Help: every command has examples, each of them runs, and all of it fits into 80 columns."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from wharfage import cli_refresh
from wharfage.cli import app
from wharfage.cli_help import example_lines
from wharfage.feeds.observation import Reading
from wharfage.rates.book import bundled_folder

Command = Callable[..., CompletedProcess[str]]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web
          resources: {requests: {cpu: 250m, memory: 512Mi}}
"""
FLEET = "workload,service,region,vcpu,memory_gib,replicas\nweb,aws.fargate,us-east-1,0.5,1,3\n"
GRID = "{service: aws.fargate, axes: {region: [us-east-1, eu-west-1], vcpu: [0.5, 1], memory_gib: [2]}}"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """List every command with its words, groups too."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = list(commands(typer.main.get_command(app)))
EXAMPLES = [
    line
    for _, command in ALL
    for line in "\n".join(example_lines(command.help or "")).replace("\\\n", "").splitlines()
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the files that examples name."""
    folder = tmp_path_factory.mktemp("examples")
    for name in ("app.yaml", "k8s/app.yaml", "before/app.yaml", "after/app.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(DEPLOYMENT, encoding="utf-8")
    for name in ("before.csv", "after.csv", "fleet.csv"):
        (folder / name).write_text(FLEET, encoding="utf-8")
    (folder / "SPEC.yaml").write_text(GRID, encoding="utf-8")
    tables = folder / "pricing_data"
    (tables / "aws").mkdir(parents=True)
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        (tables / name).write_bytes((bundled_folder() / name).read_bytes())
    return folder


@pytest.mark.parametrize("line", EXAMPLES)
def test_examples_run(line: str, place: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """An example of the help ends well: done, some rows unpriced, or over the limit that it sets."""
    words = shlex.split(line)
    assert words[0] == "wharfage"
    # Nothing is read from a provider here: its list has nothing new.
    monkeypatch.setattr(cli_refresh, "_feed", lambda _: lambda *_, **__: Reading())
    done = command(*words[1:], cwd=place)
    assert done.returncode in (0, 1, 3), done.stderr
    assert done.stdout or "written" in done.stderr


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(p) or "wharfage" for p, _ in ALL])
def test_help_fits(path: tuple[str, ...], command: Any) -> None:
    """Help is 80 columns wide at most, and says every option's name whole."""
    text = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"}).stdout
    assert max(map(len, text.splitlines())) <= 80
    for parameter in command.params:
        assert all(name in text for name in parameter.opts if name.startswith("--"))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(p) or "wharfage" for p, _ in ALL])
def test_commands_have_examples(path: tuple[str, ...], command: Any) -> None:
    """Every command shows at least one example, under its own heading."""
    if path == ("rates",):
        return  # a group: its commands have them
    assert example_lines(command.help or "")
    assert "\nExamples:\n" in CliRunner().invoke(app, [*path, "--help"]).stdout
