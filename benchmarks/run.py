"""Benchmarks: wharfage and its peers on the same rows, in one run, with answers compared.

``python benchmarks/run.py`` runs every case at its own size; ``--case NAME`` one of them,
``--rows N`` at another size, ``--sizes`` the cost against size from 10^3 rows on, ``--json FILE``
writes all figures. See README.md for how to read them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cases import CASES
from cubes import CUBES
from harness import Case, in_own_process, measure, memory_floor

ALL: dict[str, Case] = {**CASES, **CUBES}
SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
FAST = "wharfage, fast"
# Public names are imported on first use: the first one pays for the library.
IMPORTS = ("import numpy, pandas", "import numpy, pandas, wharfage; wharfage.estimate")


def main() -> None:
    """Run what is asked for, print a table, and write JSON if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=[*ALL, "import"], action="append")
    parser.add_argument("--rows", type=lambda text: int(float(text)))
    parser.add_argument("--sizes", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        case, contender, rows = given.worker
        print(json.dumps(measure(ALL[case].contenders[contender], int(rows))))
        return
    found: list[dict[str, Any]] = []
    for name in given.case or [*ALL, "import"]:
        sizes = SIZES if given.sizes else (given.rows,)
        found += [_import()] if name == "import" else [_run(name, size) for size in sizes]
        print(_line(found[-1]) if not given.sizes else "\n".join(map(_line, found[-len(sizes) :])))
    if given.json:
        given.json.write_text(json.dumps({"machine": _machine(), "cases": found}, indent=1) + "\n")


def _run(name: str, rows: int | None) -> dict[str, Any]:
    """Figures of one case: every contender in its own process, and the floor of this machine."""
    case = ALL[name]
    size = rows or case.rows
    by = {contender: in_own_process(name, contender, size) for contender in case.contenders}
    ours = by["wharfage"]
    for contender, figures in by.items():
        figures["ns_per_unit"] = figures["seconds"] / size * 1e9
        agrees = math.isclose(figures["answer"], ours["answer"], rel_tol=case.tolerance)
        if not agrees:
            raise SystemExit(
                f"{name}: {contender} says {figures['answer']!r}, wharfage {ours['answer']!r}."
            )
    rivals = {c: f["seconds"] for c, f in by.items() if not c.startswith("wharfage")}
    best = min(rivals, key=rivals.__getitem__) if rivals else None
    return {
        "case": name,
        "title": case.title,
        "rows": size,
        "unit": case.unit,
        "contenders": by,
        "best_peer": best,
        "ratio": rivals[best] / ours["seconds"] if best else None,
        "fast_ratio": rivals[best] / by[FAST]["seconds"] if best and FAST in by else None,
        "bar": case.bar,
        "reach": case.reach,
        "floor_seconds": memory_floor(size) if name == "fargate" else None,
    }


def _import() -> dict[str, Any]:
    """Milliseconds that importing wharfage adds to importing numpy and pandas; best of ten."""
    best = [min(float(_timed(statement)) for _ in range(10)) for statement in IMPORTS]
    return {"case": "import", "title": "import wharfage; wharfage.estimate, above numpy and pandas",
            "milliseconds": (best[1] - best[0]) * 1e3, "bar": 150, "reach": 60}  # fmt: skip


def _timed(statement: str) -> str:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    # Compiled modules are kept, as they are wherever Python is not told otherwise.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=env)  # noqa: S603
    return run.stdout


def _line(found: dict[str, Any]) -> str:
    """One case as text."""
    if found["case"] == "import":
        return f"{found['title']}: {found['milliseconds']:.0f} ms (bar {found['bar']} ms)"
    rows = [f"{found['title']}, {found['rows']:,}"]
    for name, figures in found["contenders"].items():
        rows.append(
            f"  {name:<20} {figures['seconds']:>9.3f} s {figures['ns_per_unit']:>12.2f} ns/{found['unit']}"
            f" {figures['peak_mib']:>9,.0f} MiB peak ({figures['before_mib']:,.0f} before)"
        )
    if found["floor_seconds"]:
        ours = found["contenders"]["wharfage"]["seconds"]
        fast, floor = found["contenders"][FAST]["seconds"], found["floor_seconds"]
        rows.append(
            f"  {'memory floor':<20} {floor:>9.3f} s {floor / found['rows'] * 1e9:>12.2f} ns/row"
            f"   wharfage is {ours / floor:.1f}x the floor, compiled {fast / floor:.1f}x"
        )
    if found["ratio"]:
        fast = f", {found['fast_ratio']:.1f}x compiled" if found["fast_ratio"] else ""
        rows.append(
            f"  {found['ratio']:.1f}x faster than {found['best_peer']}{fast}"
            f" (bar {found['bar']:g}x, reach {found['reach']:g}x)"
        )
    return "\n".join(rows) + "\n"


def _machine() -> dict[str, Any]:
    packages = ("numpy", "pandas", "pyarrow", "duckdb", "polars", "wharfage")
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **{name: version(name) for name in packages},
    }


if __name__ == "__main__":
    main()
