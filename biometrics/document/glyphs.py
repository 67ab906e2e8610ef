"""The glyph classifier of the MRZ reader: one cell of 20 x 30 pixels to the probability of each OCR-B character.

A small convolutional network of our own (two strided convolutions, one hidden layer), trained by
`tools/train_glyphs.py` on rendered OCR-B. Plain numpy: OpenCV 5 has no `ml` module any more, and nothing heavier
is needed.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

import resources
from registration.errors import StaffMustFix

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
"""Characters of a machine-readable zone (Doc 9303 part 3, 4.3)."""
NO_GLYPH = " "
"""The class of a cell that holds no character: paper, an edge, the gap between two."""
CLASSES = ALPHABET + NO_GLYPH
WIDTH, HEIGHT = 20, 30
"""One cell in pixels: as wide as the pitch, and half as high again."""
CAPITAL = 19.0
"""Height of a capital in a cell, pixels (OCR-B: 2.4 mm at a pitch of 2.54 mm)."""
MODEL = "glyphs.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Activations:
    """What a forward pass computed; the inner ones are empty unless kept for training."""

    probabilities: Floats
    hidden: Floats
    map2: Floats
    patches2: Floats
    map1: Floats
    patches1: Floats


def second_map() -> tuple[int, int]:
    """Rows and columns after both convolutions."""
    rows, columns = (HEIGHT - 5) // 2 + 1, (WIDTH - 5) // 2 + 1
    return (rows - 3) // 2 + 1, (columns - 3) // 2 + 1


def normalised(cells: NDArray[np.uint8]) -> Floats:
    """Take brightness and contrast away: (n, 30, 20) uint8 to float32 of mean 0 and about unit deviation per cell."""
    x = cells.astype(np.float32)
    x -= x.mean((1, 2), keepdims=True)
    x /= np.sqrt((x * x).mean((1, 2), keepdims=True)) + np.float32(6)
    return x


def forward(weights: Mapping[str, Floats], x: Floats, *, keep: bool = False) -> Activations:
    """Classify normalised cells. `probabilities` is (n, 38), rows sum to 1."""
    n = len(x)
    patches1, map1 = _convolve(x[..., None], weights["conv1_w"], weights["conv1_b"], 5)
    patches2, map2 = _convolve(map1, weights["conv2_w"], weights["conv2_b"], 3)
    hidden = np.maximum(map2.reshape(n, -1) @ weights["hidden_w"] + weights["hidden_b"], 0)
    score = hidden @ weights["out_w"] + weights["out_b"]
    score -= score.max(1, keepdims=True)
    np.exp(score, out=score)
    score /= score.sum(1, keepdims=True)
    if keep:
        return Activations(score, hidden, map2, patches2, map1, patches1)
    none = np.empty(0, np.float32)
    return Activations(score, none, none, none, none, none)


def _convolve(x: Floats, weight: Floats, bias: Floats, size: int) -> tuple[Floats, Floats]:
    """Convolution with stride 2 and ReLU on (n, rows, columns, channels), as one matrix product."""
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::2, ::2]  # type: ignore[call-overload]
    n, rows, columns, channels = windows.shape[:4]
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * rows * columns, size * size * channels)
    found = patches @ weight
    found += bias
    np.maximum(found, 0, out=found)
    return patches, found.reshape(n, rows, columns, -1)


def classify(cells: NDArray[np.uint8]) -> Floats:
    """Return (n, 38) probabilities in the order of CLASSES for (n, 30, 20) uint8 cells.

    Raises StaffMustFix ``mrz.model_damaged`` when the model file is not the one that was shipped.
    """
    return forward(model(), normalised(cells)).probabilities


@cache
def model() -> Mapping[str, Floats]:
    """Load the shipped model once, after its SHA-256 was found right."""
    try:
        content = resources.path(f"models/{MODEL}").read_bytes()
        expected = resources.path(f"models/{MODEL}.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise StaffMustFix("mrz.model_damaged") from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise StaffMustFix("mrz.model_damaged")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: without_denormals(stored[name].astype(np.float32)) for name in stored.files}


def without_denormals(weights: Floats) -> Floats:
    """Return the weights with those too small to matter as zero: a processor multiplies them many times slower."""
    return np.where(np.abs(weights) < 1e-20, np.float32(0), weights)


def packed(weights: Mapping[str, Floats]) -> bytes:
    """Return the weights as an uncompressed .npz whose bytes depend on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(weights):
            array = io.BytesIO()
            np.save(array, weights[name], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), array.getvalue())
    return out.getvalue()
