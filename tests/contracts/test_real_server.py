"""The kiosk's side against the real server in a process of its own: the port's word, over real packets."""

from __future__ import annotations

import json
import random
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.passwords import Argon2Hasher
from registration.errors import Expected, StaffMustFix, VoterCanFix, WillRetry
from registration.model.contact import Contact, ContactKind
from registration.model.ids import AccountId, PacketId, RequestId
from registration.ports.server import CodeTicket
from sync import enrol, packet
from sync.batch import export_batch, import_receipts
from sync.engine import SyncEngine
from sync.enrol import Enrolment
from sync.http import Http
from sync.link import HttpLink
from sync.sealer import PacketSealer
from sync.upload import Uploader
from tests.databases import Database
from tests.fakes.flaky_proxy import FlakyProxy
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import a_request, an_account

ROOT = Path(__file__).parents[2]
PASSWORD = "një fjalëkalim i gjatë 7"
HASH = Argon2Hasher().hash(PASSWORD)
PATIENCE = 20.0


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Place:
    """An enrolled kiosk beside a running server."""

    port: int
    outbox: Path
    store: FakeSyncStore
    enrolment: Enrolment
    http: Http
    link: HttpLink
    engine: SyncEngine
    clock: _SystemClock

    def seal(self, submission: Any) -> PacketId:
        keys = enrol.known_keyset(self.store, self.enrolment)
        sealer = PacketSealer(
            self.enrolment.identity,
            self.enrolment.key,
            lambda: keys,
            self.clock,
            certified=self.enrolment.certified,
        )
        return self.store.add(sealer.seal(submission, self.store.next_seq)).packet_id

    def code_of(self, ticket_number: int) -> str:
        """Return the n-th code the file outbox shows, as a phone would."""

        def newest() -> str:
            messages = [json.loads(file.read_text()) for file in sorted(self.outbox.glob("*-code.json"))]
            found = re.search(r"\b\d{6}\b", messages[ticket_number]["text"]) if len(messages) > ticket_number else None
            return found.group() if found else ""

        return until(newest)

    def codes_sent(self) -> int:
        return len(list(self.outbox.glob("*-code.json")))


def until(look: Callable[[], Any]) -> Any:
    """Look again until there is something: the server's worker and its delivery run beside the calls."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        pause.wait(0.02)
    return found


@pytest.fixture(scope="module")
def ready(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Run the server on each database; gives its ready line and its outbox. It must end by itself when its stdin
    does."""
    folder = tmp_path_factory.mktemp("server")
    with database.empty(folder / "data") as settings, pytest.MonkeyPatch.context() as patched:
        patched.setenv("PER_DATABASE", settings.database)
        yield from _run(folder)


def _run(folder: Path) -> Iterator[dict[str, Any]]:
    outbox = folder / "outbox"
    command = ["serve", "--embedded", "--data", str(folder / "data"), "--port", "0", "--outbox", str(outbox)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "server", *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        key = secrets.token_hex(32).encode() + b"\n"
        process.stdin.write(key)
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()[-2000:]
        yield {**json.loads(line), "outbox": outbox, "data": folder / "data", "key": key}
        process.stdin.close()
        assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def place(ready: dict[str, Any]) -> Iterator[Place]:
    address = f"http://127.0.0.1:{ready['port']}"
    store, clock, first = FakeSyncStore(), _SystemClock(), Http(address)
    enrolment = enrol.enrol(first, store, server=address, name="Athens 1", token=ready["enrolment_token"])
    first.close()
    http = Http(address, enrolment.token)
    uploader = Uploader(http, clock, lambda _seconds: False, random.random)
    engine = SyncEngine(store, http, enrolment, uploader, clock, random.random)
    yield Place(ready["port"], ready["outbox"], store, enrolment, http, HttpLink(http, clock), engine, clock)
    http.close()


def refusal(call: Callable[[], object]) -> Expected:
    with pytest.raises(Expected) as caught:
        call()
    return caught.value


def test_a_round_finds_the_server_in_order(place: Place) -> None:
    report = place.engine.sync_once()
    assert (report.problem, report.keyset_version, report.config_version) == ("", 1, 1)
    assert report.clock_skew is not None
    assert abs(report.clock_skew) < 5
    settings = enrol.known_config(place.store, place.enrolment)
    assert settings.opens <= settings.closes <= settings.election_day
    assert settings.proof_kinds


def test_codes_prove_a_contact_and_wrong_ones_are_counted(place: Place) -> None:
    contact = Contact(ContactKind.EMAIL, "specimen.code@example.org")
    before = place.codes_sent()
    ticket = place.link.request_code(contact, "sq")
    code = place.code_of(before)
    wrong = refusal(lambda: place.link.confirm_code(ticket, "000000" if code != "000000" else "111111"))
    assert (type(wrong), wrong.code) == (VoterCanFix, "code.wrong")
    assert wrong.params["left"] == 4
    proof = place.link.confirm_code(ticket, code)
    assert proof.token
    assert not proof.account_exists
    assert refusal(lambda: place.link.confirm_code(ticket, code)).code == "code.used_up"
    assert isinstance(refusal(lambda: place.link.confirm_code(CodeTicket("x", 0, 0), code)), VoterCanFix)


def test_an_account_and_a_request_travel_as_packets_and_are_read_back(place: Place) -> None:
    contact = Contact(ContactKind.PHONE, "+355691234599")
    before = place.codes_sent()
    ticket = place.link.request_code(contact, "sq")
    proof = place.link.confirm_code(ticket, place.code_of(before))
    account = replace(
        an_account(contact=contact, password_hash=HASH),
        account_id=AccountId("019aa000-0000-7000-8000-0000000000a1"),
        contact_proof=proof.token,
    )
    request = replace(a_request(request_id="019aa000-0000-7000-8000-0000000000b1"), account_id=account.account_id)
    sent = (place.seal(account), place.seal(request))
    report = place.engine.sync_once()
    assert report.received == sent, report
    assert (report.waiting, report.attention) == (0, 0)

    def signed_in() -> Any:
        try:
            return place.link.sign_in(contact, PASSWORD)
        except VoterCanFix as error:
            if error.code != "login.wrong":  # the worker has not opened the packet yet
                raise
            return None

    session = until(signed_in)
    assert session.account_id == account.account_id
    (status,) = until(lambda: place.link.requests(session))
    assert (status.request_id, status.revision, status.state) == (request.request_id, 1, "submitted")
    assert status.looked is not None
    assert place.link.content(session, request.request_id) == request
    profile = place.link.profile(session)
    assert (profile.account_id, profile.contact, profile.portrait) == (
        account.account_id,
        contact,
        account.portrait.photo,
    )
    assert (profile.birth_date, profile.personal_number) == (account.person.birth_date, account.person.personal_number)

    assert place.link.withdraw(session, request.request_id).state == "withdrawn"
    late = refusal(lambda: place.link.withdraw(session, request.request_id))
    assert isinstance(late, VoterCanFix | StaffMustFix)
    refusal(lambda: place.link.content(session, RequestId("019aa000-0000-7000-8000-0000000000b2")))


def test_a_stranger_is_not_signed_in(place: Place) -> None:
    error = refusal(lambda: place.link.sign_in(Contact(ContactKind.EMAIL, "stranger@example.org"), PASSWORD))
    assert (type(error), error.code) == (VoterCanFix, "login.wrong")


def test_another_kiosks_token_is_not_admitted(place: Place) -> None:
    http = Http(place.enrolment.server, "guessed")
    link = HttpLink(http, place.clock)
    contact = Contact(ContactKind.EMAIL, "a@example.org")
    assert refusal(lambda: link.request_code(contact, "sq")).code == "server.not_admitted"
    http.close()


def test_a_large_packet_arrives_whole_over_a_bad_line(place: Place) -> None:
    request = a_request(
        request_id="019aa000-0000-7000-8000-0000000000b3", picture=random.Random(1).randbytes(3_000_000)
    )
    packet_id = place.seal(request)
    content = place.store.read(packet_id)
    sha256 = packet.digest(content)
    with FlakyProxy(place.port, seed=4, mean_cut=500_000, lost_answers=0.15) as proxy:
        http = Http(f"http://127.0.0.1:{proxy.port}", place.enrolment.token, timeout=(5.0, 5.0))
        uploader = Uploader(http, place.clock, lambda _seconds: False, random.Random(1).random)
        for _try in range(10):
            try:
                uploader.upload(content, packet_id, sha256)
                break
            except WillRetry as error:
                if error.code != "server.unreachable":
                    raise
        http.close()
        assert proxy.cuts + proxy.lost > 0, "the line was not bad enough to show anything"
        # What a cut throws away depends on what lay in the kernel's buffers just then, so one packet says little of
        # the ratio (bench and the full fault run measure it over many). Beginning anew at each cut would take far more.
        assert proxy.up <= 2 * len(content)
    report = place.engine.sync_once()
    assert report.received == (packet_id,), report
    assert report.sent == 0


def test_a_restored_older_disk_loses_nothing_and_counts_on_from_the_servers_number(place: Place) -> None:
    keys = enrol.known_keyset(place.store, place.enrolment)
    sealer = PacketSealer(
        place.enrolment.identity, place.enrolment.key, lambda: keys, place.clock, certified=place.enrolment.certified
    )
    first = place.seal(a_request(request_id="019aa000-0000-7000-8000-0000000000b4"))
    assert first in place.engine.sync_once().received
    highest = place.store.next_seq - 1

    place.store.next_seq = highest  # as the restored disk has it
    again = sealer.seal(a_request(request_id="019aa000-0000-7000-8000-0000000000b5"), highest)
    place.store.add(again)
    place.store.next_seq = highest
    report = place.engine.sync_once()
    assert report.received == (again.packet_id,), report
    assert place.store.next_seq == highest + 1


def test_a_stick_is_imported_and_its_receipts_are_taken_back(
    place: Place, ready: dict[str, Any], tmp_path: Path
) -> None:
    requests = [a_request(request_id=f"019aa000-0000-7000-8000-0000000000c{n}") for n in range(3)]
    sealed = [place.seal(request) for request in requests]
    report = export_batch(place.store, place.enrolment, tmp_path, place.clock)
    assert report.packets == 3
    assert {place.store.entry(packet_id).state for packet_id in sealed} == {"exported"}

    command = ["import-batch", "--data", str(ready["data"]), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "server", *command], cwd=ROOT, input=ready["key"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    keys = enrol.known_keyset(place.store, place.enrolment)
    verdicts = import_receipts(place.store, place.enrolment, keys, tmp_path)
    assert [(verdict.new, verdict.code) for verdict in verdicts] == [(True, "")] * 3
    assert {place.store.entry(packet_id).state for packet_id in sealed} == {"received"}
    assert place.engine.sync_once().sent == 0
