"""`enrol-kiosk`: print a single-use enrolment token and the root key's fingerprint to compare on the kiosk."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from server.commands import _shared
from server.kiosks.devices import new_enrolment_token
from sync import sshsig


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("--hours", type=int, default=24, help="how long the token can be used (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        with server.store.write() as unit:
            token = new_enrolment_token(unit, server.master, timedelta(hours=args.hours))
        root = sshsig.public_of(server.ring().root).fingerprint
    _shared.say(json.dumps({"enrolment_token": token, "root": root, "hours": args.hours}))
    return 0
