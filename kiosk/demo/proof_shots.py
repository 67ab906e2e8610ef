"""Takes simulated pictures of specimen pages: a scan, a 12-megapixel phone, a 1920x1080 webcam over the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

STYLES = ("scan", "phone", "webcam_whole", "webcam_sideways", "webcam_top")
_Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Trouble:
    """How bad the picture is. The default is an ordinary hand and an ordinary room."""

    blur: tuple[float, float] = (0.3, 1.1)
    """Gaussian sigma in pixels of a 1080p frame, from and to."""
    tilt: float = 0.03
    """Corner displacement as a part of the page."""
    noise: float = 4.0
    shadow: float = 0.45
    """How dark the darkest shadow may be."""
    quality: tuple[int, int] = (70, 92)
    light: float = 1.0
    """How much of the light there is."""
    fill: float = 1.0
    """How much of the picture the page takes, against what an ordinary hand gives it."""
    curl: float = 0.01
    """How far the paper bends up and down, as a part of its height."""
    hand_shadow: float = 0.5
    """Chance of the photographer's own shadow, with a soft edge, over a part of the paper."""


ORDINARY = Trouble()
UNREADABLE = Trouble(blur=(7.0, 10.0))
DARK = Trouble(noise=9.0, light=0.035)
TINY = Trouble(fill=0.16)


def shoot(page: Image.Image, style: str, rng: np.random.Generator, trouble: Trouble = ORDINARY) -> bytes:
    """Return one JPEG of the page. Turned by quarter turns as people do: webcam_sideways always, phone sometimes."""
    paper = np.ascontiguousarray(np.asarray(page)[:, :, ::-1])
    if style == "scan":
        if trouble.fill < 1:
            paper = cv2.resize(paper, None, fx=trouble.fill, fy=trouble.fill, interpolation=cv2.INTER_AREA)
        return _jpeg(_finish(paper, rng, trouble, 0.4, shaded=trouble.light < 1), trouble, rng)
    if style == "phone":
        shot = _place(paper, (3000, 4000) if paper.shape[0] > paper.shape[1] else (4000, 3000), rng, trouble, 0.92)
        shot = _finish(shot, rng, trouble, 2.0)
        turns = int(rng.choice((0, 0, 0, 1, 2, 3)))
        return _jpeg(np.ascontiguousarray(np.rot90(shot, turns)), trouble, rng)
    if style == "webcam_sideways":
        paper = np.ascontiguousarray(np.rot90(paper, int(rng.choice((1, 3)))))
    top = style == "webcam_top"
    shot = _place(paper, (1920, 1080), rng, trouble, 0.95, top=top)
    return _jpeg(_finish(shot, rng, trouble, 1.0), trouble, rng)


def _place(
    paper: _Picture,
    size: tuple[int, int],
    rng: np.random.Generator,
    trouble: Trouble,
    fill: float,
    *,
    top: bool = False,
) -> _Picture:
    """Lay the page on a desk seen by a camera of `size` (width, height)."""
    width, height = size
    tall, wide = paper.shape[:2]
    fill *= float(rng.uniform(0.9, 1.0)) * trouble.fill
    paper = _bend(paper, rng, trouble.curl)
    scale = width * fill / wide if top else min(width * fill / wide, height * fill / tall)
    if scale < 1:
        paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.45 / scale), np.uint8)
    w, h = wide * scale, tall * scale
    left = (width - w) / 2
    upper = height * float(rng.uniform(0.01, 0.06)) if top else (height - h) / 2
    corners = np.array([(left, upper), (left + w, upper), (left + w, upper + h), (left, upper + h)], np.float32)
    corners += (rng.uniform(-trouble.tilt, trouble.tilt, (4, 2)) * min(w, h, width, height)).astype(np.float32)
    flat = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    desk = np.clip(
        rng.uniform(50, 170, (1, 1, 3)) + cv2.resize(rng.normal(0, 14, (9, 16, 3)).astype(np.float32), size), 0, 255
    ).astype(np.uint8)
    mask = cv2.warpPerspective(np.full((tall, wide), 255, np.uint8), matrix, size)[..., None] / 255.0
    seen = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return (desk * (1 - mask) + seen * mask).astype(np.uint8)


def _bend(paper: _Picture, rng: np.random.Generator, curl: float) -> _Picture:
    """Let lines of print rise and fall a little, as on paper that was folded or lies on a book."""
    tall, wide = paper.shape[:2]
    high = tall * curl * float(rng.uniform(0, 1))
    if high < 1:
        return paper
    across = np.linspace(0, np.pi * float(rng.uniform(0.8, 1.6)), wide, dtype=np.float32) + float(rng.uniform(0, 3))
    rows = np.arange(tall, dtype=np.float32)[:, None] + (high * np.sin(across))[None, :]
    columns = np.broadcast_to(np.arange(wide, dtype=np.float32)[None, :], rows.shape)
    bent = cv2.remap(paper, np.ascontiguousarray(columns), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.uint8)


def _shade(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """The shadow of a hand or a head: one side of a slanting soft edge is darker."""
    x, y = np.meshgrid(np.linspace(-1, 1, 96, dtype=np.float32), np.linspace(-1, 1, 96, dtype=np.float32))
    angle = float(rng.uniform(0, 2 * np.pi))
    edge = x * np.cos(angle) + y * np.sin(angle) - float(rng.uniform(-0.3, 0.6))
    dark = 1 - float(rng.uniform(0.2, 0.5)) / (1 + np.exp(-edge / float(rng.uniform(0.02, 0.12))))
    return np.asarray(cv2.resize(dark.astype(np.float32), size), np.float32)


def _finish(
    shot: _Picture, rng: np.random.Generator, trouble: Trouble, scale: float, *, shaded: bool = True
) -> _Picture:
    height, width = shot.shape[:2]
    out: NDArray[Any] = shot.astype(np.float32)
    if shaded:
        light = cv2.resize(
            rng.uniform(1 - trouble.shadow, 1.0, (3, 4)).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        out *= np.asarray(light)[..., None] * np.array(rng.uniform(0.9, 1.05, 3), np.float32) * trouble.light
        if rng.random() < trouble.hand_shadow:
            out *= _shade(rng, (width, height))[..., None]
    sigma = float(rng.uniform(*trouble.blur)) * scale
    if sigma > 0.2:
        out = cv2.GaussianBlur(out, (0, 0), sigma)
    out += rng.normal(0, trouble.noise, out.shape).astype(np.float32)
    return np.clip(out, 0, 255).astype(np.uint8)


def _jpeg(shot: _Picture, trouble: Trouble, rng: np.random.Generator) -> bytes:
    done, coded = cv2.imencode(".jpg", shot, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*trouble.quality))])
    assert done
    return bytes(coded)
