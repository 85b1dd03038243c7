"""Arrays that put off growing, blocks that cover a grid, and sums of products."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.engine import factored, products
from wharfage.engine.factored import (
    CannotFactorError,
    Factor,
    Later,
    Product,
    blocks,
    factor,
    factors_of,
    part,
)
from wharfage.engine.products import Products, Scratch, summed

WHOLE = (slice(0, 3), slice(0, 4))


@pytest.fixture
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put off whatever grows beyond five cells."""
    for module in (factored, products):
        monkeypatch.setattr(module, "LIMIT", 5)


def down() -> Factor:
    """Give three numbers along the first axis."""
    found: Factor = factor(np.array([[1.0], [2.0], [3.0]]))
    return found


def across() -> Factor:
    """Give four numbers along the second axis."""
    found: Factor = factor(np.array([[5.0, 0.5, 0.0, 7.0]]))
    return found


@given(
    shape=st.lists(st.integers(1, 7), max_size=4),
    count=st.integers(1, 60),
    whole=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_blocks_cover_every_cell_once(shape: list[int], count: int, whole: list[bool]) -> None:
    """Each cell is in one block; axes to be kept whole are never split."""
    seen = np.zeros(shape, dtype=int)
    held = whole[: len(shape)]
    for block in blocks(shape, count, held):
        seen[block] += 1
        for axis, size, is_whole in zip(block, shape, held, strict=True):
            assert not is_whole or axis == slice(0, size)
    assert (seen == 1).all()


@given(shape=st.lists(st.integers(1, 9), min_size=1, max_size=4), count=st.integers(1, 60))
def test_blocks_are_no_larger_than_wanted(shape: list[int], count: int) -> None:
    """A block holds at most the number of cells asked for."""
    assert all(np.empty(shape)[block].size <= count for block in blocks(shape, count))


def test_blocks_keep_the_last_axes_whole() -> None:
    """Inner loops are long: the last axes are split last."""
    assert next(blocks([9, 4, 5], 20)) == (slice(0, 1), slice(0, 4), slice(0, 5))


def test_small_results_are_computed_at_once() -> None:
    """What stays small is an array, and knows of what it is the product."""
    found = down() * across()
    assert isinstance(found, Factor)
    assert found.tolist() == np.multiply.outer([1.0, 2.0, 3.0], [5, 0.5, 0, 7]).tolist()
    assert [each.shape for each in factors_of(found)] == [(3, 1), (1, 4)]


@pytest.mark.usefixtures("_tiny")
def test_products_that_grow_keep_their_factors() -> None:
    """A product of two axes is kept as two factors, a quotient as well."""
    found = down() * across() / 2.0
    assert isinstance(found, Product)
    assert [np.shape(each) for each in found.args] == [(3, 1), (1, 4), ()]
    assert part(found, WHOLE).tolist() == (np.array(down()) * np.array(across()) / 2).tolist()
    assert part(found, (slice(1, 2), slice(0, 2))).tolist() == [[5.0, 0.5]]


@pytest.mark.usefixtures("_tiny")
def test_other_operations_that_grow_are_put_off() -> None:
    """Sums, comparisons and choices of two axes are computed for a block."""
    low, high = np.array(down()), np.array(across())
    found = np.where(down() > across(), np.maximum(down(), across()), -1.0)
    assert isinstance(found, Later)
    expected = np.where(low > high, np.maximum(low, high), -1.0)
    assert part(found, WHOLE).tolist() == expected.tolist()


@pytest.mark.usefixtures("_tiny")
def test_questions_about_whole_arrays_are_refused() -> None:
    """What only a whole array can answer is not guessed."""
    later = down() + across()
    questions = [
        later.any,
        lambda: bool(later),
        lambda: len(later),
        lambda: np.arange(9)[later],
        lambda: np.isin(later, [1]),
        lambda: np.add.reduce(later),
        lambda: np.add(np.zeros((3, 4)), later, out=np.zeros((3, 4))),
    ]
    for ask in questions:
        with pytest.raises(CannotFactorError):
            ask()


@pytest.mark.usefixtures("_tiny")
def test_functions_of_factors_are_factors() -> None:
    """Reductions, functions with a place for the result, and others compute at once."""
    found = np.divide(down(), 2.0, out=np.zeros_like(down()), where=down() > 1)
    assert isinstance(found, Factor)
    assert found.ravel().tolist() == [0.0, 1.0, 1.5]
    assert isinstance(np.nan_to_num(down()), Factor)
    assert np.add.reduce(down(), axis=None) == 6.0


@pytest.mark.usefixtures("_tiny")
def test_common_factors_are_taken_out() -> None:
    """Products with the same large factor, or equal ones, become one product."""
    again = factor(np.array(across()))
    total = summed([(down(), across(), factor(np.array([2.0]))), (down(), again)])
    assert len(total.terms) == 1
    found = total.at(WHOLE, np.empty((3, 4)), Scratch())
    np.testing.assert_allclose(found, 3 * np.array(down()) * np.array(across()), rtol=1e-15)


def test_nothing_costs_nothing() -> None:
    """A sum without any product is zero."""
    assert not summed([]).at(WHOLE, np.empty((3, 4)), Scratch()).any()


@pytest.mark.usefixtures("_tiny")
def test_masks_go_into_the_factor_that_they_fit() -> None:
    """A mask along one axis makes its factor NaN; one along both is left for later."""
    total = Products(((down(), across()),))
    rows, columns = np.array([[True], [False], [False]]), np.array([[False, True, False, False]])
    marked, left = total.without([rows, columns, rows & columns])
    assert len(left) == 1
    found = marked.at(WHOLE, np.empty((3, 4)), Scratch())
    assert (np.isnan(found) == (rows | columns)).all()
    assert marked.is_void((slice(0, 1), slice(0, 4)))
    assert not marked.is_void(WHOLE)


def test_scratch_is_used_again() -> None:
    """An array of the same name is the same memory, until a larger one is needed."""
    scratch = Scratch()
    first = scratch.take("one", (2, 3))
    assert np.shares_memory(first, scratch.take("one", (3, 2)))
    assert not np.shares_memory(first, scratch.take("one", (4, 3)))
    assert not np.shares_memory(first, scratch.take("other", (2, 3)))


def test_any_order_of_factors_gives_the_same() -> None:
    """The order in which factors are given does not show."""
    three = (down(), across(), factor(np.array([3.0])))
    found = {part(Product(order), WHOLE).tobytes() for order in itertools.permutations(three)}
    assert len(found) == 1


def test_examples_run() -> None:
    """The examples in the documentation give what they say."""
    assert doctest.testmod(factored).failed == 0
