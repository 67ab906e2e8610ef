"""`python -m server COMMAND`: the central server and its administrator's commands.

Every command that opens the server reads its key (64 hex digits, one line) from stdin.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence

from registration.errors import Expected
from resources import texts

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("server.commands.serve", "run the server"),
    "check-packet": ("server.commands.check_packet", "check a packet without any decryption key"),
    "import-batch": ("server.commands.import_batch", "take in the packets of a stick and write receipts to it"),
    "enrol-kiosk": ("server.commands.enrol_kiosk", "make an enrolment token for one kiosk"),
    "add-official": ("server.commands.add_official", "enrol an official of the review desk"),
    "rotate-keys": ("server.commands.rotate_keys", "start a new epoch key and a new receipt key"),
    "set-config": ("server.commands.set_config", "publish the election's dates, lists and limits"),
    "verify-log": ("server.commands.verify_log", "hold the audit log against its checkpoints"),
    "purge": ("server.commands.purge", "erase what is no longer needed and record it"),
}
"""Name -> module with ``configure(parser)`` and ``run(args) -> int``, and one line of help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 could not be done (one sentence on stderr), 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, words) in COMMANDS.items():
        if importlib.util.find_spec(module) is None:
            continue
        command = commands.add_parser(name, help=words, description=words)
        importlib.import_module(module).configure(command)
        command.set_defaults(module=module)
    args = parser.parse_args(argv)
    try:
        status: int = importlib.import_module(args.module).run(args)
    except Expected as error:
        text_id = f"errors.{error.code}"
        known = texts.has("en", text_id)
        print(texts.text("en", text_id, **error.params) if known else error.code, file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
