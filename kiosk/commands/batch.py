"""`kiosk batch export DIR`, `kiosk batch receipts DIR`: packets and receipts on a stick. No voter's data is shown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk.__main__ import sentence_of
from kiosk.bootstrap import Kiosk
from kiosk.commands.profile import add_profile, open_existing
from registration.errors import StaffMustFix
from sync import enrol
from sync.batch import BatchProgress, export_batch, import_receipts


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["export", "receipts"])
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder on the stick")
    add_profile(parser)


def run(args: argparse.Namespace) -> int:
    kiosk = open_existing(args)
    try:
        store = kiosk.vault.sync
        enrolment = enrol.require(store)
        if args.action == "export":
            report = export_batch(store, enrolment, args.folder, kiosk.clock, _show)
            print(
                f"{report.packets} packets ({report.size:,} bytes) on the stick, each read back; "
                f"numbers {report.from_seq} to {report.to_seq}"
            )
            return 0
        verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), args.folder)
        for verdict in verdicts:
            words = "received" if verdict.new else "received before" if verdict.taken else ""
            print(f"{verdict.file}: {words or sentence_of(StaffMustFix(verdict.code))}")
        print(f"{sum(v.new for v in verdicts)} newly received, {_waiting(kiosk)} left on this kiosk")
        return 0 if all(v.taken for v in verdicts) else 1
    finally:
        kiosk.close()


def _waiting(kiosk: Kiosk) -> int:
    entries = kiosk.vault.sync.entries()
    return sum(entry.state != "received" for entry in entries)


def _show(progress: BatchProgress) -> None:
    print(
        f"{progress.done} of {progress.packets} packets, {progress.written:,} of {progress.size:,} bytes",
        file=sys.stderr,
    )
