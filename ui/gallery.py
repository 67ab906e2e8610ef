"""Every screen as a picture: each page with sample views, in the languages and text sizes asked for, and an index.

`make gallery` calls it; the tests of the pages walk through the same scenes.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from registration.errors import StaffMustFix
from registration.journey.views import ChoiceView, HomeView, LogInView, StartView
from registration.model.documents import DocumentKind, Side
from registration.model.person import Finding
from registration.ports.capture import Guidance
from resources import texts
from ui import fonts
from ui import gallery_pictures as pictures
from ui import gallery_samples as samples
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
from ui.shell import Shell
from ui.theme import TextSize, Theme
from ui.words import Words

DEFAULT_SIZES = (TextSize.NORMAL, TextSize.LARGEST)


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen: its name and what to do with the shell to see it; it returns the page in front."""

    name: str
    show: Callable[[Shell], KioskPage]


def _start(view: StartView) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = StartPage(shell.words)
        page.show_view(view)
        return page

    return show


def _choice(shell: Shell) -> KioskPage:
    page = ChoicePage(shell.words)
    page.show_view(ChoiceView())
    return page


def _form(make: Callable[[], object]) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = FormPage(shell.words)
        page.show_view(make())  # type: ignore[arg-type]
        return page

    return show


def _confirm(shell: Shell) -> KioskPage:
    page = ContactConfirmPage(shell.words)
    page.show_view(samples.contact_confirm())
    return page


def _code(*, online: bool) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        # A clock that stands still, so that the picture is the same every time.
        page = CodePage(shell.words, lambda: 17.0)
        page.show_view(samples.code(online=online))
        return page

    return show


def _password(shell: Shell) -> KioskPage:
    page = PasswordPage(shell.words)
    page.show_view(samples.password())
    page.password.line.setText("Shkodra")
    return page


def _log_in(shell: Shell) -> KioskPage:
    page = LogInPage(shell.words)
    page.show_view(LogInView(contact="+355 69 123 4567"))
    return page


def _message(make: Callable[[], object], step: str) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = MessagePage(shell.words)
        page.show_view(samples.message(make(), step))  # type: ignore[arg-type]
        return page

    return show


def _face(stage: str) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = FacePage(shell.words)
        page.show_view(samples.face(pictures.portrait() if stage == "taken" else None))
        if stage == "live":
            page.show_live()
            page.show_frame(pictures.face_image(), Guidance(False, ""))
        elif stage == "green":
            page.show_live()
            page.show_frame(pictures.face_image(), Guidance(True, "", progress=0.6))
        elif stage == "lost":
            page.show_lost(StaffMustFix("camera.missing", camera="0"))
        return page

    return show


def _document(stage: str) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = DocumentPage(shell.words)
        if stage == "passport_taken":
            page.show_view(samples.capture(DocumentKind.PASSPORT, (pictures.document(),)))
        elif stage == "card_taken":
            both = tuple(pictures.document(side) for side in (Side.FRONT, Side.BACK))
            page.show_view(samples.capture(DocumentKind.ID_CARD, both))
        else:
            page.show_view(samples.capture(DocumentKind.PASSPORT))
        if stage in ("live", "green"):
            page.show_live(Side.DATA_PAGE)
            page.show_frame(
                pictures.on_desk(pictures.document_image(), 0.76),
                Guidance(stage == "green", "", progress=0.5 * (stage == "green")),
            )
        return page

    return show


def _pick(shell: Shell) -> KioskPage:
    page = PickPage(shell.words)
    page.show_view(samples.kinds("passport"))
    return page


def _read_back(*differing: str) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = ReadBackPage(shell.words)
        page.show_view(samples.read_back(differing))
        return page

    return show


def _proofs(stage: str) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = AttachmentsPage(shell.words, lambda: ())
        page.show_view(
            samples.proofs(items={"list": 1, "bad": 2}.get(stage, 0), bad=stage == "bad"),
        )
        if stage == "live":
            page.show_live()
            page.show_frame(pictures.on_desk(pictures.proof_image(), 0.9), Guidance(False, ""))
        elif stage == "taken":
            page.show_captured(pictures.proof_photo())
        elif stage == "files":
            page._open_files()
        return page

    return show


def _summary(shell: Shell) -> KioskPage:
    page = SummaryPage(shell.words)
    page.show_view(samples.summary())
    return page


def _done(make: Callable[[], object]) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = DonePage(shell.words)
        page.show_view(make())  # type: ignore[arg-type]
        return page

    return show


def _home(make: Callable[[], HomeView]) -> Callable[[Shell], KioskPage]:
    def show(shell: Shell) -> KioskPage:
        page = HomePage(shell.words)
        page.show_view(make())
        return page

    return show


def _trouble(shell: Shell) -> KioskPage:
    page = TroublePage(shell.words)
    page.show_error(StaffMustFix("unexpected"))
    return page


def _wrong_person() -> object:
    problems = (Finding("person.number_length", "personal_number"), Finding("field.missing", "birth_place"))
    return samples.person_form({**samples.PERSON, "personal_number": "F2030", "birth_place": ""}, problems=problems)


SCENES: tuple[Scene, ...] = (
    Scene("start", _start(StartView())),
    Scene(
        "start-no-camera",
        _start(StartView("camera.missing", registration_open=False, params=(("camera", "device:0"),))),
    ),
    Scene("privacy", lambda shell: PrivacyPage(shell.words)),
    Scene("choice", _choice),
    Scene("contact", _form(samples.contact_form)),
    Scene("contact-confirm", _confirm),
    Scene("code", _code(online=True)),
    Scene("code-offline", _code(online=False)),
    Scene("password", _password),
    Scene("face-intro", _face("intro")),
    Scene("face-live", _face("live")),
    Scene("face-green", _face("green")),
    Scene("face-taken", _face("taken")),
    Scene("face-no-camera", _face("lost")),
    Scene("face-saved", _message(samples.account, "face_saved")),
    Scene("person", _form(samples.person_form)),
    Scene("person-wrong", _form(_wrong_person)),
    Scene("account-done", _done(samples.account_done)),
    Scene("log-in", _log_in),
    Scene("home", _home(samples.home)),
    Scene("home-empty", _home(lambda: HomeView("+355*****4567"))),
    Scene("document-kind", _pick),
    Scene("document-intro", _document("intro")),
    Scene("document-live", _document("live")),
    Scene("document-green", _document("green")),
    Scene("document-taken", _document("passport_taken")),
    Scene("card-taken", _document("card_taken")),
    Scene("read-back", _read_back()),
    Scene("read-back-differs", _read_back("birth_date", "birth_place", "personal_number")),
    Scene("document-saved", _message(samples.request, "document_saved")),
    Scene("proof-kind", _proofs("kind")),
    Scene("proof-live", _proofs("live")),
    Scene("proof-taken", _proofs("taken")),
    Scene("proof-files", _proofs("files")),
    Scene("proof-list", _proofs("list")),
    Scene("proof-bad", _proofs("bad")),
    Scene("address", _form(samples.address_form)),
    Scene("second-contact", _form(samples.second_contact_form)),
    Scene("summary", _summary),
    Scene("sent", _done(samples.request_done)),
    Scene("stored", _done(lambda: samples.request_done(delivered=False))),
    Scene("trouble", _trouble),
)
PANELS = ("help", "display", "sound", "busy", "idle", "exit")


def settle(shell: Shell) -> None:
    """Let layouts, focus and posted events come to rest."""
    running = application()
    for _ in range(4):
        running.processEvents()
        running.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    layout = shell.layout()
    assert layout is not None
    layout.activate()


def open_scene(shell: Shell, scene: Scene) -> KioskPage:
    """Show a scene on the shell and let it settle."""
    page = scene.show(shell)
    page.setParent(shell)
    shell.show_page(page)
    settle(shell)
    return page


def open_panel(shell: Shell, name: str) -> QWidget:
    """Bring one of the shell's panels to the front."""
    panels: dict[str, QWidget] = {
        "help": shell.help_panel,
        "display": shell.display_panel,
        "sound": shell.sound_panel,
        "busy": shell.busy_panel,
        "idle": shell.idle_panel,
        "exit": shell.exit_panel,
    }
    shell.offer_exit(name == "exit")
    if name == "busy":
        shell.busy_panel.show_work("voter.busy.sending", lambda: None)
    elif name == "idle":
        shell.show_idle_warning(45)
    shell._bring(panels[name])
    settle(shell)
    return panels[name]


def render_gallery(
    out_dir: Path,
    languages: Sequence[str] = texts.LANGUAGES,
    sizes: Sequence[TextSize] = DEFAULT_SIZES,
    *,
    themes: Sequence[Theme] = (Theme.DEFAULT,),
    resolution: tuple[int, int] = (1920, 1080),
    px_per_mm: float | None = None,
    scenes: Sequence[Scene] = SCENES,
    panels: Sequence[str] = PANELS,
) -> Path:
    """Write one PNG per screen, language, text size and theme, and return the index page.

    Needs a running QApplication; offscreen is enough.
    """
    fonts.load()
    out_dir.mkdir(parents=True, exist_ok=True)
    pictures: list[tuple[str, str, TextSize, Theme, str]] = []
    for language in languages:
        for size in sizes:
            for theme in themes:
                shell = Shell(Words(language), theme=theme, size=size, screen_px_per_mm=px_per_mm)
                shell.resize(*resolution)
                shell.show()
                for name, grab in _screens(shell, scenes, panels):
                    file = f"{name}-{language}-{size}-{theme}.png"
                    grab.grab().save(str(out_dir / file))
                    pictures.append((name, language, size, theme, file))
                shell.close()
                shell.deleteLater()
                application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
    index = out_dir / "index.html"
    index.write_text(_index(pictures), encoding="utf-8")
    return index


def _screens(shell: Shell, scenes: Sequence[Scene], panels: Sequence[str]) -> Iterator[tuple[str, QWidget]]:
    """Yield each screen when it stands."""
    for scene in scenes:
        open_scene(shell, scene)
        yield scene.name, shell
    for name in panels:
        open_panel(shell, name)
        yield f"panel-{name}", shell


def _index(pictures: Sequence[tuple[str, str, TextSize, Theme, str]]) -> str:
    rows = []
    for name in dict.fromkeys(p[0] for p in pictures):
        cells = "".join(
            f'<figure><a href="{file}"><img src="{file}" alt="{name}" loading="lazy"></a>'
            f"<figcaption>{language}, {size}, {theme}</figcaption></figure>"
            for known, language, size, theme, file in pictures
            if known == name
        )
        rows.append(f"<section><h2>{html.escape(name)}</h2><div>{cells}</div></section>")
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Screens</title><style>"
        "body{font-family:sans-serif;margin:2rem;background:#eef1f5}div{display:flex;flex-wrap:wrap;gap:1rem}"
        "figure{margin:0}img{width:460px;border:1px solid #8592a6;background:#fff}figcaption{color:#41506a}"
        f"</style><h1>{len(pictures)} screens</h1>{''.join(rows)}</html>"
    )
