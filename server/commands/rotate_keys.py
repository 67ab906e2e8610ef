"""`rotate-keys`: a new epoch key and receipt key; or hand out the escrow key, once."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from registration.errors import StaffMustFix
from server import audit, keyring
from server.commands import _shared


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument(
        "--take-escrow", type=Path, metavar="FILE", help="write the escrow key there and forget it here"
    )


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        if args.take_escrow is not None:
            file = _new_file(args.take_escrow)
            with os.fdopen(file, "w") as stream, server.store.write() as unit:
                stream.write(keyring.take_escrow(unit, server.master) + "\n")
                stream.flush()
                os.fsync(stream.fileno())  # on the medium before the copy here is forgotten
                audit.record(unit, kind="keys.take_escrow", actor="administrator")
            return 0
        with server.store.write() as unit:
            made = keyring.rotate(unit, server.master)
            audit.record(unit, kind="keys.rotate", actor="administrator", subject=made.epoch_id)
    _shared.say(json.dumps({"keyset": made.version, "epoch": made.epoch_id}))
    return 0


def _new_file(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StaffMustFix("store.file_exists", file=file.name) from None
    except OSError:
        raise StaffMustFix("file.unreadable", file=file.name) from None
