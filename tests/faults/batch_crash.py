"""Writing a stick and taking it in are killed at every write to the disk in turn, and what is left is judged.

    python -m tests.faults.batch_crash FOLDER {export,export-control,import,import-control} [STRIDE]

`export`: the kiosk writes its packets to a stick. `import`: the server takes them in and writes receipts to the
stick. The controls write each file in place, under its last name, in two pieces, and must leave half files.
Every STRIDE-th write is tried (1). Prints one JSON object: points tried, what had been acknowledged (finished packets
in the vault, receipts on the stick), what of it was lost, half files.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyrage
from sqlalchemy import select

import server.intake.batch
import sync.batch
from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import StaffMustFix
from registration.model.contact import Contact, ContactKind
from registration.model.ids import KioskId
from registration.ports.server import KioskIdentity
from server.context import Server, open_server
from server.kiosks import devices
from server.sealing import MasterKey
from server.settings import DEFAULT_ELECTION, Settings
from server.store.failures import translated
from server.store.schema import packets
from sync import batch_list, packet, receipt, sshsig
from sync.enrol import Enrolment
from sync.keyset import Keyset
from sync.sealer import PacketSealer
from tests.fakes.vault import START, ManualClock, a_request
from tests.faults.syscalls import killed_at

QUICK = Argon2Cost(64, 1, 1)
MASTER = MasterKey(bytes(range(32)))
PACKETS = 2
PICTURE = bytes(20_000)


def opened(folder: Path) -> Server:
    return open_server(Settings(data=folder / "data"), MASTER, ManualClock())


def open_vault(folder: Path) -> Vault:
    return Vault.open(folder / "vault", "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)


def prepare(folder: Path, key: sshsig.PrivateKey) -> Enrolment:
    """A vault with finished packets, a server that knows the kiosk, an empty stick."""
    folder.mkdir()
    (folder / "stick").mkdir()
    clock = ManualClock()
    central = opened(folder)
    with central.store.write() as unit:
        token = devices.new_enrolment_token(unit, MASTER)
        line = sshsig.public_of(key).line
        kiosk_id, bearer = devices.enrol(unit, MASTER, token=token, public_key=line, name="Athens 1")
    central.close()
    identity = KioskIdentity(KioskId(kiosk_id), DEFAULT_ELECTION)
    enrolment = Enrolment(identity, "http://127.0.0.1", sshsig.public_of(key), bearer, key)
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    until = START + timedelta(days=100)
    keys = Keyset(1, DEFAULT_ELECTION, "epoch-1", recipient, recipient, sshsig.public_of(key), until)
    vault = Vault.create(folder / "vault", "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    voter = vault.drafts.create_voter(Contact(ContactKind.PHONE, "+355691234567"), "Password1")
    outbox = vault.outbox(PacketSealer(identity, key, lambda: keys, clock))
    for number in range(PACKETS):
        request = a_request(request_id=f"019aa000-0000-7000-8000-{number:012}", picture=PICTURE)
        outbox.finish(request, voter, "per.request")
    vault.lock()
    return enrolment


def export(folder: Path, enrolment: Enrolment, begin: Callable[[], None]) -> None:
    vault = open_vault(folder)
    begin()
    sync.batch.export_batch(vault.sync, enrolment, folder / "stick", ManualClock())


def judge_export(folder: Path, enrolment: Enrolment, done: bool) -> tuple[int, int, int]:
    """Return what had been acknowledged, what of it was lost, and how many files of the stick are half."""
    stick, lost, half = folder / "stick", 0, 0
    vault = open_vault(folder)
    vault.check()
    entries = {entry.packet_id: entry for entry in vault.sync.entries()}
    lost += PACKETS - sum(packet.digest(vault.sync.read(name)) == entry.sha256 for name, entry in entries.items())
    for entry in entries.values():
        file = stick / f"{entry.packet_id}.vrp"
        half += file.exists() and packet.digest(file.read_bytes()) != entry.sha256
    listed = 0
    if (stick / "batch.json").exists():
        try:
            document = json.loads((stick / "batch.json").read_bytes())
            listed = len(batch_list.verify(document, lambda _kiosk: sshsig.public_of(enrolment.key)).items)
        except ValueError:
            half += 1
    exported = sum(entry.state == "exported" for entry in entries.values())
    lost += done and (listed, exported) != (PACKETS, PACKETS)
    lost += bool(exported) and listed != PACKETS
    if not half:  # it goes on where it stopped
        lost += sync.batch.export_batch(vault.sync, enrolment, stick, ManualClock()).packets != PACKETS
    vault.lock()
    return len(entries), lost, half


def take_in(folder: Path, _enrolment: Enrolment, begin: Callable[[], None]) -> None:
    central = opened(folder)
    begin()
    with translated():  # as the command's boundary does
        verdicts = server.intake.batch.import_batch(central, folder / "stick", by="administrator:test")
    for verdict in verdicts:
        if verdict.code:  # the command names it and ends with 1
            raise StaffMustFix(verdict.code)


def judge_import(folder: Path, _enrolment: Enrolment, done: bool) -> tuple[int, int, int]:
    lost = half = 0
    central = opened(folder)
    receipts = folder / "stick" / "receipts"
    with central.store.read() as connection:
        columns = packets.c.packet_id, packets.c.sha256, packets.c.blob
        rows = {row.packet_id: row for row in connection.execute(select(*columns))}
    lost += sum(packet.digest(central.blobs.get(row.blob)) != row.sha256 for row in rows.values())
    before = {file: file.read_bytes() for file in receipts.glob("*.json")} if receipts.exists() else {}
    lost += done and len(before) != PACKETS
    for content in before.values():
        try:
            proof = receipt.read(json.loads(content), sshsig.public_of(central.ring().receipt))
        except ValueError:
            half += 1
            continue
        lost += proof.packet_id not in rows or rows[proof.packet_id].sha256 != proof.sha256
    again = server.intake.batch.import_batch(central, folder / "stick", by="administrator:test")
    lost += sum(bool(verdict.code) for verdict in again) + PACKETS - len(again)
    lost += sum(file.read_bytes() != content for file, content in before.items()) if not half else 0
    with central.store.read() as connection:
        lost += len(connection.execute(select(packets.c.packet_id)).all()) != PACKETS
    central.close()
    return len(before), lost, half


def in_place(file: Path, content: bytes) -> None:
    """The control's way to write a file."""
    with file.open("wb", buffering=0) as stream:
        stream.write(content[: len(content) // 2])
        stream.write(content[len(content) // 2 :])


SCENARIOS = {"export": (export, judge_export), "import": (take_in, judge_import)}


def main(folder: Path, how: str, stride: int = 1) -> None:
    name, _, control = how.partition("-")
    work, judge = SCENARIOS[name]
    template = folder / "template"
    enrolment = prepare(template, sshsig.generate())
    if name == "import":
        export(template, enrolment, lambda: None)
    points = acknowledgements = lost = half = 0
    killed = True
    while killed:
        run = folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(template, run)
        reader, writer = os.pipe()

        def child(begin: Callable[[], None], run: Path = run, writer: int = writer) -> None:
            if control:
                sync.batch._put = lambda stick, file, content: in_place(stick / file, content)
                server.intake.batch._put = in_place
            work(run, enrolment, begin)
            os.write(writer, b"a")

        killed = killed_at(1 + points * stride, child)
        os.close(writer)
        done = bool(os.read(reader, 1))
        os.close(reader)
        acknowledged, now_lost, now_half = judge(run, enrolment, done)
        points += killed
        acknowledgements += acknowledged
        lost += now_lost
        half += now_half
    result = {"points": points, "acknowledged": acknowledgements, "lost": lost, "half": half}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
