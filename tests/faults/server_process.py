"""The real server in a process of its own that can be killed and started again, and kiosks enrolled at it."""

from __future__ import annotations

import json
import random
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from registration.ports.vault import OutboxEntry
from server.context import open_server
from server.sealing import MasterKey
from server.settings import Settings
from server.store.schema import alarms, packets
from sync import enrol, packet
from sync.engine import Event, SyncEngine
from sync.enrol import Enrolment
from sync.http import Http
from sync.sealer import PacketSealer
from sync.upload import Uploader
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import ManualClock, a_request

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Program:
    """A server's process that says one JSON line when it is ready and ends when its stdin does."""

    def __init__(self, folder: Path, arguments: list[str], first_line: str) -> None:
        self.port = free_port()
        self._log = folder / "server.log"
        self._arguments = [sys.executable, *arguments, "--port", str(self.port)]
        self._first_line = first_line.encode() + b"\n"
        self.ready: dict[str, Any] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Raises RuntimeError when it does not start."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._first_line)
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.kill()
            raise RuntimeError(self._log.read_text()[-2000:])
        self.ready = json.loads(line)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._let_go()

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._let_go()

    def _let_go(self) -> None:
        self._process.wait(timeout=30)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class RealServer(Program):
    """`python -m server serve --embedded`."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self.data = folder / "data"
        self.key = key or secrets.token_hex(32)
        outbox = str(folder / "outbox")
        super().__init__(
            folder,
            ["-m", "server", "serve", "--embedded", "--data", str(self.data), "--outbox", outbox],
            self.key,
        )

    def import_batch(self, stick: Path) -> list[dict[str, str]]:
        """Take a stick in, by another process beside the serving one."""
        command = [sys.executable, "-m", "server", "import-batch", "--data", str(self.data), str(stick)]
        line = self.key.encode() + b"\n"
        done = subprocess.run(command, cwd=ROOT, input=line, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr).decode())
        return [json.loads(verdict) for verdict in done.stdout.splitlines()]

    def kept(self) -> tuple[list[str], list[str]]:
        """Return the digests of all packets kept and the kinds of all alarms, of the stopped server.

        A packet whose ciphertext is missing or altered though it was not opened yet is left out.
        """
        server = open_server(Settings(data=self.data), MasterKey(bytes.fromhex(self.key)))
        try:
            with server.store.read() as connection:
                rows = connection.execute(select(packets.c.sha256, packets.c.blob, packets.c.state)).all()
                kinds = list(connection.execute(select(alarms.c.kind)).scalars())
            whole = [
                row.sha256
                for row in rows
                if row.state == "opened" or packet.digest(server.blobs.get(row.blob)) == row.sha256
            ]
        finally:
            server.close()
        return whole, kinds


@dataclass
class Kiosk:
    """An enrolled kiosk; every packet it made is remembered with its digest."""

    store: FakeSyncStore
    enrolment: Enrolment
    http: Http
    engine: SyncEngine
    clock: ManualClock
    sizes: dict[str, int] = field(default_factory=dict)

    def finish(self, number: int, size: int) -> OutboxEntry:
        keys = enrol.known_keyset(self.store, self.enrolment)
        sealer = PacketSealer(
            self.enrolment.identity,
            self.enrolment.key,
            lambda: keys,
            self.clock,
            certified=self.enrolment.certified,
        )
        picture = random.Random(number).randbytes(size)
        request = a_request(request_id=f"019aa000-0000-7000-8000-{number:012}", picture=picture)
        entry = self.store.add(sealer.seal(request, self.store.next_seq))
        self.sizes[entry.sha256] = entry.size
        return entry


def kiosk_at(
    address: str,
    store: FakeSyncStore,
    enrolment: Enrolment,
    seed: int,
    notify: Callable[[Event], None] = lambda _event: None,
) -> Kiosk:
    """Return an enrolled kiosk that finds its server (or a bad line to it) at `address`; it never waits."""
    clock, dice = ManualClock(), random.Random(seed).random
    http = Http(address, enrolment.token, timeout=(10.0, 10.0))
    uploader = Uploader(http, clock, lambda _seconds: False, dice)
    return Kiosk(store, enrolment, http, SyncEngine(store, http, enrolment, uploader, clock, dice, notify), clock)


def enrolled(address: str, token: str) -> tuple[FakeSyncStore, Enrolment]:
    store, http = FakeSyncStore(), Http(address)
    try:
        return store, enrol.enrol(http, store, server=address, name="Athens 1", token=token)
    finally:
        http.close()
