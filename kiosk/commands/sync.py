"""`kiosk sync`: one round with the server, in words."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from kiosk.admin_desk import RoundProgress
from kiosk.bootstrap import start_server
from kiosk.commands.profile import add_profile, open_existing
from registration.admin_desk import WorkProgress
from registration.errors import WillRetry
from sync.engine import SyncReport


def configure(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--server", metavar="URL", help="the server's address (default: the settings', else embedded)")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(args: argparse.Namespace) -> int:
    kiosk = open_existing(args, server=args.server)
    try:
        if not kiosk.settings.server:
            start_server(kiosk)
        report = kiosk.connection.sync_once(RoundProgress(kiosk.clock, _show))
    finally:
        kiosk.close()
    print(json.dumps(asdict(report), default=str) if args.json else _words(report))
    if report.problem:
        raise WillRetry(report.problem)
    return 0 if not report.attention else 1


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
