"""`backup FOLDER`: copy the whole server while it serves; again into the same folder carries what is new."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from server.commands import _shared
from server.upkeep import backup


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("folder", type=Path, help="where the copy goes, best on another machine's disk")


def run(args: argparse.Namespace) -> int:
    with _shared.opened(args) as server:
        copied = backup.copy(server, args.folder)
    _shared.say(json.dumps({"blobs": copied.blobs}))
    return 0
