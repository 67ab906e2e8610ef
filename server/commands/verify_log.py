"""`verify-log`: hold the audit log against itself, its checkpoints, and what kiosks and sticks kept.

Every receipt is a witness too: it names the log's size and root when its packet came.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from registration.errors import StaffMustFix
from server import audit
from server.commands import _shared
from sync.checkpoint import BadCheckpoint, Verifier


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("checkpoint", nargs="*", type=Path, help="checkpoints or receipts (.json) kept elsewhere")
    parser.add_argument(
        "--verifier", default="", help="key that signs checkpoints (name+id+base64), as kept elsewhere; default: ours"
    )


def run(args: argparse.Namespace) -> int:
    texts = [_read(file) for file in args.checkpoint]
    documents = [text for text in texts if text.lstrip().startswith("{")]
    witnessed = [text for text in texts if text not in documents]
    with _shared.opened(args) as server:
        with server.store.write() as unit:
            verifier = audit.ensure_signer(unit, server.master).verifier
        if args.verifier:
            try:
                verifier = Verifier.parse(args.verifier)
            except BadCheckpoint:
                raise StaffMustFix("audit.verifier_wrong") from None
        with server.store.read() as connection:
            receipts = [audit.receipt_checkpoint(connection, server.election, _json(text)) for text in documents]
            report = audit.verify_log(connection, server.election, verifier, witnessed, receipts)
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


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise StaffMustFix("audit.checkpoint_forged") from None
