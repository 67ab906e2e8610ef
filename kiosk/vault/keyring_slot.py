"""The login's keyring as a way of opening: GNOME's or KDE's secret service, Windows' credential store.

Convenience only: it belongs to the login, and any program of that login may read it. The keyring holds a random key,
the slot table the vault's key wrapped by it, so neither opens the vault alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from kiosk.vault.keys import KEY_BYTES, WrongKey, seal, unseal
from kiosk.vault.slots import Entry, SlotRefused, context_of
from registration.errors import StaffMustFix

SERVICE = "per-kiosk-vault"


@dataclass(frozen=True, slots=True)
class KeyringSlot:
    """Implements `kiosk.vault.slots.KeySlot` over the backend that the package `keyring` finds for this login."""

    @property
    def kind(self) -> str:
        return "keyring"

    def wrap(self, key: bytes, vault_id: str) -> Entry:
        """Raises StaffMustFix ``vault.keyring_missing``."""
        head = {"kind": self.kind, "name": secrets.token_hex(16)}
        wrapping = secrets.token_bytes(KEY_BYTES)
        with _reached() as keyring:
            keyring.set_password(SERVICE, head["name"], wrapping.hex())
        return {**head, "wrapped": seal(wrapping, key, context_of(head, vault_id)).hex()}

    def unwrap(self, entry: Entry, vault_id: str) -> bytes:
        """Raises SlotRefused when this login holds nothing for it, StaffMustFix ``vault.keyring_missing``."""
        with _reached() as keyring:
            kept = keyring.get_password(SERVICE, entry.get("name", ""))
        head = {name: value for name, value in entry.items() if name != "wrapped"}
        try:
            return unseal(bytes.fromhex(kept or ""), bytes.fromhex(entry["wrapped"]), context_of(head, vault_id))
        except (WrongKey, KeyError, ValueError):
            raise SlotRefused from None

    def forget(self, entry: Entry) -> None:
        """Take the wrapping key of an entry that was removed out of the keyring; nothing there is well too."""
        from keyring.errors import PasswordDeleteError

        with _reached() as keyring:
            try:
                keyring.delete_password(SERVICE, entry.get("name", ""))
            except PasswordDeleteError:
                return


@contextmanager
def _reached() -> Iterator[ModuleType]:
    import keyring
    from keyring.errors import KeyringError

    try:
        yield keyring
    except KeyringError:
        # No backend on a machine without a desktop, or one that stays locked.
        raise StaffMustFix("vault.keyring_missing") from None
