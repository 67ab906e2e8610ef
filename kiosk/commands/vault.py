"""`kiosk vault ACTION`: the care of the vault from a terminal. Secrets come from the terminal, a pipe (one per line, in
the order asked) or the environment, never from the command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk.bootstrap import open_vault
from kiosk.clock import SystemClock
from kiosk.commands.profile import (
    NEW_PASSPHRASE_VARIABLE,
    PIN_VARIABLE,
    add_profile,
    passphrase,
    secret,
    settings_of,
)
from kiosk.settings import Settings
from kiosk.vault import Vault
from kiosk.vault.backup import back_up, restore, set_aside
from kiosk.vault_door import KioskVaultDoor, kept_ways, new_way
from registration.admin_desk import LEAST_PASSPHRASE
from registration.errors import StaffMustFix

KINDS = ("recovery", "keyring", "tpm")


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, what in _WHAT.items():
        sub = actions.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        if name in ("backup", "restore"):
            sub.add_argument("folder", type=Path, metavar="DIR", help="the folder of the backup")
        if name == "recover":
            sub.add_argument("identity", type=Path, metavar="FILE", help="the authority's age identity")
        if name in ("add-slot", "remove-slot"):
            sub.add_argument("kind", choices=KINDS)
        if name == "add-slot":
            sub.add_argument("--recipient", default="", metavar="AGE1", help="of the recovery key (the settings')")
        add_profile(sub)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    if args.action not in ("restore", "start-anew") and not settings.vault_stands:
        raise StaffMustFix("vault.missing")
    return _ACTIONS[args.action](settings, args)


def _opened(settings: Settings, given: str) -> Vault:
    return open_vault(settings, given)


def _status(settings: Settings, _args: argparse.Namespace) -> int:
    vault = _opened(settings, passphrase())
    try:
        entries = vault.sync.entries()
        print(f"opens by: {', '.join(vault.slots())}")
        for state in ("waiting", "exported", "attention", "received"):
            print(f"{state}: {sum(entry.state == state for entry in entries)}")
    finally:
        vault.lock()
    return 0


def _check(settings: Settings, _args: argparse.Namespace) -> int:
    vault = _opened(settings, passphrase())
    try:
        vault.check()
    finally:
        vault.lock()
    print("every page, the structure and the slots are right")
    return 0


def _backup(settings: Settings, args: argparse.Namespace) -> int:
    vault = _opened(settings, passphrase())
    try:
        back_up(vault, args.folder)
    finally:
        vault.lock()
    print(f"backed up to {args.folder}; it opens with today's passphrase")
    return 0


def _restore(settings: Settings, args: argparse.Namespace) -> int:
    aside = restore(args.folder, settings.vault, passphrase(), SystemClock())
    print("restored; synchronise now, so that the server tells which numbers were used since")
    if aside is not None:
        print(f"what stood there before is kept in {aside}")
    return 0


def _recover(settings: Settings, args: argparse.Namespace) -> int:
    door = KioskVaultDoor(settings)
    # Opened before a new passphrase is asked for, so that a wrong key is told at once.
    door.check_identity(args.identity)
    door.recover(args.identity, new_passphrase()).lock()
    print("recovered; from now on the new passphrase opens the vault")
    return 0


def _passphrase(settings: Settings, _args: argparse.Namespace) -> int:
    old = passphrase()
    vault = _opened(settings, old)
    try:
        vault.change_passphrase(old, new_passphrase())
    finally:
        vault.lock()
    print("changed; older backups keep the older passphrase")
    return 0


def _rekey(settings: Settings, _args: argparse.Namespace) -> int:
    given = passphrase()
    vault = _opened(settings, given)
    try:
        kinds = vault.slots()
        pin = secret(PIN_VARIABLE, "PIN of the TPM: ") if "tpm" in kinds else ""
        vault.rekey(given, *kept_ways(settings, kinds, pin))
    finally:
        vault.lock()
    print("every page is encrypted under a new key; all ways of opening stay")
    return 0


def _add_slot(settings: Settings, args: argparse.Namespace) -> int:
    given = passphrase()
    vault = _opened(settings, given)
    try:
        more = secret(PIN_VARIABLE, "New PIN for the TPM: ") if args.kind == "tpm" else args.recipient
        vault.add_slot(given, new_way(settings, args.kind, more))
        print(f"opens by: {', '.join(vault.slots())}")
    finally:
        vault.lock()
    return 0


def _remove_slot(settings: Settings, args: argparse.Namespace) -> int:
    vault = _opened(settings, passphrase())
    try:
        if args.kind not in vault.slots():
            raise StaffMustFix("vault.no_slot")
        vault.remove_slot(args.kind)
        print(f"opens by: {', '.join(vault.slots())}")
    finally:
        vault.lock()
    return 0


def _start_anew(settings: Settings, _args: argparse.Namespace) -> int:
    given = new_passphrase()
    aside = set_aside(settings.vault, SystemClock())
    open_vault(settings, given).lock()
    print("a new, empty vault stands; enrol the kiosk again")
    if aside is not None:
        print(f"what stood there before is kept, still encrypted, in {aside}")
    return 0


def new_passphrase() -> str:
    """Ask for the passphrase to come. Raises StaffMustFix ``passphrase.short``, ``passphrase.differs``."""
    return secret(
        NEW_PASSPHRASE_VARIABLE, "New staff passphrase: ", again="The new one again: ", least=LEAST_PASSPHRASE
    )


_WHAT = {
    "status": "how the vault opens and what it holds",
    "check": "verify every page",
    "backup": "copy the vault, encrypted as it is, while it stays in use",
    "restore": "put a backup in the place of a missing or damaged vault",
    "recover": "open it with the election authority's offline key and choose a new passphrase",
    "passphrase": "change the staff passphrase",
    "rekey": "encrypt every page under a new key",
    "add-slot": "add or renew another way of opening: recovery key, login's keyring, TPM with PIN",
    "remove-slot": "take a way of opening away; the passphrase always stays",
    "start-anew": "keep a vault that is lost aside and make a new one",
}
_ACTIONS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "status": _status,
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "recover": _recover,
    "passphrase": _passphrase,
    "rekey": _rekey,
    "add-slot": _add_slot,
    "remove-slot": _remove_slot,
    "start-anew": _start_anew,
}
