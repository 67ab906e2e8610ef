"""R6: proofs of address: choose the kind, photograph it or bring a file, see at once what was found (PR-12, PR-13)."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import NO_LABELS, Option
from registration.journey.views import AttachmentsView
from registration.model.documents import DocumentImage
from registration.model.evidence import Photo
from registration.ports.capture import Guidance
from ui.files import Roots, removable_roots
from ui.notices import Problem, of_error
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.attachment_card import AttachmentCard
from ui.widgets.buttons import RowButton
from ui.widgets.capture_panel import CapturePanel
from ui.widgets.capture_preview import Shape
from ui.widgets.field_block import Choices
from ui.widgets.file_chooser import FileChooser
from ui.widgets.labels import Panel
from ui.widgets.phone_panel import PhonePanel
from ui.widgets.photo_view import PhotoView
from ui.widgets.proof_examples import ACCEPTED, REFUSED, ProofExamples
from ui.words import Words

PAGES = 6
"""Pages of one document that may be photographed."""


_WAYS = {"photograph": "voter.proof.photograph", "file": "voter.proof.file"}
"""Ways to bring a document (`Step.modes`) and their words; the first of a step is Continue."""


class _Mode(Enum):
    LIST = auto()
    """What was added so far."""
    KIND = auto()
    """The list of kinds, and how to bring it."""
    LIVE = auto()
    TAKEN = auto()
    """Pages photographed of the document in hand."""
    FILES = auto()
    PHONE = auto()
    """The QR code for the voter's phone."""


class AttachmentsPage(KioskPage):
    """Signals:
    capture_requested(): begin a page session (`Captures.page`).
    capture_ended(): the voter left the live picture; stop the camera.
    take_now_requested(): the voter's own button.
    photographed(str, tuple[Photo, ...]): kind and pages of one document.
    phone_requested(), phone_ended(): open a hand-off from the voter's phone; the voter left it.
    phone_brought(str, bytes): kind and the file that came from the phone.
    file_chosen(str, Path): kind and file; the flow opens it through `PictureIntake`.
    removed(str): id of an attachment.
    submitted(): go on with what is there.
    """

    capture_requested = Signal()
    capture_ended = Signal()
    take_now_requested = Signal()
    photographed = Signal(str, object)
    file_chosen = Signal(str, object)
    phone_requested = Signal()
    phone_ended = Signal()
    phone_brought = Signal(str, bytes)
    removed = Signal(str)
    submitted = Signal()

    def __init__(
        self, words: Words, roots: Roots = removable_roots, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(words)
        self._view: AttachmentsView | None = None
        self._mode = _Mode.KIND
        self._linking = False
        self._pages: list[Photo] = []
        self._parts: dict[_Mode, QWidget] = {}
        self._build_list()
        self._build_kinds()
        self.panel = CapturePanel(words, Shape.PAGE, "voter.document.take_now")
        self.panel.other_way_requested.connect(self.take_now_requested)
        self._parts[_Mode.LIVE] = self.panel
        self._build_taken()
        self.files = FileChooser(words, roots)
        self.files.chosen.connect(lambda path: self.file_chosen.emit(self._kind(), path))
        self.files.vanished.connect(lambda: self.show_problems((Problem("file.stick_gone"),)))
        self._parts[_Mode.FILES] = self.files
        self.phone = PhonePanel(words, monotonic)
        self._parts[_Mode.PHONE] = self.phone
        for part in self._parts.values():
            self.content.addWidget(part, 1)
        self._turn_to(_Mode.KIND)

    # ------------------------------------------------------------------ what the flow calls

    def show_view(self, view: AttachmentsView) -> None:
        before = self._view
        self._view = view
        if before is None or before.kinds != view.kinds or before.linking_kinds != view.linking_kinds:
            self._linking = False
            self._show_kinds()
        if before is None or before.items != view.items:
            self._show_items(view)
            self._pages = []
            self._turn_to(_Mode.LIST if view.items else _Mode.KIND)
        self.show_page(view.page)
        self.retranslate()

    def show_live(self) -> None:
        """Turn to the live picture; the flow calls it when a session begins."""
        self.panel.begin()
        self.show_problems(())
        self._turn_to(_Mode.LIVE)

    def show_frame(self, image: QImage, guidance: Guidance) -> None:
        """Take a frame of `LiveView.frame`."""
        if self._mode is _Mode.LIVE:
            self.panel.show_frame(image, guidance)

    def show_captured(self, image: DocumentImage) -> None:
        """Take a photographed page; the voter uses it, takes another page or takes it again."""
        self._pages.append(image.photo)
        self._show_pages()
        self._turn_to(_Mode.TAKEN)

    def show_lost(self, error: Exception) -> None:
        """The camera is missing, busy or was unplugged: say so; a file is the other way."""
        self._turn_to(_Mode.TAKEN if self._pages else _Mode.KIND)
        self.show_problems((of_error(error),))

    def offer_phone(self, offered: bool) -> None:
        """Show the button of the phone, or not: there is no way from phones without a connection."""
        self.phone_button.setVisible(offered)

    def show_phone(self, url: str, seconds: int) -> None:
        """Draw the QR code; the flow calls it when the hand-off is open."""
        if self._mode is not _Mode.KIND:
            self.phone_ended.emit()  # the voter went another way while it was being opened
            return
        self.phone.show_code(url, seconds)
        self.show_problems(())
        self._turn_to(_Mode.PHONE)

    def take_from_phone(self, content: bytes) -> None:
        """The phone brought the file of the kind in hand."""
        self._leave_phone()
        self.phone_brought.emit(self._kind(), content)

    def show_phone_lost(self, error: Exception) -> None:
        """Nothing comes from the phone any more: say why; the other ways are there."""
        self._leave_phone()
        self.show_problems((of_error(error),))

    def _leave_phone(self) -> None:
        self.phone.clear()
        if self._mode is _Mode.PHONE:
            self._turn_to(_Mode.KIND)

    # ------------------------------------------------------------------ for the shell

    def bar(self) -> Actions:
        bar, words = super().bar(), self.words
        back = words("shell.back")
        match self._mode:
            case _Mode.LIST:
                return bar
            case _Mode.KIND:
                own_back = back if self._view is not None and self._view.items else bar.back
                ways = [words(_WAYS[mode]) for mode in self._modes()]
                return Actions(next=ways[0], back=own_back, skip=ways[1] if len(ways) > 1 else "")
            case _Mode.LIVE | _Mode.FILES | _Mode.PHONE:
                return Actions(back=back)
        return Actions(next=words("voter.proof.use"), back=back)

    def submit(self) -> None:
        if self._mode is _Mode.TAKEN:
            self.photographed.emit(self._kind(), tuple(self._pages))
        elif self._mode is _Mode.KIND:
            self._bring(self._modes()[0])
        else:
            self.submitted.emit()

    def press_skip(self) -> None:
        self._bring(self._modes()[1])

    def press_back(self) -> None:
        if not self._step_back():
            self.back_requested.emit()

    def _step_back(self) -> bool:
        """Step back inside the page; False when there is nothing to step back from."""
        match self._mode:
            case _Mode.LIVE:
                self.capture_ended.emit()
                self._turn_to(_Mode.TAKEN if self._pages else _Mode.KIND)
            case _Mode.TAKEN:
                self._pages = []
                self._turn_to(_Mode.KIND)
            case _Mode.FILES:
                self._turn_to(_Mode.KIND)
            case _Mode.PHONE:
                self.phone_ended.emit()
                self._leave_phone()
            case _Mode.KIND if self._view is not None and self._view.items:
                self._turn_to(_Mode.LIST)
            case _:
                return False
        self.show_problems(())
        return True

    def first_field(self) -> QWidget | None:
        return self.panel.preview if self._mode is _Mode.LIVE else None

    def field_target(self, field: str) -> QWidget | None:
        return self._choices.buttons[0] if self._mode is _Mode.KIND and self._choices.buttons else None

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if not hasattr(self, "files"):
            return
        self.panel.restyle(look)
        self.files.restyle(look)
        self.phone.restyle(look)
        self.phone_button.setMinimumHeight(look.metrics.target)
        for card in self.findChildren(AttachmentCard):
            card.restyle(look)
        for choices in self.findChildren(Choices):
            choices.restyle(look)
        for examples in self._examples:
            examples.restyle(look)
        for made in (self.add_button, self.link_button, *self._page_buttons):
            made.setMinimumHeight(look.metrics.target)
        # Large words leave no room beside the list: it is the question and comes first, the examples below it.
        across, up = QHBoxLayout.Direction.LeftToRight, QHBoxLayout.Direction.BottomToTop
        self._kind_row.setDirection(up if look.large else across)
        for box in (self._list_box, self._kind_box, self._ways):
            box.setSpacing(look.metrics.gap)

    def retranslate(self) -> None:
        words = self.words
        self.add_button.say(words("voter.proof.add"))
        self.link_button.say(words("voter.proof.not_mine"), words("voter.proof.not_mine_note"))
        self._good.say(words("voter.proof.accepted"))
        self._bad.say(words("voter.proof.refused"))
        for examples in self._examples:
            examples.retranslate()
        self._choices.retranslate()
        self.panel.retranslate()
        self.files.retranslate()
        self.phone.retranslate()
        self.phone_button.say(words("voter.phone.button"), words("voter.phone.button_note"))
        self._more.say(words("voter.proof.another_page"))
        self._again.say(words("voter.face.again"))
        for number, photo in enumerate(self._photos, 1):
            photo.say(words("voter.proof.page", n=number))
        for card in self.findChildren(AttachmentCard):
            card.retranslate()
        super().retranslate()
        self._write_mode()

    # ------------------------------------------------------------------ building

    def _build_list(self) -> None:
        part = QWidget()
        self._list_box = QVBoxLayout(part)
        self._list_box.setContentsMargins(0, 0, 0, 0)
        self._cards = QWidget()
        self._list_box.addWidget(self._cards)
        self.add_button, self.link_button = RowButton("bigChoice", sign="+"), RowButton("bigChoice", sign="+")
        self.add_button.clicked.connect(lambda: self._begin_kind(linking=False))
        self.link_button.clicked.connect(lambda: self._begin_kind(linking=True))
        self._list_box.addWidget(self.add_button)
        self._list_box.addWidget(self.link_button)
        self._list_box.addStretch(1)
        self._parts[_Mode.LIST] = part

    def _build_kinds(self) -> None:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(40)
        self._choices = Choices(self.words, ())
        self._kind_box = QVBoxLayout()
        self._kind_box.addWidget(self._choices)
        self.phone_button = RowButton("bigChoice", sign="▦")
        self.phone_button.clicked.connect(self._ask_phone)
        self.phone_button.hide()
        self._kind_box.addStretch(1)
        self._good, self._bad = Panel("goodPanel", "✓"), Panel("warningPanel", "✗")
        self._ways = QVBoxLayout()
        self._ways.addWidget(self.phone_button)
        self._examples = (
            ProofExamples(self.words, ACCEPTED, accepted=True),
            ProofExamples(self.words, REFUSED, accepted=False),
        )
        for panel, examples in zip((self._good, self._bad), self._examples, strict=True):
            self._ways.addWidget(panel)
            self._ways.addWidget(examples)
        self._ways.addStretch(1)
        row.addLayout(self._ways, 4)
        row.addLayout(self._kind_box, 6)
        self._kind_row = row
        self._parts[_Mode.KIND] = part

    def _build_taken(self) -> None:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        self._photo_row = QHBoxLayout()
        row.addLayout(self._photo_row, 7)
        side = QVBoxLayout()
        self._more, self._again = RowButton("bigChoice", sign="+"), RowButton("link")
        self._page_buttons = (self._more, self._again)
        self._more.clicked.connect(self.capture_requested)
        self._again.clicked.connect(self._take_again)
        side.addWidget(self._more)
        side.addWidget(self._again)
        side.addStretch(1)
        row.addLayout(side, 3)
        self._photos: list[PhotoView] = []
        self._parts[_Mode.TAKEN] = part

    def _show_kinds(self) -> None:
        view = self._view
        options: tuple[Option, ...] = () if view is None else view.linking_kinds if self._linking else view.kinds
        old, self._choices = self._choices, Choices(self.words, options)
        self._kind_box.replaceWidget(old, self._choices)
        old.hide()
        old.setParent(None)
        old.deleteLater()
        self._choices.retranslate()
        self.restyle(self.look)

    def _show_items(self, view: AttachmentsView) -> None:
        old, self._cards = self._cards, QWidget()
        self._list_box.replaceWidget(old, self._cards)
        old.hide()
        old.setParent(None)
        old.deleteLater()
        column = QVBoxLayout(self._cards)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.look.metrics.gap)
        labels = {option.id: option.label for option in (*view.kinds, *view.linking_kinds)}
        for item in view.items:
            card = AttachmentCard(self.words, item, labels.get(item.kind, NO_LABELS))
            card.removed.connect(lambda which=item.id: self.removed.emit(which))
            column.addWidget(card)
        self.restyle(self.look)

    def _show_pages(self) -> None:
        while item := self._photo_row.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self._photos = [
            PhotoView(page, self.words("voter.proof.page", n=number)) for number, page in enumerate(self._pages, 1)
        ]
        for photo in self._photos:
            self._photo_row.addWidget(photo)
        self._more.setVisible(len(self._pages) < PAGES)

    # ------------------------------------------------------------------ moving inside the page

    def _kind(self) -> str:
        return self._choices.value()

    def _begin_kind(self, *, linking: bool) -> None:
        self._linking = linking
        self._pages = []
        self._show_kinds()
        self._turn_to(_Mode.KIND)

    def _modes(self) -> tuple[str, ...]:
        known = tuple(mode for mode in self._view.modes if mode in _WAYS) if self._view is not None else ()
        return known or ("photograph",)

    def _ask_phone(self) -> None:
        if self._kind_chosen():
            self.phone_requested.emit()

    def _kind_chosen(self) -> bool:
        chosen = bool(self._kind())
        if not chosen:
            self.show_problems((Problem("field.choose", field="kind"),))
        return chosen

    def _bring(self, way: str) -> None:
        if not self._kind_chosen():
            return
        self._pages = []
        self.show_problems(())
        if way == "file":
            self._open_files()
        else:
            self.capture_requested.emit()

    def _open_files(self) -> None:
        self.files.restart()
        self._turn_to(_Mode.FILES)

    def _take_again(self) -> None:
        self._pages = self._pages[:-1]
        self.capture_requested.emit()

    def _turn_to(self, mode: _Mode) -> None:
        self._mode = mode
        for known, part in self._parts.items():
            part.setVisible(known is mode)
        self.set_wide(mode in (_Mode.KIND, _Mode.LIVE, _Mode.TAKEN, _Mode.PHONE), compact=mode is _Mode.LIVE)
        self._write_mode()
        self.actions_changed.emit()

    def _write_mode(self) -> None:
        view = self._view
        if view is None:
            return
        self.add_button.setVisible(len(view.items) < view.maximum)
        self.link_button.setVisible(view.offer_linking and bool(view.linking_kinds) and len(view.items) < view.maximum)
        heading = {
            _Mode.LIST: "voter.proof.title_list",
            _Mode.LIVE: "voter.proof.title_live",
            _Mode.TAKEN: "voter.proof.title_taken",
            _Mode.FILES: "voter.proof.title_files",
            _Mode.PHONE: "voter.phone.title",
        }.get(self._mode)
        if heading is not None:
            self.write_heading(self.words(heading))
        elif self._linking:
            self.write_heading(self.words("voter.proof.title_linking"))
        else:
            self.write_heading(self.words.label(view.page.title), self.words.label(view.page.text))
