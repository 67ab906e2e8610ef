"""The program: embedded start and stop, kill -9 during an upload, the administrator's commands."""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func
from sqlalchemy import select as sql_select

import resources
from registration.model.submission import Submission
from registration.ports.server import KioskIdentity
from registration.ports.vault import SealedPacket
from server import keyring
from server.__main__ import main
from server.casework import cases
from server.clock import SystemClock
from server.commands import serve
from server.context import open_server
from server.intake import packet_intake, worker
from server.kiosks import devices
from server.notify.outbox import notifications
from server.sealing import MasterKey
from server.settings import Settings
from server.upkeep import destruction_record, housekeeping
from server.voters import accounts
from sync import batch_list, canonical, enrol, keyset, packet, receipt, signed, sshsig
from sync.batch_list import BatchList, Item
from sync.enrol import Enrolment
from sync.http import Http
from sync.sealer import PacketSealer
from tests.databases import Database
from tests.fakes import invented_voter
from tests.fakes.sync_store import FakeSyncStore

KEY = "ab" * 32
ROOT = Path(resources.__file__).parent.parent
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def _database(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each database in turn, told to the program as an administrator would."""
    with database.empty(tmp_path) as made:
        monkeypatch.setenv("PER_DATABASE", made.database)
        yield


def settings_at(data: Path) -> Settings:
    return Settings(data=data, database=os.environ["PER_DATABASE"])


class Program:
    """A running embedded server."""

    def __init__(self, data: Path, *more: str) -> None:
        command = [sys.executable, "-m", "server", "serve", "--embedded", "--data", str(data), *more]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(KEY + "\n")
        self.process.stdin.flush()
        readable, _, _ = select.select([self.process.stdout], [], [], 60)
        assert readable, "no ready line"
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.ready['port']}"

    def end(self) -> tuple[int, str, str]:
        """Close stdin, as a kiosk that dies does; returns exit status, the rest of stdout, stderr."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def running(data: Path, *more: str) -> Iterator[Program]:
    program = Program(data, *more)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.process.kill()
        program.process.communicate()


@dataclass
class Machine:
    """A kiosk enrolled at a running server."""

    enrolment: Enrolment
    keys: keyset.Keyset

    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        enrolled = self.enrolment
        sealer = PacketSealer(
            enrolled.identity, enrolled.key, lambda: self.keys, SystemClock(), certified=enrolled.certified
        )
        return sealer.seal(submission, seq)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.enrolment.token}"}


def enrolled(program: Program) -> Machine:
    store = FakeSyncStore()
    http = Http(program.url)
    made = enrol.enrol(http, store, server=program.url, name="Bari 1", token=program.ready["enrolment_token"])
    http.close()
    return Machine(made, enrol.known_keyset(store, made))


def create(program: Program, machine: Machine, sealed: SealedPacket) -> int:
    names = {"sha256": sealed.sha256, "packet_id": sealed.packet_id}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in names.items())
    sent = {"Upload-Length": str(len(sealed.content)), "Upload-Metadata": metadata}
    answer = requests.post(f"{program.url}/v1/packets", headers=machine.headers | TUS | sent, timeout=10)
    assert answer.status_code == 201
    return int(answer.headers["Upload-Offset"])


def patch(program: Program, machine: Machine, sealed: SealedPacket, offset: int, piece: bytes) -> int:
    sent = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    answer = requests.patch(
        f"{program.url}/v1/packets/{sealed.sha256}", headers=machine.headers | TUS | sent, data=piece, timeout=10
    )
    assert answer.status_code == 204
    return int(answer.headers["Upload-Offset"])


def command(*args: str, data: Path, key: str = KEY, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(key + "\n"))
    return main([*args, "--data", str(data)])


def test_the_embedded_server_serves_on_loopback_and_ends_with_its_parent(tmp_path: Path) -> None:
    with running(tmp_path / "s", "--outbox", str(tmp_path / "out")) as program:
        assert set(program.ready) == {"port", "pid", "enrolment_token"}
        assert program.ready["pid"] == program.process.pid
        assert requests.get(f"{program.url}/v1/health", timeout=10).json()["status"] == "ok"
        machine = enrolled(program)
        sealed = machine.seal(invented_voter.account(), 1)
        assert create(program, machine, sealed) == 0
        patch(program, machine, sealed, 0, sealed.content)
        contact = {"kind": "email", "value": "arta.specimen@example.org"}
        body = {"contact": contact, "language": "sq"}
        assert (
            requests.post(f"{program.url}/v1/codes", headers=machine.headers, json=body, timeout=10).status_code == 202
        )
        status, out, err = program.end()
    assert (status, out) == (0, "")
    assert "arta" not in err
    assert "Traceback" not in err


def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    with running(tmp_path / "s") as program:
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(timeout=30) == 0


def test_sigterm_in_the_middle_of_an_upload_keeps_what_came_and_the_rest_follows(tmp_path: Path) -> None:
    with running(tmp_path / "s") as program:
        machine = enrolled(program)
        sealed = machine.seal(invented_voter.account(), 1)
        half = len(sealed.content) // 2
        create(program, machine, sealed)
        acknowledged = patch(program, machine, sealed, 0, sealed.content[: half // 2])
        calling = http.client.HTTPConnection("127.0.0.1", program.ready["port"], timeout=30)
        calling.putrequest("PATCH", f"/v1/packets/{sealed.sha256}")
        more = {"Upload-Offset": str(acknowledged), "Content-Type": "application/offset+octet-stream"}
        more["Content-Length"] = str(len(sealed.content) - acknowledged)
        for name, value in (machine.headers | TUS | more).items():
            calling.putheader(name, value)
        calling.endheaders(sealed.content[acknowledged:half])
        program.process.send_signal(signal.SIGTERM)
        _until_nobody_listens(program)
        calling.close()
        assert program.process.wait(timeout=30) == 0
    with running(tmp_path / "s") as program:
        offset = create(program, machine, sealed)
        assert acknowledged <= offset <= half
        assert patch(program, machine, sealed, offset, sealed.content[offset:]) == len(sealed.content)
        assert _state(program, machine, sealed)["receipt"]


def _until_nobody_listens(program: Program) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", program.ready["port"]), timeout=1).close()
        except OSError:
            return


def test_kill_9_while_uploading_loses_nothing_acknowledged(tmp_path: Path) -> None:
    with running(tmp_path / "s") as program:
        machine = enrolled(program)
        sealed = machine.seal(invented_voter.account(), 1)
        create(program, machine, sealed)
        acknowledged = patch(program, machine, sealed, 0, sealed.content[:2000])
        os.kill(program.process.pid, signal.SIGKILL)
        program.process.wait(timeout=30)
    with running(tmp_path / "s") as program:
        assert create(program, machine, sealed) == acknowledged
        patch(program, machine, sealed, acknowledged, sealed.content[acknowledged:])
        first = _state(program, machine, sealed)
        os.kill(program.process.pid, signal.SIGKILL)
        program.process.wait(timeout=30)
    with running(tmp_path / "s") as program:
        again = _state(program, machine, sealed)
    assert again["receipt"] == first["receipt"]
    proven = receipt.verify(
        again["receipt"],
        machine.keys.receipt_key,
        packet_id=sealed.packet_id,
        sha256=sealed.sha256,
        kiosk=machine.enrolment.identity.kiosk_id,
    )
    assert proven.seq == 1


def _state(program: Program, machine: Machine, sealed: SealedPacket) -> dict[str, Any]:
    url = f"{program.url}/v1/packets/{sealed.sha256}"
    answer: dict[str, Any] = requests.get(url, headers=machine.headers, timeout=10).json()
    return answer


def test_a_wrong_key_and_no_key_are_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("enrol-kiosk", data=tmp_path, monkeypatch=monkeypatch) == 0
    capsys.readouterr()
    assert command("enrol-kiosk", data=tmp_path, key="cd" * 32, monkeypatch=monkeypatch) == 1
    assert "does not open" in capsys.readouterr().err
    assert command("enrol-kiosk", data=tmp_path, key="secret", monkeypatch=monkeypatch) == 1
    errors = capsys.readouterr().err
    assert "64 hexadecimal digits" in errors
    assert "secret" not in errors


def test_wrong_usage_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["no-such-command"])
    assert caught.value.code == 2


@pytest.fixture
def stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Path, Machine, list[SealedPacket]]:
    """A stick with an account and its request, from a kiosk enrolled without a running server."""
    server = open_server(settings_at(tmp_path / "s"), MasterKey(bytes.fromhex(KEY)))
    key = sshsig.generate()
    with server.store.write() as unit:
        token = devices.new_enrolment_token(unit, server.master)
    with server.store.write() as unit:
        kiosk_id, kiosk_token = devices.enrol(
            unit, server.master, token=token, public_key=sshsig.public_of(key).line, name="Bari 1"
        )
    root = sshsig.public_of(server.ring().root)
    with server.store.read() as connection:
        keys = keyset.verify(keyring.newest(connection, "per", keyring.KEYSET), root, election="per")
    server.close()
    machine = Machine(Enrolment(KioskIdentity(kiosk_id, "per"), "", root, kiosk_token, key), keys)
    packets = [machine.seal(invented_voter.account(), 1), machine.seal(invented_voter.request(), 2)]
    folder = tmp_path / "stick"
    folder.mkdir()
    items = []
    for seq, sealed in enumerate(packets, 1):
        name = f"{sealed.packet_id}.vrp"
        (folder / name).write_bytes(sealed.content)
        items.append(Item(sealed.packet_id, seq, name, sealed.sha256, len(sealed.content)))
    made = batch_list.sign(BatchList("per", kiosk_id, SystemClock().now(), tuple(items)), key)
    (folder / "batch.json").write_text(canonical.dump(made))
    return folder, machine, packets


def test_a_stick_is_imported_and_receipted_and_again_the_same(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, machine, packets = stick
    receipts = []
    for _ in range(2):
        assert command("import-batch", str(folder), data=tmp_path / "s", monkeypatch=monkeypatch) == 0
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [verdict["code"] for verdict in told] == ["", ""]
        receipts.append([(folder / "receipts" / f"{sealed.packet_id}.json").read_bytes() for sealed in packets])
    assert receipts[0] == receipts[1]
    proven = receipt.read(json.loads(receipts[0][1]), machine.keys.receipt_key)
    assert (proven.packet_id, proven.seq) == (packets[1].packet_id, 2)


def test_a_missing_and_a_damaged_packet_are_named(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, _, packets = stick
    (folder / f"{packets[0].packet_id}.vrp").unlink()
    (folder / f"{packets[1].packet_id}.vrp").write_bytes(packets[1].content[:-1])
    assert command("import-batch", str(folder), data=tmp_path / "s", monkeypatch=monkeypatch) == 1
    told = [json.loads(line)["code"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["batch.packet_missing", "batch.packet_unfinished"]
    assert not (folder / "receipts").exists()
    (folder / "batch.json").write_text("{}")
    assert command("import-batch", str(folder), data=tmp_path / "s", monkeypatch=monkeypatch) == 1
    assert "list is missing, damaged" in capsys.readouterr().err


def test_check_packet_needs_no_decryption_key(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, machine, packets = stick
    file = folder / f"{packets[0].packet_id}.vrp"
    signers = tmp_path / "allowed_signers"
    kiosk = machine.enrolment.identity.kiosk_id
    signers.write_text(f"{kiosk} {sshsig.public_of(machine.enrolment.key).line}\n")
    assert main(["check-packet", str(file), "--signers", str(signers)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kiosk"], told["seq"], told["sha256"]) == (kiosk, 1, packets[0].sha256)
    assert command("check-packet", str(file), data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    file.write_bytes(packets[0].content[:-700])
    assert main(["check-packet", str(file), "--signers", str(signers)]) == 1
    assert "damaged" in capsys.readouterr().err


def test_keys_rotate_and_old_packets_still_open(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, _, _ = stick
    assert command("rotate-keys", data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["keyset"] == 2
    assert command("import-batch", str(folder), data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    server = open_server(settings_at(tmp_path / "s"), MasterKey(bytes.fromhex(KEY)))
    while worker.work_once(server):
        pass
    with server.store.read() as connection:
        case = cases.get(connection, server.election, invented_voter.REQUEST_ID)
    server.close()
    assert case is not None


def test_the_escrow_key_is_handed_out_once_and_opens_packets(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, machine, packets = stick
    file = tmp_path / "escrow.txt"
    taking = ("rotate-keys", "--take-escrow", str(file))
    assert command(*taking, data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    public = sshsig.public_of(machine.enrolment.key)
    checked = packet.check(packets[1].content, lambda _kiosk: public)
    opened = packet.open_packet(checked, [file.read_text().strip()])
    assert "request.json" in opened.files
    assert command(*taking, data=tmp_path / "s", monkeypatch=monkeypatch) == 1
    assert "exists already" in capsys.readouterr().err
    file.unlink()
    assert command(*taking, data=tmp_path / "s", monkeypatch=monkeypatch) == 1
    assert "taken out before" in capsys.readouterr().err


def test_the_configuration_is_published_as_the_next_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "election.yaml"
    file.write_text("election_day: 2031-05-11\nopens: 2031-01-10\ncloses: 2031-03-20\nreview_days: 3\n")
    assert command("set-config", str(file), data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out) == {"config": 2}
    for text, field in (("closes: 2032-01-01", "closes"), ("review_days: none", "review_days"), ("x: 1", "x")):
        file.write_text(text)
        assert command("set-config", str(file), data=tmp_path / "s", monkeypatch=monkeypatch) == 1
        assert f"({field})" in capsys.readouterr().err
    server = open_server(settings_at(tmp_path / "s"), MasterKey(bytes.fromhex(KEY)))
    settings = server.config()
    server.close()
    assert (settings.version, settings.closes, settings.review_days) == (2, date(2031, 3, 20), 3)
    assert settings.proof_kinds


def test_everything_is_destroyed_only_after_the_election_and_recorded(
    stick: tuple[Path, Machine, list[SealedPacket]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, machine, _ = stick
    assert command("import-batch", str(folder), data=tmp_path / "s", monkeypatch=monkeypatch) == 0
    assert command("purge", "--all", data=tmp_path / "s", monkeypatch=monkeypatch) == 1
    assert "only after the election day" in capsys.readouterr().err

    class After(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(days=200)

    server = open_server(settings_at(tmp_path / "s"), MasterKey(bytes.fromhex(KEY)), After())
    while worker.work_once(server):
        pass
    kept_aside = server.blobs.put(b"a packet kept aside")
    with server.store.write() as unit:
        packet_intake.raise_alarm(unit, "unsupported", kiosk_id="k", sha256=kept_aside)
    document = housekeeping.destroy_all(server, by="administrator:test", witnesses=["Arta Specimen", "Besa Specimen"])
    blobs = list((tmp_path / "s" / "blobs").glob("??/*"))
    ring = server.ring()
    with server.store.read() as connection:
        case = cases.get(connection, server.election, invented_voter.REQUEST_ID)
        account = accounts.get(connection, server.election, server.master, invented_voter.ACCOUNT_ID)
        notices = connection.execute(sql_select(func.count()).select_from(notifications)).scalar_one()
    server.close()
    assert ring.identities == ()
    record = signed.verify(document, machine.enrolment.root, housekeeping.NAMESPACE)
    assert (record["cases"], record["accounts"], record["versions"]) == (1, 1, 1)
    assert record["witnesses"] == ["Arta Specimen", "Besa Specimen"]
    assert notices == 0
    for lang, title in (("sq", "Procesverbal i asgjësimit"), ("en", "Record of the destruction")):
        page = destruction_record.page(document, lang)
        assert page.startswith(title)
        for words in (record["election"], "administrator:test", "Arta Specimen", "Besa Specimen", record["log_root"]):
            assert words in page
        assert max(map(len, page.splitlines())) <= 76
    assert blobs == []
    assert account is None
    assert case is not None
    assert case.erased is not None


def test_tidying_removes_what_ran_out_and_stray_blobs(tmp_path: Path) -> None:
    server = open_server(settings_at(tmp_path / "s"), MasterKey(bytes.fromhex(KEY)))
    with server.store.write() as unit:
        devices.new_enrolment_token(unit, server.master, timedelta(seconds=-1))
    stray = server.blobs.put(b"left behind")
    young = server.blobs.put(b"just written")
    os.utime(tmp_path / "s" / "blobs" / stray[:2] / stray, (0, 0))
    tidied = housekeeping.tidy(server)
    server.close()
    assert (tidied.rows, tidied.blobs) == (1, 1)
    assert server.blobs.get(young) == b"just written"


def test_answers_do_not_wait_for_the_callers_acknowledgement() -> None:
    with serve._listen("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
