"""The exception tree and its messages."""

from __future__ import annotations

import pytest

from wharfage import errors
from wharfage.errors import WharfageError, did_you_mean

PARENTS = [
    (errors.WorkloadError, (WharfageError, ValueError)),
    (errors.MissingColumnError, (errors.WorkloadError, KeyError)),
    (errors.InvalidValueError, (errors.WorkloadError,)),
    (errors.IllegalSizeError, (errors.WorkloadError,)),
    (errors.RateError, (WharfageError,)),
    (errors.RateTableError, (errors.RateError, ValueError)),
    (errors.UnknownRateError, (errors.RateError, KeyError)),
    (errors.NotYetPricedError, (errors.RateError,)),
    (errors.WithdrawnError, (errors.RateError,)),
    (errors.UnknownServiceError, (WharfageError, KeyError)),
    (errors.UnpricedError, (WharfageError,)),
    (errors.FeedError, (WharfageError,)),
    (errors.ScheduleError, (WharfageError, ValueError)),
]


@pytest.mark.parametrize(("kind", "parents"), PARENTS, ids=str)
def test_tree(kind: type[WharfageError], parents: tuple[type[Exception], ...]) -> None:
    """Every exception stands where the tree draws it."""
    assert all(issubclass(kind, parent) for parent in parents)


def test_message_then_blank_line_then_hint() -> None:
    """A message has its hint after a blank line."""
    assert str(WharfageError("Broken.", hint="mend it.")) == "Broken.\n\nHint: mend it."


def test_message_without_hint() -> None:
    """Without a hint the message stands alone."""
    assert str(WharfageError("Broken.")) == "Broken."


def test_key_errors_read_as_text() -> None:
    """An error that is also a KeyError prints its words, not their repr."""
    assert str(errors.UnknownServiceError("There is none.")) == "There is none."


def test_failures_are_a_frame() -> None:
    """Failures come as one row each."""
    error = WharfageError("Broken.", failures=[{"row": 1}, {"row": 2}])
    assert error.failures["row"].tolist() == [1, 2]


def test_no_failures_is_an_empty_frame() -> None:
    """An error that says it all has an empty frame of failures."""
    assert WharfageError("Broken.").failures.empty


def test_nearest_name_is_offered() -> None:
    """A near name is offered as a question."""
    assert did_you_mean("replica", ["replicas", "region"]) == "did you mean 'replicas'?"


def test_nothing_near_is_not_offered() -> None:
    """Without a near name there is no hint."""
    assert did_you_mean("xyz", ["replicas"]) is None


def test_several_near_names() -> None:
    """Several near names are offered if asked for, the nearest first, then by name."""
    hint = did_you_mean("us-east-1a", ["us-west-1", "us-east-1"], limit=2)
    assert hint == "did you mean 'us-east-1' or 'us-west-1'?"
