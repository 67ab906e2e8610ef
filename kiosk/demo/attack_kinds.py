"""The kinds of simulated attack, by name: what each puts before the camera. All are made from one photograph.

The same kinds are played by the tests and by the bench. None of them is a real print, screen or person.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Protocol

import cv2
import numpy as np

from kiosk.demo.animated_head import REACTION, SIZE, AnimatedHead
from kiosk.demo.attack_tricks import SwappedStills, WorkedPrint, squeezed, stretched, zoomed
from kiosk.demo.attacks import Exchanged, HeldPicture, Way, picture_of_the_person
from kiosk.demo.head_mesh import Pixels, smooth
from kiosk.demo.head_render import Light, Look
from registration.ports.capture import Frame

_ASIDE = (280, 1000)
"""Columns of the frame that `picture_of_the_person` shows."""
_MASK_TURN = 40.0
_BEZEL = 24


class Attack(Protocol):
    """A source that somebody holds, wears or arranges before the camera."""

    @property
    def now(self) -> float: ...

    def open(self) -> None: ...

    def read(self) -> Frame: ...

    def act(self, challenge: str) -> None: ...


def waving(yaw: float, pitch: float) -> Callable[[float], tuple[float, float]]:
    """Return the tilt of a picture that a hand waves by so many degrees to each side."""
    return lambda t: (yaw * math.sin(2.1 * t), pitch * math.sin(1.3 * t))


@cache
def _clean(eyes: float = 0.0, present: bool = True) -> Pixels:
    """Return one frame without sensor noise: the person with the eyes so far closed, or the empty room."""
    head = AnimatedHead(still=True, light=Light(noise=0.0), look=Look(ied=0.156 * SIZE[1], eyes=eyes))
    head.present = present
    head.open()
    return head.read().pixels


def _differs(a: Pixels, b: Pixels, least: int) -> Pixels:
    change = cv2.absdiff(a, b).max(2)[:, _ASIDE[0] : _ASIDE[1]]
    return np.asarray((change > least).astype(np.uint8))


@cache
def cut_out() -> Pixels:
    """Return which part of `picture_of_the_person` is the person: (height, width) uint8, 255 inside."""
    person = cv2.morphologyEx(_differs(_clean(), _clean(present=False), 6), cv2.MORPH_CLOSE, np.ones((15, 15)))
    outlines, _ = cv2.findContours(person, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(person)
    cv2.drawContours(whole, [max(outlines, key=cv2.contourArea)], -1, (255,), cv2.FILLED)
    return whole


@cache
def eye_holes() -> Pixels:
    """Return `picture_of_the_person` with a hole at each eye, as large as what moves when the eyes close."""
    lids = cv2.morphologyEx(_differs(_clean(), _clean(eyes=1.0), 14), cv2.MORPH_OPEN, np.ones((3, 3)))
    left = np.full_like(lids, 255)
    middle = lids.shape[1] // 2
    for half in (np.s_[:, :middle], np.s_[:, middle:]):
        side = np.zeros_like(lids)
        side[half] = lids[half]
        cv2.fillConvexPoly(left, cv2.convexHull(np.asarray(cv2.findNonZero(side))), (0,))
    return left


class PaperMask(HeldPicture):
    """A print with eye holes before a live person's face: their own eyes blink in it, and it turns as they turn.

    `bend` 0 is a sheet held in front, 1 and more a sheet wrapped around the face.
    """

    def __init__(self, bend: float, fps: float, seed: int) -> None:
        """Put the mask before another person."""
        self._wearer = AnimatedHead(fps=fps, seed=seed, other_person=True)
        self._wearer.open()
        self._turns: list[tuple[float, float]] = []
        super().__init__(
            picture_of_the_person(),
            self._turned,
            bend,
            fps=fps,
            seed=seed,
            shake=0.3,
            alpha=eye_holes(),
            behind=lambda at: self._wearer.read().pixels,
        )

    def act(self, challenge: str) -> None:
        """Do it behind the mask."""
        self._wearer.act(challenge)
        kind = challenge.rpartition(".")[2]
        if kind.startswith("turn"):
            self._turns.append((self.now + REACTION, _MASK_TURN if kind == "turn_left" else -_MASK_TURN))

    def _turned(self, t: float) -> tuple[float, float]:
        yaw = sum(far * float(smooth((t - at) / 0.5) - smooth((t - at - 0.75) / 0.5)) for at, far in self._turns)
        return yaw, 0.0


@cache
def _moire(tall: int, wide: int) -> Pixels:
    y, x = np.mgrid[:tall, :wide].astype(np.float32)
    waves = np.sin(2 * np.pi * (0.31 * x + 0.013 * y)) * np.sin(2 * np.pi * (0.29 * y - 0.017 * x))
    return np.asarray((1 + 0.04 * waves)[..., None] * [1.04, 1.0, 0.97], np.float32)  # a screen's white is bluish


def phone_screen(picture: Pixels) -> Pixels:
    """Return a phone held upright that shows the middle of `picture`: bright, slightly blue, faint moire, a bezel."""
    tall = picture.shape[0]
    wide = tall * 9 // 16
    start = (picture.shape[1] - wide) // 2
    lit = cv2.convertScaleAbs(np.ascontiguousarray(picture[:, start : start + wide]), alpha=1.15, beta=6)
    lit = cv2.multiply(lit, _moire(tall, wide), dtype=cv2.CV_8U)
    edge = (_BEZEL,) * 4
    return np.asarray(cv2.copyMakeBorder(lit, *edge, cv2.BORDER_CONSTANT, value=(16, 16, 16)))


def on_phone(
    seed: int, fps: float, yaw: float, every: float = 0.0, movements: tuple[str, ...] = (), pitch: float = 0.0
) -> HeldPicture:
    """Return a phone in a hand, waved by `yaw` degrees, before the empty room.

    It shows a photograph, or with `movements` a film whose person makes one of them every so many seconds, in turn,
    whatever is asked.
    """
    shown = phone_screen(picture_of_the_person())
    film = None
    if movements:
        actor, made = AnimatedHead(fps=fps, seed=seed, blinks=False), [0]
        actor.open()

        def film(at: float) -> Pixels:
            if at >= every * (made[0] + 1):
                actor.act(movements[made[0] % len(movements)])
                made[0] += 1
            return phone_screen(np.asarray(actor.read().pixels[:, _ASIDE[0] : _ASIDE[1]]))

    return HeldPicture(
        shown,
        waving(yaw, pitch),
        fps=fps,
        seed=seed,
        scale=shown.shape[0] / SIZE[1],
        film=film,
        behind=lambda at: _clean(present=False),
    )


def _print(n: int, fps: float, yaw: float, pitch: float, bend: float = 0.0) -> HeldPicture:
    return HeldPicture(picture_of_the_person(), waving(yaw, pitch), bend=bend, fps=fps, seed=n)


def _cut_out(n: int, fps: float) -> HeldPicture:
    return HeldPicture(
        picture_of_the_person(),
        waving(40, 5 * (n % 8)),
        fps=fps,
        seed=n,
        alpha=cut_out(),
        behind=lambda at: _clean(present=False),
    )


def _film(n: int, fps: float) -> AnimatedHead:
    loop = AnimatedHead(seed=n, fps=fps)
    loop.act = lambda challenge: None  # type: ignore[method-assign]  # a recording obeys nobody
    return loop


def _exchanged(n: int, fps: float, way: Way, seconds: float) -> Exchanged:
    second = AnimatedHead(seed=n, fps=fps, other_person=True, still=True)
    return Exchanged(AnimatedHead(seed=n, fps=fps), second, way, seconds)


KINDS: dict[str, Callable[[int, float], Attack]] = {
    "still print": lambda n, fps: _print(n, fps, 0, 0),
    "flat print waved by 40 degrees": lambda n, fps: _print(n, fps, 40, 10 * (n % 5)),
    "print bent 1.0 rad, waved": lambda n, fps: _print(n, fps, 40, 5 * (n % 8), 1.0),
    "print bent 1.6 rad, waved": lambda n, fps: _print(n, fps, 40, 5 * (n % 8), 1.6),
    "flat mask with eye holes, worn": lambda n, fps: PaperMask(0.0, fps, n),
    "bent mask with eye holes, worn": lambda n, fps: PaperMask(1.2, fps, n),
    "cut-out before the room, waved": _cut_out,
    "phone screen, still": lambda n, fps: on_phone(n, fps, 0),
    "phone screen, waved": lambda n, fps: on_phone(n, fps, 40, pitch=5 * (n % 8)),
    "film that blinks by nature": _film,
    "phone with a film that blinks": lambda n, fps: on_phone(n, fps, 5, every=1.5, movements=("blink",)),
    "two people at once": lambda n, fps: AnimatedHead(seed=n, fps=fps, second_person=True),
    "picture put there after the challenges": lambda n, fps: _exchanged(n, fps, Way.AT_ONCE, 0.0),
    "picture pushed up after the challenges": lambda n, fps: _exchanged(n, fps, Way.RAISED, 0.3),
    "second person steps in for the photo": lambda n, fps: _exchanged(n, fps, Way.WALKED, 0.5),
    "prints of each bearing swapped as asked": lambda n, fps: SwappedStills(fps, n),
    "one turned print, mirrored for the other side": lambda n, fps: SwappedStills(fps, n, pairs=True),
    "pictures of each bearing dissolved as asked": lambda n, fps: SwappedStills(fps, n, dissolve=0.3 + 0.1 * (n % 4)),
    "flat print turned as asked, strips for lids and mouth": lambda n, fps: WorkedPrint(fps, n, 0.0),
    "bent print turned as asked, strips for lids and mouth": lambda n, fps: WorkedPrint(fps, n, 1.2 + 0.3 * (n % 4)),
    "still squeezed from the sides": squeezed,
    "still stretched sideways": stretched,
    "still zoomed in pulses": zoomed,
}
"""What must never give a portrait: makes the attack from its number and the frames per second."""

KNOWN_LIMITS: dict[str, Callable[[int, float], Attack]] = {
    "phone with a film of all movements": lambda n, fps: on_phone(
        n, fps, 0, every=2.5, movements=("turn_left", "blink", "turn_right", "open_mouth")
    ),
}
"""What the challenges do not claim to stop: here the order that is asked decides, by chance."""
