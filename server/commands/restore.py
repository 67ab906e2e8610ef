"""`restore FOLDER`: bring a copy back into an empty place and hold its audit log against itself."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from server import audit
from server.commands import _shared
from server.context import open_server
from server.upkeep import backup


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("folder", type=Path, help="the copy that `backup` made")


def run(args: argparse.Namespace) -> int:
    settings, key = _shared.settings_of(args), _shared.read_key()
    backup.bring_back(args.folder, settings, key)
    server = open_server(settings, key)
    try:
        with server.store.write() as unit:
            verifier = audit.ensure_signer(unit, server.master).verifier
        with server.store.read() as connection:
            report = audit.verify_log(connection, server.election, verifier)
    finally:
        server.close()
    _shared.say(json.dumps({"events": report.size, "checkpoints": report.checkpoints, "root": report.root.hex()}))
    return 0
