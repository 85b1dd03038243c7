"""``wharfage grid``: a cube of scenarios from a YAML document to a file."""

from __future__ import annotations

import importlib.util
import subprocess
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
