"""Backup and restore. A backup is a folder of the same encrypted files; it opens with the same passphrase.

A restored vault is an older one: packets received since then are offered again, which the server knows by their
digest, and numbers given since then are known to the server, which says so (`SyncStore.raise_seq`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kiosk.vault.failures import translated
from kiosk.vault.files import copy_durably, sync_folder
from kiosk.vault.keys import STAFF_COST, Argon2Cost
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
    still encrypted, in a folder ``replaced-<time>`` beside it, which is returned (None when there was nothing).

    Raises:
        StaffMustFix: ``vault.backup_missing``, ``vault.wrong_passphrase``, ``vault.damaged`` (the backup),
            ``vault.newer``, ``vault.disk_full``, ``vault.not_writable``.
    """
    if not (backup / DATABASE).exists():
        raise StaffMustFix("vault.backup_missing")
    now = clock.now()
    staging = folder / f"restoring-{_stamp(now)}"
    with translated():
        staging.mkdir(mode=0o700, parents=True)
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
        except BaseException:
            _remove(staging)
            raise
        replaced = _set_aside(folder, now)
        for name in (*NAMES, DATABASE):
            (staging / name).replace(folder / name)
        sync_folder(folder)
        _remove(staging)
    return replaced


def set_aside(folder: Path, clock: Clock) -> Path | None:
    """Move everything of a damaged vault, which must be closed, into a folder beside where it stood, and return that.

    Nothing is erased: what could not be opened here may yet be opened elsewhere. None when there was nothing.
    """
    with translated():
        if not folder.is_dir():
            return None
        aside = _set_aside(folder, clock.now())
        sync_folder(folder)
    return aside


def _set_aside(folder: Path, now: datetime) -> Path | None:
    old = [path for path in folder.iterdir() if path.is_file()]
    if not old:
        return None
    aside = folder / f"replaced-{_stamp(now)}"
    aside.mkdir(mode=0o700)
    for path in old:
        path.replace(aside / path.name)
    sync_folder(aside)
    return aside


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%d-%H%M%S-%f")
