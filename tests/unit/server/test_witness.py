"""A kiosk and a stick as witnesses of the running server's log, which somebody with the database rewrites."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.commands.sync import write_checkpoint
from registration.errors import StaffMustFix
from registration.model.ids import RequestId
from server import audit
from server.clock import SystemClock
from server.context import Server, open_server
from server.sealing import MasterKey
from server.settings import Settings
from server.upkeep import keeper
from sync import enrol, sealer, witness
from sync.batch import export_batch, import_receipts
from sync.checkpoint import Verifier, parse, verify
from sync.engine import SyncEngine
from sync.http import Http
from sync.merkle import extends
from sync.upload import Uploader
from tests.fakes import invented_voter
from tests.fakes.server_store import ServerStore
from tests.fakes.sync_store import FakeSyncStore
from tests.unit.server.conftest import EnrolledKiosk, SettableClock
from tests.unit.server.test_audit_log import rewrite
from tests.unit.server.test_batch_import import kiosk_side, take_in
from tests.unit.server.test_program import KEY, command, running


def test_a_log_rewritten_behind_a_kiosks_back_alarms_it_and_fails_against_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file = tmp_path / "s", tmp_path / "kept.txt"
    clock = SystemClock()
    with running(data) as program:
        store = FakeSyncStore()
        first = Http(program.url)
        enrolment = enrol.enrol(first, store, server=program.url, name="Bari 1", token=program.ready["enrolment_token"])
        first.close()
        http = Http(program.url, enrolment.token)
        engine = SyncEngine(
            store, http, enrolment, Uploader(http, clock, threading.Event().wait, lambda: 0.5), clock, lambda: 0.5
        )
        seal = sealer.PacketSealer(
            enrolment.identity, enrolment.key, lambda: enrol.known_keyset(store, enrolment), clock
        )
        with pytest.raises(StaffMustFix, match=r"witness\.none"):
            write_checkpoint(store, file)
        store.add(seal.seal(invented_voter.account(), 1))
        assert engine.sync_once().problem == ""
        write_checkpoint(store, file)
        assert command("verify-log", str(file), data=data, monkeypatch=monkeypatch) == 0  # the control

        server = open_server(Settings(data=data), MasterKey(bytes.fromhex(KEY)))
        with server.store.write() as unit:
            size, _ = audit.size_and_root(unit.connection, unit.election)
        rewrite(ServerStore(server.store, server.master, clock, data), list(range(size)), changed=0)  # type: ignore[arg-type]
        server.close()
        assert command("verify-log", data=data, monkeypatch=monkeypatch) == 0  # by itself the forged log looks whole

        store.add(seal.seal(invented_voter.request(), 2))
        report = engine.sync_once()
        assert (report.problem, len(report.received)) == ("witness.differs", 1)
        write_checkpoint(store, file)
        capsys.readouterr()
        assert command("verify-log", str(file), data=data, monkeypatch=monkeypatch) == 1
        assert "does not agree with the checkpoint" in capsys.readouterr().err
        http.close()
        program.end()


def test_the_answer_proves_that_the_newest_checkpoint_continues_an_older_one(
    server: Server, kiosk: EnrolledKiosk, clock: SettableClock
) -> None:
    def ask(since: int) -> dict[str, object]:
        answer = kiosk.client.get(f"/v1/checkpoint?from={since}", headers=kiosk.headers)
        assert answer.status_code == 200
        told: dict[str, object] = answer.json()
        return told

    old = parse(str(ask(0)["checkpoint"]))
    for _ in range(9):
        with server.store.write() as unit:
            audit.record(unit, kind="case.open", actor="official:arta")
    clock.advance(minutes=2)
    keeper.keep(server)
    told = ask(old.size)
    new = verify(str(told["checkpoint"]), Verifier.parse(str(told["verifier"])))
    proof = [bytes.fromhex(step) for step in told["proof"]]  # type: ignore[attr-defined]
    assert new.size > old.size
    assert extends(old.size, old.root, new.size, new.root, proof)
    assert ask(0)["proof"] == ask(new.size)["proof"] == ask(new.size + 1)["proof"] == []
    for wrong in ("-1", "x", str(2**63)):
        assert kiosk.client.get(f"/v1/checkpoint?from={wrong}", headers=kiosk.headers).status_code == 422


def test_a_stick_carries_the_checkpoint_there_and_the_newer_one_back(
    server: Server, kiosk: EnrolledKiosk, tmp_path: Path, clock: SettableClock
) -> None:
    store, enrolment = kiosk_side(server, kiosk, [])

    def take_receipts(folder: Path) -> list[tuple[str, str]]:
        verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
        return [(each.file, each.code) for each in verdicts if each.code]

    def carry(number: int, on_the_way: Callable[[], None] = lambda: None) -> list[tuple[str, str]]:
        folder = tmp_path / str(number)
        folder.mkdir()
        store.add(kiosk.seal(invented_voter.request(RequestId(f"01990000-0000-7000-8000-00000000000{number}"))))
        export_batch(store, enrolment, folder, clock)
        on_the_way()
        take_in(server, folder)
        return take_receipts(folder)

    assert carry(1) == []
    assert not (tmp_path / "1" / "checkpoint.txt").exists()  # it had none yet
    (one,) = witness.kept(store)
    assert carry(2) == []
    assert (tmp_path / "2" / "checkpoint.txt").read_text() == one
    two, same = witness.kept(store)
    assert (same, parse(two).size > parse(one).size) == (one, True)
    assert take_receipts(tmp_path / "1") == []  # a stick of before comes late: older, and no matter

    with server.store.read() as connection:
        size, _ = audit.size_and_root(connection, server.election)
        key = audit.log_key(connection, server.election)
    log = ServerStore(server.store, server.master, clock, server.settings.data)
    assert carry(3, lambda: rewrite(log, list(range(size)), changed=1)) == [("news.json", "witness.differs")]
    assert store.entries()[-1].state == "received"
    assert witness.kept(store) == (two, one)
    with server.store.read() as connection:
        audit.verify_log(connection, server.election, key)  # by itself the forged log looks whole
        with pytest.raises(StaffMustFix, match=r"audit\.checkpoint_differs"):
            audit.verify_log(connection, server.election, key, [(tmp_path / "3" / "checkpoint.txt").read_text()])
