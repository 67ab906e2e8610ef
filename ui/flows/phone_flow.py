"""A hand-off from the voter's phone: opened, watched until the file is there, fetched; ended when the voter leaves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from registration.errors import Expected, WillRetry
from registration.ports.phone import Handoff, PhoneHandoff
from ui.tasks import TaskRunner

LOOK_MS = 1500
"""Between two looks whether the file is there."""


class PhoneFlow(QObject):
    """Signals:
    offered(bool): whether phones can bring files now.
    opened(str, int): the address to draw and the seconds it is good for.
    received(bytes): the file.
    failed(Exception): nothing will come any more; the hand-off is over.
    """

    offered = Signal(bool)
    opened = Signal(str, int)
    received = Signal(bytes)
    failed = Signal(object)

    def __init__(
        self, phone: PhoneHandoff | None, tasks: TaskRunner, monotonic: Callable[[], float], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._phone = phone
        self._tasks = tasks
        self._monotonic = monotonic
        self._handoff: Handoff | None = None
        self._until = 0.0
        self._asked = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def ask(self) -> None:
        """Find out whether there is a way from phones; silence means no."""
        phone = self._phone
        if phone is None:
            self.offered.emit(False)
            return

        def unreachable(error: Exception) -> None:
            self.offered.emit(False)
            if not isinstance(error, Expected):
                self.failed.emit(error)

        self._tasks.run(phone.offered, owner=self, on_success=self.offered.emit, on_error=unreachable)

    def begin(self, language: str) -> None:
        """Open a hand-off; a former one ends."""
        phone = self._phone
        assert phone is not None, "the button is shown only when it was offered"
        self.cancel()
        self._asked += 1
        asked = self._asked

        def opened(handoff: Handoff) -> None:
            if asked != self._asked:
                self._end(handoff)
                return
            self._handoff = handoff
            self._until = self._monotonic() + handoff.expires_in
            self.opened.emit(handoff.url, handoff.expires_in)
            self._timer.start()

        self._tasks.run(lambda: phone.begin(language), owner=self, on_success=opened, on_error=self._broke)

    def look(self) -> None:
        """Look whether the file is there. A lost connection is waited out as long as the address is good."""
        phone, handoff = self._phone, self._handoff
        if phone is None or handoff is None:
            return

        def bring() -> bytes | None:
            return phone.fetch(handoff) if phone.received(handoff) else None

        def looked(content: bytes | None) -> None:
            if self._handoff is not handoff:
                return
            if content is None:
                self._timer.start()
            else:
                self._handoff = None
                self.received.emit(content)

        def broke(error: Exception) -> None:
            if self._handoff is not handoff:
                return
            if isinstance(error, WillRetry) and self._monotonic() < self._until:
                self._timer.start()
            else:
                self._broke(error)

        self._tasks.run(bring, owner=self, on_success=looked, on_error=broke)

    def cancel(self) -> None:
        """The voter went another way: the address takes nothing any more."""
        self._asked += 1
        self._timer.stop()
        handoff, self._handoff = self._handoff, None
        if handoff is not None:
            self._end(handoff)

    def _end(self, handoff: Handoff) -> None:
        phone = self._phone
        assert phone is not None
        self._tasks.run(lambda: phone.cancel(handoff), owner=self, on_success=lambda _: None, on_error=self.failed.emit)

    def _broke(self, error: Exception) -> None:
        self._handoff = None
        self.failed.emit(error)
