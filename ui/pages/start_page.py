"""P0: what this is, the CEC's warning (PP-14 to PP-18), privacy, whether the camera works, and the way in."""

from __future__ import annotations

from PySide6.QtCore import Signal

from registration.journey.views import StartView
from ui.notices import Problem, sentence
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text
from ui.words import Words


class StartPage(KioskPage):
    """Signals: enter_requested() "HYR NË PER"; privacy_requested() to read the whole notice."""

    enter_requested = Signal()
    privacy_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view = StartView()
        self._elections = Text("subheading")
        self._time = Text()
        self._camera = Text("good")
        self._no_camera = Panel("errorPanel", "⚠")
        self._offline = Panel("infoPanel", "●")
        self._closed = Panel("warningPanel", "⚠")
        self._cec = Panel("warningPanel", "⚠")
        self._privacy = Text("hint")
        self._privacy_link = RowButton("link")
        self._privacy_link.clicked.connect(self.privacy_requested)
        for widget in (
            self._elections,
            self._time,
            self._camera,
            self._no_camera,
            self._offline,
            self._closed,
            self._cec,
            self._privacy,
            self._privacy_link,
        ):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.retranslate()

    def show_view(self, view: StartView) -> None:
        self._view = view
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(next=self.words("voter.start.enter"))

    def submit(self) -> None:
        self.enter_requested.emit()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for link in self.findChildren(RowButton):
            link.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        view, words = self._view, self.words
        self.write_heading(words("voter.start.title"))
        self._elections.say(words("voter.start.elections"))
        self._time.say(words("voter.start.time"))
        self._camera.say("" if view.camera_problem else f"✓  {words('voter.start.camera_ready')}")
        self._no_camera.say(sentence(words, Problem(view.camera_problem, view.params)) if view.camera_problem else "")
        self._offline.say("" if view.online else words("voter.start.offline"))
        self._closed.say("" if view.registration_open else words("voter.start.closed"))
        self._cec.say(words("voter.start.only_per"), words("voter.start.help_only"), words("voter.start.impostors"))
        self._privacy.say(words("voter.start.privacy"))
        self._privacy_link.say(words("voter.start.privacy_link"))
        super().retranslate()
