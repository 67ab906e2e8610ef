"""`signers DIR`: write the files with which anybody checks packets: ``allowed_signers`` and ``revoked_keys``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from registration.errors import StaffMustFix
from server import keyring
from server.commands import _shared
from server.kiosks import devices
from sync import signers

ALLOWED, REVOKED = "allowed_signers", "revoked_keys"


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("folder", type=Path, help="where to write them; files of these names are replaced")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server, server.store.read() as connection:
        bare, revoked = devices.known_keys(connection, server.election)
        authorities = keyring.authorities(connection, server.election)
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        (args.folder / ALLOWED).write_text(signers.write_allowed(bare, authorities))
        (args.folder / REVOKED).write_text(signers.write_revoked(revoked))
    except OSError:
        raise StaffMustFix("store.no_folder", folder=args.folder.name) from None
    _shared.say(json.dumps({"kiosks": len(bare), "authorities": len(authorities), "revoked": len(revoked)}))
    return 0
