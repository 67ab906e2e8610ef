"""Backup and restore. A backup is a folder of the same encrypted files; it opens with the same passphrase.

A restored vault is an older one: packets received since then are offered again, which the server knows by their
digest, and numbers given since then are known to the server, which says so (`SyncStore.raise_seq`).
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from kiosk.vault.failures import translated
from kiosk.vault.files import copy_durably, sync_folder
from kiosk.vault.keys import STAFF_COST, Argon2Cost
from kiosk.vault.restored import REPLACED, RESTORED, free_name, take_up
from kiosk.vault.slots import NAMES, read_slots
from kiosk.vault.vault import DATABASE, Vault
from registration.errors import StaffMustFix
from registration.ports.clock import Clock


def back_up(vault: Vault, target: Path) -> None:
    """Copy an open vault into an empty or new folder while it stays in use.

    Raises:
        StaffMustFix: ``vault.exists`` when the folder holds a vault already, ``vault.locked``, ``vault.disk_full``,
            ``vault.not_writable``.
        WillRetry: ``vault.in_use``.
    """
    if (target / DATABASE).exists():
        raise StaffMustFix("vault.exists")
    with translated():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with vault.at_rest() as database:
        read_slots(vault.folder)
        for name in NAMES:
            copy_durably(vault.folder / name, target / name)
        # Last: where the database stands, the backup is whole.
        copy_durably(database, target / DATABASE)


def restore(
    backup: Path, folder: Path, passphrase: str, clock: Clock, *, staff_cost: Argon2Cost = STAFF_COST
) -> Path | None:
    """Put a backup in the place of a missing or damaged vault, which must be closed.

    The copy is opened and every page of it verified before anything is replaced. What stood there before is kept,
    still encrypted, in a folder ``<vault>-replaced-<time>`` beside it, which is returned (None when there was nothing).
    Stopped at any point, the old vault stands, or the next start puts the verified copy in (`restored.take_up`).

    Raises:
        StaffMustFix: ``vault.backup_missing``, ``vault.wrong_passphrase``, ``vault.damaged`` (the backup),
            ``vault.newer``, ``vault.disk_full``, ``vault.not_writable``.
    """
    if not (backup / DATABASE).exists():
        raise StaffMustFix("vault.backup_missing")
    stamp = _stamp(clock.now())
    with translated():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in folder.parent.glob(f"{folder.name}-restoring-*"):
            shutil.rmtree(left_over)
        staging = free_name(folder.with_name(f"{folder.name}-restoring-{stamp}"))
        staging.mkdir(mode=0o700)
        try:
            for name in (*NAMES, DATABASE):
                if (backup / name).exists():
                    copy_durably(backup / name, staging / name)
            # Not `open`: a backup keeps what has outlived its time until somebody works with it.
            copy = Vault(staging, clock, staff_cost=staff_cost)
            copy.unlock(passphrase)
            try:
                copy.check()
            finally:
                copy.lock()
            sync_folder(staging)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        staging.replace(free_name(folder.with_name(f"{folder.name}{RESTORED}{stamp}")))
        sync_folder(folder.parent)
    return take_up(folder)


def set_aside(folder: Path, clock: Clock) -> Path | None:
    """Move a damaged vault, which must be closed, to a name of its own beside its place, and return that.

    Nothing is erased: what could not be opened here may yet be opened elsewhere. None when there was nothing.
    """
    with translated():
        if not folder.is_dir() or not any(folder.iterdir()):
            return None
        aside = free_name(folder.with_name(f"{folder.name}{REPLACED}{_stamp(clock.now())}"))
        folder.replace(aside)
        sync_folder(folder.parent)
    return aside


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%d-%H%M%S-%f")
