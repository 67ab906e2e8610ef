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
