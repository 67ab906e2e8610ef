"""The pages photographed so far of one document: use them, add another, or take the last one again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.model.evidence import Photo
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.discard import discard
from ui.widgets.photo_view import PhotoView
from ui.words import Words

MOST = 6
"""Pages of one document that may be photographed."""


class PhotographedPages(QWidget):
    """Signals:
    more_requested(): photograph another page.
    again_requested(): photograph the last page anew; it is dropped already.
    """

    more_requested = Signal()
    again_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._pages: tuple[Photo, ...] = ()
        self._photos: list[PhotoView] = []
        self._more, self._again = RowButton("bigChoice", sign="+"), RowButton("link")
        self._more.clicked.connect(self.more_requested)
        self._again.clicked.connect(self._take_again)
        self._pictures = QHBoxLayout()
        side = QVBoxLayout()
        side.addWidget(self._more)
        side.addWidget(self._again)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self._pictures, 7)
        row.addLayout(side, 3)

    @property
    def pages(self) -> tuple[Photo, ...]:
        return self._pages

    def add(self, page: Photo) -> None:
        """Show one more page."""
        self._pages = (*self._pages, page)
        while item := self._pictures.takeAt(0):
            if widget := item.widget():
                discard(widget)
        self._photos = [PhotoView(photo, "") for photo in self._pages]
        for photo in self._photos:
            self._pictures.addWidget(photo)
        self._name_photos()
        self._more.setVisible(len(self._pages) < MOST)

    def clear(self) -> None:
        """Begin with another document."""
        self._pages = ()

    def _take_again(self) -> None:
        self._pages = self._pages[:-1]
        self.again_requested.emit()

    def _name_photos(self) -> None:
        for number, photo in enumerate(self._photos, 1):
            photo.say(self._words("voter.proof.page", n=number))

    def restyle(self, look: Look) -> None:
        for made in (self._more, self._again):
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        self._more.say(self._words("voter.proof.another_page"))
        self._again.say(self._words("voter.face.again"))
        self._name_photos()
