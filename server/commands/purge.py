"""`purge`: remove what ran out; ``--case``: erase one case; ``--all``: destroy everything after the election."""

from __future__ import annotations

import argparse
import json

from registration.errors import StaffMustFix
from server import cases, housekeeping
from server.commands import _shared


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--case", default="", metavar="ID", help="erase the content of one case")
    what.add_argument("--all", action="store_true", help="after the election: erase every case and account")
    parser.add_argument("--by", default="administrator", help="who does it, for the record")


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
            _shared.say(json.dumps(housekeeping.destroy_all(server, by=f"administrator:{args.by}")))
            return 0
        tidied = housekeeping.tidy(server)
    _shared.say(json.dumps({"rows": tidied.rows, "uploads": tidied.uploads, "blobs": tidied.blobs}))
    return 0
