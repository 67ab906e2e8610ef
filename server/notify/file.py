"""A folder in place of a provider: the default for demonstration and development. Nothing leaves the machine."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from pathlib import Path

from server.notify.messages import Message
from server.notify.transport import Accepted, Outcome, Report, Temporary


class FileTransport:
    """Writes ``NNNNNN-<kind>.json``, whole or not at all; the recipient only in its masked form.

    Args:
        folder: made when missing.
    """

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._number = 0
        self._written: set[str] = set()
        for file in folder.glob("[0-9]*-*.json"):
            self._number = max(self._number, int(file.name.partition("-")[0]))
            self._written.add(str(json.loads(file.read_text(encoding="utf-8"))["id"]))

    def send(self, message: Message) -> Outcome:
        """Write the message; one already written (same id) is not written again."""
        with self._lock:
            if message.id in self._written:
                return Accepted(message.id)
            try:
                self._write(message)
            except OSError as error:
                return Temporary(f"file: {error.strerror}")
            return Accepted(message.id)

    def collect(self) -> Sequence[Report]:
        return ()

    def close(self) -> None:
        pass

    def _write(self, message: Message) -> None:
        body = {
            "id": message.id,
            "kind": message.kind,
            "channel": message.channel,
            "to": message.masked,
            "language": message.language,
            "text": message.words.text,
            "created": message.created.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if message.words.subject:
            body["subject"] = message.words.subject
        unfinished = self._folder / f"{message.id}.tmp"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        while True:
            self._number += 1
            # Another process may write here too: whoever has the number keeps it.
            with suppress(FileExistsError):
                os.link(unfinished, self._folder / f"{self._number:06d}-{message.kind}.json")
                break
        unfinished.unlink()
        self._written.add(message.id)
