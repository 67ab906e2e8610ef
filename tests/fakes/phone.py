"""A hand-off in memory: the test is the phone."""

from __future__ import annotations

import secrets

from registration.errors import VoterCanFix, WillRetry
from registration.ports.phone import Handoff


class FakePhone:
    """Implements `registration.ports.phone.PhoneHandoff`; `send` is what the phone does."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.unreachable = False
        self.open: Handoff | None = None
        self.ended = 0
        self._file: bytes | None = None
        self._over = False

    def send(self, content: bytes) -> None:
        """Be the phone: bring a file."""
        self._file = content

    def run_out(self) -> None:
        self._over = True

    def offered(self) -> bool:
        self._reach()
        return self.there

    def begin(self, language: str) -> Handoff:
        self._reach()
        self._file, self._over = None, False
        key = secrets.token_bytes(32)
        self.open = Handoff(secrets.token_hex(4), f"https://per.example.org/h/x?lang={language}#k", "x", key, 600)
        return self.open

    def received(self, handoff: Handoff) -> bool:
        self._reach()
        if self._over or handoff is not self.open:
            raise VoterCanFix("handoff.expired")
        return self._file is not None

    def fetch(self, handoff: Handoff) -> bytes:
        self._reach()
        assert self._file is not None
        self.cancel(handoff)
        return self._file

    def cancel(self, handoff: Handoff) -> None:
        if handoff is self.open:
            self.open = None
            self.ended += 1

    def _reach(self) -> None:
        if self.unreachable:
            raise WillRetry("server.unreachable")
