"""Arrays that put off growing: the product of two axes is kept as its factors.

Of a grid, every column lies along its own axis. Formulas run once over whole columns: what stays
small is computed at once, what would grow to a large part of the grid is kept as a product of its
factors, or as an operation for later, and computed block by block.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from wharfage.engine.tiles import own_rows

#: cells beyond which an operation that grows is put off
LIMIT = 2**20

Block = tuple[slice, ...]
#: an array, a product, or an operation put off; or what numpy gives and takes beside them
Node = Any


class CannotFactorError(TypeError):
    """A formula asks for something that only whole arrays can answer."""


class Factor(np.ndarray):
    """Array along some axes of a grid; operations that would grow beyond a limit are put off.

    `made_of` holds the two factors of an array that is a product.
    """

    made_of: tuple[Node, ...] = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:  # noqa: ANN401  what numpy gives
        return _ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, func: Callable[..., Any], types: Node, args: Node, kwargs: Node
    ) -> Node:
        if func is np.where and len(args) == _CHOICE and not kwargs:
            return elementwise(np.where, args)
        found = super().__array_function__(func, types, args, kwargs)
        return factor(found) if isinstance(found, np.ndarray) else found


class Later(NDArrayOperatorsMixin):
    """Operation on arrays that is put off until a block of its cells is asked for."""

    __array_priority__ = 2

    def __init__(self, func: Callable[..., Any], args: Sequence[Node]) -> None:
        self.func = func
        self.args = tuple(args)
        self.shape = np.broadcast_shapes(*map(shape_of, args))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:  # noqa: ANN401  what numpy gives
        return _ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, func: Callable[..., Any], _types: Node, args: Node, kwargs: Node
    ) -> Node:
        if func is np.where and len(args) == _CHOICE and not kwargs:
            return elementwise(np.where, args)
        raise CannotFactorError(func.__name__)

    def _refuse(self, *_: object, **__: object) -> Node:
        raise CannotFactorError

    __array__ = __bool__ = __len__ = __iter__ = __getitem__ = __index__ = __float__ = _refuse
    any = all = item = astype = copy = ravel = reshape = sum = min = max = _refuse

    def at(self, block: Block) -> NDArray[Any]:
        """Values of a block."""
        return np.asarray(self.func(*(part(arg, block) for arg in self.args)))


class Product(Later):
    """Product of factors, none of which has all the axes."""

    def __init__(self, factors: Sequence[Node]) -> None:
        super().__init__(np.multiply, factors)

    def at(self, block: Block) -> NDArray[Any]:
        """Values of a block; small factors are multiplied first."""
        parts = sorted((part(arg, block) for arg in self.args), key=np.size)
        return math.prod(parts[1:], start=parts[0])


#: condition and two choices of ``np.where``
_CHOICE = 3


def factor(values: NDArray[Any]) -> Node:
    """Array as a factor."""
    return np.asarray(values).view(Factor)


def part(node: Node, block: Block) -> Node:
    """Values of a block of an array or an operation; a scalar stays as it is."""
    if isinstance(node, Later):
        return node.at(block)
    return own_rows(plain(node), block) if isinstance(node, np.ndarray) else node


def plain(node: Node) -> Node:
    """Array without the put-off behaviour."""
    return node.view(np.ndarray) if isinstance(node, Factor) else node


def factors_of(node: Node) -> tuple[Node, ...]:
    """Factors of a product; of anything else, itself."""
    if isinstance(node, Product):
        return node.args
    return node.made_of if isinstance(node, Factor) and node.made_of else (node,)


def _product_args(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, Product) else (node,)


def shape_of(node: Node) -> tuple[int, ...]:
    """Shape of an array or operation; a scalar has none."""
    return getattr(node, "shape", ())


def cells(*nodes: Node) -> int:
    """Cells over which several arrays broadcast."""
    return math.prod(np.broadcast_shapes(*map(shape_of, nodes)))


def elementwise(func: Callable[..., Any], args: Sequence[Node]) -> Node:
    """Result of an elementwise function, at once if it stays small."""
    size = cells(*args)
    grows = size > LIMIT and size > max(map(cells, args))
    if not grows and not any(isinstance(arg, Later) for arg in args):
        found = func(*map(plain, args))
        if not isinstance(found, np.ndarray):
            return found
        found = factor(found)
        if func is np.multiply and all(map(shape_of, args)):
            found.made_of = tuple(args)
        return found
    if func is np.multiply:
        return Product([each for arg in args for each in _product_args(arg)])
    if func is np.true_divide and not isinstance(args[1], Later):
        return Product([*_product_args(args[0]), np.true_divide(1.0, args[1])])
    return Later(func, args)


def _ufunc(ufunc: np.ufunc, method: str, inputs: Node, options: Node) -> Node:
    """Ufunc on factors; one with its own place for the result is not put off."""
    if method == "__call__" and not options:
        return elementwise(ufunc, inputs)
    if any(isinstance(value, Later) for value in (*inputs, *options.get("out", ()))):
        raise CannotFactorError(ufunc.__name__)
    given = {name: plain(value) for name, value in options.items()}
    if "out" in options:
        given["out"] = tuple(map(plain, options["out"]))
    found = getattr(ufunc, method)(*map(plain, inputs), **given)
    return factor(found) if isinstance(found, np.ndarray) else found


def blocks(shape: Sequence[int], count: int, whole: Sequence[bool] = ()) -> Iterator[Block]:
    """Blocks of about `count` cells that cover a grid; axes of `whole` are never split.

    The last axes are kept whole as far as that goes, so that inner loops are long.

    Examples
    --------
    >>> [block[1] for block in blocks([2, 5], 6, [True, False])]
    [slice(0, 3, None), slice(3, 5, None)]
    """
    whole = whole or [False] * len(shape)
    steps = [size if is_whole else 1 for size, is_whole in zip(shape, whole, strict=True)]
    left = max(count // math.prod(steps), 1)
    for axis in reversed(range(len(shape))):
        if not whole[axis]:
            steps[axis] = min(shape[axis], left)
            left = max(left // steps[axis], 1)
    starts = [range(0, size, step) for size, step in zip(shape, steps, strict=True)]
    for place in itertools.product(*starts):
        yield tuple(
            slice(start, min(start + step, size))
            for start, step, size in zip(place, steps, shape, strict=True)
        )
