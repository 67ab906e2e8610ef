"""Whose turn it is at an upload, and its body read as it comes: a line that broke costs as few bytes as may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Request
from starlette.types import Message

from server.problems import Problem

LOCK_WAIT = 5.0
"""Seconds a call waits for an earlier, perhaps broken, connection of the same upload to end."""
STALLED, GIVEN_UP = 0.25, 60.0
"""Seconds without a byte after which a connection gives way to a newer one, and after which it is given up."""
PIECE = 512 * 1024
"""Most bytes of one call held in memory; written and fsynced together."""


class Turn:
    """Whose turn it is at one upload."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for it: a connection that brings nothing any more gives way."""
        return self.users > 1


class Turns:
    """One call at a time per upload, asking how much is held included: while an earlier, broken connection still
    writes what it brought, any answer would be out of date."""

    def __init__(self) -> None:
        self._turns: dict[Path, Turn] = {}

    @asynccontextmanager
    async def take(self, file: Path) -> AsyncIterator[Turn]:
        """Raises Problem 423 ``server.busy`` when an earlier call goes on for more than `LOCK_WAIT`."""
        turn = self._turns.setdefault(file, Turn())
        turn.users += 1
        try:
            try:
                await asyncio.wait_for(turn.lock.acquire(), LOCK_WAIT)
            except TimeoutError:
                raise Problem(423, "server.busy", retry_after=1) from None
            try:
                yield turn
            finally:
                turn.lock.release()
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[file]


class Body:
    """The body of a call, in pieces of up to `PIECE` bytes; ends where the line breaks or the turn is given up."""

    def __init__(self, request: Request, turn: Turn) -> None:
        self._receive = request.receive
        self._turn = turn
        self._ended = False
        self.broken = False
        """It ended before its end."""

    async def read(self) -> bytes:
        """Return the next piece, b"" at the end. What came before a break is returned like all else."""
        piece = bytearray()
        while not self._ended and len(piece) < PIECE:
            message = await self._next()
            if message["type"] == "http.request":
                piece += message.get("body", b"")
                self._ended = not message.get("more_body", False)
            else:
                self._ended = self.broken = True
        return bytes(piece)

    async def _next(self) -> Message:
        idle = 0.0
        while True:
            try:
                return await asyncio.wait_for(self._receive(), STALLED)
            except TimeoutError:
                idle += STALLED
                if self._turn.wanted or idle >= GIVEN_UP:
                    return {"type": "http.disconnect"}
