"""The thread that sends what waits in the outbox, and where messages go.

Where messages go is ``notify.yaml`` in the server's folder; without it everything is written to the file outbox.

    email: {smtp: {host: relay.example.org, port: 587, sender: per@example.org, user: per, password_env: PER_SMTP}}
    sms:   {http: {url: "https://sms.example.org/send", encoding: form, sender: PER, user: per, password_env: PER_SMS,
                   fields: {To: "{to}", From: "{sender}", Body: "{text}", Reference: "{id}"}, id_field: sid}}

A password never stands in the file, only the name of the environment variable that holds it.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import yaml
from sqlalchemy.exc import SQLAlchemyError

from registration.errors import StaffMustFix
from server import problems
from server.context import Server
from server.notify.dispatcher import Dispatcher, Routes
from server.notify.file import FileTransport
from server.notify.http_sms import GatewaySettings, HttpSmsTransport
from server.notify.messages import Channel
from server.notify.outbox import Outbox
from server.notify.smtp import SmtpSettings, SmtpTransport
from server.notify.transport import Transport
from server.settings import Settings

POLL = 0.2
"""Seconds between looks. A look is one indexed read; it also sees what other processes put in."""
SETTINGS_FILE = "notify.yaml"


def run(server: Server, stop: threading.Event) -> None:
    """Send what waits until `stop` is set; what still waits then stays in the outbox."""
    outbox = Outbox(server.master)
    dispatcher = Dispatcher(server.store, outbox, routes(server.settings))
    while not stop.wait(POLL):
        try:
            with server.store.read() as connection:
                due = outbox.due(connection, server.election, server.clock.now())
            if due:
                dispatcher.run_once(stop.is_set)
        except SQLAlchemyError as error:
            # The database may be away for a moment; a message leased meanwhile comes back when its lease ends.
            problems.log_fault(error, "notify")


def routes(settings: Settings) -> Routes:
    """Return the transports of each channel.

    Raises:
        StaffMustFix: ``notify.settings_wrong`` (params: file, field).
    """
    file = settings.data / SETTINGS_FILE
    outbox = FileTransport(settings.outbox_folder)
    found: dict[Channel, list[Transport]] = {Channel.SMS: [outbox], Channel.EMAIL: [outbox]}
    if not file.exists():
        return found
    try:
        wanted = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise StaffMustFix("notify.settings_wrong", file=SETTINGS_FILE, field="-") from None
    for channel, make, name in ((Channel.EMAIL, _smtp, "smtp"), (Channel.SMS, _http, "http")):
        if channel in wanted:
            try:
                found[channel] = [make(dict(wanted[channel][name]))]
            except (KeyError, TypeError, ValueError):
                raise StaffMustFix("notify.settings_wrong", file=SETTINGS_FILE, field=f"{channel}.{name}") from None
    return found


def _smtp(values: dict[str, Any]) -> Transport:
    return SmtpTransport(SmtpSettings(password=_secret(values), **values))


def _http(values: dict[str, Any]) -> Transport:
    return HttpSmsTransport(GatewaySettings(password=_secret(values), **values))


def _secret(values: dict[str, Any]) -> str:
    name = values.pop("password_env", "")
    return os.environ[name] if name else ""
