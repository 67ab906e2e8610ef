"""What is photographed: pictures, the live face, and the record of how it was known to be live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NO_MEASURES: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture as JPEG, without metadata, right side up, never mirrored. Sizes in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    measures: Mapping[str, float] = field(default_factory=lambda: NO_MEASURES)
    """Quality measures by their ISO/IEC 29794-5 or research name; empty where none were taken."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Where the eyes are in a picture: the middle between their centres, in fractions of its width and height, and
    the distance of the centres as a fraction of its width. Two portraits can then be shown at one eye distance."""

    x: float
    y: float
    distance: float

    def as_measures(self) -> dict[str, float]:
        """Return them as they travel, among a photo's measures."""
        return {"eyes_middle_x": self.x, "eyes_middle_y": self.y, "eyes_distance": self.distance}


def eyes_of(photo: Photo) -> Eyes | None:
    """Return the eyes that were measured when the photo was taken, None where they were not or cannot be."""
    known = [photo.measures.get(name) for name in ("eyes_middle_x", "eyes_middle_y", "eyes_distance")]
    x, y, distance = (value if value is not None else -1.0 for value in known)
    if not (0 < x < 1 and 0 < y < 1 and 0.02 < distance < 1):
        return None
    return Eyes(x, y, distance)


class LivenessOutcome(StrEnum):
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One thing the voter was asked to do. Times are seconds since the session began."""

    kind: str
    """``turn_left``, ``turn_right``, ``blink`` or ``open_mouth``."""
    asked_at: float
    done_at: float | None
    peak: float
    """Largest turn in degrees, or the extreme of the eye or mouth measure."""


@dataclass(frozen=True, slots=True)
class Liveness:
    """The evidence a reviewer sees. It is a record of what was seen, not a certified attack detection."""

    outcome: LivenessOutcome
    reason: str = ""
    """Text id, ``voter.liveness.reason.…``, when the outcome is not PASSED."""
    challenges: tuple[Challenge, ...] = ()
    attempts: int = 0
    track: tuple[tuple[float, float, float, float], ...] = field(default=(), repr=False)
    """(seconds, yaw in degrees, eyes-open ratio, mouth-open ratio), at most 10 a second."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The live face photo in ISO/IEC 39794-5 geometry with its liveness record."""

    photo: Photo
    liveness: Liveness
