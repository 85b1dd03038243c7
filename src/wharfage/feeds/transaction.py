"""Refreshed books appear whole or not at all, whenever the process is killed.

A refresh holds an exclusive lock, which the operating system gives back if its holder dies. It
writes a whole new version in a hidden folder beside the others, brings it to the disk, gives it
its name, and only then replaces the pointer, in one step. What a broken refresh left behind is
swept by the next one; the version before the one in force stays, for readers that still hold it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO

from wharfage.errors import FeedError
from wharfage.rates.book import bundled_folder
from wharfage.rates.versions import POINTER, VERSIONS, current_version

LOCK = "refresh.lock"
#: what a folder of refreshed books holds; anything else was not written by a refresh
OWN = frozenset((POINTER, VERSIONS, LOCK))
HIDDEN = "."
STAGED = ".staged"


def check_place(out: Path) -> None:
    """Refuse a place for refreshed books that holds something else.

    Raises
    ------
    FeedError
        If it lies in the installed package or its tables, or holds other files.
    """
    package = Path(__file__).resolve().parents[1]
    place = out.resolve()
    for kept in (bundled_folder().resolve(), package):
        if place == kept or kept in place.parents:
            raise FeedError(
                f"{out} belongs to the installed package, whose rate book is never changed.",
                hint="give --out another folder, or none for the data directory of the platform.",
            )
    if place.exists() and not place.is_dir():
        raise FeedError(f"{out} is no folder.", hint="give --out a new or empty folder.")
    others = [path.name for path in place.iterdir() if not _is_own(path)] if place.is_dir() else []
    if others:
        raise FeedError(
            f"{out} holds {min(others)!r} ({len(others):,} such entries), which no refresh wrote.",
            hint="give --out a new or empty folder, or one of an earlier refresh.",
        )


def _is_own(path: Path) -> bool:
    return path.name in OWN or path.name.startswith(HIDDEN + POINTER)


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """Empty folder to write the new version in, while no other refresh writes.

    Raises
    ------
    FeedError
        If another refresh holds the lock, or the disk refuses; `out` is as it was.
    """
    check_place(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / LOCK).open("a+", encoding="utf-8") as lock:
            _take(lock, out)
            _sweep(out)
            staged = out / VERSIONS / STAGED
            staged.mkdir(parents=True)
            try:
                yield staged
            finally:
                shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise FeedError(
            f"The refreshed book cannot be written to {out}: {error.strerror or error}.",
            hint="the book there is as it was.",
        ) from error


def publish(staged: Path, out: Path, digest: str) -> Path:
    """Put a staged version in force.

    Parameters
    ----------
    staged : Path
        The folder that :func:`workspace` gave, filled.
    out : Path
        Folder of refreshed books.
    digest : str
        Digest of the new book, part of the version's name.

    Returns
    -------
    Path
        Folder of the version.
    """
    _flush_tree(staged)
    version = out / VERSIONS / f"{_newest_number(out) + 1:06d}-{digest}"
    os.replace(staged, version)  # noqa: PTH105  the tests count these calls
    _flush(version.parent)
    pointer = out / f"{HIDDEN}{POINTER}"
    pointer.write_text(version.name + "\n", encoding="utf-8")
    _flush(pointer)
    os.replace(pointer, out / POINTER)  # noqa: PTH105
    _flush(out)
    return version


def _sweep(out: Path) -> None:
    """Remove what no reader can need: unfinished work, and versions older than the last two."""
    current = current_version(out)
    (out / f"{HIDDEN}{POINTER}").unlink(missing_ok=True)
    folder = out / VERSIONS
    if not folder.is_dir():
        return
    finished = sorted(path for path in folder.iterdir() if not path.name.startswith(HIDDEN))
    older = [path for path in finished if current is not None and path.name < current.name]
    kept = {*older[-1:], current}
    for path in folder.iterdir():
        if path not in kept:
            shutil.rmtree(path)


def _newest_number(out: Path) -> int:
    names = [path.name for path in (out / VERSIONS).iterdir()]
    numbers = [int(name.split("-")[0]) for name in names if not name.startswith(HIDDEN)]
    return max(numbers, default=0)


def _flush_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _flush(path)
    _flush(folder)


def _flush(path: Path) -> None:
    """Bring a file or the names of a folder to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(lock: IO[str], out: Path) -> None:
    """Take the lock, which the operating system gives back when its holder ends."""
    try:
        if os.name == "nt":
            windows = import_module("msvcrt")
            windows.locking(lock.fileno(), windows.LK_NBLCK, 1)
        else:
            unix = import_module("fcntl")
            unix.flock(lock.fileno(), unix.LOCK_EX | unix.LOCK_NB)
    except OSError:
        raise FeedError(
            f"Another refresh is writing to {out}.", hint="wait for it to end, and run this again."
        ) from None
