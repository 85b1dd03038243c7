"""Folders of rate tables that are broken, or meant to do harm: refused in words, quickly."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from wharfage.rates.book import bundled_folder

Run = Callable[..., subprocess.CompletedProcess[str]]

FLEET = "workload,service,region,vcpu,memory_gib\na,aws.fargate,us-east-1,1,2\n"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)

#: what replaces the table of Fargate, and words on standard error
TABLES: dict[str, tuple[str | bytes, str]] = {
    "code": ("!!python/object/apply:os.system ['touch harmed']\n", "fargate.yaml"),
    "laughs": (LAUGHS, "fargate.yaml"),
    "deep": ("[" * 20_000, "fargate.yaml"),
    "no_yaml": ("service: [aws.fargate\nmeters: {", "fargate.yaml"),
    "list": ("- 1\n- 2\n", "fargate.yaml"),
    "empty": ("", "fargate.yaml"),
    "binary": (b"\x00\xff\xfe\x80", "fargate.yaml"),
    "other_form": ("service: aws.fargate\nprices: 1\n", "fargate.yaml"),
}


@pytest.fixture
def tables(folder: Path) -> Path:
    """Give a folder with the table of Fargate only, as it is bundled."""
    place = folder / "tables"
    shutil.rmtree(place, ignore_errors=True)
    (place / "aws").mkdir(parents=True)
    for name in ("regions.yaml", "sources.yaml", "aws/fargate.yaml"):
        shutil.copy(bundled_folder() / name, place / name)
    (folder / "fleet.csv").write_text(FLEET, encoding="utf-8")
    return place


@pytest.mark.parametrize("case", TABLES)
def test_broken_table_is_refused(wharfage: Run, folder: Path, tables: Path, case: str) -> None:
    """A table that is no table is named, nothing in it is run, and nothing is written."""
    content, words = TABLES[case]
    data = content if isinstance(content, bytes) else content.encode()
    (tables / "aws" / "fargate.yaml").write_bytes(data)
    done = wharfage("price", "fleet.csv", "--rates", tables, "--out", "never.csv")
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr) < 4000
    assert not (folder / "harmed").exists()
    assert not (folder / "never.csv").exists()


def test_changed_price_is_used_and_bad_one_is_placed(wharfage: Run, tables: Path) -> None:
    """A folder's own prices are used; a price that is no number is named with file and line."""
    path = tables / "aws" / "fargate.yaml"
    text = path.read_text(encoding="utf-8")
    good = wharfage("price", "fleet.csv", "--rates", tables, "--on", "2026-10-01")
    assert good.returncode == 0
    assert "36.04" in good.stdout
    assert "0.04048" in text
    path.write_text(text.replace("0.04048", "cheap", 1), encoding="utf-8")
    bad = wharfage("price", "fleet.csv", "--rates", tables)
    assert bad.returncode == 2
    assert "fargate.yaml:" in bad.stderr
    assert "cheap" in bad.stderr


def test_check_names_every_failure(wharfage: Run, tables: Path) -> None:
    """``rates check`` of a broken folder is exit 2 with the place of the failure."""
    path = tables / "aws" / "fargate.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("0.04048", "-1", 1), encoding="utf-8")
    done = wharfage("rates", "check", tables)
    assert done.returncode == 2
    assert "fargate.yaml:" in done.stderr
