"""P6: the face. First what will happen, then the live picture, then the photo to confirm (PA-17 to PA-20)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.journey.views import FaceView
from registration.ports.capture import Guidance
from ui.notices import of_error
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.capture_panel import CapturePanel
from ui.widgets.capture_preview import Shape
from ui.widgets.labels import Panel, Text
from ui.widgets.photo_view import PhotoView
from ui.words import Words

OTHER_WAY = "cannot_move"
"""Text id of the reason recorded when the voter chose the other way."""


class FacePage(KioskPage):
    """Signals:
    capture_requested(): begin a session (Continue on the first picture, or try again).
    confirmed(): of the photo; "Shkrep përsëri" is the page's skip_requested().
    other_way_requested(str): the live check cannot be done; the reason is recorded.
    """

    capture_requested = Signal()
    confirmed = Signal()
    other_way_requested = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: FaceView | None = None
        self._live = False
        self._lost = False
        self._intro = QWidget()
        box = QVBoxLayout(self._intro)
        box.setContentsMargins(0, 0, 0, 0)
        self._steps = [Text() for _ in range(3)]
        self._use = Panel("infoPanel", "●")
        for step in self._steps:
            box.addWidget(step)
        box.addWidget(self._use)
        box.addStretch(1)
        self._intro_box = box
        self.panel = CapturePanel(words, Shape.FACE, "voter.face.other_way")
        self.panel.other_way_requested.connect(lambda: self.other_way_requested.emit(OTHER_WAY))
        self._taken = QWidget()
        self._taken_row = QHBoxLayout(self._taken)
        self._taken_row.setContentsMargins(0, 0, 0, 0)
        self._photo: PhotoView | None = None
        self._check = Text()
        self._taken_row.addWidget(self._check, 1, Qt.AlignmentFlag.AlignTop)
        for widget in (self._intro, self.panel, self._taken):
            self.content.addWidget(widget, 1)
        self._arrange()

    def show_view(self, view: FaceView) -> None:
        before = self._view
        self._view = view
        if view.portrait is not None:
            self._live = False
        if before is None or before.portrait is not view.portrait:
            self._show_photo(view)
        self.show_page(view.page)
        self._arrange()
        self.retranslate()

    def show_live(self) -> None:
        """Turn to the live picture; the flow calls it when a session begins (also after take again)."""
        self._live, self._lost = True, False
        self.panel.begin()
        self.show_problems(())
        self._arrange()
        self.retranslate()

    def show_frame(self, image: QImage, guidance: Guidance) -> None:
        """Take a frame of `LiveView.frame`."""
        if self._live:
            self.panel.show_frame(image, guidance)

    def show_lost(self, error: Exception) -> None:
        """The camera is missing, busy or was unplugged: say so and offer to try again."""
        self._live, self._lost = False, True
        self._arrange()
        self.show_problems((of_error(error),))
        self.retranslate()

    def stop(self) -> None:
        """Back to the beginning, with nothing of the last person in sight."""
        self._live = self._lost = False
        self.panel.clear()
        self._arrange()
        self.retranslate()

    def bar(self) -> Actions:
        bar = super().bar()
        if self._live:
            return Actions(back=bar.back)
        if self._view is not None and self._view.portrait is not None:
            return Actions(next=bar.next, back=bar.back, skip=self.words("voter.face.again"))
        return Actions(next=self.words("shell.try_again") if self._lost else bar.next, back=bar.back)

    def submit(self) -> None:
        if self._view is not None and self._view.portrait is not None:
            self.confirmed.emit()
        else:
            self.capture_requested.emit()

    def first_field(self) -> QWidget | None:
        return self.panel.preview if self._live else super().first_field()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if hasattr(self, "panel"):
            self.panel.restyle(look)
            self._taken_row.setSpacing(look.metrics.unit * 4)
            self._intro_box.setSpacing(look.metrics.gap)

    def retranslate(self) -> None:
        for number, step in enumerate(self._steps, 1):
            step.say(f"{number}.  {self.words(f'voter.face.step{number}')}")
        self._use.say(self.words("voter.face.use"))
        self.panel.retranslate()
        self._check.say(self.words("voter.face.check"))
        if self._photo is not None:
            self._photo.say(self.words("voter.face.photo"))
        super().retranslate()
        if self._view is not None and self._view.portrait is not None:
            self.write_heading(self.words("voter.face.confirm"))
        elif self._live:
            self.write_heading(self.words("voter.face.stay"))

    def _arrange(self) -> None:
        taken = self._view is not None and self._view.portrait is not None
        self._intro.setVisible(not taken and not self._live)
        self.panel.setVisible(not taken and self._live)
        self._taken.setVisible(taken and not self._live)
        self.set_wide(taken or self._live, compact=self._live)

    def _show_photo(self, view: FaceView) -> None:
        if self._photo is not None:
            self._taken_row.removeWidget(self._photo)
            self._photo.hide()
            self._photo.setParent(None)
            self._photo.deleteLater()
            self._photo = None
        if view.portrait is not None:
            self._photo = PhotoView(view.portrait, self.words("voter.face.photo"))
            self._taken_row.insertWidget(0, self._photo, 2)
