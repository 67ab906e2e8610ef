"""How a voter stands: what this kiosk keeps of them, and what the server says of their requests.

What is looked up here blocks, and is called off the UI thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registration.errors import Expected, VoterCanFix, WillRetry
from registration.journey.views import HomeView, StatusItem
from registration.model.case import CaseState
from registration.model.contact import Contact
from registration.model.ids import ServiceId
from registration.ports.server import RequestStatus
from registration.ports.vault import FinishedSubmission
from registration.usecases.sign_in import SignedIn, sign_in
from ui.flows.voter_services import ACCOUNT, REQUEST, Voter, VoterServices

_MAY_COMPLETE = frozenset({CaseState.RETURNED, CaseState.REFUSED, CaseState.APPROVED, CaseState.WITHDRAWN})
_ANSWERED = frozenset({CaseState.RETURNED, CaseState.APPROVED, CaseState.REFUSED, CaseState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look at the vault and the server found. `looked`: when the server was asked; None: it was not."""

    drafts: frozenset[ServiceId] = frozenset()
    finished: tuple[FinishedSubmission, ...] = ()
    statuses: tuple[RequestStatus, ...] = ()
    online: bool = False
    looked: datetime | None = None

    @property
    def draft(self) -> ServiceId | None:
        """The journey that was begun and not finished."""
        return next((name for name in (ACCOUNT, REQUEST) if name in self.drafts), None)

    def status(self, reference: str) -> RequestStatus:
        """Return what the server says of a request that the home page shows."""
        return next(status for status in self.statuses if status.reference == reference)

    def home_view(self, voter: Voter, *, registration_open: bool) -> HomeView:
        items = self._items()
        return HomeView(
            masked_contact=voter.contact.masked,
            items=items,
            looked=self.looked,
            online=self.online,
            draft=self.draft,
            can_create=self.draft is None and voter.profile is not None and not items,
            registration_open=registration_open,
            contact_verified=voter.verified,
        )

    def _items(self) -> tuple[StatusItem, ...]:
        """The server's word first; what only this kiosk knows is shown as stored or sent."""
        items = [_item(status) for status in self.statuses]
        known = {(status.request_id, status.revision) for status in self.statuses}
        for done in self.finished:
            newer = not any(r == done.subject_id and revision >= done.revision for r, revision in known)
            if done.kind == "request" and newer:
                state = "sent" if done.state == "received" else "stored"
                items.insert(0, StatusItem(done.reference, state, done.revision, done.created))
        return tuple(items)


def look_up(services: VoterServices, voter: Voter) -> Standing:
    """Look what is kept here and ask the server, having sent it what waits; a voter not signed in yet is if possible.

    Without a connection, or while the server does not know the account, it holds what this kiosk knows.
    """
    kept = frozenset(name for name in (ACCOUNT, REQUEST) if services.drafts.load(voter.key, name) is not None)
    online, looked = _send_waiting(services, voter), None
    finished = services.outbox.finished(voter.key)
    statuses: tuple[RequestStatus, ...] = ()
    try:
        if voter.session is None and services.account_known(voter.key):
            _sign_in_late(services, voter)
        if voter.session is not None:
            statuses = services.link.requests(voter.session)
            looked = services.clock.now()
    except WillRetry:
        online = False
    except VoterCanFix:
        # The session ran out, or the server has not opened the account's packet yet.
        voter.session = None
    return Standing(kept, finished, statuses, online, looked)


def sign_in_here(services: VoterServices, contact: Contact, password: str) -> SignedIn:
    """Open the voter's drafts, and sign in at the server where it can be reached."""
    return sign_in(contact, password, drafts=services.drafts, link=services.link, server_knows=services.account_known)


def _send_waiting(services: VoterServices, voter: Voter) -> bool:
    """Try to bring to the server what this voter has waiting here; False: there is no connection."""
    if all(done.state == "received" for done in services.outbox.finished(voter.key)):
        return True
    try:
        services.sync_now()
    except Expected:
        return False
    return True


def _sign_in_late(services: VoterServices, voter: Voter) -> None:
    found = sign_in_here(services, voter.contact, voter.password)
    voter.key, voter.session = found.key, found.session
    voter.profile = found.profile or voter.profile
    if not found.online:
        raise WillRetry("server.unreachable")


def _item(status: RequestStatus) -> StatusItem:
    return StatusItem(
        reference=status.reference,
        state=status.state,
        revision=status.revision,
        changed=status.received,
        due="" if status.state in _ANSWERED else status.due.isoformat(),
        reasons=status.reasons,
        comment=status.comment,
        can_complete=status.state in _MAY_COMPLETE,
        can_withdraw=status.withdrawable,
    )
