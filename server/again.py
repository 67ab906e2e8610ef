"""Does a call again that the database undid because of others, and says "busy" while the database is away.

Calls are small and every handler is idempotent, so the body is kept and the whole call is simply made again. Uploads
are not repeated here: their client goes on from the offset that is true.
"""

from __future__ import annotations

import random

import anyio
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import problems
from server.store import postgresql

TRIES = 5
FIRST_PAUSE = 0.02
RETRY_AFTER = 5
_RANDOM = random.SystemRandom().random


class Again:
    """ASGI middleware, inside the shield, which bounds the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        repeatable = scope["method"] != "PATCH"
        kept: list[Message] = []
        for attempt in range(TRIES):
            try:
                await self._app(scope, _replay(kept, receive) if repeatable else receive, noting_send)
                return
            except (DBAPIError, PoolTimeout) as error:
                passes = postgresql.passes(error)
                if started or not (passes or postgresql.is_away(error) or isinstance(error, PoolTimeout)):
                    raise
                if not (passes and repeatable and attempt < TRIES - 1):
                    problems.log_passing(error, scope["method"])
                    break
            await anyio.sleep(FIRST_PAUSE * 2**attempt * (0.5 + _RANDOM()))
        await problems.answer(503, "server.busy", {}, retry_after=RETRY_AFTER)(scope, receive, send)


def _replay(kept: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives what was received before, then what comes."""
    place = 0

    async def again() -> Message:
        nonlocal place
        if place == len(kept):
            kept.append(await receive())
        place += 1
        return kept[place - 1]

    return again
