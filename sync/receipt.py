"""The server's signed receipt for one packet: only on a valid one does the kiosk let go of the packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from registration.errors import StaffMustFix
from registration.model.ids import KioskId, PacketId
from sync import signed, sshsig

NAMESPACE = "receipt@per-kiosk/v1"
_NAMED = ("packet_id", "sha256", "kiosk", "seq", "received")


class ReceiptRefused(StaffMustFix):
    """``server.receipt_refused``: not signed by the receipt key, or for another packet."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server has this packet, durably. `log` holds what else is signed: the audit log's index, root and proof."""

    packet_id: PacketId
    sha256: str
    kiosk: KioskId
    seq: int
    received: datetime
    log: Mapping[str, Any] = field(default_factory=dict, hash=False)


def sign(receipt: Receipt, key: sshsig.PrivateKey) -> dict[str, str]:
    """Return the signed document the server answers with."""
    body = {
        **receipt.log,
        "packet_id": receipt.packet_id,
        "sha256": receipt.sha256,
        "kiosk": receipt.kiosk,
        "seq": receipt.seq,
        "received": receipt.received.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return signed.sign(body, key, NAMESPACE)


def read(document: object, *keys: sshsig.PublicKey) -> Receipt:
    """Return a receipt signed by one of `keys`, for whatever packet it names.

    Raises:
        ReceiptRefused: see there.
    """
    try:
        body = signed.verify_any(document, keys, NAMESPACE)
        received = datetime.fromisoformat(body["received"])
        if received.tzinfo is None or type(body["seq"]) is not int:
            raise ValueError("received or seq")
        return Receipt(
            PacketId(str(body["packet_id"])),
            str(body["sha256"]),
            KioskId(str(body["kiosk"])),
            body["seq"],
            received.astimezone(UTC),
            MappingProxyType({name: value for name, value in body.items() if name not in _NAMED}),
        )
    except (signed.BadDocument, KeyError, TypeError, ValueError):
        raise ReceiptRefused("server.receipt_refused") from None


def verify(document: object, *keys: sshsig.PublicKey, packet_id: PacketId, sha256: str, kiosk: KioskId) -> Receipt:
    """Return the receipt, if it is signed by one of `keys` and is for exactly this packet.

    Args:
        document: ``{"body": ..., "signature": ...}``.
        keys: the key set's receipt keys, the live one and the retired.
        packet_id, sha256, kiosk: of the packet that was sent.

    Raises:
        ReceiptRefused: see there.
    """
    receipt = read(document, *keys)
    if (receipt.packet_id, receipt.sha256, receipt.kiosk) != (packet_id, sha256, kiosk):
        raise ReceiptRefused("server.receipt_refused")
    return receipt
