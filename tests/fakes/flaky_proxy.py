"""A TCP proxy that breaks connections by a seeded dice, as a bad line does: cut in the middle, or the answer lost."""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import struct
import threading

_RESET = struct.pack("ii", 1, 0)
_PIECE = 16384


class FlakyProxy:
    """Listens on a free loopback port and passes bytes on to `target`.

    Args:
        target: port of the server.
        seed: same seed, same dice.
        mean_cut: mean bytes sent up between two cuts (exponentially distributed over the line's whole life), 0 = none.
        lost_answers: share of connections whose first answer never arrives, 0 to 1.
    """

    def __init__(self, target: int, *, seed: int, mean_cut: int = 0, lost_answers: float = 0.0) -> None:
        self._target = target
        self._dice = random.Random(seed)
        self._mean = mean_cut
        self._lost = lost_answers
        self._budget = self._next_cut()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.up = 0
        """Bytes that came from the kiosk, those lost in a cut included."""
        self.cuts = 0
        self.lost = 0
        self._thread = threading.Thread(target=self._accept, name="flaky-proxy")

    def __enter__(self) -> FlakyProxy:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._listener.close()

    def _next_cut(self) -> float:
        return self._dice.expovariate(1 / self._mean) if self._mean else float("inf")

    def _accept(self) -> None:
        """One connection at a time: the kiosk sends one packet after another, and the dice stay in order."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                client, _address = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._target)) as server:
                    for end in (client, server):
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ)
            ready.register(server, selectors.EVENT_READ)
            while not self._stopping.is_set():
                for key, _events in ready.select(timeout=0.05):
                    source = key.fileobj
                    if not (self._up(client, server) if source is client else self._down(client, server)):
                        for end in (client, server):
                            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        return

    def _up(self, client: socket.socket, server: socket.socket) -> bool:
        piece = _read(client)
        if not piece:
            return False
        self.up += len(piece)
        if len(piece) > self._budget:
            _write(server, piece[: int(self._budget)])
            self._budget = self._next_cut()
            self.cuts += 1
            return False
        self._budget -= len(piece)
        return _write(server, piece)

    def _down(self, client: socket.socket, server: socket.socket) -> bool:
        piece = _read(server)
        if not piece:
            return False
        if self._lost and self._dice.random() < self._lost:
            self.lost += 1
            return False
        return _write(client, piece)


def _read(source: socket.socket) -> bytes:
    try:
        return source.recv(_PIECE)
    except OSError:
        return b""


def _write(sink: socket.socket, piece: bytes) -> bool:
    try:
        sink.sendall(piece)
    except OSError:
        return False
    return True
