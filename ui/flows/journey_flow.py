"""One journey on the screen: pages' intentions in, views out. It joins the rules with the ports and holds no rule.

Every answer is saved, sealed, before its next page appears; work that takes time runs off the UI thread, and an
answer that arrives after the voter moved on is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from registration.catalog.definitions import Finish, Service, StepKind
from registration.errors import Expected, WillRetry
from registration.journey.advance import advance, submits
from registration.journey.answers import (
    Answer,
    AttachmentsAnswer,
    CodeAnswer,
    ConfirmAnswer,
    DocumentAnswer,
    FaceAnswer,
    FieldValue,
    FormAnswer,
    PasswordAnswer,
    PickAnswer,
    ReviewAnswer,
    SeenAnswer,
    SkippedAnswer,
)
from registration.journey.checks import canonical, check_form, chosen_document, holder_names
from registration.journey.draft import encode_draft
from registration.journey.present import contact_to_confirm, present
from registration.journey.state import (
    Answered,
    ChangeAsked,
    CodeResent,
    Delivered,
    Event,
    Facts,
    Kept,
    ProofsChecked,
    State,
    Submitted,
    WentBack,
)
from registration.model.address import Address
from registration.model.documents import SIDES, Attachment, Correction, DocumentImage, FieldName, Side
from registration.model.evidence import Photo, Portrait
from registration.model.ids import AttachmentId, StepId
from registration.model.password import check_password
from registration.model.person import Severity
from registration.ports.server import CodeTicket, ContactProof
from registration.ports.vault import OutboxEntry
from registration.usecases.file_request import ADDRESS_FIELDS, person_of_profile
from registration.usecases.open_account import confirm_code, confirmed_contact
from registration.usecases.reset_password import prove_owner, reset_password
from ui.files import read_file
from ui.flows.sealing import seal
from ui.flows.voter_services import Voter, VoterServices
from ui.tasks import TaskRunner
from ui.words import Words

T = TypeVar("T")

_NOT_SEALED = frozenset({Finish.CONFIRM_CONTACT, Finish.NEW_PASSWORD})
"""Ends that only the server can give: they need a connection, and no draft of them is kept."""


class JourneyFlow(QObject):
    """Signals:
    shown(JourneyView): the page to show.
    working(str, bool): text id of what is being done, "" when it ended; whether the voter may give it up.
    failed(Exception): something to be said on top of the page in front.
    chosen(str): a button of the last page, e.g. ``start:per.request``.
    opened(Voter): the account journey has a voter now (from the password on).
    """

    shown = Signal(object)
    working = Signal(str, bool)
    failed = Signal(object)
    chosen = Signal(str)
    opened = Signal(object)

    def __init__(
        self,
        services: VoterServices,
        tasks: TaskRunner,
        vault: TaskRunner,
        words: Words,
        service: Service,
        state: State,
        voter: Voter | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._vault = vault
        self._words = words
        self.service = service
        self.state = state
        self.voter = voter
        self._online = True
        self._ticket: CodeTicket | None = None
        self._entry: OutboxEntry | None = None
        self._job = 0
        self._new_password = ""

    def show(self) -> None:
        """Show the page of the state."""
        self.shown.emit(present(self.service, self.state, self.facts()))

    def facts(self) -> Facts:
        """Return the kiosk's facts with what is known of this voter."""
        facts = replace(self._services.facts(), online=self._online)
        if self.voter is None:
            return facts
        profile = self.voter.profile
        if self._ticket is not None:
            facts = replace(facts, code_expires_in=self._ticket.expires_in, code_resend_after=self._ticket.resend_after)
        return replace(
            facts,
            account_contact=self.voter.contact,
            account_person=person_of_profile(profile) if profile else None,
            account_portrait=profile.portrait if profile else None,
            account_verified=self.voter.verified,
        )

    # ------------------------------------------------------------ the pages' intentions

    def back(self) -> None:
        self._move(WentBack())

    def change(self, step: StepId) -> None:
        self._move(ChangeAsked(step))

    def skip(self) -> None:
        self._answer(SkippedAnswer())

    def seen(self) -> None:
        """Go on from a page without a question; on the summary this sends."""
        self._answer(SeenAnswer())

    def pick(self, option: str) -> None:
        self._answer(PickAnswer(option))

    def fill(self, values: Sequence[FieldValue]) -> None:
        """A form was filled. Where the proofs must show it, they are looked at again first."""
        answer = FormAnswer(tuple(values))
        step = self.service.step(self.state.step)
        proofs = self.state.answer(step.must_match, AttachmentsAnswer) if step.must_match else None
        hard = [f for f in check_form(step, answer, self.facts()) if f.severity is Severity.HARD]
        if proofs is None or hard or self.state.attempt == answer:
            self._answer(answer)
            return
        address = canonical(step, answer, self.facts())
        line = Address(**{name: address.get(name) for name in ADDRESS_FIELDS}).one_line()
        asked_in, names = self.state, holder_names(self.service, self.state)

        def judge() -> ProofsChecked:
            assert step.must_match is not None
            check = self._services.proof_checker.check
            return ProofsChecked(
                step.must_match, tuple((item.id, check(item.pages, names, line)) for item in proofs.items)
            )

        def judged(event: ProofsChecked) -> None:
            if self.state is asked_in:
                self.state = advance(self.service, self.state, event, self.facts())
                self._answer(answer)

        self._work("voter.busy.proof", judge, judged)

    def confirm_contact(self) -> None:
        """Konfirmo: ask for a code; without a connection go on and let the next page say that none can come."""
        contact = contact_to_confirm(self.state, self.facts())
        language, asked_in = self._words.language, self.state

        def ask() -> CodeTicket | None:
            try:
                return self._services.link.request_code(contact, language)
            except WillRetry:
                return None

        def asked(ticket: CodeTicket | None) -> None:
            if ticket is None and self.service.finish in _NOT_SEALED:
                self.failed.emit(WillRetry("server.unreachable"))
            elif self.state is asked_in:
                self._ticket, self._online = ticket, ticket is not None
                self._answer(ConfirmAnswer(contact, 1 if ticket else 0, self._services.clock.now()))

        self._work("voter.busy.code", ask, asked)

    def resend_code(self) -> None:
        contact = confirmed_contact(self.state)
        language, asked_in = self._words.language, self.state

        def sent(ticket: CodeTicket) -> None:
            self._ticket, self._online = ticket, True
            if self.state is asked_in:
                self._move(CodeResent())

        self._work("voter.busy.code", lambda: self._services.link.request_code(contact, language), sent)

    def enter_code(self, code: str) -> None:
        """The six digits, or "" to go on unverified when no code can come (D-05)."""
        if not self._online and not code:
            self._answer(CodeAnswer(""))
            return
        ticket, asked_in = self._ticket, self.state
        if ticket is None:
            self.failed.emit(WillRetry("server.unreachable"))
            return
        prove = prove_owner if self.service.finish is Finish.NEW_PASSWORD else confirm_code
        self._work(
            "voter.busy.check",
            lambda: prove(self._services.link, ticket, code),
            lambda proof: self._answer(CodeAnswer(proof.token)) if self.state is asked_in else None,
        )

    def set_password(self, password: str, repeat: str) -> None:
        """Make the voter's key; from here on every answer is kept, sealed under it."""
        findings = check_password(password, repeat)
        if findings:
            self.state = replace(self.state, problems=findings)
            self.show()
            return
        contact, asked_in = confirmed_contact(self.state), self.state
        if self.service.finish is Finish.NEW_PASSWORD:
            self._new_password = password
            hasher = self._services.passwords
            self._work(
                "voter.busy.check",
                lambda: hasher.hash(password),
                lambda made: self._answer(PasswordAnswer(made)) if self.state is asked_in else None,
            )
            return

        def make() -> tuple[Voter, str]:
            key = self._services.drafts.create_voter(contact, password)
            return Voter(contact, key, password), self._services.passwords.hash(password)

        def made(result: tuple[Voter, str]) -> None:
            voter, password_hash = result
            if self.state is asked_in:
                self.voter = voter
                self.opened.emit(voter)
                self._answer(PasswordAnswer(password_hash))

        self._work("voter.busy.account", make, made, runner=self._vault)

    def take_portrait(self, portrait: Portrait) -> None:
        """The camera took the photo: keep it and show the preview."""
        self._move(Kept(self.state.step, FaceAnswer(portrait)))

    def confirm_portrait(self) -> None:
        face = self.state.answer(self.state.step, FaceAnswer)
        assert face is not None
        self._answer(face)

    def retake(self) -> None:
        """Photograph anew: drop the page's pictures."""
        step = self.service.step(self.state.step)
        answers = tuple((name, a) for name, a in self.state.answers if name != step.id)
        self._set(replace(self.state, answers=answers, problems=(), warned=()))

    def take_side(self, image: DocumentImage) -> None:
        """A side was photographed; with the last one the document is read."""
        step = self.service.step(self.state.step)
        kind = chosen_document(step, self.state)
        before = self.state.answer(step.id, DocumentAnswer)
        images = (*(i for i in (before.images if before else ()) if i.side is not image.side), image)
        ordered = tuple(i for side in SIDES[kind] for i in images if i.side is side)
        if len(ordered) < len(SIDES[kind]):
            self._move(Kept(step.id, DocumentAnswer(ordered)))
            return
        asked_in = self.state

        def read(reading: object) -> None:
            if self.state is asked_in:
                self._move(Kept(step.id, DocumentAnswer(ordered, reading)))  # type: ignore[arg-type]

        self._work("voter.busy.reading", lambda: self._services.reader.read(kind, ordered), read)

    def retake_side(self, side: Side) -> None:
        step = self.service.step(self.state.step)
        before = self.state.answer(step.id, DocumentAnswer)
        kept = tuple(i for i in (before.images if before else ()) if i.side is not side)
        self._move(Kept(step.id, DocumentAnswer(kept)))

    def confirm_document(self) -> None:
        taken = self.state.answer(self.state.step, DocumentAnswer)
        assert taken is not None
        self._answer(taken)

    def photograph_again(self) -> None:
        """From the read-back to the capture page, with fresh photos."""
        self._move(WentBack(), then=self.retake)

    def correct(self, values: Sequence[tuple[FieldName, str]]) -> None:
        """The read-back as it now stands; what differs from the reading is kept beside it (D-09)."""
        step = self.service.step(self.state.step)
        assert step.reads is not None
        document = self.state.answer(step.reads, DocumentAnswer)
        assert document is not None
        assert document.reading is not None
        reading = document.reading
        changed = (
            Correction(name, reading.value(name), value.strip())
            for name, value in values
            if value.strip() != reading.value(name)
        )
        self._answer(ReviewAnswer(tuple(changed)))

    # ------------------------------------------------------------ proofs

    def add_pages(self, kind: str, pages: tuple[Photo, ...]) -> None:
        """A proof was photographed."""
        self._add(kind, lambda: pages)

    def add_file(self, kind: str, file: Path) -> None:
        """A proof was chosen as a file."""
        self._add(kind, lambda: self._services.pictures.open(read_file(file)))

    def add_content(self, kind: str, content: bytes) -> None:
        """A proof came from the voter's phone, as the bytes of a file."""
        self._add(kind, lambda: self._services.pictures.open(content))

    def _add(self, kind: str, open_pages: Callable[[], tuple[Photo, ...]]) -> None:
        step = self.service.step(self.state.step)
        names, asked_in = holder_names(self.service, self.state), self.state
        attachment_id = AttachmentId(self._services.new_id())
        linking = any(k.id == kind and k.linking for k in step.kinds)

        def look() -> Attachment:
            pages = open_pages()
            verdict = None if linking else self._services.proof_checker.check(pages, names, None)
            return Attachment(attachment_id, kind, pages, verdict)

        def added(item: Attachment) -> None:
            if self.state is asked_in:
                before = self.state.answer(step.id, AttachmentsAnswer)
                self._move(Kept(step.id, AttachmentsAnswer((*(before.items if before else ()), item))))

        self._work("voter.busy.proof", look, added)

    def remove(self, attachment_id: AttachmentId) -> None:
        before = self.state.answer(self.state.step, AttachmentsAnswer)
        assert before is not None
        rest = tuple(item for item in before.items if item.id != attachment_id)
        self._move(Kept(self.state.step, AttachmentsAnswer(rest)))

    def confirm_proofs(self) -> None:
        self._answer(self.state.answer(self.state.step, AttachmentsAnswer) or AttachmentsAnswer(()))

    # ------------------------------------------------------------ moving on

    def _answer(self, answer: Answer) -> None:
        self._move(Answered(self.state.step, answer))

    def _move(self, event: Event, then: Callable[[], None] | None = None) -> None:
        step = self.service.step(self.state.step)
        after = advance(self.service, self.state, event, self.facts())
        if isinstance(event, Answered) and submits(self.service, step) and after.step != step.id:
            self._submit(after)
            return
        self._set(after, then)

    def _set(self, after: State, then: Callable[[], None] | None = None) -> None:
        """Save the draft, then show; what cannot be saved stays on its page with the reason.

        A photo or a proof that cannot be saved now is still shown, so that nobody has to be photographed again:
        it is saved with the page's Continue.
        """
        voter, before = self.voter, self.state

        def show(_: object = None) -> None:
            if self.state is before:
                self.state = after
                if then is None:
                    self.show()
                else:
                    then()

        unkept = self.service.finish in _NOT_SEALED
        if voter is None or unkept or self.service.step(after.step).kind is StepKind.DONE:
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

    def _submit(self, after: State) -> None:
        """Seal everything, then try to bring it to the server at once; the last page says how far it came."""
        if self.service.finish is Finish.CONFIRM_CONTACT:
            self._prove_contact(after)
            return
        if self.service.finish is Finish.NEW_PASSWORD:
            self._reset_password(after)
            return
        voter, before = self.voter, self.state
        assert voter is not None
        facts, language = self.facts(), self._words.language

        def sealed(entry: OutboxEntry) -> None:
            if self.state is before:
                self._entry = entry
                event = Submitted(entry.reference, self._services.clock.now())
                self.state = advance(self.service, after, event, facts)
                self._deliver()

        self._work(
            "voter.busy.sealing",
            lambda: seal(self._services, self.service, after, facts, voter, language),
            sealed,
            runner=self._vault,
        )

    def _prove_contact(self, after: State) -> None:
        """Tell the server that the account's contact was proven (D-05); nothing is sealed and no draft was kept."""
        voter, before = self.voter, self.state
        assert voter is not None
        session, code = voter.session, next(a for _, a in after.answers if isinstance(a, CodeAnswer))
        if session is None:
            self.failed.emit(WillRetry("server.unreachable"))
            return
        proof = ContactProof(code.proof, account_exists=False)

        def proven(_: None) -> None:
            if voter.profile is not None:
                voter.profile = replace(voter.profile, contact_verified=True)
            if self.state is before:
                self.state = after
                self.show()

        self._work("voter.busy.check", lambda: self._services.link.confirm_contact(session, proof), proven)

    def _reset_password(self, after: State) -> None:
        """Give the account its new password at the server, and log its owner in with it."""
        services, before, password = self._services, self.state, self._new_password
        contact = confirmed_contact(after)
        code = next(a for _, a in after.answers if isinstance(a, CodeAnswer))
        made = next(a for _, a in after.answers if isinstance(a, PasswordAnswer))
        proof = ContactProof(code.proof, account_exists=True)

        def reset() -> Voter:
            found = reset_password(
                contact, password, made.password_hash, proof, drafts=services.drafts, link=services.link
            )
            return Voter(contact, found.key, password, found.session, found.profile)

        def opened(voter: Voter) -> None:
            if self.state is before:
                self._new_password = ""
                self.voter, self.state = voter, after
                self.opened.emit(voter)
                self.show()

        self._work("voter.busy.account", reset, opened)

    def _deliver(self) -> None:
        asked_in = self.state

        def sent(delivered: bool) -> None:
            if self.state is asked_in:
                if delivered:
                    self.state = advance(self.service, self.state, Delivered(), self.facts())
                self.show()

        self._work("voter.busy.sending", self._sync_and_look, sent)

    def _sync_and_look(self) -> bool:
        """Run a round; True when the server has our packet."""
        entry = self._entry
        assert entry is not None
        try:
            self._services.sync_now()
        except Expected:
            # It is sealed and safe; the sync rounds go on trying, and the page says it was stored.
            return False
        return any(e.packet_id == entry.packet_id and e.state == "received" for e in self._services.outbox.entries())

    def give_up(self) -> None:
        """The voter does not want to wait: the answer will be dropped, and the page is shown as it stands."""
        self._job += 1
        self.working.emit("", False)
        self.show()

    def _work(
        self,
        text_id: str,
        func: Callable[[], T],
        on_success: Callable[[T], None],
        *,
        runner: TaskRunner | None = None,
    ) -> None:
        """Run something that takes time. What the vault does is short and never given up."""
        self._job += 1
        job = self._job

        def ended(result: T) -> None:
            if self._job == job:
                self.working.emit("", False)
                on_success(result)

        def broke(error: Exception) -> None:
            if self._job == job:
                self.working.emit("", False)
                self.failed.emit(error)

        self.working.emit(text_id, runner is None)
        (runner or self._tasks).run(func, owner=self, on_success=ended, on_error=broke)
