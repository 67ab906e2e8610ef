"""The signed list of a batch on a stick, ``batch.json``: written by the kiosk, read by the server's import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from registration.errors import StaffMustFix
from registration.model.ids import KioskId, PacketId
from sync import canonical, signed, sshsig

NAMESPACE = "batch@per-kiosk/v1"
LIST_FILE = "batch.json"
RECEIPTS_FOLDER = "receipts"
NEWS_FILE = "news.json"
"""Left by the server's import: key set, configuration, checkpoint, and the kiosk's certificate if it was due."""
CHECKPOINT_FILE = "checkpoint.txt"
"""The newest checkpoint of the server's audit log that the kiosk holds."""
PACKET_SUFFIX = ".vrp"
UNFINISHED_SUFFIX = ".tmp"


class BatchListRefused(StaffMustFix):
    """``batch.manifest``: damaged, of another version, or not signed by the kiosk it names."""


@dataclass(frozen=True, slots=True)
class Item:
    """One packet on the stick; `file` is its name in the folder."""

    packet_id: PacketId
    seq: int
    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class BatchList:
    """`items` in the order of `seq`."""

    election: str
    kiosk: KioskId
    created: datetime
    items: tuple[Item, ...]


def sign(batch: BatchList, key: sshsig.PrivateKey) -> dict[str, str]:
    """Return the signed document."""
    body = {
        "v": 1,
        "election": batch.election,
        "kiosk": batch.kiosk,
        "created": batch.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "from_seq": batch.items[0].seq,
        "to_seq": batch.items[-1].seq,
        "packets": [asdict(item) for item in batch.items],
    }
    return signed.sign(body, key, NAMESPACE)


def verify(document: object, key_of: Callable[[KioskId], sshsig.PublicKey | None]) -> BatchList:
    """Return the list, if the kiosk it names signed it.

    Raises:
        BatchListRefused: see there.
    """
    try:
        key = key_of(KioskId(str(_unproven(document)["kiosk"])))
        if key is None:
            raise ValueError("unknown kiosk")
        body = signed.verify(document, key, NAMESPACE)
        if type(body["v"]) is not int or body["v"] != 1:
            raise ValueError("another version")
        items = tuple(_item(entry) for entry in body["packets"])
        return BatchList(
            str(body["election"]), KioskId(str(body["kiosk"])), datetime.fromisoformat(body["created"]), items
        )
    except (signed.BadDocument, canonical.NotCanonical, KeyError, TypeError, ValueError):
        raise BatchListRefused("batch.manifest") from None


def _unproven(document: object) -> dict[str, Any]:
    """Read the body before its signature is checked, only to learn whose key to check it with."""
    if not isinstance(document, dict) or not isinstance(document.get("body"), str):
        raise ValueError("not a signed document")
    return canonical.load(document["body"], limit=signed.MAX_BODY)


def _item(entry: dict[str, Any]) -> Item:
    item = Item(**entry)
    if type(item.seq) is not int or type(item.size) is not int or item.file != item.packet_id + PACKET_SUFFIX:
        raise ValueError("an odd item")
    return item
