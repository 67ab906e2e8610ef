"""The supervisors' and observers' side of the server over HTTP (registration.office.Office)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from registration.errors import WillRetry
from registration.model.contact import Contact
from registration.model.statistics import Dimension, Measure, Statistics
from registration.office import Credentials, OfficialRow
from registration.review_desk import OfficialSession, Role
from sync.http import Http, error_of, parse

_OFFICIALS = "/v1/officials"


class HttpOffice:
    """Implements `registration.office.Office`.

    Args:
        http: of the server, without a token: each call carries the official's own.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def officials(self, session: OfficialSession) -> tuple[OfficialRow, ...]:
        answer = self._json(session, "GET", _OFFICIALS)
        try:
            return tuple(
                OfficialRow(
                    str(row["name"]), Role(row["role"]), datetime.fromisoformat(row["created"]), bool(row["disabled"])
                )
                for row in answer["officials"]
            )
        except (KeyError, TypeError, ValueError):
            raise WillRetry("server.strange_answer") from None

    def enrol(self, session: OfficialSession, name: str, role: Role, *, replace: bool = False) -> Credentials:
        answer = self._json(session, "POST", _OFFICIALS, {"name": name, "role": role.value, "replace": replace})
        try:
            return Credentials(
                str(answer["name"]),
                Role(answer["role"]),
                str(answer["password"]),
                str(answer["totp_secret"]),
                str(answer["totp_uri"]),
            )
        except (KeyError, TypeError, ValueError):
            raise WillRetry("server.strange_answer") from None

    def unlock(self, session: OfficialSession, name: str) -> None:
        self._read(session, "POST", f"{_OFFICIALS}/{quote(name, safe='')}/unlock")

    def disable(self, session: OfficialSession, name: str) -> None:
        self._read(session, "POST", f"{_OFFICIALS}/{quote(name, safe='')}/disable")

    def unlock_voter(self, session: OfficialSession, contact: Contact) -> None:
        body = {"contact": {"kind": contact.kind.value, "value": contact.value}}
        self._read(session, "POST", "/v1/officials/voters/unlock", body)

    def statistics(self, session: OfficialSession) -> Statistics:
        answer = self._json(session, "GET", "/v1/statistics")
        try:
            return Statistics(
                datetime.fromisoformat(answer["as_of"]),
                {
                    Dimension(dimension): {
                        str(value): {Measure(measure): _count(number) for measure, number in counts.items()}
                        for value, counts in table.items()
                    }
                    for dimension, table in answer["tables"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise WillRetry("server.strange_answer") from None

    def statistics_csv(self, session: OfficialSession) -> bytes:
        return self._read(session, "GET", "/v1/statistics.csv")

    def _json(
        self, session: OfficialSession, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return parse(self._read(session, method, path, body))

    def _read(self, session: OfficialSession, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {session.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        answer = self._http.send(method, path, headers=headers, data=data)
        if not 200 <= answer.status_code < 300:
            raise error_of(answer)
        return answer.content


def _count(number: Any) -> int | None:
    return None if number is None else int(number)
