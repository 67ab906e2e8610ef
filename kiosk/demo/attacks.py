"""What somebody might hold before the camera instead of their own face: simulated attacks, for tests and the bench."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.demo.animated_head import SIZE, AnimatedHead, FrameClock
from kiosk.demo.head_mesh import Pixels, smooth
from registration.ports.capture import Frame

_STEP = 0.7
"""How far, in frame widths, a person walks to be out of the frame."""


def picture_of_the_person() -> Pixels:
    """Return a sharp frontal picture of the animated person, as an attacker would print it."""
    person = AnimatedHead(still=True)
    person.open()
    return np.asarray(person.read().pixels[:, 280:1000])


class Way(Enum):
    """How one person takes another's place."""

    AT_ONCE = "at once"
    """Between two frames."""
    RAISED = "raised"
    """The second is a picture that is pushed up before the first."""
    WALKED = "walked"
    """The first steps out at the left of the frame and the second follows them in from the right."""


class Exchanged:
    """One person until `exchange` is called, from then on another, at the same place and with the same clock."""

    def __init__(self, first: AnimatedHead, second: AnimatedHead, way: Way = Way.AT_ONCE, seconds: float = 0.3) -> None:
        """Exchange `first` for `second` the given `way`, which takes `seconds` unless it is done at once."""
        self._now_seen, self._next = first, second
        self._way, self._seconds = way, seconds
        self._leaving: AnimatedHead | None = None
        self._began = 0.0

    @property
    def now(self) -> float:
        """Return the second of the next frame."""
        return self._now_seen.now

    def exchange(self) -> None:
        """Put the other person there. Doing it again changes nothing."""
        if self._now_seen is self._next:
            return
        leaving, self._began = self._now_seen, self.now
        self._next.open()
        self._next.skip_to(self.now)
        if self._way is not Way.AT_ONCE:
            self._leaving = leaving
        if self._way is Way.WALKED:
            there = self._next.look
            leaving.move_to(replace(leaving.look, x=leaving.look.x - _STEP), self._seconds)
            self._next.look = replace(there, x=there.x + _STEP)
            self._next.move_to(there, self._seconds)
        self._now_seen = self._next

    def open(self) -> None:
        """Start."""
        self._now_seen.open()

    def close(self) -> None:
        """Stop."""
        self._now_seen.close()

    def act(self, challenge: str) -> None:
        """Do what a challenge asks."""
        self._now_seen.act(challenge)

    def read(self) -> Frame:
        """Return the next frame."""
        frame = self._now_seen.read()
        if self._leaving is None:
            return frame
        share = float(smooth((frame.at - self._began) / self._seconds))
        both, pixels = self._leaving.read().pixels.copy(), frame.pixels
        if share >= 1:
            self._leaving = None
        if self._way is Way.RAISED:
            edge = round((1 - share) * pixels.shape[0])
            both[edge:] = pixels[edge:]
        else:  # midway between the two of them
            edge = round((0.5 + _STEP / 2 - _STEP * share) * pixels.shape[1])
            both[:, edge:] = pixels[:, edge:]
        return Frame(both, frame.at)


class HeldPicture:
    """A picture of a person, as a print or on a screen, held before the camera by a hand: an attack, never a person.

    The picture is a plane, or a cylinder about the vertical when `bend` (the angle it spans, in radians) is not 0, seen
    through a pinhole camera. `tilt` gives yaw and pitch of the picture, in degrees, at each second. A `film` shows
    another picture of the same size at each second; where `alpha` is 0 the picture is cut away; what is `behind` it is
    seen there and around it, else a grey wall.
    """

    def __init__(
        self,
        picture: Pixels,
        tilt: Callable[[float], tuple[float, float]] = lambda t: (0.0, 0.0),
        bend: float = 0.0,
        size: tuple[int, int] = SIZE,
        fps: float = 30.0,
        seed: int = 7,
        shake: float = 1.0,
        scale: float = 1.0,
        film: Callable[[float], Pixels] | None = None,
        alpha: Pixels | None = None,
        behind: Callable[[float], Pixels] | None = None,
    ) -> None:
        """Hold up `picture` (BGR) so that upright it fills the frame's height times `scale`.

        `alpha` is (height, width) uint8 of the picture; `behind` gives a frame of `size` for each second.
        """
        self._film, self._behind = film, behind
        self._alpha = np.full(picture.shape[:2], 255, np.uint8) if alpha is None else alpha
        self._picture, self._tilt, self._bend, self._size = picture, tilt, bend, size
        self._shake, self._scale = shake, scale
        self._clock = FrameClock(fps, paced=False)
        self._random = np.random.default_rng(seed)
        self._grain: Pixels | None = None

    @property
    def now(self) -> float:
        """Return the second of the next frame."""
        return self._clock.now

    def open(self) -> None:
        """Start."""

    def close(self) -> None:
        """Stop."""

    def act(self, challenge: str) -> None:
        """Do nothing: a picture cannot."""

    def read(self) -> Frame:
        """Return the next frame."""
        at = self._clock.tick()
        yaw, pitch = self._tilt(at)
        u, v = self._where_seen(yaw, pitch, at)
        shown = self._picture if self._film is None else self._film(at)
        seen = cv2.remap(shown, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(150, 150, 150))
        if self._behind is not None:
            share = cv2.remap(self._alpha, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,))
            part = share.astype(np.float32) * (1 / 255)
            seen = cv2.blendLinear(seen, self._behind(at), part, 1 - part)
        if self._grain is None:
            self._grain = self._random.normal(0, 2, (self._size[1] + 64, self._size[0] + 64, 3)).astype(np.int16)
        top, left = self._random.integers(0, 64, 2)
        grain = self._grain[top : top + self._size[1], left : left + self._size[0]]
        return Frame(np.asarray(cv2.add(seen, grain, dtype=cv2.CV_8U), np.uint8), at)

    def _where_seen(self, yaw: float, pitch: float, at: float) -> tuple[Pixels, Pixels]:
        """Return for every pixel of the frame the place in the picture that its ray meets (outside: far away)."""
        width, height = self._size
        tall, wide = self._picture.shape[:2]
        focal, distance = 1.2 * width, 2.2 * tall
        zoom = focal * tall / distance / (height * self._scale)
        # Every fourth pixel is computed and the rest drawn between them: the places change smoothly.
        x, y = np.meshgrid(np.arange(0, width + 4, 4, np.float32), np.arange(0, height + 4, 4, np.float32))
        x = (x - width / 2 - self._shake * 6 * math.sin(3.1 * at)) * zoom / focal
        y = (y - height / 2 - self._shake * 4 * math.sin(2.3 * at)) * zoom / focal
        turn = np.asarray(cv2.Rodrigues(np.array([math.radians(pitch), 0.0, 0.0]))[0]) @ np.asarray(
            cv2.Rodrigues(np.array([0.0, -math.radians(yaw), 0.0]))[0]
        )
        # rays in the picture's own axes: origin o, direction d = turn^T (x, y, 1)
        dx, dy, dz = (turn[0, k] * x + turn[1, k] * y + turn[2, k] for k in range(3))
        ox, oy, oz = -distance * turn[2]
        if not self._bend:
            reach = -oz / dz
            u, v = ox + reach * dx, oy + reach * dy
        else:
            radius = wide / self._bend  # axis at z = radius: the middle of the picture is nearest to the camera
            a = dx * dx + dz * dz
            b = ox * dx + (oz - radius) * dz
            c = ox * ox + (oz - radius) ** 2 - radius * radius
            inside = b * b - a * c
            reach = (-b - np.sqrt(np.maximum(inside, 0))) / a
            px, pz = ox + reach * dx, oz + reach * dz
            u = np.where(inside < 0, 3.0 * wide, radius * np.arctan2(px, radius - pz))
            v = oy + reach * dy
        return self._drawn_out(u + wide / 2), self._drawn_out(v + tall / 2)

    def _drawn_out(self, coarse: NDArray[np.float32]) -> Pixels:
        width, height = self._size
        rows, columns = coarse.shape
        steps = np.array([[4.0, 0, 0], [0, 4.0, 0]])
        fine = cv2.warpAffine(coarse.astype(np.float32), steps, (columns * 4, rows * 4), flags=cv2.INTER_LINEAR)
        return np.ascontiguousarray(fine[:height, :width])
