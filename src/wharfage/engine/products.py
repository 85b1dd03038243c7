"""Costs as sums of products: what meters share is multiplied once.

Meters of a service share the factor of their hours: ``vcpu * hours * price`` and
``memory * hours * price`` are ``(vcpu * price + memory * price) * hours``, of which only the last
product has all the axes of a grid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.engine.factored import LIMIT, Block, Later, Node, cells, factor, part, plain

Array = NDArray[np.float64]
Term = tuple[Node, ...]


class Scratch:
    """Arrays of one thread, used again for every block: fresh memory is slow to touch."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:  # noqa: ANN401  numpy's types
        """Array of a shape, with whatever values it had."""
        size = int(np.prod(shape))
        if name not in self._arrays or len(self._arrays[name]) < size:
            self._arrays[name] = np.empty(size, dtype)
        return self._arrays[name][:size].reshape(shape)


@dataclass(frozen=True)
class Products:
    """Sum of products; of each, the first factor is its own and the others may be shared."""

    terms: tuple[Term, ...]

    def at(self, block: Block, out: Array, scratch: Scratch) -> Array:
        """Sum over the cells of a block, put into `out`."""
        for number, term in enumerate(self.terms):
            into = scratch.take("term", out.shape) if number else out
            _multiply([part(each, block) for each in term], into)
            if number:
                np.add(out, into, out=out)
        return out

    def is_void(self, block: Block) -> bool:
        """True if no cell of a block has a price, as far as small factors tell."""
        own = self.terms[0][0]
        return not isinstance(own, Later) and bool(np.isnan(part(own, block)).all())

    def without(self, masks: Sequence[Node]) -> tuple[Products, list[Node]]:
        """Sum that is NaN where a mask is set, and the masks that fit no factor."""
        first, left = list(self.terms[0]), []
        for mask in masks:
            fits = [
                n
                for n, each in enumerate(first)
                if not isinstance(each, Later) and cells(each, mask) <= max(LIMIT, cells(each))
            ]
            if isinstance(mask, Later) or not fits:
                left.append(mask)
            else:
                first[fits[0]] = factor(np.where(mask, np.nan, first[fits[0]]))
        return Products((tuple(first), *self.terms[1:])), left


def _multiply(parts: list[Any], out: Array) -> None:
    """Product into its place; small factors first, so that only the last product is large."""
    parts = sorted(parts, key=np.size)
    if len(parts) == 1:
        out[...] = parts[0]
        return
    small = parts[0]
    for each in parts[1:-1]:
        small = small * each
    np.multiply(small, parts[-1], out=out)


def summed(products: Sequence[Term]) -> Products:
    """Sum of products, with common factors taken out.

    Of each product, what is its own and small is multiplied at once; products that share the
    rest are added before they are multiplied with it.
    """
    distinct: list[Node] = []
    known = [[_known(each, distinct) for each in term] for term in products]
    shared = Counter(id(each) for term in known for each in term)
    groups: list[tuple[Node, list[Node]]] = []
    for term in known:
        own, rest = _merged(sorted(term, key=lambda each: (shared[id(each)], cells(each))))
        same = [
            n
            for n, (other, factors) in enumerate(groups)
            if [*map(id, factors)] == [*map(id, rest)] and cells(other, own) <= LIMIT
        ]
        if same:
            groups[same[0]] = (groups[same[0]][0] + own, rest)
        else:
            groups.append((own, rest))
    terms = [(own, *rest) for own, rest in groups]
    return Products(tuple(terms) or ((factor(np.zeros(1)),),))


def _known(node: Node, distinct: list[Node]) -> Node:
    """The same numbers met before, if there are such; else what is given, to be met again."""
    for each in distinct:
        is_same = each is node or (
            not isinstance(each, Later)
            and not isinstance(node, Later)
            and np.array_equal(plain(each), plain(node))
        )
        if is_same:
            return each
    distinct.append(node)
    return node


def _merged(term: Sequence[Node]) -> tuple[Node, list[Node]]:
    """First factors of a product in one, while that stays small, and those that are left."""
    own, rest = factor(np.ones(1)), []
    for each in term:
        if isinstance(each, Later) or cells(own, each) > LIMIT:
            rest.append(each)
        else:
            own = own * each
    return own, sorted(rest, key=id)
