"""Work on a vault is killed at every write to the disk in turn, and what is left is judged.

    python -m tests.faults.vault_crash FOLDER {finish,finish-control,keys,keys-control,create,restore}

`finish`: a voter makes a password, saves, saves again and finishes, and the receipt comes. `keys`: staff rekey and
change the passphrase. `create`: a vault is made. `restore`: a
backup is made and put back. The controls do the same with what protects it taken away (every
statement on its own; the new key not kept before the pages change), and must lose something.
Prints one JSON object: points tried, what had been acknowledged, what of it was lost, half states, slowest reopening.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

import kiosk.vault.vault
from kiosk.vault import Vault
from kiosk.vault.backup import back_up, restore
from kiosk.vault.database import Database
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.slots import SlotTable, read_slots, write_slots
from registration.errors import StaffMustFix, VoterCanFix
from registration.model.contact import Contact, ContactKind
from registration.model.ids import PacketId
from tests.fakes.vault import ManualClock, PlainSealer, a_request, an_account
from tests.faults.syscalls import killed_at

STAFF = "staff"
QUICK = Argon2Cost(64, 1, 1)
BEFORE = Contact(ContactKind.EMAIL, "before@example.org")
VOTER = Contact(ContactKind.PHONE, "+355691234567")
FIRST, SECOND = b"first" * 4000, b"second" * 4000
SERVICE = "per.request"


def open_vault(folder: Path, passphrase: str = STAFF) -> Vault:
    return Vault.open(folder, passphrase, ManualClock(), staff_cost=QUICK, voter_cost=QUICK)


def prepare(folder: Path) -> None:
    """A vault in use: another voter's draft and a finished packet are in it."""
    clock = ManualClock()
    vault = Vault.create(folder, "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    key = vault.drafts.create_voter(BEFORE, "Password0")
    vault.outbox(PlainSealer(clock)).finish(an_account(), key, "per.account")
    vault.drafts.save(key, SERVICE, b"kept")
    vault.lock()


def work(folder: Path, acknowledge: Callable[[bytes], None], begin: Callable[[], None]) -> None:
    vault = open_vault(folder)
    outbox = vault.outbox(PlainSealer(ManualClock()))
    begin()
    key = vault.drafts.create_voter(VOTER, "Password1")
    acknowledge(b"v")
    vault.drafts.save(key, SERVICE, FIRST)
    acknowledge(b"1")
    vault.drafts.save(key, SERVICE, SECOND)
    acknowledge(b"2")
    entry = outbox.finish(a_request(), key, SERVICE)
    acknowledge(b"f")
    vault.sync.mark_received(PacketId(entry.packet_id), b"receipt")
    acknowledge(b"r")
    vault.lock()


def judge(folder: Path, acknowledged: bytes) -> tuple[list[str], list[str]]:
    """Return what was lost of what had been acknowledged, and what is half."""
    lost, half = [], []
    vault = open_vault(folder)
    vault.check()
    outbox = vault.outbox(PlainSealer(ManualClock()))
    before = vault.drafts.unlock(BEFORE, "Password0")
    entries = outbox.entries()
    if vault.drafts.load(before, SERVICE) != b"kept" or entries[:1] != tuple(e for e in entries if e.kind == "account"):
        lost.append("what was there before")
    try:
        key = vault.drafts.unlock(VOTER, "Password1")
    except VoterCanFix:
        key = None
        if acknowledged:
            lost.append("voter")
    if key is not None:
        draft = vault.drafts.load(key, SERVICE)
        packets = [entry for entry in entries if entry.kind == "request"]
        if packets:
            (packet,) = packets
            received = packet.state == "received"
            try:
                content = vault.sync.read(packet.packet_id)
            except KeyError:
                content = b""
            if draft is not None:
                half.append("sealed and still a draft")
            if bool(content) == received or len(content) != (0 if received else packet.size):
                half.append("packet without its content, or received with it")
            if packet.seq != 2 or len(outbox.finished(key)) != 1:
                half.append("packet without its number or record")
            if b"r" in acknowledged and not received:
                lost.append("receipt")
        else:
            if b"f" in acknowledged:
                lost.append("packet")
            allowed = {b"": (None, FIRST), b"v": (None, FIRST), b"v1": (FIRST, SECOND), b"v12": (SECOND,)}
            if draft not in allowed.get(acknowledged, (draft,)):
                lost.append("draft")
            if outbox.finished(key):
                half.append("record without packet")
            # The number that was not used is used next.
            if outbox.finish(a_request(revision=9), key, SERVICE).seq != 2:
                half.append("number taken without packet")
    vault.lock()
    return lost, half


def work_keys(folder: Path, acknowledge: Callable[[bytes], None], begin: Callable[[], None]) -> None:
    vault = open_vault(folder)
    begin()
    vault.rekey("staff")
    acknowledge(b"k")
    vault.change_passphrase("staff", "new")
    acknowledge(b"p")
    vault.lock()


def judge_keys(folder: Path, acknowledged: bytes) -> tuple[list[str], list[str]]:
    for passphrase in ("new",) if b"p" in acknowledged else ("staff", "new"):
        try:
            vault = open_vault(folder, passphrase)
        except StaffMustFix as error:
            if error.code == "vault.wrong_passphrase":
                continue
            return ["everything"], [error.code]
        vault.check()
        before = vault.drafts.unlock(BEFORE, "Password0")
        kept = vault.drafts.load(before, SERVICE) == b"kept"
        half = ["rekey left open"] if read_slots(folder).pending else []
        vault.lock()
        return [] if kept else ["draft"], half
    return ["everything"], []


def work_create(folder: Path, acknowledge: Callable[[bytes], None], begin: Callable[[], None]) -> None:
    begin()
    vault = Vault.create(folder / "new", "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    acknowledge(b"c")
    vault.lock()


def judge_create(folder: Path, acknowledged: bytes) -> tuple[list[str], list[str]]:
    try:
        vault = open_vault(folder / "new")
    except StaffMustFix as error:
        if acknowledged:
            return ["everything"], []
        if error.code != "vault.missing":
            return [], [error.code]
        vault = Vault.create(folder / "new", "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    vault.check()
    vault.drafts.create_voter(VOTER, "Password1")
    vault.lock()
    return [], []


def prepare_restore(folder: Path) -> None:
    folder.mkdir()
    prepare(folder / "vault")


def work_restore(folder: Path, acknowledge: Callable[[bytes], None], begin: Callable[[], None]) -> None:
    vault = open_vault(folder / "vault")
    begin()
    back_up(vault, folder / "backup")
    acknowledge(b"b")
    vault.lock()
    restore(folder / "backup", folder / "vault", STAFF, ManualClock(), staff_cost=QUICK)
    acknowledge(b"r")


def judge_restore(folder: Path, acknowledged: bytes) -> tuple[list[str], list[str]]:
    """At any moment a vault opens, the old one or the copy; and so does the backup that was told to be there."""
    lost, half = [], []
    try:
        vault = open_vault(folder / "vault")
    except StaffMustFix as error:
        return ["everything"], [error.code]
    vault.check()
    if vault.drafts.load(vault.drafts.unlock(BEFORE, "Password0"), SERVICE) != b"kept":
        lost.append("draft")
    vault.lock()
    if b"b" in acknowledged:
        copy = open_vault(folder / "backup")
        copy.check()
        copy.lock()
    if b"r" in acknowledged and list(folder.glob("vault-rest*")):
        half.append("restore left open")
    return lost, half


@contextmanager
def statement_by_statement(database: Database) -> Iterator[sqlcipher.Connection]:
    """Stands for `Database.transaction` without BEGIN and COMMIT."""
    yield database._opened()


def forget_pending(folder: Path, table: SlotTable) -> None:
    """Stands for `write_slots` in a rekey that does not keep the new key first."""
    write_slots(folder, replace(table, pending=""))


Work = Callable[[Path, Callable[[bytes], None], Callable[[], None]], None]
SCENARIOS: dict[str, tuple[Work, Callable[[Path, bytes], tuple[list[str], list[str]]]]] = {
    "finish": (work, judge),
    "keys": (work_keys, judge_keys),
    "create": (work_create, judge_create),
    "restore": (work_restore, judge_restore),
}
PREPARE = {"restore": prepare_restore}
"""Where a scenario begins with something else than `prepare`."""


STRIDES = {"finish-control": 4, "keys-control": 4, "create": 3, "restore": 3}
"""Where not every write is tried, to save time."""


def run_until(point: int, folder: Path, scenario: Work, control: bool) -> tuple[bool, bytes]:
    """Run a scenario killed at a point; return whether it was, and what it had acknowledged."""
    reader, writer = os.pipe()

    def acknowledge(what: bytes) -> None:
        os.write(writer, what)

    def child(begin: Callable[[], None]) -> None:
        if control:
            Database.transaction = statement_by_statement  # type: ignore[method-assign,assignment]
            kiosk.vault.vault.write_slots = forget_pending
        scenario(folder, acknowledge, begin)

    killed = killed_at(point, child)
    os.close(writer)
    acknowledged = os.read(reader, 100)
    os.close(reader)
    return killed, acknowledged


def main(folder: Path, how: str) -> None:
    name, _, control = how.partition("-")
    scenario, judged = SCENARIOS[name]
    PREPARE.get(name, prepare)(folder / "template")
    points, stride = 0, STRIDES.get(how, 1)
    acknowledgements = 0
    lost: list[str] = []
    half: list[str] = []
    slowest = 0.0
    killed = True
    while killed:
        run = folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(folder / "template", run)
        killed, acknowledged = run_until(1 + points * stride, run, scenario, bool(control))
        began = time.perf_counter()
        now_lost, now_half = judged(run, acknowledged)
        slowest = max(slowest, time.perf_counter() - began)
        points += killed
        acknowledgements += len(acknowledged)
        lost += now_lost
        half += now_half
    result = {
        "points": points,
        "acknowledged": acknowledgements,
        "lost": len(lost),
        "half": len(half),
        "slowest_reopen": round(slowest, 3),
        "notes": sorted({*lost, *half}),
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
