"""The drill: copy the server, lose it, bring it back elsewhere; what was receipted before the copy is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from registration.errors import StaffMustFix
from server import audit
from server.app import create_app
from server.casework import cases
from server.context import Server, open_server
from server.intake import worker
from server.sealing import MasterKey
from server.store.schema import packets
from server.upkeep import backup
from tests.databases import Database
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock, TestClient


def test_a_lost_server_comes_back_from_its_copy(
    server: Server,
    kiosk: EnrolledKiosk,
    work: Callable[[], None],
    database: Database,
    master: MasterKey,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    copies = tmp_path / "copies"
    account, request = kiosk.seal(invented_voter.account()), kiosk.seal(invented_voter.request())
    kiosk.upload(account)
    work()
    assert backup.copy(server, copies).blobs > 0
    receipted = kiosk.upload(request)  # stored, not opened: its blob must be in the next copy
    with server.store.write() as unit:
        note = audit.sign_checkpoint(unit, audit.ensure_signer(unit, master))
    assert backup.copy(server, copies).blobs == 1, "the second copy carries what is new"
    after = kiosk.seal(invented_voter.request("01990000-0000-7000-8000-0000000000cc"))
    kiosk.upload(after)  # receipted after the last copy: gone with the machine
    waiting = kiosk.seal(invented_voter.request("01990000-0000-7000-8000-0000000000dd"))
    kiosk.create(waiting)
    kiosk.patch(waiting.sha256, 0, waiting.content[:1000])  # half way when the machine was lost, so still at the kiosk

    with database.empty(tmp_path / "new") as settings:
        backup.bring_back(copies, settings, master)
        with pytest.raises(StaffMustFix, match=r"backup\.not_empty"):
            backup.bring_back(copies, settings, master)
        back = open_server(settings, master, clock)
        try:
            with back.store.read() as connection:
                rows = packet_row(connection, back, account.sha256), packet_row(connection, back, request.sha256)
                assert all(rows)
                assert packet_row(connection, back, after.sha256) is None
            assert receipted["receipt"]["body"] == rows[1].receipt_body
            with back.store.write() as unit:
                verifier = audit.ensure_signer(unit, master).verifier
            with back.store.read() as connection:
                assert audit.verify_log(connection, back.election, verifier, [note]).size > 0
            while worker.work_once(back):
                pass
            with back.store.read() as connection:
                files = cases.read_content(connection, back, invented_voter.REQUEST_ID)
            assert "request.json" in files
            with TestClient(create_app(back, beside=False)) as client:
                again = replace(kiosk, client=client)
                assert again.create(waiting).headers["upload-offset"] == "0", "the restored server never had it"
                told = again.upload(waiting)
                assert told["state"] == "stored"
                assert told["receipt"]
                while worker.work_once(back):
                    pass
                assert again.state(waiting)["state"] == "opened"
        finally:
            back.close()


def packet_row(connection, server: Server, sha256: str):  # type: ignore[no-untyped-def]
    wanted = select(packets).where(packets.c.election == server.election, packets.c.sha256 == sha256)
    return connection.execute(wanted).one_or_none()


def test_a_folder_without_a_copy_is_one_sentence(database: Database, master: MasterKey, tmp_path: Path) -> None:
    with (
        database.empty(tmp_path / "new") as settings,
        pytest.raises(StaffMustFix, match=r"backup\.none_here"),
    ):
        backup.bring_back(tmp_path, settings, master)
