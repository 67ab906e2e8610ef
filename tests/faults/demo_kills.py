"""The demo's voters and official, without windows, while serving processes and PostgreSQL are killed at random.

Each voter does what the kiosk's own code does for one: the contact is proven by a code, the account and the request
are sealed into a real vault, sync rounds bring them to `serve` with several processes on PostgreSQL, the voter signs in
and reads the request back; an official claims, opens and decides. Each serving process also opens packets and sends
notices, so killing one kills a worker. What was acknowledged must be there once, and what was decided stay decided.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pyotp

from kiosk import bootstrap
from kiosk.settings import Settings as KioskSettings
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.vault import Vault
from registration.errors import Expected, StaffMustFix, VoterCanFix, WillRetry
from registration.model.case import Action, CaseState
from registration.model.contact import Contact, ContactKind
from registration.model.ids import AccountId, CaseId, RequestId
from registration.model.submission import RequestSubmission, decode
from registration.ports.server import ContactProof
from registration.ports.vault import SyncStore
from registration.review_desk import Decision, OfficialSession, QueueFilter, Role
from registration.usecases.open_account import open_account, prove_contact
from server.casework import cases
from server.context import Server
from server.desk import officials
from server.kiosks.devices import new_enrolment_token
from sync import enrol
from sync.enrol import Enrolment
from sync.http import Http
from sync.review_link import HttpReviewDesk
from tests.fakes import invented_voter
from tests.fakes.vault import a_request, an_account
from tests.faults import many_processes
from tests.faults.many_processes import FORGETFUL, Serving
from tests.faults.row import Control, Row
from tests.postgres import Cluster

KIOSKS = 3
PICTURE = 60_000
QUICK = Argon2Cost(64, 1, 1)
PATIENCE = 240.0
CONTROL_TRIES = 3
T = TypeVar("T")


class LeapingClock:
    """The machine's time, ahead by whatever pause a sync round wanted."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


@dataclass
class Place:
    """One kiosk: the real vault, connection and outbox; and what its voters were told."""

    kiosk: bootstrap.Kiosk
    clock: LeapingClock
    number: int
    sent: dict[str, RequestSubmission] = field(default_factory=dict)

    @property
    def store(self) -> SyncStore:
        return self.kiosk.vault.sync

    @property
    def enrolment(self) -> Enrolment:
        return enrol.require(self.store)

    def sync_until_received(self) -> None:
        """Go round until nothing waits, as the kiosk's timer does; a pause that it wants is over at once."""

        def received() -> bool:
            with suppress(Expected):
                self.kiosk.connection.sync_once()
            self.clock.ahead += timedelta(minutes=20)
            return all(entry.state == "received" for entry in self.store.entries())

        until(received)


class Codes:
    """Reads codes as a phone would; one voter at a time asks, so the newest one is theirs."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox
        self._turn = threading.Lock()

    def prove(self, place: Place, contact: Contact) -> ContactProof:
        with self._turn:
            while (proof := self._try(place, contact)) is None:
                pass
        return proof

    def _try(self, place: Place, contact: Contact) -> ContactProof | None:
        link, before = place.kiosk.connection, self._messages()
        ticket = again(lambda: link.request_code(contact, "sq"))
        until(lambda: self._messages() - before)
        newest = max(self._messages() - before)
        code = re.search(r"\b\d{6}\b", json.loads((self._outbox / newest).read_text())["text"])
        assert code is not None
        try:
            return again(lambda: prove_contact(link, ticket, code.group()))
        except VoterCanFix:  # used, but the answer was lost, or an older code: the voter asks for another one
            return None

    def _messages(self) -> set[str]:
        return {file.name for file in self._outbox.glob("*-code.json")}


def again(call: Callable[[], T]) -> T:
    """Do a call until the server answers, as somebody who presses the button again."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while True:
        try:
            return call()
        except WillRetry:
            if time.monotonic() > deadline:
                raise
            pause.wait(0.3)


def until(look: Callable[[], object]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came")
        pause.wait(0.1)


def voter(place: Place, codes: Codes, number: int) -> None:
    """One voter from the contact to the request read back."""
    contact = Contact(ContactKind.EMAIL, f"voter{number}@example.org")
    proof = codes.prove(place, contact)
    vault, outbox = place.kiosk.vault, bootstrap.KioskOutbox(place.kiosk)
    account = replace(
        an_account(contact=contact, password_hash=invented_voter.password_hash()),
        account_id=AccountId(bootstrap.new_id(place.clock)),
        contact_proof=proof.token,
    )
    key = vault.drafts.create_voter(contact, invented_voter.PASSWORD)
    open_account(account, key, drafts=vault.drafts, outbox=outbox)
    picture = random.Random(number).randbytes(PICTURE)
    request_id = RequestId(bootstrap.new_id(place.clock))
    request = replace(a_request(request_id=request_id, picture=picture), account_id=account.account_id)
    outbox.finish(request, key, "per.request")
    place.sync_until_received()
    place.sent[request_id] = request
    until(lambda: again(lambda: bootstrap.account_known(place.kiosk, key)))
    session = again(lambda: place.kiosk.connection.sign_in(contact, invented_voter.PASSWORD))
    until(lambda: again(lambda: place.kiosk.connection.requests(session)))
    assert again(lambda: place.kiosk.connection.content(session, request_id)) == request


class Official:
    """Decides what waits: every third is refused. `decided` holds what the server answered."""

    def __init__(self, address: str, server: Server) -> None:
        self._desk = HttpReviewDesk(Http(address, timeout=(10.0, 10.0)))
        with server.store.write() as unit:
            made = officials.enrol(unit, server.master, "demo", Role.REVIEWER, by="system")
        self._session: OfficialSession = self._desk.sign_in(
            made.name, made.password, pyotp.TOTP(made.totp_secret).now()
        )
        self.decided: dict[str, CaseState] = {}

    def decide_all(self) -> int:
        """Decide what can be decided now; return how many cases wait."""
        page = self._desk.queue(self._session, QueueFilter())
        for row in page.cases:
            # A claim or a decision whose answer was lost may have been done: then the next look shows it.
            with suppress(VoterCanFix):
                self._decide(row.case_id)
        return len(page.cases)

    def _decide(self, case_id: CaseId) -> None:
        self._desk.claim(self._session, case_id)
        case = self._desk.open(self._session, case_id)
        refuse = len(self.decided) % 3 == 2
        decision = Decision(
            Action.REFUSE if refuse else Action.APPROVE,
            case.lease.version,
            ("address_differs",) if refuse else (),
            "",
        )
        self.decided[case_id] = self._desk.decide(self._session, case_id, decision).state

    def work(self, over: threading.Event) -> None:
        while not over.wait(0.2):
            with suppress(WillRetry):
                self.decide_all()


def run(folder: Path, *, voters: int, kills: int, workers: int = 2, seed: int = 1) -> many_processes.Outcome:
    """Let voters and an official work while processes and PostgreSQL are killed; then count."""
    cluster = Cluster()
    try:
        serving = Serving(folder, cluster, "--workers", str(workers))
        beside = serving.open()
        places = [_place(folder, serving.address, beside, number) for number in range(KIOSKS)]
        official, codes = Official(serving.address, beside), Codes(beside.settings.outbox_folder)
        beside.close()
        over = threading.Event()
        faults: list[BaseException] = []

        def serve(place: Place) -> None:
            try:
                for number in range(place.number, voters, KIOSKS):
                    voter(place, codes, number)
            except BaseException as error:  # noqa: BLE001 - told below, of whichever thread
                faults.append(error)

        threads = [threading.Thread(target=serve, args=(place,)) for place in places]
        deciding = threading.Thread(target=official.work, args=(over,))
        for thread in (*threads, deciding):
            thread.start()
        done, restarts = _kill(serving, cluster, threads, kills, seed)
        for thread in threads:
            thread.join()
        over.set()
        deciding.join()
        if faults:
            raise faults[0]
        until(lambda: again(official.decide_all) == 0)
        beside = serving.open()
        try:
            wrong = count(beside, places, official, voters)
        finally:
            beside.close()
        received = sum(entry.state == "received" for place in places for entry in place.store.entries())
        for place in places:
            place.kiosk.close()
        serving.stop()
    finally:
        cluster.stop()
    return many_processes.Outcome(done, restarts, received + len(official.decided), wrong)


def _kill(
    serving: Serving, cluster: Cluster, threads: list[threading.Thread], kills: int, seed: int
) -> tuple[int, int]:
    """Kill at random while the threads work; return how often, and how often PostgreSQL."""
    dice, pause = random.Random(seed), threading.Event()
    done = restarts = 0
    while done < kills and any(thread.is_alive() for thread in threads):
        pause.wait(dice.uniform(0.3, 1.5))
        if done % 3 == 1:
            cluster.crash()
            restarts += 1
        elif victims := serving.children():
            with suppress(ProcessLookupError):
                os.kill(dice.choice(victims), signal.SIGKILL)
        done += 1
    return done, restarts


def _place(folder: Path, address: str, server: Server, number: int) -> Place:
    clock = LeapingClock()
    with server.store.write() as unit:
        token = new_enrolment_token(unit, server.master)
    profile = folder / f"kiosk{number}"
    profile.mkdir()
    settings = KioskSettings(profile, server=address, enrolment_token=token, kiosk_name=f"Bari {number}")
    vault = Vault.create(settings.vault, "staff passphrase", clock, staff_cost=QUICK, voter_cost=QUICK)
    place = Place(bootstrap.open_kiosk(settings, vault, clock), clock, number)
    place.kiosk.connection.enrolment()
    return place


def count(server: Server, places: list[Place], official: Official, voters: int) -> Counter[str]:
    """Hold what voters and the official were told against what the server has."""
    wrong = many_processes.count(server, places, accounts=voters)
    with server.store.read() as connection:
        for place in places:
            for request_id, request in place.sent.items():
                try:
                    kept = decode(cases.read_content(connection, server, request_id))
                except LookupError:
                    kept = None
                wrong["requests not as they were sent"] += kept != request
        for case_id, state in official.decided.items():
            case = cases.get(connection, server.election, case_id)
            wrong["decisions undone"] += case is None or case.state is not state
    return +wrong


def control(folder: Path, tries: int) -> Counter[str]:
    """The same where commits are acknowledged before they are on disk and PostgreSQL is killed right after."""
    wrong: Counter[str] = Counter()
    cluster = Cluster({"autovacuum": "off", "bgwriter_lru_maxpages": "0"})
    try:
        serving = Serving(folder, cluster, program=("-c", FORGETFUL))
        beside = serving.open()
        place = _place(folder, serving.address, beside, 0)
        beside.close()
        for number in range(tries):
            outbox = bootstrap.KioskOutbox(place.kiosk)
            contact = Contact(ContactKind.EMAIL, f"voter{number}@example.org")
            key = place.kiosk.vault.drafts.create_voter(contact, invented_voter.PASSWORD)
            account = replace(an_account(contact=contact), account_id=AccountId(bootstrap.new_id(place.clock)))
            cluster.halt_log_writer()
            open_account(account, key, drafts=place.kiosk.vault.drafts, outbox=outbox)
            # What the server forgot it may contradict later: the control needs one loss, not every packet.
            with suppress(TimeoutError, StaffMustFix):
                place.sync_until_received()
            cluster.crash()
        beside = serving.open()
        wrong = many_processes.count(beside, [place], accounts=tries)
        beside.close()
        place.kiosk.close()
        serving.stop()
    finally:
        cluster.stop()
    return wrong


def row(folder: Path, kills: int) -> Row:
    """Return the line of the table of faults."""
    for name in ("real", "early"):
        (folder / name).mkdir()
    outcome = run(folder / "real", voters=kills, kills=kills)
    lost = control(folder / "early", CONTROL_TRIES)["acknowledged and lost"]
    note = f"{outcome.restarts} of the kills were PostgreSQL's" + "".join(
        f"; {what}: {number}" for what, number in outcome.wrong.items()
    )
    without = Control("commits acknowledged before they are on disk", CONTROL_TRIES, lost)
    fault = "demo: voters and an official at work, kill -9 of serving and working processes and of PostgreSQL"
    return Row(fault, outcome.kills, outcome.received, outcome.wrong.total(), without, note)
