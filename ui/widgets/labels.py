"""Words on a page: labels that wrap, named for the style sheet."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget


class Text(QLabel):
    """Plain text that wraps; hidden while it is empty. Never rich text: what is shown may come from a document."""

    def __init__(self, name: str = "text", text: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(text)

    def say(self, text: str) -> None:
        self.setText(text)
        # Before it is placed, `setVisible(True)` would open a window of its own.
        if not text or self.parentWidget() is not None:
            self.setVisible(bool(text))

    def minimumSizeHint(self) -> QSize:
        """One line as wide as the longest word: QLabel answers with the height of its narrowest shape, which makes
        a scroll area believe that the page is higher than it is. The real height comes from `heightForWidth`."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), min(hint.height(), self.fontMetrics().lineSpacing()))


class Panel(QFrame):
    """A box with a sign and words: `name` is errorPanel, warningPanel, goodPanel or infoPanel of the style sheet."""

    def __init__(self, name: str, sign: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(16)
        if sign:
            mark = QLabel(sign)
            mark.setObjectName("subheading")
            row.addWidget(mark, alignment=Qt.AlignmentFlag.AlignTop)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(8)
        row.addLayout(self.lines, 1)
        self._texts: list[Text] = []
        self.hide()

    def say(self, *texts: str) -> None:
        """Show these lines; the panel hides when there are none."""
        lines = [t for t in texts if t]
        while len(self._texts) < len(lines):
            text = Text()
            self._texts.append(text)
            self.lines.addWidget(text)
        for i, text in enumerate(self._texts):
            text.say(lines[i] if i < len(lines) else "")
        self.setAccessibleName(" ".join(lines))
        if not lines or self.parentWidget() is not None:
            self.setVisible(bool(lines))


def rule() -> QFrame:
    """A thin line between sections."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def column(*widgets: QWidget, spacing: int = 8) -> QVBoxLayout:
    """Put widgets under one another without margins."""
    box = QVBoxLayout()
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    for widget in widgets:
        box.addWidget(widget)
    return box
