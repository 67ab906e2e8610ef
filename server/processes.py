"""Several processes that serve one address together: started, watched, started again when they die, ended together.

Each is this program again with the listening socket handed down. It reads the key from its stdin and ends when that
does, so none outlives this one, whatever happens to it.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger(__name__)

STEADY = 30.0
"""Seconds a process must have lived to be started again at once; else the pause before it doubles."""
LONGEST_PAUSE = 30.0
END_WITHIN = 30.0


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[str]
    began: float
    pause: float


class Processes:
    """Runs `count` processes.

    Args:
        count: how many.
        listener: bound; each of them accepts from it.
        key: the server's, as its line on stdin.
    """

    def __init__(self, count: int, listener: socket.socket, key: str) -> None:
        self._count = count
        self._listener = listener
        self._key = key
        self._stopping = False

    def run(self, when_ready: Callable[[], None], *, until_stdin_ends: bool) -> int:
        """Serve until a signal, or the end of stdin; returns 0."""
        self._listener.listen(2048)
        self._listener.set_inheritable(True)
        for caught in (signal.SIGTERM, signal.SIGINT):
            signal.signal(caught, self._stop)
        children = [self._start(1.0) for _ in range(self._count)]
        try:
            for child in children:
                assert child.process.stdout is not None
                child.process.stdout.readline()
            when_ready()
            watched = selectors.DefaultSelector()
            if until_stdin_ends:
                watched.register(sys.stdin.fileno(), selectors.EVENT_READ)
            while not self._stopping:
                if watched.select(0.2) and not os.read(sys.stdin.fileno(), 4096):
                    break
                children = [self._alive(child) for child in children]
        finally:
            self._end(children)
        return 0

    def _start(self, pause: float) -> _Child:
        command = [sys.executable, "-m", "server", *sys.argv[1:], "--listener", str(self._listener.fileno())]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[self._listener.fileno()],
        )
        assert process.stdin is not None
        process.stdin.write(self._key + "\n")
        process.stdin.flush()
        return _Child(process, time.monotonic(), pause)

    def _alive(self, child: _Child) -> _Child:
        """Return the child, or its successor when it died and its pause is over."""
        if child.process.poll() is None:
            return child
        lived = time.monotonic() - child.began
        if lived < child.pause:
            return child
        log.error("a serving process ended with %s after %d s; another one is started", child.process.returncode, lived)
        _close(child)
        return self._start(1.0 if lived > STEADY else min(child.pause * 2, LONGEST_PAUSE))

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self, children: list[_Child]) -> None:
        """Let each end what it is doing; one that does not come to an end is killed."""
        for child in children:
            assert child.process.stdin is not None
            child.process.stdin.close()
        deadline = time.monotonic() + END_WITHIN
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _close(child)


def _close(child: _Child) -> None:
    for pipe in (child.process.stdin, child.process.stdout):
        assert pipe is not None
        pipe.close()
