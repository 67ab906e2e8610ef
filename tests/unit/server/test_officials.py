"""Officials: enrolment, tries counted before they are judged, single-use codes, sessions with limits, the audit."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from registration.errors import VoterCanFix
from registration.review_desk import Role
from server import __main__ as program
from server import audit
from server.context import Server
from server.desk import officials
from server.desk.officials import NewOfficial, OpenedSession
from server.problems import Problem
from tests.unit.server.conftest import SettableClock


def enrol(server: Server, name: str = "arta", role: Role = Role.REVIEWER, *, replace: bool = False) -> NewOfficial:
    with server.store.write() as unit:
        return officials.enrol(unit, server.master, name, role, by="official:drita", replace=replace)


def code_of(server: Server, official: NewOfficial) -> str:
    return pyotp.TOTP(official.totp_secret).at(server.clock.now())


def sign_in(server: Server, official: NewOfficial, **changed: str) -> OpenedSession:
    parts = {
        "name": official.name,
        "password": official.password,
        "totp": code_of(server, official),
        "address": "192.0.2.1",
    } | changed
    return officials.sign_in(server, **parts)


def problem(server: Server, official: NewOfficial, **changed: str) -> Problem:
    with pytest.raises(Problem) as caught:
        sign_in(server, official, **changed)
    return caught.value


def logged(server: Server, kind: str) -> list[tuple[str, str]]:
    with server.store.read() as connection:
        wanted = select(audit.events.c.actor, audit.events.c.subject).where(audit.events.c.kind == kind)
        return [(row.actor, row.subject) for row in connection.execute(wanted.order_by(audit.events.c.place))]


def test_a_new_official_gets_strong_random_credentials(server: Server) -> None:
    first, second = enrol(server), enrol(server, "besa")
    assert first.password != second.password
    assert len(first.password.replace("-", "")) == 20
    assert len(first.totp_secret) == 32
    assert first.totp_uri.startswith("otpauth://totp/PER:arta?")
    assert first.password not in repr(first)
    assert first.totp_secret not in repr(first)


def test_nothing_of_the_credentials_is_stored_readable(server: Server) -> None:
    made = enrol(server)
    with server.store.read() as connection:
        row = connection.execute(select(officials.officials)).one()
    stored = repr(tuple(row)).encode() + row.password_sealed + row.totp_sealed
    assert made.name.encode() in stored
    for secret in (made.password, made.totp_secret, "$argon2id$"):
        assert secret.encode() not in stored


@pytest.mark.parametrize("name", ["", "a", "1arta", "arta hoxha", "x" * 41, "arta/../besa"])
def test_a_name_that_is_none_is_refused(server: Server, name: str) -> None:
    with pytest.raises(VoterCanFix) as caught:
        enrol(server, name)
    assert caught.value.code == "official.name_invalid"


def test_a_name_is_taken_once_whatever_its_case(server: Server) -> None:
    enrol(server, "Arta.Hoxha")
    with pytest.raises(VoterCanFix) as caught:
        enrol(server, " ARTA.hoxha ")
    assert caught.value.code == "official.name_taken"


def test_new_credentials_end_the_old_ones(server: Server) -> None:
    old = enrol(server)
    session = sign_in(server, old)
    new = enrol(server, role=Role.SUPERVISOR, replace=True)
    with pytest.raises(Problem):
        officials.session_of(server, session.token)
    assert problem(server, old).code == "official.wrong"
    assert sign_in(server, new).official.role is Role.SUPERVISOR


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_clock_half_a_minute_off_is_forgiven(server: Server, clock: SettableClock, seconds: int) -> None:
    made = enrol(server)
    typed = pyotp.TOTP(made.totp_secret).at(int(clock.now().timestamp()) + seconds)
    assert sign_in(server, made, totp=f" {typed[:3]} {typed[3:]} ").official.name == "arta"


@pytest.mark.parametrize("seconds", [-60, 60])
def test_an_older_or_later_code_is_not(server: Server, clock: SettableClock, seconds: int) -> None:
    made = enrol(server)
    typed = pyotp.TOTP(made.totp_secret).at(int(clock.now().timestamp()) + seconds)
    assert problem(server, made, totp=typed).code == "official.wrong"


def test_no_code_is_taken_after_a_later_one_was(server: Server, clock: SettableClock) -> None:
    made = enrol(server)
    earlier = code_of(server, made)
    clock.advance(seconds=30)
    sign_in(server, made)
    assert problem(server, made, totp=earlier).code == "official.wrong"
    clock.advance(seconds=30)
    sign_in(server, made)


def test_one_code_typed_at_ten_desks_opens_one_session(server: Server) -> None:
    made = enrol(server)
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            sign_in(server, made)
            outcomes.append("in")
        except Problem as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=attempt) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("in") <= 1
    assert len(outcomes) == 10


def test_thirty_guesses_at_once_are_three(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrol(server)
    judged: list[str] = []
    real = officials._password_right

    def watched(server: Server, encoded: str, password: str) -> bool:
        judged.append(password)
        return real(server, encoded, password)

    monkeypatch.setattr(officials, "_password_right", watched)

    def attempt(number: int) -> None:
        with pytest.raises(Problem):
            sign_in(server, made, password=f"guess-{number}")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(judged) == officials.WRONG_TRIES


def test_an_unknown_name_gets_the_same_answers(server: Server) -> None:
    made = enrol(server)
    for name in (made.name, "nobody"):
        answers = [problem(server, made, name=name, password="guess") for _ in range(4)]
        assert answers[-1].params["minutes"] == 180
        assert [(each.status, each.code) for each in answers] == [(401, "official.wrong")] * 3 + [
            (423, "official.locked")
        ]


def test_a_right_sign_in_forgets_the_wrong_ones(server: Server, clock: SettableClock) -> None:
    made = enrol(server)
    for _ in range(3):
        for _ in range(2):
            problem(server, made, password="guess")
        clock.advance(seconds=30)
        sign_in(server, made)


def test_a_supervisor_unlocks(server: Server) -> None:
    made = enrol(server)
    for number in range(8):
        problem(server, made, password="guess", address=f"192.0.2.{number // 4}")
    with server.store.write() as unit:
        officials.unlock(unit, server.master, "arta", by="official:drita")
    assert sign_in(server, made).official.name == "arta"
    assert logged(server, "official.unlock") == [("official:drita", "arta")]


def test_a_stranger_elsewhere_locks_nobody_out_but_is_bounded_over_all(server: Server, clock: SettableClock) -> None:
    made = enrol(server)
    for _ in range(4):
        code = problem(server, made, password="guess", address="203.0.113.5").code
    assert code == "official.locked"
    assert sign_in(server, made).official.name == "arta"
    assert problem(server, made, address="203.0.113.5").code == "official.locked", "their lock stays"
    clock.advance(seconds=30)
    codes = [
        problem(server, made, password="guess", address=f"198.51.100.{number}").code
        for number in range(officials.WRONG_IN_ALL + 1)
    ]
    assert codes == ["official.wrong"] * officials.WRONG_IN_ALL + ["official.locked"]
    assert problem(server, made).code == "official.locked"
    clock.advance(seconds=officials.ALL_LOCK.total_seconds())
    assert sign_in(server, made).official.name == "arta"


def test_the_lock_counts_through_a_restart(server: Server) -> None:
    made = enrol(server)
    for _ in range(2):
        problem(server, made, password="guess")
    server.store.engine.dispose()
    problem(server, made, password="guess")
    assert problem(server, made).code == "official.locked"


def test_a_disabled_official_is_out_at_once(server: Server) -> None:
    made = enrol(server)
    session = sign_in(server, made)
    with server.store.write() as unit:
        officials.disable(unit, "arta", by="official:drita")
    with pytest.raises(Problem):
        officials.session_of(server, session.token)
    assert problem(server, made).code == "official.wrong"


def test_the_third_session_ends_the_first(server: Server, clock: SettableClock) -> None:
    made = enrol(server)
    sessions = []
    for _ in range(3):
        sessions.append(sign_in(server, made))
        clock.advance(seconds=30)
    with pytest.raises(Problem):
        officials.session_of(server, sessions[0].token)
    for session in sessions[1:]:
        assert officials.session_of(server, session.token).name == "arta"


def test_a_session_ends_after_twelve_hours_of_work(server: Server, clock: SettableClock) -> None:
    session = sign_in(server, enrol(server))
    for _ in range(35):
        clock.advance(minutes=20)
        officials.session_of(server, session.token)
    clock.advance(minutes=20)
    with pytest.raises(Problem) as caught:
        officials.session_of(server, session.token)
    assert caught.value.code == "official.session_over"


def test_a_role_taken_away_counts_at_the_next_call(server: Server) -> None:
    session = sign_in(server, enrol(server, role=Role.SUPERVISOR))
    with server.store.write() as unit:
        unit.connection.execute(update(officials.officials).values(role=Role.OBSERVER.value))
    assert officials.session_of(server, session.token).role is Role.OBSERVER


def test_changing_the_password(server: Server, clock: SettableClock) -> None:
    made = enrol(server)
    session = sign_in(server, made)
    for weak in ("short", "x" * 11, "my-name-is-ARTA-yes", "x" * 201):
        with pytest.raises(VoterCanFix) as caught:
            officials.change_password(server, "arta", made.password, weak)
        assert caught.value.code == "official.password_weak"
    with pytest.raises(Problem):
        officials.change_password(server, "arta", "guess", "një fjalëkalim i ri")
    officials.change_password(server, "arta", made.password, "një fjalëkalim i ri")
    with pytest.raises(Problem):
        officials.session_of(server, session.token)
    clock.advance(seconds=30)
    assert problem(server, made).code == "official.wrong"
    clock.advance(seconds=30)
    assert sign_in(server, made, password="një fjalëkalim i ri").official.name == "arta"


def test_everything_is_audited_and_nothing_that_was_typed(server: Server) -> None:
    made = enrol(server)
    problem(server, made, password="guess")
    problem(server, made, name="sekreti-im-7")
    session = sign_in(server, made)
    with server.store.write() as unit:
        officials.sign_out(unit, server.master, session.token)
    assert logged(server, "official.enrol") == [("official:drita", "arta")]
    assert logged(server, "official.sign_in_refused") == [("system", "arta"), ("system", "")]
    assert logged(server, "official.sign_in") == [("official:arta", "arta")]
    assert logged(server, "official.sign_out") == [("official:arta", "arta")]
    with server.store.read() as connection:
        everything = repr(connection.execute(select(audit.events)).all())
    for typed in ("guess", "sekreti-im-7", made.password):
        assert typed not in everything


def test_the_demonstrations_official_is_new_at_each_start(server: Server) -> None:
    first, second = officials.demo_official(server), officials.demo_official(server)
    assert set(first) == {"name", "password", "totp_secret", "role"}
    assert first["role"] == "supervisor"
    assert first["password"] != second["password"]
    code = pyotp.TOTP(second["totp_secret"]).at(server.clock.now())
    assert officials.sign_in(server, "demo", second["password"], code).official.role is Role.SUPERVISOR


# ---------------------------------------------------------------- over HTTP, and the commands


def headers_of(server: Server, name: str, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign_in(server, enrol(server, name, role)).token}"}


def test_a_supervisor_enrols_lists_unlocks_and_disables(client: TestClient, server: Server) -> None:
    chief = headers_of(server, "drita", Role.SUPERVISOR)
    made = client.post("/v1/officials", json={"name": "besa", "role": "observer"}, headers=chief)
    assert made.status_code == 201
    body = made.json()
    signed = client.post(
        "/v1/officials/session",
        json={
            "name": "besa",
            "password": body["password"],
            "totp": pyotp.TOTP(body["totp_secret"]).at(server.clock.now()),
        },
    )
    assert (signed.status_code, signed.json()["role"]) == (200, "observer")
    listed = client.get("/v1/officials", headers=chief).json()["officials"]
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [
        ("besa", "observer", False),
        ("drita", "supervisor", False),
    ]
    assert client.post("/v1/officials/besa/unlock", headers=chief).status_code == 204
    assert client.post("/v1/officials/besa/disable", headers=chief).status_code == 204
    assert client.post("/v1/officials/nobody/disable", headers=chief).json()["code"] == "official.unknown"
    besa = {"Authorization": f"Bearer {signed.json()['token']}"}
    assert client.get("/v1/statistics", headers=besa).json()["code"] == "official.session_over"
    assert client.post("/v1/officials", json={"name": "x.y", "role": "king"}, headers=chief).status_code == 422


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, key: str = "00" * 32) -> int:
    class Stdin:
        def readline(self) -> str:
            return key + "\n"

    monkeypatch.setattr("sys.stdin", Stdin())
    return program.main(list(arguments))


def test_the_commands_add_an_official_and_verify_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--data", str(tmp_path / "s"))
    assert run(monkeypatch, "add-official", *place, "drita", "--role", "supervisor") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["role"]) == ("drita", "supervisor")
    assert run(monkeypatch, "add-official", *place, "drita") == 1
    assert "taken" in capsys.readouterr().err
    assert run(monkeypatch, "verify-log", *place) == 0
    assert capsys.readouterr().out.startswith("log whole: 1 events, 0 erased")
    bad = tmp_path / "bad.txt"
    bad.write_text("per-server/per\n1\nAAAA\n\n")
    assert run(monkeypatch, "verify-log", *place, str(bad)) == 1
    assert "not signed by this server" in capsys.readouterr().err
    assert run(monkeypatch, "verify-log", *place, str(tmp_path / "none.txt")) == 1
    assert run(monkeypatch, "verify-log", *place, "--verifier", "x") == 1
    with pytest.raises(sqlite3.DatabaseError):  # what lies on disk is no readable database
        sqlite3.connect(tmp_path / "s" / "server.db").execute("SELECT name FROM sqlite_master")
