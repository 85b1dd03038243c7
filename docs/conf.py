"""How the documentation is built: ``sphinx-build -W -n -b html docs OUT``, without any network."""

from __future__ import annotations

import sys
from pathlib import Path

import wharfage

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "wharfage"
author = copyright = "the wharfage authors"  # noqa: A001  Sphinx's name for it
version = release = wharfage.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "staged_pages",
    "self_contained",
]
exclude_patterns = ["_ext"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say shape and unit, which types do not
napoleon_google_docstring = False
napoleon_use_ivar = True

# Docstrings name types in words ("array (n,)", "path or list of dicts"), and the inventories of
# numpy, pandas and xarray are not fetched: only names of our own must resolve.
nitpick_ignore_regex = [("py:.*", r"(?!wharfage\.).*")]

# napoleon links the name of each attribute to whatever has that name.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"wharfage {release}"
html_static_path = ["_static"]
html_css_files = ["wharfage.css"]
html_copy_source = html_show_sphinx = False
