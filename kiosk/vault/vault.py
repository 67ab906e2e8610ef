"""The vault: one folder with the encrypted database, its key slots and the count of wrong passphrases.

    vault.db (-wal, -shm)                 everything, encrypted under a random 256-bit key
    slots.json, slots.copy.json           that key, wrapped once per way of opening
    tries.json                            wrong passphrases since the last right one

The key itself is not kept in Python: only SQLCipher holds it while the vault is open.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kiosk.vault.database import Database, create_file
from kiosk.vault.drafts import SealedDrafts
from kiosk.vault.failures import translated
from kiosk.vault.files import sync_folder
from kiosk.vault.keyring_slot import KeyringSlot
from kiosk.vault.keys import KEY_BYTES, STAFF_COST, VOTER_COST, Argon2Cost, WrongKey, seal, unseal
from kiosk.vault.outbox import SealedOutbox
from kiosk.vault.passphrase_tries import PassphraseTries, delay_after
from kiosk.vault.restored import take_up
from kiosk.vault.slots import (
    Entry,
    KeySlot,
    PassphraseSlot,
    RecoverySlot,
    SlotRefused,
    SlotTable,
    read_slots,
    wrap_all,
    write_slots,
)
from kiosk.vault.sync_store import VaultSyncStore
from kiosk.vault.voters import Voters
from registration.errors import StaffMustFix
from registration.ports.clock import Clock
from registration.ports.vault import Sealer

DATABASE = "vault.db"
KEEP_DAYS = 30
"""Days after which a voter not seen again is erased from this kiosk with drafts and local records."""

_PENDING = b"pending/1"


class Vault:
    """An open, or locked, vault. Made by `create`, `open` or `recover`.

    May be used from any thread, one at a time: a lock serialises transactions. Passwords are derived outside of it.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        voter_cost: Argon2Cost = VOTER_COST,
        staff_cost: Argon2Cost = STAFF_COST,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        """Name a vault without opening it: it is locked until `unlock`."""
        self.folder = folder
        self._clock = clock
        self._staff_cost = staff_cost
        self._database = Database(folder / DATABASE)
        voters = Voters(self._database, clock, voter_cost)
        self.drafts = SealedDrafts(self._database, voters, clock, timedelta(days=keep_days))
        self.sync = VaultSyncStore(self._database)

    def __repr__(self) -> str:
        return f"Vault({'open' if self._database.is_open else 'locked'})"

    @classmethod
    def create(
        cls,
        folder: Path,
        passphrase: str,
        clock: Clock,
        *,
        recovery_recipient: str = "",
        voter_cost: Argon2Cost = VOTER_COST,
        staff_cost: Argon2Cost = STAFF_COST,
        keep_days: int = KEEP_DAYS,
    ) -> Vault:
        """Make a new vault in a folder, which may not exist yet, and open it.

        Raises:
            StaffMustFix: ``vault.exists`` (an unfinished creation is simply begun anew), ``vault.disk_full``,
                ``vault.not_writable``, ``vault.recovery_key`` (not an age recipient).
        """
        database = folder / DATABASE
        if database.exists():
            raise StaffMustFix("vault.exists")
        slots: list[KeySlot] = [PassphraseSlot(passphrase, staff_cost)]
        if recovery_recipient:
            slots.append(RecoverySlot(recipient=recovery_recipient))
        key, vault_id = secrets.token_bytes(KEY_BYTES), str(uuid.uuid4())
        with translated():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_slots(folder, SlotTable(vault_id, wrap_all(key, vault_id, slots)))
            fresh = folder / (DATABASE + ".new")
            for left_over in folder.glob(DATABASE + ".new*"):
                left_over.unlink()
            create_file(fresh)
            building = Database(fresh)
            building.open(key, fresh=True)
            # Closing would empty the log too, but says nothing when it cannot; without its log the file is no vault.
            with building.at_rest():
                pass
            building.close()
            PassphraseTries(folder, clock).succeeded()
            # The name appears last: where it stands, the vault is whole.
            fresh.replace(database)
            sync_folder(folder)
        vault = cls(folder, clock, voter_cost=voter_cost, staff_cost=staff_cost, keep_days=keep_days)
        vault._database.open(key)
        vault.drafts.purge()
        return vault

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: str | KeySlot,
        clock: Clock,
        *,
        voter_cost: Argon2Cost = VOTER_COST,
        staff_cost: Argon2Cost = STAFF_COST,
        keep_days: int = KEEP_DAYS,
    ) -> Vault:
        """Open a vault and erase what has outlived its time. Raises what `unlock` raises."""
        vault = cls(folder, clock, voter_cost=voter_cost, staff_cost=staff_cost, keep_days=keep_days)
        vault.unlock(passphrase)
        try:
            vault.drafts.purge()
        except StaffMustFix as error:
            # On a full disk the vault opens all the same; what outlived its time goes another day.
            if error.code != "vault.disk_full":
                vault.lock()
                raise
        return vault

    @classmethod
    def recover(
        cls,
        folder: Path,
        identity: str,
        new_passphrase: str,
        clock: Clock,
        *,
        staff_cost: Argon2Cost = STAFF_COST,
    ) -> Vault:
        """Open a vault with the authority's offline age identity and give it a new passphrase.

        Raises StaffMustFix ``vault.wrong_recovery_key``, ``vault.recovery_key`` (not an age identity).
        """
        vault = cls(folder, clock, staff_cost=staff_cost)
        slot = RecoverySlot(identity=identity)
        vault.unlock(slot)
        table, key = vault._unwrap(slot)
        vault._write(vault._with(table, PassphraseSlot(new_passphrase, staff_cost), key))
        vault._tries().succeeded()
        return vault

    def outbox(self, sealer: Sealer) -> SealedOutbox:
        """Return the outbox that seals with `sealer`."""
        return SealedOutbox(self._database, sealer, self._clock)

    @property
    def is_open(self) -> bool:
        return self._database.is_open

    def unlock(self, passphrase: str | KeySlot) -> None:
        """Open it again after `lock`; drafts, outbox and sync go on working.

        Raises:
            StaffMustFix: ``vault.missing``; ``vault.wrong_passphrase`` (params: wrong, seconds until the next try);
                ``vault.wrong_recovery_key``; ``vault.slot_refused`` for other slots; ``vault.damaged``;
                ``vault.newer``; ``vault.disk_full``; ``vault.not_writable``.
            WillRetry: ``vault.wait`` (params: seconds) after several wrong passphrases; ``vault.in_use``.
        """
        slot = self._slot(passphrase)
        table, key = self._unwrap(slot)
        if table.pending:
            self._finish_rekey(slot, table, key)
        else:
            self._database.open(key)

    def lock(self) -> None:
        """Close it. Everything that uses it raises StaffMustFix ``vault.locked`` until `unlock`."""
        self._database.close()

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the same key by another passphrase; the vault stays open. Raises as `unlock` does for `old`."""
        table, key = self._unwrap(PassphraseSlot(old, self._staff_cost))
        self._write(self._with(table, PassphraseSlot(new, self._staff_cost), key))

    def add_slot(self, passphrase: str, slot: KeySlot) -> None:
        """Add, or renew, another way of opening."""
        table, key = self._unwrap(PassphraseSlot(passphrase, self._staff_cost))
        self._replace_slots(table, self._with(table, slot, key))

    def remove_slot(self, kind: str) -> None:
        """Take a way of opening away. The passphrase cannot be taken: ValueError."""
        if kind == "passphrase":
            raise ValueError("a vault keeps its passphrase")
        table = read_slots(self.folder)
        kept = tuple(entry for entry in table.entries if entry["kind"] != kind)
        self._replace_slots(table, replace(table, entries=kept))

    def slots(self) -> tuple[str, ...]:
        """Return the kinds of slots, the passphrase first. Raises StaffMustFix ``vault.missing``, ``vault.damaged``."""
        return tuple(entry["kind"] for entry in read_slots(self.folder).entries)

    def rekey(self, passphrase: str, *others: KeySlot) -> None:
        """Encrypt everything under a new random key, without stopping; a crash at any point leaves it openable.

        Should it fail, say on a full disk, the vault is locked; `unlock` settles on the key the pages have. Passphrase
        and recovery slots are wrapped anew; slots of other kinds are kept only if given in `others`.
        """
        slot = PassphraseSlot(passphrase, self._staff_cost)
        table, key = self._unwrap(slot)
        if table.pending:
            self.unlock(slot)
            table, key = self._unwrap(slot)
        fresh = secrets.token_bytes(KEY_BYTES)
        # Before anything changes: a chip or a keyring may refuse.
        entries = self._wrapped(slot, table, fresh, others)
        # First the new key, wrapped by the old one; then the pages; then the slots. `unlock` takes up from any point.
        context = _PENDING + table.vault_id.encode()
        pending = replace(table, pending=seal(key, fresh, context).hex())
        self._write(pending)
        try:
            self._database.rekey(fresh)
        except BaseException:
            self.lock()
            raise
        self._replace_slots(pending, replace(pending, entries=entries, pending=""))

    def check(self) -> None:
        """Verify every page, the database's structure and the slots, for ``kiosk selftest``.

        Raises:
            StaffMustFix: ``vault.damaged``, ``vault.locked``.
        """
        self._database.check()
        if read_slots(self.folder).entry("passphrase") is None:
            raise StaffMustFix("vault.damaged")

    @contextmanager
    def at_rest(self) -> Iterator[Path]:
        """Hold the database still for copying, see `backup.back_up`."""
        with self._database.at_rest() as path:
            yield path

    # ------------------------------------------------------------ slots

    def _slot(self, passphrase: str | KeySlot) -> KeySlot:
        return PassphraseSlot(passphrase, self._staff_cost) if isinstance(passphrase, str) else passphrase

    def _tries(self) -> PassphraseTries:
        return PassphraseTries(self.folder, self._clock)

    def _unwrap(self, slot: KeySlot) -> tuple[SlotTable, bytes]:
        """Return the slots and the key, counting wrong passphrases."""
        take_up(self.folder)
        if not (self.folder / DATABASE).exists():
            raise StaffMustFix("vault.missing")
        try:
            table = read_slots(self.folder)
        except StaffMustFix as error:
            # A database without its slots is not a new machine: only a backup brings it back.
            raise StaffMustFix("vault.damaged") if error.code == "vault.missing" else error from None
        if slot.kind != "passphrase":
            try:
                return table, table.unwrap(slot)
            except SlotRefused:
                code = "vault.wrong_recovery_key" if slot.kind == "recovery" else "vault.slot_refused"
                raise StaffMustFix(code) from None
        tries = self._tries()
        wrong = tries.begin()
        try:
            key = table.unwrap(slot)
        except SlotRefused:
            raise StaffMustFix("vault.wrong_passphrase", wrong=wrong, seconds=delay_after(wrong)) from None
        tries.succeeded()
        return table, key

    def _with(self, table: SlotTable, slot: KeySlot, key: bytes) -> SlotTable:
        others = tuple(entry for entry in table.entries if entry["kind"] != slot.kind)
        return replace(table, entries=(*others, slot.wrap(key, table.vault_id)))

    def _replace_slots(self, former: SlotTable, table: SlotTable) -> None:
        """Write the slots, then forget in the login's keyring what no entry names any more."""
        self._write(table)
        for entry in former.entries:
            if entry["kind"] == "keyring" and entry not in table.entries:
                # Best effort: without its entry a wrapping key opens nothing.
                with suppress(StaffMustFix):
                    KeyringSlot().forget(entry)

    def _write(self, table: SlotTable) -> None:
        write_slots(self.folder, replace(table, generation=read_slots(self.folder).generation + 1))

    # ------------------------------------------------------------ rekey

    def _finish_rekey(self, slot: KeySlot, table: SlotTable, key: bytes) -> None:
        """The program stopped during `rekey`: find out which key the pages have, and settle on it."""
        try:
            fresh = unseal(key, bytes.fromhex(table.pending), _PENDING + table.vault_id.encode())
        except (WrongKey, ValueError):
            raise StaffMustFix("vault.damaged") from None
        try:
            self._database.open(key)
        except StaffMustFix as error:
            if error.code != "vault.damaged":
                raise
            self._database.open(fresh)
            if isinstance(slot, PassphraseSlot):
                entries = self._wrapped(slot, table, fresh, ())
                self._replace_slots(table, replace(table, entries=entries, pending=""))
        else:
            self._write(replace(table, pending=""))

    def _wrapped(
        self, slot: PassphraseSlot, table: SlotTable, key: bytes, others: tuple[KeySlot, ...]
    ) -> tuple[Entry, ...]:
        """Wrap the database's new key for the passphrase, the recovery recipient and `others`."""
        slots: list[KeySlot] = [slot, *others]
        recovery = table.entry("recovery")
        if recovery is not None and not any(other.kind == "recovery" for other in others):
            slots.append(RecoverySlot(recipient=recovery["recipient"]))
        return wrap_all(key, table.vault_id, slots)
