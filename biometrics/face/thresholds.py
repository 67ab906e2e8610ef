"""The limits of `resources/models/face-thresholds.yaml`, read and checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

import resources


class DamagedThresholds(Exception):
    """The shipped file does not fit this program: a packaging bug."""


@dataclass(frozen=True, slots=True)
class Range:
    """A check with hysteresis: in at `enter` (low, high), out again only beyond `leave`, which is the wider one."""

    enter: tuple[float, float]
    leave: tuple[float, float]

    def __post_init__(self) -> None:
        if not (self.leave[0] <= self.enter[0] < self.enter[1] <= self.leave[1]):
            raise DamagedThresholds(f"{self} must leave later than it enters")

    def holds(self, value: float, held: bool) -> bool:
        """Tell whether `value` is right, given whether it was right (`held`) a frame ago. NaN is never right."""
        low, high = self.leave if held else self.enter
        return low <= value <= high


@dataclass(frozen=True, slots=True)
class LivenessLimits:
    """Limits of the challenges and of face continuity; meanings and units are in the file."""

    challenges: int
    attempts: int
    turn: float
    wrong_turn: float
    turn_seen: int
    blink_closed: float
    blink_open: float
    blink_longest: float
    mouth_open: float
    mouth_closed: float
    seconds: float
    back_seconds: float
    photo_seconds: float
    back_yaw: float
    longest_gap: float
    jump: float
    speed: float
    growth: float
    yaw_speed: float
    yaw_jump: float
    alike_next: float
    alike_photo: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every limit of face capture."""

    pitch_offset: float
    must: Mapping[str, Range]
    advise: Mapping[str, Range]
    patience: float
    hint_seconds: float
    hold_frames: int
    hold_seconds: float
    hold_longest: float
    retry_seconds: float
    usable_inter_eye: float
    settle_seconds: float
    liveness: LivenessLimits


@cache
def shipped() -> Thresholds:
    """Return the limits the product ships with."""
    return load(resources.path("models/face-thresholds.yaml"))


def load(file: Path) -> Thresholds:
    """Read a thresholds file.

    Raises:
        DamagedThresholds: a name is missing or unknown, or a range leaves before it enters.
    """
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    known, given = {f.name for f in fields(Thresholds)}, set(content)
    if known != given:
        raise DamagedThresholds(f"{file.name}: missing {sorted(known - given)}, unknown {sorted(given - known)}")
    try:
        return Thresholds(
            **{
                **content,
                "must": _ranges(content["must"]),
                "advise": _ranges(content["advise"]),
                "liveness": LivenessLimits(**content["liveness"]),
            }
        )
    except (TypeError, KeyError) as damage:
        raise DamagedThresholds(f"{file.name}: {damage}") from damage


def _ranges(table: Mapping[str, Any]) -> Mapping[str, Range]:
    pairs = {name: (entry["enter"], entry["leave"]) for name, entry in table.items()}
    return MappingProxyType({k: Range((e[0], e[1]), (v[0], v[1])) for k, (e, v) in pairs.items()})
