"""The bad line, at full length: cuts and lost answers between real packets and the real server."""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import timedelta
from pathlib import Path

from sync.engine import SyncReport
from tests.fakes.flaky_proxy import FlakyProxy
from tests.faults.row import Control, Row
from tests.faults.server_process import RealServer, enrolled, kiosk_at

MEAN_CUT, LOST_ANSWERS = 500_000, 0.15
ROUNDS = 200
NAIVE_TRIES = 5
SIZE = 3_000_000


def bad_line(folder: Path, packets: int, seed: int) -> Row:
    """Send `packets` of 3 MB over a line cut once in 500 kB that loses 15 % of the answers."""
    server = RealServer(folder)
    server.start()
    store, enrolment = enrolled(server.address, server.ready["enrolment_token"])
    with FlakyProxy(server.port, seed=seed, mean_cut=MEAN_CUT, lost_answers=LOST_ANSWERS) as proxy:
        kiosk = kiosk_at(f"http://127.0.0.1:{proxy.port}", store, enrolment, seed)
        report = SyncReport(kiosk.clock.now())
        for number in range(1, packets + 1):
            kiosk.finish(number, SIZE)
            for _round in range(ROUNDS):
                report = kiosk.engine.sync_once()
                if not report.waiting:
                    break
                kiosk.clock.move(timedelta(minutes=15))
        kiosk.http.close()
    server.stop()
    kept, _alarms = server.kept()
    received = {entry.sha256 for entry in store.entries() if entry.state == "received"}
    lost = len(received - set(kept)) + (packets - len(received)) + len(kept) - len(set(kept))
    ratio = proxy.up / sum(kiosk.sizes.values())
    note = (
        f"{proxy.cuts} cuts, {proxy.lost} answers lost; delivered {len(received) / packets:.0%}, "
        f"kept {len(kept)}; bytes sent {ratio:.3f}x, headers and repeats included (aim 1.10x)"
    )
    sent = min(packets, 20)
    control = Control(f"one upload without resuming, {NAIVE_TRIES} tries each", sent, sent - naive(sent, seed))
    return Row(
        f"bad line: a cut per {MEAN_CUT // 1000} kB, {LOST_ANSWERS:.0%} of answers lost",
        packets,
        len(received),
        lost,
        control,
        note,
    )


def naive(packets: int, seed: int) -> int:
    """Send each packet whole and begin again after a break; returns how many got an answer."""
    stopping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=_sink, args=(listener, stopping))
        thread.start()
        with FlakyProxy(listener.getsockname()[1], seed=seed, mean_cut=MEAN_CUT, lost_answers=LOST_ANSWERS) as proxy:
            delivered = sum(any(_whole(proxy.port) for _try in range(NAIVE_TRIES)) for _ in range(packets))
        stopping.set()
        thread.join()
    return delivered


def _whole(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(bytes(SIZE))
        return line.recv(2) == b"ok"
    return False


def _sink(listener: socket.socket, stopping: threading.Event) -> None:
    """Answer `ok` to every connection that brought a whole packet."""
    while not stopping.is_set():
        with contextlib.suppress(OSError):
            line, _address = listener.accept()
            with line:
                line.settimeout(10)
                left = SIZE
                while left and (piece := line.recv(65536)):
                    left -= len(piece)
                if not left:
                    line.sendall(b"ok")
