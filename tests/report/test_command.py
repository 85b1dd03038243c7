"""``wharfage report``: what it writes, what it says, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import wharfage as wf
from wharfage.cli import app
from wharfage.examples import example_fleet_path

FEW = ("--services", "aws.fargate,gcp.cloud_run", "--on", "2026-10-01")
TASK = "workload,service,region,vcpu,memory_gib\nweb,aws.fargate,{region},1,2\n"


def run(folder: Path, *arguments: str) -> Result:
    """Run the command in this process, in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(app, ["report", *arguments])


def test_example(tmp_path: Path) -> None:
    """The example's report is written; what was written, its size and the total go to stderr."""
    done = run(tmp_path, "example", "--out", "report.html", *FEW)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "report on 22 workloads written to report.html (0." in done.stderr
    assert str(wf.estimate(example_fleet_path(), on="2026-10-01").total()) in done.stderr
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_unpriced_is_exit_1(tmp_path: Path) -> None:
    """A report with gaps is written, with exit 1 and the reasons on stderr."""
    (tmp_path / "fleet.csv").write_text(TASK.format(region="us-east-99"), encoding="utf-8")
    done = run(tmp_path, "fleet.csv", "--out", "r.html", *FEW)
    assert done.exit_code == 1
    assert "1 of 1 workloads have no price" in done.stderr
    assert (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "r.txt"], "does not say in which format"),
        (["--out", "nowhere/r.html"], "There is no folder"),
        (["--out", "r.html", "--services", "aws.lambda"], "aws.lambda"),
        (["--out", "r.html", "--strict"], "unpriced"),
    ],
)
def test_faults_write_nothing(tmp_path: Path, arguments: list[str], words: str) -> None:
    """A fault is said in words, and no file is there."""
    (tmp_path / "fleet.csv").write_text(TASK.format(region="us-east-99"), encoding="utf-8")
    done = run(tmp_path, "fleet.csv", "--on", "2026-10-01", *arguments)
    assert isinstance(done.exception, wf.WharfageError)
    assert words in str(done.exception).replace("have no price", "unpriced")
    assert [path.name for path in tmp_path.iterdir()] == ["fleet.csv"]


def test_options_reach_the_bill(tmp_path: Path) -> None:
    """Empty cells are filled, and date, month and title are those that are given."""
    text = "workload,service,region,vcpu,memory_gib\nweb,,,1,2\n"
    (tmp_path / "fleet.csv").write_text(text, encoding="utf-8")
    options = (
        "--service",
        "aws.fargate",
        "--region",
        "eu-west-1",
        "--month",
        "720h",
        "--title",
        "Shop & co",
    )
    done = run(tmp_path, "fleet.csv", "--out", "r.html", *options, *FEW)
    assert done.exit_code == 0
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<title>Shop &amp; co</title>" in html
    assert "month 720h" in html
    assert "eu-west-1" in html


@pytest.mark.parametrize(("needs", "is_said"), [("json", False), ("no_such_module", True)])
def test_a_report_without_pictures_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: str, is_said: bool
) -> None:
    """Where nothing can draw, the reader is told what would."""
    monkeypatch.setattr("wharfage.cli_report.DRAWN_BY", (needs,))
    (tmp_path / "fleet.csv").write_text(TASK.format(region="us-east-1"), encoding="utf-8")
    done = run(tmp_path, "fleet.csv", "--out", "report.html", *FEW)
    assert ("pip install 'wharfage[report]'" in done.stderr) is is_said
