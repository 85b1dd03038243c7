"""Reductions of a grid that compute on what differs, not on what repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError, did_you_mean

if TYPE_CHECKING:
    import xarray as xr

    Grids = xr.Dataset | Mapping[str, xr.Dataset] | Iterable[tuple[str, xr.Dataset]]

#: cells looked through at once
RUN = 2**20


def factored(cube: xr.Dataset) -> xr.Dataset:
    """Cube whose variables keep only the axes that they depend on; nothing is copied.

    Arithmetic in xarray brings the axes back by name. Minima, maxima, means and quantiles are
    those of the whole cube, at the price of the part that was computed.

    Examples
    --------
    >>> cube = grid("aws.eks", region=["us-east-1", "eu-west-1"], vcpu=[1, 2, 4])
    >>> factored(cube).monthly_cost.dims
    ('region',)
    >>> float(factored(cube).monthly_cost.quantile(0.5))
    73.0
    """
    variables = {}
    for name, array in cube.data_vars.items():
        strides = array.data.strides
        still = {
            dim: 0
            for dim, stride in zip(array.dims, strides, strict=True)
            if stride == 0 and array.sizes[dim] > 1
        }
        variables[name] = array.isel(still, drop=True)
    return cube.assign(variables)


def cheapest(cube: Grids, axis: str = "service", *, as_codes: bool = False) -> xr.Dataset:
    """Label on `axis` with the lowest monthly cost, and that cost, for each of the other cells.

    Parameters
    ----------
    cube : Dataset, mapping of label to Dataset, or iterable of (label, Dataset)
        A grid; or grids of one service each, which are compared without being stacked, so that
        each takes only the memory of the axes that its service reads. Of an iterable, such as
        ``((name, grid(name, **axes)) for name in services)``, one grid is held at a time.
    axis : str
        Axis to reduce; with several grids, the name of what the labels are.
    as_codes : bool
        Give positions in ``attrs["labels"]`` (-1: none) instead of labels: 2 bytes per cell.

    Returns
    -------
    Dataset
        `monthly_cost` (NaN where no cell has a price) and a variable named as `axis` with the
        label (NaN there). The first label wins a tie. Axes that change nothing are left out.

    Examples
    --------
    >>> cube = grid(["aws.fargate", "aws.fargate_eks"], region="us-east-1", vcpu=[0.25, 2],
    ...             memory_gib=4, cpu_architecture=["x86_64", "arm64"])
    >>> best = cheapest(cube, "cpu_architecture")
    >>> best["cpu_architecture"].sel(vcpu=2, service="aws.fargate").item()
    'arm64'
    """
    import xarray as xr  # noqa: PLC0415  imported on first use

    labels: list[object] = []
    best = position = None
    for label, cost in _slices(cube, axis):
        if best is None or position is None:
            best = xr.full_like(cost, np.inf)
            position = xr.full_like(cost, -1, dtype=np.int16)
        best, position, other = xr.broadcast(best, position, cost)
        best, position = (a if a.data.flags.writeable else a.copy() for a in (best, position))
        is_less = other.data < best.data
        np.copyto(best.data, other.data, where=is_less)
        np.copyto(position.data, len(labels), where=is_less)
        labels.append(label)
        del cost, other, is_less
    if best is None or position is None:
        raise InvalidValueError("There is no grid to compare.", hint="give at least one.")
    np.copyto(best.data, np.nan, where=np.isinf(best.data))
    if not as_codes:
        names = np.array([*labels, np.nan], dtype=object)
        position = position.copy(data=names[position.data])
    return xr.Dataset({"monthly_cost": best, axis: position}, attrs={"labels": labels})


def top_k(cube: xr.Dataset, k: int = 10) -> pd.DataFrame:
    """The `k` cheapest cells, cheapest first, with their labels.

    Axes that change nothing are left out: their cells are all alike.

    Examples
    --------
    >>> cube = grid("aws.fargate", region=["us-east-1", "sa-east-1"], vcpu=[1, 2], memory_gib=4)
    >>> top_k(cube, 2)["region"].tolist()
    ['us-east-1', 'us-east-1']
    """
    cost = factored(cube)["monthly_cost"]
    values = cost.data.reshape(-1)
    best = np.empty(0, dtype=np.intp)
    for start in range(0, len(values), RUN):
        part = np.flatnonzero(~np.isnan(values[start : start + RUN])) + start
        if len(best) == k:
            part = part[values[part] < values[best[-1]]] if k else part[:0]
        best = np.concatenate([best, part])
        best = best[np.argsort(values[best], kind="stable")[:k]]
    place = np.unravel_index(best, cost.shape) if cost.ndim else ()
    found = {str(dim): cost[dim].data[at] for dim, at in zip(cost.dims, place, strict=True)}
    return pd.DataFrame({**found, "monthly_cost": values[best]})


def _slices(cube: Grids, axis: str) -> Iterator[tuple[object, xr.DataArray]]:
    """Labels of an axis and the costs at each of them; one grid at a time."""
    import xarray as xr  # noqa: PLC0415  imported on first use

    if not isinstance(cube, xr.Dataset):
        grids: Any = cube.items() if isinstance(cube, Mapping) else cube
        for label, each in grids:
            cost = factored(each)["monthly_cost"]
            del each  # the grid is freed before the next one is priced
            yield label, cost
            del cost
        return
    if axis not in cube.dims:
        dims = [str(dim) for dim in cube.dims]
        raise InvalidValueError(
            f"The grid has no axis {axis!r}.",
            hint=did_you_mean(axis, dims) or f"it has {', '.join(dims) or 'none'}.",
        )
    cost = factored(cube)["monthly_cost"]
    labels = list(cube[axis].data) if axis == "on" else cube[axis].data.tolist()
    if axis not in cost.dims:
        yield labels[0], cost
        return
    for number, label in enumerate(labels):
        yield label, cost.isel({axis: number}, drop=True)
