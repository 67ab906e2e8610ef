"""R3: one side of a passport or both of a card, photographed by itself when the frame turns green (PR-06 to PR-08)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.journey.views import DocumentCaptureView
from registration.model.documents import DocumentImage, DocumentKind, Side
from registration.ports.capture import Guidance
from ui.notices import of_error
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.capture_panel import CapturePanel
from ui.widgets.capture_preview import Shape
from ui.widgets.discard import discard
from ui.widgets.labels import Text
from ui.widgets.photo_view import PhotoView
from ui.words import Words


class DocumentPage(KioskPage):
    """Signals:
    capture_requested(Side): begin a session for that side (Continue, try again, or the next side in turn).
    take_now_requested(): the voter's own button.
    retake_requested(Side): of one side already taken.
    confirmed(): all sides are there and good.
    """

    capture_requested = Signal(object)
    take_now_requested = Signal()
    retake_requested = Signal(object)
    confirmed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: DocumentCaptureView | None = None
        self._live: Side | None = None
        self._lost = False
        self._intro = QWidget()
        box = QVBoxLayout(self._intro)
        box.setContentsMargins(0, 0, 0, 0)
        self._ask = Text("subheading")
        self._steps = [Text() for _ in range(3)]
        for widget in (self._ask, *self._steps):
            box.addWidget(widget)
        box.addStretch(1)
        self._intro_box = box
        self.panel = CapturePanel(words, Shape.PASSPORT, "voter.document.take_now")
        self.panel.other_way_requested.connect(self.take_now_requested)
        self._taken = QWidget()
        self._taken_row = QHBoxLayout(self._taken)
        self._taken_row.setContentsMargins(0, 0, 0, 0)
        self._shown: tuple[DocumentImage, ...] = ()
        self._photos: list[tuple[Side, PhotoView, RowButton]] = []
        for part in (self._intro, self.panel, self._taken):
            self.content.addWidget(part, 1)

    def show_view(self, view: DocumentCaptureView) -> None:
        was_live = self._live is not None
        self._view = view
        self.panel.preview.shape = Shape.PASSPORT if view.kind is DocumentKind.PASSPORT else Shape.CARD
        if [id(i) for i in view.taken] != [id(i) for i in self._shown]:
            self._show_photos(view.taken)
        self._live = None
        self.show_page(view.page)
        self._arrange()
        self.retranslate()
        following = self._next_side()
        if was_live and following is not None and view.taken and not view.page.problems:
            self.capture_requested.emit(following)

    def show_live(self, side: Side) -> None:
        """Turn to the live picture; the flow calls it when a session begins."""
        self._live, self._lost = side, False
        self.panel.begin()
        self.show_problems(())
        self._arrange()
        self.retranslate()

    def show_frame(self, image: QImage, guidance: Guidance) -> None:
        """Take a frame of `LiveView.frame`."""
        if self._live is not None:
            self.panel.show_frame(image, guidance)

    def show_lost(self, error: Exception) -> None:
        """The camera is missing, busy or was unplugged: say so and offer to try again."""
        self._live, self._lost = None, True
        self._arrange()
        self.show_problems((of_error(error),))
        self.retranslate()

    def stop(self) -> None:
        self._live, self._lost = None, False
        self.panel.clear()
        self._arrange()
        self.retranslate()

    def bar(self) -> Actions:
        bar = super().bar()
        if self._live is not None:
            return Actions(back=bar.back)
        return Actions(next=self.words("shell.try_again") if self._lost else bar.next, back=bar.back)

    def submit(self) -> None:
        side = self._next_side()
        if side is None:
            self.confirmed.emit()
        else:
            self.capture_requested.emit(side)

    def first_field(self) -> QWidget | None:
        return super().first_field() if self._live is None else self.panel.preview

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if hasattr(self, "panel"):
            self.panel.restyle(look)
            self._intro_box.setSpacing(look.metrics.gap)
            self._taken_row.setSpacing(look.metrics.unit * 4)
            for _, _, again in self._photos:
                again.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        view = self._view
        if view is not None:
            side = self._live or self._next_side() or view.sides[0]
            self._ask.say(self.words(f"voter.document.ask.{side}"))
            for number, step in enumerate(self._steps, 1):
                step.say(f"{number}.  {self.words(f'voter.document.step{number}')}")
        self.panel.retranslate()
        for side, photo, again in self._photos:
            photo.say(self.words(f"voter.document.side.{side}"))
            again.say(f"{self.words('voter.face.again')}: {self.words(f'voter.document.side.{side}')}")
        super().retranslate()
        if view is not None and self._live is not None:
            self.write_heading(self.words(f"voter.document.ask.{self._live}"))
        elif view is not None and self._next_side() is None:
            self.write_heading(self.words("voter.document.confirm"), self.words("voter.document.check"))

    def _next_side(self) -> Side | None:
        view = self._view
        if view is None:
            return None
        done = {image.side for image in view.taken}
        return next((side for side in view.sides if side not in done), None)

    def _arrange(self) -> None:
        complete = self._view is not None and self._next_side() is None
        self._intro.setVisible(self._live is None and not complete)
        self.panel.setVisible(self._live is not None)
        self._taken.setVisible(self._live is None and complete)
        self.set_wide(complete or self._live is not None, compact=self._live is not None)

    def _show_photos(self, images: tuple[DocumentImage, ...]) -> None:
        while item := self._taken_row.takeAt(0):
            if widget := item.widget():
                discard(widget)
        self._shown, self._photos = images, []
        for image in images:
            part = QWidget()
            box = QVBoxLayout(part)
            box.setContentsMargins(0, 0, 0, 0)
            photo, again = PhotoView(image.photo, ""), RowButton("link")
            again.clicked.connect(lambda _=False, side=image.side: self.retake_requested.emit(side))
            box.addWidget(photo, 1)
            box.addWidget(again)
            self._taken_row.addWidget(part, 1)
            self._photos.append((image.side, photo, again))
        self.restyle(self.look)
