"""`revoke-kiosk KIOSK`: shut a stolen or lost kiosk out. Running servers refuse it from the next call on."""

from __future__ import annotations

import argparse
import json

from registration.errors import StaffMustFix
from server.commands import _shared
from server.kiosks import devices
from server.problems import Problem


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("kiosk", help="the kiosk's id, as its administration window and its packets show it")
    parser.add_argument("--by", default="administrator", help="who revokes, for the audit log")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server, server.store.write() as unit:
        try:
            devices.revoke(unit, args.kiosk, by=f"administrator:{args.by}")
        except Problem:
            raise StaffMustFix("kiosk.not_known", kiosk=args.kiosk[:80]) from None
    _shared.say(json.dumps({"revoked": args.kiosk}))
    return 0
