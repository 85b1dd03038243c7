"""Kubernetes quantities: every form, exactly, and what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.inputs.quantities import gib, parse_quantity

FORMS = {
    "250m": "0.25",
    "1000m": "1",
    "500m": "0.5",
    "1Gi": "1073741824",
    "1.5G": "1500000000",
    "128974848": "128974848",
    "129e6": "129000000",
    "1e3": "1000",
    "1E2": "100",
    "1e3m": "1",
    "1E": "1000000000000000000",
    "100u": "0.0001",
    "1n": "0.000000001",
    "0.5": "0.5",
    ".5": "0.5",
    "2.": "2",
    "+2": "2",
    "0": "0",
    "123Mi": "128974848",
    "1k": "1000",
    "0.1Ki": "102.4",
    "1e-3": "0.001",
}
REFUSED = {
    "": "'' is not a quantity",
    "1 Gi": "write '1Gi'",
    " 1": "write '1'",
    "1\n": "write '1'",
    "1gi": "is not a quantity",
    "1GB": "is not a quantity",
    "1KiB": "is not a quantity",
    "1K": "is not a quantity",
    "one": "is not a quantity",
    "1,5": "is not a quantity",
    "-1": "'-1' is below 0",
    "-250m": "is below 0",
    "nan": "is not a quantity",
    "inf": "is not a quantity",
    "0x10": "is not a quantity",
    "1e9999999": "is not a quantity",
    "10E": "larger than Kubernetes can hold",
    "1e400": "larger than Kubernetes can hold",
    "٣": "is not a quantity",
    "9" * 5000: "is not a quantity",
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_is_exact(text: str) -> None:
    """A quantity is the number that it stands for, to the last digit."""
    assert parse_quantity(text) == Decimal(FORMS[text])


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_quantity_says_why(text: str) -> None:
    """A text that is no quantity is refused with words."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_quantity(text)
    assert REFUSED[text] in str(caught.value)


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}, float("nan"), float("inf")])
def test_other_types_are_no_quantity(value: object) -> None:
    """Flags, lists, mappings and what is no finite number are refused."""
    with pytest.raises(ValueError, match="is not a quantity"):
        parse_quantity(value)


@pytest.mark.parametrize(("value", "expected"), [(2, "2"), (0.1, "0.1"), (1e-05, "0.00001")])
def test_numbers_of_yaml(value: float, expected: str) -> None:
    """A number that YAML has read is its shortest text."""
    assert parse_quantity(value) == Decimal(expected)


def test_gib() -> None:
    """Bytes become GiB: 1 GB is a little less than 1 GiB."""
    assert gib(parse_quantity("1536Mi")) == 1.5
    assert gib(parse_quantity("1G")) == pytest.approx(0.931322574615478515625)


numbers = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals(0, 10**6, places=4).map(lambda d: f"{d:f}"),
)
SUFFIXES = (
    "",
    "n",
    "u",
    "m",
    "k",
    "M",
    "G",
    "T",
    "P",
    "E",
    "Ki",
    "Mi",
    "Gi",
    "Ti",
    "Pi",
    "Ei",
    "e3",
    "E2",
    "e-2",
)


@given(numbers, st.sampled_from(SUFFIXES))
def test_agrees_with_kubernetes(number: str, suffix: str) -> None:
    """The Kubernetes client reads every quantity as the same number."""
    theirs = pytest.importorskip("kubernetes.utils.quantity")
    text = number + suffix
    expected = theirs.parse_quantity(text)
    if expected > 2**63 - 1:
        with pytest.raises(ValueError, match="larger"):
            parse_quantity(text)
    else:
        assert parse_quantity(text) == pytest.approx(expected, rel=Decimal("1e-27"))


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the result is a number of 0 or more, or a ValueError."""
    try:
        number = parse_quantity(text)
    except ValueError:
        return
    assert number >= 0
