"""What stops a refresh: readings that no careful person would let into a rate book unseen.

Every gate says what it saw and which override passes it. An override either takes the price as it
is, with a mark on the rate, or leaves the rates in question out; it may be narrowed to a service
and a region: ``price_change``, ``price_change:aws.ec2``, ``price_change:aws.ec2:eu-west-1``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wharfage.errors import FeedError, InvalidValueError, did_you_mean

#: a price that grows or falls by this factor is a slip of the unit until someone says otherwise
JUMP = 10
#: faults printed in one message; ``failures`` holds all
SHOWN = 20

#: gates with an override, and what the override does
GATES = {
    "price_change": "takes the price as it is",
    "spot_price": "takes the price as it is",
    "currency": "leaves those rates out",
    "tier_gap": "leaves those rates out",
    "conflict": "leaves those rates out",
    "missing_meter": "leaves new rates of that region out and keeps the old ones",
}


@dataclass(frozen=True)
class Allowance:
    """An override: a gate, in one service and region or in all."""

    gate: str
    service: str = ""
    region: str = ""

    def covers(self, gate: str, service: str, region: str) -> bool:
        """True if it passes a gate there."""
        return self.gate == gate and self.service in ("", service) and self.region in ("", region)


def parse_allowances(words: Iterable[str]) -> list[Allowance]:
    """Overrides as people write them: ``GATE``, ``GATE:SERVICE`` or ``GATE:SERVICE:REGION``.

    Raises
    ------
    InvalidValueError
        If there is no such gate.

    Examples
    --------
    >>> parse_allowances(["spot_price:aws.ec2"])
    [Allowance(gate='spot_price', service='aws.ec2', region='')]
    """
    found = []
    for text in words:
        parts = text.split(":")
        if parts[0] not in GATES or len(parts) > 3:  # noqa: PLR2004  gate, service, region
            raise InvalidValueError(
                f"--allow {text!r} names no gate of a refresh.",
                hint=did_you_mean(parts[0], GATES) or f"the gates are {', '.join(GATES)}.",
            )
        found.append(Allowance(*parts))
    return found


@dataclass
class Gatekeeper:
    """The overrides of one refresh, and everything that came to a gate.

    Attributes
    ----------
    stopped, passed : list of dict
        gate, service, region, rate, message: what stops the refresh; what an override let by.
    """

    allowances: list[Allowance]
    stopped: list[dict[str, str]] = field(default_factory=list)
    passed: list[dict[str, str]] = field(default_factory=list)

    def passes(
        self, gate: str, message: str, *, service: str, region: str = "", rate: str = ""
    ) -> bool:
        """Record what came to a gate; True if an override covers it."""
        row = {
            "gate": gate,
            "service": service,
            "region": region,
            "rate": rate,
            "message": message,
        }
        covered = any(a.covers(gate, service, region) for a in self.allowances)
        (self.passed if covered else self.stopped).append(row)
        return covered

    def has_stopped(self, service: str, rate: str) -> bool:
        """True if a rate is stopped already."""
        return any(row["service"] == service and row["rate"] == rate for row in self.stopped)

    def raise_stopped(self) -> None:
        """Raise everything that stops the refresh, with the overrides that would pass it.

        Raises
        ------
        FeedError
            If anything does.
        """
        if not self.stopped:
            return
        lines = [
            ": ".join(filter(None, (row["gate"], row["service"], row["rate"], row["message"])))
            for row in self.stopped
        ]
        more = [f"... and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else []
        raise FeedError(
            f"The refresh is stopped by {len(lines):,} finding(s); nothing was written:\n"
            + "\n".join(lines[:SHOWN] + more),
            hint=self._hint(),
            failures=self.stopped,
        )

    def _hint(self) -> str:
        overrides = {}
        for row in self.stopped:
            if row["gate"] in GATES:
                words = f"--allow {row['gate']}:{row['service']}"
                overrides[words] = GATES[row["gate"]]
        offered = [f"{words} {effect}" for words, effect in list(overrides.items())[:SHOWN]]
        fixed = [row for row in self.stopped if row["gate"] not in GATES]
        mend = "the feed must be mended where there is no override" if fixed else ""
        return "; ".join(filter(None, [*offered, mend])) + "."
