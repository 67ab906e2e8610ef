"""Opens what looks at the voter: a camera, a video file, a folder of pictures or an MJPEG stream, by one short text.

device:0                              the first camera
device:/dev/v4l/by-id/NAME            a camera by its stable name
file:PATH                             a video
images:DIR                            a folder of pictures, in the order of their names
http://HOST/PATH, https://HOST/PATH   an MJPEG stream
PATH                                  a folder or a video
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from biometrics.camera_device import DeviceCamera, answers
from biometrics.camera_file import FileCamera
from biometrics.camera_images import ImagesCamera
from biometrics.camera_mjpeg import MjpegCamera
from registration.errors import StaffMustFix
from registration.ports.capture import CameraSource

FOR_DOCUMENTS = (1920, 1080)
FOR_FACES = (1280, 720)


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this machine."""

    spec: str
    """What `open_camera` takes; stable over restarts where the system offers stable names."""
    name: str


def open_camera(
    spec: str, size: tuple[int, int] = FOR_FACES, loop: bool = True, paced: bool = True, fps: float = 10.0
) -> CameraSource:
    """Return the source that `spec` names; it is started by its `open`.

    Args:
        spec: see the module.
        size: width and height to ask a device for; it may give another.
        loop: a file or folder begins anew at its end, otherwise its end is ``camera.lost``.
        paced: a file or folder keeps to real time, otherwise every frame comes as soon as it is read.
        fps: pictures a second of a folder.

    Raises:
        StaffMustFix: ``camera.spec`` when the text is none of the above.
    """
    kind, _, rest = spec.partition(":")
    if kind in ("http", "https") and rest.startswith("//"):
        return MjpegCamera(spec)
    if kind == "device" and rest:
        return DeviceCamera(int(rest) if rest.isdecimal() else rest, size)
    if kind == "file" and rest:
        return FileCamera(Path(rest), loop, paced)
    if kind == "images" and rest:
        return ImagesCamera(Path(rest), fps, loop, paced)
    if spec and Path(spec).is_dir():
        return ImagesCamera(Path(spec), fps, loop, paced)
    if Path(spec).is_file():
        return FileCamera(Path(spec), loop, paced)
    raise StaffMustFix("camera.spec", spec=spec)


def list_cameras(
    by_id: Path = Path("/dev/v4l/by-id"), system: Path = Path("/sys/class/video4linux"), probe: int = 4
) -> tuple[CameraInfo, ...]:
    """Return the cameras of this machine, those with a stable name first.

    Linux offers stable names and says what a device is called; elsewhere the first `probe` numbers are tried, which
    opens each of them for a moment.
    """
    if not sys.platform.startswith("linux"):
        return tuple(CameraInfo(f"device:{n}", f"{n + 1}") for n in range(probe) if answers(n))
    found, seen = [], set()
    if by_id.is_dir():
        for link in sorted(by_id.glob("*-video-index0")):
            device = link.resolve().name
            seen.add(device)
            found.append(CameraInfo(f"device:{link}", _name(system / device)))
    if system.is_dir():
        for entry in sorted(system.glob("video*"), key=lambda path: (len(path.name), path.name)):
            if entry.name not in seen and _text(entry / "index") == "0":
                found.append(CameraInfo(f"device:{entry.name.removeprefix('video')}", _name(entry)))
    return tuple(found)


def _name(entry: Path) -> str:
    return _text(entry / "name") or entry.name


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
