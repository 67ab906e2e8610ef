"""`check-packet FILE`: whole, of a known version, signed by the kiosk it names? No decryption key is needed.

With ``--signers`` (lines ``kiosk-id public-key``, as in an allowed_signers file) no server is needed either; without
it the kiosk's key is looked up in the server's database. Where there is neither, the packet is held against the key in
its own signature: that proves it whole and made by that key's owner, whose fingerprint is printed for comparison.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from registration.errors import StaffMustFix
from registration.model.ids import KioskId
from server import devices
from server.commands import _shared
from sync import packet, sshsig


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("file", type=Path, help="the packet")
    parser.add_argument("--signers", type=Path, help="file of kiosks and their public keys")


def run(args: argparse.Namespace) -> int:
    content = _read(args.file)
    if args.signers is not None:
        _say(packet.check(content, _signers(args.signers).get), kiosk_known=True)
        return 0
    if not args.data.exists() and not args.database:
        signer = packet.signer_of(content)
        _say(packet.check(content, lambda _kiosk: signer), kiosk_known=False, signer=signer.fingerprint)
        return 0
    with _shared.opened(args) as server, server.store.read() as connection:
        find: Callable[[KioskId], sshsig.PublicKey | None] = partial(
            devices.key_of, connection, server.election, at=server.clock.now(), grace=devices.LATE_BATCH
        )
        _say(packet.check(content, find, election=server.election), kiosk_known=True)
    return 0


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(packet.MAX_PACKET + 1)
    except OSError:
        raise StaffMustFix("file.unreadable", file=file.name) from None


def _signers(file: Path) -> dict[KioskId, sshsig.PublicKey]:
    try:
        lines = [line.split(None, 1) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {KioskId(kiosk): sshsig.parse_public_line(" ".join(key.split()[:2])) for kiosk, key in lines}
    except (OSError, ValueError):
        raise StaffMustFix("signers.unreadable") from None


def _say(checked: packet.CheckedPacket, **more: str | bool) -> None:
    facts = {"sha256": checked.sha256, "size": checked.size, **asdict(checked.header), **more}
    _shared.say(json.dumps(facts))
