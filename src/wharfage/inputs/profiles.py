r"""Hourly weights of a day or a week: how traffic rises and falls around its mean.

A file holds 24 or 168 numbers, one for each hour from midnight (of Monday, for a week): as a YAML
or JSON list, by itself or under `weights`, or as a column of a CSV file, with or without hours
before it and a header above it. Only their proportions count.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

from wharfage.inputs.documents import read_documents
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.source_files import LONGEST_NAME, Source, read_sources
from wharfage.plain_yaml import Place
from wharfage.units import HOURS_PER_DAY

CSV = (".csv", ".tsv")
LENGTHS = (HOURS_PER_DAY, 7 * HOURS_PER_DAY)
#: beyond these a proportion is a slip
SMALLEST, LARGEST = 1e-9, 1e15
HINT = "give 24 or 168 numbers, one for each hour of a day or a week."


@dataclass(frozen=True)
class Profile:
    """Weights of the hours of a day or a week, whose mean is 1."""

    weights: tuple[float, ...] = (1.0,)

    @property
    def peak_to_mean(self) -> float:
        """Traffic of the busiest hour over the mean."""
        return max(self.weights)


@dataclass(frozen=True)
class _Value:
    """A value and where it stands."""

    file: str
    line: int
    value: object


def read_profile(source: Source) -> Profile:
    r"""Profile of a file, or of text with a line break.

    Raises
    ------
    DocumentError
        With every line that is wrong.

    Examples
    --------
    >>> read_profile("weights: [" + "1, " * 23 + "25]\n").peak_to_mean
    12.5
    """
    problems = Problems()
    is_csv = os.fspath(source).lower().endswith(CSV)
    values = list(_csv_values(source, problems) if is_csv else _plain_values(source))
    weights = [_weight(value, problems) for value in values]
    name = values[0].file if values else str(source)[:LONGEST_NAME]
    problems.raise_if_any(HINT)
    if len(weights) not in LENGTHS:
        problems.add(name, 0, "", f"{len(weights):,} weights, not 24 or 168")
    elif not any(weights):
        problems.add(name, 0, "", "every weight is 0")
    problems.raise_if_any(HINT)
    mean = math.fsum(weights) / len(weights)
    return Profile(tuple(weight / mean for weight in weights))


def _csv_values(source: Source, problems: Problems) -> Iterator[_Value]:
    """Values of the last column of a CSV file, without its header."""
    for text in read_sources(source, problems):
        delimiter = "\t" if text.name.lower().endswith(".tsv") else ","
        reader = csv.reader(io.StringIO(text.text), delimiter=delimiter)
        try:
            for row in reader:
                value = row[-1].strip() if row else ""
                if value and not (reader.line_num == 1 and _number(value) is None):
                    yield _Value(text.name, reader.line_num, value)
        except csv.Error as error:
            problems.add(text.name, reader.line_num, "", f"not valid CSV: {error}")


def _plain_values(source: Source) -> Iterator[_Value]:
    """Values of a list, or of the list under `weights`."""
    for document in read_documents(source):
        is_named = isinstance(document.data, dict)
        data = document.data.get("weights") if is_named else document.data
        place: Place = ("weights",) if is_named else ()
        for number, value in enumerate(data if isinstance(data, list) else [data]):
            yield _Value(document.file, document.line((*place, number)), value)


def _weight(value: _Value, problems: Problems) -> float:
    number = _number(value.value)
    if number is None:
        message = f"{quoted(value.value)} is no weight: a number, 0 or more"
        problems.add(value.file, value.line, "", message)
    return number or 0.0


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number == 0 or SMALLEST <= number <= LARGEST else None
