"""Where refreshed books live: a folder of versions, and a pointer to the one in force.

::

    DIR/current                      name of the version in force; replaced in one step
    DIR/versions/000002-4f1c…/       a whole rate book, laid out like ``pricing_data``
    DIR/refresh.lock                 held while a refresh writes

Readers follow the pointer once, so that they see one whole book, the old one or the new one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from wharfage.errors import RateTableError

POINTER = "current"
VERSIONS = "versions"


def default_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """Folder for refreshed books in the data directory of the platform.

    Examples
    --------
    >>> default_folder({"XDG_DATA_HOME": "/data"}, "linux").as_posix()
    '/data/wharfage/rates'
    """
    own = home or Path.home()
    if platform == "win32":
        data = Path(environ.get("LOCALAPPDATA") or own / "AppData" / "Local")
    elif platform == "darwin":
        data = own / "Library" / "Application Support"
    else:
        data = Path(environ.get("XDG_DATA_HOME") or own / ".local" / "share")
    return data / "wharfage" / "rates"


def resolve(folder: Path) -> Path:
    """Folder of the tables: the version in force of a refreshed book, or the folder itself.

    Raises
    ------
    RateTableError
        If the folder holds versions, but none is in force.
    """
    version = current_version(folder)
    if version is not None:
        return version
    if (folder / VERSIONS).is_dir():
        raise RateTableError(
            f"{folder} holds no finished rate book: its first refresh was broken off.",
            hint="run the refresh again.",
        )
    return folder


def current_version(folder: Path) -> Path | None:
    """Version in force of a refreshed book; None if the folder has no pointer.

    Raises
    ------
    RateTableError
        If the pointer names no version.
    """
    pointer = folder / POINTER
    if not pointer.is_file():
        return None
    name = pointer.read_text(encoding="utf-8").strip()
    version = folder / VERSIONS / name
    if not name or Path(name).name != name or not version.is_dir():
        raise RateTableError(
            f"{pointer} names the version {name!r}, which is not there.",
            hint=f"write the name of a folder of {folder / VERSIONS} into it, or refresh into a new folder.",
        )
    return version


def shown_folder(tables: Path) -> Path:
    """Folder that a person names for tables: without the version."""
    is_version = tables.parent.name == VERSIONS and (tables.parents[1] / POINTER).is_file()
    return tables.parents[1] if is_version else tables
