"""The server killed at random moments during uploads: what it acknowledged must be there when it is back."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from registration.errors import Expected
from sync import enrol, receipt, sshsig
from sync.engine import Event, PacketMoved
from sync.enrol import Enrolment
from sync.http import Http
from sync.upload import PATH
from tests.fakes.election_server import ElectionServer
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import ManualClock
from tests.faults.row import Control, Row
from tests.faults.server_process import Kiosk, Program, RealServer, enrolled, kiosk_at

KIOSKS = 3
SIZE = 900_000
CONTROL_KILLS = 5
LONGEST_LIFE = 0.6
"""Seconds a server lives at most, once it is ready, before it is killed; drawn evenly."""
PATIENCE = 120.0


@dataclass
class Line:
    """A kiosk at work, and what the server last told it to hold of the packet under way."""

    store: FakeSyncStore
    enrolment: Enrolment
    told: tuple[str, int] = ("", 0)

    def notice(self, event: Event) -> None:
        if isinstance(event, PacketMoved):
            self.told = self.store.entry(event.packet_id).sha256, event.held


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    pieces: int
    """Acknowledged offsets looked for after a restart."""
    pieces_lost: int
    received: int
    received_lost: int
    undelivered: int
    back: float
    """Longest time from the start of the new process to its answer, seconds."""


def killed_during_uploads(folder: Path, kills: int, packets: int, seed: int) -> Row:
    for name in ("real", "memory"):
        (folder / name).mkdir()
    server = RealServer(folder / "real")
    lines = []
    server.start()
    for _ in range(KIOSKS):
        lines.append(Line(*enrolled(server.address, server.ready["enrolment_token"])))
        server.stop()
        server.start()  # each start makes one enrolment token
    outcome = run(server, lines, kills, packets, seed)
    server.stop()
    kept, _alarms = server.kept()
    twice = len(kept) - len(set(kept))
    receipted = {entry.sha256 for line in lines for entry in line.store.entries() if entry.state == "received"}
    gone = len(receipted - set(kept))

    memory, memory_lines = forgetful(folder / "memory")
    memory.start()
    control = run(memory, memory_lines, CONTROL_KILLS, CONTROL_KILLS, seed)
    memory.stop()
    lost = outcome.pieces_lost + outcome.received_lost + outcome.undelivered + twice + gone
    note = (
        f"{outcome.received} packets of {SIZE / 1e6:.1f} MB received, {outcome.undelivered} undelivered, "
        f"{twice} twice; {outcome.pieces} acknowledged pieces under way looked for; slowest start {outcome.back:.1f} s"
    )
    without = Control(
        "a server that acknowledges from memory", control.kills, control.pieces_lost + control.received_lost
    )
    return Row("server: kill -9 during uploads", outcome.kills, outcome.received + outcome.pieces, lost, without, note)


def forgetful(folder: Path) -> tuple[Program, list[Line]]:
    """Return a server that keeps nothing on disk, and kiosks it knows after every start."""
    model = ElectionServer(ManualClock())
    address = model.start()
    try:
        lines = [Line(*enrolled(address, model.enrolment_token())) for _ in range(KIOSKS)]
    finally:
        model.stop()
    given = {
        "root": sshsig.private_text(model.root).decode(),
        "receipt": sshsig.private_text(model.receipt_key).decode(),
        "keys": {"epoch_recipient": model.keys.epoch_recipient, "escrow": model.keys.escrow},
        "kiosks": {token: [kiosk, key.line] for token, (kiosk, key) in model.kiosks.items()},
    }
    return Program(folder, ["-m", "tests.faults.memory_server"], json.dumps(given)), lines


def run(server: Program, lines: Sequence[Line], kills: int, packets: int, seed: int) -> Outcome:
    """Kill the running server `kills` times while the kiosks send, at least `packets` in all; then let them finish."""
    dice, up, last = random.Random(seed), threading.Event(), threading.Event()
    up.set()
    kiosks = [
        kiosk_at(server.address, line.store, line.enrolment, seed + n, line.notice) for n, line in enumerate(lines)
    ]
    each = -(-packets // len(lines))
    threads = [
        threading.Thread(target=_send, args=(kiosk, 1_000_000 * (n + 1), each, up, last))
        for n, kiosk in enumerate(kiosks)
    ]
    for thread in threads:
        thread.start()
    pieces = pieces_lost = 0
    back = 0.0
    try:
        for _ in range(kills):
            threading.Event().wait(dice.uniform(0.05, LONGEST_LIFE))
            up.clear()
            server.kill()
            told = [line.told for line in lines]
            began = time.perf_counter()
            server.start()
            back = max(back, time.perf_counter() - began)
            for line, (sha256, held) in zip(lines, told, strict=True):
                if held:
                    pieces += 1
                    pieces_lost += _held(server, line, sha256) < held
            up.set()
    finally:
        last.set()
        up.set()
        for thread in threads:
            thread.join(PATIENCE)
    received = [(line, entry) for line in lines for entry in line.store.entries() if entry.state == "received"]
    undelivered = sum(entry.state != "received" for line in lines for entry in line.store.entries())
    gone = sum(not _has(server, line, entry.packet_id, entry.sha256) for line, entry in received)
    for kiosk in kiosks:
        kiosk.http.close()
    return Outcome(kills, pieces, pieces_lost, len(received), gone, undelivered, back)


def _send(kiosk: Kiosk, first: int, least: int, up: threading.Event, last: threading.Event) -> None:
    number = 0
    deadline = None
    while True:
        if all(entry.state == "received" for entry in kiosk.store.entries()):
            if last.is_set() and number >= least:
                return
            number += 1
            kiosk.finish(first + number, SIZE)
        up.wait()
        kiosk.engine.sync_once()
        kiosk.clock.move(timedelta(hours=1))
        if last.is_set():
            deadline = deadline or time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                return


def _held(server: Program, line: Line, sha256: str) -> int:
    http = Http(server.address, line.enrolment.token)
    try:
        answer = http.send("HEAD", f"{PATH}/{sha256}", headers={"Tus-Resumable": "1.0.0"})
        return int(answer.headers.get("Upload-Offset", 0))
    finally:
        http.close()


def _has(server: Program, line: Line, packet_id: str, sha256: str) -> bool:
    """Tell whether the server, asked anew, still gives a genuine receipt for the packet."""
    http = Http(server.address, line.enrolment.token)
    key = enrol.known_keyset(line.store, line.enrolment).receipt_key
    try:
        document = http.json("GET", f"{PATH}/{sha256}").get("receipt")
        proof = receipt.read(document, key)
    except Expected:
        return False
    finally:
        http.close()
    return proof == replace(proof, packet_id=packet_id, sha256=sha256)
