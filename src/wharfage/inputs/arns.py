"""Amazon resource names, as far as documents of services need them: the region and the name."""

from __future__ import annotations

from collections.abc import Iterable

from wharfage.inputs.fields import Field

#: arn:partition:service:region:account:resource
PARTS = 6


def region_of(fields: Iterable[Field]) -> str:
    """Region in the first of several resource names that has one; empty if none has."""
    for each in fields:
        parts = each.text().split(":", PARTS - 1)
        if len(parts) == PARTS and parts[0] == "arn" and parts[3]:
            return parts[3]
    return ""


def name_in(text: str) -> str:
    """Name at the end of a resource name; any other text is a name already.

    Examples
    --------
    >>> name_in("arn:aws:ecs:us-east-1:123456789012:service/prod/web"), name_in("web")
    ('web', 'web')
    """
    return text.rpartition("/")[2] if text.startswith("arn:") else text
