"""`python -m server COMMAND`: the central server and its administrator's commands.

Every command that opens the server reads its key (64 hex digits, one line) from stdin.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from registration.errors import Expected
from resources import texts
from server.commands import (
    add_official,
    backup,
    check_packet,
    enrol_kiosk,
    import_batch,
    make_register,
    purge,
    restore,
    revoke_kiosk,
    rotate_keys,
    serve,
    set_config,
    signers,
    verify_log,
)
from server.store.failures import translated


class Command(Protocol):
    """A command's module."""

    def configure(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


COMMANDS: Mapping[str, tuple[Command, str]] = {
    "serve": (serve, "run the server"),
    "check-packet": (check_packet, "check a packet without any decryption key"),
    "import-batch": (import_batch, "take in the packets of a stick and write receipts to it"),
    "enrol-kiosk": (enrol_kiosk, "make an enrolment token for one kiosk"),
    "revoke-kiosk": (revoke_kiosk, "shut a stolen or lost kiosk out"),
    "signers": (signers, "write the files with which anybody checks packets"),
    "add-official": (add_official, "enrol an official of the review desk"),
    "make-register": (make_register, "write the civil register's file from a table, or an invented one"),
    "rotate-keys": (rotate_keys, "start a new epoch key and a new receipt key"),
    "set-config": (set_config, "publish the election's dates, lists and limits"),
    "verify-log": (verify_log, "hold the audit log against its checkpoints"),
    "backup": (backup, "copy the whole server while it serves"),
    "restore": (restore, "bring a copy back into an empty place"),
    "purge": (purge, "erase what is no longer needed and record it"),
}
"""Name -> its module and one line of help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 could not be done (one sentence on stderr), 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, words) in COMMANDS.items():
        module.configure(commands.add_parser(name, help=words, description=words))
    args = parser.parse_args(argv)
    try:
        with translated():
            status = COMMANDS[args.command][0].run(args)
    except Expected as error:
        text_id = f"errors.{error.code}"
        known = texts.has("en", text_id)
        print(texts.text("en", text_id, **error.params) if known else error.code, file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
