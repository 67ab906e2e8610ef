"""Where one journey stands and how it goes on: every answer is saved, sealed, before its next page appears.

Work that takes time runs off the UI thread, and its result is dropped when the voter moved on meanwhile. What each kind
of page wants is said by the parts of `journey_flow.py`; they go on by the public verbs of this class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from registration.catalog.definitions import Finish, Service, Step, StepKind
from registration.journey.advance import advance, submits
from registration.journey.answers import Answer
from registration.journey.draft import encode_draft
from registration.journey.present import present
from registration.journey.state import Answered, Event, Facts, State
from registration.ports.server import CodeTicket
from registration.usecases.file_request import person_of_profile
from ui.flows.voter_services import Voter, VoterServices
from ui.tasks import TaskRunner

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

_NEED_SERVER = frozenset({Finish.CONFIRM_CONTACT, Finish.NEW_PASSWORD})


class JourneyCourse(QObject):
    """Signals:
    shown(JourneyView): the page to show.
    working(str, bool): text id of what is being done, "" when it ended; whether the voter may give it up.
    failed(Exception): something to be said on top of the page in front.
    opened(Voter): who is at the machine is known from here on.
    completed(State): the last question was answered; the state is the one after it, and not yet taken.
    """

    shown = Signal(object)
    working = Signal(str, bool)
    failed = Signal(object)
    opened = Signal(object)
    completed = Signal(object)

    def __init__(
        self,
        services: VoterServices,
        tasks: TaskRunner,
        vault: TaskRunner,
        service: Service,
        state: State,
        voter: Voter | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._vault = vault
        self.service = service
        self.state = state
        self.voter = voter
        self.online = True
        """False: no code could be sent, the server is out of reach."""
        self.ticket: CodeTicket | None = None
        self._job = 0

    # ------------------------------------------------------------ how it stands

    @property
    def step(self) -> Step:
        """The step whose page is in front."""
        return self.service.step(self.state.step)

    @property
    def needs_server(self) -> bool:
        """Its end is one that only the server can give: it takes a connection, and no draft is kept."""
        return self.service.finish in _NEED_SERVER

    def given(self, kind: type[A]) -> A | None:
        """Return what the page in front was answered with so far."""
        return self.state.answer(self.state.step, kind)

    def facts(self) -> Facts:
        """Return the kiosk's facts with what is known of this voter."""
        facts = replace(self._services.facts(), online=self.online)
        if self.ticket is not None:
            facts = replace(facts, code_expires_in=self.ticket.expires_in, code_resend_after=self.ticket.resend_after)
        if self.voter is None:
            return facts
        profile = self.voter.profile
        return replace(
            facts,
            account_contact=self.voter.contact,
            account_person=person_of_profile(profile) if profile else None,
            account_portrait=profile.portrait if profile else None,
            account_verified=self.voter.verified,
        )

    def show(self) -> None:
        """Show the page of the state."""
        self.shown.emit(present(self.service, self.state, self.facts()))

    # ------------------------------------------------------------ going on

    def note_code(self, ticket: CodeTicket | None) -> None:
        """A code is on its way; None: none can be sent now."""
        self.ticket, self.online = ticket, ticket is not None

    def open_for(self, voter: Voter) -> None:
        """From here on it is known who is at the machine, and every answer is kept under their key."""
        self.voter = voter
        self.opened.emit(voter)

    def answer(self, answer: Answer) -> None:
        """Answer the page in front."""
        self.move(Answered(self.state.step, answer))

    def move(self, event: Event, then: Callable[[], None] | None = None) -> None:
        """Take an event, save, then show the page it leads to (or do `then` instead)."""
        step = self.step
        after = advance(self.service, self.state, event, self.facts())
        if isinstance(event, Answered) and submits(self.service, step) and after.step != step.id:
            self.completed.emit(after)
        else:
            self.keep(after, then)

    def become(self, state: State) -> None:
        """Take a state that is not to be saved, without showing it."""
        self.state = state

    def keep(self, after: State, then: Callable[[], None] | None = None) -> None:
        """Save the draft, then show; what cannot be saved stays on its page with the reason.

        A photo or a proof that cannot be saved now is still shown, so that nobody has to be photographed again:
        it is saved with the page's Continue.
        """
        voter, before = self.voter, self.state

        def show(_: object = None) -> None:
            if self.state is before:
                self.state = after
                (then or self.show)()

        if voter is None or self.needs_server or self.service.step(after.step).kind is StepKind.DONE:
            show()
            return

        def unsaved(error: Exception) -> None:
            if after.step == before.step:
                show()
            self.failed.emit(error)

        drafts, name = self._services.drafts, self.service.id
        self._vault.run(
            lambda: drafts.save(voter.key, name, encode_draft(after)),
            owner=self,
            on_success=show,
            on_error=unsaved,
        )

    # ------------------------------------------------------------ work that takes time

    def work(self, text_id: str, func: Callable[[], T], then: Callable[[T], None], *, in_vault: bool = False) -> None:
        """Run something that takes time; `then` gets its result unless the voter moved on or gave up meanwhile.

        What the vault does is short and never given up.
        """
        self._job += 1
        job, asked_in = self._job, self.state

        def ended(result: T) -> None:
            if self._job == job:
                self.working.emit("", False)
                if self.state is asked_in:
                    then(result)

        def broke(error: Exception) -> None:
            if self._job == job:
                self.working.emit("", False)
                self.failed.emit(error)

        self.working.emit(text_id, not in_vault)
        (self._vault if in_vault else self._tasks).run(func, owner=self, on_success=ended, on_error=broke)

    def give_up(self) -> None:
        """The voter does not want to wait: the result will be dropped, and the page is shown as it stands."""
        self._job += 1
        self.working.emit("", False)
        self.show()
