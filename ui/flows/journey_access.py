"""What the pages of contact, code and password want: how the voter is reached, and what opens their draft."""

from __future__ import annotations

from dataclasses import replace

from registration.catalog.definitions import Finish
from registration.errors import WillRetry
from registration.journey.answers import CodeAnswer, ConfirmAnswer, PasswordAnswer
from registration.journey.present import contact_to_confirm
from registration.journey.state import CodeResent
from registration.model.password import check_password
from registration.ports.server import CodeTicket
from registration.usecases.open_account import confirm_code, confirmed_contact
from registration.usecases.reset_password import prove_owner
from ui.flows.journey_course import JourneyCourse
from ui.flows.voter_services import Voter, VoterServices
from ui.words import Words


class AccessSteps:
    """`new_password`: what the voter chose in place of a forgotten one, until the server has taken it."""

    def __init__(self, course: JourneyCourse, services: VoterServices, words: Words) -> None:
        self._course = course
        self._services = services
        self._words = words
        self.new_password = ""

    def confirm_contact(self) -> None:
        """Konfirmo: ask for a code; without a connection go on and let the next page say that none can come."""
        course, link, language = self._course, self._services.link, self._words.language
        contact = contact_to_confirm(course.state, course.facts())

        def ask() -> CodeTicket | None:
            try:
                return link.request_code(contact, language)
            except WillRetry:
                if course.needs_server:
                    raise WillRetry("server.unreachable") from None
                return None

        def asked(ticket: CodeTicket | None) -> None:
            course.note_code(ticket)
            course.answer(ConfirmAnswer(contact, 1 if ticket else 0, self._services.clock.now()))

        course.work("voter.busy.code", ask, asked)

    def resend_code(self) -> None:
        course, link, language = self._course, self._services.link, self._words.language
        contact = confirmed_contact(course.state)

        def sent(ticket: CodeTicket) -> None:
            course.note_code(ticket)
            course.move(CodeResent())

        course.work("voter.busy.code", lambda: link.request_code(contact, language), sent)

    def enter_code(self, code: str) -> None:
        """The six digits, or "" to go on unverified when no code can come (D-05)."""
        course, link, ticket = self._course, self._services.link, self._course.ticket
        if not course.online and not code:
            course.answer(CodeAnswer(""))
        elif ticket is None:
            course.failed.emit(WillRetry("server.unreachable"))
        else:
            prove = prove_owner if course.service.finish is Finish.NEW_PASSWORD else confirm_code
            course.work(
                "voter.busy.check",
                lambda: prove(link, ticket, code),
                lambda proof: course.answer(CodeAnswer(proof.token)),
            )

    def set_password(self, password: str, repeat: str) -> None:
        """Take the voter's password, if it is one that may be taken."""
        course = self._course
        findings = check_password(password, repeat)
        if findings:
            course.become(replace(course.state, problems=findings))
            course.show()
        elif course.service.finish is Finish.NEW_PASSWORD:
            self._replace_password(password)
        else:
            self._make_key(password)

    def _replace_password(self, password: str) -> None:
        course, hasher = self._course, self._services.passwords
        self.new_password = password
        course.work("voter.busy.check", lambda: hasher.hash(password), lambda made: course.answer(PasswordAnswer(made)))

    def _make_key(self, password: str) -> None:
        """Make the voter's key; from here on every answer is kept, sealed under it."""
        course, services = self._course, self._services
        contact = confirmed_contact(course.state)

        def make() -> tuple[Voter, str]:
            key = services.drafts.create_voter(contact, password)
            return Voter(contact, key, password), services.passwords.hash(password)

        def made(result: tuple[Voter, str]) -> None:
            voter, password_hash = result
            course.open_for(voter)
            course.answer(PasswordAnswer(password_hash))

        course.work("voter.busy.account", make, made, in_vault=True)
