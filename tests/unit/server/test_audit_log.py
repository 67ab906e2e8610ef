"""The log in the database: one transaction with the deed, proofs, checkpoints, and every way of changing the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from registration.errors import StaffMustFix
from server import audit, keyring
from server.context import Server
from sync import merkle
from sync.checkpoint import BadCheckpoint, Checkpoint, Signer, Verifier, verify
from tests.databases import Database
from tests.fakes import invented_voter
from tests.fakes.server_store import ServerStore, open_store
from tests.unit.server.conftest import EnrolledKiosk


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Iterator[ServerStore]:
    with open_store(database, tmp_path) as opened:
        yield opened


def write(log: ServerStore, count: int) -> list[audit.Logged]:
    written = []
    for number in range(count):
        with log.store.write() as unit:
            details = {"n": number}
            written.append(audit.record(unit, kind="case.open", actor="official:arta", subject="c", details=details))
        log.clock.advance(seconds=1)
    return written


def signer_of(log: ServerStore) -> Signer:
    with log.store.write() as unit:
        return audit.ensure_signer(unit, log.master)


def checkpoint(log: ServerStore) -> str:
    with log.store.write() as unit:
        return audit.sign_checkpoint(unit, audit.ensure_signer(unit, log.master))


def verified(log: ServerStore, *witnessed: str) -> audit.Report:
    verifier = signer_of(log).verifier
    with log.store.read() as connection:
        return audit.verify_log(connection, log.store.election, verifier, witnessed)


def found(log: ServerStore, *witnessed: str) -> StaffMustFix:
    with pytest.raises(StaffMustFix) as caught:
        verified(log, *witnessed)
    return caught.value


def test_an_event_exists_only_with_its_deed(log: ServerStore) -> None:
    class Broken(Exception):
        pass

    write(log, 2)
    with pytest.raises(Broken), log.store.write() as unit:  # noqa: PT012
        audit.record(unit, kind="case.approve", actor="official:arta")
        raise Broken
    (next_one,) = write(log, 1)
    assert (next_one.place, next_one.size) == (2, 3)
    assert verified(log).size == 3


def test_every_event_is_proved_in_every_later_log(log: ServerStore) -> None:
    written = write(log, 13)
    with log.store.read() as connection:
        for size in range(1, 14):
            root = written[size - 1].root
            for event in written[:size]:
                proof = audit.inclusion(connection, log.store.election, event.place, size)
                assert merkle.includes(event.entry, event.place, size, proof, root)
            for old in range(1, size + 1):
                proof = audit.consistency(connection, log.store.election, old, size)
                assert merkle.extends(old, written[old - 1].root, size, root, proof)
        assert audit.size_and_root(connection, log.store.election) == (13, written[-1].root)


def test_a_receipts_evidence_holds_offline_and_only_as_it_is(log: ServerStore) -> None:
    write(log, 6)
    with log.store.write() as unit:
        evidence = audit.evidence(unit, audit.record(unit, kind="packet.store", actor="kiosk:k", subject="p"))
    assert audit.evidence_holds(evidence)
    assert not audit.evidence_holds({**evidence, "log_index": evidence["log_index"] - 1})
    assert not audit.evidence_holds({**evidence, "log_entry": "00" * 32})
    assert not audit.evidence_holds({**evidence, "log_proof": evidence["log_proof"][1:]})
    assert not audit.evidence_holds({"log_index": 1})


def test_the_entry_tells_nothing_without_its_salt(log: ServerStore) -> None:
    with log.store.write() as unit:
        first = audit.record(unit, kind="k", actor="a", subject="s")
        second = audit.record(unit, kind="k", actor="a", subject="s")
    assert first.entry != second.entry


def test_erasing_an_events_words_keeps_the_log_whole(log: ServerStore) -> None:
    write(log, 5)
    note = checkpoint(log)
    with log.store.write() as unit:
        audit.erase(unit, 2)
    report = verified(log, note)
    assert (report.size, report.erased) == (5, 1)


def test_a_checkpoint_is_signed_once_for_a_size_and_kept(log: ServerStore) -> None:
    write(log, 3)
    note = checkpoint(log)
    assert checkpoint(log) == note
    write(log, 1)
    newer = checkpoint(log)
    with log.store.read() as connection:
        assert audit.newest_checkpoint(connection, log.store.election) == newer
    assert verify(newer, signer_of(log).verifier).size == 4
    assert verified(log, note, newer).checkpoints == 4  # two of its own, two witnessed


def test_an_untouched_log_passes_the_very_checks_that_find_tampering(log: ServerStore) -> None:
    write(log, 9)
    assert verified(log, checkpoint(log)).size == 9


@pytest.mark.parametrize("place", [0, 3, 8])
@pytest.mark.parametrize(
    "change", [{"actor": "official:besa"}, {"kind": "case.refuse"}, {"details": '{"n":99}'}, {"subject": "d"}]
)
def test_a_changed_event_is_found(log: ServerStore, place: int, change: dict[str, str]) -> None:
    write(log, 9)
    with log.store.write() as unit:
        unit.connection.execute(update(audit.events).where(audit.events.c.place == place).values(**change))
    error = found(log)
    assert (error.code, error.params["place"]) == ("audit.altered", place + 1)


def test_a_removed_event_is_found(log: ServerStore) -> None:
    write(log, 9)
    note = checkpoint(log)
    with log.store.write() as unit:
        unit.connection.execute(delete(audit.events).where(audit.events.c.place == 4))
    assert found(log).code == "audit.missing"
    with log.store.write() as unit:  # close the gap, as a careful forger would
        later = unit.connection.execute(select(audit.events.c.place).where(audit.events.c.place > 4)).scalars().all()
        for place in sorted(later):
            one = update(audit.events).where(audit.events.c.place == place)
            unit.connection.execute(one.values(place=place - 1))
    assert found(log, note).code in {"audit.proofs_damaged", "audit.missing"}


def test_events_cut_off_the_end_are_found(log: ServerStore) -> None:
    write(log, 9)
    checkpoint(log)
    with log.store.write() as unit:
        unit.connection.execute(delete(audit.events).where(audit.events.c.place >= 6))
        unit.connection.execute(delete(audit.nodes).where(audit.nodes.c.completed_at > 6))
        unit.connection.execute(update(audit.head).values(size=6))
    assert found(log).code == "audit.missing"


def rewrite(log: ServerStore, order: list[int], changed: int | None = None) -> None:
    """Do what an insider with the database and the code could: write the whole log anew with fresh hashes."""
    with log.store.write() as unit:
        rows = unit.connection.execute(select(audit.events).order_by(audit.events.c.place)).all()
        for table in (audit.events, audit.nodes, audit.head, audit.checkpoints):
            unit.connection.execute(delete(table))
        for place in order:
            row = rows[place]
            actor = "official:forger" if place == changed else row.actor
            audit.record(unit, kind=row.kind, actor=actor, subject=row.subject)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_rewritten_log_is_found_by_any_older_checkpoint(log: ServerStore, data: st.DataObject) -> None:
    with log.store.write() as unit:
        for table in (audit.events, audit.nodes, audit.head, audit.checkpoints):
            unit.connection.execute(delete(table))
    write(log, 4)
    older = checkpoint(log)
    write(log, 4)
    kind = data.draw(st.sampled_from(["changed", "removed", "reordered"]))
    place = data.draw(st.integers(0, 3))
    order = list(range(8))
    if kind == "removed":
        order.remove(place)
    elif kind == "reordered":
        other = data.draw(st.integers(0, 7).filter(lambda n: n != place))
        order[place], order[other] = order[other], order[place]
    rewrite(log, order, changed=place if kind == "changed" else None)
    verified(log)  # by itself the forged log looks whole
    assert found(log, older).code == "audit.checkpoint_differs"


def test_a_rewritten_log_is_found_by_a_receipt_alone(
    server: Server, kiosk: EnrolledKiosk, work: Callable[[], None]
) -> None:
    told = kiosk.upload(kiosk.seal(invented_voter.account()))["receipt"]
    work()
    with server.store.write() as unit:
        verifier = audit.ensure_signer(unit, server.master).verifier
        keyring.rotate(unit, server.master)  # an older receipt key is still believed
    with server.store.read() as connection:
        witness = audit.receipt_checkpoint(connection, server.election, told)
        assert audit.verify_log(connection, server.election, verifier, receipts=[witness]).checkpoints == 1
        with pytest.raises(StaffMustFix, match=r"audit\.checkpoint_forged"):
            audit.receipt_checkpoint(connection, server.election, {**told, "body": told["body"].replace("1", "2")})
    rewrite(ServerStore(server.store, server.master, kiosk.clock, server.settings.data), [1, 0, 2, 3])
    with server.store.read() as connection:
        audit.verify_log(connection, server.election, verifier)  # by itself the forged log looks whole
        with pytest.raises(StaffMustFix, match=r"audit\.checkpoint_differs"):
            audit.verify_log(connection, server.election, verifier, receipts=[witness])


def test_a_checkpoint_of_somebody_else_is_no_witness(log: ServerStore) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    write(log, 2)
    stranger = Signer(f"per-server/{log.store.election}", Ed25519PrivateKey.generate())
    assert found(log, stranger.sign(2, bytes(32))).code == "audit.checkpoint_forged"


def test_proofs_damaged_on_disk_are_found(log: ServerStore) -> None:
    write(log, 9)
    with log.store.write() as unit:
        one = (audit.nodes.c.level == 1) & (audit.nodes.c.place == 1)
        unit.connection.execute(update(audit.nodes).where(one).values(hash=bytes(32)))
    assert (found(log).code, found(log).params["place"]) == ("audit.proofs_damaged", 4)


def test_an_event_put_in_beside_the_log_is_found(log: ServerStore) -> None:
    write(log, 2)
    with log.store.write() as unit:
        row = unit.connection.execute(select(audit.events).where(audit.events.c.place == 1)).one()
        unit.connection.execute(insert(audit.events).values(**{**row._mapping, "place": 2}))
    assert found(log).code == "audit.missing"


# ---------------------------------------------------------------- the note format


def test_the_note_is_text_that_other_tools_can_check(log: ServerStore) -> None:
    signer = signer_of(log)
    note = signer.sign(3, bytes(range(32)))
    lines = note.split("\n")
    assert lines[:3] == [signer.name, "3", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
    assert lines[3] == ""
    assert lines[4].startswith(f"\N{EM DASH} {signer.name} ")
    assert lines[5:] == [""]
    assert verify(note, signer.verifier) == Checkpoint(signer.name, 3, bytes(range(32)))


def test_the_verifier_key_of_the_published_example_has_its_key_id() -> None:
    line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert Verifier.parse(line).line == line
    with pytest.raises(BadCheckpoint):
        Verifier.parse(line.replace("c74f20a3", "c74f20a4"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n3\n", "\n4\n"),
        lambda note: note.replace("\n3\n", "\n03\n"),
        lambda note: note.replace("AAEC", "BAEC"),
        lambda note: note.partition("\n\n")[0] + "\n",
        lambda note: note[:-6] + "AAAA=\n",
        lambda note: "",
    ],
)
def test_a_spoilt_note_is_refused(log: ServerStore, spoil) -> None:  # type: ignore[no-untyped-def]
    signer = signer_of(log)
    with pytest.raises(BadCheckpoint):
        verify(spoil(signer.sign(3, bytes(range(32)))), signer.verifier)


def test_a_witness_line_more_does_no_harm(log: ServerStore) -> None:
    signer = signer_of(log)
    note = signer.sign(3, bytes(32)) + "\N{EM DASH} witness.example AAAAAAECAwQ=\nnot a signature\n"
    assert verify(note, signer.verifier).size == 3
