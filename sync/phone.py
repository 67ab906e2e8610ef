"""The kiosk's side of a hand-off from a phone (ports.PhoneHandoff): the key is made and kept here."""

from __future__ import annotations

import base64
import contextlib
import secrets
from collections.abc import Callable
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registration.errors import Expected, VoterCanFix, WillRetry
from registration.ports.phone import Handoff
from sync.http import Http, error_of

KEY_BYTES, NONCE_BYTES = 32, 12


class HttpPhone:
    """Implements `registration.ports.phone.PhoneHandoff`.

    Args:
        http: returns the way to the server as it is now; may raise WillRetry.
    """

    def __init__(self, http: Callable[[], Http]) -> None:
        self._http = http

    def offered(self) -> bool:
        return self._http().json("GET", "/v1/handoffs").get("offered") is True

    def begin(self, language: str) -> Handoff:
        answer = self._http().json("POST", "/v1/handoffs")
        key = secrets.token_bytes(KEY_BYTES)
        fragment = base64.urlsafe_b64encode(key).rstrip(b"=").decode()
        try:
            return Handoff(
                str(answer["handoff_id"]),
                f"{answer['page']}?lang={quote(language)}#{fragment}",
                str(answer["token"]),
                key,
                int(answer["expires_in"]),
            )
        except (KeyError, TypeError, ValueError):
            raise WillRetry("server.strange_answer") from None

    def received(self, handoff: Handoff) -> bool:
        state = self._http().json("GET", _path(handoff)).get("state")
        if state == "expired":
            raise VoterCanFix("handoff.expired")
        return state == "received"

    def fetch(self, handoff: Handoff) -> bytes:
        answer = self._http().send("GET", f"{_path(handoff)}/content")
        if answer.status_code != 200:
            raise error_of(answer)
        self.cancel(handoff)
        return decrypt(handoff.key, handoff.token, answer.content)

    def cancel(self, handoff: Handoff) -> None:
        with contextlib.suppress(Expected):
            self._http().read("DELETE", _path(handoff))


def decrypt(key: bytes, token: str, sealed: bytes) -> bytes:
    """Open what a phone encrypted: 12 bytes nonce, then AES-256-GCM bound to the hand-off's token.

    Raises:
        VoterCanFix: ``handoff.unreadable``.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"per-handoff/1\0{token}".encode())
    except (InvalidTag, ValueError):
        raise VoterCanFix("handoff.unreadable") from None


def _path(handoff: Handoff) -> str:
    return f"/v1/handoffs/{quote(handoff.handoff_id, safe='')}"
