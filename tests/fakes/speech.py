"""A voice that writes down what it was asked to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from registration.ports.speech import Chime


@dataclass
class FakeSpeech:
    said: list[tuple[str, str, float]] = field(default_factory=list)
    """(text, language, volume), without the calls that only ask for silence."""
    chimes: list[Chime] = field(default_factory=list)
    silenced: int = 0
    closed: bool = False

    def say(self, text: str, language: str, volume: float, chime: Chime | None = None) -> None:
        if chime is not None:
            self.chimes.append(chime)
        if text:
            self.said.append((text, language, volume))
        elif chime is None:
            self.silenced += 1

    def close(self) -> None:
        self.closed = True
