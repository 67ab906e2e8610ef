"""`verify-log`: hold the audit log against itself, its checkpoints, and those that kiosks and sticks kept."""

from __future__ import annotations

import argparse
from pathlib import Path

from registration.errors import StaffMustFix
from server import audit
from server.checkpoint import BadCheckpoint, Verifier
from server.commands import _shared


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("checkpoint", nargs="*", type=Path, help="files of checkpoints kept elsewhere")
    parser.add_argument(
        "--verifier", default="", help="key that signs checkpoints (name+id+base64), as kept elsewhere; default: ours"
    )


def run(args: argparse.Namespace) -> int:
    witnessed = [_read(file) for file in args.checkpoint]
    with _shared.opened(args) as server:
        with server.store.write() as unit:
            verifier = audit.ensure_signer(unit, server.master).verifier
        if args.verifier:
            try:
                verifier = Verifier.parse(args.verifier)
            except BadCheckpoint:
                raise StaffMustFix("audit.verifier_wrong") from None
        with server.store.read() as connection:
            report = audit.verify_log(connection, server.election, verifier, witnessed)
    _shared.say(
        f"log whole: {report.size} events, {report.erased} erased, {report.checkpoints} checkpoints agree, "
        f"root {report.root.hex()}"
    )
    return 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise StaffMustFix("file.unreadable", file=file.name) from None
