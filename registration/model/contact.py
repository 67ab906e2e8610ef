"""How a voter is reached: a phone number of any country (PA-07) or an e-mail address (PA-08)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from registration.errors import VoterCanFix


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """A checked contact. `value` is E.164 (``+355691234567``) or a normalised address; it identifies an account."""

    kind: ContactKind
    value: str = field(repr=False)

    @property
    def masked(self) -> str:
        """Enough for its owner to know it, too little for a stranger: ``+355*****4567``, ``a***@example.org``."""
        if self.kind is ContactKind.PHONE:
            return f"{self.value[:4]}{'*' * max(1, len(self.value) - 8)}{self.value[-4:]}"
        name, _, domain = self.value.partition("@")
        return f"{name[:1]}***@{domain}"


def parse_phone(text: str, region: str = "AL") -> Contact:
    """Read a mobile number as a person types it.

    Args:
        text: with or without the international prefix (``+`` or ``00``), spaces and dashes allowed.
        region: ISO 3166 country whose national form is meant when no prefix was typed.

    Raises:
        VoterCanFix: ``contact.phone_invalid``, no number of any country.
    """
    cleaned = text.strip()
    if cleaned.startswith("00"):
        cleaned = "+" + cleaned[2:]
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException:
        raise VoterCanFix("contact.phone_invalid") from None
    if not phonenumbers.is_valid_number(number):
        raise VoterCanFix("contact.phone_invalid")
    return Contact(ContactKind.PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def parse_email(text: str) -> Contact:
    """Read an e-mail address; its domain is not looked up, so it works offline.

    Raises:
        VoterCanFix: ``contact.email_invalid``.
    """
    try:
        parsed = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise VoterCanFix("contact.email_invalid") from None
    return Contact(ContactKind.EMAIL, parsed.normalized.lower())


def parse_contact(text: str, region: str = "AL") -> Contact:
    """Read whatever a person logs in with: an address if it has an @, else a phone number (PR-01)."""
    return parse_email(text) if "@" in text else parse_phone(text, region)


def readable(contact: Contact) -> str:
    """Return the contact grouped for reading back: ``+355 69 123 4567``."""
    if contact.kind is ContactKind.EMAIL:
        return contact.value
    number = phonenumbers.parse(contact.value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
