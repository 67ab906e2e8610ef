"""`add-official`: enrol an official and print the password and the authenticator's secret, once."""

from __future__ import annotations

import argparse
import json

from registration.review_desk import Role
from server.commands import _shared
from server.desk import officials


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("name", help="letters, digits, dot, dash; 2 to 40, e.g. arta.hoxha")
    parser.add_argument("--role", choices=[role.value for role in Role], default=Role.SUPERVISOR.value)
    parser.add_argument("--replace", action="store_true", help="give an existing official new credentials")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server, server.store.write() as unit:
        made = officials.enrol(unit, server.master, args.name, Role(args.role), by="system", replace=args.replace)
    _shared.say(json.dumps({**made.as_json(), "totp_uri": made.totp_uri}))
    return 0
