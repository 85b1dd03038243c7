"""Kubernetes quantities, exactly: ``250m`` of a vCPU, ``1Gi``, ``1.5G``, ``128974848``, ``1e3``.

The grammar is that of Kubernetes' resource.Quantity: a decimal number with a binary suffix, a
decimal suffix or an exponent, without white space. Like Kubernetes' own Python client, an
exponent before a suffix (``1e3m``) is read too.
"""

from __future__ import annotations

import decimal
import re
from decimal import Decimal

from wharfage.inputs.places import quoted

_QUANTITY = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)([numkMGTPE]|[KMGTPE]i)?", re.ASCII
)
_BINARY = {f"{letter}i": Decimal(2 ** (10 * n)) for n, letter in enumerate("KMGTPE", start=1)}
_DECIMAL = {letter: Decimal(10) ** (3 * n) for n, letter in enumerate("num", start=-3)}
_DECIMAL |= {letter: Decimal(10) ** (3 * n) for n, letter in enumerate("kMGTPE", start=1)}
_FACTORS = {"": Decimal(1), **_DECIMAL, **_BINARY}
#: digits of any quantity times any factor fit, so that nothing is rounded
_EXACT = decimal.Context(prec=400)
#: a longer text is no quantity that somebody wrote
_LONGEST = 64
#: Kubernetes holds a quantity in 64 bits
LARGEST = 2**63 - 1
BYTES_PER_GIB = 2**30


def parse_quantity(value: object) -> Decimal:
    """Quantity as a number of its base unit: vCPU, bytes, pieces.

    Parameters
    ----------
    value : str, int or float
        As YAML gives it. A float is read by its shortest text, so that 0.1 is one tenth.

    Raises
    ------
    ValueError
        With what is wrong, if it is no quantity, is negative, or is larger than Kubernetes holds.

    Examples
    --------
    >>> parse_quantity("250m"), parse_quantity("1Gi"), parse_quantity(0.5)
    (Decimal('0.250'), Decimal('1073741824'), Decimal('0.5'))
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{quoted(value)} is not a quantity")  # noqa: TRY004  one kind to catch
    text = str(value)
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        without = "".join(text.split())
        spaced = without != text and _QUANTITY.fullmatch(without)
        why = f"; write {without!r}" if spaced and len(text) <= _LONGEST else ""
        raise ValueError(f"{quoted(text)} is not a quantity{why}")
    number = _EXACT.multiply(Decimal(match[1]), _FACTORS[match[2] or ""])
    if number < 0:
        raise ValueError(f"{quoted(text)} is below 0")
    if number > LARGEST:
        raise ValueError(f"{quoted(text)} is larger than Kubernetes can hold")
    return abs(number)


def gib(number: Decimal) -> float:
    """Bytes as GiB.

    Examples
    --------
    >>> gib(parse_quantity("512Mi"))
    0.5
    """
    return float(_EXACT.divide(number, Decimal(BYTES_PER_GIB)))
