"""Bad usage: exit 2, one message with a hint on standard error, nothing written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

OUT = ("--out", "never.csv")
CASES: list[tuple[tuple[str, ...], str]] = [
    (("price",), "Missing argument 'FLEET'"),
    (("price", "example", "--lien", *OUT), "--lines"),
    (("price", "nowhere.csv", *OUT), "nowhere.csv cannot be read: No such file"),
    (("price", "fleet.xlsx", *OUT), "use one of .csv"),
    (("price", "example", "--on", "2026-13-01", *OUT), "on='2026-13-01' is not a date"),
    (("price", "example", "--month", "2026-14", *OUT), "month='2026-14' is not a month"),
    (("price", "example", "--month", "-730h", *OUT), "is not a month"),
    (("price", "example", "--free-tier", "acount", *OUT), "did you mean 'account'"),
    (("price", "example", "--sizes", "roundup", *OUT), "did you mean 'round_up'"),
    (("price", "example", "--before-first", "next", *OUT), "nearest"),
    (("price", "example", "--assume", "credit", *OUT), "is not NAME=VALUE"),
    (("price", "example", "--assume", "target_utilisation=1", *OUT), "did you mean 'target_util"),
    (("price", "example", "--rates", "nowhere", *OUT), "no folder of rate tables at nowhere"),
    (("compare", *OUT), "There is no fleet to compare"),
    (("compare", "example", "--services", "aws.fargat", *OUT), "did you mean 'aws.fargate'"),
    (("compare", "example", "--regions", "us-east-11", *OUT), "did you mean 'us-east-1'"),
    (("compare", "example", "--purchase-options", "sopt", *OUT), "did you mean 'spot'"),
    (("rates", "show", "aws.fargat"), "did you mean 'aws.fargate'"),
    (("rates", "show", "aws.fargate", "--meter", "vcpu"), "has no meter 'vcpu'"),
    (("rates", "check", "nowhere"), "no folder of rate tables at nowhere"),
]


@pytest.mark.parametrize(("arguments", "words"), CASES, ids=[" ".join(c[0]) for c in CASES])
def test_bad_usage(wharfage: Run, folder: Path, arguments: tuple[str, ...], words: str) -> None:
    """A wrong argument is named, near names are offered, and no file appears."""
    done = wharfage(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (folder / "never.csv").exists()
    assert len(done.stderr) < 1500
