"""Bring a camera's pictures to a page: a thread of its own, one frame in flight at most.

The worker reads the next frame only when the page took the last one (pull), so a slow page gets no backlog, and it
runs the capture session itself, so that no analysis ever touches the UI thread.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtGui import QImage

from registration.errors import Expected
from registration.ports.capture import CameraSource, CaptureSession, Frame

OpenSession = Callable[[], CaptureSession]


def to_image(frame: Frame) -> QImage:
    """Copy a frame's BGR pixels into an image of Qt's own, which may cross threads."""
    height, width, _ = frame.pixels.shape
    return QImage(frame.pixels.tobytes(), width, height, width * 3, QImage.Format.Format_BGR888).copy()


class _Worker(QObject):
    shown = Signal(int, object, object)
    lost = Signal(int, object)

    def __init__(self, camera: CameraSource) -> None:
        super().__init__()
        self._camera = camera
        self._open = False
        self._session: CaptureSession | None = None
        self._attempt = 0

    @Slot(int, object)
    def begin(self, attempt: int, open_session: OpenSession) -> None:
        self.end()
        self._attempt = attempt
        try:
            if not self._open:
                self._camera.open()
                self._open = True
            self._session = open_session()
        except Exception as error:  # noqa: BLE001  the UI thread decides: Expected is shown, anything else is a bug
            self._fail(error)
        else:
            self.read_next(attempt)

    @Slot(int)
    def read_next(self, attempt: int) -> None:
        if self._session is None or attempt != self._attempt:
            return
        try:
            frame = self._camera.read()
            guidance = self._session.step(frame)
            image = to_image(frame)
        except Exception as error:  # noqa: BLE001
            self._fail(error)
        else:
            self.shown.emit(attempt, image, guidance)

    @Slot(str)
    def take_now(self, reason: str) -> None:
        if self._session is not None:
            self._session.take_now(reason)

    @Slot()
    def end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @Slot()
    def close(self) -> None:
        self.end()
        if self._open:
            self._open = False
            self._camera.close()

    def _fail(self, error: Exception) -> None:
        self.close()
        self.lost.emit(self._attempt, error)


class LiveView(QObject):
    """One camera and, while a page asks for it, one capture session on its frames.

    Signals (all in the UI thread):
        frame(QImage, Guidance): the newest picture, never mirrored, and what the session said of it.
        captured(Portrait | DocumentImage): the photo was taken; frames stop.
        lost(Expected): no camera, busy, unplugged; frames stop, `begin` tries again.
        failed(Exception): a bug in the session; frames stop.
    """

    frame = Signal(object, object)
    captured = Signal(object)
    lost = Signal(object)
    failed = Signal(object)
    _begin = Signal(int, object)
    _next = Signal(int)
    _take = Signal(str)
    _end = Signal()
    _let_go = Signal()
    _close = Signal()

    def __init__(self, camera: CameraSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._worker = _Worker(camera)
        self._worker.moveToThread(self._thread)
        self._attempt = 0
        self._live = False
        self._begin.connect(self._worker.begin)
        self._next.connect(self._worker.read_next)
        self._take.connect(self._worker.take_now)
        self._end.connect(self._worker.end)
        self._let_go.connect(self._worker.close)
        self._close.connect(self._worker.close, Qt.ConnectionType.BlockingQueuedConnection)
        self._worker.shown.connect(self._show)
        self._worker.lost.connect(self._lose)
        self._thread.finished.connect(self._worker.deleteLater)
        self._thread.start()

    @property
    def live(self) -> bool:
        """True while frames are coming."""
        return self._live

    def begin(self, open_session: OpenSession) -> None:
        """Open the camera if it is not yet open, then a session in the camera's thread; ends a session before it."""
        self._attempt += 1
        self._live = True
        self._begin.emit(self._attempt, open_session)

    def take_now(self, reason: str = "") -> None:
        """The voter's button, or the other way when the live check cannot be done."""
        self._take.emit(reason)

    def end(self) -> None:
        """Stop the frames and close the session; the camera stays open and ready."""
        self._attempt += 1
        self._live = False
        self._end.emit()

    def let_go(self) -> None:
        """Stop the frames and close the camera; `begin` opens it again."""
        self.end()
        self._let_go.emit()

    def close(self) -> None:
        """Close session and camera and end the thread; safe to call twice."""
        self._live = False
        if self._thread.isRunning():
            self._close.emit()
            self._thread.quit()
            self._thread.wait()

    @Slot(int, object, object)
    def _show(self, attempt: int, image: object, guidance: object) -> None:
        if attempt != self._attempt or not self._live:
            return
        self.frame.emit(image, guidance)
        taken = getattr(guidance, "portrait", None) or getattr(guidance, "image", None)
        if taken is not None:
            self.end()
            self.captured.emit(taken)
        elif attempt == self._attempt:
            self._next.emit(attempt)

    @Slot(int, object)
    def _lose(self, attempt: int, error: Exception) -> None:
        if attempt != self._attempt:
            return
        self._live = False
        (self.lost if isinstance(error, Expected) else self.failed).emit(error)
