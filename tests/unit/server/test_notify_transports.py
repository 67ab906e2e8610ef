"""SMTP against a real server (aiosmtpd), SMS against a gateway over HTTP: every outcome, the lost reply above all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from registration.errors import StaffMustFix
from server.notify import delivery
from server.notify.file import FileTransport
from server.notify.http_sms import GatewaySettings, HttpSmsTransport
from server.notify.messages import Channel, Message, Words
from server.notify.smtp import SmtpSettings, SmtpTransport
from server.notify.transport import Accepted, Permanent, Temporary, Unknown
from server.settings import Settings

TO = "arta.specimen@example.org"
EMAIL = Message(
    id="01990000-0000-7000-8000-00000000000c",
    kind="code",
    channel=Channel.EMAIL,
    to=TO,
    masked="a***@example.org",
    language="sq",
    words=Words("Kodi juaj: 493817. Çfarë të bëni më pas: shkruajeni këtë kod.\n", "Kodi juaj për PER"),
    created=datetime(2029, 2, 1, 9, tzinfo=UTC),
)
NUMBER = "+355691234567"
SMS = Message(EMAIL.id, "code", Channel.SMS, NUMBER, "+355*****4567", "sq", Words("Kodi: {493817} & më"), EMAIL.created)


class Mailbox:
    """An SMTP server's handler: keeps what it takes, answers by its script."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.rcpt = "250 OK"
        self.data = "250 OK"
        self.hang_up = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.data.startswith("250"):
            self.taken.append(envelope.content)
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()  # taken, but the reply never arrives
        return self.data


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[SmtpTransport]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpTransport(SmtpSettings("127.0.0.1", port, sender="per@example.org", starttls=False, timeout=5))
    controller.stop()


def test_a_mail_arrives_whole_under_its_stable_id(smtp: SmtpTransport, mailbox: Mailbox) -> None:
    assert smtp.send(EMAIL) == Accepted(EMAIL.id)
    mail = message_from_bytes(mailbox.taken[0], policy=policy.default)
    assert mail["Subject"] == "Kodi juaj për PER"
    assert mail["Message-ID"] == f"<{EMAIL.id}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == EMAIL.words.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("where", "reply", "kind"),
    [
        ("rcpt", "451 later", Temporary),
        ("rcpt", f"550 no such user {TO}", Permanent),
        ("data", "452 full", Temporary),
        ("data", "554 no", Permanent),
    ],
)
def test_a_refusal_is_temporary_or_for_good_and_never_quotes_the_address(
    smtp: SmtpTransport, mailbox: Mailbox, where: str, reply: str, kind: type[Temporary] | type[Permanent]
) -> None:
    setattr(mailbox, where, reply)
    outcome = smtp.send(EMAIL)
    assert isinstance(outcome, kind)
    assert outcome.reason == f"smtp: {reply[:3]}"
    assert mailbox.taken == []


def test_a_lost_reply_is_unknown_for_the_copy_was_delivered(smtp: SmtpTransport, mailbox: Mailbox) -> None:
    mailbox.hang_up = True
    assert isinstance(smtp.send(EMAIL), Unknown)
    assert len(mailbox.taken) == 1
    mailbox.hang_up = False
    assert smtp.send(EMAIL) == Accepted(EMAIL.id)
    ids = {message_from_bytes(mail, policy=policy.default)["Message-ID"] for mail in mailbox.taken}
    assert len(ids) == 1


def test_no_relay_is_temporary() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = SmtpSettings("127.0.0.1", nobody.getsockname()[1], starttls=False, timeout=2)
        assert isinstance(SmtpTransport(settings).send(EMAIL), Temporary)


def test_a_relay_without_tls_gets_no_mail_when_tls_is_asked(mailbox: Mailbox, smtp: SmtpTransport) -> None:
    plain = smtp._settings
    strict = SmtpTransport(SmtpSettings(plain.host, plain.port, sender=plain.sender, timeout=5))
    assert isinstance(strict.send(EMAIL), Temporary)
    assert mailbox.taken == []


# ---------------------------------------------------------------- SMS over HTTP


class Gateway(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    answer: ClassVar[bytes] = b'{"message": {"sid": "SM1"}}'
    headers_out: ClassVar[dict[str, str]] = {}
    hang_up: ClassVar[bool] = False
    taken: ClassVar[list[tuple[dict[str, Any], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        if self.hang_up:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.answer)), **self.headers_out}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Gateway, "taken", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    thread.join()
    server.server_close()


def sms(url: str, **settings: Any) -> HttpSmsTransport:
    fields = {"To": "{to}", "From": "{sender}", "Body": "{text}", "Reference": "{id}"}
    return HttpSmsTransport(GatewaySettings(url, fields, sender="PER", id_field="message.sid", **settings))


def send_once(url: str, **settings: Any) -> object:
    transport = sms(url, timeout=3, **settings)
    outcome = transport.send(SMS)
    transport.close()
    return outcome


def test_an_sms_goes_out_as_the_gateway_is_described(gateway: str) -> None:
    assert send_once(gateway, user="per", password="s") == Accepted("SM1")
    headers, body = Gateway.taken[0]
    sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert sent == {"To": NUMBER, "From": "PER", "Body": "Kodi: {493817} & më", "Reference": SMS.id}
    assert headers["Authorization"].startswith("Basic ")


def test_a_gateway_may_want_json(gateway: str) -> None:
    assert send_once(gateway, encoding="json", headers={"X-Key": "k-{id}"}) == Accepted("SM1")
    headers, body = Gateway.taken[0]
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Key"] == f"k-{SMS.id}"
    assert b'"To"' in body


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (400, {}, Permanent("http: 400")),
        (503, {}, Temporary("http: 503")),
        (429, {"Retry-After": "90"}, Temporary("http: 429", timedelta(seconds=90))),
        (302, {"Location": "http://127.0.0.1:1/"}, Temporary("http: 302")),
    ],
)
def test_what_a_gateway_answers_is_understood(
    gateway: str, monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], expected: object
) -> None:
    monkeypatch.setattr(Gateway, "status", status)
    monkeypatch.setattr(Gateway, "headers_out", headers)
    assert send_once(gateway) == expected


def test_a_gateways_lost_reply_is_unknown(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "hang_up", True)
    assert isinstance(send_once(gateway), Unknown)
    assert len(Gateway.taken) == 1


def test_no_gateway_is_temporary_for_nothing_was_sent() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert isinstance(send_once(f"http://127.0.0.1:{nobody.getsockname()[1]}/"), Temporary)


def test_an_answer_without_an_id_is_still_accepted(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "answer", b"OK")
    assert send_once(gateway) == Accepted("")


# ---------------------------------------------------------------- where messages go


def test_without_settings_everything_goes_to_the_file_outbox(tmp_path: Path) -> None:
    routes = delivery.read_settings(Settings(tmp_path, outbox=tmp_path / "out")).routes
    assert [[type(each.transport) for each in routes[channel]] for channel in Channel] == [
        [FileTransport],
        [FileTransport],
    ]


def test_settings_name_transports_and_the_password_stays_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PER_SMTP", "relay-secret")
    (tmp_path / delivery.SETTINGS_FILE).write_text(
        "email: {smtp: {host: relay.example.org, sender: per@example.org, user: per, password_env: PER_SMTP}}\n"
        "sms: {http: {url: 'https://sms.example.org/send', fields: {To: '{to}', Body: '{text}'}}}\n"
    )
    routes = delivery.read_settings(Settings(tmp_path)).routes
    (mail,), (text,) = ([route.transport for route in routes[channel]] for channel in (Channel.EMAIL, Channel.SMS))
    assert isinstance(mail, SmtpTransport)
    assert isinstance(text, HttpSmsTransport)
    assert mail._settings.password == "relay-secret"
    assert "relay-secret" not in repr(mail._settings)
    text.close()


@pytest.mark.parametrize(
    "content",
    [
        "email: {smtp: {hosst: x}}",
        "email: {smtp: {host: x, password_env: NOT_SET_HERE}}",
        "sms: {http: {url: x, fields: {}, encoding: xml}}",
        "sms: {pigeon: {}}",
        "email: [",
        "caps: {per_week: 3}",
        "sms: {http: {url: x, fields: {}, report: {secret_env: NOT_SET_HERE}}}",
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / delivery.SETTINGS_FILE).write_text(content)
    with pytest.raises(StaffMustFix) as caught:
        delivery.read_settings(Settings(tmp_path))
    assert caught.value.code == "notify.settings_wrong"


def test_several_providers_countries_and_caps_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PER_SMSC", "smsc-secret")
    (tmp_path / delivery.SETTINGS_FILE).write_text(
        "sms:\n"
        "  - {countries: [IT, SM], smpp: {host: smsc.example.org, system_id: per, password_env: PER_SMSC}}\n"
        "  - {http: {url: 'https://sms.example.org/send', fields: {To: '{to}'}}}\n"
        "caps: {per_country_and_day: 10, countries: {IT: 60000, AQ: 0}}\n"
    )
    read = delivery.read_settings(Settings(tmp_path))
    first, second = read.routes[Channel.SMS]
    assert first.serves("IT")
    assert not first.serves("AL")
    assert second.serves("AL")
    assert "smsc-secret" not in repr(first.transport._settings)  # type: ignore[attr-defined]
    assert [read.caps.of_country(country) for country in ("IT", "AQ", "AL")] == [60000, 0, 10]
    second.transport.close()
