"""Counts wrong passphrases in a small file, durably and before each is tried, so that pulling the plug wins nothing.

The file keeps its size and is written over in place: on a full disk the vault must still open, for only then can its
packets be sent and room be made.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.vault.failures import translated
from registration.errors import WillRetry
from registration.ports.clock import Clock

NAME = "tries.json"
FREE = 3
"""Wrong tries without a delay: staff mistype too."""
FIRST_DELAY = 30
LONGEST_DELAY = 900
_SIZE = 128


def delay_after(wrong: int) -> int:
    """Seconds to wait after so many wrong tries: 0, 0, then 30 doubling to 15 minutes."""
    return 0 if wrong < FREE else min(LONGEST_DELAY, FIRST_DELAY << min(wrong - FREE, 10))


class PassphraseTries:
    """It slows a person at the keyboard. Whoever holds the disk is slowed by Argon2id alone."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / NAME
        self._clock = clock

    def begin(self) -> int:
        """Count a try, before it is made; return how many wrong ones there will be if this one is wrong.

        Raises:
            WillRetry: ``vault.wait`` (params: seconds) while the delay of the last wrong try runs.
        """
        wrong, last = self._read()
        now = self._clock.now()
        if last > now:
            # The clock was set back: the delay starts anew, it neither ends nor grows.
            last = now
            self._write(wrong, last)
        left = last + timedelta(seconds=delay_after(wrong)) - now
        if left > timedelta():
            raise WillRetry("vault.wait", seconds=max(1, round(left.total_seconds())))
        self._write(wrong + 1, now)
        return wrong + 1

    def succeeded(self) -> None:
        """Forget the wrong ones."""
        self._write(0, self._clock.now())

    def _read(self) -> tuple[int, datetime]:
        try:
            body = json.loads(self._path.read_bytes())
            return int(body["wrong"]), datetime.fromisoformat(body["at"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0, datetime.min.replace(tzinfo=UTC)

    def _write(self, wrong: int, at: datetime) -> None:
        record = json.dumps({"wrong": wrong, "at": at.isoformat()}).encode().ljust(_SIZE)
        with translated():
            # One write within one sector: it is the old record or the new one.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, record)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
