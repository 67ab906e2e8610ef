"""One hint at a time, and none that flickers: what is shown stays at least 0.8 seconds."""

from __future__ import annotations

HOLD = 0.8
"""Seconds a hint stays."""


class HintKeeper:
    """Turns the wishes of single frames into a calm line of words."""

    def __init__(self) -> None:
        self._shown = ""
        self._since = float("-inf")

    def show(self, wanted: str, at: float, *, now: bool = False) -> str:
        """Return the text id of the hint to show at time `at`, "" for none.

        Args:
            wanted: this frame's wish, a name under ``voter.hint.``, "" for none.
            at: the frame's time in seconds.
            now: replace the former hint at once (the frame is green).
        """
        if wanted != self._shown and (now or at - self._since >= HOLD):
            self._shown, self._since = wanted, at
        return f"voter.hint.{self._shown}" if self._shown else ""
