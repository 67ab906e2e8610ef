"""What the pages of the proofs want, and of the form that they must show: bring them, and look what is on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from registration.journey.advance import advance
from registration.journey.answers import AttachmentsAnswer, FormAnswer
from registration.journey.checks import canonical, check_form, holder_names
from registration.journey.state import Kept, ProofsChecked
from registration.model.address import Address
from registration.model.documents import Attachment
from registration.model.evidence import Photo
from registration.model.ids import AttachmentId, StepId
from registration.model.person import Severity
from registration.usecases.file_request import ADDRESS_FIELDS
from ui.files import read_file
from ui.flows.journey_course import JourneyCourse
from ui.flows.voter_services import VoterServices


class ProofSteps:
    def __init__(self, course: JourneyCourse, services: VoterServices) -> None:
        self._course = course
        self._services = services

    # ------------------------------------------------------------ bringing them

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
        course, step = self._course, self._course.step
        names = holder_names(course.service, course.state)
        attachment_id = AttachmentId(self._services.new_id())
        linking = any(k.id == kind and k.linking for k in step.kinds)

        def look() -> Attachment:
            pages = open_pages()
            verdict = None if linking else self._services.proof_checker.check(pages, names, None)
            return Attachment(attachment_id, kind, pages, verdict)

        course.work(
            "voter.busy.proof",
            look,
            lambda item: course.move(Kept(step.id, AttachmentsAnswer((*self._items(), item)))),
        )

    def remove(self, attachment_id: AttachmentId) -> None:
        rest = tuple(item for item in self._items() if item.id != attachment_id)
        self._course.move(Kept(self._course.state.step, AttachmentsAnswer(rest)))

    def confirm(self) -> None:
        """Go on with what is there."""
        self._course.answer(AttachmentsAnswer(self._items()))

    def _items(self) -> tuple[Attachment, ...]:
        added = self._course.given(AttachmentsAnswer)
        return added.items if added else ()

    # ------------------------------------------------------------ the form they must show

    def answer_form(self, answer: FormAnswer) -> None:
        """A form was filled. Where the proofs must show what it says, they are looked at again first."""
        course, step = self._course, self._course.step
        proofs = course.state.answer(step.must_match, AttachmentsAnswer) if step.must_match else None
        hard = [f for f in check_form(step, answer, course.facts()) if f.severity is Severity.HARD]
        if step.must_match is None or proofs is None or hard or course.state.attempt == answer:
            course.answer(answer)
        else:
            self._judge(step.must_match, proofs, answer)

    def _judge(self, proofs_step: StepId, proofs: AttachmentsAnswer, answer: FormAnswer) -> None:
        course, check = self._course, self._services.proof_checker.check
        typed = canonical(course.step, answer, course.facts())
        line = Address(**{name: typed.get(name) for name in ADDRESS_FIELDS}).one_line()
        names = holder_names(course.service, course.state)

        def judge() -> ProofsChecked:
            return ProofsChecked(proofs_step, tuple((item.id, check(item.pages, names, line)) for item in proofs.items))

        def judged(event: ProofsChecked) -> None:
            course.become(advance(course.service, course.state, event, course.facts()))
            course.answer(answer)

        course.work("voter.busy.proof", judge, judged)
