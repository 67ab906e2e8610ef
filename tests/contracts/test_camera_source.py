"""Every camera source keeps the same promises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from biometrics.camera import open_camera
from biometrics.camera_device import DeviceCamera
from kiosk.demo.animated_head import AnimatedHead
from registration.errors import StaffMustFix
from registration.ports.capture import CameraSource
from tests.fakes.cameras import FakeCamera, mjpeg_server, pictures

COUNT = 12


class _Driver:
    """Stands for `cv2.VideoCapture` on a camera that is unplugged after some frames."""

    def __init__(self, count: int) -> None:
        self._frames = iter(pictures(count))

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        return True

    def read(self) -> tuple[bool, object]:
        time.sleep(0.01)
        frame = next(self._frames, None)
        return frame is not None, frame

    def release(self) -> None:
        pass


@pytest.fixture(params=["fake", "file", "images", "mjpeg", "mjpeg without lengths", "device", "animated head"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CameraSource]:
    with ExitStack() as stack:
        made: CameraSource
        if request.param == "fake":
            made = FakeCamera(pictures(COUNT))
        elif request.param == "file":
            video = cv2.VideoWriter(str(tmp_path / "v.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
            for frame in pictures(COUNT):
                video.write(frame)
            video.release()
            made = open_camera(f"file:{tmp_path / 'v.avi'}", loop=False, paced=False)
        elif request.param == "images":
            for n, frame in enumerate(pictures(COUNT)):
                cv2.imwrite(str(tmp_path / f"{n:02d}.png"), frame)
            made = open_camera(f"images:{tmp_path}", loop=False, paced=False)
        elif request.param.startswith("mjpeg"):
            made = open_camera(stack.enter_context(mjpeg_server(pictures(COUNT), lengths=request.param == "mjpeg")))
        elif request.param == "device":
            (tmp_path / "video0").touch()
            made = DeviceCamera(0, (64, 48), capture=lambda _: _Driver(COUNT), nodes=tmp_path, wait=0.5)
        else:
            made = AnimatedHead(size=(320, 180))
        yield made
        made.close()


def test_frames_are_colour_pictures_in_the_order_of_time(source: CameraSource) -> None:
    source.open()
    frames = [source.read() for _ in range(4)]
    assert all(f.pixels.dtype == np.uint8 and f.pixels.ndim == 3 and f.pixels.shape[2] == 3 for f in frames)
    assert len({f.pixels.shape for f in frames}) == 1
    times = [f.at for f in frames]
    assert times == sorted(times)
    assert len(set(times)) == 4
    assert any((a.pixels != b.pixels).any() for a, b in pairwise(frames))


def test_an_earlier_frame_is_not_written_over(source: CameraSource) -> None:
    source.open()
    first = source.read()
    kept = first.pixels.copy()
    for _ in range(3):
        source.read()
    assert (first.pixels == kept).all()


def test_reading_before_opening_and_after_closing_is_an_expected_error(source: CameraSource) -> None:
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):
        source.read()
    source.open()
    source.read()
    source.close()
    source.close()
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):
        source.read()


def test_it_can_be_opened_again(source: CameraSource) -> None:
    source.open()
    source.read()
    source.close()
    source.open()
    assert source.read().pixels.size


def test_the_end_is_a_lost_camera_and_comes_within_two_seconds(source: CameraSource) -> None:
    if isinstance(source, AnimatedHead):
        pytest.skip("the person never ends")
    source.open()
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):  # noqa: PT012
        for _ in range(COUNT + 1):
            began = time.monotonic()
            source.read()
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    "spec", ["device:/nowhere/camera", "file:/nowhere/v.mp4", "images:/nowhere", "http://127.0.0.1:9/x"]
)
def test_what_is_not_there_is_missing(spec: str) -> None:
    with pytest.raises(StaffMustFix, match=r"camera\.missing"):
        open_camera(spec).open()


def test_what_is_no_picture_has_a_wrong_format(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"not a video")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("x")
    with mjpeg_server([], kind="text/html") as url:
        for spec in (f"file:{tmp_path / 'v.mp4'}", f"images:{tmp_path / 'notes'}", url):
            with pytest.raises(StaffMustFix, match=r"camera\.format"):
                open_camera(spec).open()
