"""The real server over each of its databases in turn, a kiosk enrolled at it, real packets."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from registration.model.contact import Contact
from registration.model.ids import KioskId
from registration.model.submission import Submission
from registration.ports.server import KioskIdentity
from registration.ports.vault import SealedPacket
from server.app import create_app
from server.context import Server, open_server
from server.intake import worker
from server.kiosks.devices import new_enrolment_token
from server.notify.messages import Message
from server.notify.outbox import Outbox
from server.sealing import MasterKey
from sync import certificate, keyset, sshsig
from sync.certificate import Certificate
from sync.sealer import PacketSealer
from tests.databases import MASTER, Database
from tests.fakes import invented_voter
from tests.fakes.hand_clock import START as START
from tests.fakes.hand_clock import HandClock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client prefers a newer httpx, which we do not ship
    from fastapi.testclient import TestClient

TUS = {"Tus-Resumable": "1.0.0"}


SettableClock = HandClock


@dataclass
class EnrolledKiosk:
    """A kiosk as the server knows it, and what it does there."""

    client: TestClient
    clock: SettableClock
    kiosk_id: str
    token: str
    key: sshsig.PrivateKey = field(repr=False)
    keys: keyset.Keyset
    certified: Certificate | None = None
    seq: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def seal(self, submission: Submission, seq: int = 0) -> SealedPacket:
        """Return a real packet, numbered on."""
        self.seq = seq or self.seq + 1
        identity = KioskIdentity(KioskId(self.kiosk_id), self.keys.election)
        sealer = PacketSealer(identity, self.key, lambda: self.keys, self.clock, certified=self.certified)
        return sealer.seal(submission, self.seq)

    def create(self, packet: SealedPacket, **headers: str) -> Response:
        names = {"sha256": packet.sha256, "packet_id": packet.packet_id}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in names.items())
        sent = {"Upload-Length": str(len(packet.content)), "Upload-Metadata": metadata}
        return self.client.post("/v1/packets", headers=self.headers | TUS | sent | headers)

    def patch(self, sha256: str, offset: int, piece: bytes) -> Response:
        sent = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.client.patch(f"/v1/packets/{sha256}", headers=self.headers | TUS | sent, content=piece)

    def upload(self, packet: SealedPacket) -> dict[str, Any]:
        """Bring a packet to the server in two pieces; returns its state there."""
        assert self.create(packet).status_code == 201
        half = len(packet.content) // 2
        assert self.patch(packet.sha256, 0, packet.content[:half]).status_code == 204
        assert self.patch(packet.sha256, half, packet.content[half:]).status_code == 204
        return self.state(packet)

    def state(self, packet: SealedPacket) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"/v1/packets/{packet.sha256}", headers=self.headers).json()
        return answer

    def sign_in(self, contact: Contact = invented_voter.EMAIL, password: str = invented_voter.PASSWORD) -> Response:
        body = {"contact": {"kind": contact.kind.value, "value": contact.value}, "password": password}
        return self.client.post("/v1/sessions", headers=self.headers, json=body)

    def voter(self, contact: Contact = invented_voter.EMAIL) -> dict[str, str]:
        """Sign the invented voter in; returns the headers of their calls."""
        answer = self.sign_in(contact)
        assert answer.status_code == 200, answer.text
        return self.headers | {"Voter-Session": answer.json()["token"]}

    def ask_code(self, contact: Contact = invented_voter.EMAIL) -> Response:
        body = {"contact": {"kind": contact.kind.value, "value": contact.value}, "language": "sq"}
        return self.client.post("/v1/codes", headers=self.headers, json=body)

    def try_code(self, ticket: str, code: str) -> Response:
        return self.client.post("/v1/codes/confirm", headers=self.headers, json={"ticket": ticket, "code": code})


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def master() -> MasterKey:
    return MASTER


@pytest.fixture
def server(tmp_path: Path, database: Database, master: MasterKey, clock: SettableClock) -> Iterator[Server]:
    """The open server; nothing runs beside it, so `work` says when packets are opened."""
    with database.after_first_start(tmp_path / "server") as settings:
        opened = open_server(settings, master, clock)
        yield opened
        opened.close()


@pytest.fixture
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(create_app(server, beside=False), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def work(server: Server) -> Callable[[], None]:
    """Open every packet that is due."""

    def run() -> None:
        while worker.work_once(server):
            pass

    return run


@pytest.fixture
def enrol(server: Server, client: TestClient, clock: SettableClock) -> Callable[[], EnrolledKiosk]:
    """Enrol one more kiosk over the real route."""

    def run() -> EnrolledKiosk:
        with server.store.write() as unit:
            token = new_enrolment_token(unit, server.master)
        key = sshsig.generate()
        body = {"enrolment_token": token, "public_key": sshsig.public_of(key).line, "name": "Bari 1"}
        answer = client.post("/v1/kiosks/enrol", json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        root = sshsig.parse_public_line(told["root_public_key"])
        keys = keyset.verify(told["keyset"], root, election=told["election"])
        certified = certificate.parse_line(told["certificate"])
        return EnrolledKiosk(client, clock, told["kiosk_id"], told["kiosk_token"], key, keys, certified)

    return run


@pytest.fixture
def kiosk(enrol: Callable[[], EnrolledKiosk]) -> EnrolledKiosk:
    return enrol()


@pytest.fixture
def messages(server: Server) -> Callable[[], list[Message]]:
    """Take the messages that wait in the outbox, oldest first, with their words; each is returned once."""

    def read() -> list[Message]:
        return [leased.message for leased in Outbox(server.master).lease(server.store, 100)]

    return read


@pytest.fixture
def count_rows(server: Server) -> Callable[..., int]:
    def count(table: Any, *conditions: Any) -> int:
        with server.store.read() as connection:
            return len(connection.execute(select(table).where(*conditions)).all())

    return count
