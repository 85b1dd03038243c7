"""The README's code runs, and its output is the real one."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import wharfage as wf

from .pages import Command, Reader, blocks_of

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = blocks_of(README)
#: the README's own commands after the installation, which .ci/run does from nothing
OURS = re.compile(r"\.venv/bin/wharfage [^&]*$")


@pytest.fixture
def reader(tmp_path: Path, command: Command) -> Reader:
    """Give a reader in a folder with the files that the README takes for granted."""
    (example,) = (b.text for b in BLOCKS if b.text.startswith("workload,service,region"))
    (tmp_path / "fleet.csv").write_text(example, encoding="utf-8")
    pd.read_csv(tmp_path / "fleet.csv").to_parquet(tmp_path / "fleet.parquet")
    pods = pd.DataFrame({"workload": ["a", "b"], "vcpu": 0.5, "memory_gib": 1.0, "replicas": 3})
    pods.to_csv(tmp_path / "pods.csv", index=False)
    log = {
        "name": ["a", "b", "c"],
        "cpu_milli": [500, 4000, 250],
        "memory_mib": [1024, 8192, 512],
        "scheduled_time": [0, 60, None],
        "deletion_time": [600, 7200, 90],
    }
    pd.DataFrame(log).to_csv(tmp_path / "pod_log.csv", index=False)
    return Reader(tmp_path, command)


def test_the_first_command_prints_what_is_shown(reader: Reader) -> None:
    """The README's first output is that of its first command, but for the digest of the book."""
    command, output = BLOCKS[0], BLOCKS[1]
    found = OURS.search(command.text.strip())
    assert found is not None
    reader.do(type(command)("bash", found[0], command.line, None, is_output=False))
    reader.do(output)


def test_the_code_runs(reader: Reader) -> None:
    """Every Python block runs, one after the other."""
    blocks = [block for block in BLOCKS if block.language == "python"]
    assert blocks
    for block in blocks:
        reader.do(block)


def test_every_service_is_named() -> None:
    """Each service of the book stands in the README's table, by its id or by a pattern."""
    text = README.read_text(encoding="utf-8").split("## What is priced")[1].split("\n## ")[0]
    patterns = [
        re.escape(name).replace(r"\*", r"[\w.]*") for name in re.findall(r"`([\w.*]+)`", text)
    ]
    missing = [
        service
        for service in wf.RateBook.bundled().services()
        if not any(re.fullmatch(pattern, service) for pattern in patterns)
    ]
    assert not missing, f'not in the table of "What is priced" in README.md: {missing}'
