"""`import-batch DIR`: take in a stick's packets; receipts are written back to it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from server import batch
from server.commands import _shared


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("folder", type=Path, help="folder of the batch on the stick")
    parser.add_argument("--by", default="administrator", help="who imports, for the audit log")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        verdicts = batch.import_batch(server, args.folder, by=f"administrator:{args.by}")
    for verdict in verdicts:
        _shared.say(json.dumps({"file": verdict.file, "state": verdict.state, "code": verdict.code}))
    return 1 if any(verdict.code for verdict in verdicts) else 0
