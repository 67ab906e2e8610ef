"""The box on top of a page that says what is wrong and leads to each field (ux.md rule 14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.widgets.buttons import RowButton
from ui.widgets.labels import Text


class ErrorSummary(QFrame):
    """Takes the focus when it appears. Entries that belong to a field are buttons: links in a QLabel are not
    reachable by a screen reader; others are plain words."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("errorPanel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(24, 16, 24, 16)
        self._rows.setSpacing(8)
        self._title = Text("subheading")
        self._rows.addWidget(self._title)
        self._entries: list[QWidget] = []
        self.hide()

    def say(self, title: str, entries: Sequence[tuple[str, Callable[[], object] | None]]) -> None:
        """Show sentences with the action that leads to their field, or None."""
        for old in self._entries:
            self._rows.removeWidget(old)
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self._entries = []
        self._title.say(f"⚠  {title}")
        for sentence, lead in entries:
            entry: QWidget
            if lead is None:
                entry = Text("bad", sentence)
            else:
                entry = RowButton("link", sentence)
                entry.clicked.connect(lead)
            self._entries.append(entry)
            self._rows.addWidget(entry)
            entry.show()
        self.setAccessibleName(". ".join([title, *(s for s, _ in entries)]))
        self.setVisible(bool(entries))
