"""Attacks by somebody who reads what is asked and does what can be done with pictures: swaps, strips, squeezes.

They obey as well as paper can. Everything is made from one photograph; none of it is a real print or person.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from kiosk.demo.animated_head import REACTION, SIZE, AnimatedHead
from kiosk.demo.attacks import HeldPicture, picture_of_the_person
from kiosk.demo.head_mesh import Pixels, smooth
from kiosk.demo.head_render import Light, Look

_COLUMNS = slice(280, 1000)
_SHOTS = {
    "turn_left": {"yaw": 28.0},
    "turn_right": {"yaw": -28.0},
    "blink": {"eyes": 1.0},
    "open_mouth": {"mouth": 1.0},
}
_EYES = (0.5, 0.44)
"""Where the middle between the eyes is in `picture_of_the_person`, as shares of its width and height."""


@cache
def shot(kind: str = "") -> Pixels:
    """Return a sharp picture of the person as they look while doing what is asked; "": at rest."""
    look = Look(**{"ied": 0.156 * SIZE[1], **_SHOTS.get(kind, {})})
    person = AnimatedHead(still=True, light=Light(noise=0.0), look=look)
    person.open()
    return np.asarray(person.read().pixels[:, _COLUMNS])


class Reacting(HeldPicture):
    """A held picture whose holder does something for `seconds` after each thing asked."""

    def __init__(self, fps: float, seed: int, bend: float = 0.0, seconds: float = 0.5, far: float = 0.0) -> None:
        """`far` is by how many degrees the picture is turned when a turn is asked."""
        self._asked: list[tuple[float, str]] = []
        self._seconds, self._far = seconds, far
        super().__init__(
            picture_of_the_person(), self._turned, bend, fps=fps, seed=seed, shake=0.3, film=lambda at: self.shown(at)
        )

    def act(self, challenge: str) -> None:
        """Do it after a natural delay."""
        kind = challenge.rpartition(".")[2]
        if kind in _SHOTS:
            self._asked.append((self.now + REACTION, kind))

    def doing(self, at: float) -> str:
        """Return what is being done at second `at`."""
        return next((kind for began, kind in self._asked if began <= at < began + self._seconds), "")

    def shown(self, at: float) -> Pixels:
        """Return the picture's face at second `at`."""
        return self._picture

    def _turned(self, at: float) -> tuple[float, float]:
        yaw = 0.0
        for began, kind in self._asked:
            if kind.startswith("turn"):
                share = float(smooth((at - began) / 0.5) - smooth((at - began - 0.75) / 0.5))
                yaw += share * (self._far if kind == "turn_left" else -self._far)
        return yaw, 0.0


class SwappedStills(Reacting):
    """Five prints of the person, each in one bearing; the one that fits is put before the camera when it is asked for.

    `dissolve` is how many seconds one picture takes to fade into the next; paper cannot fade, a screen can. `pairs`
    mirrors the left turn instead of having a print of the right one.
    """

    def __init__(self, fps: float, seed: int, dissolve: float = 0.0, pairs: bool = False) -> None:
        """Lay the prints out."""
        super().__init__(fps, seed, seconds=0.8 + dissolve)
        self._dissolve, self._pairs = dissolve, pairs

    def shown(self, at: float) -> Pixels:
        """Return the print in front, or the two that fade into each other."""
        kind = self.doing(at)
        if not kind:
            return shot()
        other = shot(kind)
        if self._pairs and kind == "turn_right":
            other = np.ascontiguousarray(shot("turn_left")[:, ::-1])
        if not self._dissolve:
            return other
        began = next(b for b, k in self._asked if k == kind and b <= at < b + self._seconds)
        share = float(
            smooth((at - began) / self._dissolve)
            * (1 - smooth((at - began - self._seconds + self._dissolve) / self._dissolve))
        )
        return np.asarray(cv2.addWeighted(other, share, shot(), 1 - share, 0))


class WorkedPrint(Reacting):
    """One print, bent by `bend` radians and turned by hand; strips of paper serve as closed lids and as open mouth."""

    def __init__(self, fps: float, seed: int, bend: float, far: float = 45.0) -> None:
        """Cut the strips."""
        super().__init__(fps, seed, bend, seconds=0.4, far=far)

    def shown(self, at: float) -> Pixels:
        """Return the print with the strip that is laid over it now."""
        kind = self.doing(at)
        if kind not in ("blink", "open_mouth"):
            return self._picture
        worked = self._picture.copy()
        tall, wide = worked.shape[:2]
        x, y, ied = _EYES[0] * wide, _EYES[1] * tall, 0.156 * tall
        if kind == "blink":
            skin = worked[round(y + 0.45 * ied), round(x - 0.5 * ied)].tolist()
            for side in (-0.5, 0.5):
                cv2.ellipse(
                    worked,
                    (round(x + side * ied), round(y)),
                    (round(0.32 * ied), round(0.16 * ied)),
                    0,
                    0,
                    360,
                    skin,
                    -1,
                )
        else:
            cv2.ellipse(
                worked,
                (round(x), round(y + 1.15 * ied)),
                (round(0.3 * ied), round(0.3 * ied)),
                0,
                0,
                360,
                (20, 16, 24),
                -1,
            )
        return worked


def _reshaped(change: Callable[[float], tuple[float, float]]) -> Callable[[int, float], HeldPicture]:
    """Return an attack whose still is made `change(at)` = (wider, taller) as it goes on, about the face."""

    def make(seed: int, fps: float) -> HeldPicture:
        picture = picture_of_the_person()
        tall, wide = picture.shape[:2]
        x, y = _EYES[0] * wide, _EYES[1] * tall

        def film(at: float) -> Pixels:
            across, down = change(at + seed)
            matrix = np.array([[across, 0, x * (1 - across)], [0, down, y * (1 - down)]])
            return np.asarray(cv2.warpAffine(picture, matrix, (wide, tall), borderMode=cv2.BORDER_REPLICATE), np.uint8)

        return HeldPicture(picture, fps=fps, seed=seed, film=film)

    return make


squeezed = _reshaped(lambda at: (0.55 + 0.45 * abs(math.cos(1.2 * at)), 1.0))
zoomed = _reshaped(lambda at: (1 + 0.2 * math.sin(2.4 * at),) * 2)
stretched = _reshaped(lambda at: (1 + 0.3 * max(0.0, math.sin(1.4 * at)), 1.0))
