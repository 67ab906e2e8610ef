"""Finished requests from the real vault to a server, by wire and by stick, until nothing is left on the kiosk."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.vault.keys import Argon2Cost
from kiosk.vault.vault import Vault
from registration.ports.vault import VoterKey
from sync import enrol, receipt
from sync.batch import export_batch, import_receipts
from sync.engine import SyncEngine
from sync.enrol import Enrolment
from sync.http import Http
from sync.receipt import Receipt
from sync.sealer import PacketSealer
from sync.upload import Uploader
from tests.fakes.election_server import ElectionServer
from tests.fakes.vault import SPECIMEN_CONTACT, ManualClock, a_request

QUICK = Argon2Cost(64, 1, 1)


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
def vault(tmp_path: Path, clock: ManualClock) -> Iterator[Vault]:
    made = Vault.create(tmp_path / "vault", "staff passphrase", clock, staff_cost=QUICK, voter_cost=QUICK)
    yield made
    made.lock()


@pytest.fixture
def http(server: ElectionServer, vault: Vault) -> Iterator[Http]:
    address = f"http://127.0.0.1:{server.port}"
    first = Http(address)
    enrolment = enrol.enrol(first, vault.sync, server=address, name="Athens 1", token=server.enrolment_token())
    first.close()
    opened = Http(address, enrolment.token)
    yield opened
    opened.close()


def finish(vault: Vault, enrolment: Enrolment, clock: ManualClock, key: VoterKey, number: int) -> None:
    keys = enrol.known_keyset(vault.sync, enrolment)
    outbox = vault.outbox(PacketSealer(enrolment.identity, enrolment.key, lambda: keys, clock))
    outbox.finish(a_request(request_id=f"019aa000-0000-7000-8000-{number:012}"), key, "per.request")


def test_by_wire_and_by_stick_nothing_is_left(
    vault: Vault, server: ElectionServer, http: Http, clock: ManualClock, tmp_path: Path
) -> None:
    store, enrolment = vault.sync, enrol.require(vault.sync)
    key = vault.drafts.create_voter(SPECIMEN_CONTACT, "fjalëkalim i gjatë")
    for number in range(1, 11):
        finish(vault, enrolment, clock, key, number)
    stick = tmp_path / "stick"
    stick.mkdir()
    report = export_batch(store, enrolment, stick, clock)
    assert (report.packets, report.from_seq, report.to_seq) == (10, 1, 10)
    assert {entry.state for entry in store.entries()} == {"exported"}

    (stick / "receipts").mkdir()
    for entry in store.entries()[:6]:
        proof = Receipt(entry.packet_id, entry.sha256, enrolment.identity.kiosk_id, entry.seq, clock.now())
        text = json.dumps(receipt.sign(proof, server.receipt_key))
        (stick / "receipts" / f"{entry.packet_id}.json").write_text(text)
    verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), stick)
    assert [verdict.new for verdict in verdicts] == [True] * 6

    dice = random.Random(1).random
    engine = SyncEngine(store, http, enrolment, Uploader(http, clock, lambda _seconds: False, dice), clock, dice)
    left = engine.sync_once()
    assert (len(left.received), left.waiting, left.attention, left.problem) == (4, 0, 0, "")
    assert len(server.whole()) == 4
    for entry in store.entries():
        assert entry.state == "received"
        assert store.receipt(entry.packet_id)
        with pytest.raises(KeyError):
            store.read(entry.packet_id)


def test_the_enrolment_survives_a_restart_and_stays_secret(
    vault: Vault, http: Http, tmp_path: Path, clock: ManualClock
) -> None:
    before = enrol.require(vault.sync)
    vault.lock()
    again = Vault.open(tmp_path / "vault", "staff passphrase", clock)
    after = enrol.require(again.sync)
    again.lock()
    assert (after.identity, after.token, after.root) == (before.identity, before.token, before.root)
    stored = b"".join(file.read_bytes() for file in (tmp_path / "vault").rglob("*") if file.is_file())
    assert before.token.encode() not in stored
    assert b"OPENSSH PRIVATE KEY" not in stored
