"""One journey on the screen: pages' intentions in, views out. It joins the rules with the ports and holds no rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from registration.catalog.definitions import Service
from registration.journey.answers import FieldValue, FormAnswer, PickAnswer, SeenAnswer, SkippedAnswer
from registration.journey.state import ChangeAsked, State, WentBack
from registration.model.ids import StepId
from ui.flows.journey_access import AccessSteps
from ui.flows.journey_course import JourneyCourse
from ui.flows.journey_ending import JourneyEnding
from ui.flows.journey_pictures import PictureSteps
from ui.flows.journey_proofs import ProofSteps
from ui.flows.voter_services import Voter, VoterServices
from ui.tasks import TaskRunner
from ui.words import Words


class JourneyFlow(QObject):
    """`course` says what is to be shown; `access`, `pictures` and `proofs` are told what their pages want."""

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
        self.course = JourneyCourse(services, tasks, vault, service, state, voter, self)
        self.access = AccessSteps(self.course, services, words)
        self.pictures = PictureSteps(self.course, services.reader)
        self.proofs = ProofSteps(self.course, services)
        self._ending = JourneyEnding(self.course, services, words, self.access)
        self.course.completed.connect(self._ending.finish)

    @property
    def service(self) -> Service:
        return self.course.service

    @property
    def state(self) -> State:
        return self.course.state

    # ------------------------------------------------------------ what every page may want

    def back(self) -> None:
        self.course.move(WentBack())

    def change(self, step: StepId) -> None:
        """From the summary to one of its sections."""
        self.course.move(ChangeAsked(step))

    def skip(self) -> None:
        self.course.answer(SkippedAnswer())

    def seen(self) -> None:
        """Go on from a page without a question; on the summary this sends."""
        self.course.answer(SeenAnswer())

    def fill(self, values: Sequence[FieldValue]) -> None:
        """A form was filled; the proofs may have to show what it says."""
        self.proofs.answer_form(FormAnswer(tuple(values)))

    def pick(self, option: str) -> None:
        self.course.answer(PickAnswer(option))
