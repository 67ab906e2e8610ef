"""Run plain functions off the UI thread and bring the answer back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

T = TypeVar("T")


class _Relay(QObject):
    """Lives in the UI thread for as long as the runner; pool threads only emit its signals.

    It must not belong to a job: a QRunnable that owned it would destroy it on the pool's thread.
    """

    succeeded = Signal(int, object)
    failed = Signal(int, object)


@dataclass(frozen=True, slots=True)
class _Waiting:
    owner: int
    on_success: Callable[[Any], None]
    on_error: Callable[[Exception], None]


class _Job(QRunnable):
    def __init__(self, number: int, func: Callable[[], object], relay: _Relay) -> None:
        super().__init__()
        self._number = number
        self._func: Callable[[], object] | None = func
        self._relay = relay

    def run(self) -> None:
        # The pool may keep a job that is done; what its function carries (a voter's key, answers) must not stay.
        func, self._func = self._func, None
        assert func is not None
        try:
            result = func()
        except Exception as error:  # noqa: BLE001  every error goes to the caller's on_error
            self._relay.failed.emit(self._number, error)
        else:
            self._relay.succeeded.emit(self._number, result)


class TaskRunner(QObject):
    """A small pool of threads; every answer arrives in the UI thread, in its own turn of the event loop.

    `threads=1` makes a queue (the vault's). The answer for an owner that is gone, or after `close`, is dropped.
    Signals: busy_changed(bool) when the first task starts and the last one is answered.
    """

    busy_changed = Signal(bool)

    def __init__(self, *, threads: int = 1, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._relay = _Relay(self)
        self._relay.succeeded.connect(self._on_success, Qt.ConnectionType.QueuedConnection)
        self._relay.failed.connect(self._on_error, Qt.ConnectionType.QueuedConnection)
        self._waiting: dict[int, _Waiting] = {}
        self._owners: set[int] = set()
        self._last = 0
        self._closed = False

    @property
    def busy(self) -> bool:
        """True while an answer is still awaited."""
        return bool(self._waiting)

    def run(
        self,
        func: Callable[[], T],
        *,
        owner: QObject,
        on_success: Callable[[T], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run `func` in the pool.

        Args:
            func: must not touch any widget.
            owner: the answer is dropped once this object is destroyed.
            on_success: gets what `func` returned.
            on_error: gets what it raised; there is no default, so that no error is ever lost.
        """
        if self._closed:
            raise RuntimeError("the task runner is closed")
        self._last += 1
        number = self._last
        self._waiting[number] = _Waiting(id(owner), on_success, on_error)
        self._watch(owner)
        if len(self._waiting) == 1:
            self.busy_changed.emit(True)
        self._pool.start(_Job(number, func, self._relay))

    def close(self, timeout_ms: int = 10_000) -> bool:
        """Drop what has not started, wait for what has; True when all of it ended in time."""
        self._closed = True
        self._waiting.clear()
        self._pool.clear()
        return self._pool.waitForDone(timeout_ms)

    def _watch(self, owner: QObject) -> None:
        """Connect once to each owner: an owner of a whole evening gives thousands of tasks."""
        name = id(owner)
        if name not in self._owners:
            self._owners.add(name)
            owner.destroyed.connect(lambda: self._drop(name))

    def _drop(self, owner: int) -> None:
        self._owners.discard(owner)
        for number in [number for number, waiting in self._waiting.items() if waiting.owner == owner]:
            self._forget(number)

    def _forget(self, number: int) -> _Waiting | None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and not self._waiting:
            self.busy_changed.emit(False)
        return waiting

    @Slot(int, object)
    def _on_success(self, number: int, result: object) -> None:
        if waiting := self._forget(number):
            waiting.on_success(result)

    @Slot(int, object)
    def _on_error(self, number: int, error: Exception) -> None:
        if waiting := self._forget(number):
            waiting.on_error(error)
