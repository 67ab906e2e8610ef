"""The voter's pages, made afresh for every visit: what a page of the last visit held goes with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from registration.journey import views
from ui.files import Roots
from ui.page import KioskPage
from ui.pages.attachments_page import AttachmentsPage
from ui.pages.choice_page import ChoicePage
from ui.pages.code_page import CodePage
from ui.pages.contact_confirm_page import ContactConfirmPage
from ui.pages.document_page import DocumentPage
from ui.pages.done_page import DonePage
from ui.pages.face_page import FacePage
from ui.pages.form_page import FormPage
from ui.pages.home_page import HomePage
from ui.pages.log_in_page import LogInPage
from ui.pages.message_page import MessagePage
from ui.pages.password_page import PasswordPage
from ui.pages.pick_page import PickPage
from ui.pages.privacy_page import PrivacyPage
from ui.pages.read_back_page import ReadBackPage
from ui.pages.start_page import StartPage
from ui.pages.summary_page import SummaryPage
from ui.pages.trouble_page import TroublePage
from ui.words import Words

P = TypeVar("P", bound=KioskPage)

_OF: dict[type, str] = {
    views.StartView: "start",
    views.ChoiceView: "choice",
    views.LogInView: "log_in",
    views.HomeView: "home",
    views.FormView: "form",
    views.ContactConfirmView: "contact_confirm",
    views.CodeView: "code",
    views.PasswordView: "password",
    views.FaceView: "face",
    views.MessageView: "message",
    views.PickView: "pick",
    views.DocumentCaptureView: "document",
    views.ReadBackView: "read_back",
    views.AttachmentsView: "attachments",
    views.SummaryView: "summary",
    views.DoneView: "done",
}
"""Which page shows a view."""


class VoterPages(QWidget):
    """Owns at most one page of each kind, made when it is first asked for; `of` says which shows a view.

    A voter sees a few of them, and building all would hold up the window. `made` is told of each new page, to connect
    its signals. Destroying this destroys them.
    """

    def __init__(
        self, words: Words, roots: Roots, monotonic: Callable[[], float], made: Callable[[KioskPage], None]
    ) -> None:
        super().__init__()
        self._words, self._roots, self._monotonic = words, roots, monotonic
        self._made = made
        self._all: list[KioskPage] = []

    def of(self, view: object) -> KioskPage:
        """Return the page for a view; a view without a page is a bug."""
        page: KioskPage = getattr(self, _OF[type(view)])
        return page

    def destroy_all(self) -> None:
        """Destroy every page at the next turn of the event loop."""
        for page in self._all:
            page.deleteLater()
        self.deleteLater()

    def _make(self, page: P) -> P:
        self._all.append(page)
        self._made(page)
        return page

    @cached_property
    def start(self) -> StartPage:
        return self._make(StartPage(self._words))

    @cached_property
    def privacy(self) -> PrivacyPage:
        return self._make(PrivacyPage(self._words))

    @cached_property
    def choice(self) -> ChoicePage:
        return self._make(ChoicePage(self._words))

    @cached_property
    def log_in(self) -> LogInPage:
        return self._make(LogInPage(self._words))

    @cached_property
    def home(self) -> HomePage:
        return self._make(HomePage(self._words))

    @cached_property
    def form(self) -> FormPage:
        return self._make(FormPage(self._words))

    @cached_property
    def contact_confirm(self) -> ContactConfirmPage:
        return self._make(ContactConfirmPage(self._words))

    @cached_property
    def code(self) -> CodePage:
        return self._make(CodePage(self._words, self._monotonic))

    @cached_property
    def password(self) -> PasswordPage:
        return self._make(PasswordPage(self._words))

    @cached_property
    def face(self) -> FacePage:
        return self._make(FacePage(self._words))

    @cached_property
    def message(self) -> MessagePage:
        return self._make(MessagePage(self._words))

    @cached_property
    def pick(self) -> PickPage:
        return self._make(PickPage(self._words))

    @cached_property
    def document(self) -> DocumentPage:
        return self._make(DocumentPage(self._words))

    @cached_property
    def read_back(self) -> ReadBackPage:
        return self._make(ReadBackPage(self._words))

    @cached_property
    def attachments(self) -> AttachmentsPage:
        return self._make(AttachmentsPage(self._words, self._roots, self._monotonic))

    @cached_property
    def summary(self) -> SummaryPage:
        return self._make(SummaryPage(self._words))

    @cached_property
    def done(self) -> DonePage:
        return self._make(DonePage(self._words))

    @cached_property
    def trouble(self) -> TroublePage:
        return self._make(TroublePage(self._words))
