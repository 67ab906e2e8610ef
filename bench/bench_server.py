"""The server on PostgreSQL with many cases: queue pages, opening a case, intake; and how they grow (DESIGN section 6).

``BENCH_CASES`` sets how many cases the larger database holds (default 100,000; the aim is spoken of 1,000,000, which
takes some minutes). The rows are synthetic, but for `REAL` cases among them that came as packets do, with pictures of
a usual size, and can be opened. The server is the program itself, in a process of its own; beside the time that a call
took stands the CPU time that it cost the server and PostgreSQL together, beyond what they spend at rest: a busy
machine lengthens that less.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyotp
import requests
from sqlalchemy import text

from registration.model.contact import Contact, ContactKind
from registration.model.documents import FieldName, FieldReading, FieldSource
from registration.model.evidence import Photo
from registration.model.ids import AccountId, KioskId, RequestId, uuid7
from registration.model.person import PersonalData
from registration.model.submission import RequestSubmission
from registration.ports.server import KioskIdentity
from registration.review_desk import Role
from server import keyring
from server.casework import case_counts
from server.context import Server, open_server
from server.desk import officials
from server.intake import case_intake, packet_intake, worker
from server.kiosks import devices
from server.notify import outbox
from server.notify.outbox import DeliveryState
from server.sealing import MasterKey
from server.settings import Settings
from server.voters.accounts import adopt
from sync import keyset, sshsig
from sync.sealer import PacketSealer
from tests.fakes import invented_voter
from tests.postgres import Cluster

SMALL = 10_000
LARGE = int(os.environ.get("BENCH_CASES", "100000"))
REAL = 120
QUEUES = 200
PACKETS = 200
AT_REST = 10.0
"""Seconds."""
PICTURE = 300_000
"""Bytes."""
MASTER = MasterKey(bytes(range(32)))
DAY = 86_400_000_000
"""Microseconds."""

# One statement a table: the states, languages and dates of an election near its end. 5 of 100 wait, most are decided.
# Ids look as UUIDv7 do, and as there a case's shard comes from its id.
_MADE = """CREATE TEMPORARY TABLE made AS
    SELECT *, (get_byte(sha256(case_id::bytea), 0) % 64)::smallint AS shard,
      (get_byte(sha256(account_id::bytea), 0) % 64)::smallint AS account_shard
    FROM (SELECT n, gen_random_uuid()::text AS case_id, gen_random_uuid()::text AS account_id,
      CASE WHEN n % 100 < 4 THEN 'submitted' WHEN n % 100 = 4 THEN 'completed' WHEN n % 1000 = 5 THEN 'in_review'
        WHEN n % 100 < 9 THEN 'returned' WHEN n % 100 < 84 THEN 'approved' WHEN n % 100 < 98 THEN 'refused'
        ELSE 'withdrawn' END AS state,
      (ARRAY['sq','sq','sq','sq','sq','sq','en','it','el','de'])[1 + floor(random() * 10)::int] AS language,
      :now - floor(random() * CASE WHEN n % 100 < 5 THEN 7 ELSE 120 END * :day)::bigint AS received
    FROM generate_series(1, :count) AS n) AS drawn"""
_FILL = {
    "cases": """INSERT INTO cases (election, shard, case_id, account_id, service, reference, state, revision, version,
      language, received, due, kiosk_id, flags, reasons, data_key, claimed_by, lease_until, decided, created, updated)
    SELECT :election, shard, case_id, account_id, 'per.request', 'PER-' || n, state, 1, 3, language, received,
      (to_timestamp(received / 1000000) AT TIME ZONE 'UTC')::date + 5, 'k-' || n % 500, '[]', '[]',
      decode(repeat('ab', 60), 'hex'),
      CASE WHEN state = 'in_review' THEN 'zana' END, CASE WHEN state = 'in_review' THEN :now + :day END,
      CASE WHEN state IN ('approved', 'refused', 'returned') THEN received + :day END, received, received
    FROM made""",
    "case_versions": """INSERT INTO case_versions (election, shard, case_id, revision, kiosk_id, packet_id, received,
      language, late)
    SELECT :election, shard, case_id, 1, 'k-' || n % 500, 'p-' || n, received, language, false FROM made""",
    "case_files": """INSERT INTO case_files (election, shard, case_id, revision, name, blob, size)
    SELECT :election, shard, case_id, 1, name, encode(sha256((case_id || name)::bytea), 'hex'), 300000
    FROM made, unnest(ARRAY['request.json', 'img/portrait.jpg', 'img/data-page.jpg', 'img/proof.jpg']) AS name""",
    "case_events": """INSERT INTO case_events (election, shard, case_id, event_id, at, action, actor, actor_id, source,
      target, revision, version, reasons)
    SELECT :election, shard, case_id, 'e-' || step, received, 'claim', 'official', 'zana', 'submitted', 'in_review', 1,
      step, '[]' FROM made, generate_series(1, 3) AS step""",
    "case_identities": """INSERT INTO case_identities (election, shard, same_as, hash, case_id, account_id)
    SELECT :election, get_byte(sha256(hash), 0) % 64, same_as, hash, case_id, account_id
    FROM (SELECT *, sha256((case_id || same_as)::bytea) AS hash
      FROM made, unnest(ARRAY['personal_number', 'name_and_birth_date']) AS same_as) AS hashed""",
    "accounts": """INSERT INTO accounts (election, shard, account_id, contact_hash, contact_sealed, person_hash,
      password_sealed, data_key, language, flags, kiosk_id, packet_id, received, created)
    SELECT :election, account_shard, account_id, sha256(account_id::bytea), decode(repeat('ab', 60), 'hex'),
      sha256(case_id::bytea), decode(repeat('ab', 130), 'hex'), decode(repeat('ab', 60), 'hex'), language, '[]',
      'k-' || n % 500, 'a-' || n, received, received FROM made""",
}
_CONSTRAINTS = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = CAST(:name AS regclass) AND contype = 'p'"""
_INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = CAST(:name AS regclass) AND NOT indisprimary"""


def run() -> list[dict[str, object]]:
    """Return one row per figure: name, value, unit, n, and ratio to the small database where that is the point."""
    cluster = Cluster({"shared_buffers": "512MB", "max_wal_size": "8GB", "maintenance_work_mem": "256MB"})
    try:
        with tempfile.TemporaryDirectory(prefix="per-bench-") as folder:
            small = _measured(cluster, Path(folder) / "small", SMALL)
            large = _measured(cluster, Path(folder) / "large", LARGE)
    finally:
        cluster.stop()
    rows = []
    for name, (value, unit, number) in large.items():
        row = {"name": f"server_{name}_{LARGE}", "value": round(value, 3), "unit": unit, "n": number}
        if unit == "ms":
            row |= {"peer": f"the same with {SMALL} cases", "ratio": round(value / small[name][0], 2)}
        rows.append(row)
    return rows


def _measured(cluster: Cluster, folder: Path, count: int) -> dict[str, tuple[float, str, int]]:
    settings = Settings(data=folder, database=cluster.create(f"cases{count}"))
    server = open_server(settings, MASTER)
    try:
        began = time.perf_counter()
        _fill(server, count)
        real = _real_cases(server)
        with server.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        print(f"   {count} cases made in {time.perf_counter() - began:.0f} s", flush=True)
        with _desk(server) as (call, pid):
            _until_told(server)
            at_rest = _at_rest(pid, cluster.pid)
            measured: dict[str, tuple[float, str, int]] = {}
            for name, steps in (
                ("queue", [partial(call, "GET", f"/v1/review/queue{each}") for each in _questions()]),
                ("open_case", [partial(_open, call, each) for each in real]),
            ):
                spent, began = _cpu(pid) + _cpu(cluster.pid), time.perf_counter()
                times = [_timed(step) for step in steps]
                spent = _cpu(pid) + _cpu(cluster.pid) - spent - at_rest * (time.perf_counter() - began)
                measured[f"{name}_median"] = (statistics.median(times), "ms", len(times))
                measured[f"{name}_p95"] = (_p95(times), "ms", len(times))
                measured[f"{name}_cpu"] = (spent * 1000 / len(times), "ms", len(times))
                print(f"   {name} at {count}: p95 {_p95(times):.1f} ms", flush=True)
        opened, taken = _intake(server)
    finally:
        server.close()
    return measured | {
        "intake_per_second": (taken, "packets/s", PACKETS),
        "opened_per_second": (opened, "packets/s", PACKETS),
    }


def _at_rest(*pids: int) -> float:
    """Return what the processes spend in a second when nobody asks for anything."""
    spent = sum(map(_cpu, pids))
    threading.Event().wait(AT_REST)
    return (sum(map(_cpu, pids)) - spent) / AT_REST


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process and of its children, those that ended too."""
    spent, ticks = 0, os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for number, each in enumerate((str(pid), *children)):
        with suppress(FileNotFoundError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            spent += sum(map(int, fields[11:15] if number == 0 else fields[11:13]))
    return spent / ticks


def _fill(server: Server, count: int) -> None:
    """Fill the tables; indexes are taken away before and made again after, which takes a third of the time."""
    given = {"count": count, "now": int(datetime.now(UTC).timestamp() * 1e6), "day": DAY, "election": server.election}
    with server.store.write() as unit:

        def do(statement: str, **more: str) -> Any:
            wanted = text(statement)
            return unit.connection.execute(wanted, {key: (given | more)[key] for key in wanted._bindparams})

        do("SET LOCAL maintenance_work_mem = '512MB'")
        do(_MADE)
        for table, statement in _FILL.items():
            began = time.perf_counter()
            keys, indexes = do(_CONSTRAINTS, name=table).all(), do(_INDEXES, name=table).all()
            for name, _ in indexes:
                do(f"DROP INDEX {name}")
            for name, _ in keys:
                do(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            do(statement)
            for name, definition in keys:
                do(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            for _, definition in indexes:
                do(definition)
            print(f"   {table} of {count} cases: {time.perf_counter() - began:.0f} s", flush=True)
        do("DROP TABLE made")
    with server.store.write() as unit:
        case_counts.recount(unit)


def _real_cases(server: Server) -> list[str]:
    """Take requests in as the worker does, all waiting; returns their ids.

    They come from different accounts, and every two are about one person: each has a duplicate to be shown.
    """
    config, made, now = server.config(), [], server.clock.now()
    for number in range(REAL):
        account_id = AccountId(uuid7(int(now.timestamp() * 1000) + number, random.randbytes(10)))
        request_id = RequestId(uuid7(int(now.timestamp() * 1000) + number, random.randbytes(10)))
        contact = Contact(ContactKind.EMAIL, f"voter{number}@example.org")
        came: dict[str, Any] = {"kiosk_id": "k-1", "received": now - timedelta(hours=number)}
        with server.store.write() as unit:
            person = _citizen(number // 2)
            account = invented_voter.account(account_id, contact=contact, person=person)
            adopt(unit, server, config, account, packet_id=f"a-{number}", **came)
            request = replace(_named(invented_voter.request(request_id), number // 2), account_id=account_id)
            request = _of_real_size(replace(request, person=person))
            case_intake.receive(unit, server, config, request, packet_id=f"r-{number}", **came)
        made.append(str(request_id))
    return made


def _citizen(number: int) -> PersonalData:
    """Return an invented person with a personal number of their own."""
    usual = invented_voter.PERSON
    own = f"{usual.personal_number[:6]}{number:03d}{usual.personal_number[9:]}"
    return replace(usual, personal_number=own)


def _named(request: RequestSubmission, number: int) -> RequestSubmission:
    """Return the request with a surname of that person's own on the document."""
    surname = FieldReading(f"Specimen{chr(97 + number // 26)}{chr(97 + number % 26)}", FieldSource.VISUAL_ZONE, 1.0)
    fields = {**request.document.fields, FieldName.SURNAME: surname}
    return replace(request, document=replace(request.document, fields=fields))


def _of_real_size(request: RequestSubmission) -> RequestSubmission:
    """Return the request with pictures of `PICTURE` bytes (what follows a JPEG's end is no part of the picture)."""

    def grown(photo: Photo) -> Photo:
        return replace(photo, jpeg=photo.jpeg + random.randbytes(PICTURE - len(photo.jpeg)))

    return replace(
        request,
        portrait=replace(request.portrait, photo=grown(request.portrait.photo)),
        images=tuple(replace(image, photo=grown(image.photo)) for image in request.images),
        attachments=tuple(
            replace(each, pages=tuple(grown(page) for page in each.pages)) for each in request.attachments
        ),
    )


@contextmanager
def _desk(server: Server) -> Iterator[tuple[Callable[..., Any], int]]:
    """Run the program, and sign a reviewer in; gives what makes their calls, and the program's process id."""
    with server.store.write() as unit:
        official = officials.enrol(unit, server.master, "bench", Role.REVIEWER, by="system")
    place = ["--data", str(server.settings.data), "--database", server.settings.database]
    program = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", "--embedded", *place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(server.master.secret.hex() + "\n")
        program.stdin.flush()
        address = f"http://127.0.0.1:{json.loads(program.stdout.readline())['port']}"
        session = requests.Session()

        def call(method: str, path: str, body: object = None) -> Any:
            answer = session.request(method, address + path, json=body, timeout=60)
            assert answer.ok, answer.text
            return answer.json()

        typed = pyotp.TOTP(official.totp_secret).now()
        body = {"name": official.name, "password": official.password, "totp": typed}
        session.headers["Authorization"] = f"Bearer {call('POST', '/v1/officials/session', body)['token']}"
        yield call, program.pid
        session.close()
    finally:
        program.terminate()
        program.communicate()


def _until_told(server: Server) -> None:
    """Wait until the program has sent what the real cases gave it to send: that is not the desk's work."""
    pause = threading.Event()
    while True:
        with server.store.read() as connection:
            if not outbox.count_by_state(connection, server.election).get(DeliveryState.WAITING):
                return
        pause.wait(0.2)


def _questions() -> Iterator[str]:
    """Yield what officials ask of the queue, in turn: all that waits, by state, language, limit; near and far pages."""
    soon = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    kinds = (
        "",
        "?page=2",
        "?state=submitted",
        "?language=el",
        f"?due_by={soon}",
        f"?due_by={soon}&language=de",
        "?state=approved&page=40",
        "?state=refused&language=it",
        "?state=completed&language=en",
        "?state=approved&page=400",
    )
    for number in range(QUEUES):
        yield kinds[number % len(kinds)]


def _open(call: Callable[..., Any], case_id: str) -> None:
    """Take a case and see all of it but the pictures, as the desk does."""
    call("POST", f"/v1/review/cases/{case_id}/claim")
    call("GET", f"/v1/review/cases/{case_id}")


def _intake(server: Server) -> tuple[float, float]:
    """Return packets opened and packets taken in a second, with four kiosks at once."""
    key = sshsig.generate()
    with server.store.write() as unit:
        token = devices.new_enrolment_token(unit, server.master)
        kiosk_id, _ = devices.enrol(unit, server.master, token=token, public_key=sshsig.public_of(key).line, name="b")
        ring = keyring.load(unit.connection, unit.election, server.master)
        document = keyring.newest(unit.connection, unit.election, keyring.KEYSET)
    keys = keyset.verify(document, sshsig.public_of(ring.root), election=server.election)
    identity = KioskIdentity(KioskId(kiosk_id), server.election)
    sealer = PacketSealer(identity, key, lambda: keys, server.clock)
    account = invented_voter.account(AccountId("01990000-0000-7000-8000-0000000000aa"))
    sealed = [sealer.seal(account, 1)]
    for number in range(2, PACKETS + 1):
        request = replace(invented_voter.request(RequestId(f"01990000-0000-7000-8000-{number:012x}")))
        sealed.append(sealer.seal(replace(request, account_id=account.account_id), number))
    with ThreadPoolExecutor(4) as threads:
        began = time.perf_counter()
        taken = list(
            threads.map(lambda each: packet_intake.take(server, each.content, route=packet_intake.Route.LINK), sealed)
        )
        rate = len(taken) / (time.perf_counter() - began)
    assert all(each.receipt for each in taken)
    began, opened = time.perf_counter(), 0
    while number := worker.work_once(server):
        opened += number
    assert opened >= PACKETS
    return opened / (time.perf_counter() - began), rate


def _timed(step: Callable[[], object]) -> float:
    """Return milliseconds."""
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
