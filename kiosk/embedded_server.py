"""The server on this machine: a process of its own on a free loopback port, watched, restarted, stopped with us.

Its database key goes in over its standard input, which also is its leash: when the kiosk ends, however it ends, the
pipe closes and the server stops.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registration.errors import StaffMustFix

START_SECONDS = 60.0
STOP_SECONDS = 15.0
_RESTART_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

log = logging.getLogger("kiosk")


@dataclass(frozen=True, slots=True)
class DemoOfficial:
    """The official a demo server comes with."""

    name: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """What the server said when it began to accept connections."""

    address: str
    enrolment_token: str = field(repr=False)
    official: DemoOfficial | None = None


def command() -> list[str]:
    """Return how to start the server program, in a checkout and in a frozen build."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "server"]
    return [sys.executable, "-m", "server"]


class EmbeddedServer:
    """Starts, watches and stops the server.

    Args:
        data: its folder.
        outbox: where its messages go in place of a gateway.
        key: 32 bytes that open its database; never on its command line, never on disk.
        log_file: where its own log goes.
        started: told of every start, also after a crash, with the new address; called in the watching thread.
        demo: let it make an official for the demo.
    """

    def __init__(
        self,
        data: Path,
        outbox: Path,
        key: bytes,
        log_file: Path,
        started: Callable[[Ready], None] = lambda _ready: None,
        *,
        demo: bool = False,
    ) -> None:
        self._arguments = [
            *command(),
            "serve",
            "--embedded",
            "--data",
            str(data),
            "--port",
            "0",
            "--outbox",
            str(outbox),
        ]
        if demo:
            self._arguments.append("--demo")
        self._key = key
        self._log_file = log_file
        self._started = started
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._watcher: threading.Thread | None = None

    def start(self) -> Ready:
        """Start it and wait until it accepts connections.

        Raises:
            StaffMustFix: ``server.embedded_failed``, it did not come up; its log says why.
        """
        self._stopping.clear()
        ready = self._launch()
        self._started(ready)
        self._watcher = threading.Thread(target=self._watch, name="embedded-server", daemon=True)
        self._watcher.start()
        return ready

    def stop(self) -> None:
        """Close its input and wait; kill it if it does not heed. Safe to call twice."""
        self._stopping.set()
        process = self._process
        if process is not None:
            _end(process)
        if self._watcher is not None:
            self._watcher.join(STOP_SECONDS)
            self._watcher = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _launch(self) -> Ready:
        self._log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._log_file.open("ab") as log_to:
            process = subprocess.Popen(
                self._arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log_to, text=True
            )
        self._process = process
        assert process.stdin is not None
        try:
            process.stdin.write(self._key.hex() + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            _end(process)
            raise StaffMustFix("server.embedded_failed") from None
        line = _first_line(process)
        try:
            return _ready(json.loads(line))
        except (ValueError, KeyError, TypeError):
            _end(process)
            raise StaffMustFix("server.embedded_failed") from None

    def _watch(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            process = self._process
            assert process is not None
            code = process.wait()
            _close(process)
            if self._stopping.is_set():
                return
            log.error("embedded server ended with %s", code)
            wait = _RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)]
            failures += 1
            if self._stopping.wait(wait):
                return
            try:
                self._started(self._launch())
            except StaffMustFix as error:
                log.error("embedded server: %s", error.code)
            else:
                failures = 0


def _ready(body: dict[str, Any]) -> Ready:
    official = body.get("official")
    return Ready(
        f"http://127.0.0.1:{int(body['port'])}",
        str(body["enrolment_token"]),
        DemoOfficial(official["name"], official["password"], official["totp_secret"]) if official else None,
    )


def _first_line(process: subprocess.Popen[str]) -> str:
    """Read its first line of output, but not longer than `START_SECONDS`."""
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr]
    try:
        return lines.get(timeout=START_SECONDS)
    except queue.Empty:
        return ""


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
