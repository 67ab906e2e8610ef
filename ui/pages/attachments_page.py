"""R6: proofs of address: choose the kind, photograph it or bring a file, see at once what was found (PR-12, PR-13)."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from registration.journey.views import AttachmentsView
from registration.model.documents import DocumentImage
from registration.ports.capture import Guidance
from ui.files import Roots, removable_roots
from ui.notices import Problem, of_error
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.capture_panel import CapturePanel
from ui.widgets.capture_preview import Shape
from ui.widgets.file_chooser import FileChooser
from ui.widgets.phone_panel import PhonePanel
from ui.widgets.photographed_pages import PhotographedPages
from ui.widgets.proof_kinds import ProofKinds
from ui.widgets.proof_list import ProofList
from ui.words import Words

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


_Part = ProofList | ProofKinds | CapturePanel | PhotographedPages | FileChooser | PhonePanel


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
        self.added = ProofList(words)
        self.added.add_requested.connect(lambda: self._begin_kind(linking=False))
        self.added.link_requested.connect(lambda: self._begin_kind(linking=True))
        self.added.removed.connect(self.removed)
        self.kinds = ProofKinds(words)
        self.kinds.phone_requested.connect(self._ask_phone)
        self.panel = CapturePanel(words, Shape.PAGE, "voter.document.take_now")
        self.panel.other_way_requested.connect(self.take_now_requested)
        self.taken = PhotographedPages(words)
        self.taken.more_requested.connect(self.capture_requested)
        self.taken.again_requested.connect(self.capture_requested)
        self.files = FileChooser(words, roots)
        self.files.chosen.connect(lambda path: self.file_chosen.emit(self.kinds.kind(), path))
        self.files.vanished.connect(lambda: self.show_problems((Problem("file.stick_gone"),)))
        self.phone = PhonePanel(words, monotonic)
        self._parts: dict[_Mode, _Part] = {
            _Mode.LIST: self.added,
            _Mode.KIND: self.kinds,
            _Mode.LIVE: self.panel,
            _Mode.TAKEN: self.taken,
            _Mode.FILES: self.files,
            _Mode.PHONE: self.phone,
        }
        for part in self._parts.values():
            self.content.addWidget(part, 1)
        self._turn_to(_Mode.KIND)

    # ------------------------------------------------------------------ what the flow calls

    def show_view(self, view: AttachmentsView) -> None:
        before = self._view
        self._view = view
        if before is None or before.kinds != view.kinds or before.linking_kinds != view.linking_kinds:
            self._linking = False
            self.kinds.show_options(view.kinds)
        if before is None or before.items != view.items:
            self.added.show_items(view)
            self.taken.clear()
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
        self.taken.add(image.photo)
        self._turn_to(_Mode.TAKEN)

    def show_lost(self, error: Exception) -> None:
        """The camera is missing, busy or was unplugged: say so; a file is the other way."""
        self._turn_to(_Mode.TAKEN if self.taken.pages else _Mode.KIND)
        self.show_problems((of_error(error),))

    def offer_phone(self, offered: bool) -> None:
        """Show the button of the phone, or not: there is no way from phones without a connection."""
        self.kinds.offer_phone(offered)

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
        self.phone_brought.emit(self.kinds.kind(), content)

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
            self.photographed.emit(self.kinds.kind(), self.taken.pages)
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
                self._turn_to(_Mode.TAKEN if self.taken.pages else _Mode.KIND)
            case _Mode.TAKEN:
                self.taken.clear()
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
        return self.kinds.target() if self._mode is _Mode.KIND else None

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if hasattr(self, "_parts"):
            for part in self._parts.values():
                part.restyle(look)

    def retranslate(self) -> None:
        for part in self._parts.values():
            part.retranslate()
        super().retranslate()
        self._write_mode()

    # ------------------------------------------------------------------ moving inside the page

    def _begin_kind(self, *, linking: bool) -> None:
        view = self._view
        assert view is not None
        self._linking = linking
        self.taken.clear()
        self.kinds.show_options(view.linking_kinds if linking else view.kinds)
        self._turn_to(_Mode.KIND)

    def _modes(self) -> tuple[str, ...]:
        known = tuple(mode for mode in self._view.modes if mode in _WAYS) if self._view is not None else ()
        return known or ("photograph",)

    def _ask_phone(self) -> None:
        if self._kind_chosen():
            self.phone_requested.emit()

    def _kind_chosen(self) -> bool:
        chosen = bool(self.kinds.kind())
        if not chosen:
            self.show_problems((Problem("field.choose", field="kind"),))
        return chosen

    def _bring(self, way: str) -> None:
        if not self._kind_chosen():
            return
        self.taken.clear()
        self.show_problems(())
        if way == "file":
            self._open_files()
        else:
            self.capture_requested.emit()

    def _open_files(self) -> None:
        self.files.restart()
        self._turn_to(_Mode.FILES)

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
        more = len(view.items) < view.maximum
        self.added.offer(more=more, linking=more and view.offer_linking and bool(view.linking_kinds))
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
