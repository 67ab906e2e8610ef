"""Counts wrong passphrases in a small file, durably and before each is tried, so that pulling the plug wins nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.vault.files import write_durably
from registration.errors import WillRetry
from registration.ports import Clock

NAME = "tries.json"
FREE = 3
"""Wrong tries without a delay: staff mistype too."""
FIRST_DELAY = 30
LONGEST_DELAY = 900


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
        self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[int, datetime]:
        try:
            body = json.loads(self._path.read_bytes())
            return int(body["wrong"]), datetime.fromisoformat(body["at"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0, datetime.min.replace(tzinfo=UTC)

    def _write(self, wrong: int, at: datetime) -> None:
        write_durably(self._path, json.dumps({"wrong": wrong, "at": at.isoformat()}).encode())
