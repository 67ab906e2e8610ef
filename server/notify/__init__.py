"""Notifications to voters. The rest of the server calls `enqueue`; `server.notify.delivery` does the sending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from registration.model.contact import Contact
from server.notify.messages import Template
from server.notify.outbox import Outbox
from server.sealing import MasterKey
from server.store import Unit


def enqueue(
    unit: Unit,
    master: MasterKey,
    *,
    kind: Template | str,
    contact: Contact,
    language: str,
    params: Mapping[str, str | int] | None = None,
    message_id: str = "",
    dedupe: str = "",
    max_age: timedelta | None = None,
) -> str:
    """Put a message in the outbox within the caller's unit of work; it is sent after the commit.

    Args:
        unit: the transaction of the deed the message tells of.
        master: seals it.
        kind: a `Template` or its value: ``code`` (params: code, minutes), ``confirm_contact``,
            ``password_changed``, ``received``
            (reference, days), ``approved`` (reference), ``refused`` (reference, reasons joined by commas, comment),
            ``returned`` (reference, comment).
        contact, language: whom, and in which language; one that is not complete gets Albanian.
        message_id: a stable id the caller already has.
        dedupe: names the deed, e.g. ``decision:<case>:<version>``; it is told once only.
        max_age: shorter than the kind's own (codes 10 minutes, else 7 days).

    Returns:
        The message's stable id.

    Raises:
        VoterCanFix: ``code.too_many`` (params: minutes), this destination had its share of codes.
    """
    return Outbox(master).enqueue(
        unit, Template(kind), contact, language, params, message_id=message_id, dedupe=dedupe, max_age=max_age
    )
