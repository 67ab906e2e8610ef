"""Choose a file from a memory stick: large rows, our own words, nothing of the system's dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ui.files import Entry, Roots, entries
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Text
from ui.words import Words


class FileChooser(QWidget):
    """Signals: chosen(Path) a file; vanished() the stick was pulled out while it was listed."""

    chosen = Signal(object)
    vanished = Signal()

    def __init__(self, words: Words, roots: Roots) -> None:
        super().__init__()
        self._words = words
        self._roots = roots
        self._folder: Path | None = None
        self._entries: tuple[Entry, ...] = ()
        self._where = Text("label")
        self._empty = Text()
        self.list = QListWidget()
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        self.up_button, self.refresh_button = RowButton("link"), RowButton("link")
        self.up_button.clicked.connect(self._up)
        self.refresh_button.clicked.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._where, self._empty, self.list):
            column.addWidget(widget, 1 if widget is self.list else 0)
        row = QHBoxLayout()
        row.addWidget(self.up_button)
        row.addWidget(self.refresh_button)
        column.addLayout(row)
        column.addStretch(0)
        self._column = column
        self.retranslate()

    def refresh(self) -> None:
        """Look again: a stick may have been plugged in."""
        if self._folder is None:
            roots = tuple(self._roots())
            self._entries = tuple(Entry(root, root.name or str(root), True) for root in roots)
        else:
            try:
                self._entries = entries(self._folder)
            except OSError:
                self._folder = None
                self.vanished.emit()
                self.refresh()
                return
        self.list.clear()
        for entry in self._entries:
            item = QListWidgetItem(f"{'▶' if entry.folder else '•'}  {entry.name}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.name)
            self.list.addItem(item)
        self.retranslate()

    def restart(self) -> None:
        """Begin at the sticks."""
        self._folder = None
        self.refresh()

    def restyle(self, look: Look) -> None:
        self._column.setSpacing(look.metrics.gap)
        self.list.setMinimumHeight(look.metrics.target * 3)
        for made in (self.up_button, self.refresh_button):
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        words = self._words
        self._where.say(self._folder.name if self._folder is not None else words("voter.files.sticks"))
        empty = "voter.files.no_stick" if self._folder is None else "voter.files.empty"
        self._empty.say("" if self._entries else words(empty))
        self.list.setVisible(bool(self._entries))
        self.list.setAccessibleName(self._where.text())
        self.up_button.setVisible(self._folder is not None)
        self.up_button.say(words("voter.files.up"))
        self.refresh_button.say(words("voter.files.refresh"))

    def _open(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        if not 0 <= row < len(self._entries):
            return
        entry = self._entries[row]
        if entry.folder:
            self._folder = entry.path
            self.refresh()
        else:
            self.chosen.emit(entry.path)

    def _up(self) -> None:
        roots = set(self._roots())
        self._folder = None if self._folder is None or self._folder in roots else self._folder.parent
        self.refresh()
