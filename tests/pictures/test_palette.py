"""Colours that any eye tells apart, and that stay apart in grey."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from wharfage.outputs.pictures.parts import COLORS
from wharfage.outputs.pictures.theme import DASHES, LINE_COLORS, PALETTE, line_scales

Array = NDArray[np.float64]

#: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation
#: of Color Vision Deficiency", IEEE TVCG 15 (6), 2009: matrices of severity 1.0, on linear RGB
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "trichromacy": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}
#: a difference of 2.3 is just noticeable side by side
NEIGHBOURS, ANY_TWO, LIGHTNESS = 22.0, 20.0, 8.0


def linear(color: str) -> Array:
    """Linear RGB of a colour."""
    rgb = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    """CIE Lab of linear RGB, D65."""
    to_xyz = [
        [0.4124564, 0.2875761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ rgb / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(color: str, eyes: str) -> Array:
    """Colour as some eyes see it, in CIE Lab."""
    return lab(np.clip(np.array(MACHADO[eyes]) @ linear(color), 0, 1))


@pytest.mark.parametrize("eyes", MACHADO)
def test_neighbours_are_far_apart(eyes: str) -> None:
    """Colours that lie beside one another in a bar differ clearly to every eye."""
    places = [seen(color, eyes) for color in COLORS.values()]
    gaps = [np.linalg.norm(a - b) for a, b in itertools.pairwise(places[:-1])]
    assert min(gaps) >= NEIGHBOURS


@pytest.mark.parametrize("eyes", MACHADO)
def test_any_two_are_apart(eyes: str) -> None:
    """No two colours of the palette look alike to any eye."""
    places = [seen(color, eyes) for color in PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2)) >= ANY_TWO


@pytest.mark.parametrize("eyes", MACHADO)
def test_lightness_rises(eyes: str) -> None:
    """From the first colour to the last each is lighter, to every eye."""
    assert (np.diff([seen(color, eyes)[0] for color in PALETTE]) > 0).all()


def test_grey_steps_are_wide() -> None:
    """In grey each colour is at least 8 of 100 steps lighter than the one before."""
    assert np.diff([lab(linear(color))[0] for color in COLORS.values()])[:-1].min() >= LIGHTNESS


@pytest.mark.parametrize("ground", ["#FFFFFF", "#14181D"])
def test_lines_stand_out_from_the_ground(ground: str) -> None:
    """Every line has a contrast of 2 to 1 or more with a white page and with a dark one."""
    weights = [0.2126, 0.7152, 0.0722]
    for color in LINE_COLORS:
        dark, light = sorted(float(np.dot(weights, linear(each))) for each in (color, ground))
        assert (light + 0.05) / (dark + 0.05) >= 2.0


def test_lines_differ_in_dash_too() -> None:
    """The first seven lines have seven dashes, and no two of 28 lines look the same."""
    names = [str(n) for n in range(28)]
    colors, dashes = (scale.to_dict()["range"] for scale in line_scales(names))
    assert len({tuple(dash) for dash in dashes[:7]}) == len(DASHES) == 7
    assert len({(c, tuple(d)) for c, d in zip(colors, dashes, strict=True)}) == 28
