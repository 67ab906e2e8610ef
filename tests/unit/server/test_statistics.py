"""Counts only, kept up by every deed, and no count that could point at somebody."""

from __future__ import annotations

import csv
import io
import itertools
import threading
from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registration.model.case import Action, Actor
from registration.model.statistics import SMALL, STATES, Dimension, Measure, Table, age_band, suppressed
from registration.review_desk import Role
from server import counting
from server.casework import cases
from server.context import Server
from server.desk import officials, statistics
from server.desk.officials import Official
from server.store.schema import accounts, case_versions
from server.store.schema import cases as case_rows
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock
from tests.unit.server.test_voters import open_account

Work = Callable[[], None]
Counts = dict[Dimension, dict[str, dict[Measure, int]]]

# ---------------------------------------------------------------- what may be shown

TABLES = st.dictionaries(
    st.sampled_from(["IT", "GR", "DE", "US", "VA", ""]),
    st.dictionaries(st.sampled_from(list(Measure)), st.integers(0, 12), max_size=7),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_no_small_count_is_shown_and_none_can_be_worked_out_from_a_sum(table: Table) -> None:
    shown = suppressed(table)
    lines = [[(row, measure) for row in table] for measure in Measure]
    lines += [[(row, measure) for measure in STATES] for row in table]
    for row, counts in shown.items():
        for measure, number in counts.items():
            true = table[row].get(measure, 0)
            assert number in (None, true)
            assert number is None or not 0 < number < SMALL
    for line in lines:
        hidden = [table[row].get(measure, 0) for row, measure in line if shown[row][measure] is None]
        alone = len(hidden) == len(line)
        assert not hidden or alone or (len(hidden) >= 2 and sum(hidden) >= SMALL)


@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_what_an_attacker_knows_leaves_each_small_count_open(table: Table) -> None:
    """Whoever knows a column's sum and the rule still has at least two answers for each hidden count from 1 to 4."""
    shown = suppressed(table)
    for measure in Measure:
        column = {row: table[row].get(measure, 0) for row in table}
        hidden = [row for row in table if shown[row][measure] is None]
        small = [row for row in hidden if 0 < column[row] < SMALL]
        if not small or len(hidden) == len(table) or len(hidden) > 4:
            continue
        total = sum(column[row] for row in hidden)
        for row in small:
            others = [range(total + 1) for other in hidden if other != row]
            possible = {total - sum(rest) for rest in itertools.product(*others) if 0 <= total - sum(rest) < total + 1}
            assert len(possible) > 1, (measure, row)


def test_zero_and_five_are_shown() -> None:
    table = {"a": {Measure.APPROVED: 0}, "b": {Measure.APPROVED: 5}}
    assert suppressed(table)["b"][Measure.APPROVED] == 5
    assert suppressed(table)["a"][Measure.APPROVED] == 0


def test_a_lone_small_count_takes_the_next_smallest_of_its_column_and_row_with_it() -> None:
    table = {
        "VA": {Measure.APPROVED: 2, Measure.REFUSED: 30},
        "DE": {Measure.APPROVED: 60, Measure.REFUSED: 20},
        "IT": {Measure.APPROVED: 900, Measure.REFUSED: 80},
    }
    shown = suppressed(table)
    assert shown["VA"][Measure.APPROVED] is None
    assert shown["VA"][Measure.REFUSED] is None
    assert shown["DE"][Measure.APPROVED] is None
    assert shown["DE"][Measure.REFUSED] is None
    assert shown["IT"] == dict.fromkeys(Measure, 0) | {Measure.APPROVED: 900, Measure.REFUSED: 80}


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2011, 5, 14), "under-18"),
        (date(2011, 5, 13), "18-24"),
        (date(2004, 5, 14), "18-24"),
        (date(2004, 5, 13), "25-34"),
        (date(1964, 5, 13), "65+"),
    ],
)
def test_an_age_band_is_of_the_election_day(born: date, band: str) -> None:
    assert age_band(born, date(2029, 5, 13)) == band


# ---------------------------------------------------------------- kept up by every deed


def counts(server: Server) -> Counts:
    with server.store.read() as connection:
        return counting.read(connection, server.election)


def total(server: Server) -> dict[Measure, int]:
    return counts(server)[Dimension.TOTAL].get("", {})


def counted_anew(server: Server) -> dict[Measure, int]:
    """Count the cases themselves, as nothing of the product does."""
    found: dict[Measure, int] = {}
    from registration.model.case import CaseState
    from registration.model.statistics import STATE_OF

    with server.store.read() as connection:
        rows = connection.execute(select(case_rows)).all()
        versions = len(connection.execute(select(case_versions)).all())
    for row in rows:
        measure = STATE_OF[CaseState(row.state)]
        found[measure] = found.get(measure, 0) + 1
    found[Measure.REQUESTS] = versions
    found[Measure.VOTERS] = len({row.account_id for row in rows})
    return {measure: number for measure, number in found.items() if number}


@pytest.fixture
def case(kiosk: EnrolledKiosk, work: Work) -> str:
    open_account(kiosk, work)
    send(kiosk, work)
    return invented_voter.REQUEST_ID


def send(kiosk: EnrolledKiosk, work: Work, **values: object) -> None:
    assert kiosk.upload(kiosk.seal(invented_voter.request(**values)))["state"] == "stored"  # type: ignore[arg-type]
    work()


def move(server: Server, case_id: str, action: Action, by: Actor = Actor.OFFICIAL, **more: object) -> None:
    with server.store.write() as unit:
        cases.apply_transition(
            unit,
            server.master,
            case_id,
            action,
            by,
            actor_id="arta",
            expected_version=None,
            **more,  # type: ignore[arg-type]
        )


def test_a_case_counts_in_every_dimension(server: Server, case: str, kiosk: EnrolledKiosk) -> None:
    one = {Measure.REQUESTS: 1, Measure.VOTERS: 1, Measure.PENDING: 1}
    assert counts(server) == {
        Dimension.TOTAL: {"": one},
        Dimension.DAY: {"2029-02-01": one},
        Dimension.COUNTRY: {"IT": one},
        Dimension.COUNTY: {"": one},
        Dimension.SEX: {"M": one},
        Dimension.AGE: {"35-44": one},
        Dimension.KIOSK: {kiosk.kiosk_id: one},
        Dimension.LANGUAGE: {"sq": one},
        Dimension.REASON: {},
    }


def test_a_life_of_a_case_is_counted_as_it_stands_at_each_step(
    server: Server, case: str, kiosk: EnrolledKiosk, work: Work, clock: SettableClock
) -> None:
    steps: list[Callable[[], None]] = [
        lambda: move(server, case, Action.CLAIM),
        lambda: move(server, case, Action.REFUSE, reasons=["address_differs", "unreadable"]),
        lambda: move(server, case, Action.REOPEN, Actor.SUPERVISOR, comment="anew"),
        lambda: move(server, case, Action.RETURN, comment="please"),
        lambda: clock.advance(days=1),
        lambda: send(kiosk, work, revision=2, city="Roma"),
        lambda: move(server, case, Action.CLAIM),
        lambda: move(server, case, Action.APPROVE),
        lambda: move(server, case, Action.WITHDRAW, Actor.APPLICANT),
    ]
    reasons = []
    for step in steps:
        step()
        assert total(server) == counted_anew(server)
        for dimension, table in counts(server).items():
            if dimension is not Dimension.REASON:
                for measure in Measure:
                    summed = sum(row.get(measure, 0) for row in table.values())
                    assert summed == total(server).get(measure, 0), (dimension, measure)
        reasons.append({name: row[Measure.REFUSED] for name, row in counts(server)[Dimension.REASON].items()})
    assert reasons[1] == {"address_differs": 1, "unreadable": 1}
    assert all(not found for found in (reasons[0], *reasons[2:]))
    days = counts(server)[Dimension.DAY]
    assert days["2029-02-01"] == {Measure.REQUESTS: 1}
    assert days["2029-02-02"] == {Measure.REQUESTS: 1, Measure.VOTERS: 1, Measure.WITHDRAWN: 1}


def test_doing_a_packet_again_counts_nothing(server: Server, case: str, kiosk: EnrolledKiosk, work: Work) -> None:
    from server.intake import case_intake

    before = counts(server)
    with server.store.read() as connection:
        row = connection.execute(select(case_versions)).one()
    with server.store.write() as unit:
        case_intake.receive(
            unit,
            server,
            server.config(),
            invented_voter.request(),
            kiosk_id=row.kiosk_id,
            packet_id=row.packet_id,
            received=row.received,
        )
    assert counts(server) == before


def test_erasing_keeps_the_counts_of_what_was_decided(server: Server, case: str) -> None:
    move(server, case, Action.CLAIM)
    move(server, case, Action.APPROVE)
    before = counts(server)
    with server.store.write() as unit:
        cases.erase(unit, server, case, by="system")
    assert counts(server) == before


def test_erasing_what_waits_ends_its_waiting(server: Server, case: str) -> None:
    with server.store.write() as unit:
        cases.erase(unit, server, case, by="system")
        cases.erase(unit, server, case, by="system")
    assert total(server) == {Measure.REQUESTS: 1, Measure.VOTERS: 1}


def test_a_deed_that_is_undone_counts_nothing(server: Server, case: str) -> None:
    before = counts(server)

    def break_off() -> None:
        with server.store.write() as unit:
            cases.apply_transition(
                unit, server.master, case, Action.WITHDRAW, Actor.APPLICANT, actor_id="a", expected_version=None
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert counts(server) == before


def test_many_at_once_are_all_counted(server: Server, case: str) -> None:
    """Twenty threads claim and give back; nothing is lost between them."""

    def work_on() -> None:
        for _ in range(5):
            with server.store.write() as unit:
                counting._bump(unit, case, [(Dimension.COUNTRY, "IT", Measure.APPROVED, 1)])

    threads = [threading.Thread(target=work_on) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(server)[Dimension.COUNTRY]["IT"][Measure.APPROVED] == 100


def test_reading_them_looks_at_no_case(server: Server, case: str) -> None:
    from sqlalchemy import event

    seen: list[str] = []
    event.listen(server.store.engine, "before_cursor_execute", lambda _c, _k, statement, *_m: seen.append(statement))
    with server.store.read() as connection:
        statistics.count(connection, server.election)
    assert seen
    assert not [one for one in seen if "FROM cases" in one or accounts.name in one]


# ---------------------------------------------------------------- over HTTP


def token_of(server: Server, role: Role) -> dict[str, str]:
    with server.store.write() as unit:
        officials.enrol(unit, server.master, f"o.{role.value}", role, by="system")
        opened = officials._open_session(unit, server.master, f"o.{role.value}", role)
    assert opened.official == Official(f"o.{role.value}", role)
    return {"Authorization": f"Bearer {opened.token}"}


def test_an_observer_sees_counts_and_small_ones_hidden(server: Server, client: TestClient, case: str) -> None:
    answer = client.get("/v1/statistics", headers=token_of(server, Role.OBSERVER)).json()
    assert answer["tables"]["country"]["IT"]["requests"] is None
    assert answer["tables"]["total"][""]["voters"] is None
    with server.store.write() as unit:
        rows = [(dimension, value, Measure.APPROVED, 50) for dimension, value in ((Dimension.COUNTRY, "IT"),)]
        counting._bump(unit, case, rows)
    answer = client.get("/v1/statistics", headers=token_of(server, Role.SUPERVISOR)).json()
    assert answer["tables"]["kiosk"].keys() == {"Bari 1"}


@pytest.mark.parametrize("path", ["/v1/statistics", "/v1/statistics.csv"])
def test_nobody_else_sees_them(server: Server, client: TestClient, kiosk: EnrolledKiosk, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=kiosk.headers).status_code == 401
    for role in (Role.REVIEWER, Role.ADMINISTRATOR):
        assert client.get(path, headers=token_of(server, role)).status_code == 403


def test_the_table_to_keep_holds_the_same_counts_and_no_formula(
    server: Server, client: TestClient, case: str, kiosk: EnrolledKiosk
) -> None:
    with server.store.write() as unit:
        many = [(Dimension.KIOSK, "=1+1", Measure.APPROVED, 70)]
        many += [(Dimension.KIOSK, kiosk.kiosk_id, m, 50) for m in (Measure.REQUESTS, Measure.VOTERS, Measure.PENDING)]
        counting._bump(unit, case, many)
    answer = client.get("/v1/statistics.csv", headers=token_of(server, Role.OBSERVER))
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    by_kiosk = {
        line["value"]: line["count"] for line in lines if line["measure"] == "approved" and line["by"] == "kiosk"
    }
    assert by_kiosk == {"Bari 1": "0", "'=1+1": "70"}
    assert all(not line["count"] or int(line["count"]) == 0 or int(line["count"]) >= SMALL for line in lines)


def test_a_voter_with_two_requests_is_one_voter(server: Server, case: str, kiosk: EnrolledKiosk, work: Work) -> None:
    send(kiosk, work, request_id="01990000-0000-7000-8000-00000000000c")
    assert total(server) == counted_anew(server)
    assert total(server)[Measure.VOTERS] == 1
