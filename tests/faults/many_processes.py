"""Several serving processes on one PostgreSQL, all killed at random during load: nothing acknowledged may be lost."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from registration.errors import Expected
from registration.model.ids import AccountId
from registration.ports.vault import SyncStore
from server import audit
from server.context import Server, open_server
from server.intake import packet_intake
from server.kiosks.devices import new_enrolment_token
from server.notify.outbox import notifications
from server.sealing import MasterKey
from server.settings import Settings
from server.store.schema import accounts as account_rows
from server.store.schema import alarms, case_events, case_versions, cases, packets
from sync import enrol, receipt, sshsig
from sync.enrol import Enrolment
from sync.sealer import PacketSealer
from tests.fakes import invented_voter
from tests.fakes.vault import an_account
from tests.faults.row import Control, Row
from tests.faults.server_process import ROOT, Kiosk, enrolled, kiosk_at
from tests.postgres import Cluster

KIOSKS = 4
SIZE = 20_000
CONTROL_TRIES = 3
PATIENCE = 180.0
CONTROL_PATIENCE = 20.0
"""The control needs one loss, not every packet to arrive."""
ACCOUNT = AccountId("019aa000-0000-7000-8000-000000000001")

FORGETFUL = (
    "from server.store import postgresql; postgresql._SETTINGS['synchronous_commit'] = 'off';"
    "import sys; from server.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
"""A server whose commits are acknowledged before they are on disk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was lost or done twice; empty when all is well."""

    kills: int
    restarts: int
    received: int
    wrong: Counter[str]


class Sender(Protocol):
    """A kiosk, by what it was told."""

    @property
    def store(self) -> SyncStore: ...

    @property
    def enrolment(self) -> Enrolment: ...


class Serving:
    """`serve` on a PostgreSQL of its own."""

    def __init__(self, folder: Path, cluster: Cluster, *more: str, program: tuple[str, ...] = ("-m", "server")) -> None:
        self.key = secrets.token_hex(32)
        self.settings = Settings(data=folder / "data", database=cluster.create(f"s{secrets.token_hex(4)}"))
        where = ["--data", str(self.settings.data), "--database", self.settings.database]
        command = [sys.executable, *program, "serve", "--embedded", *where, *more]
        self._log = (folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self.key + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, (folder / "server.log").read_text()[-3000:]
        self.address = f"http://127.0.0.1:{json.loads(line)['port']}"

    def children(self) -> list[int]:
        pid = self._process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def open(self) -> Server:
        """Open the same server beside it, to look."""
        return open_server(self.settings, MasterKey(bytes.fromhex(self.key)))

    def kiosks(self, count: int, seed: int) -> list[Kiosk]:
        beside = self.open()
        made = []
        for number in range(count):
            with beside.store.write() as unit:
                token = new_enrolment_token(unit, beside.master)
            made.append(kiosk_at(self.address, *enrolled(self.address, token), seed + number))
        beside.close()
        return made

    def stop(self) -> int:
        self._process.communicate(timeout=60)
        self._log.close()
        return self._process.returncode


def run(folder: Path, *, requests: int, kills: int, workers: int = 2, seed: int = 1) -> Outcome:
    """Send `requests` from several kiosks while processes and PostgreSQL are killed; then count."""
    cluster = Cluster()
    try:
        serving = Serving(folder, cluster, "--workers", str(workers))
        kiosks = serving.kiosks(KIOSKS, seed)
        _account(kiosks[0])
        over = threading.Event()
        each = requests // KIOSKS
        threads = [
            threading.Thread(target=_send, args=(kiosk, 1_000 * (n + 1), each, over)) for n, kiosk in enumerate(kiosks)
        ]
        for thread in threads:
            thread.start()
        dice = random.Random(seed)
        restarts = done = 0
        while done < kills and any(thread.is_alive() for thread in threads):
            over.wait(dice.uniform(0.2, 0.8))
            if done % 3 == 1:
                cluster.crash()
                restarts += 1
            elif victims := serving.children():
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(victims), signal.SIGKILL)
            done += 1
        for thread in threads:
            thread.join(PATIENCE)
        beside = serving.open()
        try:
            _until(lambda: not _waiting(beside))
            wrong = count(beside, kiosks, accounts=1)
        finally:
            beside.close()
        serving.stop()
    finally:
        cluster.stop()
    received = sum(entry.state == "received" for kiosk in kiosks for entry in kiosk.store.entries())
    return Outcome(done, restarts, received, wrong)


def control(folder: Path, tries: int) -> Counter[str]:
    """The same check where commits are acknowledged too early and PostgreSQL is killed right after: it must fail."""
    wrong: Counter[str] = Counter()
    cluster = Cluster({"autovacuum": "off", "bgwriter_lru_maxpages": "0"})
    try:
        serving = Serving(folder, cluster, program=("-c", FORGETFUL))
        (kiosk,) = serving.kiosks(1, 1)
        for number in range(tries):
            cluster.halt_log_writer()
            kiosk.finish(number, SIZE)
            # What the server forgot may come back as a contradiction: that too is an answer.
            _sync_until(
                kiosk,
                lambda: all(entry.state in ("received", "attention") for entry in kiosk.store.entries()),
                patience=CONTROL_PATIENCE,
            )
            cluster.crash()
        beside = serving.open()
        wrong = count(beside, [kiosk], accounts=0)
        beside.close()
        serving.stop()
    finally:
        cluster.stop()
    return wrong


def row(folder: Path, kills: int) -> Row:
    """Return the line of the table of faults."""
    for name in ("real", "early"):
        (folder / name).mkdir()
    outcome = run(folder / "real", requests=4 * kills, kills=kills)
    lost = control(folder / "early", CONTROL_TRIES)["acknowledged and lost"]
    note = f"{outcome.restarts} of the kills were PostgreSQL's" + "".join(
        f"; {what}: {number}" for what, number in outcome.wrong.items()
    )
    without = Control("commits acknowledged before they are on disk", CONTROL_TRIES, lost)
    fault = "server: two processes on PostgreSQL, kill -9 of each and of PostgreSQL during load"
    return Row(fault, outcome.kills, outcome.received, outcome.wrong.total(), without, note)


def count(server: Server, kiosks: Sequence[Sender], *, accounts: int) -> Counter[str]:
    """Hold what kiosks were told against what the server has."""
    wrong: Counter[str] = Counter()
    sent = [entry for kiosk in kiosks for entry in kiosk.store.entries()]
    with server.store.read() as connection:
        rows = {row.sha256: row for row in connection.execute(select(packets))}
        wrong["packets kept twice"] = connection.execute(select(func.count()).select_from(packets)).scalar_one() - len(
            rows
        )
        wrong["undelivered"] = sum(entry.state != "received" for entry in sent)
        wrong["acknowledged and lost"] = sum(entry.state == "received" and entry.sha256 not in rows for entry in sent)
        wrong["not opened"] = sum(row.state != packet_intake.PacketState.OPENED for row in rows.values())
        requests = len(sent) - accounts

        def number(table: object, *conditions: object) -> int:
            return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()  # type: ignore[arg-type]

        wrong["cases"] = abs(number(cases) - requests)
        wrong["versions"] = abs(number(case_versions) - requests)
        wrong["submissions in the history"] = abs(number(case_events, case_events.c.action == "submit") - requests)
        wrong["accounts"] = abs(number(account_rows) - accounts)
        wrong["notices"] = abs(number(notifications, notifications.c.template == "received") - requests)
        wrong["alarms"] = number(alarms)
    for kiosk in kiosks:
        for entry in kiosk.store.entries():
            row = rows.get(entry.sha256)
            if row is None:
                continue
            document = {"body": row.receipt_body, "signature": row.receipt_signature}
            told = receipt.verify(
                document,
                _receipt_key(server),
                packet_id=entry.packet_id,
                sha256=entry.sha256,
                kiosk=kiosk.enrolment.identity.kiosk_id,
            )
            wrong["receipts not in the log"] += not audit.evidence_holds(told.log)
    with server.store.write() as unit:
        signer = audit.ensure_signer(unit, server.master)
    try:
        with server.store.read() as connection:
            audit.verify_log(connection, server.election, signer.verifier)
    except Expected:
        wrong["log"] += 1
    return +wrong


def _receipt_key(server: Server) -> sshsig.PublicKey:
    return sshsig.public_of(server.ring().receipt)


def _account(kiosk: Kiosk) -> None:
    """Send the account that all requests belong to."""
    keys = enrol.known_keyset(kiosk.store, kiosk.enrolment)
    sealer = PacketSealer(kiosk.enrolment.identity, kiosk.enrolment.key, lambda: keys, kiosk.clock)
    account = replace(an_account(password_hash=invented_voter.password_hash()), account_id=ACCOUNT)
    kiosk.store.add(sealer.seal(account, kiosk.store.next_seq))
    _sync_until(kiosk, lambda: all(entry.state == "received" for entry in kiosk.store.entries()))


def _send(kiosk: Kiosk, first: int, count: int, over: threading.Event) -> None:
    for number in range(first, first + count):
        kiosk.finish(number, SIZE)
        kiosk.engine.sync_once()
        kiosk.clock.move(timedelta(minutes=20))
    _sync_until(kiosk, lambda: all(entry.state == "received" for entry in kiosk.store.entries()), over)


def _sync_until(
    kiosk: Kiosk, done: Callable[[], bool], pause: threading.Event | None = None, *, patience: float = PATIENCE
) -> None:
    deadline, wait = time.monotonic() + patience, pause or threading.Event()
    while not done() and time.monotonic() < deadline:
        kiosk.engine.sync_once()
        kiosk.clock.move(timedelta(minutes=20))  # whatever pause it wanted is over
        if not done():
            wait.wait(0.1)


def _waiting(server: Server) -> int:
    """Return how many packets wait to be opened."""
    with server.store.read() as connection:
        stored = packets.c.state == packet_intake.PacketState.STORED.value
        return connection.execute(select(func.count()).select_from(packets).where(stored)).scalar_one()


def _until(look: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not look() and time.monotonic() < deadline:
        pause.wait(0.2)
