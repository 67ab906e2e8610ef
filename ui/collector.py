"""Python's collector of cycles, kept to the UI thread.

Left to itself it runs in whichever thread happens to allocate. A worker that so frees a forgotten widget destroys it
off the UI thread, which Qt does not allow: a segmentation fault within seconds where windows are opened and closed
while workers are busy. So it is switched off, and the event loop calls it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500
_OLD_ROUNDS = 60
"""Young collections after which old cycles are looked through too: some five minutes of steady work."""


class Collector(QObject):
    """Collects between events, as young as the counts ask for. Lives as long as its parent."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the youngest generation that is due, or none."""
        young, middle, old = gc.get_count()
        at_young, at_middle, _ = gc.get_threshold()
        if old > _OLD_ROUNDS:
            gc.collect()
        elif middle > at_middle:
            gc.collect(1)
        elif young > at_young:
            gc.collect(0)
