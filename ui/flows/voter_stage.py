"""The voter's pages on the shell: which page shows which view, which signal means which intention.

The stage brings the right one to the front, runs the camera while a page wants it, and
holds no rule.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from registration.errors import Expected, VoterCanFix
from registration.journey import views
from registration.model.documents import Side
from registration.ports.capture import Guidance
from ui.files import Roots, removable_roots
from ui.flows.journey_flow import JourneyFlow
from ui.flows.phone_flow import PhoneFlow
from ui.flows.voter_cameras import VoterCameras
from ui.flows.voter_flow import VoterFlow
from ui.flows.voter_pages import VoterPages
from ui.flows.voter_services import VoterServices
from ui.idle import IdleWatch
from ui.page import KioskPage, application
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
from ui.read_aloud import ReadAloud
from ui.receipt_pdf import save_receipt
from ui.shell import Shell
from ui.words import Words


class VoterStage(QObject):
    """Shows a `VoterFlow` on a `Shell`.

    Signals: bug(Exception) something nobody foresaw; the voter has been led to a safe page.
    """

    bug = Signal(object)

    def __init__(self, shell: Shell, flow: VoterFlow, services: VoterServices, words: Words, idle: IdleWatch) -> None:
        super().__init__(shell)
        self._shell = shell
        self._flow = flow
        self._services = services
        self._words = words
        self._language = words.language
        self._idle = idle
        self._view: object = None
        self._working = False
        self.cameras = VoterCameras(services.face_camera, services.document_camera, self)
        self.aloud = ReadAloud(services.speech, words, monotonic=services.clock.monotonic, parent=self)
        self.phone = PhoneFlow(services.phone, flow.tasks, services.clock.monotonic, self)
        self.pages = self._fresh_pages()
        self._connect()
        self._connect_sound()

    def close(self) -> None:
        """End the cameras' threads and the voice."""
        self.cameras.close()
        self._services.speech.close()

    # ------------------------------------------------------------ pages

    def _fresh_pages(self) -> VoterPages:
        folder = self._services.files_folder
        roots: Roots = (lambda: (folder,)) if folder else removable_roots
        return VoterPages(self._words, roots, self._services.clock.monotonic, self._connect_page)

    def _connect(self) -> None:
        flow, shell = self._flow, self._shell
        flow.shown.connect(self._show)
        flow.working.connect(self._show_work)
        flow.failed.connect(self._fail)
        flow.wiped.connect(self._wipe)
        shell.stay_requested.connect(self._idle.stay)
        shell.leave_requested.connect(flow.discard)
        shell.exit_requested.connect(flow.leave)
        self._idle.warned.connect(self._warn_of_idling)
        self._idle.returned.connect(shell.hide_idle_warning)
        self._idle.expired.connect(flow.leave)
        self.phone.offered.connect(lambda offered: self.pages.attachments.offer_phone(offered))
        self.phone.opened.connect(lambda url, seconds: self.pages.attachments.show_phone(url, seconds))
        self.phone.received.connect(lambda content: self.pages.attachments.take_from_phone(content))
        self.phone.failed.connect(self._phone_failed)
        self.cameras.frame.connect(self._show_frame)
        self.cameras.captured.connect(self._captured)
        self.cameras.lost.connect(self._lost)
        self.cameras.failed.connect(self._fail)

    def _connect_sound(self) -> None:
        aloud, panel = self.aloud, self._shell.sound_panel
        self._shell.page_said.connect(lambda page: aloud.page(page.spoken()))
        panel.aloud_chosen.connect(aloud.choose)
        panel.louder_requested.connect(aloud.louder)
        panel.read_requested.connect(aloud.read_page)
        aloud.changed.connect(lambda: panel.show_choice(aloud.aloud, aloud.step))
        panel.show_choice(aloud.aloud, aloud.step)
        # After the shell, which was connected before, has written the page in the other language.
        self._words.changed.connect(self._say_page)

    def _say_page(self) -> None:
        if self._shell.page is not None:
            self.aloud.page(self._shell.page.spoken())

    def _warn_of_idling(self, seconds: int) -> None:
        if self._shell.show_idle_warning(seconds):
            self.aloud.trouble(self._shell.idle_panel.accessibleName())

    def _connect_page(self, page: KioskPage) -> None:
        """Say what a new page's signals mean."""
        flow = self._flow
        page.back_requested.connect(self._back)
        match page:
            case StartPage():
                page.enter_requested.connect(flow.enter)
                page.privacy_requested.connect(self._show_privacy)
            case PrivacyPage():
                page.read.connect(flow.enter)
            case ChoicePage():
                page.create_requested.connect(flow.create_account)
                page.log_in_requested.connect(flow.ask_log_in)
            case LogInPage():
                page.submitted.connect(flow.log_in)
                page.forgotten.connect(flow.forgot_password)
            case HomePage():
                page.create_requested.connect(flow.begin_request)
                page.continue_requested.connect(flow.resume)
                page.refresh_requested.connect(flow.home)
                page.confirm_requested.connect(flow.confirm_contact)
                page.complete_requested.connect(flow.complete)
                page.withdraw_requested.connect(flow.withdraw)
                page.leave_requested.connect(flow.leave)
            case DonePage():
                page.chosen.connect(flow.choose)
                page.receipt_requested.connect(self._save_receipt)
            case TroublePage():
                page.again_requested.connect(flow.start)
                page.leave_requested.connect(flow.leave)
            case _:
                self._connect_step(page)

    def _connect_step(self, page: KioskPage) -> None:
        cameras = self.cameras
        match page:
            case FormPage():
                page.submitted.connect(self._tell(lambda journey: journey.fill))
                page.skip_requested.connect(self._tell(lambda journey: journey.skip))
            case ContactConfirmPage():
                page.confirmed.connect(self._tell(lambda journey: journey.access.confirm_contact))
            case CodePage():
                page.submitted.connect(self._tell(lambda journey: journey.access.enter_code))
                page.resend_requested.connect(self._tell(lambda journey: journey.access.resend_code))
            case PasswordPage():
                page.submitted.connect(self._tell(lambda journey: journey.access.set_password))
            case FacePage():
                page.confirmed.connect(self._tell(lambda journey: journey.pictures.confirm_portrait))
                page.skip_requested.connect(self._tell(lambda journey: journey.pictures.retake))
                page.skip_requested.connect(self._capture_face)
                page.capture_requested.connect(self._capture_face)
                page.other_way_requested.connect(cameras.face.take_now)
            case MessagePage():
                page.continued.connect(self._tell(lambda journey: journey.seen))
            case PickPage():
                page.submitted.connect(self._tell(lambda journey: journey.pick))
            case DocumentPage():
                page.retake_requested.connect(self._tell(lambda journey: journey.pictures.retake_side))
                page.confirmed.connect(self._tell(lambda journey: journey.pictures.confirm_document))
                page.capture_requested.connect(self._capture_side)
                page.take_now_requested.connect(lambda: cameras.document.take_now("voter"))
            case ReadBackPage():
                page.submitted.connect(self._tell(lambda journey: journey.pictures.correct))
                page.skip_requested.connect(self._tell(lambda journey: journey.pictures.photograph_again))
            case AttachmentsPage():
                page.photographed.connect(self._tell(lambda journey: journey.proofs.add_pages))
                page.file_chosen.connect(self._tell(lambda journey: journey.proofs.add_file))
                page.phone_requested.connect(lambda: self.phone.begin(self._words.language))
                page.phone_ended.connect(self.phone.cancel)
                page.phone_brought.connect(self._tell(lambda journey: journey.proofs.add_content))
                page.removed.connect(self._tell(lambda journey: journey.proofs.remove))
                page.submitted.connect(self._tell(lambda journey: journey.proofs.confirm))
                page.capture_requested.connect(self._capture_page)
                page.capture_ended.connect(self.cameras.stop)
                page.take_now_requested.connect(lambda: cameras.document.take_now("voter"))
            case SummaryPage():
                page.change_requested.connect(self._tell(lambda journey: journey.change))
                page.submitted.connect(self._tell(lambda journey: journey.seen))

    def _tell(self, whom: Callable[[JourneyFlow], Callable[..., None]]) -> Callable[..., None]:
        """Send an intention to the journey in front; a late click after its end goes nowhere."""

        def told(*given: Any) -> None:
            if self._flow.journey is not None:
                whom(self._flow.journey)(*given)

        return told

    def _show(self, view: object) -> None:
        page = self.pages.of(view)
        self._view = view
        if page is not self._shell.page:
            self.cameras.stop()
            self.phone.cancel()
            if isinstance(page, AttachmentsPage):
                self.phone.ask()
        page.show_view(view)  # type: ignore[attr-defined]  # every page of the table has it, for its own view
        self._shell.show_page(page)
        visiting = not isinstance(page, StartPage)
        self._shell.offer_exit(visiting)
        if visiting:
            self._idle.start()
        else:
            self._idle.stop()

    def _show_privacy(self) -> None:
        self._flow.read_privacy()
        self._shell.show_page(self.pages.privacy)

    def _back(self) -> None:
        self.cameras.stop()
        journey = self._flow.journey
        if isinstance(self._shell.page, PrivacyPage):
            self._flow.start()
        elif journey is not None and journey.state.trail:
            journey.back()
        elif self._view is not None and isinstance(self._view, views.ChoiceView):
            self._flow.leave()
        else:
            self._flow.back()

    def _show_work(self, text_id: str, may_give_up: bool) -> None:
        if bool(text_id) != self._working:
            self._working = bool(text_id)
            (self._idle.pause if self._working else self._idle.resume)()
        if text_id:
            journey = self._flow.journey
            self._shell.show_busy(text_id, cancel=journey.course.give_up if may_give_up and journey else None)
        else:
            self._shell.hide_busy()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, Expected) and self._shell.page is not None:
            self._shell.notices.show(error)
            return
        # A bug: the page may be in any state, so the voter is led out; the sealed draft stays.
        self.cameras.stop()
        self._shell.hide_busy()
        self.pages.trouble.show_error(error)
        self._shell.show_page(self.pages.trouble)
        self.bug.emit(error)

    def _phone_failed(self, error: Exception) -> None:
        if isinstance(error, Expected):
            self.pages.attachments.show_phone_lost(error)
        else:
            self._fail(error)

    def _wipe(self) -> None:
        """Forget everything of the voter: pages with all they hold, pictures, clipboard, look and language."""
        self.cameras.stop()
        self.phone.cancel()
        self._view = None
        before, self.pages = self.pages, self._fresh_pages()
        self._shell.show_page(self.pages.start)
        before.destroy_all()
        application().clipboard().clear()
        self._shell.reset_look()
        self.aloud.reset()
        self._words.choose(self._language)

    # ------------------------------------------------------------ cameras

    def _capture_page(self) -> None:
        self.pages.attachments.show_live()
        self.cameras.begin(self.cameras.document, self._services.captures.page)

    def _capture_face(self) -> None:
        self.pages.face.show_live()
        self.cameras.begin(self.cameras.face, self._services.captures.face)

    def _capture_side(self, side: Side) -> None:
        view = self._view
        assert isinstance(view, views.DocumentCaptureView)
        self.pages.document.show_live(side)
        self.cameras.begin(self.cameras.document, partial(self._services.captures.document, view.kind, side))

    def _show_frame(self, image: QImage, guidance: Guidance) -> None:
        page = self._shell.page
        if isinstance(page, FacePage | DocumentPage | AttachmentsPage):
            page.show_frame(image, guidance)
            self.aloud.guidance(guidance)

    def _captured(self, taken: Any) -> None:
        self.aloud.taken()
        page, journey = self._shell.page, self._flow.journey
        if isinstance(page, AttachmentsPage):
            page.show_captured(taken)
        elif journey is not None and isinstance(page, FacePage):
            journey.pictures.take_portrait(taken)
        elif journey is not None and isinstance(page, DocumentPage):
            journey.pictures.take_side(taken)

    def _lost(self, error: Exception) -> None:
        page = self._shell.page
        if isinstance(page, FacePage | DocumentPage | AttachmentsPage):
            page.show_lost(error)
            self.aloud.trouble(page.spoken())

    # ------------------------------------------------------------ receipt

    def _save_receipt(self) -> None:
        view = self._view
        assert isinstance(view, views.DoneView)
        folder = next(iter(self._receipt_folders()), None)
        if folder is None:
            self._shell.notices.show(VoterCanFix("file.no_stick"))
            return
        file = folder / f"{view.reference}.pdf"
        try:
            save_receipt(view, self._words, file)
        except Expected as error:
            self._shell.notices.show(error)
        else:
            self.pages.done.show_saved(file.name)

    def _receipt_folders(self) -> tuple[Path, ...]:
        return (self._services.files_folder,) if self._services.files_folder else tuple(removable_roots())
