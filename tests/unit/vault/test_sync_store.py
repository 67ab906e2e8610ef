"""What sync keeps: packets on their way, receipts, versions; and that a received packet is gone from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.model.contact import Contact, ContactKind
from registration.model.ids import PacketId
from registration.ports.vault import OutboxEntry
from tests.fakes.vault import ManualClock, PlainSealer, a_request
from tests.unit.vault.pages import plain_pages

QUICK = Argon2Cost(64, 1, 1)
CONTACT = Contact(ContactKind.PHONE, "+355691234567")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Iterator[Vault]:
    vault = Vault.create(tmp_path / "vault", "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    yield vault
    vault.lock()


def finish(vault: Vault, clock: ManualClock, number: int = 1, picture: bytes = b"\xff\xd8x\xff\xd9") -> OutboxEntry:
    key = vault.drafts.create_voter(CONTACT, "Password1")
    request = a_request(f"019aa000-0000-7000-8000-{number:012}", picture=picture)
    return vault.outbox(PlainSealer(clock)).finish(request, key, "per.request")


def test_what_is_due_waits_for_its_time_and_keeps_its_order(vault: Vault, clock: ManualClock) -> None:
    first, second, third = (finish(vault, clock, n) for n in (1, 2, 3))
    assert [e.seq for e in vault.sync.due(clock.now())] == [1, 2, 3]
    later = clock.now() + timedelta(seconds=90)
    vault.sync.note_attempt(first.packet_id, later, "server.unreachable")
    vault.sync.mark_exported(second.packet_id)
    vault.sync.note_attempt(third.packet_id, None, "packet.foreign")
    assert [(e.seq, e.state) for e in vault.sync.due(clock.now())] == [(2, "exported")]
    waiting = vault.sync.entries()[0]
    assert (waiting.state, waiting.attempts, waiting.next_try) == ("waiting", 1, later)
    assert waiting.problem == "server.unreachable"
    assert vault.sync.entries()[2].problem == "packet.foreign"
    assert [e.seq for e in vault.sync.due(later)] == [1, 2]
    vault.sync.retry(third.packet_id)
    assert [e.seq for e in vault.sync.due(later)] == [1, 2, 3]
    # A try of an exported packet leaves it exported.
    vault.sync.note_attempt(second.packet_id, later)
    assert vault.sync.entries()[1].state == "exported"


def test_a_reason_is_owed_for_attention(vault: Vault, clock: ManualClock) -> None:
    entry = finish(vault, clock)
    with pytest.raises(ValueError, match="reason"):
        vault.sync.note_attempt(entry.packet_id, None)


def test_a_receipt_ends_it_and_nothing_brings_it_back(vault: Vault, clock: ManualClock) -> None:
    entry = finish(vault, clock)
    assert vault.sync.read(entry.packet_id).startswith(b"img/")
    assert vault.sync.receipt(entry.packet_id) is None
    vault.sync.mark_received(entry.packet_id, b"signed")
    vault.sync.mark_received(entry.packet_id, b"another")
    vault.sync.mark_exported(entry.packet_id)
    vault.sync.note_attempt(entry.packet_id, None, "late.problem")
    vault.sync.retry(entry.packet_id)
    (kept,) = vault.sync.entries()
    assert (kept.state, kept.problem, kept.reference) == ("received", "", entry.reference)
    assert vault.sync.receipt(entry.packet_id) == b"signed"
    assert vault.sync.due(clock.now()) == ()
    with pytest.raises(KeyError):
        vault.sync.read(entry.packet_id)


def test_an_unknown_packet_is_a_bug(vault: Vault) -> None:
    nobody = PacketId("nobody")
    for call in (vault.sync.read, vault.sync.retry, vault.sync.mark_exported):
        with pytest.raises(KeyError):
            call(nobody)
    with pytest.raises(KeyError):
        vault.sync.mark_received(nobody, b"r")
    assert vault.sync.receipt(nobody) is None


def test_numbers_go_on_after_the_highest_the_server_saw(vault: Vault, clock: ManualClock) -> None:
    assert finish(vault, clock, 1).seq == 1
    vault.sync.raise_seq(7)
    vault.sync.raise_seq(3)
    assert finish(vault, clock, 2).seq == 8


def test_memory_survives_a_restart(vault: Vault) -> None:
    vault.sync.remember({"a": b"1", "b": b"2"})
    vault.sync.remember({"a": b"3"})
    vault.sync.forget("b")
    vault.sync.forget("never")
    vault.lock()
    vault.unlock("staff")
    assert (vault.sync.recall("a"), vault.sync.recall("b")) == (b"3", None)


def test_a_lower_version_is_refused_with_what_came_with_it(vault: Vault) -> None:
    assert vault.sync.highest("keyset") == 0
    assert vault.sync.raise_highest("keyset", 4, {"keyset": b"four"})
    assert vault.sync.raise_highest("keyset", 4, {"keyset": b"four again"})
    assert not vault.sync.raise_highest("keyset", 3, {"keyset": b"three"})
    assert vault.sync.highest("keyset") == 4
    assert vault.sync.recall("keyset") == b"four again"
    assert vault.sync.raise_highest("config", 1)


@pytest.mark.parametrize("secure_delete", [True, False])
def test_a_received_packet_is_gone_from_every_page(vault: Vault, clock: ManualClock, secure_delete: bool) -> None:
    """Looked for with the vault's own key. The control, without secure_delete, still has it in a freed page."""
    needle = b"NEEDLE-IN-A-PACKET" * 2000
    entry = finish(vault, clock, picture=needle)
    _, key = vault._unwrap(vault._slot("staff"))
    path = vault.folder / "vault.db"

    def found() -> int:
        assert Path(f"{path}-wal").stat().st_size == 0
        return plain_pages(path.read_bytes(), key).count(b"NEEDLE-IN-A-PACKET")

    assert found() > 1900
    if not secure_delete:
        with vault._database.reading() as sql:
            sql.execute("PRAGMA secure_delete = OFF").fetchall()
        # Freed pages at the end of the file are cut off; something after the packet keeps them inside.
        vault.sync.remember({"after": bytes(20_000)})
    size = path.stat().st_size
    if secure_delete:
        vault.sync.mark_received(entry.packet_id, b"receipt")
        assert found() == 0
        assert path.stat().st_size < size
    else:
        with vault._database.transaction() as sql:
            sql.execute("DELETE FROM content WHERE packet = ?", (entry.packet_id,))
        vault._database._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert found() > 0
