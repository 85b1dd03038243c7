"""``--picture``: a result drawn into files, beside what a command prints or writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from wharfage.cli_options import OUTPUT
from wharfage.errors import InvalidValueError, UnpricedError, did_you_mean

PictureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--picture",
        metavar="[KIND=]FILE",
        help="Draw it: .png, .svg or .html; may be repeated.",
        rich_help_panel=OUTPUT,
    ),
]

#: kind, None for the usual one, and file
Pictures = Sequence[tuple[str | None, Path]]


def read_pictures(texts: Sequence[str] | None, result: str) -> Pictures:
    """Pictures that are asked for, checked before any work is done.

    Parameters
    ----------
    texts : sequence of str
        ``FILE``, or ``KIND=FILE``.
    result : str
        Name of the class of what will be drawn.

    Raises
    ------
    InvalidValueError
        If there is no such kind, or a file cannot be written.
    MissingExtraError
        If altair is not installed.
    """
    if not texts:
        return ()
    from wharfage.outputs.pictures.files import check_picture_path  # noqa: PLC0415  on demand

    kinds = _kinds(result)
    found: list[tuple[str | None, Path]] = []
    for text in texts:
        kind, separator, file = text.rpartition("=")
        if separator and kind not in kinds:
            raise InvalidValueError(
                f"--picture {text!r}: there is no picture {kind!r} of this.",
                hint=did_you_mean(kind, kinds) or f"kinds are {', '.join(kinds)}.",
            )
        path = Path(file)
        check_picture_path(path)
        found.append((kind or None, path))
    return found


def draw(result: object, pictures: Pictures, **options: Any) -> None:  # noqa: ANN401
    """Draw a result into files, and say so on standard error."""
    if not pictures:
        return
    from wharfage import plot  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import tables  # noqa: PLC0415
    from wharfage.outputs.pictures.files import save_picture  # noqa: PLC0415

    for kind, path in pictures:
        try:
            chart = plot(result, kind, **options)
        except UnpricedError as error:
            # The command says why, and its exit code too.
            tables.messages().print(f"no picture {path}: {error.message}")
            continue
        save_picture(chart, path)
        tables.messages().print(f"picture written to {path}")


def _kinds(result: str) -> list[str]:
    from wharfage.api_pictures import KINDS  # noqa: PLC0415  on demand

    return [kind for of, kinds in KINDS.items() if of.__name__ == result for kind in kinds]
