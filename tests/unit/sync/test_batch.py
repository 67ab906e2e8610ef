"""The batch on a stick, with a folder standing for the stick."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registration.errors import StaffMustFix
from registration.ports.vault import OutboxEntry
from sync import batch_list, enrol, packet, receipt, sshsig
from sync.batch import BatchProgress, ExportReport, ReceiptVerdict, export_batch, import_receipts
from sync.receipt import Receipt
from tests.fakes.election_server import ElectionServer
from tests.unit.sync.conftest import Kiosk, MakeKiosk


def export(kiosk: Kiosk, stick: Path, **options: Any) -> ExportReport:
    return export_batch(kiosk.store, kiosk.enrolment, stick, kiosk.clock, **options)


def refusal(kiosk: Kiosk, stick: Path, **options: Any) -> StaffMustFix:
    with pytest.raises(StaffMustFix) as caught:
        export(kiosk, stick, **options)
    return caught.value


def read_list(kiosk: Kiosk, stick: Path) -> batch_list.BatchList:
    public = sshsig.public_of(kiosk.enrolment.key)
    return batch_list.verify(json.loads((stick / "batch.json").read_text()), lambda _kiosk: public)


def write_receipt(
    server: ElectionServer, stick: Path, entry: OutboxEntry, kiosk_id: str = "kiosk-1", name: str = ""
) -> Path:
    """Do what the server's import does for one packet."""
    proof = Receipt(entry.packet_id, entry.sha256, kiosk_id, entry.seq, server.clock.now(), {"log_index": 1})  # type: ignore[arg-type]
    file = stick / "receipts" / (name or f"{entry.packet_id}.json")
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(receipt.sign(proof, server.signs_with), indent=1))
    return file


def take(kiosk: Kiosk, stick: Path) -> tuple[ReceiptVerdict, ...]:
    keys = enrol.known_keyset(kiosk.store, kiosk.enrolment)
    return import_receipts(kiosk.store, kiosk.enrolment, keys, stick)


def test_fifty_requests_go_by_stick_and_their_receipts_come_back(
    kiosk: Kiosk, server: ElectionServer, stick: Path
) -> None:
    entries = [kiosk.finish_request(n) for n in range(1, 51)]
    seen: list[BatchProgress] = []
    report = export(kiosk, stick, progress=seen.append)

    assert (report.packets, report.skipped, report.from_seq, report.to_seq) == (50, 0, 1, 50)
    assert [p.done for p in seen] == list(range(1, 51))
    assert (seen[-1].written, seen[-1].size) == (report.size, sum(entry.size for entry in entries))
    listed = read_list(kiosk, stick)
    assert [item.seq for item in listed.items] == list(range(1, 51))
    for item in listed.items:
        content = (stick / item.file).read_bytes()
        assert (len(content), packet.digest(content)) == (item.size, item.sha256)
    assert {file.suffix for file in stick.iterdir()} == {".vrp", ".json"}

    # exported is not delivered
    assert {entry.state for entry in kiosk.store.entries()} == {"exported"}
    assert len(kiosk.store.due(kiosk.clock.now())) == 50

    for entry in entries:
        write_receipt(server, stick, entry)
    assert all(verdict.new and verdict.code == "" for verdict in take(kiosk, stick))
    assert {entry.state for entry in kiosk.store.entries()} == {"received"}
    assert not any(verdict.new for verdict in take(kiosk, stick))
    assert refusal(kiosk, stick).code == "batch.nothing"


def test_a_packet_may_go_both_ways(kiosk: Kiosk, server: ElectionServer, stick: Path) -> None:
    entry = kiosk.finish_request()
    export(kiosk, stick)
    write_receipt(server, stick, entry)
    assert kiosk.engine.sync_once().received == (entry.packet_id,)
    (verdict,) = take(kiosk, stick)
    assert (verdict.taken, verdict.new) == (True, False)


def test_a_second_export_writes_only_what_is_missing_or_damaged(kiosk: Kiosk, stick: Path) -> None:
    first, second = kiosk.finish_request(1), kiosk.finish_request(2)
    export(kiosk, stick)
    damaged = stick / f"{second.packet_id}.vrp"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    untouched = (stick / f"{first.packet_id}.vrp").stat().st_mtime_ns
    third = kiosk.finish_request(3)

    report = export(kiosk, stick)
    assert (report.packets, report.skipped) == (3, 1)
    assert (stick / f"{first.packet_id}.vrp").stat().st_mtime_ns == untouched
    assert damaged.read_bytes() == kiosk.store.read(second.packet_id)
    assert [item.packet_id for item in read_list(kiosk, stick).items][-1] == third.packet_id


def test_room_is_looked_for_first(kiosk: Kiosk, stick: Path) -> None:
    entry = kiosk.finish_request(size=3_000_000)
    error = refusal(kiosk, stick, free_space=lambda _folder: entry.size)
    assert (error.code, error.params) == ("batch.no_space", {"needed": 4, "free": 2})
    assert list(stick.iterdir()) == []
    assert kiosk.store.entry(entry.packet_id).state == "waiting"


def test_a_folder_of_another_kiosk_is_left_alone(make_kiosk: MakeKiosk, stick: Path) -> None:
    first, second = make_kiosk(), make_kiosk()
    first.finish_request(1)
    second.finish_request(2)
    export(first, stick)
    before = (stick / "batch.json").read_bytes()
    assert refusal(second, stick).code == "batch.other_kiosk"
    (stick / "batch.json").write_bytes(before[:-20])
    assert refusal(first, stick).code == "batch.other_kiosk"
    assert refusal(first, stick / "not there").code == "batch.no_folder"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "batch.no_space"),
        (errno.EROFS, "batch.not_writable"),
        (errno.EIO, "batch.stick_failed"),
        (errno.ENOENT, "batch.no_folder"),
    ],
)
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_a_stick_that_fails_at_any_flush_costs_nothing(
    kiosk: Kiosk, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, at: int
) -> None:
    """Two packets and the list make six flushes: of each file and of the folder after it."""
    entries = [kiosk.finish_request(1), kiosk.finish_request(2)]
    true_fsync, calls = os.fsync, [0]

    def failing(handle: int) -> None:
        calls[0] += 1
        if calls[0] == at:
            raise OSError(number, "made to fail")
        true_fsync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        assert refusal(kiosk, stick).code == code
    assert {entry.state for entry in kiosk.store.entries()} == {"waiting"}
    assert all(kiosk.store.read(entry.packet_id) for entry in entries)
    assert not list(stick.glob("*.tmp"))
    assert export(kiosk, stick).packets == 2


def test_what_reads_back_differently_is_not_counted(kiosk: Kiosk, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = kiosk.finish_request()
    true_replace = Path.replace

    def corrupting(self: Path, target: Path) -> Path:
        self.write_bytes(b"\0" + self.read_bytes()[1:])
        return true_replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", corrupting)
        error = refusal(kiosk, stick)
    assert (error.code, error.params["file"]) == ("batch.read_back", f"{entry.packet_id}.vrp")
    assert kiosk.store.entry(entry.packet_id).state == "waiting"
    assert list(stick.iterdir()) == []


def test_a_packet_received_meanwhile_is_left_out(kiosk: Kiosk, stick: Path) -> None:
    first, second = kiosk.finish_request(1), kiosk.finish_request(2)

    def receive(_progress: BatchProgress) -> None:
        kiosk.store.mark_received(second.packet_id, b"{}")

    report = export(kiosk, stick, progress=receive)
    assert (report.packets, report.size) == (1, first.size)
    assert [item.packet_id for item in read_list(kiosk, stick).items] == [first.packet_id]
    assert kiosk.store.entry(second.packet_id).state == "received"


def test_every_odd_receipt_gets_its_verdict_and_lets_go_of_nothing(
    make_kiosk: MakeKiosk, server: ElectionServer, stick: Path
) -> None:
    kiosk, other = make_kiosk(), make_kiosk()
    good, half, altered, forged, wrong = (kiosk.finish_request(n) for n in range(1, 6))
    foreign = other.finish_request(6)
    write_receipt(server, stick, good)
    file = write_receipt(server, stick, half)
    file.write_text(file.read_text()[:200])
    file = write_receipt(server, stick, altered)
    file.write_text(file.read_text().replace('\\"seq\\":3', '\\"seq\\":4'))
    write_receipt(server, stick, foreign, kiosk_id="kiosk-2")
    write_receipt(server, stick, replace(wrong, sha256="0" * 64))
    (stick / "receipts" / "empty.json").touch()
    (stick / "receipts" / "unfinished.json.tmp").write_text("{}")
    (stick / "receipts" / "picture.json").write_bytes(b"\xff\xd8\xff}")
    true_key, server.signs_with = server.signs_with, sshsig.generate()
    write_receipt(server, stick, forged)
    server.signs_with = true_key

    codes = {verdict.file: verdict.code for verdict in take(kiosk, stick)}
    assert codes == {
        f"{good.packet_id}.json": "",
        f"{half.packet_id}.json": "batch.receipt_unfinished",
        f"{altered.packet_id}.json": "batch.receipt_damaged",
        f"{forged.packet_id}.json": "batch.receipt_damaged",
        f"{foreign.packet_id}.json": "batch.receipt_foreign",
        f"{wrong.packet_id}.json": "batch.receipt_unknown",
        "empty.json": "batch.receipt_unfinished",
        "unfinished.json.tmp": "batch.receipt_unfinished",
        "picture.json": "batch.receipt_damaged",
    }
    states = [entry.state for entry in kiosk.store.entries()]
    assert states == ["received", "waiting", "waiting", "waiting", "waiting"]


def test_a_renamed_receipt_is_taken_and_mentioned(kiosk: Kiosk, server: ElectionServer, stick: Path) -> None:
    entry = kiosk.finish_request()
    write_receipt(server, stick, entry, name="kopje.json")
    (verdict,) = take(kiosk, stick)
    assert (verdict.taken, verdict.new, verdict.code) == (True, True, "batch.receipt_renamed")
    assert kiosk.store.entry(entry.packet_id).state == "received"


@pytest.mark.parametrize(("make", "code"), [(False, "batch.no_receipts"), (True, "batch.no_receipts")])
def test_no_receipts_is_said(kiosk: Kiosk, stick: Path, make: bool, code: str) -> None:
    if make:
        (stick / "receipts").mkdir()
    with pytest.raises(StaffMustFix) as caught:
        take(kiosk, stick)
    assert caught.value.code == code
    with pytest.raises(StaffMustFix, match="no_folder"):
        take(kiosk, stick / "gone")


def test_nothing_of_a_voter_is_readable_on_the_stick(kiosk: Kiosk, stick: Path) -> None:
    kiosk.finish_request()
    export(kiosk, stick)
    everything = b"".join(file.read_bytes() for file in stick.iterdir())
    for needle in (b"J00203999A", b"Specimen", b"Via", b"Roma", b"request.json"):
        assert needle not in everything
