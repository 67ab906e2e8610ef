"""A pinhole camera over a desk: the second source's way of taking pictures of papers.

Unlike the demo's (`kiosk.demo.proof_shots`) it turns the paper in space, knows desks with a pattern, lens distortion, a
fold, noise that grows with the light, and the halo a webcam's own sharpening leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

STYLES = ("png", "pdf", "scan", "phone", "webcam_whole", "webcam_sideways", "webcam_top")
_Picture = NDArray[np.uint8]
_Rays = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Room:
    """How good hand, lens and light are."""

    blur: tuple[float, float] = (0.3, 0.9)
    """Defocus, Gaussian sigma in pixels of a 1080p frame."""
    motion: float = 1.5
    """Longest smear in pixels of a 1080p frame."""
    lean: float = 9.0
    """Largest lean of the camera, degrees."""
    roll: float = 4.0
    light: tuple[float, float] = (0.6, 1.0)
    noise: float = 1.0


ORDINARY = Room()
BLURRED = Room(blur=(6.0, 9.0))
DARK = Room(light=(0.02, 0.035), noise=2.5)


def shoot(page: Image.Image, style: str, rng: np.random.Generator, room: Room = ORDINARY) -> bytes:
    """Return one encoded picture: PNG for ``png``, JPEG else. A ``pdf`` is made by the press, not here."""
    paper = np.ascontiguousarray(np.asarray(page)[:, :, ::-1])
    if style == "png":
        return bytes(cv2.imencode(".png", paper)[1])
    if style == "scan":
        return _jpeg(_scanned(paper, rng, room), int(rng.integers(55, 90)))
    paper = _folded(paper, rng)
    if style == "phone":
        tall = paper.shape[0] > paper.shape[1]
        shot = _seen(paper, (3000, 4000) if tall else (4000, 3000), rng, room, float(rng.uniform(0.78, 0.96)))
        turned = np.rot90(_sensor(shot, rng, room, 1.9), int(rng.choice((0, 0, 0, 1, 2, 3))))
        return _jpeg(np.ascontiguousarray(turned), int(rng.integers(75, 95)))
    if style == "webcam_sideways":
        paper = np.ascontiguousarray(np.rot90(paper, int(rng.choice((1, 3)))))
    fill = float(rng.uniform(0.86, 0.99))
    shot = _seen(paper, (1920, 1080), rng, room, fill, top=style == "webcam_top")
    return _jpeg(_sensor(shot, rng, room, 1.0, halo=True), int(rng.integers(72, 94)))


def _scanned(paper: _Picture, rng: np.random.Generator, room: Room) -> _Picture:
    """A flatbed at 150 to 300 dpi: a slight turn, grey paper, the far side shining through a little."""
    scale = float(rng.choice((0.75, 1.0, 1.0, 1.5)))
    out: NDArray[Any] = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((out.shape[1] / 2, out.shape[0] / 2), float(rng.uniform(-1.6, 1.6)), 1)
    out = cv2.warpAffine(out, turn, (out.shape[1], out.shape[0]), borderValue=(252, 252, 252))
    if rng.random() < 0.3:
        out = np.minimum(out, 255 - (255 - out[:, ::-1]) // 9)
    out = out.astype(np.float32) * float(rng.uniform(0.9, 1.0)) * min(1.0, room.light[1] * 1.0)
    if room.blur[0] > 2:
        out = cv2.GaussianBlur(out, (0, 0), room.blur[0])
    out += rng.normal(0, 2.0 * room.noise, out.shape)
    if rng.random() < 0.35:
        grey = out.mean(axis=2, keepdims=True)
        out = np.repeat(grey, 3, axis=2)
    return np.clip(out, 0, 255).astype(np.uint8)


def _folded(paper: _Picture, rng: np.random.Generator) -> _Picture:
    """Two folds of a letter: each third leans its own way, so that lines break in angle and shade."""
    if rng.random() < 0.5:
        return paper
    tall, wide = paper.shape[:2]
    rows = np.arange(tall, dtype=np.float32)
    shift = np.zeros(tall, np.float32)
    shade = np.ones(tall, np.float32)
    for fold in (tall / 3, 2 * tall / 3):
        near = np.exp(-(((rows - fold) / (0.03 * tall)) ** 2))
        shift += near * float(rng.uniform(-0.004, 0.004)) * tall
        shade -= near * float(rng.uniform(0.02, 0.12))
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :] * float(rng.uniform(-1, 1))
    map_y = np.ascontiguousarray(rows[:, None] + shift[:, None] * (1 + across)).astype(np.float32)
    map_x = np.ascontiguousarray(np.broadcast_to(np.arange(wide, dtype=np.float32)[None, :], (tall, wide)))
    bent = cv2.remap(paper, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(bent * shade[:, None, None], 0, 255).astype(np.uint8)


def _seen(
    paper: _Picture, size: tuple[int, int], rng: np.random.Generator, room: Room, fill: float, *, top: bool = False
) -> _Picture:
    """Project the paper, lying turned in space, onto the sensor of a camera with a slight barrel distortion."""
    width, height = size
    tall, wide = paper.shape[:2]
    x, y, z = np.radians(rng.uniform(-1, 1, 3) * (room.lean, room.lean, room.roll))
    turn = cv2.Rodrigues(np.array([x, 0, 0.0]))[0] @ cv2.Rodrigues(np.array([0, y, 0.0]))[0]
    turn = turn @ cv2.Rodrigues(np.array([0, 0, z]))[0]
    scale = fill * (width / wide if top else min(width / wide, height / tall))
    flat = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float64)
    centred = (flat - (wide / 2, tall / 2)) * scale
    space = np.hstack([centred, np.zeros((4, 1))]) @ turn.T + (0, 0, 1.5 * width)
    seen = space[:, :2] / space[:, 2:] * 1.5 * width
    low, high = seen.min(axis=0), seen.max(axis=0)
    room_left = np.array(size) - (high - low)
    seen += (room_left / 2 - low) + rng.uniform(-0.3, 0.3, 2) * np.maximum(room_left, 0)
    if top:
        seen[:, 1] += height * float(rng.uniform(0.0, 0.05)) - seen[:, 1].min()
    matrix = cv2.getPerspectiveTransform(flat.astype(np.float32), seen.astype(np.float32))
    if scale < 1:
        paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.42 / scale), np.uint8)
    mask = cv2.warpPerspective(np.full((tall, wide), 255, np.uint8), matrix, size)[..., None] / 255.0
    sheet = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_LINEAR)
    both = (_desk(rng, size) * (1 - mask) + sheet * mask).astype(np.uint8)
    return _barrel(both, float(rng.uniform(-0.012, 0.02)))


def _desk(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Wood with grain, a checked cloth, speckled stone, a white or a black table."""
    width, height = size
    xs, ys = np.meshgrid(np.linspace(0, 16, width, dtype=np.float32), np.linspace(0, 9, height, dtype=np.float32))
    colour = rng.uniform(40, 190, 3).astype(np.float32)
    kind = int(rng.integers(5))
    if kind == 0:
        wave = np.sin(ys * float(rng.uniform(4, 16)) + np.sin(xs * 0.7) * 2.0) * 14
        return np.asarray(np.clip(np.array([60, 100, 150], np.float32) + wave[..., None], 0, 255), np.float32)
    if kind == 1:
        cells = ((np.floor(xs * 1.6) + np.floor(ys * 1.6)) % 2)[..., None]
        return np.asarray(colour * (0.6 + 0.4 * cells), np.float32)
    if kind == 2:
        speckle = cv2.resize(rng.normal(0, 22, (height // 3, width // 3)).astype(np.float32), size)
        return np.asarray(np.clip(colour + speckle[..., None], 0, 255), np.float32)
    level = float(rng.uniform(196, 226)) if kind == 3 else float(rng.uniform(14, 50))
    return np.full((height, width, 3), level, np.float32)


def _barrel(shot: _Picture, strength: float) -> _Picture:
    height, width = shot.shape[:2]
    matrix = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1.0]])
    lens = np.array([strength, 0, 0, 0])
    map_x, map_y = cv2.initUndistortRectifyMap(matrix, lens, np.eye(3), matrix, (width, height), cv2.CV_32FC1)
    return np.asarray(cv2.remap(shot, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _sensor(shot: _Picture, rng: np.random.Generator, room: Room, scale: float, *, halo: bool = False) -> _Picture:
    """Light falling from one side, defocus, smear, photon noise, and what a cheap camera does to hide them."""
    height, width = shot.shape[:2]
    # Light is smooth: it is worked out small and enlarged, and whole pictures stay in bytes.
    xs, ys = np.meshgrid(np.linspace(-1, 1, 320, dtype=np.float32), np.linspace(-1, 1, 320, dtype=np.float32))
    angle = float(rng.uniform(0, 2 * np.pi))
    fall = 1 - float(rng.uniform(0, 0.3)) * (xs * np.cos(angle) + ys * np.sin(angle) + 1) / 2
    if rng.random() < 0.4:
        edge = xs * np.cos(angle + 1) + ys * np.sin(angle + 1) - float(rng.uniform(-0.5, 0.7))
        fall = fall * (1 - float(rng.uniform(0.15, 0.5)) / (1 + np.exp(-edge / float(rng.uniform(0.03, 0.2)))))
    tone = np.array(rng.uniform(0.88, 1.06, 3), np.float32) * float(rng.uniform(*room.light))
    light = np.clip(np.asarray(fall)[..., None] * tone * 255, 0, 255).astype(np.uint8)
    out: NDArray[Any] = cv2.multiply(shot, cv2.resize(light, (width, height)), scale=1 / 255)
    out = cv2.GaussianBlur(out, (0, 0), max(0.25, float(rng.uniform(*room.blur)) * scale))
    smear = int(float(rng.uniform(0, room.motion)) * scale)
    if smear >= 2:
        kernel = np.zeros((smear, smear), np.float32)
        cv2.line(kernel, (0, int(rng.integers(smear))), (smear - 1, int(rng.integers(smear))), 1.0)
        out = cv2.filter2D(out, -1, kernel / kernel.sum())
    grain = 0.3 * room.noise * float(np.sqrt(max(1.0, float(np.median(out)))))
    out = cv2.add(out, _grain(rng, grain, (height, width)), dtype=cv2.CV_8U)
    if halo:
        amount = float(rng.uniform(0, 0.7))
        out = cv2.addWeighted(out, 1 + amount, cv2.GaussianBlur(out, (0, 0), 1.6), -amount, 0)
    return np.asarray(out, np.uint8)


def _grain(rng: np.random.Generator, sigma: float, size: tuple[int, int]) -> NDArray[np.int16]:
    """Noise of a whole picture from one tile, each time shifted elsewhere."""
    tile = rng.normal(0, sigma, (601, 743, 3)).round().astype(np.int16)
    rows, columns = -(-size[0] // tile.shape[0]), -(-size[1] // tile.shape[1])
    return np.ascontiguousarray(np.tile(tile, (rows, columns, 1))[: size[0], : size[1]])


def _jpeg(shot: _Picture, quality: int) -> bytes:
    return bytes(cv2.imencode(".jpg", shot, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
