"""Packets coming in: resumable, durable, exactly once, refused or kept aside when they are not what they say."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from registration.model.submission import encode
from server import audit
from server.context import Server
from server.intake import packet_intake, tus
from server.intake.packet_intake import Route
from server.kiosks import devices
from server.store.schema import alarms, packets, uploads
from sync import packet, receipt, ustar
from tests.fakes import invented_voter
from tests.unit.server.conftest import TUS, EnrolledKiosk, SettableClock

Count = Callable[..., int]


def test_a_packet_brings_a_receipt_anybody_can_check(kiosk: EnrolledKiosk) -> None:
    sealed = kiosk.seal(invented_voter.account())
    state = kiosk.upload(sealed)
    assert (state["state"], state["code"], state["highest_seq"]) == ("stored", "", 1)
    proven = receipt.verify(
        state["receipt"],
        kiosk.keys.receipt_key,
        packet_id=sealed.packet_id,
        sha256=sealed.sha256,
        kiosk=kiosk.kiosk_id,  # type: ignore[arg-type]
    )
    assert proven.received == kiosk.clock.time
    assert audit.evidence_holds(proven.log)


def test_sending_again_changes_nothing_and_gives_the_same_receipt(
    kiosk: EnrolledKiosk, count_rows: Count, clock: SettableClock
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    first = kiosk.upload(sealed)
    clock.advance(minutes=5)
    created = kiosk.create(sealed)
    assert (created.status_code, created.headers["upload-offset"]) == (201, str(len(sealed.content)))
    assert kiosk.state(sealed) == first
    assert count_rows(packets) == 1


def test_an_upload_goes_on_where_it_broke(kiosk: EnrolledKiosk, client: TestClient) -> None:
    sealed = kiosk.seal(invented_voter.account())
    assert kiosk.create(sealed).headers["upload-offset"] == "0"
    kiosk.patch(sealed.sha256, 0, sealed.content[:1000])
    again = kiosk.create(sealed)
    assert again.headers["upload-offset"] == "1000"
    head = client.head(f"/v1/packets/{sealed.sha256}", headers=kiosk.headers | TUS)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("1000", str(len(sealed.content)))
    assert kiosk.state(sealed)["state"] == "receiving"
    wrong = kiosk.patch(sealed.sha256, 0, sealed.content[:500])
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "1000")
    rest = kiosk.patch(sealed.sha256, 1000, sealed.content[1000:])
    assert (rest.status_code, rest.headers["upload-offset"]) == (204, str(len(sealed.content)))
    assert kiosk.state(sealed)["state"] == "stored"


def test_a_piece_is_fsynced_before_it_is_acknowledged(
    kiosk: EnrolledKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    synced: list[int] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    assert kiosk.patch(sealed.sha256, 0, sealed.content[:1000]).status_code == 204
    assert 1000 in synced


def test_what_arrived_altered_is_asked_for_again(kiosk: EnrolledKiosk, count_rows: Count) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    altered = sealed.content[:-1] + bytes([sealed.content[-1] ^ 1])
    answer = kiosk.patch(sealed.sha256, 0, altered)
    assert (answer.status_code, answer.json()["code"]) == (460, "server.upload_mismatch")
    assert kiosk.create(sealed).headers["upload-offset"] == "0"
    assert count_rows(packets) == 0
    assert kiosk.patch(sealed.sha256, 0, sealed.content).status_code == 204


def test_more_than_was_said_is_refused_and_not_kept(kiosk: EnrolledKiosk) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    assert kiosk.patch(sealed.sha256, 0, sealed.content + b"more").status_code == 413
    assert kiosk.create(sealed).headers["upload-offset"] == "0"


def test_a_crash_between_the_last_piece_and_the_receipt_is_made_good(
    kiosk: EnrolledKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    with monkeypatch.context() as patched:
        patched.setattr(tus, "_finish", lambda *_: None)
        kiosk.patch(sealed.sha256, 0, sealed.content)
    assert kiosk.state(sealed)["state"] == "stored"
    assert kiosk.state(sealed)["receipt"] is not None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2"}, 412),
        ({"Upload-Length": "-5"}, 422),
        ({"Upload-Length": str(packet.MAX_PACKET + 1)}, 413),
        ({"Upload-Metadata": "sha256 !!!"}, 422),
        ({"Upload-Metadata": ""}, 422),
    ],
)
def test_an_odd_creation_is_refused(kiosk: EnrolledKiosk, headers: dict[str, str], status: int) -> None:
    answer = kiosk.create(kiosk.seal(invented_voter.account()), **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_kiosks_upload_is_not_there(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], client: TestClient
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    other = enrol()
    assert other.patch(sealed.sha256, 0, sealed.content).status_code == 404
    assert client.head(f"/v1/packets/{sealed.sha256}", headers=other.headers | TUS).status_code == 404
    assert client.get(f"/v1/packets/{sealed.sha256}", headers=other.headers).status_code == 404


def test_a_packet_signed_by_another_kiosk_is_refused(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], count_rows: Count
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    state = enrol().upload(sealed)
    assert (state["state"], state["code"], state["receipt"]) == ("refused", "packet.other_kiosk", None)
    assert count_rows(packets) == 0


def test_the_same_number_with_other_content_raises_an_alarm(
    kiosk: EnrolledKiosk, server: Server, count_rows: Count
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.upload(sealed)
    rewritten = _with_id(kiosk, sealed.packet_id)
    answer = kiosk.create(replace(sealed, sha256="0" * 64))
    assert (answer.status_code, answer.json()["code"]) == (409, "packet.conflict")
    taken = packet_intake.take(server, rewritten, route=Route.BATCH)
    assert (taken.state, taken.code) == ("quarantined", "packet.conflict")
    assert count_rows(alarms, alarms.c.kind == "other_digest") == 2
    assert server.blobs.get(packet.digest(rewritten)) == rewritten
    assert kiosk.state(sealed)["state"] == "stored"


def _with_id(kiosk: EnrolledKiosk, packet_id: str) -> bytes:
    """Seal another account at the same instant with the same random bytes for the id: the same packet id."""
    raw = packet_id.replace("-", "")
    tail = bytes.fromhex(raw[12:])
    first = iter([tail])
    submission = invented_voter.account(person=invented_voter.OTHER_PERSON)
    ids = packet.PacketIds("account", kiosk.keys.election, kiosk.kiosk_id, submission.account_id, 1, 1)  # type: ignore[arg-type]
    header, content = packet.build(
        ids,
        encode(submission),
        key=kiosk.key,
        epoch=kiosk.keys.epoch_id,
        recipients=kiosk.keys.recipients,
        now=kiosk.clock.now(),
        random=lambda size: next(first, os.urandom(size)),
        certified=kiosk.certified,
    )
    assert header.packet_id == packet_id
    return content


def test_a_number_used_twice_is_reported_and_a_gap_seen(
    kiosk: EnrolledKiosk, server: Server, count_rows: Count
) -> None:
    kiosk.upload(kiosk.seal(invented_voter.account(), seq=1))
    kiosk.upload(kiosk.seal(invented_voter.request(), seq=1))
    assert count_rows(alarms, alarms.c.kind == "seq_reused") == 1
    assert count_rows(packets) == 2
    kiosk.upload(kiosk.seal(invented_voter.request("01990000-0000-7000-8000-0000000000cc"), seq=5))
    with server.store.read() as connection:
        assert packet_intake.missing_seqs(connection, server.election, kiosk.kiosk_id) == (2, 3, 4)
        assert packet_intake.highest_seq(connection, server.election, kiosk.kiosk_id) == 5


def test_an_unknown_version_is_kept_aside_not_guessed_at(
    kiosk: EnrolledKiosk, server: Server, count_rows: Count
) -> None:
    files = dict(ustar.read(kiosk.seal(invented_voter.account()).content, max_files=3))
    files["header.json"] = files["header.json"].replace(b'"v":1', b'"v":2')
    content = ustar.write(files.items())
    for _ in range(2):
        taken = packet_intake.take(server, content, route=Route.LINK, sender=None)
        assert (taken.state, taken.code, taken.receipt) == ("quarantined", "packet.unsupported", None)
    assert server.blobs.get(packet.digest(content)) == content
    assert count_rows(alarms, alarms.c.kind == "unsupported") == 1


@pytest.mark.parametrize("place", [0, 300, 600, 2000, -1])
def test_a_flipped_byte_is_refused(kiosk: EnrolledKiosk, server: Server, count_rows: Count, place: int) -> None:
    content = bytearray(kiosk.seal(invented_voter.account()).content)
    content[place] ^= 1
    taken = packet_intake.take(server, bytes(content), route=Route.LINK)
    assert taken.state in ("refused", "quarantined")
    assert taken.receipt is None
    assert count_rows(packets) == 0


def test_a_stick_may_be_late_but_not_from_a_revoked_kiosk(
    kiosk: EnrolledKiosk, server: Server, clock: SettableClock
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    clock.advance(days=devices.CERTIFICATE_LIFE.days + 1)
    assert packet_intake.take(server, sealed.content, route=Route.LINK).code == "packet.certificate_expired"
    with server.store.write() as unit:
        devices.revoke(unit, kiosk.kiosk_id, by="official:test")
    assert packet_intake.take(server, sealed.content, route=Route.BATCH).code == "packet.revoked"


def test_a_late_stick_of_a_good_kiosk_is_taken(kiosk: EnrolledKiosk, server: Server, clock: SettableClock) -> None:
    sealed = kiosk.seal(invented_voter.account())
    clock.advance(days=devices.CERTIFICATE_LIFE.days + 30 - 1)
    assert packet_intake.take(server, sealed.content, route=Route.BATCH, by="administrator:test").state == "stored"
    with server.store.read() as connection:
        rows = connection.execute(select(audit.events.c.kind, audit.events.c.details)).all()
    (logged,) = [json.loads(row.details) for row in rows if row.kind == "packet.receive"]
    assert (logged["route"], logged["by"]) == ("batch", "administrator:test")
    assert logged["certificate_until"].startswith("2029-05-02")


def test_a_stick_later_than_the_grace_is_refused(kiosk: EnrolledKiosk, server: Server, clock: SettableClock) -> None:
    sealed = kiosk.seal(invented_voter.account())
    clock.advance(days=devices.CERTIFICATE_LIFE.days + 30)
    assert packet_intake.take(server, sealed.content, route=Route.BATCH).code == "packet.certificate_expired"


def test_uploads_nobody_went_on_with_are_swept(
    kiosk: EnrolledKiosk, server: Server, clock: SettableClock, count_rows: Count
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    kiosk.patch(sealed.sha256, 0, sealed.content[:100])
    clock.advance(days=13)
    assert tus.sweep(server) == 0
    clock.advance(days=2)
    assert tus.sweep(server) == 1
    assert list(server.uploads.iterdir()) == []
    assert count_rows(uploads) == 0


def test_nothing_personal_is_readable_in_the_servers_folder(
    kiosk: EnrolledKiosk, server: Server, work: Callable[[], None], tmp_path: Path
) -> None:
    needles = [b"arta.specimen@example.org", b"J00101999W", b"Gjirokast", b"Via Sparano", b"SPECIMEN<<ARTA"]

    def found() -> Iterator[bytes]:
        for file in (tmp_path / "server").rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            yield from (needle for needle in needles if needle in content)

    kiosk.upload(kiosk.seal(invented_voter.account()))
    kiosk.upload(kiosk.seal(invented_voter.request()))
    assert list(found()) == []
    work()
    assert list(found()) == []
    (tmp_path / "server" / "plain.txt").write_bytes(b" ".join(needles))
    assert sorted(found()) == sorted(needles), "the search itself must find"


def test_two_writers_at_once_never_mix(kiosk: EnrolledKiosk) -> None:
    sealed = kiosk.seal(invented_voter.account())
    kiosk.create(sealed)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(kiosk.patch(sealed.sha256, 0, sealed.content).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204, 409, 409, 409]
    assert kiosk.state(sealed)["state"] == "stored"


def test_many_takers_of_one_packet_make_one_row(kiosk: EnrolledKiosk, server: Server, count_rows: Count) -> None:
    sealed = kiosk.seal(invented_voter.account())
    receipts: list[object] = []
    threads = [
        threading.Thread(
            target=lambda route=route: receipts.append(packet_intake.take(server, sealed.content, route=route).receipt)
        )
        for route in (Route.LINK, Route.BATCH) * 6
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 12
    assert all(document == receipts[0] for document in receipts)
    assert count_rows(packets) == 1


def test_a_piece_is_appended_only_where_the_file_ends_whoever_else_writes(tmp_path: Path) -> None:
    """What keeps processes that share the folder apart: the file's own lock and its real length."""
    file = tmp_path / "p.part"
    assert tus._append(file, 0, b"abc") == (False, 0), "finished and gone: whoever asks again is told"
    file.touch()
    assert tus._append(file, 0, b"abc") == (True, 3)
    assert tus._append(file, 0, b"xyz") == (False, 3)
    outcomes: list[tuple[bool, int]] = []
    threads = [threading.Thread(target=lambda: outcomes.append(tus._append(file, 3, bytes(300_000)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [(False, 300_003)] * 7 + [(True, 300_003)]
    assert file.read_bytes() == b"abc" + bytes(300_000)
