"""E-mail through an SMTP relay (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from server.notify.messages import Message
from server.notify.transport import Accepted, Outcome, Permanent, Report, Temporary, Unknown

_WIRE = policy.SMTP.clone(cte_type="7bit")
"""CRLF line ends (relays refuse bare ones) and nothing that needs 8BITMIME."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the relay. `starttls` is only to be switched off on a loopback or private link."""

    host: str
    port: int = 587
    sender: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    timeout: float = 20.0


class SmtpTransport:
    """One connection for each message; the stable Message-ID lets the far side know a copy as a copy."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings, connect: Callable[..., smtplib.SMTP] = smtplib.SMTP) -> None:
        self._settings = settings
        self._connect = connect

    def send(self, message: Message) -> Outcome:
        handed_over = accepted = False
        try:
            with self._connect(self._settings.host, self._settings.port, timeout=self._settings.timeout) as relay:
                if self._settings.starttls:
                    relay.starttls(context=ssl.create_default_context())
                if self._settings.user:
                    relay.login(self._settings.user, self._settings.password)
                relay.ehlo_or_helo_if_needed()
                self._check(relay.mail(self._settings.sender))
                self._check(relay.rcpt(message.to))
                handed_over = True  # from here a lost connection does not tell whether the relay has it
                self._check(relay.data(self._mail(message).as_bytes(policy=_WIRE)))
                accepted = True  # whatever goes wrong while saying good-bye changes nothing
        except smtplib.SMTPResponseException as error:
            return Accepted(message.id) if accepted else self._refused(error.smtp_code)
        except (smtplib.SMTPException, OSError) as error:
            if accepted:
                return Accepted(message.id)
            reason = f"smtp: {type(error).__name__}"
            return Unknown(reason) if handed_over else Temporary(reason)
        return Accepted(message.id)

    def collect(self) -> Sequence[Report]:
        return ()

    def close(self) -> None:
        pass

    @staticmethod
    def _check(reply: tuple[int, bytes]) -> None:
        # The relay's own words may quote the address, so only the number goes on.
        if reply[0] // 100 != 2:
            raise smtplib.SMTPResponseException(reply[0], b"")

    @staticmethod
    def _refused(code: int) -> Outcome:
        if code // 100 == 5 and code not in (530, 534, 535, 538):
            return Permanent(f"smtp: {code}")
        return Temporary(f"smtp: {code}")  # a wrong password at the relay is ours to mend; the voter's mail waits

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        mail["To"] = message.to
        mail["Subject"] = message.words.subject
        mail["Date"] = format_datetime(message.created)
        mail["Message-ID"] = f"<{message.id}@{self._settings.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
        mail["Content-Language"] = message.language
        mail.set_content(message.words.text)
        return mail
