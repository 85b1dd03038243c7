"""Every notebook runs from top to bottom, and is stored with its results."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LARGEST = 1_000_000

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    """The folder is found, so that the tests below test something."""
    assert NOTEBOOKS


@pytest.mark.filterwarnings("default")  # the client's own, about event loops and sockets
@every_notebook
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    """A notebook runs in an empty folder without an error in any cell."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    assert all(cell["execution_count"] for cell in notebook.cells if cell["cell_type"] == "code")


@every_notebook
def test_notebook_is_stored_with_its_results(path: Path) -> None:
    """A reader on a code host sees every picture; the file stays small."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    pictures = [
        output
        for cell in code
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [o for cell in code for o in cell["outputs"] if o["output_type"] == "error"]
    assert path.stat().st_size < LARGEST
