"""What is said to a voter by SMS or e-mail, and the words of it (resources/i18n/<lang>/notify.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from registration.model.contact import ContactKind
from resources import texts

SMS_COMMENT = 200
"""Characters of an official's comment that go into an SMS; the whole is in the e-mail and on the status page."""


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


CHANNELS = {ContactKind.PHONE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}


class Template(StrEnum):
    """The messages there are; ids of texts under ``notify.``."""

    CODE = "code"
    """Places: code, minutes."""
    CONFIRM_CONTACT = "confirm_contact"
    """An account came from an offline kiosk and its contact was never confirmed (D-05). No places."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    """Somebody who had the code set a new password. No places."""
    RECEIVED = "received"
    """Places: reference, days."""
    APPROVED = "approved"
    """Places: reference."""
    REFUSED = "refused"
    """Places: reference, reasons, comment."""
    RETURNED = "returned"
    """Places: reference, comment."""

    @property
    def kind(self) -> str:
        """The message's kind as the file outbox names it: ``code``, ``confirm``, ``password``,
        ``received`` or ``decision``."""
        return _KINDS[self]

    @property
    def max_age(self) -> timedelta:
        """How long it is worth delivering."""
        return timedelta(minutes=10) if self is Template.CODE else timedelta(days=7)


_KINDS = {
    Template.CODE: "code",
    Template.CONFIRM_CONTACT: "confirm",
    Template.PASSWORD_CHANGED: "password",
    Template.RECEIVED: "received",
    Template.APPROVED: "decision",
    Template.REFUSED: "decision",
    Template.RETURNED: "decision",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A message in one language. `subject` is "" for an SMS."""

    text: str = field(repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way. `id` stays the same at every try, so that a copy can be known as a copy."""

    id: str
    kind: str
    channel: Channel
    to: str = field(repr=False)
    """E.164 number or e-mail address."""
    masked: str
    language: str
    words: Words
    created: datetime


def render(template: Template, channel: Channel, language: str, places: Mapping[str, str | int]) -> Words:
    """Return the words of a message; a language that is not complete gets Albanian.

    Args:
        places: see `Template`; ``reasons`` are codes of `REFUSAL_REASONS` joined by a comma.
    """
    lang = language if language in texts.LANGUAGES else texts.LANGUAGES[0]
    filled = dict(places)
    if template is Template.REFUSED:
        codes = [code for code in str(filled.pop("reasons")).split(",") if code]
        filled["reasons"] = "; ".join(texts.text(lang, f"notify.reason.{code}") for code in codes)
    comment = str(filled.get("comment", "")).strip()
    if channel is Channel.SMS and len(comment) > SMS_COMMENT:
        comment = comment[: SMS_COMMENT - 1].rstrip() + "…"
    filled["comment"] = comment
    ending = "" if comment or template is not Template.REFUSED else "_plain"
    body = texts.text(lang, f"notify.{template}.{channel}{ending}", **filled)
    if channel is Channel.SMS:
        return Words(body)
    closing = texts.text(lang, "notify.signature")
    return Words(f"{body}\n\n{closing}\n", texts.text(lang, f"notify.{template}.subject", **filled))
