"""The key set: whom a kiosk encrypts to and whose receipts it believes, signed by the election's root key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyrage

from registration.errors import StaffMustFix
from sync import signed, sshsig
from sync.checkpoint import Verifier

NAMESPACE = "keyset@per-kiosk/v1"
MOST_FORMER = 64


class KeysetRefused(StaffMustFix):
    """``server.keyset_refused`` (not signed by the root, malformed, another election) or ``server.rolled_back``."""


@dataclass(frozen=True, slots=True)
class Keyset:
    """Public keys only. `version` only grows."""

    version: int
    election: str
    epoch_id: str
    epoch_recipient: str
    """age recipient of the server's live epoch key (``age1...``)."""
    escrow: str
    """age recipient of the authority's offline key."""
    receipt_key: sshsig.PublicKey = field(repr=False)
    not_after: datetime
    """When the kiosk should have fetched a newer one. Sealing goes on after it: nothing finished may be lost."""
    former_receipt_keys: tuple[sshsig.PublicKey, ...] = field(default=(), repr=False)
    """Retired ones, newest first: what they signed before stays believed. At most `MOST_FORMER`."""
    kiosk_authority: sshsig.PublicKey | None = field(default=None, repr=False)
    """Signs the kiosks' certificates; None in key sets made before there were any."""
    log_key: Verifier | None = field(default=None, repr=False)
    """Signs the checkpoints of the audit log; None in key sets made before kiosks kept any."""

    @property
    def recipients(self) -> tuple[str, str]:
        return self.epoch_recipient, self.escrow

    @property
    def receipt_keys(self) -> tuple[sshsig.PublicKey, ...]:
        """Every key whose receipts are believed, the live one first."""
        return self.receipt_key, *self.former_receipt_keys


def sign(keyset: Keyset, root: sshsig.PrivateKey) -> dict[str, str]:
    """Return the signed document that the server publishes."""
    return signed.sign(
        {
            "version": keyset.version,
            "election": keyset.election,
            "epoch": {"id": keyset.epoch_id, "recipient": keyset.epoch_recipient},
            "escrow": keyset.escrow,
            "receipt_key": keyset.receipt_key.line,
            "former_receipt_keys": [key.line for key in keyset.former_receipt_keys[:MOST_FORMER]],
            "kiosk_authority": keyset.kiosk_authority.line if keyset.kiosk_authority else "",
            "log_key": keyset.log_key.line if keyset.log_key else "",
            "not_after": keyset.not_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        root,
        NAMESPACE,
    )


def verify(document: object, root: sshsig.PublicKey, *, election: str, known: Keyset | None = None) -> Keyset:
    """Return the key set of a signed document.

    Args:
        document: as it came from the server or the vault.
        root: the election's root key, learnt at enrolment.
        election: the only election to accept.
        known: the last one accepted; an older one, or another of the same version, is refused.

    Raises:
        KeysetRefused: see there.
    """
    try:
        keyset = _parse(signed.verify(document, root, NAMESPACE))
    except (signed.BadDocument, sshsig.BadKey, pyrage.RecipientError, KeyError, TypeError, ValueError, AttributeError):
        raise KeysetRefused("server.keyset_refused") from None
    if keyset.election != election:
        raise KeysetRefused("server.keyset_refused")
    if known is not None and (keyset.version < known.version or (keyset.version == known.version and keyset != known)):
        raise KeysetRefused("server.rolled_back")
    return keyset


def _parse(body: Mapping[str, Any]) -> Keyset:
    epoch = body["epoch"]
    if type(body["version"]) is not int or body["version"] < 1:
        raise ValueError("version")
    for recipient in (epoch["recipient"], body["escrow"]):
        pyrage.x25519.Recipient.from_str(recipient)
    former, authority = body.get("former_receipt_keys", []), body.get("kiosk_authority", "")
    log_key = body.get("log_key", "")
    if not isinstance(former, list) or len(former) > MOST_FORMER:
        raise ValueError("former keys")
    if not isinstance(authority, str) or not isinstance(log_key, str):
        raise ValueError("authority or log key")
    not_after = datetime.fromisoformat(body["not_after"])
    if not_after.tzinfo is None:
        raise ValueError("not_after")
    return Keyset(
        version=body["version"],
        election=str(body["election"]),
        epoch_id=str(epoch["id"]),
        epoch_recipient=epoch["recipient"],
        escrow=body["escrow"],
        receipt_key=sshsig.parse_public_line(body["receipt_key"]),
        not_after=not_after,
        former_receipt_keys=tuple(sshsig.parse_public_line(line) for line in former),
        kiosk_authority=sshsig.parse_public_line(authority) if authority else None,
        log_key=Verifier.parse(log_key) if log_key else None,
    )
