"""`make-register`: write the register file of this server from a table of citizens, or of invented ones."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import yaml

from registration.errors import StaffMustFix
from registration.model.register import COUNTIES, RegisterEntry
from server import audit
from server.commands import _shared
from server.context import Server
from server.register import demo, lookup
from server.register import file as register_file
from sync import sshsig

FILE = "register.db"
DEMO_ROWS = 300
_TEXTS = ("personal_number", "surname", "given_names", "father_name", "birth_place", "sex", "county", "zone")


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--csv", type=Path, metavar="FILE", help=f"UTF-8 with a first line: birth_date,{','.join(_TEXTS)}"
    )
    what.add_argument("--demo", type=int, metavar="N", help="so many invented citizens, for a demonstration")
    parser.add_argument("--sign", type=Path, metavar="FILE", help="the issuer's OpenSSH private key; demo: a new one")
    parser.add_argument("--name", default="civil-status", help="what cases call the register (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    signer = sshsig.generate() if args.sign is None else _key(args.sign)
    with _shared.opened(args) as server:
        entries = _read(args.csv) if args.csv else demo.invented(args.demo)
        name = args.name if args.csv else demo.NAME
        rows = install(server, entries, name, signer)
    _shared.say(json.dumps({"register": name, "rows": rows}))
    return 0


def install(server: Server, entries: Iterable[RegisterEntry], name: str, signer: sshsig.PrivateKey) -> int:
    """Write the register file and the settings that name it; returns its rows. The server finds it when it starts.

    Raises:
        StaffMustFix: ``store.file_exists`` (params: file).
    """
    data, recipient = server.settings.data, server.ring().epochs[0].recipient
    rows = register_file.write(data / FILE, entries, name=name, signer=signer, recipient=recipient)
    settings = {"file": {"path": FILE, "signer": sshsig.public_of(signer).line}}
    (data / lookup.SETTINGS_FILE).write_text(yaml.safe_dump(settings), encoding="utf-8")
    with server.store.write() as unit:
        audit.record(unit, kind="register.install", actor="administrator", details={"name": name, "rows": rows})
    return rows


def install_demo(server: Server) -> None:
    """Give a demonstration its register of invented citizens, unless the server has one."""
    if not (server.settings.data / lookup.SETTINGS_FILE).exists():
        install(server, demo.invented(DEMO_ROWS), demo.NAME, sshsig.generate())


def _read(file: Path) -> Iterator[RegisterEntry]:
    """Raises StaffMustFix ``register.table_wrong`` (params: file, line)."""
    line = 1
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for line, row in enumerate(csv.DictReader(stream), 2):  # noqa: B007 - named in the error
                texts = {name: (row.get(name) or "").strip() for name in _TEXTS}
                if not texts["personal_number"] or texts["county"] not in (*COUNTIES, ""):
                    raise ValueError
                yield RegisterEntry(birth_date=date.fromisoformat(row["birth_date"]), **texts)
    except (OSError, UnicodeDecodeError):
        raise StaffMustFix("file.unreadable", file=file.name) from None
    except (ValueError, KeyError, TypeError):
        raise StaffMustFix("register.table_wrong", file=file.name, line=line) from None


def _key(file: Path) -> sshsig.PrivateKey:
    try:
        return sshsig.load_private(file.read_bytes())
    except (OSError, sshsig.BadKey, ValueError):
        raise StaffMustFix("file.unreadable", file=file.name) from None
