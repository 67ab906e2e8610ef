"""`kiosk sync`: one round with the server, in words."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from kiosk.admin_desk import RoundProgress
from kiosk.bootstrap import start_server
from kiosk.commands.profile import add_profile, open_existing
from registration.admin_desk import WorkProgress
from registration.errors import StaffMustFix, WillRetry
from registration.ports.vault import SyncStore
from sync import witness
from sync.engine import SyncReport


def configure(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--server", metavar="URL", help="the server's address (default: the settings', else embedded)")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="then write the newest checkpoint of the server's audit log kept here, for `verify-log FILE`",
    )
    parser.add_argument(
        "--forget-checkpoints",
        action="store_true",
        help="first forget the checkpoints kept here: only after the server was rightly brought back from a backup",
    )


def run(args: argparse.Namespace) -> int:
    kiosk = open_existing(args, server=args.server)
    try:
        if args.forget_checkpoints:
            witness.forget(kiosk.vault.sync)
        if not kiosk.settings.server:
            start_server(kiosk)
        report = kiosk.connection.sync_once(RoundProgress(kiosk.clock, _show))
        if args.checkpoint:
            write_checkpoint(kiosk.vault.sync, args.checkpoint)
    finally:
        kiosk.close()
    print(json.dumps(asdict(report), default=str) if args.json else _words(report))
    if report.problem:
        raise WillRetry(report.problem)
    return 0 if not report.attention else 1


def write_checkpoint(store: SyncStore, file: Path) -> None:
    """Write the newest checkpoint kept. Raises StaffMustFix ``witness.none``, ``file.unwritable``."""
    notes = witness.kept(store)
    if not notes:
        raise StaffMustFix("witness.none")
    try:
        file.write_text(notes[0], encoding="utf-8", newline="\n")
    except OSError:
        raise StaffMustFix("file.unwritable", file=file.name) from None


def _show(progress: WorkProgress) -> None:
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    line = f"packet {progress.packet} of {progress.packets}, {progress.done:,} of {progress.size:,} bytes{left}"
    print(line, file=sys.stderr)


def _words(report: SyncReport) -> str:
    received = len(report.received)
    lines = [f"{received} received by the server, {report.waiting} waiting, {report.attention} need attention"]
    for put_off in report.put_off:
        when = f"next try {put_off.next_try.isoformat(timespec='seconds')}" if put_off.next_try else "needs attention"
        lines.append(f"  {put_off.code}: {when}")
    if report.next_try is not None and report.waiting:
        lines.append(f"  next try {report.next_try.isoformat(timespec='seconds')}")
    if report.certified_until is not None:
        lines.append(f"  this kiosk's certificate holds until {report.certified_until:%Y-%m-%d}")
    if report.clock_is_off:
        lines.append(f"  this machine's clock is {abs(report.clock_skew or 0):.0f} seconds off")
    return "\n".join(lines)
