"""CPU and memory of a task as text: CPU units or vCPU, MiB or GB.

Source: Amazon ECS API reference, RegisterTaskDefinition, `cpu` and `memory` (2026): ``"256"`` or
``".25 vCPU"``, ``"512"`` or ``"0.5 GB"``. AWS counts 1,024 CPU units to a vCPU and 1,024 MiB to
what it calls a GB.
"""

from __future__ import annotations

import re
from decimal import Decimal

from wharfage.inputs.fields import LARGEST_COUNT, Field
from wharfage.inputs.places import quoted
from wharfage.units import CPU_UNITS_PER_VCPU, MIB_PER_GIB

_NUMBER = r"(\d{1,12}\.?\d{0,12}|\.\d{1,12})"
_CPU = re.compile(rf"{_NUMBER}\s*(vcpu)?", re.ASCII | re.IGNORECASE)
_MEMORY = re.compile(rf"{_NUMBER}\s*(gb)?", re.ASCII | re.IGNORECASE)


def read_vcpu(field: Field) -> Decimal | None:
    """CPU in vCPU, from units or from text such as ``1 vCPU``; None where absent or wrong."""
    return _amount(field, _CPU, CPU_UNITS_PER_VCPU, "CPU units such as '256', or '.25 vCPU'")


def read_memory_gib(field: Field) -> Decimal | None:
    """Memory in GiB, from MiB or from text such as ``1 GB``; None where absent or wrong."""
    return _amount(field, _MEMORY, MIB_PER_GIB, "MiB such as '512', or '0.5 GB'")


def _amount(field: Field, form: re.Pattern[str], per_whole: int, wanted: str) -> Decimal | None:
    value = field.value
    if value is None:
        return None
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    match = form.fullmatch(str(value).strip()) if is_text and len(str(value)) <= 40 else None  # noqa: PLR2004  longer is no size
    if match is None:
        field.wrong(f"{quoted(value)} is not a size: write {wanted}")
        return None
    number = Decimal(match[1])
    if not 0 < number <= LARGEST_COUNT:
        field.wrong(f"{quoted(value)} is not a size: it must be above 0")
        return None
    return number if match[2] else number / per_whole
