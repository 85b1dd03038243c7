"""``wharfage grid``: a cube of scenarios from a YAML document to a file."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import wharfage as wf

Run = Callable[..., subprocess.CompletedProcess[str]]

SPEC = """
service: [aws.fargate, gcp.gke_autopilot]
on: 2026-10-01
month: [730h, 2026-02]
axes:
  region: [us-east-1, us-central1]
  vcpu: [0.5, 1]
  memory_gib: 2
"""


def test_file_holds_every_cell(wharfage: Run, folder: Path) -> None:
    """The table has a row per cell, with labels, costs, reason and provenance, to the last bit."""
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    done = wharfage("grid", "spec.yaml", "--out", "cube.parquet")
    assert done.returncode == 0
    assert done.stdout == ""
    assert "16 cells written to cube.parquet" in done.stderr
    assert "8 of 16 cells have no price" in done.stderr
    found = pd.read_parquet(folder / "cube.parquet")
    cube = wf.grid(
        ["aws.fargate", "gcp.gke_autopilot"],
        on="2026-10-01",
        month=["730h", "2026-02"],
        region=["us-east-1", "us-central1"],
        vcpu=[0.5, 1],
        memory_gib=2,
    )
    assert found.columns.tolist()[:4] == ["service", "month", "region", "vcpu"]
    cost = found["monthly_cost"].to_numpy()
    pd.testing.assert_series_equal(
        pd.Series(cost), pd.Series(cube["monthly_cost"].data.ravel()), check_exact=True
    )
    assert (found["reason"].isna() == found["monthly_cost"].notna()).all()
    assert found["priced_on"].unique().tolist() == ["2026-10-01"]
    assert found["rate_book_digest"].unique().tolist() == [cube.attrs["rate_book_digest"]]
    assert [path.name for path in folder.glob("*.part")] == []


@pytest.mark.parametrize(
    ("spec", "out", "words"),
    [
        ("service: &a aws.fargate", "cube.parquet", "anchors and aliases are not allowed"),
        ("service: [aws.fargate", "cube.parquet", "not valid YAML"),
        ("[1, 2]", "cube.parquet", "must be maps"),
        ("service: aws.fargate\naxis: {vcpu: 1}", "cube.parquet", "did you mean 'axes'"),
        (
            "service: aws.fargate\naxes: {region: us-east-1, vcpu: 1, memory_gb: [2]}",
            "cube.parquet",
            "did you mean 'memory_gib'",
        ),
        (
            "service: aws.eks\naxes: {region: us-east-1, kubernetes_version: [1.30]}",
            "cube.parquet",
            "write it in quotes",
        ),
        ("service: aws.fargate\naxes: {month: [730h]}", "cube.parquet", "stands beside 'axes'"),
        ("axes: {vcpu: [1]}", "cube.parquet", "names no service"),
        (SPEC, "cube.xlsx", "does not say in which format"),
    ],
)
def test_bad_documents_are_refused(
    wharfage: Run, folder: Path, spec: str, out: str, words: str
) -> None:
    """What makes no sense ends with 2 and a hint, and writes nothing."""
    (folder / "bad.yaml").write_text(spec, encoding="utf-8")
    (folder / out).unlink(missing_ok=True)
    done = wharfage("grid", "bad.yaml", "--out", out)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Hint: " in done.stderr
    assert not (folder / out).exists()


def test_mixed_labels_are_text(wharfage: Run, folder: Path) -> None:
    """Numbers written partly as text, and empty ones, have a row each like any other."""
    text = (
        "service: aws.fargate_eks\naxes: {region: us-east-1, vcpu: [1, '2'], replicas: [null, 3]}"
    )
    (folder / "mixed.yaml").write_text(text, encoding="utf-8")
    done = wharfage("grid", "mixed.yaml", "--out", "mixed.parquet")
    assert done.returncode == 0
    found = pd.read_parquet(folder / "mixed.parquet")
    assert found["vcpu"].tolist() == ["1", "1", "2", "2"]
    assert found["replicas"].isna().tolist() == [True, False, True, False]
    assert found["monthly_cost"].notna().all()


def test_netcdf_needs_a_writer(wharfage: Run, folder: Path) -> None:
    """Without a netCDF writer the error says what to install; with one the cube comes back."""
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    done = wharfage("grid", "spec.yaml", "--out", "cube.nc")
    if any(importlib.util.find_spec(name) for name in ("scipy", "netCDF4", "h5netcdf")):
        assert done.returncode == 0
        assert (folder / "cube.nc").stat().st_size
    else:
        assert done.returncode == 2
        assert "pip install scipy" in done.stderr


def test_reduced_cube_names_the_cheapest(wharfage: Run, folder: Path) -> None:
    """With `reduce` the file has a row per remaining cell, with the label instead of a code."""
    (folder / "best.yaml").write_text(SPEC + "reduce: cheapest\n", encoding="utf-8")
    done = wharfage("grid", "best.yaml", "--out", "best.parquet")
    assert done.returncode == 0
    assert "8 cells written to best.parquet (month 2 x region 2 x vcpu 2)" in done.stderr
    found = pd.read_parquet(folder / "best.parquet").set_index(["month", "region", "vcpu"])
    assert found.loc[("730h", "us-east-1"), "service"].tolist() == ["aws.fargate"] * 2
    assert found.loc[("730h", "us-central1"), "service"].tolist() == ["gcp.gke_autopilot"] * 2
    assert found["monthly_cost"].notna().all()


def test_reductions_over_dates_keep_what_was_reduced(wharfage: Run, folder: Path) -> None:
    """Counts stand beside the costs, and the months that were put together are named."""
    text = SPEC + "reduce: mean\nover: [service, month]\n"
    (folder / "mean.yaml").write_text(text, encoding="utf-8")
    assert wharfage("grid", "mean.yaml", "--out", "mean.parquet").returncode == 0
    found = pd.read_parquet(folder / "mean.parquet")
    assert found["unpriced"].tolist() == [2] * 4
    assert set(found["priced_month"]) == {"730h, 2026-02"}


@pytest.mark.parametrize("out", ["top.parquet", "top.nc"])
def test_cheapest_cells_by_rank(wharfage: Run, folder: Path, out: str) -> None:
    """The cheapest cells are a table with the labels of each; netCDF holds it as well."""
    (folder / "top.yaml").write_text(SPEC + "reduce: top3\n", encoding="utf-8")
    done = wharfage("grid", "top.yaml", "--out", out)
    assert done.returncode == 0
    assert "3 cells written" in done.stderr
    if out.endswith(".parquet"):
        found = pd.read_parquet(folder / out)
        assert found["rank"].tolist() == [1, 2, 3]
        assert found["monthly_cost"].is_monotonic_increasing
        assert found.columns.tolist()[:4] == ["rank", "service", "month", "region"]


def test_positions_alone_can_be_kept(wharfage: Run, folder: Path) -> None:
    """With `costs: false` only the labels are written."""
    (folder / "lean.yaml").write_text(SPEC + "reduce: cheapest\ncosts: false\n", encoding="utf-8")
    assert wharfage("grid", "lean.yaml", "--out", "lean.parquet").returncode == 0
    found = pd.read_parquet(folder / "lean.parquet")
    assert "monthly_cost" not in found
    assert found["service"].notna().all()


def test_bad_reductions_are_refused(wharfage: Run, folder: Path) -> None:
    """A reduction that is none ends with 2 and the nearest name."""
    (folder / "odd.yaml").write_text(SPEC + "reduce: cheap\n", encoding="utf-8")
    done = wharfage("grid", "odd.yaml", "--out", "odd.parquet")
    assert done.returncode == 2
    assert "did you mean 'cheapest'" in done.stderr
    assert not (folder / "odd.parquet").exists()


@pytest.mark.parametrize("extra", ["", "reduce: cheapest\n"])
def test_progress_is_shown_on_a_terminal(folder: Path, extra: str) -> None:
    """On a terminal a bar counts the cells once work lasts, and is gone afterwards."""
    (folder / "spec.yaml").write_text(SPEC + extra, encoding="utf-8")
    impatient = "import wharfage.cli_progress as p, wharfage.cli as c; p.PATIENCE = 0.0; c.main()"
    leader, terminal = os.openpty()
    run = subprocess.Popen(
        [sys.executable, "-c", impatient, "grid", "spec.yaml", "--out", "bar.parquet"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while part := os.read(leader, 4096):
            shown += part
    os.close(leader)
    stdout, _ = run.communicate(timeout=60)
    assert run.returncode == 0
    assert stdout == b""
    assert b"cells" in shown
    assert b"100 %" in shown
    assert b"written to bar.parquet" in shown
