"""Run plain functions off the UI thread and bring the answer back to it."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Waiting:
    owner: int
    on_success: Callable[[Any], None]
    on_error: Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class _Answer:
    number: int
    result: object = None
    error: Exception | None = None


class _Relay(QObject):
    """Lives in the UI thread for as long as the runner. Workers only ring it; the answers lie in a queue of Python's.

    No object of Qt is made, owned or freed by a worker: the collector, which may run in the UI thread at that moment,
    crashes over half-freed ones.
    """

    rung = Signal()


def _work(number: int, func: Callable[[], object], answers: deque[_Answer], relay: _Relay) -> None:
    try:
        answers.append(_Answer(number, func()))
    except Exception as error:  # noqa: BLE001  every error goes to the caller's on_error
        answers.append(_Answer(number, error=error))
    with contextlib.suppress(RuntimeError):  # the runner is gone, and whoever waited with it
        relay.rung.emit()


class TaskRunner(QObject):
    """A small pool of threads; every answer arrives in the UI thread, in its own turn of the event loop.

    `threads=1` makes a queue (the vault's). The answer for an owner that is gone, or after `close`, is dropped.
    Signals: busy_changed(bool) when the first task starts and the last one is answered.
    """

    busy_changed = Signal(bool)

    def __init__(self, *, threads: int = 1, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = futures.ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._running: dict[int, futures.Future[None]] = {}
        self._answers: deque[_Answer] = deque()
        self._relay = _Relay(self)
        self._relay.rung.connect(self._hand_out, Qt.ConnectionType.QueuedConnection)
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
        self._running[number] = self._pool.submit(_work, number, func, self._answers, self._relay)

    def close(self, timeout_ms: int = 10_000) -> bool:
        """Drop what has not started, wait for what has; True when all of it ended in time."""
        self._closed = True
        self._waiting.clear()
        begun = [each for each in self._running.values() if not each.cancel()]
        self._pool.shutdown(wait=False)
        return not futures.wait(begun, timeout_ms / 1000).not_done

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

    @Slot()
    def _hand_out(self) -> None:
        while self._answers:
            answer = self._answers.popleft()
            self._running.pop(answer.number, None)
            waiting = self._forget(answer.number)
            if waiting is None:
                continue
            if answer.error is not None:
                waiting.on_error(answer.error)
            else:
                waiting.on_success(answer.result)
