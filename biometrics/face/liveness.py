"""Random challenges and the record of how they were met: one attempt, fed with one sample per frame.

What it stops: a photograph or a screen with a still picture, however it is moved, for a flat picture tilted by 40
degrees looks turned by less than 10. What it does not stop: a replayed or computer-made video of a person who happens
to make the right movements in the right order, and masks. It is a record for the official, never a certified attack
detection in the sense of ISO/IEC 30107-3.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum, StrEnum
from random import Random

from biometrics.face.thresholds import LivenessLimits
from registration.model.evidence import Challenge

TURN_LEFT, TURN_RIGHT, BLINK, OPEN_MOUTH = "turn_left", "turn_right", "blink", "open_mouth"
LOOK_STRAIGHT = "look_straight"
TURNS = (TURN_LEFT, TURN_RIGHT)
KINDS = (*TURNS, BLINK, OPEN_MOUTH)

_BACK_FRAMES = 3
_STEADY_YAW = 12.0
"""Degrees of turn beyond which a closing eye is not believed, since a turned eye looks narrow."""


class Failure(StrEnum):
    """Why an attempt ended; part of the record."""

    TOO_SLOW = "too_slow"
    WRONG_MOVE = "wrong_move"
    FACE_LOST = "face_lost"
    FACE_CHANGED = "face_changed"
    SEVERAL_FACES = "several_faces"
    JUMPED = "jumped"
    """A turn that was never seen on its way: another picture was put there, or the movement was too fast."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What an attempt looks at: seconds, degrees (positive to the voter's left), lid gap / T, lip gap / T."""

    at: float
    yaw: float
    eyes: float
    mouth: float


class _Stage(Enum):
    DO = "do"
    BACK = "back"
    DONE = "done"


def draw(count: int, chance: Random | None = None) -> tuple[str, ...]:
    """Return `count` different challenges in random order, at least one of them a turn.

    The system's randomness (`secrets`) unless `chance` says otherwise; nobody can prepare a video for the order.
    """
    source = chance or secrets.SystemRandom()
    turn = source.choice(TURNS)
    others = source.sample([kind for kind in KINDS if kind != turn], count - 1)
    kinds = [turn, *others]
    source.shuffle(kinds)
    return tuple(kinds)


class Attempt:
    """One try at a set of challenges. `rest` is how the voter looked just before, which everything is measured from."""

    def __init__(self, kinds: tuple[str, ...], rest: Sample, limits: LivenessLimits) -> None:
        self._kinds, self._rest, self._limits = kinds, rest, limits
        self._stage = _Stage.DO
        self._index = 0
        self._asked = rest.at
        self._stage_began = rest.at
        self._peak = 0.0
        self._closed_at: float | None = None
        self._back = 0
        self._on_way = 0
        self._done: list[Challenge] = []
        self.failure: Failure | None = None

    @property
    def passed(self) -> bool:
        """Tell whether every challenge was met and the voter looks straight again."""
        return self._stage is _Stage.DONE and self.failure is None

    @property
    def asking(self) -> str:
        """Return what the voter is to do now: a challenge's kind, ``look_straight``, or "" when nothing more."""
        if self.failure or self._stage is _Stage.DONE:
            return ""
        return self._kinds[self._index] if self._stage is _Stage.DO else LOOK_STRAIGHT

    @property
    def progress(self) -> float:
        """Return the share of challenges met, 0 to 1."""
        return len(self._done) / len(self._kinds)

    @property
    def record(self) -> tuple[Challenge, ...]:
        """Return the challenges so far; the one that was not met has no `done_at`."""
        if self._stage is _Stage.DO:
            return (*self._done, Challenge(self._kinds[self._index], self._asked, None, round(self._peak, 3)))
        return tuple(self._done)

    def fail(self, failure: Failure) -> None:
        """End the attempt for a reason seen elsewhere. The first reason stays."""
        self.failure = self.failure or failure

    def feed(self, sample: Sample) -> None:
        """Look at the next frame's sample."""
        if self.failure or self._stage is _Stage.DONE:
            return
        if self._stage is _Stage.DO:
            self._watch(sample)
        else:
            self._wait_for_rest(sample)

    def _watch(self, now: Sample) -> None:
        kind = self._kinds[self._index]
        turned = now.yaw - self._rest.yaw
        met = {TURN_LEFT: self._turned, TURN_RIGHT: self._turned, BLINK: self._blinked, OPEN_MOUTH: self._opened}[kind]
        if met(kind, now, turned):
            self._done.append(Challenge(kind, self._asked, now.at, round(self._peak, 3)))
            self._stage, self._stage_began, self._back = _Stage.BACK, now.at, 0
        elif self._wrong(kind, turned):
            self.fail(Failure.WRONG_MOVE)
        elif now.at - self._asked > self._limits.seconds:
            self.fail(Failure.TOO_SLOW)

    def _wrong(self, kind: str, turned: float) -> bool:
        if kind == TURN_LEFT:
            return turned <= -self._limits.wrong_turn
        if kind == TURN_RIGHT:
            return turned >= self._limits.wrong_turn
        return abs(turned) >= self._limits.wrong_turn

    def _turned(self, kind: str, now: Sample, turned: float) -> bool:
        towards = turned if kind == TURN_LEFT else -turned
        self._on_way += self._limits.back_yaw <= towards < self._limits.turn
        self._peak = max(self._peak, towards)
        return towards >= self._limits.turn

    def _blinked(self, kind: str, now: Sample, turned: float) -> bool:
        openness = now.eyes / max(self._rest.eyes, 1e-6)
        self._peak = openness if self._peak == 0.0 else min(self._peak, openness)
        if abs(turned) > _STEADY_YAW:
            self._closed_at = None
        elif openness <= self._limits.blink_closed:
            self._closed_at = now.at if self._closed_at is None else self._closed_at
        elif openness >= self._limits.blink_open and self._closed_at is not None:
            in_time = now.at - self._closed_at <= self._limits.blink_longest
            self._closed_at = None
            return in_time
        return False

    def _opened(self, kind: str, now: Sample, turned: float) -> bool:
        opened = now.mouth - self._rest.mouth
        self._peak = max(self._peak, opened)
        return opened >= self._limits.mouth_open

    def _wait_for_rest(self, now: Sample) -> None:
        """Wait until the voter looks straight, eyes open and mouth closed, as before."""
        limits, rest = self._limits, self._rest
        self._on_way += limits.back_yaw < abs(now.yaw - rest.yaw) < limits.turn
        straight = (
            abs(now.yaw - rest.yaw) <= limits.back_yaw
            and now.mouth <= max(limits.mouth_closed, rest.mouth + 0.05)
            and now.eyes >= limits.blink_open * rest.eyes
        )
        self._back = self._back + 1 if straight else 0
        if self._back >= _BACK_FRAMES and self._kinds[self._index] in TURNS and self._on_way < limits.turn_seen:
            self.fail(Failure.JUMPED)
        elif self._back >= _BACK_FRAMES:
            self._index += 1
            last = self._index == len(self._kinds)
            self._stage = _Stage.DONE if last else _Stage.DO
            self._asked, self._stage_began, self._peak, self._closed_at = now.at, now.at, 0.0, None
            self._on_way = 0
        elif now.at - self._stage_began > limits.back_seconds:
            self.fail(Failure.TOO_SLOW)
