"""`kiosk add-official NAME`: enrol an official at the embedded server of this machine."""

from __future__ import annotations

import argparse
import subprocess

from kiosk.bootstrap import EMBEDDED_KEY
from kiosk.commands.profile import add_profile, open_existing
from kiosk.embedded_server import command
from registration.errors import StaffMustFix


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what the official signs in with")
    parser.add_argument("--role", default="reviewer", choices=["reviewer", "supervisor", "administrator", "observer"])
    add_profile(parser)


def run(args: argparse.Namespace) -> int:
    """Hand the server's key over its standard input; the password and the secret it answers with are shown once."""
    kiosk = open_existing(args)
    try:
        key = kiosk.vault.sync.recall(EMBEDDED_KEY)
        if key is None:
            raise StaffMustFix("server.not_enrolled")
        asked = [*command(), "add-official", args.name, "--role", args.role, "--data", str(kiosk.settings.server_data)]
        return subprocess.run(asked, input=key.hex() + "\n", text=True, check=False).returncode
    finally:
        kiosk.close()
