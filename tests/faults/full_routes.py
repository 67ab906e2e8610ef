"""Duplicates over both routes, clocks off by years, and an old disk image put back, all with the real server."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import WillRetry
from registration.model.contact import Contact, ContactKind
from registration.ports.vault import OutboxEntry
from sync import enrol, receipt
from sync.batch import export_batch, import_receipts
from sync.engine import SyncEngine
from sync.http import Http
from sync.keyset import Keyset
from sync.sealer import PacketSealer
from sync.upload import PATH, Uploader
from tests.fakes.vault import START, ManualClock, a_request
from tests.faults.row import Control, Row
from tests.faults.server_process import Kiosk, RealServer, enrolled, kiosk_at

WRITERS, STICKS = 12, 2
SMALL = 40_000
TEN_YEARS = timedelta(days=3652)


def together(works: list[Callable[[], None]]) -> None:
    """Run all at once; raises what the first failing one raised."""
    problems: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asked
            problems.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


# ---------------------------------------------------------------- duplicates


def both_routes(folder: Path, packets: int, seed: int) -> Row:
    """Twelve writers bring the same packets in orders of their own: ten over the link, two sticks."""
    server = RealServer(folder)
    server.start()
    kiosk = kiosk_at(server.address, *enrolled(server.address, server.ready["enrolment_token"]), seed)
    entries = [kiosk.finish(number, SMALL) for number in range(1, packets + 1)]
    sticks = [folder / f"stick-{number}" for number in range(STICKS)]
    for stick in sticks:
        stick.mkdir()
        export_batch(kiosk.store, kiosk.enrolment, stick, kiosk.clock)
    receipts: list[tuple[str, str]] = []
    verdicts: list[dict[str, str]] = []

    def link(number: int) -> Callable[[], None]:
        return lambda: receipts.extend(_upload_all(kiosk, entries, random.Random(seed + number)))

    imports = [lambda stick=stick: verdicts.extend(server.import_batch(stick)) for stick in sticks]
    together([*(link(number) for number in range(WRITERS - STICKS)), *imports])
    kiosk.http.close()
    server.stop()
    for stick in sticks:
        for file in (stick / "receipts").iterdir():
            receipts.append((file.stem, json.dumps(json.loads(file.read_bytes()), sort_keys=True)))
    kept, alarms = server.kept()
    expected = {entry.sha256 for entry in entries}
    genuine = import_receipts(kiosk.store, kiosk.enrolment, _keys(kiosk), sticks[0])
    lost = len(expected - set(kept)) + (len(kept) - len(expected)) + (len(set(receipts)) - packets) + len(alarms)
    lost += sum(bool(verdict["code"]) for verdict in verdicts) + sum(bool(verdict.code) for verdict in genuine)
    note = f"{packets} packets, {WRITERS} writers: {len(kept)} rows, {len(set(receipts))} different receipts"
    control = Control("look, then write, without a key or lock", packets, look_then_write(folder, packets, seed))
    return Row("the same packets by link and stick at once", packets * WRITERS, len(receipts), lost, control, note)


def _keys(kiosk: Kiosk) -> Keyset:
    return enrol.known_keyset(kiosk.store, kiosk.enrolment)


def _upload_all(kiosk: Kiosk, entries: list[OutboxEntry], dice: random.Random) -> list[tuple[str, str]]:
    http = Http(kiosk.enrolment.server, kiosk.enrolment.token)
    uploader = Uploader(http, kiosk.clock, threading.Event().wait, lambda: dice.random() / 100)
    receipts = []
    try:
        for entry in dice.sample(entries, len(entries)):
            document = None
            while document is None:
                try:
                    uploader.upload(kiosk.store.read(entry.packet_id), entry.packet_id, entry.sha256)
                except WillRetry:
                    continue
                document = http.json("GET", f"{PATH}/{entry.sha256}")["receipt"]
            receipts.append((str(entry.packet_id), json.dumps(document, sort_keys=True)))
    finally:
        http.close()
    return receipts


def look_then_write(folder: Path, packets: int, seed: int) -> int:
    """The control: returns the rows too many when each writer looks first and the table has no key."""
    path = folder / "control.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE packet (id INTEGER)")
    made.close()

    looked = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        there = {row[0] for row in connection.execute("SELECT id FROM packet")}
        looked.wait()  # all have looked before the first writes
        for packet in random.Random(seed + number).sample(range(packets), packets):
            if packet not in there:
                connection.execute("INSERT INTO packet VALUES (?)", (packet,))
        connection.close()

    together([lambda number=number: write(number) for number in range(WRITERS)])
    made = sqlite3.connect(path)
    rows = made.execute("SELECT count(*) FROM packet").fetchone()[0]
    made.close()
    return int(rows) - packets


# ---------------------------------------------------------------- clocks


def wrong_clocks(folder: Path, packets: int, seed: int) -> Row:
    """The same work with the kiosk's clock right, ten years behind, ten years ahead, and jumping between them."""
    server = RealServer(folder)
    began = datetime.now(UTC)
    dice = random.Random(seed)
    settings = {
        "right": lambda: timedelta(),
        "behind": lambda: -TEN_YEARS,
        "ahead": lambda: TEN_YEARS,
        "jumping": lambda: dice.uniform(-1, 1) * TEN_YEARS,
    }
    lost = received = misplaced = 0
    skews = []
    digests: set[str] = set()
    for number, (name, error) in enumerate(settings.items()):
        server.start()  # each start gives one enrolment token
        kiosk = kiosk_at(server.address, *enrolled(server.address, server.ready["enrolment_token"]), seed)
        entries = []
        for each in range(packets):
            kiosk.clock.time = datetime.now(UTC) + error()
            entries.append(kiosk.finish(1000 * (number + 1) + each, SMALL))
        stick = folder / name
        stick.mkdir()
        for entry in entries[packets // 2 :]:  # the second half waits for the stick
            kiosk.store.note_attempt(entry.packet_id, datetime.max.replace(tzinfo=UTC), "server.busy")
        report = kiosk.engine.sync_once()
        skews.append(abs(report.clock_skew or 0.0))
        lost += len(report.received) != packets // 2
        export_batch(kiosk.store, kiosk.enrolment, stick, kiosk.clock)
        server.import_batch(stick)
        import_receipts(kiosk.store, kiosk.enrolment, _keys(kiosk), stick)
        kiosk.http.close()
        server.stop()
        for entry in kiosk.store.entries():
            received += entry.state == "received"
            proof = receipt.read(json.loads(kiosk.store.receipt(entry.packet_id) or b"{}"), _keys(kiosk).receipt_key)
            lost += not began - timedelta(seconds=1) <= proof.received <= datetime.now(UTC) + timedelta(seconds=1)
            lost += proof.seq != entry.seq
        digests |= set(kiosk.sizes)
        if name == "jumping":
            by_time = sorted(entries, key=lambda entry: entry.created)
            misplaced = sum(a.seq != b.seq for a, b in zip(by_time, entries, strict=True))
    kept, alarms = server.kept()
    total = packets * len(settings)
    lost += (total - received) + len(digests ^ set(kept)) + len(kept) - len(set(kept)) + len(alarms)
    note = (
        f"half by link, half by stick; clock off by up to {max(skews) / 86400 / 365.25:.1f} years as measured by sync"
    )
    control = Control("packets put in order by the kiosk's time", packets, misplaced)
    return Row("kiosk's clock right, -10 years, +10 years, jumping", total, received, lost, control, note)


# ---------------------------------------------------------------- an old disk image


def old_image(folder: Path, tries: int, seed: int) -> Row:
    """Put an older copy of the whole vault back and go on working, `tries` times."""
    server, clock, dice = RealServer(folder), ManualClock(), random.Random(seed)
    cost = Argon2Cost(64, 1, 1)
    server.start()
    home, image = folder / "vault", folder / "image"
    vault = Vault.create(home, "staff", clock, staff_cost=cost, voter_cost=cost)
    voter = vault.drafts.create_voter(Contact(ContactKind.PHONE, "+355691234567"), "Password1")
    first = Http(server.address)
    enrolment = enrol.enrol(
        first, vault.sync, server=server.address, name="Athens 1", token=server.ready["enrolment_token"]
    )
    first.close()
    keys = enrol.known_keyset(vault.sync, enrolment)
    outbox = vault.outbox(PacketSealer(enrolment.identity, enrolment.key, lambda: keys, clock))
    http = Http(server.address, enrolment.token)
    uploader = Uploader(http, clock, lambda _seconds: False, dice.random)
    engine = SyncEngine(vault.sync, http, enrolment, uploader, clock, dice.random)
    acknowledged: set[str] = set()
    made = reused = counted_on = unseen = 0

    def finish() -> OutboxEntry:
        nonlocal made
        made += 1
        clock.time = START + timedelta(minutes=made)
        return outbox.finish(a_request(request_id=f"019aa000-0000-7000-8000-{made:012}"), voter, "per.request")

    def sync() -> None:
        digests = {entry.packet_id: entry.sha256 for entry in vault.sync.entries()}
        acknowledged.update(digests[packet_id] for packet_id in engine.sync_once().received)

    highest = 0
    for _ in range(tries):
        finish()
        if dice.random() < 0.5:
            sync()
        vault.lock()
        shutil.rmtree(image, ignore_errors=True)
        shutil.copytree(home, image)
        vault.unlock("staff")
        finish()
        highest = finish().seq
        sync()
        vault.lock()
        shutil.rmtree(home)
        shutil.copytree(image, home)
        vault.unlock("staff")
        vault.check()  # raises where it notices
        unseen += 1
        if dice.random() < 0.5:
            sync()  # before anything new is sealed
        entry = finish()
        sync()
        reused += entry.seq <= highest
        counted_on += entry.seq > highest
        acknowledged.add(entry.sha256)
    waiting = sum(entry.state != "received" for entry in vault.sync.entries())
    vault.lock()
    http.close()
    server.stop()
    kept, alarms = server.kept()
    silent = max(0, reused - alarms.count("seq_reused"))
    lost = len(acknowledged - set(kept)) + waiting + silent + len(kept) - len(set(kept))
    note = (
        f"{reused} used a number again, {alarms.count('seq_reused')} alarms; "
        f"{counted_on} had learnt the server's number before; {made} packets made"
    )
    control = Control("the vault's own check alone, old image unnoticed", tries, unseen)
    return Row("an old disk image put back", tries, len(acknowledged), lost, control, note)
