"""The server on PostgreSQL with many cases: queue pages, opening a case, intake; and how they grow (DESIGN section 6).

``BENCH_CASES`` sets how many cases the larger database holds (default 200,000; the aim is spoken of 1,000,000). The
rows are synthetic, but for `REAL` cases spread among them that came as packets do and can be opened.
"""

from __future__ import annotations

import os
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import requests
import uvicorn
from sqlalchemy import text

from registration.model.contact import Contact, ContactKind
from registration.model.ids import AccountId, KioskId, RequestId, uuid7
from registration.ports.server import KioskIdentity
from registration.review_desk import Role
from server import keyring
from server.app import create_app
from server.casework import case_counts
from server.context import Server, open_server
from server.desk import officials
from server.intake import case_intake, packet_intake, worker
from server.kiosks import devices
from server.sealing import MasterKey
from server.settings import Settings
from server.voters.accounts import adopt
from sync import keyset, sshsig
from sync.sealer import PacketSealer
from tests.fakes import invented_voter
from tests.postgres import Cluster

SMALL = 10_000
LARGE = int(os.environ.get("BENCH_CASES", "200000"))
REAL = 120
QUEUES = 200
PACKETS = 200
DAY = 86_400_000_000
"""Microseconds."""

# One statement a table: the states, languages and dates of an election near its end. 5 of 100 wait, most are decided.
_FILL = (
    """CREATE TEMPORARY TABLE made AS
    SELECT n, gen_random_uuid()::text AS case_id, gen_random_uuid()::text AS account_id,
      CASE WHEN n % 100 < 4 THEN 'submitted' WHEN n % 100 = 4 THEN 'completed' WHEN n % 1000 = 5 THEN 'in_review'
        WHEN n % 100 < 9 THEN 'returned' WHEN n % 100 < 84 THEN 'approved' WHEN n % 100 < 98 THEN 'refused'
        ELSE 'withdrawn' END AS state,
      (ARRAY['sq','sq','sq','sq','sq','sq','en','it','el','de'])[1 + floor(random() * 10)::int] AS language,
      :now - floor(random() * CASE WHEN n % 100 < 5 THEN 7 ELSE 120 END * :day)::bigint AS received
    FROM generate_series(1, :count) AS n""",
    "ALTER TABLE made ADD COLUMN shard smallint, ADD COLUMN account_shard smallint",
    """UPDATE made SET shard = get_byte(sha256(case_id::bytea), 0) % 64,
      account_shard = get_byte(sha256(account_id::bytea), 0) % 64""",
    """INSERT INTO cases (election, shard, case_id, account_id, service, reference, state, revision, version, language,
      received, due, kiosk_id, flags, reasons, data_key, claimed_by, lease_until, decided, created, updated)
    SELECT :election, shard, case_id, account_id, 'per.request', 'PER-' || n, state, 1, 3, language, received,
      (to_timestamp(received / 1000000) AT TIME ZONE 'UTC')::date + 5, 'k-' || n % 500, '[]', '[]',
      decode(repeat('ab', 60), 'hex'),
      CASE WHEN state = 'in_review' THEN 'zana' END, CASE WHEN state = 'in_review' THEN :now + :day END,
      CASE WHEN state IN ('approved', 'refused', 'returned') THEN received + :day END, received, received
    FROM made""",
    """INSERT INTO case_versions (election, shard, case_id, revision, kiosk_id, packet_id, received, language, late)
    SELECT :election, shard, case_id, 1, 'k-' || n % 500, 'p-' || n, received, language, false FROM made""",
    """INSERT INTO case_files (election, shard, case_id, revision, name, blob, size)
    SELECT :election, shard, case_id, 1, name, encode(sha256((case_id || name)::bytea), 'hex'), 300000
    FROM made, unnest(ARRAY['request.json', 'img/portrait.jpg', 'img/data-page.jpg', 'img/proof.jpg']) AS name""",
    """INSERT INTO case_events (election, shard, case_id, event_id, at, action, actor, actor_id, source, target,
      revision, version, reasons)
    SELECT :election, shard, case_id, 'e-' || step, received, 'claim', 'official', 'zana', 'submitted', 'in_review', 1,
      step, '[]' FROM made, generate_series(1, 3) AS step""",
    """INSERT INTO case_identities (election, shard, same_as, hash, case_id, account_id)
    SELECT :election, shard, same_as, sha256((case_id || same_as)::bytea), case_id, account_id
    FROM made, unnest(ARRAY['personal_number', 'name_and_birth_date']) AS same_as""",
    """INSERT INTO accounts (election, shard, account_id, contact_hash, contact_sealed, person_hash, password_sealed,
      data_key, language, flags, kiosk_id, packet_id, received, created)
    SELECT :election, account_shard, account_id, sha256(account_id::bytea), decode(repeat('ab', 60), 'hex'),
      sha256(case_id::bytea), decode(repeat('ab', 130), 'hex'), decode(repeat('ab', 60), 'hex'), language, '[]',
      'k-' || n % 500, 'a-' || n, received, received FROM made""",
    "DROP TABLE made",
)


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
    server = open_server(settings, MasterKey(bytes(range(32))))
    try:
        began = time.perf_counter()
        _fill(server, count)
        print(f"   {count} cases made in {time.perf_counter() - began:.0f} s", flush=True)
        real = _real_cases(server)
        with server.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        with _desk(server) as (call, _name):
            queues = [_timed(lambda each=each: call("GET", f"/v1/review/queue{each}")) for each in _questions()]
            opened = [_timed(lambda each=each: _open(call, each)) for each in real]
        kept, taken = _intake(server)
    finally:
        server.close()
    return {
        "queue_median": (statistics.median(queues), "ms", len(queues)),
        "queue_p95": (_p95(queues), "ms", len(queues)),
        "open_case_median": (statistics.median(opened), "ms", len(opened)),
        "open_case_p95": (_p95(opened), "ms", len(opened)),
        "intake_per_second": (taken, "packets/s", PACKETS),
        "opened_per_second": (kept, "packets/s", PACKETS),
    }


def _fill(server: Server, count: int) -> None:
    now = int(datetime.now(UTC).timestamp() * 1e6)
    with server.store.write() as unit:
        for statement in _FILL:
            wanted = text(statement)
            given = {"count": count, "now": now, "day": DAY, "election": server.election}
            unit.connection.execute(wanted, {key: given[key] for key in wanted._bindparams})
    with server.store.write() as unit:
        case_counts.recount(unit)


def _real_cases(server: Server) -> list[str]:
    """Take requests in as the worker does, from different voters, all waiting; returns their ids."""
    config, made, now = server.config(), [], server.clock.now()
    for number in range(REAL):
        account_id = AccountId(uuid7(int(now.timestamp() * 1000) + number, random.randbytes(10)))
        request_id = RequestId(uuid7(int(now.timestamp() * 1000) + number, random.randbytes(10)))
        contact = Contact(ContactKind.EMAIL, f"voter{number}@example.org")
        came: dict[str, Any] = {"kiosk_id": "k-1", "received": now - timedelta(hours=number)}
        with server.store.write() as unit:
            account = invented_voter.account(account_id, contact=contact)
            adopt(unit, server, config, account, packet_id=f"a-{number}", **came)
            request = replace(invented_voter.request(request_id), account_id=account_id)
            case_intake.receive(unit, server, config, request, packet_id=f"r-{number}", **came)
        made.append(str(request_id))
    return made


@contextmanager
def _desk(server: Server) -> Iterator[tuple[Callable[..., Any], str]]:
    """Serve, and sign a reviewer in; gives what makes their calls."""
    with server.store.write() as unit:
        official = officials.enrol(unit, server.master, "bench", Role.REVIEWER, by="system")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(server, beside=False), log_config=None, lifespan="on", access_log=False)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        while not running.started:
            threading.Event().wait(0.01)
        session = requests.Session()

        def call(method: str, path: str, body: object = None) -> Any:
            answer = session.request(method, address + path, json=body, timeout=60)
            assert answer.ok, answer.text
            return answer.json()

        typed = pyotp.TOTP(official.totp_secret).now()
        body = {"name": official.name, "password": official.password, "totp": typed}
        session.headers["Authorization"] = f"Bearer {call('POST', '/v1/officials/session', body)['token']}"
        yield call, official.name
        session.close()
        running.should_exit = True
        thread.join()


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
