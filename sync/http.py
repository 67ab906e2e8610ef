"""HTTP to the server: one place for timeouts, sizes, and the way from an answer to an `Expected` error.

Bodies are never logged and never part of an error. Redirects are not followed and the environment's proxies and
.netrc are not used: a token goes to the configured server and nowhere else.
"""

from __future__ import annotations

import io
import json as jsonlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from registration.errors import Expected, StaffMustFix, VoterCanFix, WillRetry
from sync import protocol
from sync.words import spoken

MAX_ANSWER = 32 * 1024 * 1024
"""Largest body read, in bytes; the largest honest one is a request's content, under one packet's 16 MiB."""
MAX_RETRY_AFTER = 3600
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_PERSON = (
    "code.",
    "login.",
    "contact.",
    "account.",
    "password.",
    "person.",
    "request.",
    "official.",
    "case.",
    "handoff.",
)
"""Codes that the person at the screen can put right; every other refusal is for staff."""


class NotAdmitted(StaffMustFix):
    """The server does not know this kiosk (any more), or one of the two is of too old a version.

    That is no packet's fault, so nothing is sent until staff acted.
    """


class Http:
    """Calls one server.

    Args:
        base_url: ``https://host[:port]``; plain http only to this machine itself.
        token: the kiosk's or official's bearer token, "" before there is one.
        timeout: seconds to connect and to wait for the next bytes.
        session: for tests.

    Raises:
        StaffMustFix: ``server.address``, no such URL or plain http to another machine.
    """

    def __init__(
        self,
        base_url: str,
        token: str = "",
        *,
        timeout: tuple[float, float] = (10.0, 30.0),
        session: requests.Session | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise StaffMustFix("server.address")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise StaffMustFix("server.address")
        self._base = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def close(self) -> None:
        """Hang up. urllib3 leaves that to the garbage collector, which waits while an error's traceback is kept."""
        for adapter in self._session.adapters.values():
            if isinstance(adapter, HTTPAdapter):
                pools = adapter.poolmanager.pools
                for pool in [pools.get(key) for key in pools.keys()]:  # noqa: SIM118 - it cannot be iterated
                    if pool is not None:
                        pool.close()
        self._session.close()

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> requests.Response:
        """Send and return the answer whatever its status, its body read (at most `MAX_ANSWER` bytes).

        A body goes out in pieces: urllib3 allows one connect timeout per piece, and bytes given whole are one piece,
        which on a slow line would never be through in time.

        Raises:
            WillRetry: ``server.unreachable``.
        """
        sent = {protocol.HEADER: str(protocol.VERSION), **(headers or {})}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        try:
            with self._session.request(
                method,
                self._base + path,
                headers=sent,
                data=io.BytesIO(data) if data else data,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                answer._content = _bounded(answer)
                return answer
        except requests.RequestException:
            raise WillRetry("server.unreachable") from None

    def read(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, voter: str = "") -> bytes:
        """Send JSON and return the body of a good answer.

        Raises:
            Expected: what the answer's problem says (`error_of`), WillRetry ``server.unreachable``.
        """
        headers = {"Voter-Session": voter} if voter else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = jsonlib.dumps(body).encode()
        answer = self.send(method, path, headers=headers, data=data)
        if not 200 <= answer.status_code < 300:
            raise error_of(answer)
        return answer.content

    def json(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, voter: str = "") -> dict[str, Any]:
        """Send JSON and return the JSON object of a good answer.

        Raises:
            Expected: as `read`; WillRetry ``server.strange_answer`` when no JSON object came (a captive portal).
        """
        return parse(self.read(method, path, body, voter=voter))


def parse(content: bytes) -> dict[str, Any]:
    """Return the JSON object in `content`, or raise WillRetry ``server.strange_answer``."""
    try:
        value = jsonlib.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise WillRetry("server.strange_answer")
    return value


def error_of(answer: requests.Response) -> Expected:
    """Return the error an answer of status 300 or above stands for (RFC 9457 problem details)."""
    status = answer.status_code
    code, params = _problem(answer)
    known = bool(spoken(code))
    if code in (protocol.KIOSK_OLD, protocol.SERVER_OLD):
        return NotAdmitted(code)
    if known and code.startswith(_PERSON):
        return VoterCanFix(code, **params)
    if status in (408, 425, 429) or status >= 500 or code == "server.busy":
        return WillRetry("server.busy", retry_after=retry_after(answer))
    if status < 400:
        return WillRetry("server.strange_answer")
    if status in (401, 403):
        return NotAdmitted(code, **params) if known else NotAdmitted("server.not_admitted")
    if known:
        return StaffMustFix(code, **params)
    return StaffMustFix("server.refused", status=status)


def retry_after(answer: requests.Response) -> int:
    """Return the seconds the server asks to wait, 0 if it does not say (RFC 9110 section 10.2.3)."""
    value = answer.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), MAX_RETRY_AFTER)
    try:
        until, sent = parsedate_to_datetime(value), parsedate_to_datetime(answer.headers["Date"])
        return min(max(0, int((until - sent).total_seconds())), MAX_RETRY_AFTER)
    except (KeyError, ValueError, TypeError):
        return 0


def _problem(answer: requests.Response) -> tuple[str, dict[str, str | int]]:
    try:
        body = jsonlib.loads(answer.content)
        params = body.get("params") or {}
        return str(body.get("code") or ""), {
            str(name): value for name, value in params.items() if isinstance(value, str | int) and name != "code"
        }
    except (ValueError, RecursionError, AttributeError):
        return "", {}


def _bounded(answer: requests.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in answer.iter_content(64 * 1024):
        size += len(piece)
        if size > MAX_ANSWER:
            raise requests.RequestException("too much")
        pieces.append(piece)
    return b"".join(pieces)
