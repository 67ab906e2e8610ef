"""What is heard, and when: chimes and hints before a camera, and whole pages for those who asked for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from registration.ports.capture import Guidance
from registration.ports.speech import Chime, Speech
from ui.words import Words

STEPS = 5
"""Steps of the volume, from 1 to loudest; to hear nothing there is `Aloud.NOTHING`."""
_USUAL_STEP = 3
_AGAIN_SECONDS = 7.0
"""A hint that still holds after this long is said once more."""
_ATTENTION = ("face_try_again", "face_other_way", "face_several")


class Aloud(StrEnum):
    """How much is heard."""

    NOTHING = "nothing"
    CAPTURE = "capture"
    """Chimes and hints while a camera runs: who stands away from the screen cannot read it."""
    PAGES = "pages"
    """That, and the heading and text of every page."""


class ReadAloud(QObject):
    """Signals: changed() when the voter chose something else."""

    changed = Signal()

    def __init__(
        self,
        speech: Speech,
        words: Words,
        usual: Aloud = Aloud.CAPTURE,
        monotonic: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        """`usual` is how much is heard at the beginning of every session."""
        super().__init__(parent)
        self._speech, self._words, self._monotonic = speech, words, monotonic
        self._usual = (usual, _USUAL_STEP)
        self._aloud, self._step = self._usual
        self._page = ""
        self._said, self._said_at = "", float("-inf")
        self._challenge, self._green = "", False

    @property
    def aloud(self) -> Aloud:
        return self._aloud

    @property
    def step(self) -> int:
        """1 to `STEPS`."""
        return self._step

    def choose(self, aloud: Aloud) -> None:
        """Take another amount, and let it be heard at once."""
        if aloud is self._aloud:
            return
        self._aloud = aloud
        if aloud is Aloud.PAGES and self._page:
            self._say(self._page)
        else:
            self._say(self._words(f"sound.{aloud}"))
        self.changed.emit()

    def louder(self, by: int) -> None:
        """Change the volume by so many steps; a chime tells how loud it is now."""
        step = min(STEPS, max(1, self._step + by))
        if step != self._step:
            self._step = step
            self.changed.emit()
        self._say("", Chime.STEP)

    def reset(self) -> None:
        """Fall silent and go back to the usual, at the end of a session (ux.md rules 7 and 30)."""
        self.stop()
        self._page = ""
        if (self._aloud, self._step) != self._usual:
            self._aloud, self._step = self._usual
            self.changed.emit()

    def page(self, words: str) -> None:
        """Another page stands in front, or it says something new."""
        self._forget()
        self._page = words
        if self._aloud is Aloud.PAGES:
            self._say(words)
        else:
            self.stop()

    def read_page(self) -> None:
        """Read the page in front once, whatever was chosen."""
        self._speak(self._page)

    def guidance(self, guidance: Guidance) -> None:
        """A frame was judged: say what is new about it."""
        chime = self._chime(guidance)
        self._challenge, self._green = guidance.challenge, guidance.green
        text_id = guidance.challenge or guidance.hint
        now = self._monotonic()
        again = bool(text_id) and not guidance.green and now - self._said_at >= _AGAIN_SECONDS
        if text_id == self._said and chime is None and not again:
            return
        new = text_id != self._said or again
        self._said = text_id
        if text_id and new:
            self._said_at = now
            self._say(self._words(text_id), chime)
        elif chime is not None:
            self._say("", chime)

    def taken(self) -> None:
        """The photo was taken."""
        self._forget()
        self._say("", Chime.TAKEN)

    def trouble(self, words: str) -> None:
        """Something is wrong; `words` says what."""
        self._forget()
        self._say(words, Chime.ATTENTION)

    def stop(self) -> None:
        """Fall silent."""
        self._forget()
        self._speech.say("", self._words.language, 0.0)

    def _chime(self, guidance: Guidance) -> Chime | None:
        if guidance.green and not self._green:
            return Chime.RIGHT
        if guidance.challenge.endswith("look_straight") and guidance.challenge != self._challenge:
            return Chime.STEP
        hint = guidance.hint.rpartition(".")[2]
        if hint in _ATTENTION and guidance.hint != self._said:
            return Chime.ATTENTION
        return None

    def _forget(self) -> None:
        self._said, self._said_at = "", float("-inf")
        self._challenge, self._green = "", False

    def _say(self, words: str, chime: Chime | None = None) -> None:
        if self._aloud is not Aloud.NOTHING:
            self._speak(words, chime)

    def _speak(self, words: str, chime: Chime | None = None) -> None:
        self._speech.say(words, self._words.language, self._step / STEPS, chime)
