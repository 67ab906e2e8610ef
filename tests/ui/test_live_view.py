from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from registration.errors import StaffMustFix
from registration.model.documents import DocumentImage, Side
from registration.model.evidence import Photo
from registration.ports.capture import Frame, Guidance
from ui.live_view import LiveView, to_image


class FakeCamera:
    """Gives numbered frames at once; can be missing, or unplugged after some."""

    def __init__(self, *, missing: bool = False, unplug_after: int | None = None) -> None:
        self.missing, self.unplug_after = missing, unplug_after
        self.reads = self.opened = self.closed = 0
        self.thread = 0

    def open(self) -> None:
        self.opened += 1
        if self.missing:
            raise StaffMustFix("camera.missing")

    def read(self) -> Frame:
        self.thread = threading.get_ident()
        self.reads += 1
        if self.unplug_after is not None and self.reads > self.unplug_after:
            raise StaffMustFix("camera.lost")
        pixels = np.zeros((9, 16, 3), np.uint8)
        pixels[..., 2] = 200
        return Frame(pixels, self.reads / 30)

    def close(self) -> None:
        self.closed += 1


class FakeSession:
    """Green after some frames, then the photo; or breaks."""

    def __init__(self, *, photo_at: int | None = None, broken: bool = False) -> None:
        self.photo_at, self.broken = photo_at, broken
        self.steps = self.closed = 0
        self.reason: str | None = None

    def step(self, frame: Frame) -> Guidance:
        self.steps += 1
        if self.broken:
            raise ZeroDivisionError
        if self.reason is not None or self.steps == self.photo_at:
            return Guidance(True, "", image=DocumentImage(Side.FRONT, Photo(b"jpeg", 16, 9)))
        return Guidance(False, "document_closer")

    def take_now(self, reason: str) -> None:
        self.reason = reason

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera()


@pytest.fixture
def live(qtbot: QtBot, camera: FakeCamera) -> Iterator[LiveView]:
    made = LiveView(camera)
    yield made
    made.close()


def test_frames_come_from_another_thread_one_at_a_time(qtbot: QtBot, live: LiveView, camera: FakeCamera) -> None:
    session, got = FakeSession(), []
    live.frame.connect(lambda image, guidance: got.append((image.size().width(), guidance.hint)))
    live.begin(lambda: session)
    qtbot.waitUntil(lambda: len(got) >= 20)
    assert camera.reads - len(got) <= 1
    live.close()

    assert camera.thread not in (0, threading.get_ident())
    assert got[0] == (16, "document_closer")
    assert session.closed == camera.closed == 1


def test_the_photo_ends_the_frames_but_not_the_camera(qtbot: QtBot, live: LiveView, camera: FakeCamera) -> None:
    session = FakeSession(photo_at=3)
    with qtbot.waitSignal(live.captured) as taken:
        live.begin(lambda: session)
    assert taken.args[0].side is Side.FRONT
    assert not live.live

    with qtbot.waitSignal(live.captured):
        live.begin(lambda: FakeSession(photo_at=2))
    assert camera.opened == 1
    assert session.closed == 1


def test_the_voters_button_reaches_the_session(qtbot: QtBot, live: LiveView) -> None:
    session = FakeSession()
    with qtbot.waitSignal(live.frame):
        live.begin(lambda: session)
    with qtbot.waitSignal(live.captured):
        live.take_now("voter")
    assert session.reason == "voter"


def test_no_camera_is_told_and_can_be_tried_again(qtbot: QtBot, live: LiveView, camera: FakeCamera) -> None:
    camera.missing = True
    with qtbot.waitSignal(live.lost) as lost:
        live.begin(FakeSession)
    assert lost.args[0].code == "camera.missing"

    camera.missing = False
    with qtbot.waitSignal(live.frame):
        live.begin(FakeSession)


def test_pulling_the_plug_is_told_and_the_device_let_go(qtbot: QtBot, live: LiveView, camera: FakeCamera) -> None:
    camera.unplug_after = 5
    session = FakeSession()
    with qtbot.waitSignal(live.lost) as lost:
        live.begin(lambda: session)
    assert lost.args[0].code == "camera.lost"
    assert (camera.closed, session.closed, session.steps) == (1, 1, 5)


def test_a_bug_in_a_session_is_no_camera_fault(qtbot: QtBot, live: LiveView) -> None:
    with qtbot.waitSignal(live.failed) as failed:
        live.begin(lambda: FakeSession(broken=True))
    assert isinstance(failed.args[0], ZeroDivisionError)


def test_no_frame_comes_after_the_end(qtbot: QtBot, live: LiveView) -> None:
    got: list[object] = []
    with qtbot.waitSignal(live.frame):
        live.begin(FakeSession)
    live.end()
    live.frame.connect(lambda *_: got.append(1))
    live.close()
    live.close()
    assert got == []


@pytest.mark.parametrize("_", range(20))
def test_opening_and_closing_again_and_again(qtbot: QtBot, _: int) -> None:
    live = LiveView(FakeCamera())
    live.begin(FakeSession)
    live.close()


def test_colours_are_not_swapped() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[..., 2] = 255
    image = to_image(Frame(pixels, 0.0))
    assert image.convertToFormat(QImage.Format.Format_RGB32).pixelColor(0, 0) == QColor("#FF0000")
