"""Bringing cases to the desk: one that was chosen, the next free one, and the one after it before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from registration.errors import Expected, VoterCanFix
from registration.model.ids import CaseId
from registration.ports.clock import Clock
from registration.review_desk import Lease, OfficialSession, QueueFilter, ReviewDesk
from ui.flows.review_calls import ReviewCalls
from ui.review.pictures import open_pictures
from ui.review.views import OpenedCase

GONE = frozenset({"case.claimed", "case.stale", "case.not_claimed", "case.not_found", "case.second_official"})
"""Somebody else was quicker, or the queue on the screen is out of date."""
RENEW_WHEN_LEFT = timedelta(minutes=10)
"""A lease is renewed when less than this is left; who is away is locked out before (15 minutes)."""
LEAST_LEFT = timedelta(seconds=30)
"""A case fetched ahead whose lease is this near its end is not shown any more."""

Take = Callable[[OfficialSession, CaseId], Lease]


def fetch_case(
    desk: ReviewDesk, session: OfficialSession, case_id: CaseId, take: Take, *, ahead: bool = False
) -> OpenedCase:
    """Take a case and bring it with its pictures decoded. Blocks; raises what the desk raises."""
    take(session, case_id)
    try:
        return open_pictures(desk.open(session, case_id, ahead=ahead))
    except Exception:
        # Held but not to be seen: somebody else may have more luck.
        with suppress(Expected):
            desk.release(session, case_id)
        raise


def fetch_next(
    desk: ReviewDesk, session: OfficialSession, language: str, passed: frozenset[CaseId], *, ahead: bool = False
) -> OpenedCase | None:
    """Take the first case of the queue that nobody works on and that is not in `passed`; None when there is none."""
    number, pages = 1, 1
    while number <= pages:
        listed = desk.queue(session, QueueFilter(language=language, page=number))
        for row in listed.cases:
            if row.case_id in passed or row.claimed_by not in ("", session.name):
                continue
            try:
                return fetch_case(desk, session, row.case_id, desk.claim, ahead=ahead)
            except VoterCanFix as error:
                if error.code not in GONE:
                    raise
        number, pages = number + 1, listed.pages
    return None


class CaseAhead:
    """The next case, taken and fetched while the official still looks at the one before.

    It is held by a lease like any other, so nobody else is given it meanwhile; the audit log says that it was opened
    only when it is shown. It goes back to the queue when the official does.
    """

    def __init__(self, desk: ReviewDesk, clock: Clock, calls: ReviewCalls) -> None:
        self._desk = desk
        self._clock = clock
        self._calls = calls
        self._case: OpenedCase | None = None
        self._lease: Lease | None = None
        self._under_way = False
        self._turn = 0
        self._then: Callable[[OpenedCase | None], None] | None = None

    @property
    def case_id(self) -> CaseId | None:
        return None if self._case is None else self._case.case_id

    def fetch(self, session: OfficialSession, language: str, passed: frozenset[CaseId]) -> None:
        """Fetch the next one, unless one is here or on its way."""
        if self._case is not None or self._under_way:
            return
        turn, self._under_way = self._turn, True

        def fetched(opened: OpenedCase | None) -> None:
            if turn != self._turn:
                if opened is not None:
                    self._give_back(session, opened)
                return
            self._under_way = False
            then, self._then = self._then, None
            if then is not None:
                then(opened)
            elif opened is not None:
                self._case, self._lease = opened, opened.case.lease

        def failed(_error: Exception) -> None:
            # Whoever wants it will fetch it again, and hear why it cannot be had.
            if turn == self._turn:
                self._under_way = False
                then, self._then = self._then, None
                if then is not None:
                    then(None)

        self._calls.beside(lambda: fetch_next(self._desk, session, language, passed, ahead=True), fetched, failed)

    def take(self, then: Callable[[OpenedCase | None], None]) -> None:
        """Hand the case over: at once when it is here, when it arrives if it is on its way; None when there is none."""
        if self._under_way:
            self._then = then
            return
        case, lease = self._case, self._lease
        self._case, self._lease = None, None
        fresh = lease is not None and lease.until - self._clock.now() > LEAST_LEFT
        then(case if fresh else None)

    def let_go(self, session: OfficialSession | None) -> None:
        """Forget the case, and give it back to the queue while there is a session (its end gives it back too)."""
        case = self._case
        self._case, self._lease, self._then = None, None, None
        self._under_way = False
        self._turn += 1
        if case is not None and session is not None:
            self._give_back(session, case)

    def renew(self, session: OfficialSession) -> None:
        """Renew the lease when it runs low."""
        case, lease = self._case, self._lease
        if case is None or lease is None or lease.until - self._clock.now() > RENEW_WHEN_LEFT:
            return

        def renewed(lease: Lease) -> None:
            if self._case is case:
                self._lease = lease

        def lost(_error: Exception) -> None:
            if self._case is case:
                self._case, self._lease = None, None

        self._calls.beside(lambda: self._desk.claim(session, case.case_id), renewed, lost)

    def _give_back(self, session: OfficialSession, case: OpenedCase) -> None:
        self._calls.quietly(lambda: self._desk.release(session, case.case_id))
