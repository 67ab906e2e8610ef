"""Opening the vault of a profile, and bringing it back when it does not open. Used by the window and by commands.

The unlock screen stands before the vault's libraries are loaded, so they are imported where they are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.clock import SystemClock
from kiosk.settings import Settings
from registration.errors import StaffMustFix

if TYPE_CHECKING:
    from kiosk.vault.slots import KeySlot
    from kiosk.vault.vault import Vault

_WITHOUT_A_FILE = ("tpm", "keyring")


class KioskVaultDoor:
    """Implements `registration.admin_desk.VaultDoor` for a profile."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def exists(self) -> bool:
        return self._settings.vault_stands

    def ways(self) -> tuple[str, ...]:
        from kiosk.vault.slots import read_slots

        try:
            kinds = {entry["kind"] for entry in read_slots(self._settings.vault).entries}
        except StaffMustFix:
            return ()
        return tuple(kind for kind in _WITHOUT_A_FILE if kind in kinds)

    def open(self, passphrase: str) -> Vault:
        from kiosk.bootstrap import open_vault

        return open_vault(self._settings, passphrase)

    def open_by(self, way: str, pin: str) -> Vault:
        from kiosk.bootstrap import open_vault, tpm_slot
        from kiosk.vault.keyring_slot import KeyringSlot

        slot: KeySlot = KeyringSlot() if way == "keyring" else tpm_slot(self._settings, pin)
        return open_vault(self._settings, slot)

    def restore(self, backup: Path, passphrase: str) -> Vault:
        from kiosk.vault.backup import restore

        restore(backup, self._settings.vault, passphrase, SystemClock())
        return self.open(passphrase)

    def recover(self, identity: Path, passphrase: str) -> Vault:
        from kiosk.vault.vault import Vault

        vault = Vault.recover(self._settings.vault, identity_in(identity), passphrase, SystemClock())
        vault.lock()
        return self.open(passphrase)

    def start_anew(self, passphrase: str) -> Vault:
        from kiosk.vault.backup import set_aside

        set_aside(self._settings.vault, SystemClock())
        return self.open(passphrase)

    def check_identity(self, identity: Path) -> None:
        """Open and close by the authority's key. Raises as `recover`."""
        from kiosk.bootstrap import open_vault
        from kiosk.vault.slots import RecoverySlot

        open_vault(self._settings, RecoverySlot(identity=identity_in(identity))).lock()


def identity_in(file: Path) -> str:
    """Return the age identity in a key file as ``age-keygen`` writes it. Raises StaffMustFix ``vault.key_file``."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise StaffMustFix("vault.key_file") from None
    return next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "")


def new_way(settings: Settings, way: str, secret: str) -> KeySlot:
    """Return a slot to be added: `secret` is the PIN of ``tpm``, the recipient of ``recovery`` ("" the settings').

    Raises StaffMustFix ``vault.recovery_recipient``.
    """
    from kiosk.bootstrap import tpm_slot
    from kiosk.vault.keyring_slot import KeyringSlot
    from kiosk.vault.slots import RecoverySlot

    if way == "keyring":
        return KeyringSlot()
    if way == "tpm":
        return tpm_slot(settings, secret)
    recipient = secret.strip() or settings.recovery_recipient
    if not recipient:
        raise StaffMustFix("vault.recovery_recipient")
    return RecoverySlot(recipient=recipient)


def kept_ways(settings: Settings, kinds: tuple[str, ...], pin: str) -> tuple[KeySlot, ...]:
    """Return the slots a rekey has to be given so that all of `kinds` stay; it keeps passphrase and recovery itself."""
    from kiosk.bootstrap import tpm_slot
    from kiosk.vault.keyring_slot import KeyringSlot

    keyring: tuple[KeySlot, ...] = (KeyringSlot(),) if "keyring" in kinds else ()
    return (*keyring, tpm_slot(settings, pin)) if "tpm" in kinds else keyring
