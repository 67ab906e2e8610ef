"""Sends one packet over a line that may break at any moment (tus 1.0 core and creation).

The upload's id is the packet's digest, so a lost answer to its creation does no harm, and after any break the server
says how much it holds. What it acknowledged is on its disk.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests

from registration.errors import StaffMustFix, WillRetry
from registration.model.ids import PacketId
from registration.ports.clock import Clock
from sync import backoff
from sync.http import Http, error_of

PATH = "/v1/packets"
CHUNK = 128 * 1024
SMALLEST_CHUNK = 16 * 1024
FAILURES_TO_HALVE = 2
"""From the second break in a row each next chunk is half as long, down to the smallest; each success doubles it again:
short chunks get through a bad line, but each costs an answer that may be lost."""
MAX_FAILURES = 5
"""Tries in a row without a byte of progress before the packet is put off."""
DIGEST_MISMATCH = 460

_TUS = {"Tus-Resumable": "1.0.0"}

Wait = Callable[[float], bool]
"""Wait that many seconds; True: stop now (`threading.Event.wait` is one)."""
Progress = Callable[[int, int], None]
"""(bytes the server holds, bytes in all)."""


class Uploader:
    """Uploads packets one after another.

    Args:
        http: the server.
        clock: to keep to `bytes_per_second`.
        wait: see `Wait`.
        random: returns a number in [0, 1).
        bytes_per_second: cap on the average rate, None for no cap.
    """

    def __init__(
        self,
        http: Http,
        clock: Clock,
        wait: Wait,
        random: Callable[[], float],
        bytes_per_second: int | None = None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._wait = wait
        self._random = random
        self._rate = bytes_per_second
        self.sent = 0
        """Bytes of packets handed to the connection so far, those of broken tries included."""

    def upload(self, content: bytes, packet_id: PacketId, sha256: str, progress: Progress | None = None) -> None:
        """Bring the packet to the server, going on from whatever it already holds.

        Raises:
            WillRetry: ``server.unreachable`` (no progress in `MAX_FAILURES` tries), ``server.busy`` (params:
                retry_after, seconds), ``server.stopped``.
            StaffMustFix: ``server.upload_mismatch`` (arrived altered, twice) or what the server refused it for.
        """
        _Upload(self, content, packet_id, sha256, progress or _silent).run()


def _silent(_held: int, _size: int) -> None:
    pass


class _Upload:
    """One upload under way."""

    def __init__(self, owner: Uploader, content: bytes, packet_id: PacketId, sha256: str, progress: Progress) -> None:
        self._owner = owner
        self._http = owner._http
        self._clock = owner._clock
        self._wait = owner._wait
        self._random = owner._random
        self._rate = owner._rate
        self._content = memoryview(content)
        self._metadata = f"sha256 {_b64(sha256)},packet_id {_b64(packet_id)}"
        self._progress = progress
        self._path = f"{PATH}/{sha256}"
        self._largest = CHUNK if self._rate is None else max(SMALLEST_CHUNK, min(CHUNK, self._rate))
        self._chunk = self._largest
        self._offset: int | None = None
        self._failures = 0
        self._mismatches = 0
        self._created = False
        self._best = -1
        self._broken_in_a_row = 0

    def run(self) -> None:
        size = len(self._content)
        while self._offset != size:
            try:
                self._offset = self._next_offset()
            except WillRetry as error:
                if error.code != "server.unreachable":
                    raise
                self._broke(error)
            else:
                self._note()

    def _next_offset(self) -> int | None:
        """Take one step and return what the server then holds; None: it has to be asked."""
        if not self._created:
            self._created = True
            return self._create()
        if self._offset is not None:
            return self._patch(self._offset)
        held = self._held()
        self._created = held is not None
        return held

    def _note(self) -> None:
        """Look whether the last step got us on: without progress even answers come to an end."""
        if self._offset is not None and self._offset > self._best:
            self._best = self._offset
            self._failures = 0
        elif self._offset is None:
            self._failures += 1
            if self._failures > MAX_FAILURES:
                raise WillRetry("server.unreachable")
        if self._offset is not None:
            self._progress(self._offset, len(self._content))

    def _create(self) -> int | None:
        headers = {**_TUS, "Upload-Length": str(len(self._content)), "Upload-Metadata": self._metadata}
        answer = self._http.send("POST", PATH, headers=headers)
        if answer.status_code not in (200, 201):
            raise error_of(answer)
        location = answer.headers.get("Location")
        if location:  # only its path: the token goes to no other host
            self._path = urlsplit(urljoin(PATH, location)).path
        return self._told(answer)

    def _held(self) -> int | None:
        """Ask how much the server holds; None when it knows nothing of the upload (any more)."""
        answer = self._http.send("HEAD", self._path, headers=_TUS)
        if answer.status_code in (404, 410):
            return None
        if answer.status_code not in (200, 204):
            raise error_of(answer)
        offset = self._told(answer)
        if offset is None:
            raise WillRetry("server.strange_answer")
        return offset

    def _patch(self, offset: int) -> int | None:
        piece = bytes(self._content[offset : offset + self._chunk])
        headers = {
            **_TUS,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        begun = self._clock.monotonic()
        self._owner.sent += len(piece)
        answer = self._http.send("PATCH", self._path, headers=headers, data=piece)
        if answer.status_code == 204:
            self._broken_in_a_row = 0
            self._chunk = min(self._largest, self._chunk * 2)
            self._pace(len(piece), begun)
            return self._told(answer)
        if answer.status_code in (404, 409, 410):
            return None
        if answer.status_code == 423:  # an earlier, broken connection of ours still holds the upload
            raise WillRetry("server.unreachable")
        if answer.status_code == DIGEST_MISMATCH:
            self._mismatches += 1
            if self._mismatches > 1:
                raise StaffMustFix("server.upload_mismatch")
            return None
        raise error_of(answer)

    def _told(self, answer: requests.Response) -> int | None:
        value = answer.headers.get("Upload-Offset", "")
        if not (value.isascii() and value.isdigit()) or int(value) > len(self._content):
            return None
        return int(value)

    def _pace(self, count: int, begun: float) -> None:
        if self._rate is None:
            return
        rest = count / self._rate - (self._clock.monotonic() - begun)
        if rest > 0 and self._wait(rest):
            raise WillRetry("server.stopped")

    def _broke(self, error: WillRetry) -> None:
        self._failures += 1
        self._broken_in_a_row += 1
        self._offset = None
        if self._failures >= MAX_FAILURES:
            raise error
        if self._broken_in_a_row >= FAILURES_TO_HALVE:
            self._chunk = max(SMALLEST_CHUNK, self._chunk // 2)
        if self._wait(backoff.delay(self._broken_in_a_row, self._random)):
            raise WillRetry("server.stopped")


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
