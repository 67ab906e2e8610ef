"""A kiosk and a server that know each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from registration.ports.vault import OutboxEntry
from sync import enrol
from sync.engine import Event, SyncEngine
from sync.enrol import Enrolment
from sync.http import Http
from sync.sealer import PacketSealer
from sync.upload import Uploader
from tests.fakes.election_server import ElectionServer
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import ManualClock, a_request


@dataclass
class Kiosk:
    """An enrolled kiosk with its vault, its engine and what it told."""

    store: FakeSyncStore
    enrolment: Enrolment
    clock: ManualClock
    http: Http
    engine: SyncEngine
    uploader: Uploader
    waits: list[float]
    events: list[Event] = field(default_factory=list)

    def finish_request(self, number: int = 1, size: int = 2000) -> OutboxEntry:
        """Seal a request with a picture of `size` bytes, as the outbox does."""
        keys = enrol.known_keyset(self.store, self.enrolment)
        sealer = PacketSealer(
            self.enrolment.identity,
            self.enrolment.key,
            lambda: keys,
            self.clock,
            certified=self.engine.enrolment.certified,
        )
        submission = a_request(
            request_id=f"019aa000-0000-7000-8000-{number:012}", picture=random.Random(number).randbytes(size)
        )
        return self.store.add(sealer.seal(submission, self.store.next_seq))


MakeKiosk = Callable[..., Kiosk]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server(clock: ManualClock) -> Iterator[ElectionServer]:
    running = ElectionServer(clock)
    running.start()
    yield running
    running.stop()
    assert running.errors == []


@pytest.fixture
def make_kiosk(server: ElectionServer, clock: ManualClock) -> Iterator[MakeKiosk]:
    """Enrol kiosks; `port` is where they find the server afterwards (a proxy's, perhaps)."""
    opened: list[Http] = []

    def make(port: int | None = None, bytes_per_second: int | None = None, stop_after: int | None = None) -> Kiosk:
        address = f"http://127.0.0.1:{server.port}"
        first = Http(address)
        store = FakeSyncStore()
        enrolment = enrol.enrol(first, store, server=address, name="Athens 1", token=server.enrolment_token())
        first.close()
        http = Http(f"http://127.0.0.1:{port or server.port}", enrolment.token, timeout=(2.0, 2.0))
        opened.append(http)
        waits: list[float] = []

        def wait(seconds: float) -> bool:
            waits.append(seconds)
            clock.move(timedelta(seconds=seconds))
            return stop_after is not None and len(waits) >= stop_after

        dice = random.Random(5).random
        uploader = Uploader(http, clock, wait, dice, bytes_per_second)
        events: list[Event] = []
        engine = SyncEngine(store, http, enrolment, uploader, clock, dice, events.append)
        return Kiosk(store, enrolment, clock, http, engine, uploader, waits, events)

    yield make
    for http in opened:
        http.close()


@pytest.fixture
def kiosk(make_kiosk: MakeKiosk) -> Kiosk:
    return make_kiosk()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder standing for a USB stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
