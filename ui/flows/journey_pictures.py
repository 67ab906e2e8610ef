"""What the pages of the face and the document want: pictures taken, looked at, read and put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registration.journey.answers import DocumentAnswer, FaceAnswer, ReviewAnswer
from registration.journey.checks import chosen_document
from registration.journey.state import Kept, WentBack
from registration.model.documents import SIDES, Correction, DocumentImage, FieldName, Side
from registration.model.evidence import Portrait
from registration.ports.capture import DocumentReader
from ui.flows.journey_course import JourneyCourse


class PictureSteps:
    def __init__(self, course: JourneyCourse, reader: DocumentReader) -> None:
        self._course = course
        self._reader = reader

    # ------------------------------------------------------------ the face

    def take_portrait(self, portrait: Portrait) -> None:
        """The camera took the photo: keep it and show the preview."""
        self._course.move(Kept(self._course.state.step, FaceAnswer(portrait)))

    def confirm_portrait(self) -> None:
        face = self._course.given(FaceAnswer)
        assert face is not None
        self._course.answer(face)

    def retake(self) -> None:
        """Photograph anew: drop the page's pictures."""
        state = self._course.state
        answers = tuple((name, a) for name, a in state.answers if name != state.step)
        self._course.keep(replace(state, answers=answers, problems=(), warned=()))

    # ------------------------------------------------------------ the document

    def take_side(self, image: DocumentImage) -> None:
        """A side was photographed; with the last one the document is read."""
        course, step = self._course, self._course.step
        kind = chosen_document(step, course.state)
        images = (*self._without(image.side), image)
        ordered = tuple(i for side in SIDES[kind] for i in images if i.side is side)
        if len(ordered) < len(SIDES[kind]):
            course.move(Kept(step.id, DocumentAnswer(ordered)))
            return
        course.work(
            "voter.busy.reading",
            lambda: self._reader.read(kind, ordered),
            lambda reading: course.move(Kept(step.id, DocumentAnswer(ordered, reading))),
        )

    def retake_side(self, side: Side) -> None:
        self._course.move(Kept(self._course.state.step, DocumentAnswer(self._without(side))))

    def confirm_document(self) -> None:
        taken = self._course.given(DocumentAnswer)
        assert taken is not None
        self._course.answer(taken)

    def photograph_again(self) -> None:
        """From the read-back to the capture page, with fresh photos."""
        self._course.move(WentBack(), then=self.retake)

    def correct(self, values: Sequence[tuple[FieldName, str]]) -> None:
        """The read-back as it now stands; what differs from the reading is kept beside it (D-09)."""
        course, step = self._course, self._course.step
        assert step.reads is not None
        document = course.state.answer(step.reads, DocumentAnswer)
        assert document is not None
        assert document.reading is not None
        reading = document.reading
        changed = (
            Correction(name, reading.value(name), value.strip())
            for name, value in values
            if value.strip() != reading.value(name)
        )
        course.answer(ReviewAnswer(tuple(changed)))

    def _without(self, side: Side) -> tuple[DocumentImage, ...]:
        taken = self._course.given(DocumentAnswer)
        return tuple(i for i in (taken.images if taken else ()) if i.side is not side)
