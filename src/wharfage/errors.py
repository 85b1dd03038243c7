"""Every exception that wharfage raises on purpose.

The tree::

    WharfageError
    ├── WorkloadError (ValueError)       a fleet that cannot be read or priced as written
    │   ├── MissingColumnError (KeyError)
    │   ├── InvalidValueError
    │   ├── IllegalSizeError
    │   └── DocumentError               a manifest that cannot be read, or contradicts itself
    ├── RateError                        a rate table that is wrong, or a rate that is not there
    │   ├── RateTableError (ValueError)
    │   ├── UnknownRateError (KeyError)
    │   ├── NotYetPricedError
    │   └── WithdrawnError
    ├── UnknownServiceError (KeyError)
    ├── UnpricedError                    a sum was asked over rows that have no price
    ├── FeedError                        a provider's price feed could not be read
    ├── ClusterError                     a cluster did not finish, or its machines differ
    ├── MissingExtraError (ImportError)  an optional package that the work needs is not installed
    └── ScheduleError (ValueError)       a tier schedule that makes no sense

Every message says what is wrong, where and how many, then a blank line and a hint.
``error.failures`` is a DataFrame with one row per failure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class WharfageError(Exception):
    """Base of all errors of this library.

    Parameters
    ----------
    message : str
        What is wrong, where, how many.
    hint : str, optional
        What to do about it; printed after a blank line.
    failures : sequence of mappings, optional
        One record per failure, all failures of the stage.
    errors : sequence of WharfageError, optional
        The typed errors that a summary stands for.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        failures: Sequence[dict[str, Any]] | pd.DataFrame | None = None,
        errors: Sequence[WharfageError] = (),
    ) -> None:
        self.message = message
        self.hint = hint
        self.errors = tuple(errors)
        self._failures = failures if failures is not None else []
        super().__init__(message)

    def __str__(self) -> str:
        """Message, blank line, hint."""
        return f"{self.message}\n\nHint: {self.hint}" if self.hint else self.message

    @property
    def failures(self) -> pd.DataFrame:
        """All failures of the stage, one row each (empty if the message says it all)."""
        import pandas as pd  # noqa: PLC0415  errors must be importable without pandas

        return pd.DataFrame(self._failures)


class WorkloadError(WharfageError, ValueError):
    """A fleet that cannot be read, or a workload that cannot be priced as written."""


class MissingColumnError(WorkloadError, KeyError):
    """A column that is needed is not in the fleet."""


class InvalidValueError(WorkloadError):
    """A cell or an argument holds a value that makes no sense."""


class IllegalSizeError(WorkloadError):
    """A size that the service does not sell."""


class DocumentError(WorkloadError):
    """A manifest or task definition that cannot be read, or that contradicts itself."""


class RateError(WharfageError):
    """A rate table is wrong, or a rate is not there."""


class RateTableError(RateError, ValueError):
    """A rate table breaks a rule of its format."""


class UnknownRateError(RateError, KeyError):
    """The book holds no rate for a key."""


class NotYetPricedError(RateError):
    """The date lies before the first rate of a key."""


class WithdrawnError(RateError):
    """The rate was withdrawn before the date."""


class UnknownServiceError(WharfageError, KeyError):
    """No such service."""


class UnpricedError(WharfageError):
    """A sum was asked over rows of which some have no price."""


class FeedError(WharfageError):
    """A provider's price feed could not be read."""


class RateWarning(UserWarning):
    """Rates that are old for the date they are used on."""


class ClusterError(WharfageError):
    """A cluster did not finish its work, or its machines differ."""


class MissingExtraError(WharfageError, ImportError):
    """An optional package that the work needs is not installed."""


class ScheduleError(WharfageError, ValueError):
    """A tier schedule that does not start at zero or does not increase."""


def did_you_mean(
    name: str, known: Iterable[str], *, limit: int = 1, cutoff: float = 0.6
) -> str | None:
    """Hint text with the known names nearest to `name`, or None if nothing is near.

    Examples
    --------
    >>> did_you_mean("eu-west-9", ["eu-west-1", "us-east-1"])
    "did you mean 'eu-west-1'?"
    """
    likeness = difflib.SequenceMatcher(b=str(name).lower())
    near = []
    for candidate in known:
        likeness.set_seq1(candidate.lower())
        # The two cheap upper bounds first: a long list has few candidates.
        if likeness.real_quick_ratio() >= cutoff and likeness.quick_ratio() >= cutoff:
            near.append((-likeness.ratio(), candidate))
    near = sorted(pair for pair in near if -pair[0] >= cutoff)[:limit]
    if not near:
        return None
    quoted = [f"'{candidate}'" for _, candidate in near]
    return f"did you mean {' or '.join(quoted)}?"
