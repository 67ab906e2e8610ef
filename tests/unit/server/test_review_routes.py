"""The desk over HTTP: who may call what, pictures by name, what is written down, what the keeper does by the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyotp
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select, update

from registration.model.case import TRANSITIONS, Action, Actor, CaseState
from registration.model.contact import Contact, ContactKind
from registration.model.documents import FieldName, FieldReading, FieldSource
from registration.model.ids import reference_of
from registration.model.submission import RequestSubmission
from registration.review_desk import Role, SameAs
from resources import texts
from server import audit
from server.casework import cases, identities
from server.context import Server
from server.desk import decisions, leases, officials, proposals, waiting
from server.desk.officials import Official
from server.intake import case_intake
from server.notify.messages import Message
from server.problems import Problem
from server.store.schema import cases as case_rows
from server.upkeep import keeper
from server.voters import accounts
from sync.checkpoint import Verifier, verify
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock

CASE = invented_voter.REQUEST_ID
OTHER_ACCOUNT = "01990000-0000-7000-8000-0000000000aa"
NOWHERE = "01990000-0000-7000-8000-00000000ffff"


@dataclass
class Desk:
    server: Server
    client: TestClient

    def receive(self, submission: RequestSubmission | None = None) -> str:
        submission = submission or invented_voter.request()
        config = self.server.config()
        arrived = {"kiosk_id": "k-1", "received": self.server.clock.now()}
        contact = Contact(ContactKind.EMAIL, f"{submission.account_id[-4:]}@example.org")
        account = invented_voter.account(submission.account_id, contact=contact)
        packet = f"r-{submission.request_id}-{submission.revision}"
        with self.server.store.write() as unit:
            accounts.adopt(unit, self.server, config, account, packet_id=f"a-{account.account_id}", **arrived)  # type: ignore[arg-type]
            case_intake.receive(unit, self.server, config, submission, packet_id=packet, **arrived)  # type: ignore[arg-type]
        return submission.request_id

    def official(self, name: str, role: Role) -> dict[str, str]:
        """Enrol and sign in; returns the headers of their calls."""
        with self.server.store.write() as unit:
            made = officials.enrol(unit, self.server.master, name, role, by="system", replace=True)
        code = pyotp.TOTP(made.totp_secret).at(self.server.clock.now())
        return {"Authorization": f"Bearer {officials.sign_in(self.server, name, made.password, code).token}"}

    def call(self, who: dict[str, str], method: str, path: str, body: object = None) -> Response:
        return self.client.request(method, path, headers=who, json=body)

    def claim(self, who: dict[str, str], case_id: str = CASE) -> int:
        answer = self.call(who, "POST", f"/v1/review/cases/{case_id}/claim")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])

    def events(self, kind: str) -> list[str]:
        with self.server.store.read() as connection:
            wanted = select(audit.events.c.actor).where(audit.events.c.kind == kind).order_by(audit.events.c.place)
            return list(connection.execute(wanted).scalars())


@pytest.fixture
def desk(server: Server, client: TestClient) -> Desk:
    return Desk(server, client)


# ---------------------------------------------------------------- the authorization matrix

REVIEWERS = {Role.REVIEWER, Role.SUPERVISOR}
CHIEF = {Role.SUPERVISOR}
DECISION = {"action": "approve", "version": 1}
ROUTES: dict[tuple[str, str], tuple[set[Role], object]] = {
    ("GET", "/v1/review/queue"): (REVIEWERS, None),
    ("POST", "/v1/review/cases/{case_id}/claim"): (REVIEWERS, None),
    ("POST", "/v1/review/cases/{case_id}/release"): (REVIEWERS, None),
    ("POST", "/v1/review/cases/{case_id}/reopen"): (CHIEF, {"comment": "x"}),
    ("GET", "/v1/review/cases/{case_id}"): (REVIEWERS, None),
    ("GET", "/v1/review/cases/{case_id}/files/{name:path}"): (REVIEWERS, None),
    ("POST", "/v1/review/cases/{case_id}/shown"): (REVIEWERS, None),
    ("GET", "/v1/review/cases/{case_id}/duplicates/{other_id}"): (REVIEWERS, None),
    ("GET", "/v1/review/cases/{case_id}/duplicates/{other_id}/files/{name:path}"): (REVIEWERS, None),
    ("POST", "/v1/review/cases/{case_id}/decision"): (REVIEWERS, DECISION),
    ("GET", "/v1/statistics"): ({Role.OBSERVER, Role.SUPERVISOR}, None),
    ("GET", "/v1/statistics.csv"): ({Role.OBSERVER, Role.SUPERVISOR}, None),
    ("GET", "/v1/officials"): (CHIEF, None),
    ("POST", "/v1/officials"): (CHIEF, {"name": "new.one", "role": "observer"}),
    ("POST", "/v1/officials/voters/unlock"): (CHIEF, {"contact": {"kind": "phone", "value": "+355691234567"}}),
    ("POST", "/v1/officials/{name}/unlock"): (CHIEF, None),
    ("POST", "/v1/officials/{name}/disable"): (CHIEF, None),
    ("POST", "/v1/officials/password"): (set(Role), {"password": "x", "new_password": "x" * 20}),
}
OPEN = {("POST", "/v1/officials/session"), ("DELETE", "/v1/officials/session")}


def filled(path: str) -> str:
    for place, value in (
        ("{case_id}", CASE),
        ("{other_id}", NOWHERE),
        ("{name:path}", "img/portrait.jpg"),
        ("{name}", "nobody"),
    ):
        path = path.replace(place, value)
    return path


def test_no_officials_route_is_missing_from_the_matrix(client: TestClient) -> None:
    schema = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    found = {
        (method.upper(), path)
        for path, methods in schema.items()
        if path.startswith(("/v1/review", "/v1/officials", "/v1/statistics"))
        for method in methods
    }
    assert found == {(method, path.replace(":path", "")) for method, path in {*ROUTES, *OPEN}}


def test_every_role_gets_what_is_its_and_nothing_else(desk: Desk) -> None:
    desk.receive()
    callers = {role: desk.official(f"o.{role}", role) for role in Role}
    wrong, refusals = [], 0
    for (method, path), (allowed, body) in ROUTES.items():
        for role, who in callers.items():
            answer = desk.call(who, method, filled(path), body)
            refused = answer.status_code == 403 and answer.json()["code"] == "official.not_allowed"
            refusals += refused
            if refused != (role not in allowed):
                wrong.append(f"{method} {path} as {role}: {answer.status_code} {answer.text}")
    assert wrong == []
    assert len(desk.events("official.not_allowed")) == refusals > 0


def test_nobody_else_gets_anything(desk: Desk, kiosk: EnrolledKiosk) -> None:
    desk.receive()
    voter = kiosk.voter(Contact(ContactKind.EMAIL, "000a@example.org"))
    stranger = {"Authorization": f"Bearer {voter['Voter-Session']}"}
    callers = ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, kiosk.headers, voter, stranger)
    wrong = []
    for (method, path), (_, body) in ROUTES.items():
        for number, who in enumerate(callers):
            answer = desk.call(who, method, filled(path), body)
            if answer.status_code != 401 or answer.headers["content-type"] != "application/problem+json":
                wrong.append(f"{method} {path} by caller {number}: {answer.status_code} {answer.text}")
    assert wrong == []


def test_an_official_is_nobody_on_kiosks_and_voters_routes(desk: Desk, client: TestClient) -> None:
    who = desk.official("drita", Role.SUPERVISOR)
    for path in ("/v1/me/profile", "/v1/me/requests", "/v1/keyset", "/v1/checkpoint"):
        assert desk.call(who, "GET", path).status_code == 401


def test_a_take_over_by_a_reviewer_is_refused(desk: Desk) -> None:
    desk.receive()
    arta, besa = desk.official("arta", Role.REVIEWER), desk.official("besa", Role.REVIEWER)
    desk.claim(arta)
    answer = desk.call(besa, "POST", f"/v1/review/cases/{CASE}/claim", {"take_over": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "official.not_allowed")


def test_who_does_not_hold_the_case_sees_nothing_of_it(desk: Desk) -> None:
    desk.receive()
    arta, besa = desk.official("arta", Role.REVIEWER), desk.official("drita", Role.SUPERVISOR)
    desk.claim(arta)
    for method, path, body in (
        ("GET", f"/v1/review/cases/{CASE}", None),
        ("GET", f"/v1/review/cases/{CASE}/files/img/portrait.jpg", None),
        ("POST", f"/v1/review/cases/{CASE}/decision", DECISION),
    ):
        answer = desk.call(besa, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "case.not_claimed")
    claimed = desk.call(besa, "POST", f"/v1/review/cases/{CASE}/claim")
    assert (claimed.status_code, claimed.json()["params"]) == (409, {"by": "arta"})


# ---------------------------------------------------------------- looking


def test_pictures_come_by_name_and_nothing_else_does(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    desk.claim(arta)
    case = desk.call(arta, "GET", f"/v1/review/cases/{CASE}").json()
    pictures = [name for name in case["files"] if name.endswith(".jpg")]
    assert pictures == [
        "img/attachment-1-1.jpg",
        "img/document-data-page.jpg",
        "img/document-portrait.jpg",
        "img/portrait.jpg",
    ]
    answer = desk.call(arta, "GET", f"/v1/review/cases/{CASE}/files/img/portrait.jpg")
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", invented_voter.portrait().photo.jpeg)
    for name in ("request.json", "img/none.jpg", "..%2f..%2fserver.db", "img/../request.json.jpg"):
        assert desk.call(arta, "GET", f"/v1/review/cases/{CASE}/files/{name}").status_code == 404


def test_looking_is_audited_and_the_log_names_no_voter(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    version = desk.claim(arta)
    desk.call(arta, "GET", f"/v1/review/cases/{CASE}")
    body = {"action": "refuse", "version": version, "reasons": ["unreadable"], "comment": "SPECIMEN-KOMENT"}
    assert desk.call(arta, "POST", f"/v1/review/cases/{CASE}/decision", body).status_code == 200
    assert desk.events("case.open") == ["official:arta"]
    assert desk.events("case.refuse") == ["official:arta"]
    with desk.server.store.read() as connection:
        log = repr(connection.execute(select(audit.events)).all())
    person = invented_voter.PERSON
    for value in ("SPECIMEN-KOMENT", person.personal_number, person.birth_place, "Via Sparano", "000a@example.org"):
        assert value not in log


def test_a_case_fetched_ahead_is_opened_only_when_shown(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    desk.claim(arta)
    assert desk.call(arta, "GET", f"/v1/review/cases/{CASE}?ahead=true").status_code == 200
    assert (desk.events("case.fetch"), desk.events("case.open")) == (["official:arta"], [])
    assert desk.call(arta, "POST", f"/v1/review/cases/{CASE}/shown").status_code == 200
    assert desk.events("case.open") == ["official:arta"]


def test_looking_at_a_duplicate_is_audited_and_gives_its_pictures(desk: Desk) -> None:
    desk.receive()
    other = replace(invented_voter.request("01990000-0000-7000-8000-000000000002"), account_id=OTHER_ACCOUNT)
    desk.receive(other)
    arta = desk.official("arta", Role.REVIEWER)
    desk.claim(arta)
    path = f"/v1/review/cases/{CASE}/duplicates/{other.request_id}"
    assert desk.call(arta, "GET", path).json()["reference"] == reference_of(other.request_id)
    picture = desk.call(arta, "GET", f"{path}/files/img/portrait.jpg")
    assert picture.content == invented_voter.portrait().photo.jpeg
    assert desk.call(arta, "GET", f"{path}/files/request.json").status_code == 404
    assert desk.events("case.compare") == ["official:arta"]
    with desk.server.store.write() as unit:
        cases.erase(unit, desk.server, other.request_id, by="system")
    assert desk.call(arta, "GET", path).status_code == 404


def test_an_erased_case_is_said_so(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    desk.claim(arta)
    with desk.server.store.write() as unit:
        cases.erase(unit, desk.server, CASE, by="system")
    answer = desk.call(arta, "GET", f"/v1/review/cases/{CASE}")
    assert (answer.status_code, answer.json()["code"]) == (409, "request.content_erased")
    desk.call(arta, "POST", f"/v1/review/cases/{CASE}/release")
    again = desk.call(arta, "POST", f"/v1/review/cases/{CASE}/claim")
    assert (again.status_code, again.json()["code"]) == (409, "request.content_erased")


def test_pages_of_the_queue_hold_together(desk: Desk, clock: SettableClock) -> None:
    for number in range(waiting.PAGE + 3):
        desk.receive(invented_voter.request(f"01990000-0000-7000-8000-{number:012x}"))
        clock.advance(seconds=1)
    arta = desk.official("arta", Role.REVIEWER)
    pages = [desk.call(arta, "GET", f"/v1/review/queue?page={page}").json() for page in (1, 2, 3)]
    assert [len(page["cases"]) for page in pages] == [25, 3, 3]
    assert [page["page"] for page in pages] == [1, 2, 2]
    ids = [case["case_id"] for page in pages[:2] for case in page["cases"]]
    assert ids == sorted(ids)
    assert len(set(ids)) == 28
    assert desk.call(arta, "GET", "/v1/review/queue?state=nonsense").status_code == 422
    assert desk.call(arta, "GET", "/v1/review/queue?page=0").status_code == 422


# ---------------------------------------------------------------- deciding


def test_only_the_tables_moves_are_made(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    made = set()
    for state in CaseState:
        for action in (Action.APPROVE, Action.REFUSE, Action.RETURN):
            with desk.server.store.write() as unit:
                lease = unit.now + leases.LEASE
                row = {"state": state.value, "claimed_by": "arta", "lease_until": lease, "version": 7}
                unit.connection.execute(update(case_rows).values(**row))
            reasons = ["unreadable"] if action is Action.REFUSE else []
            body = {"action": action.value, "version": 7, "reasons": reasons, "comment": "x"}
            if desk.call(arta, "POST", f"/v1/review/cases/{CASE}/decision", body).status_code == 200:
                made.add((state, action))
    decisions = (Action.APPROVE, Action.REFUSE, Action.RETURN)
    legal = {(row.source, row.action) for row in TRANSITIONS if Actor.OFFICIAL in row.by and row.action in decisions}
    assert made == legal


def test_other_actions_are_no_decisions(desk: Desk) -> None:
    desk.receive()
    arta = desk.official("arta", Role.REVIEWER)
    version = desk.claim(arta)
    for action in ("claim", "release", "withdraw", "complete", "reopen", "erase"):
        body = {"action": action, "version": version, "comment": "x"}
        assert desk.call(arta, "POST", f"/v1/review/cases/{CASE}/decision", body).status_code == 422


def test_the_notice_and_the_decision_are_one_transaction(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, messages: Callable[[], list[Message]]
) -> None:
    desk.receive()
    messages()
    arta = Official("arta", Role.REVIEWER)
    version = desk.claim(desk.official("arta", Role.REVIEWER))

    class Broken(Exception):
        pass

    def broken(*_: object, **__: object) -> str:
        raise Broken

    def decide() -> None:
        with desk.server.store.write() as unit:
            decisions.decide(
                unit,
                desk.server.master,
                arta,
                CASE,
                action=Action.REFUSE,
                version=version,
                reasons=["unreadable"],
                comment="Fotoja është e errët.",
            )

    with monkeypatch.context() as patched:
        patched.setattr("server.notify.enqueue", broken)
        with pytest.raises(Broken):
            decide()
    assert messages() == []
    decide()
    (message,) = messages()
    assert (message.kind, message.to) == ("decision", "000a@example.org")
    assert "dokumenti nuk lexohet" in message.words.text
    assert "Fotoja është e errët." in message.words.text
    assert desk.events("case.refuse") == ["official:arta"]


def test_ten_officials_reach_for_one_case_and_one_gets_it(desk: Desk) -> None:
    desk.receive()
    outcomes: list[str] = []

    def reach(name: str) -> None:
        try:
            with desk.server.store.write() as unit:
                leases.claim(unit, desk.server.master, Official(name, Role.REVIEWER), CASE)
            outcomes.append("mine")
        except Problem as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=reach, args=(f"o{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["case.claimed"] * 9 + ["mine"]


def test_a_proposal_on_an_older_version_means_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "_four_eyes_services", lambda: frozenset({"per.request"}))
    desk.receive()
    arta, besa = desk.official("arta", Role.REVIEWER), desk.official("besa", Role.REVIEWER)
    path = f"/v1/review/cases/{CASE}/decision"
    first = desk.call(arta, "POST", path, {"action": "approve", "version": desk.claim(arta)}).json()
    assert first["awaiting_second"]
    desk.receive(invented_voter.request(revision=2))
    second = desk.call(besa, "POST", path, {"action": "approve", "version": desk.claim(besa)}).json()
    assert second == {"state": "submitted", "version": second["version"], "awaiting_second": True}
    assert desk.events("case.propose") == ["official:arta", "official:besa"]


def test_the_shipped_services_say_whether_they_need_four_eyes() -> None:
    proposals._four_eyes_services.cache_clear()
    assert not proposals.needs_four_eyes("per.request")
    assert not proposals.needs_four_eyes("no.such.service")


# ---------------------------------------------------------------- the same person


def named(request: RequestSubmission, surname: str, given: str) -> RequestSubmission:
    fields = {
        **request.document.fields,
        FieldName.SURNAME: FieldReading(surname, FieldSource.VISUAL_ZONE, 1.0),
        FieldName.GIVEN_NAMES: FieldReading(given, FieldSource.VISUAL_ZONE, 1.0),
    }
    return replace(request, document=replace(request.document, fields=fields))


def test_the_same_person_is_found_by_number_or_by_name_and_birth_date(desk: Desk, clock: SettableClock) -> None:
    mine = named(invented_voter.request(), "Çela-Specimen", "Arta")
    other_number = replace(invented_voter.PERSON, personal_number="J00101888X")
    by_name = replace(
        named(invented_voter.request("01990000-0000-7000-8000-000000000001"), "CELA SPECIMEN", "arta"),
        account_id=OTHER_ACCOUNT,
        person=other_number,
    )
    by_number = replace(
        named(invented_voter.request("01990000-0000-7000-8000-000000000002"), "Tjetër", "Emër"),
        account_id=OTHER_ACCOUNT,
    )
    nobody = replace(
        named(invented_voter.request("01990000-0000-7000-8000-000000000003"), "Tjetër", "Emër"),
        account_id=OTHER_ACCOUNT,
        person=other_number,
    )
    for submission in (
        mine,
        by_name,
        by_number,
        nobody,
        invented_voter.request("01990000-0000-7000-8000-000000000004"),
    ):
        desk.receive(submission)
        clock.advance(seconds=1)
    with desk.server.store.read() as connection:
        found = identities.same_person(connection, desk.server.election, mine.request_id)
    assert {(case_id, same) for case_id, _, _, same in found} == {
        (by_number.request_id, SameAs.PERSONAL_NUMBER),
        (by_name.request_id, SameAs.NAME_AND_BIRTH_DATE),
    }


@pytest.mark.parametrize(
    ("surname", "given"),
    [
        ("ÇELA HOXHA", "JÜRGEN"),
        ("Hoxha-Çela", "Juergen"),  # another order, transliterated
        ("Jurgen", "Cela Hoxha"),  # the names in one another's place
        ("Çela", "Hoxha Jürgen"),
        ("Ç’ela Hoxha", "Jürgen"),
    ],
)
def test_a_name_is_the_same_in_any_order_and_transliteration(desk: Desk, surname: str, given: str) -> None:
    same = SameAs.NAME_AND_BIRTH_DATE
    known = named(invented_voter.request(), "Çela-Hoxha", "Jürgen")
    master = desk.server.master
    assert identities.hashes(master, named(known, surname, given))[same] == identities.hashes(master, known)[same]
    for other in (named(known, "Çela", "Jürgen"), named(known, "Çela Hoxha", "Jorgen")):
        assert identities.hashes(master, other)[same] != identities.hashes(master, known)[same]


def test_the_notes_of_identity_cannot_be_read_back(desk: Desk) -> None:
    desk.receive()
    with desk.server.store.read() as connection:
        rows = connection.execute(select(identities.case_identities)).all()
    assert {row.same_as for row in rows} == {"personal_number", "name_and_birth_date"}
    stored = b"".join(row.hash for row in rows) + repr(rows).encode()
    for value in (invented_voter.PERSON.personal_number, "Specimen", "SPECIMEN", "1990-01-01"):
        assert value.encode() not in stored


# ---------------------------------------------------------------- the keeper


def test_a_lease_that_ran_out_is_given_back_by_the_clock(desk: Desk, clock: SettableClock) -> None:
    desk.receive()
    desk.claim(desk.official("arta", Role.REVIEWER))
    clock.advance(minutes=14)
    keeper.keep(desk.server)
    besa = desk.official("besa", Role.REVIEWER)
    assert desk.call(besa, "GET", "/v1/review/queue").json()["counts"]["in_review"] == 1
    clock.advance(minutes=1)
    keeper.keep(desk.server)
    queue = desk.call(besa, "GET", "/v1/review/queue").json()
    assert (queue["counts"]["in_review"], queue["counts"]["submitted"]) == (0, 1)
    assert desk.events("case.release") == ["system:system"]


def test_checkpoints_are_signed_by_the_clock_and_handed_to_kiosks(
    desk: Desk, kiosk: EnrolledKiosk, clock: SettableClock
) -> None:
    keeper.keep(desk.server)
    first = desk.call(kiosk.headers, "GET", "/v1/checkpoint").json()
    verifier = Verifier.parse(first["verifier"])
    old = verify(first["checkpoint"], verifier)
    desk.receive()
    keeper.keep(desk.server)
    assert desk.call(kiosk.headers, "GET", "/v1/checkpoint").json() == first
    clock.advance(minutes=1)
    keeper.keep(desk.server)
    new = verify(desk.call(kiosk.headers, "GET", "/v1/checkpoint").json()["checkpoint"], verifier)
    assert new.size > old.size > 0
    with desk.server.store.read() as connection:
        report = audit.verify_log(connection, desk.server.election, verifier, [first["checkpoint"]])
        assert report.size == new.size


def test_the_keeper_ends_when_it_is_told(desk: Desk) -> None:
    stop = threading.Event()
    stop.set()
    keeper.run(desk.server, stop)


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_word_the_desk_needs_is_there(lang: str) -> None:
    from registration.model.case import REFUSAL_REASONS

    ids = [f"review.state.{state}" for state in CaseState]
    ids += [f"review.action.{action}" for action in (*Action, "submit", "replace")]
    ids += [f"review.reason.{reason}" for reason in REFUSAL_REASONS]
    ids += [f"review.role.{role}" for role in Role] + [f"review.same.{same}" for same in SameAs]
    flags = (
        accounts.DUPLICATE_PERSON,
        accounts.CONTACT_TAKEN,
        accounts.PERSON_DOUBTFUL,
        accounts.CONTACT_UNVERIFIED,
        case_intake.LATE,
        case_intake.UNDER_AGE,
        case_intake.ANOTHER_REQUEST,
    )
    ids += [f"review.flag.{flag}" for flag in flags]
    assert [text_id for text_id in ids if not texts.has(lang, text_id)] == []


def test_erasing_a_case_forgets_whom_it_is_about(desk: Desk) -> None:
    desk.receive()
    with desk.server.store.write() as unit:
        assert unit.connection.execute(select(identities.case_identities)).all()
        cases.erase(unit, desk.server, CASE, by="system")
        assert unit.connection.execute(select(identities.case_identities)).all() == []
