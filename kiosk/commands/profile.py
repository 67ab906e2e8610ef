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


def add_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", type=Path, metavar="DIR", help="the kiosk's folder (default: the user's own)")


def settings_of(args: argparse.Namespace, **more: Any) -> Settings:
    """Read the settings of the profile named on the command line."""
    return load_settings((args.profile or default_profile()).absolute(), **more)


def passphrase() -> str:
    """Return the staff passphrase: from the environment, else asked for at the terminal, else read from a pipe."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    if sys.stdin.isatty():
        return getpass.getpass("Staff passphrase: ")
    return sys.stdin.readline().rstrip("\n")


def open_existing(args: argparse.Namespace, **more: Any) -> Kiosk:
    """Open the kiosk of a profile that exists already.

    Raises:
        StaffMustFix: ``vault.missing`` and what the vault and the definitions raise.
    """
    settings = settings_of(args, **more)
    if not settings.vault_stands:
        raise StaffMustFix("vault.missing")
    return open_kiosk(settings, open_vault(settings, passphrase()))
