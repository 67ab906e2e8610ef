"""Is the face right, and if not, what is the one thing to say about it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from biometrics.face.analysis import FaceReading
from biometrics.face.thresholds import Thresholds

HINT = "voter.hint."
NONE, SEVERAL = "face_none", "face_several"
CLOSER, BACK = "face_closer", "face_back"
LEFT, RIGHT, UP, DOWN = "face_move_left", "face_move_right", "face_move_up", "face_move_down"
STRAIGHT, UPRIGHT = "face_look_straight", "face_head_upright"
MORE_LIGHT, LESS_LIGHT, EVEN_LIGHT = "face_more_light", "face_less_light", "face_turn_to_light"
STILL, UNCOVER, OPEN_EYES, CLOSE_MOUTH = "face_hold_still", "face_uncover", "face_open_eyes", "face_close_mouth"

# In the order in which they are said: no face, several, distance, position, pose, light, blur, eyes, mouth. A measure
# below its range says the first hint, above it the second. Left and right are the voter's own: a voter whose eyes are
# too far left in the (unmirrored) frame stands too far to their right, and must move left.
_ORDER: tuple[tuple[str, str, str], ...] = (
    ("single_face", SEVERAL, SEVERAL),
    ("inter_eye_distance", CLOSER, BACK),
    ("head_size", CLOSER, BACK),
    ("eyes_x", LEFT, RIGHT),
    ("eyes_y", DOWN, UP),
    ("yaw", STRAIGHT, STRAIGHT),
    ("pitch", STRAIGHT, STRAIGHT),
    ("roll", UPRIGHT, UPRIGHT),
    ("luminance_mean", MORE_LIGHT, LESS_LIGHT),
    ("under_exposed", MORE_LIGHT, MORE_LIGHT),
    ("over_exposed", LESS_LIGHT, LESS_LIGHT),
    ("cheek_ratio", EVEN_LIGHT, EVEN_LIGHT),
    ("sharpness", STILL, STILL),
    ("eyes_uncovered", UNCOVER, UNCOVER),
    ("mouth_covered", UNCOVER, UNCOVER),
    ("eyes_open", OPEN_EYES, OPEN_EYES),
    ("mouth_open", CLOSE_MOUTH, CLOSE_MOUTH),
)

_BLINK = 0.4
"""Seconds for which eyes may close without being told to open: everybody blinks."""

_WANTED = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What framing says of one frame."""

    right: bool
    """Every check holds, or is an advice that was given long enough."""
    fault: str
    """What is wrong, as a hint id without its prefix; "" when right."""
    overridden: tuple[str, ...] = ()
    """Advisory checks that do not hold and are let pass."""


class Framing:
    """Judges frame after frame. Keeps the hysteresis of every check and the patience of the advisory ones."""

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._held: dict[str, bool] = {}
        self._advised: dict[str, float] = {}
        self._shut = 0.0
        self._before = 0.0

    def judge(self, reading: FaceReading) -> Verdict:
        """Return what to say of the next frame; readings must come in the order of their times."""
        step = min(max(reading.at - self._before, 0.0), 0.5)
        self._before = reading.at
        if reading.geometry is None:
            self._held.clear()
            fault = SEVERAL if reading.faces > 1 else NONE
            return Verdict(False, fault)
        fault, overridden = self._first_fault(reading.values, step)
        return Verdict(not fault, fault, overridden)

    def _first_fault(self, values: Mapping[str, float], step: float) -> tuple[str, tuple[str, ...]]:
        """Return the fault to name, and the advisory checks that are let pass.

        Patience runs for every advice that does not hold, but only while it is an advice that is being given.
        """
        must, advise = self._limits.must, self._limits.advise
        first, first_is_advice, failing, overridden = "", False, [], []
        for name, below, above in _ORDER:
            limit = must.get(name) or advise[name]
            held = self._held.get(name, False)
            holds = limit.holds(values[name], held)
            if name == "eyes_open":
                self._shut = 0.0 if holds else self._shut + step
                holds = holds or (held and self._shut <= _BLINK)
            self._held[name] = holds
            if holds:
                continue
            if self._advised.get(name, 0.0) >= self._limits.patience:
                overridden.append(name)
                continue
            if name in advise:
                failing.append(name)
            if not first:
                first = below if values[name] < (limit.enter[0] + limit.enter[1]) / 2 else above
                first_is_advice = name in advise
        if first_is_advice:
            for name in failing:
                self._advised[name] = self._advised.get(name, 0.0) + step
        return first, tuple(overridden)


class SteadyHint:
    """Keeps a hint on the screen for at least `seconds`, so that it can be read.

    A hint comes up only once it has been wanted for `_WANTED` seconds, so that a passing fault says nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._shown, self._since = "", float("-inf")
        self._wanted, self._wanted_since = "", 0.0

    def show(self, hint: str, at: float) -> str:
        """Return what to show at `at` seconds when `hint` is wanted."""
        if hint != self._wanted:
            self._wanted, self._wanted_since = hint, at
        wanted_long = at - self._wanted_since >= _WANTED
        if hint != self._shown and wanted_long and at - self._since >= self._seconds:
            self._shown, self._since = hint, at
        return self._shown
