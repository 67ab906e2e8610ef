"""The case on the screen: its lease, what is being written about it, and the duplicate beside it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from registration.errors import VoterCanFix
from registration.model.ids import CaseId
from registration.ports.clock import Clock
from registration.review_desk import Lease, OfficialSession, ReviewDesk
from ui.flows.review_calls import ReviewCalls
from ui.flows.review_fetching import RENEW_WHEN_LEFT
from ui.flows.review_sending import ReviewSending
from ui.review.pictures import open_other
from ui.review.views import NO_DRAFT, CaseView, CompareView, Draft, OpenedCase, OtherOpened


class CaseInFront(QObject):
    """`aside`: something else than a case or the queue is in front: a reopening being written, a comparison.

    Signals:
    shown(view): CaseView or CompareView.
    lost(Exception): somebody else holds the case now, or it cannot be held.
    """

    shown = Signal(object)
    lost = Signal(object)

    def __init__(
        self, desk: ReviewDesk, clock: Clock, calls: ReviewCalls, sending: ReviewSending, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._clock = clock
        self._calls = calls
        self._sending = sending
        self.opened: OpenedCase | None = None
        self.aside = False
        self._lease: Lease | None = None
        self._drafts: dict[CaseId, Draft] = {}

    @property
    def case_id(self) -> CaseId | None:
        return None if self.opened is None else self.opened.case_id

    @property
    def undecided(self) -> CaseId | None:
        """The case in front, as long as it waits for a decision."""
        case_id = self.case_id
        return None if case_id is None or self._sending.decided(case_id) is not None else case_id

    # ------------------------------------------------------------ on the screen and off it

    def put(self, opened: OpenedCase) -> None:
        """Show a case that is held."""
        self.opened, self._lease = opened, opened.case.lease
        self.bring_back()

    def bring_back(self) -> None:
        """Show the case in front as it stands, whatever stood before it."""
        self.aside = False
        self.write()

    def write(self) -> None:
        """Show the case in front as it stands."""
        opened = self.opened
        assert opened is not None
        draft = self._drafts.get(opened.case_id, NO_DRAFT)
        until = None if self._lease is None else self._lease.until
        self.shown.emit(CaseView(opened, draft, self._sending.decided(opened.case_id), until))

    def leave(self, session: OfficialSession | None) -> None:
        """Take the case off the screen; an undecided one goes back to the queue."""
        case_id = self.undecided
        self.forget()
        if case_id is not None and session is not None:
            self._calls.quietly(lambda: self._desk.release(session, case_id))

    def forget(self) -> None:
        """Take the case off the screen and nothing else."""
        self.opened, self._lease, self.aside = None, None, False

    # ------------------------------------------------------------ the lease

    def tell_shown(self, session: OfficialSession, opened: OpenedCase) -> None:
        """Tell the server that a case fetched ahead is looked at now."""
        self._calls.beside(
            lambda: self._desk.shown(session, opened.case_id),
            lambda lease: self._note(opened, lease),
            lambda error: self._lose(opened, error),
        )

    def renew(self, session: OfficialSession) -> None:
        """Renew the lease when it runs low."""
        opened, lease = self.opened, self._lease
        if opened is None or lease is None or lease.until - self._clock.now() > RENEW_WHEN_LEFT:
            return
        if self.undecided is None:
            return

        def failed(error: Exception) -> None:
            # Without a connection the next try is a minute away.
            if isinstance(error, VoterCanFix):
                self._lose(opened, error)

        self._calls.beside(
            lambda: self._desk.claim(session, opened.case_id), lambda lease: self._note(opened, lease), failed
        )

    def _note(self, opened: OpenedCase, lease: Lease) -> None:
        if self.opened is opened:
            self._lease = lease
            if not self.aside:
                self.write()

    def _lose(self, opened: OpenedCase, error: Exception) -> None:
        if self.opened is opened:
            self.lost.emit(error)

    # ------------------------------------------------------------ what is being written

    def keep_draft(self, draft: Draft) -> None:
        """Remember what is being written about the case in front."""
        if self.opened is not None:
            self._drafts[self.opened.case_id] = draft

    def drop_draft(self, case_id: CaseId) -> None:
        self._drafts.pop(case_id, None)

    def drop_drafts(self) -> None:
        self._drafts.clear()

    # ------------------------------------------------------------ duplicates

    def compare(self, session: OfficialSession, number: int) -> None:
        """Put the case's duplicate of this number (from 0) beside it."""
        opened = self.opened
        if opened is None or not 0 <= number < len(opened.case.duplicates):
            return
        found = opened.case.duplicates
        other_id = found[number].case_id

        def fetched(other: OtherOpened) -> None:
            if self.opened is opened:
                self.aside = True
                self.shown.emit(CompareView(opened, other, number, len(found)))

        self._calls.work(lambda: open_other(self._desk.compare(session, opened.case_id, other_id)), fetched)
