"""The counts of the queue: always what counting the cases gives, whatever happens to them and however many do it."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registration.model.case import Action, Actor, CaseState
from server.casework import case_counts, cases
from server.context import Server
from server.desk import waiting
from server.store import Store, open_engine
from server.store.schema import case_counts as counts_table
from server.upkeep import housekeeping
from tests.databases import MASTER
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock
from tests.unit.server.test_review_routes import Desk

REQUEST = "01990000-0000-7000-8000-{:012x}"


def test_counts_follow_every_move_and_a_newer_version(
    server: Server, kiosk: EnrolledKiosk, clock: SettableClock
) -> None:
    desk = Desk(server, kiosk.client)
    case_id = desk.receive()
    desk.receive(invented_voter.request(REQUEST.format(7)))
    clock.advance(days=2)
    for action, by in (
        (Action.CLAIM, Actor.OFFICIAL),
        (Action.RETURN, Actor.OFFICIAL),
    ):
        with server.store.write() as unit:
            cases.apply_transition(
                unit, server.master, case_id, action, by, actor_id="zana", expected_version=None, comment="Why"
            )
            assert case_counts.recount(unit) == {}
    desk.receive(invented_voter.request(revision=2))
    with server.store.write() as unit:
        assert case_counts.recount(unit) == {}
        counts = case_counts.by_state(unit.connection, unit.election)
    assert (counts["completed"], counts["submitted"], sum(counts.values())) == (1, 1, 2)


def test_many_movers_at_once_keep_them_right(server: Server, kiosk: EnrolledKiosk) -> None:
    desk = Desk(server, kiosk.client)
    ids = [desk.receive(invented_voter.request(REQUEST.format(n))) for n in range(8)]

    def move(mine: list[str]) -> None:
        engine = open_engine(server.settings.database_url, MASTER.database())  # as another process has its own
        store = Store(engine, server.election, server.clock)
        for case_id in mine * 2:
            for action in (Action.CLAIM, Action.RELEASE):
                with store.write() as unit:
                    cases.apply_transition(
                        unit, server.master, case_id, action, Actor.OFFICIAL, actor_id="zana", expected_version=None
                    )
        store.close()

    threads = [threading.Thread(target=move, args=(ids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with server.store.write() as unit:
        assert case_counts.recount(unit) == {}
        assert case_counts.by_state(unit.connection, unit.election)["submitted"] == 8


@pytest.mark.expects_log(logging.ERROR)
def test_tidying_puts_wrong_counts_right(server: Server, kiosk: EnrolledKiosk) -> None:
    Desk(server, kiosk.client).receive()
    with server.store.write() as unit:
        unit.connection.execute(update(counts_table).values(number=5))
    housekeeping.tidy(server)
    with server.store.read() as connection:
        assert case_counts.by_state(connection, server.election)["submitted"] == 1


def test_the_queue_is_narrowed_by_the_time_limit_and_never_longer_than_its_pages(
    server: Server, kiosk: EnrolledKiosk, clock: SettableClock
) -> None:
    desk = Desk(server, kiosk.client)
    for number in range(3):
        desk.receive(invented_voter.request(REQUEST.format(number)))
        clock.advance(days=1)
    first_due = clock.now().date() - timedelta(days=3) + timedelta(days=5)
    with server.store.read() as connection:
        asked = {"state": None, "language": "", "page": 1, "today": clock.now().date()}
        for days, number in ((0, 1), (1, 2), (9, 3)):
            page = waiting.queue(
                connection,
                server.election,
                due_by=first_due + timedelta(days=days),
                **asked,  # type: ignore[arg-type]
            )
            assert len(page.cases) == number
        page = waiting.queue(
            connection, server.election, state=CaseState.SUBMITTED, language="", page=10**6, today=clock.now().date()
        )
        assert (page.page, page.pages, len(page.cases)) == (1, 1, 3)
        assert connection.execute(select(counts_table.c.number)).scalars().all() == [1, 1, 1]
