"""A register behind HTTP: one POST with a personal number, one JSON object back.

POST url, Authorization: Bearer <token>, {"personal_number": "J00101999W"}
200 {"personal_number": ..., "surname": ..., "given_names": ..., "birth_date": "1990-01-01", "father_name": ...,
     "birth_place": ..., "sex": "F", "county": "tirane", "zone": ...}   the last five may be missing
404  no such person
"""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from registration.errors import WillRetry
from registration.model.register import COUNTIES, RegisterEntry

MOST_BYTES = 64 * 1024
_LONGEST = 200


class HttpRegister:
    """Implements `server.register.CivilRegister`.

    Args:
        url: ``https://...``; plain http to this machine only.
        token: bearer token.
        timeout: seconds for the whole answer.
        ca_file: certificates to trust in place of the usual ones.
        name: what a case calls the register.
    """

    def __init__(
        self, url: str, *, token: str = "", timeout: float = 5.0, ca_file: str = "", name: str = "civil-status"
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1")):
            raise ValueError("the register's address")
        self.name = name
        self._url = url
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_file or True
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def find(self, personal_number: str) -> RegisterEntry | None:
        away = WillRetry("register.away")
        until = time.monotonic() + self._timeout
        try:
            with self._session.post(
                self._url,
                json={"personal_number": personal_number},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code == 404:
                    return None
                if answer.status_code != 200:
                    raise away
                return _entry(json.loads(_bounded(answer, until)), personal_number)
        except (requests.RequestException, HTTPError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise away from None

    def close(self) -> None:
        self._session.close()


def _bounded(answer: requests.Response, until: float) -> bytes:
    """Return the body. Raises ValueError when it is too long or too slow: a drip of bytes ends no socket's wait."""
    pieces, size = [], 0
    while piece := answer.raw.read1(4096, decode_content=True):  # what is there, without waiting for more
        size += len(piece)
        if size > MOST_BYTES or time.monotonic() > until:
            raise ValueError("too much or too late")
        pieces.append(piece)
    return b"".join(pieces)


def _entry(body: Any, asked: str) -> RegisterEntry:
    """Raises KeyError, TypeError or ValueError for anything that is not the entry asked for."""
    if body["personal_number"] != asked:
        raise ValueError("an answer about somebody else")
    county = _text(body, "county", "")
    return RegisterEntry(
        personal_number=asked,
        surname=_text(body, "surname"),
        given_names=_text(body, "given_names"),
        birth_date=date.fromisoformat(_text(body, "birth_date")),
        father_name=_text(body, "father_name", ""),
        birth_place=_text(body, "birth_place", ""),
        sex=_text(body, "sex", ""),
        county=county if county in COUNTIES else "",
        zone=_text(body, "zone", ""),
    )


def _text(body: Any, name: str, missing: str | None = None) -> str:
    value = body[name] if missing is None else body.get(name, missing)
    if not isinstance(value, str):
        raise TypeError(name)
    return value[:_LONGEST]
