"""Notices that nobody is there: five minutes still, then a warning of 45 seconds, then the end of the session.

Time comes from a function of seconds (the Clock's `monotonic`), so tests need no waiting; a QTimer only asks it to
look. Camera frames are no activity; touches, clicks, keys and the wheel are.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

IDLE_SECONDS = 300
WARNING_SECONDS = 45
_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.Wheel,
    }
)


class IdleWatch(QObject):
    """Signals: warned(seconds left) once a second while the warning stands, returned() when somebody chose to stay,
    expired() when nobody did.

    While the warning stands only `stay` ends it: a passing sleeve must not keep a stranger's session open.
    """

    warned = Signal(int)
    returned = Signal()
    expired = Signal()

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        idle_seconds: float = IDLE_SECONDS,
        warning_seconds: float = WARNING_SECONDS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._idle = idle_seconds
        self._warning = warning_seconds
        self._last = monotonic()
        self._pauses = 0
        self._warning_since: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch the whole application."""
        if not self._timer.isActive():
            application = QApplication.instance()
            assert application is not None
            application.installEventFilter(self)
        self._warning_since = None
        self._last = self._monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching, e.g. on the start page where there is nothing to wipe."""
        if self._timer.isActive():
            application = QApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
        self._timer.stop()
        self._warning_since = None

    def pause(self) -> None:
        """Hold the count while the machine works (sending); every pause needs its `resume`."""
        self._pauses += 1

    def resume(self) -> None:
        """Go on counting, from the beginning."""
        assert self._pauses > 0, "resume without pause"
        self._pauses -= 1
        self._last = self._monotonic()

    def stay(self) -> None:
        """Somebody pressed "I am still here"."""
        self._last = self._monotonic()
        if self._warning_since is not None:
            self._warning_since = None
            self.returned.emit()

    def look(self) -> None:
        """Compare the time with the last activity; the timer calls it every second."""
        now = self._monotonic()
        if self._pauses:
            self._last = now
            return
        if self._warning_since is None:
            if now - self._last < self._idle:
                return
            self._warning_since = now
        left = self._warning - (now - self._warning_since)
        if left > 0:
            self.warned.emit(-int(-left // 1))
        else:
            self.stop()
            self.expired.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and self._warning_since is None:
            self._last = self._monotonic()
        return False
