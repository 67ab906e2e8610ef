"""A person before a webcam, made from one public-domain photograph: what demo and tests hold before the kiosk.

Each source here is a `CameraSource` with a clock of its own: frame n belongs to second n / fps, so that a test needs no
real time and every run with the same seed is the same. With `paced` it keeps to real time, for a demo to look at.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from kiosk.demo.head_mesh import HeadMesh, Pixels, astronaut, build, smooth
from kiosk.demo.head_render import HeadRenderer, Light, Look
from registration.errors import StaffMustFix
from registration.ports.capture import Frame

SIZE = (1280, 720)
REACTION = 0.4
"""Seconds from the challenge to the beginning of the movement."""
TURN_DEGREES = 28.0

# Seconds of a movement: out, hold, back; and how far it goes.
_TURN = (0.5, 0.25, 0.5)
_BLINK = (0.12, 0.12, 0.15)
_MOUTH = (0.35, 0.25, 0.35)


@dataclass(frozen=True, slots=True)
class _Move:
    part: str
    amount: float
    begins: float
    times: tuple[float, float, float]

    def at(self, t: float) -> float:
        """Return how much of the movement there is at second `t`."""
        out, hold, back = self.times
        passed = t - self.begins
        if passed <= out + hold:
            return self.amount * float(smooth(passed / out))
        return self.amount * float(1 - smooth((passed - out - hold) / back))

    @property
    def ends(self) -> float:
        return self.begins + sum(self.times)


@cache
def _mesh(size: tuple[int, int], wearing: str = "", mirrored: bool = False) -> HeadMesh:
    """Build the astronaut's mesh once per process; `mirrored` serves as another person's face."""
    photo = astronaut()
    if mirrored:
        photo = np.ascontiguousarray(photo[:, ::-1])
    return build(photo, size, wearing)


class FrameClock:
    """Numbers frames and, when `paced`, waits until each is due."""

    def __init__(self, fps: float, paced: bool) -> None:
        self.fps, self.paced = fps, paced
        self.count = 0
        self._began = 0.0

    @property
    def now(self) -> float:
        """Return the second of the next frame."""
        return self.count / self.fps

    def tick(self) -> float:
        """Return the second of this frame and go on to the next."""
        at = self.now
        if self.paced:
            if self.count == 0:
                self._began = time.monotonic()
            late = self._began + at - time.monotonic()
            if late > 0:
                time.sleep(late)
        self.count += 1
        return at


class AnimatedHead:
    """The person. `act` makes them do something, `move_to` stand elsewhere, `light` and `look` may be set freely."""

    def __init__(
        self,
        size: tuple[int, int] = SIZE,
        fps: float = 30.0,
        seed: int = 7,
        paced: bool = False,
        look: Look | None = None,
        light: Light | None = None,
        sway: float = 1.0,
        blinks: bool = True,
        still: bool = False,
        second_person: bool = False,
        wearing: str = "",
        other_person: bool = False,
    ) -> None:
        """Build the person (about a second for the first of a process).

        Args:
            size: width and height of the frames.
            fps: frames per second of the source's own clock.
            seed: of the noise and the sway.
            paced: keep to real time.
            look: how they stand at rest; the default is right for the photo.
            light: gain, side light, noise and blur of every frame.
            sway: how much of the natural small movement there is; 0 is none.
            blinks: blink by nature every few seconds.
            still: a photograph of the person instead: neither sway nor blinks nor acts.
            second_person: somebody else looks over their shoulder.
            wearing: one of `head_wear.THINGS`, e.g. dark glasses.
            other_person: another face (the mirrored photograph).
        """
        self.look = look or Look(ied=0.156 * size[1])
        self.light = light or Light()
        self.still = still
        self.present = True
        """False: nobody stands there."""
        self.second_person = second_person
        self._size, self._seed = size, seed
        self._sway, self._blinks = (0.0, False) if still else (sway, blinks)
        mesh = _mesh(size, wearing, other_person)
        self._room = mesh.backdrop
        self._renderer = HeadRenderer(mesh, size, seed)
        self._clock = FrameClock(fps, paced)
        self._moves: list[_Move] = []
        self._walk: tuple[Look, Look, float, float] | None = None
        self._open = False

    @property
    def now(self) -> float:
        """Return the second of the next frame."""
        return self._clock.now

    def skip_to(self, second: float) -> None:
        """Let the clock stand at `second`."""
        self._clock.count = round(second * self._clock.fps)

    def open(self) -> None:
        """Start; a second start goes on where it was."""
        self._open = True

    def close(self) -> None:
        """Stop; safe to call twice."""
        self._open = False

    def read(self) -> Frame:
        """Return the next frame. Raises StaffMustFix ``camera.lost`` when it was not opened."""
        if not self._open:
            raise StaffMustFix("camera.lost")
        at = self._clock.tick()
        return Frame(self._picture(at), at)

    def act(self, challenge: str) -> None:
        """Do what a challenge asks, after a natural delay.

        `challenge` is a kind (``turn_left``, ``turn_right``, ``blink``, ``open_mouth``, ``look_straight``) or a text
        id that ends with one. A still photograph does nothing.
        """
        kind = challenge.rpartition(".")[2]
        moves = {
            "turn_left": ("yaw", TURN_DEGREES, _TURN),
            "turn_right": ("yaw", -TURN_DEGREES, _TURN),
            "blink": ("eyes", 1.0, _BLINK),
            "open_mouth": ("mouth", 1.0, _MOUTH),
            "look_straight": None,
        }
        move = moves[kind]
        if move is not None and not self.still:
            part, amount, times = move
            self._moves.append(_Move(part, amount, self.now + REACTION, times))

    def move_to(self, look: Look, seconds: float = 1.0) -> None:
        """Go over to another place or bearing within `seconds`."""
        self._walk = (self.look, look, self.now, seconds)

    def _picture(self, at: float) -> Pixels:
        if not self.present:
            return self._renderer.empty(self.light)
        frame = self._renderer.render(self._look_at(at), self.light)
        return _with_onlooker(frame) if self.second_person else frame

    def _look_at(self, t: float) -> Look:
        if self._walk is not None:
            start, end, began, seconds = self._walk
            share = float(smooth((t - began) / max(seconds, 1e-6)))
            names = ("yaw", "pitch", "roll", "x", "y", "ied", "eyes", "mouth")
            self.look = Look(*(getattr(start, n) * (1 - share) + getattr(end, n) * share for n in names))
            if share >= 1:
                self._walk = None
        self._moves = [move for move in self._moves if move.ends > t]
        done = {"yaw": 0.0, "eyes": 0.0, "mouth": 0.0}
        for move in self._moves:
            done[move.part] += move.at(t)
        if self._blinks:
            phase = (t + self._seed % 5) % 4.3  # every 4.3 seconds
            done["eyes"] += math.sin(math.pi * min(phase / 0.2, 1.0)) if phase < 0.2 else 0.0
        look, s, shift = self.look, self._sway, 0.37 * self._seed
        return replace(
            look,
            yaw=look.yaw + done["yaw"] + s * (1.2 * math.sin(0.9 * t + shift) + 0.4 * math.sin(2.3 * t)),
            pitch=look.pitch + s * 0.8 * math.sin(0.7 * t + 2 * shift),
            roll=look.roll + s * 0.6 * math.sin(0.5 * t + 3 * shift),
            x=look.x + s * 0.004 * math.sin(0.8 * t + shift),
            y=look.y + s * 0.003 * math.sin(1.1 * t),
            ied=look.ied * (1 + s * 0.008 * math.sin(0.6 * t + shift)),
            eyes=min(1.0, look.eyes + done["eyes"]),
            mouth=min(1.0, look.mouth + done["mouth"]),
        )


def _with_onlooker(frame: Pixels) -> Pixels:
    """Put a second, smaller person at the right edge of the frame."""
    height, width = frame.shape[:2]
    photo = astronaut()[:, 80:370]
    scale = 0.8 * height / photo.shape[0]
    person = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tall, wide = person.shape[:2]
    left = width - wide
    edge = np.clip(np.arange(wide) / 60, 0, 1).astype(np.float32)
    share = np.broadcast_to(edge, (tall, wide)).copy()
    region = frame[height - tall :, left:]
    region[:] = cv2.blendLinear(np.ascontiguousarray(person), region.copy(), share, 1 - share)
    return frame
