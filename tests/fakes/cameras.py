"""Cameras for tests: made-up pictures, a camera that breaks when told to, a local MJPEG server."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
from numpy.typing import NDArray

from registration.errors import StaffMustFix
from registration.ports.capture import Frame

Pixels = NDArray[np.uint8]


def pictures(count: int, size: tuple[int, int] = (64, 48)) -> list[Pixels]:
    """Return different grey pictures of `size` (width, height)."""
    ramp = np.linspace(0, 60, size[0], dtype=np.uint8)
    return [np.full((size[1], size[0], 3), 40 + 7 * n, np.uint8) + ramp[None, :, None] for n in range(count)]


class FakeCamera:
    """A `CameraSource` on given pictures; `lost` or the end of the pictures is ``camera.lost``."""

    def __init__(self, frames: Sequence[Pixels], fps: float = 30.0, missing: bool = False) -> None:
        self._frames, self._fps, self.missing = frames, fps, missing
        self._next, self._open = 0, False
        self.lost = False

    def open(self) -> None:
        if self.missing:
            raise StaffMustFix("camera.missing", camera="fake")
        self._next, self._open = 0, True

    def read(self) -> Frame:
        if not self._open or self.lost or self._next >= len(self._frames):
            raise StaffMustFix("camera.lost")
        self._next += 1
        return Frame(self._frames[self._next - 1], (self._next - 1) / self._fps)

    def close(self) -> None:
        self._open = False


@contextmanager
def mjpeg_server(
    frames: Sequence[Pixels],
    lengths: bool = True,
    hang: bool = False,
    kind: str = "multipart/x-mixed-replace; boundary=cut",
    pause: float = 0.03,
    port: int = 0,
) -> Iterator[str]:
    """Serve the pictures once as an MJPEG stream on loopback, `pause` seconds apart; yield its URL.

    `hang` keeps the line open, silent.
    """
    done = threading.Event()
    encoded = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            try:
                for jpeg in encoded:
                    length = f"Content-Length: {len(jpeg)}\r\n".encode() if lengths else b""
                    self.wfile.write(b"--cut\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n" + jpeg + b"\r\n")
                    self.wfile.flush()
                    done.wait(pause)
                self.wfile.write(b"--cut--\r\n")
                if hang:
                    done.wait(10)
            except OSError:
                pass

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stream"
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()
