"""One word for every ReviewDesk: the fake that UI tests use, and the real adapter over HTTP to the real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pyotp
import pytest
import uvicorn

from registration.errors import Expected, VoterCanFix, WillRetry
from registration.model.case import Action, CaseState, Checked
from registration.model.contact import Contact, ContactKind
from registration.model.ids import CaseId, reference_of
from registration.model.submission import RequestSubmission
from registration.review_desk import (
    Decision,
    OfficialSession,
    QueueFilter,
    ReviewDesk,
    Role,
    SameAs,
)
from server.app import create_app
from server.context import Server, open_server
from server.desk import decisions, officials, proposals
from server.intake import case_intake
from server.notify.outbox import Outbox
from server.voters import accounts
from sync.http import Http
from sync.review_link import HttpReviewDesk
from tests.databases import KINDS, MASTER, Database
from tests.fakes import invented_voter
from tests.fakes.hand_clock import HandClock
from tests.fakes.review_desk import PASSWORD, FakeReviewDesk

OTHER_ACCOUNT = "01990000-0000-7000-8000-0000000000aa"


class Scene(Protocol):
    """What a test sets up behind the desk."""

    def official(self, name: str, role: Role) -> str:
        """Enrol an official and return the password."""

    def code_of(self, name: str) -> str:
        """What the authenticator shows now."""

    def receive(self, submission: RequestSubmission) -> CaseId: ...

    def four_eyes(self) -> None: ...

    def notices(self) -> list[str]:
        """``approved``, ``refused``, ``returned``: what voters were told, in order."""


class FakeScene:
    def __init__(self, desk: FakeReviewDesk) -> None:
        self._desk = desk

    def official(self, name: str, role: Role) -> str:
        self._desk.has_official(name, role)
        return PASSWORD

    def code_of(self, name: str) -> str:
        return self._desk.code_of(name)

    def receive(self, submission: RequestSubmission) -> CaseId:
        if submission.revision > 1:
            return self._desk.completes(submission)
        return self._desk.receives(submission)

    def four_eyes(self) -> None:
        self._desk.needs_four_eyes = True

    def notices(self) -> list[str]:
        return [decisions.DECISIONS[decision.action] for _, decision in self._desk.told]


class RealScene:
    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self._server = server
        self._monkeypatch = monkeypatch
        self._secrets: dict[str, str] = {}

    def official(self, name: str, role: Role) -> str:
        with self._server.store.write() as unit:
            made = officials.enrol(unit, self._server.master, name, role, by="system")
        self._secrets[name] = made.totp_secret
        return made.password

    def code_of(self, name: str) -> str:
        return pyotp.TOTP(self._secrets[name]).at(self._server.clock.now())

    def receive(self, submission: RequestSubmission) -> CaseId:
        server, config = self._server, self._server.config()
        arrived = {"kiosk_id": "k-1", "received": server.clock.now()}
        contact = Contact(ContactKind.EMAIL, f"{submission.account_id[-4:]}@example.org")
        with server.store.write() as unit:
            account = invented_voter.account(submission.account_id, contact=contact)
            accounts.adopt(unit, server, config, account, packet_id=f"a-{submission.account_id}", **arrived)  # type: ignore[arg-type]
            packet_id = f"r-{submission.request_id}-{submission.revision}"
            case_intake.receive(unit, server, config, submission, packet_id=packet_id, **arrived)  # type: ignore[arg-type]
        return CaseId(submission.request_id)

    def four_eyes(self) -> None:
        self._monkeypatch.setattr(proposals, "_four_eyes_services", lambda: frozenset({"per.request"}))

    def notices(self) -> list[str]:
        waiting = Outbox(self._server.master).lease(self._server.store, 100)
        words = {"u miratua": "approved", "u refuzua": "refused", "u kthye": "returned"}
        decisions = [leased.message.words.subject for leased in waiting if leased.message.kind == "decision"]
        return [next(word for part, word in words.items() if part in subject) for subject in decisions]


@dataclass
class World:
    """The desk under test, and what stands behind it."""

    desk: ReviewDesk
    scene: Scene
    clock: HandClock

    def sign(self, name: str, role: Role = Role.REVIEWER) -> OfficialSession:
        password = self.scene.official(name, role)
        return self.desk.sign_in(name, password, self.scene.code_of(name))


@pytest.fixture(params=["fake", *KINDS])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    # Real libraries measure by the real clock; only the product's own time stands still.
    clock = HandClock(datetime(2029, 2, 1, 9, tzinfo=UTC))
    if request.param == "fake":
        desk = FakeReviewDesk(clock)
        yield World(desk, FakeScene(desk), clock)
        return
    kind: Database = request.getfixturevalue(f"{request.param}")
    with kind.after_first_start(tmp_path / "server") as settings:
        server = open_server(settings, MASTER, clock)
        yield from _over_http(server, monkeypatch, clock)
        server.close()


def _over_http(server: Server, monkeypatch: pytest.MonkeyPatch, clock: HandClock) -> Iterator[World]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(server, beside=False)
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            time.sleep(0.005)
        http = Http(f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield World(HttpReviewDesk(http), RealScene(server, monkeypatch), clock)
        http.close()
        running.should_exit = True
        thread.join()


def a_request(number: int = 1, **changes: object) -> RequestSubmission:
    request = invented_voter.request(f"01990000-0000-7000-8000-{number:012x}")
    return replace(request, **changes)  # type: ignore[arg-type]


def refusal(call: Callable[[], object], kind: type[Expected] = VoterCanFix) -> Expected:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


# ---------------------------------------------------------------- signing in


def test_an_official_signs_in_with_password_and_code(world: World) -> None:
    session = world.sign("arta", Role.SUPERVISOR)
    assert (session.name, session.role) == ("arta", Role.SUPERVISOR)
    assert session.expires == world.clock.now() + timedelta(hours=12)
    assert session.token not in repr(session)


def test_any_wrong_part_is_the_same_refusal(world: World) -> None:
    password = world.scene.official("arta", Role.REVIEWER)
    code = world.scene.code_of("arta")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for name, secret, totp in (("arta", "another", code), ("arta", password, wrong), ("nobody", password, code)):
        error = refusal(lambda name=name, secret=secret, totp=totp: world.desk.sign_in(name, secret, totp))  # type: ignore[misc]
        assert error.code == "official.wrong"


def test_a_code_is_taken_once(world: World) -> None:
    password = world.scene.official("arta", Role.REVIEWER)
    code = world.scene.code_of("arta")
    world.desk.sign_in("arta", password, code)
    assert refusal(lambda: world.desk.sign_in("arta", password, code)).code == "official.wrong"


def test_three_wrong_tries_lock_for_three_hours_and_no_longer(world: World) -> None:
    password = world.scene.official("arta", Role.REVIEWER)
    for _ in range(3):
        assert refusal(lambda: world.desk.sign_in("arta", "guess", "000000")).code == "official.wrong"
    locked = refusal(lambda: world.desk.sign_in("arta", password, world.scene.code_of("arta")))
    assert (locked.code, locked.params["minutes"]) == ("official.locked", 180)
    world.clock.advance(minutes=181)
    assert world.desk.sign_in("arta", password, world.scene.code_of("arta")).name == "arta"


def test_a_session_ends_when_idle_and_when_signed_out(world: World) -> None:
    first = world.sign("arta")
    world.clock.advance(minutes=29)
    world.desk.queue(first, QueueFilter())
    world.clock.advance(minutes=29)
    world.desk.queue(first, QueueFilter())
    world.clock.advance(minutes=31)
    assert refusal(lambda: world.desk.queue(first, QueueFilter())).code == "official.session_over"

    second = world.sign("besa")
    world.desk.sign_out(second)
    world.desk.sign_out(second)
    assert refusal(lambda: world.desk.queue(second, QueueFilter())).code == "official.session_over"


def test_signing_out_gives_the_cases_back(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    world.desk.claim(arta, case_id)
    world.desk.sign_out(arta)
    world.desk.claim(besa, case_id)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OBSERVER])
def test_other_roles_see_no_case(world: World, role: Role) -> None:
    case_id = world.scene.receive(a_request())
    session = world.sign("klodi", role)
    for call in (
        lambda: world.desk.queue(session, QueueFilter()),
        lambda: world.desk.claim(session, case_id),
        lambda: world.desk.open(session, case_id),
        lambda: world.desk.take_over(session, case_id),
    ):
        assert refusal(call).code == "official.not_allowed"  # type: ignore[arg-type]


# ---------------------------------------------------------------- the queue


def test_an_empty_queue_has_one_page_and_counts_every_state(world: World) -> None:
    page = world.desk.queue(world.sign("arta"), QueueFilter())
    assert (page.cases, page.page, page.pages) == ((), 1, 1)
    assert dict(page.counts) == dict.fromkeys(CaseState, 0)


def test_the_nearest_time_limit_comes_first_and_overdue_is_said(world: World) -> None:
    old = world.scene.receive(a_request(1))
    world.clock.advance(days=2)
    new = world.scene.receive(a_request(2, account_id=OTHER_ACCOUNT))
    world.clock.advance(days=4)
    session = world.sign("arta")

    page = world.desk.queue(session, QueueFilter())

    assert [row.case_id for row in page.cases] == [old, new]
    assert [row.overdue for row in page.cases] == [True, False]
    first = page.cases[0]
    assert first.reference == reference_of(a_request(1).request_id)
    assert (first.due - first.received.date()).days == 5
    assert (first.state, first.revision, first.language, first.claimed_by) == (CaseState.SUBMITTED, 1, "sq", "")
    assert page.counts[CaseState.SUBMITTED] == 2


def test_the_queue_is_filtered_by_state_and_language(world: World) -> None:
    sq = world.scene.receive(a_request(1))
    en = world.scene.receive(a_request(2, language="en"))
    session = world.sign("arta")
    lease = world.desk.claim(session, sq)
    world.desk.decide(session, sq, Decision(Action.APPROVE, lease.version))

    assert [row.case_id for row in world.desk.queue(session, QueueFilter()).cases] == [en]
    assert [row.case_id for row in world.desk.queue(session, QueueFilter(CaseState.APPROVED)).cases] == [sq]
    assert world.desk.queue(session, QueueFilter(language="sq")).cases == ()
    assert [row.case_id for row in world.desk.queue(session, QueueFilter(language="en")).cases] == [en]
    assert world.desk.queue(session, QueueFilter(page=9)).page == 1


def test_languages_are_counted_under_the_rest_of_the_filter(world: World) -> None:
    approved = world.scene.receive(a_request(1))
    world.scene.receive(a_request(2, account_id=f"{OTHER_ACCOUNT[:-1]}2"))
    world.clock.advance(days=1)
    for number in (3, 4):
        world.scene.receive(a_request(number, account_id=f"{OTHER_ACCOUNT[:-1]}{number}", language="en"))
    session, due = world.sign("arta"), world.clock.now().date() + timedelta(days=4)
    lease = world.desk.claim(session, approved)
    world.desk.decide(session, approved, Decision(Action.APPROVE, lease.version))

    def counted(wanted: QueueFilter) -> dict[str, int]:
        return dict(world.desk.queue(session, wanted).by_language)

    assert counted(QueueFilter()) == {"sq": 1, "en": 2}
    assert counted(QueueFilter(language="sq")) == {"sq": 1, "en": 2}
    assert counted(QueueFilter(due_by=due)) == {"sq": 1}
    assert counted(QueueFilter(CaseState.APPROVED)) == {"sq": 1}
    assert counted(QueueFilter(CaseState.REFUSED)) == {}


def test_the_queue_is_narrowed_to_what_is_due(world: World) -> None:
    ids = []
    for number in (1, 2, 3):
        account = f"01990000-0000-7000-8000-0000000000a{number}"
        ids.append(world.scene.receive(a_request(number, account_id=account)))
        world.clock.advance(days=1)
    world.clock.advance(days=3)
    session, today = world.sign("arta"), world.clock.now().date()
    page = world.desk.queue(session, QueueFilter())
    assert (page.overdue, page.due_today) == (1, 1)
    late = world.desk.queue(session, QueueFilter(due_by=today - timedelta(days=1)))
    assert [row.case_id for row in late.cases] == ids[:1]
    assert [row.case_id for row in world.desk.queue(session, QueueFilter(due_by=today)).cases] == ids[:2]
    assert (late.overdue, late.due_today, late.counts[CaseState.SUBMITTED]) == (1, 1, 3)


# ---------------------------------------------------------------- leases


def test_a_case_is_opened_only_by_who_holds_it(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    assert refusal(lambda: world.desk.open(arta, case_id)).code == "case.not_claimed"

    lease = world.desk.claim(arta, case_id)
    assert lease.until == world.clock.now() + timedelta(minutes=15)
    assert world.desk.queue(besa, QueueFilter()).cases[0].claimed_by == "arta"
    taken = refusal(lambda: world.desk.claim(besa, case_id))
    assert (taken.code, taken.params["by"]) == ("case.claimed", "arta")
    assert refusal(lambda: world.desk.open(besa, case_id)).code == "case.not_claimed"

    world.desk.release(besa, case_id)
    assert world.desk.queue(besa, QueueFilter()).cases[0].claimed_by == "arta"
    world.desk.release(arta, case_id)
    assert world.desk.claim(besa, case_id).version > lease.version


def test_looking_keeps_a_lease_and_silence_ends_it(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta = world.sign("arta")
    lease = world.desk.claim(arta, case_id)
    world.clock.advance(minutes=10)
    assert world.desk.open(arta, case_id).lease.until == world.clock.now() + timedelta(minutes=15)
    world.clock.advance(minutes=10)
    again = world.desk.claim(arta, case_id)
    assert (again.version, again.until) == (lease.version, world.clock.now() + timedelta(minutes=15))

    world.clock.advance(minutes=15)
    besa = world.sign("besa")
    assert refusal(lambda: world.desk.open(arta, case_id)).code == "case.not_claimed"
    assert world.desk.queue(besa, QueueFilter()).cases[0].claimed_by == ""
    late = refusal(lambda: world.desk.decide(arta, case_id, Decision(Action.APPROVE, again.version)))
    assert late.code == "case.not_claimed"
    world.desk.claim(besa, case_id)


def test_a_supervisor_takes_over_and_a_reviewer_does_not(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    chief = world.sign("drita", Role.SUPERVISOR)
    lease = world.desk.claim(arta, case_id)
    assert refusal(lambda: world.desk.take_over(besa, case_id)).code == "official.not_allowed"
    world.desk.take_over(chief, case_id)
    lost = refusal(lambda: world.desk.decide(arta, case_id, Decision(Action.APPROVE, lease.version)))
    assert lost.code == "case.not_claimed"
    history = world.desk.open(chief, case_id).history
    assert [entry.by for entry in history] == ["", "arta", "drita", "drita"]


def test_an_unknown_case_is_not_found(world: World) -> None:
    session = world.sign("arta")
    nowhere = CaseId("01990000-0000-7000-8000-00000000ffff")
    assert refusal(lambda: world.desk.claim(session, nowhere)).code == "case.not_found"
    assert refusal(lambda: world.desk.open(session, nowhere)).code == "case.not_found"


# ---------------------------------------------------------------- the case


def test_an_opened_case_is_the_request_as_it_was_sent(world: World) -> None:
    sent = a_request()
    case_id = world.scene.receive(sent)
    session = world.sign("arta")
    lease = world.desk.claim(session, case_id)
    case = world.desk.open(session, case_id)
    assert case.request == sent
    assert case.lease.version == lease.version
    assert (case.row.case_id, case.row.state, case.row.claimed_by) == (case_id, CaseState.IN_REVIEW, "arta")
    assert [(entry.action, entry.source, entry.target) for entry in case.history] == [
        ("submit", None, CaseState.SUBMITTED),
        ("claim", CaseState.SUBMITTED, CaseState.IN_REVIEW),
    ]
    assert (case.duplicates, case.four_eyes, case.proposal) == ((), False, None)
    assert sent.person.personal_number not in repr(case)


def test_another_accounts_case_of_the_same_person_is_shown(world: World) -> None:
    first = world.scene.receive(a_request(1))
    second = world.scene.receive(a_request(2, account_id=OTHER_ACCOUNT))
    session = world.sign("arta")
    world.desk.claim(session, first)
    (found,) = world.desk.open(session, first).duplicates
    assert (found.case_id, found.state, found.same) == (second, CaseState.SUBMITTED, SameAs.PERSONAL_NUMBER)
    assert found.reference == reference_of(a_request(2).request_id)


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("action", "reasons", "comment", "state", "notice"),
    [
        (Action.APPROVE, (), "", CaseState.APPROVED, "approved"),
        (Action.REFUSE, ("unreadable", "address_differs"), "Faqja e dytë mungon.", CaseState.REFUSED, "refused"),
        (Action.RETURN, (), "Ngarkoni faqen me adresën.", CaseState.RETURNED, "returned"),
    ],
)
def test_a_decision_moves_the_case_and_tells_the_voter(
    world: World, action: Action, reasons: tuple[str, ...], comment: str, state: CaseState, notice: str
) -> None:
    case_id = world.scene.receive(a_request())
    session = world.sign("arta", Role.SUPERVISOR)
    lease = world.desk.claim(session, case_id)
    decided = world.desk.decide(session, case_id, Decision(action, lease.version, reasons, comment))
    assert (decided.state, decided.awaiting_second) == (state, False)
    assert decided.version > lease.version
    assert world.scene.notices() == [notice]
    assert refusal(lambda: world.desk.open(session, case_id)).code == "case.not_claimed"
    assert refusal(lambda: world.desk.claim(session, case_id)).code == "case.stale"

    if action is not Action.RETURN:
        world.desk.reopen(session, case_id, "Gabim në vendim.")
        last = world.desk.open(session, case_id).history[-2]
        assert (last.action, last.by, last.comment) == (action.value, "arta", comment)
        assert sorted(last.reasons) == sorted(reasons)


def test_a_decision_without_what_it_owes_is_refused_and_changes_nothing(world: World) -> None:
    case_id = world.scene.receive(a_request())
    session = world.sign("arta")
    version = world.desk.claim(session, case_id).version
    for decision, code in (
        (Decision(Action.REFUSE, version), "case.reason_required"),
        (Decision(Action.REFUSE, version, ("dislike",)), "case.reason_unknown"),
        (Decision(Action.APPROVE, version, ("unreadable",)), "case.reason_unknown"),
        (Decision(Action.RETURN, version, comment="  "), "case.comment_required"),
        (Decision(Action.REFUSE, version, ("unreadable",), "x" * 1001), "case.comment_too_long"),
        (Decision(Action.APPROVE, version - 1), "case.stale"),
    ):
        assert refusal(lambda decision=decision: world.desk.decide(session, case_id, decision)).code == code  # type: ignore[misc]
    assert world.scene.notices() == []
    assert world.desk.open(session, case_id).lease.version == version


def test_a_returned_request_comes_back_completed(world: World) -> None:
    case_id = world.scene.receive(a_request())
    session = world.sign("arta")
    version = world.desk.claim(session, case_id).version
    world.desk.decide(session, case_id, Decision(Action.RETURN, version, comment="Faqja me adresën mungon."))
    world.clock.advance(days=1)
    world.scene.receive(replace(a_request(), revision=2))
    later = world.sign("besa")

    row = world.desk.queue(later, QueueFilter(CaseState.COMPLETED)).cases[0]
    assert (row.case_id, row.revision, row.due) == (case_id, 2, world.clock.now().date() + timedelta(days=5))
    world.desk.claim(later, case_id)
    assert world.desk.open(later, case_id).request.revision == 2


@pytest.mark.parametrize("end", ["released", "lease over", "signed out", "taken over"])
def test_a_completed_case_goes_back_as_completed(world: World, end: str) -> None:
    case_id = world.scene.receive(a_request())
    arta = world.sign("arta")
    version = world.desk.claim(arta, case_id).version
    world.desk.decide(arta, case_id, Decision(Action.RETURN, version, comment="Faqja me adresën mungon."))
    world.scene.receive(replace(a_request(), revision=2))
    world.desk.claim(arta, case_id)
    if end == "released":
        world.desk.release(arta, case_id)
    elif end == "signed out":
        world.desk.sign_out(arta)
    elif end == "lease over":
        world.clock.advance(minutes=16)
    chief = world.sign("drita", Role.SUPERVISOR)
    if end in ("lease over", "taken over"):
        world.desk.take_over(chief, case_id)
        world.desk.release(chief, case_id)
    counts = world.desk.queue(chief, QueueFilter()).counts
    assert (counts[CaseState.COMPLETED], counts[CaseState.SUBMITTED]) == (1, 0)


def test_reopening_is_a_supervisors_and_owes_a_comment(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta, chief = world.sign("arta"), world.sign("drita", Role.SUPERVISOR)
    assert refusal(lambda: world.desk.reopen(chief, case_id, "Arsye.")).code == "case.stale"
    version = world.desk.claim(arta, case_id).version
    world.desk.decide(arta, case_id, Decision(Action.APPROVE, version))
    assert refusal(lambda: world.desk.reopen(arta, case_id, "Arsye.")).code == "official.not_allowed"
    assert refusal(lambda: world.desk.reopen(chief, case_id, " ")).code == "case.comment_required"
    world.desk.reopen(chief, case_id, "Arsye.")
    assert world.desk.open(chief, case_id).row.state is CaseState.IN_REVIEW


CHECKLIST = (("face", Checked.MATCHES), ("address", Checked.DIFFERS))


def test_the_checklist_stays_with_the_decision(world: World) -> None:
    case_id = world.scene.receive(a_request())
    chief = world.sign("drita", Role.SUPERVISOR)
    version = world.desk.claim(chief, case_id).version
    approval = Decision(Action.APPROVE, version, checklist=CHECKLIST)
    assert refusal(lambda: world.desk.decide(chief, case_id, approval)).code == "case.checklist_against"
    world.desk.decide(chief, case_id, Decision(Action.REFUSE, version, ("address_differs",), checklist=CHECKLIST))
    world.desk.reopen(chief, case_id, "Gabim.")
    history = world.desk.open(chief, case_id).history
    assert [(entry.action, entry.checklist) for entry in history] == [
        ("submit", ()),
        ("claim", ()),
        ("refuse", CHECKLIST),
        ("reopen", ()),
    ]


# ---------------------------------------------------------------- fetched ahead, compared


def test_a_case_fetched_ahead_is_held_and_shown_later(world: World) -> None:
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    assert refusal(lambda: world.desk.open(arta, case_id, ahead=True)).code == "case.not_claimed"
    world.desk.claim(arta, case_id)
    assert world.desk.open(arta, case_id, ahead=True).request == a_request()
    assert refusal(lambda: world.desk.claim(besa, case_id)).code == "case.claimed"
    assert refusal(lambda: world.desk.shown(besa, case_id)).code == "case.not_claimed"
    world.clock.advance(minutes=5)
    assert world.desk.shown(arta, case_id).until == world.clock.now() + timedelta(minutes=15)
    world.clock.advance(minutes=16)
    assert refusal(lambda: world.desk.shown(arta, case_id)).code == "case.not_claimed"


def test_a_duplicate_is_seen_beside_the_case_and_nothing_else_is(world: World) -> None:
    first = world.scene.receive(a_request(1))
    second = world.scene.receive(a_request(2, account_id=OTHER_ACCOUNT))
    someone = replace(invented_voter.PERSON, personal_number="J00101888X", birth_date=date(1991, 1, 1))
    third = world.scene.receive(a_request(3, account_id=OTHER_ACCOUNT[:-1] + "b", person=someone))
    arta = world.sign("arta")
    assert refusal(lambda: world.desk.compare(arta, first, second)).code == "case.not_claimed"
    world.desk.claim(arta, first)
    other = world.desk.compare(arta, first, second)
    assert other.request == a_request(2, account_id=OTHER_ACCOUNT)
    assert (other.row.case_id, other.row.state) == (second, CaseState.SUBMITTED)
    assert [entry.action for entry in other.history] == ["submit"]
    for unrelated in (third, first, CaseId("01990000-0000-7000-8000-00000000ffff")):
        refused = refusal(lambda unrelated=unrelated: world.desk.compare(arta, first, unrelated))  # type: ignore[misc]
        assert refused.code == "case.not_found"


# ---------------------------------------------------------------- four eyes


def test_four_eyes_need_two_officials_of_one_mind(world: World) -> None:
    world.scene.four_eyes()
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    version = world.desk.claim(arta, case_id).version
    proposal = Decision(Action.REFUSE, version, ("unreadable",), "Turbullt.", CHECKLIST)
    first = world.desk.decide(arta, case_id, proposal)
    assert (first.state, first.awaiting_second) == (CaseState.SUBMITTED, True)
    assert world.scene.notices() == []
    assert refusal(lambda: world.desk.claim(arta, case_id)).code == "case.second_official"

    version = world.desk.claim(besa, case_id).version
    case = world.desk.open(besa, case_id)
    assert case.four_eyes
    assert case.proposal is not None
    assert (case.proposal.by, case.proposal.action, case.proposal.reasons) == ("arta", Action.REFUSE, ("unreadable",))
    assert (case.proposal.comment, case.proposal.checklist) == ("Turbullt.", CHECKLIST)
    second = world.desk.decide(besa, case_id, Decision(Action.REFUSE, version, ("unreadable",), "Turbullt."))
    assert (second.state, second.awaiting_second) == (CaseState.REFUSED, False)
    assert world.scene.notices() == ["refused"]


def test_officials_of_two_minds_decide_nothing(world: World) -> None:
    world.scene.four_eyes()
    case_id = world.scene.receive(a_request())
    arta, besa = world.sign("arta"), world.sign("besa")
    world.desk.decide(arta, case_id, Decision(Action.APPROVE, world.desk.claim(arta, case_id).version))
    other = Decision(Action.REFUSE, world.desk.claim(besa, case_id).version, ("under_age",))
    assert world.desk.decide(besa, case_id, other).awaiting_second
    version = world.desk.claim(arta, case_id).version
    assert world.desk.decide(arta, case_id, replace(other, version=version)).state is CaseState.REFUSED


# ---------------------------------------------------------------- away


def test_a_server_that_is_away_is_said_so() -> None:
    clock = HandClock()
    fake = FakeReviewDesk(clock)
    session = fake.sign("arta")
    fake.goes_offline()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        http = Http(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        for desk in (fake, HttpReviewDesk(http)):
            error = refusal(lambda desk=desk: desk.queue(session, QueueFilter()), WillRetry)  # type: ignore[misc]
            assert error.code == "server.unreachable"
        http.close()
