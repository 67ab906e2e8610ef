"""`import-batch DIR`: take in a stick's packets; receipts are written back to it.

A JSON line per packet on stdout, with its verdict in words; progress and the sum on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from resources import texts
from server.commands import _shared
from server.intake import batch


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("folder", type=Path, help="folder of the batch on the stick")
    parser.add_argument("--by", default="administrator", help="who imports, for the audit log")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        verdicts = batch.import_batch(server, args.folder, by=f"administrator:{args.by}", progress=_show)
    for verdict in verdicts:
        line = {"file": verdict.file, "state": verdict.state, "code": verdict.code}
        said = verdict.code or verdict.note
        more = {"note": verdict.note, "words": texts.text("en", f"errors.{said}")} if said else {}
        _shared.say(json.dumps(line | more))
    for verdict in verdicts:
        if verdict.state == "list":
            _tell(texts.text("en", f"errors.{verdict.code}"))
    packets = [verdict for verdict in verdicts if verdict.state != "list"]
    refused = sum(bool(verdict.code) for verdict in packets)
    known = sum(verdict.note == "batch.packet_known" for verdict in packets)
    _tell(
        f"{len(packets)} packets: {len(packets) - refused - known} newly received, {known} received before, "
        f"{refused} to be looked at"
    )
    return 1 if any(verdict.code for verdict in verdicts) else 0


def _show(progress: batch.ImportProgress) -> None:
    _tell(f"{progress.done} of {progress.files} files, {progress.read:,} bytes read")


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
