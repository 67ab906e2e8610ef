"""What commands share: which profile, which passphrase. The passphrase never comes on the command line."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from kiosk.bootstrap import Kiosk, open_kiosk, open_vault
from kiosk.settings import Settings, default_profile, load_settings
from registration.errors import StaffMustFix

PASSPHRASE_VARIABLE = "KIOSK_PASSPHRASE"  # noqa: S105  (the variable's name)
NEW_PASSPHRASE_VARIABLE = "KIOSK_NEW_PASSPHRASE"  # noqa: S105
PIN_VARIABLE = "KIOSK_PIN"


def add_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", type=Path, metavar="DIR", help="the kiosk's folder (default: the user's own)")


def settings_of(args: argparse.Namespace, **more: Any) -> Settings:
    """Read the settings of the profile named on the command line."""
    return load_settings((args.profile or default_profile()).absolute(), **more)


def passphrase() -> str:
    """Return the staff passphrase: from the environment, else asked for at the terminal, else read from a pipe."""
    return secret(PASSPHRASE_VARIABLE, "Staff passphrase: ")


def secret(variable: str, question: str, *, again: str = "", least: int = 0) -> str:
    """Return a secret from the environment, else asked for at the terminal, else the next line of a pipe.

    Args:
        variable: name in the environment.
        question: asked at a terminal.
        again: asked after it, for a secret that is only chosen now.
        least: its shortest length in characters.

    Raises:
        StaffMustFix: ``passphrase.short`` (params: least), ``passphrase.differs``.
    """
    given = os.environ.get(variable)
    if not given and sys.stdin.isatty():
        given = getpass.getpass(question)
        if again and getpass.getpass(again) != given:
            raise StaffMustFix("passphrase.differs")
    elif not given:
        given = sys.stdin.readline().rstrip("\n")
    if len(given) < least:
        raise StaffMustFix("passphrase.short", least=least)
    return given


def open_existing(args: argparse.Namespace, **more: Any) -> Kiosk:
    """Open the kiosk of a profile that exists already.

    Raises:
        StaffMustFix: ``vault.missing`` and what the vault and the definitions raise.
    """
    settings = settings_of(args, **more)
    if not settings.vault_stands:
        raise StaffMustFix("vault.missing")
    return open_kiosk(settings, open_vault(settings, passphrase()))
