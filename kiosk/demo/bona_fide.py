"""Honest people in many lights, skin tones, distances and bearings, all made from one photograph, for tests and bench.

A skin tone is made by taking the light that the skin gives back times a factor: it shows what the measures do with a
darker face in the same light, and nothing more. It is no substitute for trials with people.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from kiosk.demo.animated_head import SIZE, AnimatedHead
from kiosk.demo.head_mesh import Pixels
from kiosk.demo.head_render import Light, Look
from registration.ports.capture import Frame

REST = Look(ied=0.156 * SIZE[1])
"""The animated person's own place."""

_BYTES = np.arange(256) / 255.0
_LINEAR = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4)


def darker(factor: float) -> Pixels:
    """Return a table (256,) uint8 of sRGB levels whose linear light is `factor` times as much (IEC 61966-2-1)."""
    light = _LINEAR * factor
    levels = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(np.clip(levels, 0, 1) * 255), np.uint8)


class Toned(AnimatedHead):
    """The animated person with a skin that gives back `skin` times as much light; hair, eyes and room stay."""

    def __init__(self, skin: float, **as_ever: object) -> None:
        """Build the person; all else as for `AnimatedHead`."""
        super().__init__(**as_ever)  # type: ignore[arg-type]
        self._table = darker(skin)

    def read(self) -> Frame:
        """Return the next frame."""
        frame = super().read()
        colours = cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2YCrCb)
        by_colour = cv2.inRange(
            colours, np.array([40, 136, 80]), np.array([255, 180, 126])
        )  # the photograph's own skin
        skin = cv2.boxFilter(cv2.morphologyEx(by_colour, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), -1, (5, 5))
        share = skin.astype(np.float32) * (1 / 255)
        mixed = cv2.blendLinear(cv2.LUT(frame.pixels, self._table), frame.pixels, share, 1 - share)
        return Frame(np.asarray(mixed, np.uint8), frame.at)


Make = Callable[[int, float], AnimatedHead]


def _lit(**light: float) -> Make:
    return lambda seed, fps: AnimatedHead(seed=seed, fps=fps, light=Light(**light))


def _standing(**look: float) -> Make:
    whole = {"ied": REST.ied, **look}
    return lambda seed, fps: AnimatedHead(seed=seed, fps=fps, look=Look(**whole), sway=0.5)


def _skin(factor: float, gain: float = 1.0) -> Make:
    return lambda seed, fps: Toned(factor, seed=seed, fps=fps, light=Light(gain=gain))


def _wearing(thing: str) -> Make:
    return lambda seed, fps: AnimatedHead(seed=seed, fps=fps, wearing=thing)


CONDITIONS: dict[str, Make] = {
    "ordinary": _lit(),
    "dim": _lit(gain=0.6),
    "very dim": _lit(gain=0.4),
    "bright": _lit(gain=1.25),
    "glaring": _lit(gain=1.6),
    "light from the left": _lit(side=-0.25),
    "light from the right": _lit(side=0.25),
    "hard light from the left": _lit(side=-0.5),
    "hard light from the right": _lit(side=0.5),
    "noisy camera": _lit(noise=8.0),
    "soft lens": _lit(blur=2.5),
    "skin at 60 % of the light": _skin(0.6),
    "skin at 35 % of the light": _skin(0.35),
    "skin at 20 % of the light": _skin(0.2),
    "skin at 12 % of the light": _skin(0.12),
    "skin at 35 %, dim room": _skin(0.35, gain=0.6),
    "far": _standing(ied=106.0),
    "near": _standing(ied=122.0),
    "to the left": _standing(x=0.465),
    "to the right": _standing(x=0.535),
    "high": _standing(y=0.405),
    "low": _standing(y=0.475),
    "turned to the left": _standing(yaw=4.0),
    "turned to the right": _standing(yaw=-4.0),
    "chin up": _standing(pitch=-4.0),
    "chin down": _standing(pitch=4.0),
    "leaning to the right": _standing(roll=3.5),
    "leaning to the left": _standing(roll=-3.5),
    "narrow eyes": _standing(eyes=0.4),
    "mouth a little open": _standing(mouth=0.15),
    "glasses": _wearing("glasses"),
    "headscarf": _wearing("headscarf"),
    "full beard": _wearing("full beard"),
    "mask over mouth and nose": _wearing("mask"),
    "dark glasses": lambda seed, fps: AnimatedHead(seed=seed, fps=fps, wearing="dark glasses", sway=0.3),
}
"""Who must be let through: makes the person from a seed and the frames per second."""
