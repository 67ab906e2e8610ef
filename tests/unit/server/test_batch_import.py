"""Sticks as they come: whole, replayed, renamed, half copied, damaged, foreign, hostile. A verdict for every packet."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from registration.errors import StaffMustFix
from registration.model.ids import KioskId
from registration.ports.server import KioskIdentity
from registration.ports.vault import SealedPacket
from resources import texts
from server import audit, keyring
from server.context import Server
from server.intake import batch
from server.intake.batch import ImportProgress, Verdict, import_batch
from server.kiosks import devices
from server.store.schema import packets as packet_rows
from sync import batch_list, canonical, config, enrol, sshsig
from sync.batch import BatchProgress, export_batch, import_receipts
from sync.batch_list import BatchList, Item
from sync.enrol import Enrolment
from tests.fakes import invented_voter
from tests.fakes.sync_store import FakeSyncStore
from tests.unit.server.conftest import EnrolledKiosk, SettableClock

REQUESTS = 3
Stick = tuple[Path, list[SealedPacket]]


def write_list(folder: Path, kiosk: EnrolledKiosk, sealed: list[SealedPacket], election: str = "") -> None:
    items = tuple(
        Item(each.packet_id, seq, f"{each.packet_id}.vrp", each.sha256, len(each.content))
        for seq, each in enumerate(sealed, 1)
    )
    listed = BatchList(election or kiosk.keys.election, KioskId(kiosk.kiosk_id), kiosk.clock.now(), items)
    (folder / "batch.json").write_text(canonical.dump(batch_list.sign(listed, kiosk.key)))


def a_stick(folder: Path, kiosk: EnrolledKiosk) -> Stick:
    folder.mkdir()
    submissions = [invented_voter.account()]
    submissions += [invented_voter.request(f"01990000-0000-7000-8000-0000000000{n:02}") for n in range(1, REQUESTS)]  # type: ignore[list-item]
    sealed = [kiosk.seal(submission) for submission in submissions]
    for each in sealed:
        (folder / f"{each.packet_id}.vrp").write_bytes(each.content)
    write_list(folder, kiosk, sealed)
    return folder, sealed


@pytest.fixture
def stick(tmp_path: Path, kiosk: EnrolledKiosk) -> Stick:
    return a_stick(tmp_path / "stick", kiosk)


def take_in(server: Server, folder: Path) -> list[Verdict]:
    verdicts = list(import_batch(server, folder, by="administrator:test"))
    for verdict in verdicts:
        for said in (verdict.code, verdict.note):
            for language in texts.LANGUAGES if said else ():
                assert texts.text(language, f"errors.{said}"), "a verdict is said without numbers"
    return verdicts


def told(verdicts: list[Verdict]) -> list[tuple[str, str]]:
    return [(verdict.code, verdict.note) for verdict in verdicts]


def receipts(folder: Path) -> set[str]:
    return {file.stem for file in (folder / "receipts").glob("*.json")} if (folder / "receipts").exists() else set()


def name(folder: Path, sealed: SealedPacket) -> Path:
    return folder / f"{sealed.packet_id}.vrp"


def test_a_whole_stick_is_taken_in_with_progress_and_a_record_of_who_did_it(server: Server, stick: Stick) -> None:
    folder, sealed = stick
    seen: list[ImportProgress] = []
    verdicts = import_batch(server, folder, by="administrator:Besa", progress=seen.append)
    assert told(list(verdicts)) == [("", "")] * REQUESTS
    assert [verdict.file for verdict in verdicts] == [f"{each.packet_id}.vrp" for each in sealed]
    assert receipts(folder) == {each.packet_id for each in sealed}
    assert [each.done for each in seen] == [1, 2, 3]
    assert seen[-1].read == sum(len(each.content) for each in sealed)
    with server.store.read() as connection:
        rows = connection.execute(audit.events.select().where(audit.events.c.kind == "batch.import")).all()
    assert [(row.actor, json.loads(row.details)) for row in rows] == [
        ("administrator:Besa", {"packets": REQUESTS, "taken": REQUESTS})
    ]
    assert rows[0].at == server.clock.now()


def test_a_replayed_stick_changes_nothing_and_gets_its_receipts_again(
    server: Server, stick: Stick, count_rows: Callable[..., int]
) -> None:
    folder, _sealed = stick
    take_in(server, folder)
    first = {file.name: file.read_bytes() for file in (folder / "receipts").iterdir()}
    shutil.rmtree(folder / "receipts")
    assert told(take_in(server, folder)) == [("", "batch.packet_known")] * REQUESTS
    assert {file.name: file.read_bytes() for file in (folder / "receipts").iterdir()} == first
    assert count_rows(packet_rows) == REQUESTS


def test_a_packet_that_came_over_the_line_too_is_the_same_packet(
    server: Server, kiosk: EnrolledKiosk, stick: Stick, count_rows: Callable[..., int]
) -> None:
    folder, sealed = stick
    state = kiosk.upload(sealed[0])
    assert told(take_in(server, folder))[0] == ("", "batch.packet_known")
    on_stick = json.loads((folder / "receipts" / f"{sealed[0].packet_id}.json").read_text())
    assert on_stick == state["receipt"]
    assert count_rows(packet_rows) == REQUESTS


@pytest.mark.parametrize("how", ["missing", "noise", "another list", "a folder"])
def test_a_stick_whose_list_cannot_be_believed_delivers_what_is_whole(server: Server, stick: Stick, how: str) -> None:
    folder, sealed = stick
    file = folder / "batch.json"
    file.unlink()
    if how == "noise":
        file.write_bytes(b"\xff{}")
    elif how == "another list":
        file.write_text('{"body":"{}","signature":"x"}')
    elif how == "a folder":
        file.mkdir()
    verdicts = take_in(server, folder)
    assert verdicts[0] == Verdict("batch.json", "list", "batch.manifest")
    assert told(verdicts[1:]) == [("", "")] * REQUESTS
    assert receipts(folder) == {each.packet_id for each in sealed}


def test_half_copied_packets_are_named_and_the_others_taken(server: Server, stick: Stick) -> None:
    folder, sealed = stick
    name(folder, sealed[0]).write_bytes(sealed[0].content[: len(sealed[0].content) // 2])
    name(folder, sealed[1]).rename(folder / f"{sealed[1].packet_id}.vrp.tmp")
    assert told(take_in(server, folder)) == [("batch.packet_unfinished", "")] * 2 + [("", "")]
    assert receipts(folder) == {sealed[2].packet_id}


def test_damaged_and_missing_packets_are_named(server: Server, stick: Stick) -> None:
    folder, sealed = stick
    torn = bytearray(sealed[0].content)
    torn[700] ^= 1
    name(folder, sealed[0]).write_bytes(torn)
    name(folder, sealed[1]).unlink()
    verdicts = take_in(server, folder)
    assert told(verdicts) == [("packet.damaged", ""), ("batch.packet_missing", ""), ("", "")]
    assert [verdict.state for verdict in verdicts] == ["refused", "missing", "stored"]


def test_renamed_swapped_and_doubled_files_are_known_by_their_content(server: Server, stick: Stick) -> None:
    folder, sealed = stick
    first, second = name(folder, sealed[0]), name(folder, sealed[1])
    first.rename(folder / "x")
    second.rename(first)
    (folder / "x").rename(second)  # swapped
    name(folder, sealed[2]).rename(folder / "KOPJE (1).VRP")
    shutil.copy(folder / "KOPJE (1).VRP", folder / "kopje 2.vrp")
    verdicts = {verdict.file: (verdict.code, verdict.note) for verdict in take_in(server, folder)}
    assert verdicts == {
        first.name: ("", "batch.packet_renamed"),
        second.name: ("", "batch.packet_renamed"),
        "KOPJE (1).VRP": ("", "batch.packet_renamed"),
        "kopje 2.vrp": ("", "batch.packet_known"),
    }
    assert receipts(folder) == {each.packet_id for each in sealed}


def test_a_genuine_packet_that_is_not_listed_is_taken_and_said(
    server: Server, stick: Stick, enrol: Callable[[], EnrolledKiosk]
) -> None:
    folder, sealed = stick
    other = enrol()
    stray = other.seal(invented_voter.request("01990000-0000-7000-8000-0000000000aa"))
    name(folder, stray).write_bytes(stray.content)
    assert told(take_in(server, folder)) == [("", "")] * REQUESTS + [("", "batch.packet_unlisted")]
    assert receipts(folder) == {each.packet_id for each in (*sealed, stray)}


def test_foreign_sticks_are_told_apart(
    server: Server, kiosk: EnrolledKiosk, tmp_path: Path, enrol: Callable[[], EnrolledKiosk]
) -> None:
    folder, sealed = a_stick(tmp_path / "revoked", kiosk)
    with server.store.write() as unit:
        devices.revoke(unit, kiosk.kiosk_id, by="administrator:test")
    assert [code for code, _note in told(take_in(server, folder))] == ["batch.manifest", *["packet.revoked"] * REQUESTS]
    assert receipts(folder) == set()

    stranger = enrol()
    folder, sealed = a_stick(tmp_path / "claimed", stranger)
    stranger_id, stranger.kiosk_id = stranger.kiosk_id, enrol().kiosk_id
    write_list(folder, stranger, sealed)  # lists them as another kiosk's, with a key that is not its own
    verdicts = take_in(server, folder)
    assert verdicts[0].code == "batch.manifest"
    assert told(verdicts[1:]) == [("", "")] * REQUESTS, "the packets themselves are genuine"

    stranger.kiosk_id = stranger_id
    folder, sealed = a_stick(tmp_path / "election", stranger)
    write_list(folder, stranger, sealed, election="per-2099")
    assert take_in(server, folder)[0].code == "packet.other_election"

    folder = tmp_path / "nothing"
    folder.mkdir()
    with pytest.raises(StaffMustFix, match=r"batch\.manifest"):
        take_in(server, folder)
    with pytest.raises(StaffMustFix, match=r"batch\.no_folder"):
        take_in(server, folder / "gone")


def test_nothing_but_plain_files_is_read(server: Server, stick: Stick, tmp_path: Path) -> None:
    folder, sealed = stick
    secret = tmp_path / "secret"
    secret.write_bytes(sealed[0].content)
    for each in sealed:
        name(folder, each).unlink()
    name(folder, sealed[0]).symlink_to(secret)
    os.mkfifo(name(folder, sealed[1]))
    name(folder, sealed[2]).mkdir()
    (folder / "zero.vrp").symlink_to("/dev/zero")
    assert told(take_in(server, folder)) == [("batch.packet_unreadable", "")] * 4


def test_receipts_never_leave_the_stick_by_a_link(server: Server, stick: Stick, tmp_path: Path) -> None:
    folder, _sealed = stick
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "receipts").symlink_to(outside)
    (folder / "news.json.tmp").symlink_to(outside / "news")
    assert told(take_in(server, folder)) == [("batch.receipts_not_written", "")] * REQUESTS
    assert list(outside.iterdir()) == []


def test_a_stick_that_cannot_be_written_says_so_and_loses_nothing(
    server: Server, stick: Stick, monkeypatch: pytest.MonkeyPatch, count_rows: Callable[..., int]
) -> None:
    folder, _sealed = stick

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(batch, "_put", full)
        assert told(take_in(server, folder)) == [("batch.receipts_not_written", "")] * REQUESTS
    assert count_rows(packet_rows) == REQUESTS
    assert told(take_in(server, folder)) == [("", "batch.packet_known")] * REQUESTS
    assert len(receipts(folder)) == REQUESTS


def kiosk_side(server: Server, kiosk: EnrolledKiosk, sealed: list[SealedPacket]) -> tuple[FakeSyncStore, Enrolment]:
    """The kiosk that made the packets, with what it believed when it was enrolled."""
    store = FakeSyncStore()
    identity = KioskIdentity(KioskId(kiosk.kiosk_id), kiosk.keys.election)
    root = sshsig.public_of(server.ring().root)
    enrolment = Enrolment(identity, "", root, kiosk.token, kiosk.key, kiosk.certified)
    with server.store.read() as connection:
        for name in (keyring.KEYSET, keyring.CONFIG):
            document = keyring.newest(connection, server.election, name)
            assert document is not None
            store.raise_highest(name, 1, {name: canonical.dump(document).encode()})
    for each in sealed:
        store.add(each)
    return store, enrolment


def test_a_kiosk_without_a_connection_learns_new_keys_from_the_stick(
    server: Server, kiosk: EnrolledKiosk, stick: Stick, clock: SettableClock
) -> None:
    folder, sealed = stick
    store, enrolment = kiosk_side(server, kiosk, sealed)
    clock.advance(days=70)
    with server.store.write() as unit:
        keyring.rotate(unit, server.master)
        ring = keyring.load(unit.connection, unit.election, server.master)
        keyring.publish_config(
            unit, ring, server_config := keyring.current_config(unit.connection, unit.election, ring)
        )
    take_in(server, folder)

    verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
    assert [(each.new, each.code) for each in verdicts] == [(True, "")] * REQUESTS
    assert enrol.known_keyset(store, enrolment).version == 2
    kept = config.verify(json.loads(store.recall("config") or b""), enrolment.root, election=server.election)
    assert kept.version == server_config.version + 1
    renewed = enrol.accept_certificate(store, enrolment, json.loads((folder / "news.json").read_text())["certificate"])
    assert renewed.certified is not None
    assert renewed.certified.valid_before > clock.now() + devices.CERTIFICATE_LIFE / 2


def test_news_that_are_not_the_servers_are_refused_and_the_receipts_taken(
    server: Server, kiosk: EnrolledKiosk, stick: Stick
) -> None:
    folder, sealed = stick
    store, enrolment = kiosk_side(server, kiosk, sealed)
    take_in(server, folder)
    before = store.recall("keyset")
    news = json.loads((folder / "news.json").read_text())
    news["keyset"]["body"] = news["keyset"]["body"].replace('"version":1', '"version":9')
    news["certificate"] = "ssh-ed25519-cert-v01@openssh.com AAAA"
    (folder / "news.json").write_text(canonical.dump(news))
    verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
    assert [each.code for each in verdicts if each.file == "news.json"] == [
        "server.keyset_refused",
        "server.certificate_refused",
    ]
    assert sum(each.new for each in verdicts) == REQUESTS
    assert store.recall("keyset") == before
    (folder / "news.json").write_text("half")
    verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
    assert verdicts[0].code == "batch.news_damaged"


def test_fifty_requests_go_by_stick_and_nothing_is_left_on_the_kiosk(
    server: Server, kiosk: EnrolledKiosk, tmp_path: Path, clock: SettableClock
) -> None:
    sealed = [kiosk.seal(invented_voter.account())]
    numbers = range(1, 50)
    sealed += [kiosk.seal(invented_voter.request(f"01990000-0000-7000-8000-0000000001{n:02}")) for n in numbers]  # type: ignore[arg-type]
    store, enrolment = kiosk_side(server, kiosk, sealed)
    folder = tmp_path / "fifty"
    folder.mkdir()
    out: list[BatchProgress] = []
    back: list[ImportProgress] = []
    assert export_batch(store, enrolment, folder, clock, out.append).packets == 50
    verdicts = import_batch(server, folder, by="administrator:test", progress=back.append)
    assert told(list(verdicts)) == [("", "")] * 50
    assert (len(out), len(back)) == (50, 50)
    taken = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
    assert sum(each.new for each in taken) == 50
    assert {entry.state for entry in store.entries()} == {"received"}
