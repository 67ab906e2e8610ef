from __future__ import annotations

import errno
import threading
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.camera import CameraInfo, list_cameras, open_camera
from biometrics.camera_device import DeviceCamera
from biometrics.camera_file import FileCamera
from biometrics.camera_images import ImagesCamera
from biometrics.camera_live import FrameWatch, NewestFrame
from biometrics.camera_mjpeg import DamagedStream, JpegParts, MjpegCamera
from kiosk.bootstrap import LazyCamera
from registration.errors import StaffMustFix
from resources.texts import LANGUAGES, has
from tests.fakes.cameras import mjpeg_server, pictures


class _Driver:
    def __init__(self, opened: bool = True, frames: int = 5, hang: threading.Event | None = None) -> None:
        self._opened, self._left, self._hang = opened, frames, hang
        self.asked: dict[int, float] = {}
        self.released = 0

    def isOpened(self) -> bool:  # noqa: N802
        return self._opened

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        self.asked[propId] = value
        return True

    def read(self) -> tuple[bool, object]:
        if self._left == 0 and self._hang is not None:
            self._hang.wait()
        self._left -= 1
        return self._left >= 0, pictures(1)[0] if self._left >= 0 else None

    def release(self) -> None:
        self.released += 1


def _device(tmp_path: Path, driver: _Driver, wait: float = 0.3) -> DeviceCamera:
    (tmp_path / "video0").touch()
    return DeviceCamera(0, (1920, 1080), capture=lambda _: driver, nodes=tmp_path, wait=wait)


def test_a_device_is_asked_for_the_size_and_let_go(tmp_path: Path) -> None:
    driver = _Driver()
    camera = _device(tmp_path, driver)
    camera.open()
    assert driver.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1920
    assert driver.asked[cv2.CAP_PROP_FRAME_HEIGHT] == 1080
    camera.close()
    camera.close()
    assert driver.released == 1


@pytest.mark.parametrize("driver", [_Driver(opened=False), _Driver(frames=0)])
def test_a_camera_that_is_there_but_gives_nothing_is_busy(tmp_path: Path, driver: _Driver) -> None:
    with pytest.raises(StaffMustFix, match=r"camera\.busy"):
        _device(tmp_path, driver).open()
    assert driver.released == 1


def test_a_driver_that_hangs_does_not_hang_the_reader(tmp_path: Path) -> None:
    hang = threading.Event()
    driver = _Driver(frames=2, hang=hang)
    camera = _device(tmp_path, driver, wait=0.2)
    camera.open()
    camera.read()
    began = time.monotonic()
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):
        camera.read()
    camera.close()
    assert time.monotonic() - began < 1.0
    hang.set()


def test_a_device_that_vanishes_is_lost(tmp_path: Path) -> None:
    driver = _Driver(frames=3)
    camera = _device(tmp_path, driver, wait=2.0)
    camera.open()
    (tmp_path / "video0").unlink()
    began = time.monotonic()
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):  # noqa: PT012
        for _ in range(4):
            camera.read()
    assert time.monotonic() - began < 1.0
    camera.close()


def test_only_the_newest_frame_is_kept() -> None:
    made, three = iter(range(4)), threading.Event()

    def pull() -> np.ndarray | None:
        n = next(made, None)
        if n == 3:
            three.set()
            three_taken.wait()
        return None if n is None or n == 3 else np.full((2, 2, 3), n, np.uint8)

    three_taken = threading.Event()
    newest = NewestFrame(pull, "test", wait=1.0)
    assert three.wait(2)
    assert newest.take().pixels[0, 0, 0] == 2
    three_taken.set()
    assert newest.stop()


def test_a_frozen_picture_is_noticed_and_a_living_one_is_not() -> None:
    watch, still = FrameWatch(frozen=3, black=3), pictures(2)
    watch.look(still[0], 0.0)
    watch.look(still[0], 2.9)
    watch.look(still[1], 3.0)
    watch.look(still[1], 5.9)
    with pytest.raises(StaffMustFix, match=r"camera\.frozen"):
        watch.look(still[1], 6.0)


def test_black_is_noticed_after_a_while() -> None:
    watch, black = FrameWatch(frozen=3, black=3), np.zeros((48, 64, 3), np.uint8)
    watch.look(black, 0.0)
    watch.look(black, 2.9)
    with pytest.raises(StaffMustFix, match=r"camera\.black"):
        watch.look(black + 1, 3.0)


def test_a_silent_stream_is_lost() -> None:
    with mjpeg_server(pictures(2), hang=True) as url:
        camera = MjpegCamera(url, wait=0.3)
        camera.open()
        with pytest.raises(StaffMustFix, match=r"camera\.lost"):  # noqa: PT012
            for _ in range(3):
                camera.read()
        camera.close()


def test_a_camera_of_five_frames_a_second_is_no_lost_one() -> None:
    with mjpeg_server(pictures(5), pause=0.2, hang=True) as url:
        camera = MjpegCamera(url, wait=1.0)
        camera.open()
        times = [camera.read().at for _ in range(4)]
        camera.close()
    assert all(0.1 < later - earlier < 1.0 for earlier, later in pairwise(times))


def test_a_stream_that_comes_back_is_seen_again() -> None:
    with mjpeg_server(pictures(3)) as url:
        camera = open_camera(url)
        camera.open()
        with pytest.raises(StaffMustFix, match=r"camera\.lost"):  # noqa: PT012
            for _ in range(10):
                camera.read()
    with pytest.raises(StaffMustFix, match=r"camera\.missing"):
        camera.open()
    with mjpeg_server(pictures(3), port=int(url.split(":")[2].split("/")[0]), hang=True):
        camera.open()
        assert camera.read().pixels.size
        camera.close()


def test_a_camera_that_is_plugged_in_again_is_seen_again(tmp_path: Path) -> None:
    drivers = [_Driver(frames=2), _Driver()]
    (tmp_path / "video0").touch()
    camera = DeviceCamera(0, (1280, 720), capture=lambda _: drivers.pop(0), nodes=tmp_path, wait=0.5)
    camera.open()
    (tmp_path / "video0").unlink()
    with pytest.raises(StaffMustFix, match=r"camera\.lost"):  # noqa: PT012
        for _ in range(4):
            camera.read()
    with pytest.raises(StaffMustFix, match=r"camera\.missing"):
        camera.open()
    (tmp_path / "video0").touch()
    camera.open()
    assert camera.read().pixels.size
    camera.close()
    assert not [t for t in threading.enumerate() if t.name == "camera"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EBUSY, "camera.busy"), (errno.EACCES, "camera.denied"), (errno.ENODEV, "camera.missing")],
)
def test_what_the_system_says_of_the_device_is_told(
    number: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise OSError(number, "refused")

    camera = _device(tmp_path, _Driver())
    monkeypatch.setattr("biometrics.camera_device.os.open", refused)
    with pytest.raises(StaffMustFix, match=code.replace(".", r"\.")):
        camera.open()


@pytest.mark.parametrize(("size", "least"), [((640, 480), True), ((800, 600), True), ((1280, 720), False)])
def test_a_camera_with_too_few_lines_is_told_and_let_go(size: tuple[int, int], least: bool, tmp_path: Path) -> None:
    frame = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    for n in range(2):
        cv2.imwrite(str(tmp_path / f"{n}.png"), frame)
    camera = LazyCamera(f"images:{tmp_path}", "face")
    camera.open()
    if least:
        with pytest.raises(StaffMustFix) as caught:
            camera.read()
        assert caught.value.code == "camera.small"
        assert (caught.value.params["width"], caught.value.params["height"]) == size
    else:
        assert camera.read().pixels.shape == (720, 1280, 3)
    camera.close()


def test_a_loop_begins_anew_and_its_times_go_on(tmp_path: Path) -> None:
    for n, picture in enumerate(pictures(2)):
        cv2.imwrite(str(tmp_path / f"{n}.png"), picture)
    video = cv2.VideoWriter(str(tmp_path / "v.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 20, (64, 48))
    for picture in pictures(2):
        video.write(picture)
    video.release()
    for camera, step in (
        (ImagesCamera(tmp_path, 10, loop=True), 0.1),
        (FileCamera(tmp_path / "v.avi", loop=True), 0.05),
    ):
        camera.open()
        assert [camera.read().at for _ in range(5)] == pytest.approx([n * step for n in range(5)])
        camera.close()


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    camera = open_camera(str(tmp_path), paced=False)
    camera.open()
    with pytest.raises(StaffMustFix) as caught:
        camera.read()
    assert (caught.value.code, caught.value.params) == ("camera.format", {"camera": "a.jpg"})


@pytest.mark.parametrize("spec", ["", "device:", "usb:3", "file:", "nothing-here"])
def test_an_unknown_spec_is_an_expected_error(spec: str) -> None:
    with pytest.raises(StaffMustFix, match=r"camera\.spec"):
        open_camera(spec)


def test_a_password_in_a_stream_address_is_not_repeated() -> None:
    with pytest.raises(StaffMustFix) as caught:
        open_camera("http://admin:needle@127.0.0.1:9/stream").open()
    assert "needle" not in str(caught.value.params)


def test_cameras_are_listed_with_their_stable_names(tmp_path: Path) -> None:
    dev, by_id, system = tmp_path / "dev", tmp_path / "by-id", tmp_path / "sys"
    for folder in (dev, by_id):
        folder.mkdir()
    for n, (name, index) in enumerate([("Webcam", "0"), ("Webcam", "1"), ("Scanner", "0")]):
        (dev / f"video{n}").touch()
        (system / f"video{n}").mkdir(parents=True)
        (system / f"video{n}" / "name").write_text(name + "\n")
        (system / f"video{n}" / "index").write_text(index + "\n")
    stable = by_id / "usb-Acme-video-index0"
    stable.symlink_to(dev / "video0")
    assert list_cameras(by_id, system) == (CameraInfo(f"device:{stable}", "Webcam"), CameraInfo("device:2", "Scanner"))
    assert list_cameras(tmp_path / "none", tmp_path / "none") == ()


@settings(max_examples=60, deadline=None)
@given(
    bodies=st.lists(st.binary(max_size=40).filter(lambda b: b"--cut" not in b and b"\r\n" not in b), max_size=5),
    lengths=st.booleans(),
    chunk=st.integers(1, 30),
)
def test_a_stream_is_cut_the_same_however_it_arrives(bodies: list[bytes], lengths: bool, chunk: int) -> None:
    wire = b"".join(
        b"--cut\r\n" + (f"Content-Length: {len(b)}\r\n".encode() if lengths else b"X: y\r\n") + b"\r\n" + b + b"\r\n"
        for b in bodies
    )
    wire += b"--cut--\r\n"
    parts, found = JpegParts(b"cut"), []
    for start in range(0, len(wire), chunk):
        found += parts.feed(wire[start : start + chunk])
    assert found == bodies


def test_an_endless_part_is_refused() -> None:
    with pytest.raises(DamagedStream):
        JpegParts(b"cut").feed(b"--cut\r\nContent-Length: 999999999\r\n\r\n")


def test_every_camera_error_has_its_words() -> None:
    codes = ("missing", "busy", "denied", "format", "lost", "frozen", "black", "spec", "small")
    assert [(lang, c) for lang in LANGUAGES for c in codes if not has(lang, f"errors.camera.{c}")] == []
