"""The thread that sends what waits in the outbox, and where messages go.

Where messages go is ``notify.yaml`` in the server's folder; without it everything is written to the file outbox.

    email: {smtp: {host: relay.example.org, port: 587, sender: per@example.org, user: per, password_env: PER_SMTP}}
    sms:   {http: {url: "https://sms.example.org/send", encoding: form, sender: PER, user: per, password_env: PER_SMS,
                   fields: {To: "{to}", From: "{sender}", Body: "{text}", Reference: "{id}"}, id_field: sid}}

A channel may have several, the preferred one first, each for all countries or for some; one that fails rests while
the next is used. SMPP speaks to an operator's SMSC. ``caps`` bounds what is sent in a day.

    sms:
      - {countries: [IT, SM], smpp: {host: smsc.example.org, port: 3550, system_id: per, password_env: PER_SMSC}}
      - {http: {..., report: {secret_env: PER_REPORTS, id_field: sid, state_field: status, delivered: [delivered],
                              failed: [failed, undelivered]}}}
    caps: {per_country_and_day: 20000, countries: {IT: 60000, AQ: 0}}

A password never stands in the file, only the name of the environment variable that holds it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from sqlalchemy.exc import SQLAlchemyError

from registration.errors import StaffMustFix
from server import problems
from server.context import Server
from server.notify.dispatcher import Dispatcher, Route, Routes
from server.notify.file import FileTransport
from server.notify.http_sms import GatewaySettings, HttpSmsTransport
from server.notify.messages import Channel
from server.notify.outbox import DEFAULT_CAPS, Caps, Outbox
from server.notify.smtp import SmtpSettings, SmtpTransport
from server.notify.transport import Transport
from server.settings import Settings

POLL = 0.2
"""Seconds between looks. A look is one indexed read; it also sees what other processes put in."""
SETTINGS_FILE = "notify.yaml"


def run(server: Server, stop: threading.Event) -> None:
    """Send what waits until `stop` is set; what still waits then stays in the outbox."""
    settings = read_settings(server.settings)
    outbox = Outbox(server.master, settings.caps)
    dispatcher = Dispatcher(server.store, outbox, settings.routes)
    try:
        while not stop.wait(POLL):
            try:
                dispatcher.collect()
                with server.store.read() as connection:
                    due = outbox.due(connection, server.election, server.clock.now())
                if due:
                    dispatcher.run_once(stop.is_set)
            except SQLAlchemyError as error:
                # The database may be away for a moment; a message leased meanwhile comes back when its lease ends.
                problems.log_fault(error, "notify")
    finally:
        dispatcher.close()


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How an HTTP gateway reports deliveries to ``/v1/notify/reports/<secret>``: names of its fields and states."""

    secret: str = field(repr=False)
    id_field: str
    state_field: str
    delivered: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """What ``notify.yaml`` says, or its absence."""

    routes: Routes
    caps: Caps = DEFAULT_CAPS
    reports: ReportSettings | None = None


def read_settings(settings: Settings) -> NotifySettings:
    """Read where messages go.

    Raises:
        StaffMustFix: ``notify.settings_wrong`` (params: file, field).
    """
    file = settings.data / SETTINGS_FILE
    outbox = Route(FileTransport(settings.outbox_folder))
    found: dict[Channel, list[Route]] = {Channel.SMS: [outbox], Channel.EMAIL: [outbox]}
    if not file.exists():
        return NotifySettings(found)
    try:
        wanted = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise StaffMustFix("notify.settings_wrong", file=SETTINGS_FILE, field="-") from None
    caps, reports = DEFAULT_CAPS, None
    where = "-"
    try:
        for channel in Channel:
            if channel not in wanted:
                continue
            given = wanted[channel] if isinstance(wanted[channel], list) else [wanted[channel]]
            found[channel] = []
            for each in given:
                countries = frozenset(map(str, each.get("countries", ())))
                name = next(kind for kind in each if kind != "countries")
                where = f"{channel}.{name}"
                values = dict(each[name])
                reports = _reports(values.pop("report", None)) or reports
                found[channel].append(Route(_MAKE[channel, name](values), countries))
        where = "caps"
        if "caps" in wanted:
            caps = Caps(**wanted["caps"])
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
        raise StaffMustFix("notify.settings_wrong", file=SETTINGS_FILE, field=where) from None
    return NotifySettings(found, caps, reports)


def _reports(values: dict[str, Any] | None) -> ReportSettings | None:
    if values is None:
        return None
    secret = os.environ[values.pop("secret_env")]
    delivered, failed = (tuple(map(str, values.pop(name))) for name in ("delivered", "failed"))
    return ReportSettings(secret=secret, delivered=delivered, failed=failed, **values)


def _smtp(values: dict[str, Any]) -> Transport:
    return SmtpTransport(SmtpSettings(password=_secret(values), **values))


def _http(values: dict[str, Any]) -> Transport:
    return HttpSmsTransport(GatewaySettings(password=_secret(values), **values))


def _smpp(values: dict[str, Any]) -> Transport:
    from server.notify.smpp import SmppSettings, SmppTransport

    return SmppTransport(SmppSettings(password=_secret(values), **values))


_MAKE: Mapping[tuple[Channel, str], Callable[[dict[str, Any]], Transport]] = {
    (Channel.EMAIL, "smtp"): _smtp,
    (Channel.SMS, "http"): _http,
    (Channel.SMS, "smpp"): _smpp,
}


def _secret(values: dict[str, Any]) -> str:
    name = values.pop("password_env", "")
    return os.environ[name] if name else ""
