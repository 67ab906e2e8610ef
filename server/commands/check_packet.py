"""`check-packet FILE`: whole, of a known version, signed by the kiosk it names? No decryption key is needed.

With ``--signers`` (an ``allowed_signers`` file, as `signers` writes it) no server is needed either; without it the
server's database is asked, as the intake does. Where there is neither, the packet is held against the key in its own
signature: that proves it whole and made by that key's owner, whose fingerprint is printed for comparison.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from registration.errors import StaffMustFix
from server.commands import _shared
from server.kiosks import devices
from sync import packet, signers
from sync.certificate import Certificate


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("file", type=Path, help="the packet")
    parser.add_argument("--signers", type=Path, help="allowed_signers file of kiosks and authorities")
    parser.add_argument("--revoked", type=Path, help="with --signers: file of revoked keys")
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="with --signers: when the certificate must have held, e.g. the receipt's time (ISO 8601; default: now)",
    )


def run(args: argparse.Namespace) -> int:
    content = _read(args.file, packet.MAX_PACKET + 1)
    if args.signers is not None:
        revoked = _text(args.revoked) if args.revoked is not None else ""
        known = signers.read(_text(args.signers), revoked, at=args.at or datetime.now(UTC))
        checked = packet.check(content, known.key_of, judge=known.judge)
        _say(checked, packet.signer_of(content), by=f"the file {args.signers.name}")
    elif not args.data.exists() and not args.database:
        signer = packet.signer_of(content)
        key = signer.key if isinstance(signer, Certificate) else signer
        checked = packet.check(content, lambda _kiosk: key, judge=lambda _kiosk, _certificate: None)
        _say(checked, signer, by="")
    else:
        with _shared.opened(args) as server, server.store.read() as connection:
            trust = devices.Trust(connection, server.election, server.clock.now(), devices.LATE_BATCH)
            checked = packet.check(content, trust.key_of, election=server.election, judge=trust.judge)
        _say(checked, packet.signer_of(content), by="the server's register of kiosks")
    return 0


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError:
        raise StaffMustFix("file.unreadable", file=file.name) from None


def _text(file: Path) -> str:
    try:
        return _read(file, 16 * 1024 * 1024).decode()
    except UnicodeDecodeError:
        raise StaffMustFix("signers.unreadable") from None


def _say(checked: packet.CheckedPacket, signer: object, *, by: str) -> None:
    header = checked.header
    facts: dict[str, object] = {
        "sha256": checked.sha256,
        "size": checked.size,
        **asdict(header),
        "kiosk_known": bool(by),
    }
    if isinstance(signer, Certificate):
        key, authority = signer.key.fingerprint, signer.authority.fingerprint
        facts |= {"signer": key, "authority": authority, "certificate_until": signer.valid_before.isoformat()}
        named = f"key {key}, certified by {authority} until {signer.valid_before:%Y-%m-%d}"
    else:
        key = getattr(signer, "fingerprint", "")
        facts |= {"signer": key}
        named = f"key {key}"
    if by:
        judged = f"Whole, unaltered and signed by kiosk {header.kiosk} ({named}), checked against {by}."
    else:
        judged = (
            f"Whole and unaltered since it was signed with {named}. Whether that is kiosk {header.kiosk} was NOT "
            "checked: compare the fingerprint, or name a file with --signers."
        )
    facts["verdict"] = f"{judged} Its content was not opened."
    _shared.say(json.dumps(facts))
