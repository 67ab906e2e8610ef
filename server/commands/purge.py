"""`purge`: remove what ran out; ``--case``: erase one case; ``--all``: destroy everything after the election."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from registration.errors import StaffMustFix
from resources import texts
from server.casework import cases
from server.commands import _shared
from server.upkeep import destruction_record, housekeeping


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--case", default="", metavar="ID", help="erase the content of one case")
    what.add_argument("--all", action="store_true", help="after the election: erase every case and account")
    parser.add_argument("--by", default="administrator", help="who does it, for the record")
    parser.add_argument(
        "--witness", action="append", default=[], metavar="NAME", help="with --all: who is present; may be repeated"
    )
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="with --all: also write the record to print and sign"
    )
    parser.add_argument("--lang", choices=texts.LANGUAGES, default=texts.LANGUAGES[0], help="language of FILE")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        if args.case:
            with server.store.write() as unit:
                try:
                    cases.erase(unit, server, args.case, by=f"administrator:{args.by}")
                except LookupError:
                    raise StaffMustFix("call.not_found") from None
            return 0
        if args.all:
            document = housekeeping.destroy_all(server, by=f"administrator:{args.by}", witnesses=args.witness)
            # First to the screen: what is destroyed is destroyed, even when the file cannot be written.
            _shared.say(json.dumps(document))
            if args.record is not None:
                _write(args.record, destruction_record.page(document, args.lang))
            return 0
        tidied = housekeeping.tidy(server)
    _shared.say(json.dumps({"rows": tidied.rows, "uploads": tidied.uploads, "blobs": tidied.blobs}))
    return 0


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError:
        raise StaffMustFix("purge.record_not_written", file=str(file)) from None
