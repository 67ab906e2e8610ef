"""The end of a journey: sealed and brought to the server, or done at the server at once."""

from __future__ import annotations

from dataclasses import replace

from registration.catalog.definitions import Finish
from registration.errors import Expected, WillRetry
from registration.journey.advance import advance
from registration.journey.answers import CodeAnswer, PasswordAnswer
from registration.journey.state import Delivered, State, Submitted
from registration.ports.server import ContactProof
from registration.ports.vault import OutboxEntry
from registration.usecases.open_account import confirmed_contact
from registration.usecases.reset_password import reset_password
from ui.flows.journey_access import AccessSteps
from ui.flows.journey_course import JourneyCourse
from ui.flows.sealing import seal
from ui.flows.voter_services import Voter, VoterServices
from ui.words import Words


class JourneyEnding:
    def __init__(self, course: JourneyCourse, services: VoterServices, words: Words, access: AccessSteps) -> None:
        self._course = course
        self._services = services
        self._words = words
        self._access = access

    def finish(self, after: State) -> None:
        """Do what the service ends with; the journey then stands at `after`."""
        match self._course.service.finish:
            case Finish.CONFIRM_CONTACT:
                self._prove_contact(after)
            case Finish.NEW_PASSWORD:
                self._reset_password(after)
            case _:
                self._seal(after)

    # ------------------------------------------------------------ sealed

    def _seal(self, after: State) -> None:
        """Seal everything, then try to bring it to the server at once; the last page says how far it came."""
        course, services, language = self._course, self._services, self._words.language
        voter, facts = course.voter, course.facts()
        assert voter is not None

        def sealed(entry: OutboxEntry) -> None:
            event = Submitted(entry.reference, services.clock.now())
            course.become(advance(course.service, after, event, facts))
            course.work("voter.busy.sending", lambda: self._bring(entry), brought)

        def brought(delivered: bool) -> None:
            if delivered:
                course.become(advance(course.service, course.state, Delivered(), course.facts()))
            course.show()

        course.work(
            "voter.busy.sealing",
            lambda: seal(services, course.service, after, facts, voter, language),
            sealed,
            in_vault=True,
        )

    def _bring(self, entry: OutboxEntry) -> bool:
        """Run a round with the server; True when it has the packet."""
        try:
            self._services.sync_now()
        except Expected:
            # It is sealed and safe; the sync rounds go on trying, and the page says it was stored.
            return False
        return any(e.packet_id == entry.packet_id and e.state == "received" for e in self._services.outbox.entries())

    # ------------------------------------------------------------ at the server

    def _prove_contact(self, after: State) -> None:
        """Tell the server that the account's contact was proven (D-05); nothing is sealed and no draft was kept."""
        course, voter = self._course, self._course.voter
        assert voter is not None
        session, proof = voter.session, _proof(after, account_exists=False)
        if session is None:
            course.failed.emit(WillRetry("server.unreachable"))
            return

        def proven(_: None) -> None:
            if voter.profile is not None:
                voter.profile = replace(voter.profile, contact_verified=True)
            course.become(after)
            course.show()

        course.work("voter.busy.check", lambda: self._services.link.confirm_contact(session, proof), proven)

    def _reset_password(self, after: State) -> None:
        """Give the account its new password at the server, and log its owner in with it."""
        course, services, password = self._course, self._services, self._access.new_password
        contact, proof = confirmed_contact(after), _proof(after, account_exists=True)
        made = next(a for _, a in after.answers if isinstance(a, PasswordAnswer))

        def reset() -> Voter:
            found = reset_password(
                contact, password, made.password_hash, proof, drafts=services.drafts, link=services.link
            )
            return Voter(contact, found.key, password, found.session, found.profile)

        def opened(voter: Voter) -> None:
            self._access.new_password = ""
            course.become(after)
            course.open_for(voter)
            course.show()

        course.work("voter.busy.account", reset, opened)


def _proof(state: State, *, account_exists: bool) -> ContactProof:
    """Return the server's word that the contact was proven."""
    code = next(a for _, a in state.answers if isinstance(a, CodeAnswer))
    return ContactProof(code.proof, account_exists=account_exists)
