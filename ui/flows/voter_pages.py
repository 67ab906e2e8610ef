"""The voter's pages, made afresh for every visit: what a page of the last visit held goes with it."""

from __future__ import annotations

from collections.abc import Callable

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


class VoterPages(QWidget):
    """Owns one page of each kind; `of` says which shows a view. Destroying it destroys them."""

    def __init__(self, words: Words, roots: Roots, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self.start = StartPage(words)
        self.privacy = PrivacyPage(words)
        self.choice = ChoicePage(words)
        self.log_in = LogInPage(words)
        self.home = HomePage(words)
        self.form = FormPage(words)
        self.contact_confirm = ContactConfirmPage(words)
        self.code = CodePage(words, monotonic)
        self.password = PasswordPage(words)
        self.face = FacePage(words)
        self.message = MessagePage(words)
        self.pick = PickPage(words)
        self.document = DocumentPage(words)
        self.read_back = ReadBackPage(words)
        self.attachments = AttachmentsPage(words, roots, monotonic)
        self.summary = SummaryPage(words)
        self.done = DonePage(words)
        self.trouble = TroublePage(words)
        self._of: dict[type, KioskPage] = {
            views.StartView: self.start,
            views.ChoiceView: self.choice,
            views.LogInView: self.log_in,
            views.HomeView: self.home,
            views.FormView: self.form,
            views.ContactConfirmView: self.contact_confirm,
            views.CodeView: self.code,
            views.PasswordView: self.password,
            views.FaceView: self.face,
            views.MessageView: self.message,
            views.PickView: self.pick,
            views.DocumentCaptureView: self.document,
            views.ReadBackView: self.read_back,
            views.AttachmentsView: self.attachments,
            views.SummaryView: self.summary,
            views.DoneView: self.done,
        }

    @property
    def all(self) -> tuple[KioskPage, ...]:
        return (*self._of.values(), self.privacy, self.trouble)

    def of(self, view: object) -> KioskPage:
        """Return the page for a view; a view without a page is a bug."""
        return self._of[type(view)]

    def destroy_all(self) -> None:
        """Destroy every page at the next turn of the event loop."""
        for page in self.all:
            page.deleteLater()
        self.deleteLater()
