"""Texts of manifests: files, directories, standard input, text; never more than can be read safely."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wharfage.inputs.places import Problems, quoted

Source = str | os.PathLike[str]

STDIN = "-"
STDIN_NAME = "<stdin>"
TEXT_NAME = "<text>"
SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 32 * 2**20
MAX_TOTAL_BYTES = 128 * 2**20
#: entries of a directory and all below it, whatever their kind
MAX_ENTRIES = 100_000
#: a name that is longer can be no file; it is cut in messages
LONGEST_NAME = 300
#: what is the text of documents, not the name of a file: several lines, or the start of JSON
_TEXT = re.compile(r"\s*(?:\{|\[\s*\{)|[^\n]*\n")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class SourceText:
    """Text of one source; `is_named` where the caller named it, not a directory that holds it."""

    name: str
    text: str
    is_named: bool = True


def read_sources(sources: Source | Iterable[Source], problems: Problems) -> Iterator[SourceText]:
    """Texts of the sources, one after the other, each file once.

    A directory gives every file below it that ends in .yaml, .yml or .json, sorted; hidden ones
    are left out, links are followed once and must stay inside. ``-`` is standard input. Text
    with a line break, or that starts like JSON, is taken as it is. What cannot be read is noted
    in `problems`, and the rest is given.
    """
    remaining = MAX_TOTAL_BYTES
    for name, text, path in _named(sources, problems):
        if path is None:
            yield SourceText(name, text)
            continue
        is_directory = os.path.isdir(path)  # noqa: PTH112  False, not an error, for any name
        for file in _files(path, problems) if is_directory else [path]:
            data = _bytes(file, problems)
            if data is None:
                continue
            remaining -= len(data)
            if remaining < 0:
                message = f"all files together hold more than {MAX_TOTAL_BYTES:,} bytes"
                problems.add(str(file), 0, "", message)
                return
            decoded = _decoded(str(file), data, problems)
            if decoded is not None:
                yield SourceText(str(file), decoded, is_named=not is_directory)


def _named(
    sources: Source | Iterable[Source], problems: Problems
) -> Iterator[tuple[str, str, Path | None]]:
    """Name, text and path of each source; the path is None where the text is known."""
    every = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    for source in dict.fromkeys(every):
        if not isinstance(source, str | os.PathLike):
            kind = type(source).__name__
            problems.add(TEXT_NAME, 0, "", f"a source is a path, '-' or text, not {kind}")
        elif source == STDIN:
            text = _stdin(problems)
            if text is not None:
                yield STDIN_NAME, text, None
        elif isinstance(source, str) and _TEXT.match(source):
            data = source.encode("utf-8", "surrogatepass")
            decoded = _decoded(TEXT_NAME, data, problems)
            if decoded is not None and not _is_too_large(TEXT_NAME, len(data), problems):
                yield TEXT_NAME, decoded, None
        else:
            yield str(source), "", Path(source)


def _stdin(problems: Problems) -> str | None:
    if sys.stdin is None:
        problems.add(STDIN_NAME, 0, "", "standard input is closed")
        return None
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if _is_too_large(STDIN_NAME, len(data), problems):
        return None
    return _decoded(STDIN_NAME, data, problems)


def _is_too_large(name: str, size: int, problems: Problems) -> bool:
    if size > MAX_BYTES:
        problems.add(name, 0, "", f"larger than {MAX_BYTES:,} bytes")
    return size > MAX_BYTES


def _bytes(path: Path, problems: Problems) -> bytes | None:
    name = str(path)[:LONGEST_NAME]
    try:
        status = path.stat()
        # Opening a pipe would wait for a writer that may never come.
        if not stat.S_ISREG(status.st_mode):
            problems.add(name, 0, "", "this is neither a file nor a directory; pipe it to '-'")
            return None
        if _is_too_large(name, status.st_size, problems):
            return None
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        problems.add(name, 0, "", f"cannot be read: {_why(error)}")
        return None
    return None if _is_too_large(name, len(data), problems) else data


def _decoded(name: str, data: bytes, problems: Problems) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "UTF-16, not UTF-8" if data.startswith(UTF16_MARKS) else "not UTF-8"
        problems.add(name, line, "", f"this is {what} text (byte {error.start:,})")
        return None


def _files(root: Path, problems: Problems) -> list[Path]:
    """Manifests below a directory, sorted, each once; real files before links to them."""
    found: list[tuple[bool, Path]] = []
    within = os.path.realpath(root)
    seen = {within}
    waiting = [root]
    entries = 0
    while waiting:
        for entry in _entries(waiting.pop(), problems):
            entries += 1
            if entries > MAX_ENTRIES:
                problems.add(str(root), 0, "", f"the directory holds over {MAX_ENTRIES:,} entries")
                return []
            path = Path(entry.path)
            is_file = path.suffix.lower() in SUFFIXES
            is_directory = os.path.isdir(path)  # noqa: PTH112  as above
            is_wanted = is_file or is_directory
            if entry.is_symlink() and not _stays(path, within, problems, is_wanted=is_wanted):
                continue
            if not is_directory:
                found += [(entry.is_symlink(), path)] if is_file else []
            elif (real := os.path.realpath(path)) not in seen:
                seen.add(real)
                waiting.append(path)
    once: dict[str, Path] = {}
    for _, path in sorted(found):
        once.setdefault(os.path.realpath(path), path)
    if not once:
        problems.add(str(root), 0, "", f"no file here ends in {', '.join(SUFFIXES)}")
    return sorted(once.values())


def _entries(directory: Path, problems: Problems) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as found:
            yield from (entry for entry in found if not entry.name.startswith("."))
    except OSError as error:
        problems.add(str(directory), 0, "", f"cannot be read: {_why(error)}")


def _stays(link: Path, within: str, problems: Problems, *, is_wanted: bool) -> bool:
    target = os.path.realpath(link)
    stays = target.startswith(within.rstrip(os.sep) + os.sep) or target == within
    if not stays and is_wanted:
        message = f"the link leaves the directory, to {quoted(target)}; name that file itself"
        problems.add(str(link), 0, "", message)
    return stays


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
