"""The kiosk's two cameras, which may be one device: at most one of them takes pictures at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from registration.ports.capture import CameraSource
from ui.live_view import LiveView, OpenSession


class VoterCameras(QObject):
    """Signals, of whichever camera takes pictures: frame(QImage, Guidance), captured(Portrait | DocumentImage),
    lost(Expected), failed(Exception), as `LiveView` says them."""

    frame = Signal(object, object)
    captured = Signal(object)
    lost = Signal(object)
    failed = Signal(object)

    def __init__(self, face: CameraSource, document: CameraSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.face = LiveView(face, self)
        self.document = self.face if document is face else LiveView(document, self)
        self._taking: LiveView | None = None
        for live in {self.face, self.document}:
            live.frame.connect(self.frame)
            live.captured.connect(self._captured)
            live.lost.connect(self._lost)
            live.failed.connect(self.failed)

    def begin(self, live: LiveView, open_session: OpenSession) -> None:
        """Begin a session on one of them; the other lets go of its device first."""
        if self._taking not in (None, live):
            self.stop()
        self._taking = live
        live.begin(open_session)

    def stop(self) -> None:
        """Stop the frames and let go of the devices, so that no lamp is lit when nobody is photographed."""
        self._taking = None
        for live in {self.face, self.document}:
            live.let_go()

    def close(self) -> None:
        """End the cameras' threads."""
        self.face.close()
        self.document.close()

    def _captured(self, taken: object) -> None:
        self._taking = None
        self.captured.emit(taken)

    def _lost(self, error: Exception) -> None:
        self._taking = None
        self.lost.emit(error)
