"""Rules of the house that a reader relies on, checked by reading the source."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import wharfage

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "wharfage"
MODULES = sorted(SOURCE.rglob("*.py"))
SERVICES = sorted((SOURCE / "services").rglob("*.py"))

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
#: heavy or optional: whoever imports wharfage does not pay for them
NOT_LOADED = (
    "boto3",
    "botocore",
    "google.cloud",
    "grpc",
    "kubernetes",
    "altair",
    "numba",
    "dask",
    "xarray",
    "highspy",
    "pydantic",
    "yaml",
    "typer",
    "rich",
)

#: the layers of the design, upper ones first; each may import those below it
LAYERS = (
    {
        "cli",
        "cli_compare",
        "cli_completion",
        "cli_faults",
        "cli_files",
        "cli_grid",
        "cli_help",
        "cli_nodes",
        "cli_rates",
        "cli_refresh",
        "cli_documents",
        "cli_diff",
        "cli_advise",
        "cli_options",
        "cli_breakeven",
        "cli_ranges",
        "cli_pictures",
        "cli_progress",
        "cli_report",
    },
    {"api", "api_advice", "api_pictures", "api_report", "api_stack_results", "api_stacks"},
    {"outputs", "scale", "feeds"},
    {"analysis"},
    {"engine", "nodes"},
    {"inputs", "services", "discounts"},
    {"rates"},
    {"schedules"},
    {"units", "columns", "errors", "plain_yaml", "examples"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

#: the public door; a new name is a promise, and is added here on purpose
PUBLIC = [
    "Bill",
    "BreakEven",
    "BreakEvenSurface",
    "Comparison",
    "Fleet",
    "FleetWarning",
    "NodePlan",
    "Ranges",
    "RateBook",
    "RateError",
    "Stack",
    "Total",
    "UnknownServiceError",
    "UnpricedError",
    "WharfageError",
    "WorkloadError",
    "advise",
    "breakeven",
    "compare",
    "compare_stack",
    "diff",
    "encode",
    "estimate",
    "grid",
    "marginal",
    "plan_nodes",
    "plot",
    "price_stack",
    "ranges",
    "read_documents",
    "report",
    "reprice",
]


def name_of(path: Path) -> str:
    """Give a module's path below the package, for test ids."""
    return path.relative_to(SOURCE).as_posix()


def tree_of(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    """Give the first folder, or the file, that a module lives in."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    """List the rooms that a module imports, inside functions too, with lines; types aside."""
    tree = tree_of(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}:{node.lineno} imports relatively"
            names = [node.module or ""]
            if node.module == "wharfage":
                names = [f"wharfage.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "wharfage" and len(parts) > 1:
                # A name that is no room comes through the public door, which stands on api.
                yield (parts[1] if parts[1] in LEVEL else "api"), node.lineno


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List the functions of a module."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    documented = function.body[0] if ast.get_docstring(function) else None
    text = (documented.end_lineno or 0) - documented.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - text


every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


@every_module
def test_imports_go_one_way(path: Path) -> None:
    """A module imports from its own room, from its own layer and from the layers below."""
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    upward = [
        f"{name_of(path)}:{line} imports {other}"
        for other, line in imported_rooms(path)
        if other != room and LEVEL[other] < LEVEL[room]
    ]
    assert not upward


@every_module
def test_every_room_is_in_the_plan(path: Path) -> None:
    """A module lives in a room that the design names."""
    assert room_of(path) in {*LEVEL, "__init__", "__main__"}


def test_import_contracts_hold() -> None:
    """The import contracts of the project file hold, indirect imports included."""
    pytest.importorskip("importlinter")
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_layers_of_the_contract_are_these() -> None:
    """The layers in the project file are the ones above."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    stated = [{room.strip(" ()") for room in layer.split(":")} for layer in contract["layers"]]
    assert stated == [set(layer) for layer in LAYERS]


def test_public_names() -> None:
    """The public door opens to these names and no others."""
    assert sorted(wharfage.__all__) == PUBLIC


def test_public_names_exist() -> None:
    """Every public name is there."""
    assert all(hasattr(wharfage, name) for name in wharfage.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_documented(name: str) -> None:
    """Every public name says what it is."""
    assert getattr(wharfage, name).__doc__


@pytest.mark.parametrize("path", SERVICES, ids=name_of)
def test_services_hold_no_numbers(path: Path) -> None:
    """A service holds no number but 0 and 1: prices, minimums and limits are data."""
    numbers = [
        f"{name_of(path)}:{node.lineno} holds {node.value!r}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | complex)
        and not isinstance(node.value, bool)
        and node.value not in (0, 1)
    ]
    assert not numbers


@pytest.mark.parametrize("path", SERVICES, ids=name_of)
def test_services_touch_nothing_outside(path: Path) -> None:
    """A service opens no file, reads no clock and imports nothing but numpy and the house."""
    allowed = {"__future__", "collections", "dataclasses", "typing", "numpy", "wharfage"}
    if path.name == "registry.py":
        allowed |= {"importlib", "pkgutil", "functools"}
    roots = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            roots.add((node.module or "").split(".")[0])
    assert roots <= allowed


@pytest.mark.parametrize("path", sorted((SOURCE / "schedules").glob("*.py")), ids=name_of)
def test_schedules_are_numpy_only(path: Path) -> None:
    """Billing maths works on plain arrays: no pandas, no files."""
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
    }
    assert names <= {"__future__", "collections", "dataclasses", "typing", "numpy", "wharfage"}


@every_module
def test_names_mean_something(path: Path) -> None:
    """No module is called utils or the like."""
    assert not MEANINGLESS & set(path.relative_to(SOURCE).with_suffix("").parts)


@every_module
def test_files_are_short(path: Path) -> None:
    """A file can be read in one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_module
def test_functions_are_short(path: Path) -> None:
    """A function fits on a screen, its docstring left aside."""
    # A command's parameters are its documentation, one line each.
    allowed = 80 if room_of(path).startswith("cli") else LONGEST_FUNCTION
    long = {function.name: length_of(function) for function in functions(path)}
    assert not {name: lines for name, lines in long.items() if lines > allowed}


@every_module
def test_modules_are_documented(path: Path) -> None:
    """Every module says what it is for."""
    assert ast.get_docstring(tree_of(path))


@every_module
def test_public_functions_are_documented(path: Path) -> None:
    """Every public function and method says what it gives."""
    public: list[ast.stmt] = list(tree_of(path).body)
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            public += node.body
    bare = [
        node.name
        for node in public
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare


@every_module
def test_annotations_are_postponed(path: Path) -> None:
    """Every module with code postpones its annotations."""
    tree = tree_of(path)
    if (
        all(isinstance(node, ast.Expr | ast.Assign) for node in tree.body)
        or path.name == "__init__.py"
    ):
        return
    assert any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )


@pytest.mark.parametrize("name", NOT_LOADED)
def test_import_loads_nothing_heavy(name: str, loaded: set[str]) -> None:
    """Importing the library loads no cloud client, no plotting and no compiler."""
    assert name not in loaded


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Give the modules that a fresh process has after importing the library."""
    code = "import sys, wharfage; print(*sys.modules, sep='\\n')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_version_is_stated_once() -> None:
    """The library and its project file have the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert wharfage.__version__ == project["project"]["version"]


def test_only_units_knows_the_hours_of_a_month() -> None:
    """730, 3600 and 1024 stand in one file only."""
    found = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and not isinstance(node.value, bool | str)
        and node.value in (730, 3600, 1024)
    }
    assert found <= {"units.py"}
