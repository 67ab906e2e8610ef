"""A live picture with its words beside it: one instruction at a time, and the ways on when it does not work."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.ports.capture import Guidance
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.capture_preview import CapturePreview, Shape
from ui.widgets.labels import Text, column
from ui.words import Words


class CapturePanel(QWidget):
    """Signals: other_way_requested() when the voter pressed the button under the instruction."""

    other_way_requested = Signal()

    def __init__(self, words: Words, shape: Shape, other_way_id: str) -> None:
        """`other_way_id` is the text id of the button that leads on without green, e.g. to take the photo now."""
        super().__init__()
        self._words = words
        self._other_way_id = other_way_id
        self._hint_id = self._challenge_id = ""
        self._green = self._large = False
        self.preview = CapturePreview(shape)
        self._sign = Text("good")
        self._instruction = Text("instruction")
        self._note = Text("hint")
        self.other_way = RowButton("link")
        self.other_way.clicked.connect(self.other_way_requested)
        self._side: QVBoxLayout = column(self._instruction, self._sign, self._note)
        self._side.addStretch(1)
        self._side.addWidget(self.other_way)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.preview, 68)
        row.addLayout(self._side, 32)
        self._row = row
        self.retranslate()

    def show_frame(self, image: QImage, guidance: Guidance) -> None:
        self.preview.show_frame(image, guidance)
        said = (guidance.hint, guidance.challenge, guidance.green)
        if said != (self._hint_id, self._challenge_id, self._green):
            self._hint_id, self._challenge_id, self._green = said
            self.retranslate()
            if self._hint_id.endswith("other_way") and self.preview.hasFocus():
                # The tries are used up: the button is the way on now.
                self.other_way.setFocus()

    def begin(self) -> None:
        """Begin anew, with the focus on the picture: never on the button that goes on without the checks."""
        self.clear()
        QTimer.singleShot(0, self, self.preview.setFocus)

    def clear(self) -> None:
        self.preview.clear()
        self._hint_id = self._challenge_id = ""
        self._green = False
        self.retranslate()

    def restyle(self, look: Look) -> None:
        self._large = look.large
        self._row.setSpacing(look.metrics.unit * 4)
        # The longest sentence at the largest text needs more than a third of a small screen.
        self._row.setStretch(0, 58 if look.large else 68)
        self._row.setStretch(1, 42 if look.large else 32)
        self._side.setSpacing(look.metrics.gap)
        self.preview.restyle(look)
        self.other_way.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        if self._challenge_id:
            said = self._words(self._challenge_id)
        elif self._hint_id:
            said = self._words(self._hint_id)
        else:
            said = self._words("voter.capture.hold" if self._green else "voter.capture.looking")
        self._instruction.say(said)
        self._sign.say(f"✓  {self._words('voter.capture.green')}" if self._green else "")
        # At large text the picture needs the room more.
        self._note.say("" if self._large else self._words("voter.capture.automatic"))
        self.other_way.say(self._words(self._other_way_id))
        self.preview.setAccessibleName(self._words("voter.capture.camera"))
        self.preview.setAccessibleDescription(said)
