"""Taking a widget away for good, while signals of it may still be under way."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def discard(widget: QWidget) -> None:
    """Hide a widget at once, let its parent go of it, and destroy it at the next turn of the event loop.

    Hidden first: without a parent it would become a window of its own for that moment.
    """
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
