"""SMS through any gateway that takes a form or a JSON body over HTTPS; the gateway is described by data, not code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import requests

from server.notify.messages import Message
from server.notify.transport import Accepted, Outcome, Permanent, Report, Temporary, Unknown

_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """A gateway. In `fields` and `headers` the places ``{to}``, ``{text}``, ``{id}`` and ``{sender}`` are filled.

    `id_field` is the member of the answer's JSON that names the message at the provider, with dots for depth.
    """

    url: str
    fields: Mapping[str, str]
    encoding: str = "form"
    """``form`` or ``json``."""
    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY, repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    id_field: str = ""
    accepted: tuple[int, ...] = (200, 201, 202)
    permanent: tuple[int, ...] = (400, 404, 410, 422)
    timeout: float = 20.0
    ca_file: str = ""
    """Certificates to trust in place of the usual ones."""


class HttpSmsTransport:
    name = "http-sms"

    def __init__(self, settings: GatewaySettings, session: requests.Session | None = None) -> None:
        if settings.encoding not in ("form", "json"):
            raise ValueError("encoding must be form or json")
        self._settings = settings
        self._session = session or requests.Session()
        self._session.trust_env = False  # a .netrc of this machine is none of the gateway's business

    def close(self) -> None:
        self._session.close()

    def collect(self) -> Sequence[Report]:
        return ()  # they come to `server.notify.reports`

    def send(self, message: Message) -> Outcome:
        try:
            answer = self._post(message)
        except requests.ConnectTimeout:
            return Temporary("http: no connection")
        except requests.exceptions.ConnectionError as error:
            # A connection that was never made sent nothing; one that broke later may have.
            never_made = "NewConnectionError" in repr(error.args) or "NameResolutionError" in repr(error.args)
            return Temporary("http: no connection") if never_made else Unknown("http: connection lost")
        except requests.RequestException as error:
            return Unknown(f"http: {type(error).__name__}")
        code = answer.status_code
        if code in self._settings.accepted:
            return Accepted(self._provider_id(answer))
        if code in self._settings.permanent:
            return Permanent(f"http: {code}")
        wait = answer.headers.get("Retry-After", "")
        return Temporary(f"http: {code}", timedelta(seconds=int(wait)) if wait.isdigit() else None)

    def _post(self, message: Message) -> requests.Response:
        places = {
            "to": message.to,
            "text": message.words.text,
            "id": message.id,
            "sender": self._settings.sender,
        }
        body = {name: _fill(value, places) for name, value in self._settings.fields.items()}
        sent: dict[str, Any] = {"data": body} if self._settings.encoding == "form" else {"json": body}
        return self._session.post(
            self._settings.url,
            headers={name: _fill(value, places) for name, value in self._settings.headers.items()},
            auth=(self._settings.user, self._settings.password) if self._settings.user else None,
            timeout=self._settings.timeout,
            allow_redirects=False,
            verify=self._settings.ca_file or True,
            **sent,
        )

    def _provider_id(self, answer: requests.Response) -> str:
        try:
            value: Any = answer.json()
            for part in filter(None, self._settings.id_field.split(".")):
                value = value[part]
        except (ValueError, KeyError, TypeError):
            return ""
        return str(value)[:100] if self._settings.id_field else ""


def _fill(pattern: str, places: Mapping[str, str]) -> str:
    """Fill the places in one pass, so that braces in a message's text are only text."""
    return pattern.format_map(places)
