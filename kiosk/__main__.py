"""The command line: `kiosk COMMAND`. Exit 0 done, 1 could not be done (one sentence on stderr), 2 wrong usage."""

from __future__ import annotations

import argparse
import importlib
import locale
import os
import sys
from types import ModuleType

from registration.errors import Expected
from resources import texts

COMMANDS = {
    "run": "open the program",
    "demo": "a scripted voter and a scripted official go through the real windows",
    "read-mrz": "read the machine-readable zone of pictures",
    "read-document": "read a passport or an identity card",
    "check-address": "look for a name and an address on proofs of address",
    "frame-face": "analyse a video of a face as the capture screen does",
    "frame-document": "analyse a video of a document as the capture screen does",
    "services": "list, check or preview service definitions",
    "sync": "one round with the server",
    "batch": "carry packets and receipts on a stick",
    "vault": "back up, restore, recover, rekey the vault; its passphrase and other ways of opening",
    "add-official": "enrol an official at this machine's own server",
    "selftest": "check that this installation is whole",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command. A command's module is only imported when it is called for."""
    given = sys.argv[1:] if arguments is None else arguments
    # The numeric libraries' own threads slow small pictures down and starve the window.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    commands = dict(COMMANDS)
    if getattr(sys, "frozen", False):
        # The demo needs what only tests need: a stranger's portrait, Qt's synthetic fingers.
        del commands["demo"]
        # A packed kiosk's child processes are the same executable; this call is where they begin, and end.
        importlib.import_module("multiprocessing").freeze_support()
    if given[:1] == ["server"]:
        # A packed kiosk carries the server program inside the same executable.
        return int(importlib.import_module("server.__main__").main(given[1:]) or 0)
    parser = argparse.ArgumentParser(prog="kiosk", description="Registers Albanian voters abroad.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in given if not word.startswith("-")), "")
    modules: dict[str, ModuleType] = {}
    for name, what in commands.items():
        sub = subparsers.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        if name == wanted:
            modules[name] = importlib.import_module(f"kiosk.commands.{name.replace('-', '_')}")
            modules[name].configure(sub)
    options = parser.parse_args(given)
    try:
        return int(modules[options.command].run(options))
    except Expected as error:
        print(f"kiosk: {sentence_of(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone, e.g. `head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def sentence_of(error: Expected) -> str:
    """Return an error's words in the language of the terminal."""
    text_id = f"errors.{error.code}"
    language = terminal_language()
    return texts.text(language, text_id, **error.params) if texts.has(language, text_id) else error.code


def terminal_language() -> str:
    """Return Albanian on an Albanian system, else English: command lines are for staff and engineers."""
    tag = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "sq" if tag.startswith("sq") else "en"


if __name__ == "__main__":
    sys.exit(main())
