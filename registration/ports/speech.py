"""What is heard: words read aloud and short chimes, for those who do not look at the screen."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Chime(StrEnum):
    """Sounds that go with what the capture screen shows; each is a file of `resources/audio`."""

    RIGHT = "right"
    """The frame turned green."""
    STEP = "step"
    """One of the movements was recognised."""
    TAKEN = "taken"
    """The photo was taken."""
    ATTENTION = "attention"
    """Something has to be done again, or is wrong."""


class Speech(Protocol):
    """A voice. Every call returns at once and raises nothing: a machine without sound stays silent."""

    def say(self, text: str, language: str, volume: float, chime: Chime | None = None) -> None:
        """Play `chime`, then read `text` aloud; whatever was being said is cut off.

        Args:
            text: plain words; "" after a chime, or alone to fall silent.
            language: sq, en, it, el or de.
            volume: 0 (nothing is heard) to 1.
            chime: played first, and never cut off by later words.
        """

    def close(self) -> None:
        """Fall silent and end whatever runs; safe to call twice."""


class Silence:
    """The `Speech` of a machine that is to make no sound."""

    def say(self, text: str, language: str, volume: float, chime: Chime | None = None) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing."""
