"""The outermost layer: size limits before anything is read, security headers on everything, faults without text."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import problems
from server.store.trouble import Trouble

MAX_BODY = 64 * 1024
"""Largest body of a call that is not an upload, in bytes."""
RETRY_AFTER = 60
"""Seconds: a failing disk does not mend itself at once."""
_UPLOADS = (("PATCH", "/v1/packets/"), ("PUT", "/h/"))
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


class _TooLarge(Exception):
    pass


class Shield:
    """ASGI middleware. Uploads (`_UPLOADS`) bound themselves; every other body is at most `MAX_BODY`."""

    def __init__(self, app: ASGIApp, trouble: Trouble) -> None:
        self._app = app
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        upload = any(scope["method"] == method and scope["path"].startswith(path) for method, path in _UPLOADS)
        started = False
        taken = 0

        async def guarded_receive() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY and not upload:
                raise _TooLarge
            return message

        async def dressed_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if not upload and _declared(scope) > MAX_BODY:
                raise _TooLarge
            await self._app(scope, guarded_receive, dressed_send)
        except _TooLarge:
            await problems.answer(413, "call.too_large", {})(scope, receive, dressed_send)
        except Exception as error:  # noqa: BLE001 - the last line: a bug becomes a 500 without its text
            problems.log_fault(error, scope["method"])
            if started:
                raise ConnectionAbortedError from None
            if self._trouble.note(error):
                answer = problems.answer(503, "server.storage", {}, retry_after=RETRY_AFTER)
            else:
                answer = problems.answer(500, "unexpected", {})
            await answer(scope, receive, dressed_send)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:12])
    return 0
