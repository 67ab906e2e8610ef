"""The parts of the administrator's window."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from registration.admin_desk import LEAST_PASSPHRASE, KioskStatus, PacketNotice
from registration.model.ids import PacketId
from ui.notices import Problem, sentence
from ui.widgets.buttons import button
from ui.widgets.discard import discard
from ui.widgets.labels import Text
from ui.words import Words

DAY = 86_400
LINES = ("enrolled", "kiosk", "server", "looked", "next_try", "clock", "waiting", "exported", "attention", "received")


def megabytes(words: Words, size: int) -> str:
    """Return a size of packets as a person reads it."""
    if size < 1_000_000:
        return words("admin.kilobytes", n=-(-size // 1000))
    return words("admin.megabytes", size=f"{size / 1_000_000:.1f}".replace(".", words("admin.decimal")))


def moment(at: datetime | None, otherwise: str) -> str:
    return otherwise if at is None else at.astimezone().strftime("%d.%m.%Y %H:%M:%S")


class Card(QFrame):
    """A titled card."""

    def __init__(self, words: Words, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._words = words
        self._title_id = title
        self._title = Text("subheading")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 14)
        self.body.setSpacing(8)
        self.body.addWidget(self._title)

    def retranslate(self) -> None:
        title = self._words(self._title_id)
        self._title.say(title)
        self.setAccessibleName(title)


class StatusPanel(Card):
    """How the kiosk stands, line by line."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, "admin.status")
        self._status: KioskStatus | None = None
        self._names = {name: Text("caption") for name in LINES}
        self.values = {name: Text("value") for name in LINES}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for number, name in enumerate(LINES):
            grid.addWidget(self._names[name], number, 0)
            grid.addWidget(self.values[name], number, 1)
        self.body.addLayout(grid)
        self._problem = Text("bad")
        self.body.addWidget(self._problem)
        self.retranslate()

    def show_status(self, status: KioskStatus) -> None:
        self._status = status
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        words, status = self._words, self._status
        for name, label in self._names.items():
            label.say(words(f"admin.status.{name}"))
        if status is None:
            return
        said = {
            "enrolled": words("shell.yes" if status.enrolled else "admin.not_enrolled"),
            "kiosk": " · ".join(part for part in (status.kiosk_name, status.kiosk_id, status.election) if part) or "–",
            "server": self._server(status),
            "looked": moment(status.last_look, words("admin.not_yet")),
            "next_try": moment(status.next_try, words("admin.nothing_due")),
            "clock": self._clock(status),
            "waiting": f"{status.waiting}  ({megabytes(words, status.waiting_size)})",
            "exported": str(status.exported),
            "attention": str(status.attention),
            "received": str(status.received),
        }
        for name, value in self.values.items():
            value.setObjectName("doubt" if _doubtful(name, status) else "value")
            value.style().unpolish(value)
            value.style().polish(value)
            value.say(f"⚠ {said[name]}" if _doubtful(name, status) else said[name])
            value.setAccessibleName(f"{self._names[name].text()}: {said[name]}")
        self._problem.say(f"⚠ {sentence(words, Problem(status.problem))}" if status.problem else "")

    def _server(self, status: KioskStatus) -> str:
        if not status.server:
            return self._words("admin.no_server")
        return f"{status.server} ({self._words('admin.embedded')})" if status.embedded_server else status.server

    def _clock(self, status: KioskStatus) -> str:
        if status.clock_skew is None:
            return self._words("admin.not_yet")
        seconds = round(abs(status.clock_skew))
        if seconds == 0:
            return self._words("admin.clock_right")
        side = "behind" if status.clock_skew > 0 else "ahead"
        if seconds >= 2 * DAY:
            # A battery that died or a year mistyped: nobody reads that in seconds.
            return self._words(f"admin.clock_{side}_days", n=round(seconds / DAY))
        return self._words(f"admin.clock_{side}", n=seconds)


def _doubtful(name: str, status: KioskStatus) -> bool:
    return (
        (name == "enrolled" and not status.enrolled)
        or (name == "clock" and status.clock_is_off)
        or (name == "attention" and status.attention > 0)
    )


class AttentionPanel(Card):
    """The packets somebody must look at. Signals: retry_requested(packet id)."""

    retry_requested = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__(words, "admin.attention")
        self._notices: tuple[PacketNotice, ...] = ()
        self._rows: list[QWidget] = []
        self.retry_buttons: dict[PacketId, QPushButton] = {}
        self._none = Text("caption")
        self.body.addWidget(self._none)
        self.retranslate()

    def show_notices(self, notices: tuple[PacketNotice, ...]) -> None:
        """Show them; nothing is rebuilt under the pointer while nothing changed."""
        if notices != self._notices:
            self._notices = notices
            self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        words = self._words
        for old in self._rows:
            self.body.removeWidget(old)
            discard(old)
        self._rows, self.retry_buttons = [], {}
        self._none.say("" if self._notices else words("admin.attention_none"))
        for notice in self._notices:
            made = self._row(notice)
            self.body.addWidget(made)
            made.show()
            self._rows.append(made)

    def _row(self, notice: PacketNotice) -> QWidget:
        words, made = self._words, QWidget()
        kind = words(f"admin.kind.{notice.kind}")
        size = megabytes(words, notice.size)
        head = words("admin.packet", n=notice.seq, kind=kind, reference=notice.reference, size=size)
        tries = words("admin.attempts", n=notice.attempts)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Text("value", head))
        texts.addWidget(Text("caption", f"{moment(notice.created, '')} · {tries}"))
        texts.addWidget(Text("bad", sentence(words, Problem(notice.problem)) if notice.problem else ""))
        again = button()
        again.setText(words("shell.try_again"))
        again.setAccessibleName(f"{again.text()}: {head}")
        again.clicked.connect(lambda: self.retry_requested.emit(notice.packet_id))
        self.retry_buttons[notice.packet_id] = again
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 4, 0, 4)
        row.addLayout(texts, 1)
        row.addWidget(again)
        return made


class FormCard(Card):
    """A card with lines to fill and a button. The sentence of what is missing stands above the button."""

    def __init__(self, words: Words, title: str, lines: tuple[str, ...], *, hidden: bool) -> None:
        super().__init__(words, title)
        self._names = lines
        self.note = Text("hint")
        self.body.addWidget(self.note)
        self.labels = {name: Text("label") for name in lines}
        self.lines = {name: QLineEdit() for name in lines}
        for name in lines:
            self.body.addWidget(self.labels[name])
            self.body.addWidget(self.lines[name])
            self.lines[name].returnPressed.connect(self.submit)
            if hidden:
                self.lines[name].setEchoMode(QLineEdit.EchoMode.Password)
        self._error = Text("fieldError")
        self.button = button()
        self.body.addWidget(self._error)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.button.clicked.connect(self.submit)
        self._problem: Problem | None = None

    def submit(self) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        for line in self.lines.values():
            line.clear()

    def say_problem(self, problem: Problem | None) -> None:
        self._problem = problem
        self._error.say("" if problem is None else f"✗  {sentence(self._words, problem)}")
        if problem is not None and problem.field in self.lines:
            self.lines[problem.field].setFocus()

    def retranslate(self) -> None:
        super().retranslate()
        for name in self._names:
            self.labels[name].say(self._words(f"{self._title_id}.{name}"))
            self.lines[name].setAccessibleName(self.labels[name].text())
        self.button.setText(self._words(f"{self._title_id}.button"))
        self.note.say(self._words(f"{self._title_id}.note"))
        self._error.say("" if self._problem is None else f"✗  {sentence(self._words, self._problem)}")


class EnrolPanel(FormCard):
    """Signals: submitted(address, token)."""

    submitted = Signal(str, str)

    def __init__(self, words: Words) -> None:
        super().__init__(words, "admin.enrol", ("address", "token"), hidden=False)
        self.retranslate()

    def show_status(self, status: KioskStatus) -> None:
        """Fill the address in while nothing is typed."""
        address = self.lines["address"]
        if not address.isModified() and not status.embedded_server:
            address.setText(status.server)

    def submit(self) -> None:
        address = self.lines["address"].text().strip()
        self.say_problem(None if address else Problem("field.missing", field="address"))
        if address:
            self.submitted.emit(address, self.lines["token"].text().strip())

    def clear(self) -> None:
        """Forget the token; the address stays."""
        self.lines["token"].clear()
        self.lines["address"].setModified(False)


class PassphrasePanel(FormCard):
    """Signals: submitted(old, new)."""

    submitted = Signal(str, str)

    def __init__(self, words: Words) -> None:
        super().__init__(words, "admin.passphrase", ("old", "new", "repeat"), hidden=True)
        self.retranslate()

    def submit(self) -> None:
        old, new, repeat = (self.lines[name].text() for name in ("old", "new", "repeat"))
        problem = None
        if not old:
            problem = Problem("field.missing", field="old")
        elif len(new) < LEAST_PASSPHRASE:
            problem = Problem("passphrase.short", (("least", LEAST_PASSPHRASE),), "new")
        elif new != repeat:
            problem = Problem("passphrase.differs", field="repeat")
        self.say_problem(problem)
        if problem is None:
            self.submitted.emit(old, new)
