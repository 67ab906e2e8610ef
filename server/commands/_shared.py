"""What the commands share: where the server keeps its things, and its key from stdin."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registration.errors import StaffMustFix
from server.context import Server, open_server
from server.sealing import MasterKey
from server.settings import DEFAULT_ELECTION, Settings

_HEX_KEY = re.compile(r"[0-9a-fA-F]{64}")


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which server is meant."""
    parser.add_argument(
        "--data", type=Path, default=Path("server-data"), help="folder of the server (default: %(default)s)"
    )
    parser.add_argument(
        "--database",
        default=os.environ.get("PER_DATABASE", ""),
        help="postgresql://user@host/name (password: PGPASSFILE or PGPASSWORD); default: PER_DATABASE, else an "
        "encrypted file in the folder",
    )
    parser.add_argument(
        "--blobs",
        default=os.environ.get("PER_BLOBS", ""),
        help="s3://bucket/folder for ciphertext (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY in the "
        "environment); default: PER_BLOBS, else the folder",
    )
    parser.add_argument("--election", default=DEFAULT_ELECTION, help="election served (default: %(default)s)")
    parser.add_argument("--outbox", type=Path, help="folder for notifications written as files")


def settings_of(args: argparse.Namespace) -> Settings:
    return Settings(
        data=args.data,
        election=args.election,
        database=args.database,
        blobs=args.blobs,
        outbox=args.outbox,
        public_url=getattr(args, "public_url", ""),
        escrow=getattr(args, "escrow", ""),
        demo=getattr(args, "demo", False),
    )


def say(line: str) -> None:
    """Write one line to stdout at once; another program may be reading it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def read_key() -> MasterKey:
    """Read the server's key: 64 hex digits, one line of stdin; it is never an argument and never a file of ours.

    Raises:
        StaffMustFix: ``store.key_missing``.
    """
    line = sys.stdin.readline().strip()
    if not _HEX_KEY.fullmatch(line):
        raise StaffMustFix("store.key_missing")
    return MasterKey(bytes.fromhex(line))


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[Server]:
    """Open the server for one command."""
    server = open_server(settings_of(args), read_key())
    try:
        yield server
    finally:
        server.close()
