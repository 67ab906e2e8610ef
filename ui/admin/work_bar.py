"""Work under way: what it is, how far it came, how long it took and about how long it will."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from registration.admin_desk import WorkProgress
from ui.admin.panels import megabytes
from ui.widgets.labels import Text
from ui.words import Words


class WorkBar(QWidget):
    """Seen only while something is done. `monotonic` gives the seconds for the time it takes."""

    def __init__(self, words: Words, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._words = words
        self._monotonic = monotonic
        self._began = 0.0
        self._working = ""
        self._moved: WorkProgress | None = None
        self.said, self._bar = Text("caption"), QProgressBar()
        self._bar.setTextVisible(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addWidget(self.said)
        box.addWidget(self._bar)
        self.hide()

    def show_work(self, text_id: str) -> None:
        """Begin with what is said by this text; "": it ended."""
        self._working, self._moved = text_id, None
        self._began = self._monotonic()
        self._bar.setRange(0, 0)
        self.retranslate()
        self.setVisible(bool(text_id))

    def show_progress(self, moved: WorkProgress) -> None:
        """Say how far it came; what comes after its end is not shown."""
        if not self._working:
            return
        self._moved = moved
        # In thousandths: a QProgressBar counts in 32 bits.
        self._bar.setRange(0, 1000 if moved.size else 0)
        self._bar.setValue(round(1000 * moved.done / moved.size) if moved.size else 0)
        self.retranslate()

    def retranslate(self) -> None:
        words, moved = self._words, self._moved
        said = words(self._working) if self._working else ""
        if said and moved is not None:
            place = words("admin.progress", packet=moved.packet, packets=moved.packets)
            said = f"{said}: {place}, {megabytes(words, moved.done)} / {megabytes(words, moved.size)}"
            said += f" · {self._time_words(moved)}"
        self.said.say(said)
        self._bar.setAccessibleName(said)

    def _time_words(self, moved: WorkProgress) -> str:
        passed = self._monotonic() - self._began
        if passed < 1 or not 0 < moved.done < moved.size:
            return self._words("admin.time", passed=round(passed))
        left = passed * (moved.size - moved.done) / moved.done
        return self._words("admin.time_left", passed=round(passed), left=max(1, round(left)))
