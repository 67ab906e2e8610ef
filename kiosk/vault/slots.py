"""Key slots, as LUKS has them: the vault's key, wrapped once for each way of opening it.

``slots.json`` stands beside the database, with a second copy because losing it is losing everything. A digest tells
a damaged file from a wrong passphrase. Entries hold no secret in the clear; their parameters are authenticated by
the wrapping itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyrage

from kiosk.vault.failures import translated
from kiosk.vault.files import write_durably
from kiosk.vault.keys import KEY_BYTES, SALT_BYTES, STAFF_COST, Argon2Cost, WrongKey, derive, seal, unseal
from registration.errors import StaffMustFix

FORMAT = "kiosk-vault-slots/1"
NAMES = ("slots.json", "slots.copy.json")

Entry = Mapping[str, str]


class SlotRefused(Exception):
    """This way of opening does not open this entry: wrong passphrase, other identity, other machine state."""


class KeySlot(Protocol):
    """One way of opening the vault: a passphrase, a recovery key, a TPM, the login's keyring.

    A passphrase slot always exists; the others come on top (`Vault.add_slot`), so none of them can lock staff out.
    """

    @property
    def kind(self) -> str:
        """``passphrase``, ``recovery``, ``tpm``, ``keyring``; a vault has at most one slot of a kind."""

    def wrap(self, key: bytes, vault_id: str) -> Entry:
        """Return a JSON-able entry with at least ``kind`` that only this slot opens, and only for this vault."""

    def unwrap(self, entry: Entry, vault_id: str) -> bytes:
        """Return the vault's key. Raises SlotRefused."""


@dataclass(frozen=True, slots=True)
class PassphraseSlot:
    """Staff's passphrase: Argon2id, then AES-256-GCM. The cost is kept in the entry."""

    passphrase: str = field(repr=False)
    cost: Argon2Cost = STAFF_COST

    @property
    def kind(self) -> str:
        return "passphrase"

    def wrap(self, key: bytes, vault_id: str) -> Entry:
        salt = secrets.token_bytes(SALT_BYTES)
        head = {"kind": self.kind, "kdf": "argon2id", "cost": str(self.cost), "salt": salt.hex()}
        wrapping = derive(self.passphrase, salt, self.cost)
        return {**head, "wrapped": seal(wrapping, key, context_of(head, vault_id)).hex()}

    def unwrap(self, entry: Entry, vault_id: str) -> bytes:
        try:
            salt, wrapped = bytes.fromhex(entry["salt"]), bytes.fromhex(entry["wrapped"])
            cost = Argon2Cost.parse(entry["cost"])
        except (KeyError, ValueError) as error:
            raise StaffMustFix("vault.damaged") from error
        head = {name: value for name, value in entry.items() if name != "wrapped"}
        try:
            return unseal(derive(self.passphrase, salt, cost), wrapped, context_of(head, vault_id))
        except WrongKey:
            raise SlotRefused from None


@dataclass(frozen=True, slots=True)
class RecoverySlot:
    """The election authority's offline key, an age X25519 pair: the recipient wraps, only the identity unwraps."""

    recipient: str = ""
    identity: str = field(default="", repr=False)

    @property
    def kind(self) -> str:
        return "recovery"

    def wrap(self, key: bytes, vault_id: str) -> Entry:
        """Raises StaffMustFix ``vault.recovery_key`` when the recipient is not an age one."""
        try:
            recipient = pyrage.x25519.Recipient.from_str(self.recipient)
        except pyrage.RecipientError:
            raise StaffMustFix("vault.recovery_key") from None
        sealed = pyrage.encrypt(vault_id.encode() + b"\n" + key, [recipient])
        return {"kind": self.kind, "recipient": self.recipient, "sealed": base64.b64encode(sealed).decode()}

    def unwrap(self, entry: Entry, vault_id: str) -> bytes:
        try:
            identity = pyrage.x25519.Identity.from_str(self.identity.strip())
        except pyrage.IdentityError:
            raise StaffMustFix("vault.recovery_key") from None
        try:
            content: bytes = pyrage.decrypt(base64.b64decode(entry["sealed"], validate=True), [identity])
        except (KeyError, binascii.Error) as error:
            raise StaffMustFix("vault.damaged") from error
        except pyrage.DecryptError:
            raise SlotRefused from None
        name, _, key = content.partition(b"\n")
        if name != vault_id.encode() or len(key) != KEY_BYTES:
            raise SlotRefused
        return key


def context_of(head: Entry, vault_id: str) -> bytes:
    """What a wrapped key is bound to: the entry's other values and the vault."""
    return _canonical({**head, "vault": vault_id})


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class SlotTable:
    """The file's content. `pending` is the next key wrapped by the present one while the database is being rekeyed."""

    vault_id: str
    entries: tuple[Entry, ...]
    generation: int = 1
    pending: str = ""

    def entry(self, kind: str) -> Entry | None:
        return next((entry for entry in self.entries if entry["kind"] == kind), None)

    def unwrap(self, slot: KeySlot) -> bytes:
        """Raises SlotRefused, also when there is no slot of that kind."""
        entry = self.entry(slot.kind)
        if entry is None:
            raise SlotRefused
        return slot.unwrap(entry, self.vault_id)


def wrap_all(key: bytes, vault_id: str, slots: Sequence[KeySlot]) -> tuple[Entry, ...]:
    """Wrap the key for every slot."""
    return tuple(slot.wrap(key, vault_id) for slot in slots)


def write_slots(folder: Path, table: SlotTable) -> None:
    """Write both copies, one after the other, so that one is whole at any moment."""
    body = {
        "format": FORMAT,
        "vault": table.vault_id,
        "generation": table.generation,
        "slots": [dict(entry) for entry in table.entries],
        "pending": table.pending,
    }
    body["sha256"] = hashlib.sha256(_canonical(body)).hexdigest()
    for name in NAMES:
        write_durably(folder / name, json.dumps(body, indent=1, sort_keys=True).encode() + b"\n")


def read_slots(folder: Path) -> SlotTable:
    """Read the newest whole copy, and mend the other from it.

    Raises:
        StaffMustFix: ``vault.missing`` when there is none, ``vault.damaged`` when none is whole, ``vault.newer``.
    """
    found = [path for path in (folder / name for name in NAMES) if path.exists()]
    if not found:
        raise StaffMustFix("vault.missing")
    with translated():
        tables = [_parse(path.read_bytes()) for path in found]
    whole = [table for table in tables if table is not None]
    if not whole:
        raise StaffMustFix("vault.damaged")
    newest = max(whole, key=lambda table: table.generation)
    if len(found) < len(NAMES) or any(table != newest for table in tables):
        # An old copy would still open with a passphrase that was changed.
        write_slots(folder, newest)
    return newest


def _parse(content: bytes) -> SlotTable | None:
    try:
        body = json.loads(content)
        digest = body.pop("sha256")
        if hashlib.sha256(_canonical(body)).hexdigest() != digest:
            return None
        if body["format"] != FORMAT:
            raise StaffMustFix("vault.newer")
        entries = tuple({str(k): str(v) for k, v in entry.items()} for entry in body["slots"])
        if any("kind" not in entry for entry in entries):
            return None
        return SlotTable(str(body["vault"]), entries, int(body["generation"]), str(body["pending"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
