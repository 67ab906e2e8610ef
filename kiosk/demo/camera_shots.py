"""What a camera over a desk sees of a document: place, perspective, blur, light, glare, noise, JPEG.

`shoot` makes one picture; `DeskCamera` is a `CameraSource` in which a document slides in, wobbles and settles. Both are
deterministic: the same seed and the same calls give the same pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from registration.errors import StaffMustFix
from registration.ports.capture import Frame
from registration.ports.clock import Clock

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

HD = (1280, 720)
FULL_HD = (1920, 1080)


@dataclass(frozen=True, slots=True)
class Look:
    """How the document lies and how the camera sees it. Lengths are fractions of the frame's width where not said."""

    fill: float = 0.82
    """Width of the document's longer side; less where the frame is not high enough."""
    x: float = 0.5
    y: float = 0.5
    """Where its middle lies, fractions of width and height."""
    turn: float = 0.0
    """Degrees clockwise."""
    lean: tuple[float, float] = (0.0, 0.0)
    """Perspective: how much nearer the right and the lower edge are, -0.3 to 0.3."""
    bend: float = 0.0
    """How much the page arches, as a share of its height."""
    blur: float = 0.6
    """Gaussian sigma, pixels."""
    motion: tuple[float, float] = (0.0, 0.0)
    """Smear, pixels."""
    light: float = 0.95
    """Brightness of white paper, 0 to 1."""
    falloff: float = 0.1
    """How much darker the far corner is."""
    glare: tuple[float, float, float, float] | None = None
    """Reflection: x, y, radius (fractions of the frame) and strength (1 = white)."""
    noise: float = 2.5
    """Deviation, grey levels."""
    quality: int = 88
    """JPEG quality; 0 leaves the picture uncompressed."""


def corners(page: Picture, look: Look, size: tuple[int, int]) -> Floats:
    """Where the document's corners fall in the frame: (4, 2), clockwise from its own upper left."""
    w, h = size
    high, wide = page.shape[:2]
    scale = min(w * look.fill / max(wide, high), h * 0.93 / (high if wide >= high else wide))
    if wide < high and abs(math.sin(math.radians(look.turn))) < 0.5:
        scale = min(w * look.fill / wide, h * 0.93 / high)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) * [wide * scale / 2, high * scale / 2]
    angle = math.radians(look.turn)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    placed = half @ rotation.T
    depth = 1 - placed[:, 0] / w * look.lean[0] * 2 - placed[:, 1] / h * look.lean[1] * 2
    out: Floats = (placed / depth[:, None] + [look.x * w, look.y * h]).astype(np.float32)
    return out


def desk(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A table top, (height, width, 3) float32: one colour, grain and slow stains."""
    w, h = size
    colour = rng.uniform(40, 150) + rng.normal(0, 14, 3)
    stains = cv2.resize(rng.normal(0, 7, (6, 9)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(rng.normal(0, 6, (h // 2, w // 40)).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    top = np.clip(colour + (stains + grain)[:, :, None], 0, 255)
    return top.astype(np.float32)


def shoot(page: Picture, look: Look, rng: np.random.Generator, size: tuple[int, int] = HD) -> Picture:
    """Photograph a page (BGR) on a desk; returns BGR of `size` (width, height)."""
    return _developed(_laid(page, look, desk(size, rng), size), look, rng)


def _laid(page: Picture, look: Look, table: Floats, size: tuple[int, int]) -> Floats:
    high, wide = page.shape[:2]
    quad = corners(page, look, size)
    if look.bend:
        page = _arched(page, look.bend)
    shrink = float(np.linalg.norm(quad[1] - quad[0])) / wide
    if shrink < 0.7:
        page = cv2.resize(page, None, fx=1.4 * shrink, fy=1.4 * shrink, interpolation=cv2.INTER_AREA).astype(np.uint8)
        high, wide = page.shape[:2]
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    box = cv2.boundingRect(quad.astype(np.float32))
    seen = table.copy()
    paper = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_LINEAR)
    mask = np.zeros(size[::-1], np.float32)
    cv2.fillConvexPoly(mask, np.round(quad * 16).astype(np.int32), (1.0,), cv2.LINE_AA, 4)
    shade = cv2.GaussianBlur(mask, (0, 0), 6)
    seen *= (1 - 0.35 * shade)[:, :, None]
    x0, y0 = max(box[0] - 2, 0), max(box[1] - 2, 0)
    x1, y1 = box[0] + box[2] + 2, box[1] + box[3] + 2
    m = mask[y0:y1, x0:x1, None]
    part = seen[y0:y1, x0:x1]
    part[:] = part * (1 - m) + paper[y0:y1, x0:x1].astype(np.float32) * m
    return seen


def _arched(page: Picture, bend: float) -> Picture:
    high, wide = page.shape[:2]
    x = np.linspace(-1, 1, wide, dtype=np.float32)
    sag = (x * x - 1) * bend * high
    map_x, map_y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    out = cv2.remap(page, map_x, map_y - sag[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out.astype(np.uint8, copy=False)


def _developed(seen: Floats, look: Look, rng: np.random.Generator) -> Picture:
    h, w = seen.shape[:2]
    across = np.linspace(0, 1, w, dtype=np.float32)[None, :, None]
    along = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    gain = (look.light * (1 - look.falloff * (across + along) / 2)).astype(np.float32)
    seen = cv2.multiply(seen, cv2.merge([gain[:, :, 0]] * 3)).astype(np.float32, copy=False)
    if look.glare is not None:
        x, y, radius, strength = look.glare
        gx = ((np.arange(w, dtype=np.float32) - x * w) / (radius * w)) ** 2
        gy = ((np.arange(h, dtype=np.float32) - y * h) / (0.5 * radius * w)) ** 2
        seen = seen + (255 * strength * np.exp(-(gx[None] + gy[:, None])))[:, :, None]
    if look.blur > 0.2:
        seen = cv2.GaussianBlur(seen, (0, 0), look.blur).astype(np.float32)
    smear = math.hypot(*look.motion)
    if smear >= 1.5:
        seen = cv2.filter2D(seen, -1, _streak(look.motion)).astype(np.float32)
    if look.noise > 0:
        seen = seen + rng.standard_normal(seen.shape, np.float32) * look.noise
    picture = cv2.convertScaleAbs(np.maximum(seen, 0)).astype(np.uint8, copy=False)
    if not look.quality:
        return picture
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, look.quality])
    return cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.uint8, copy=False)


def _streak(motion: tuple[float, float]) -> Floats:
    reach = math.ceil(max(abs(motion[0]), abs(motion[1])))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    half = (motion[0] / 2 * 16, motion[1] / 2 * 16)
    start = (round(reach * 16 - half[0]), round(reach * 16 - half[1]))
    end = (round(reach * 16 + half[0]), round(reach * 16 + half[1]))
    cv2.line(kernel, start, end, (1.0,), 1, cv2.LINE_AA, 4)
    kernel /= kernel.sum()
    return kernel


def any_look(rng: np.random.Generator, hardness: float = 1.0) -> Look:
    """Draw a look: 0 = as good as it gets, 1 = what people do at a webcam, 2 = worse."""
    glare = None
    if rng.random() < 0.2 * hardness:
        glare = (rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.03, 0.1), rng.uniform(0.3, 1.0))
    motion = (0.0, 0.0)
    if rng.random() < 0.3 * hardness:
        length, way = rng.uniform(1.5, 2 + 4 * hardness), rng.uniform(0, math.tau)
        motion = (length * math.cos(way), length * math.sin(way))
    return Look(
        fill=rng.uniform(0.86 - 0.14 * min(hardness, 1.5), 0.9),
        x=0.5 + rng.normal(0, 0.015),
        y=0.5 + rng.normal(0, 0.015),
        turn=rng.normal(0, 3.0 * hardness),
        lean=(rng.normal(0, 0.06 * hardness), rng.normal(0, 0.06 * hardness)),
        bend=abs(rng.normal(0, 0.012 * hardness)),
        blur=rng.uniform(0.4, 0.6 + 0.8 * hardness),
        motion=motion,
        light=rng.uniform(1 - 0.4 * min(hardness, 1.5), 1.02),
        falloff=rng.uniform(0, 0.35 * hardness),
        glare=glare,
        noise=rng.uniform(0.5, 1 + 5 * hardness),
        quality=int(rng.uniform(92 - 25 * hardness, 95)),
    )


class DeskCamera:
    """A camera over a desk: the page shown slides in, wobbles, and settles with a hand's small tremor.

    Implements `CameraSource`. `show` may be called from another thread. Frame times are frame numbers over `fps`;
    with a clock and a sleep it also keeps that pace.
    """

    SLIDE, WOBBLE = 0.9, 0.7
    """Seconds of sliding in and of settling."""

    def __init__(
        self,
        page: Picture | None = None,
        *,
        look: Look | None = None,
        size: tuple[int, int] = HD,
        fps: float = 15.0,
        seed: int = 0,
        frames: int | None = None,
        settled: bool = False,
        pace: tuple[Clock, Callable[[float], None]] | None = None,
    ) -> None:
        """Take the first page (None: an empty desk), which with `settled` lies there already.

        `frames`: how many there are before the camera is lost.
        """
        self._look = look or Look(noise=2.0, quality=0)
        self._size, self._fps, self._frames, self._pace = size, fps, frames, pace
        self._rng = np.random.default_rng(seed)
        self._table = desk(size, self._rng)
        grain = self._rng.standard_normal((size[1] + 64, size[0] + 64, 3), np.float32) * self._look.noise
        self._grain = np.round(grain).astype(np.int16)
        self._phase = self._rng.uniform(0, math.tau, 4)
        self._count = 0
        self._began: float | None = None
        lain = round((self.SLIDE + 4 * self.WOBBLE) * fps) if settled else 0
        self._shown: tuple[Picture | None, int] = (page, -lain)

    def show(self, page: Picture | None, look: Look | None = None) -> None:
        """Put another page (or None: nothing) under the camera; it slides in from now."""
        if look is not None:
            self._look = look
        self._shown = (page, self._count)

    def open(self) -> None:
        self._began = None

    def close(self) -> None:
        """Nothing to let go of."""

    def read(self) -> Frame:
        """Return the next frame. Raises StaffMustFix ``camera.lost`` after the last one."""
        if self._frames is not None and self._count >= self._frames:
            raise StaffMustFix("camera.lost")
        at = self._count / self._fps
        if self._pace is not None:
            clock, sleep = self._pace
            now = clock.monotonic()
            self._began = now - at if self._began is None else self._began
            sleep(max(0.0, self._began + at - now))
        page, since = self._shown
        pixels = self._frame(page, (self._count - since) / self._fps)
        self._count += 1
        pixels.flags.writeable = False
        return Frame(pixels, at)

    def _frame(self, page: Picture | None, age: float) -> Picture:
        look = replace(self._moved(age), noise=0.0, quality=0)
        seen = self._table.copy() if page is None else _laid(page, look, self._table, self._size)
        x, y = self._rng.integers(0, 64, 2)
        w, h = self._size
        grainy = _developed(seen, look, self._rng).astype(np.int16)
        grainy += self._grain[y : y + h, x : x + w]
        picture = cv2.convertScaleAbs(np.maximum(grainy, 0)).astype(np.uint8, copy=False)
        if not self._look.quality:
            return picture
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self._look.quality])
        return cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.uint8, copy=False)

    def _moved(self, age: float) -> Look:
        """The look at an age in seconds."""
        w, _ = self._size
        look = self._look
        left = max(0.0, 1 - age / self.SLIDE)
        away = left * left * 1.1
        speed = 2 * left / self.SLIDE * 1.1 * w / self._fps * 0.35
        wobble = math.exp(-max(0.0, age - self.SLIDE) / (self.WOBBLE / 3))
        sway = [math.sin(age * rate + phase) for rate, phase in zip((9.0, 7.3, 1.7, 2.3), self._phase, strict=True)]
        shake = 0.006 * wobble + 0.0002
        return replace(
            look,
            x=look.x + away + shake * sway[0] + 0.0004 * sway[2],
            y=look.y + shake * sway[1] + 0.0004 * sway[3],
            turn=look.turn + 1.5 * wobble * sway[1],
            motion=(look.motion[0] + speed + 3 * wobble * sway[1], look.motion[1] + 3 * wobble * sway[0]),
        )
