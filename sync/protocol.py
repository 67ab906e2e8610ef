"""Which version of the calls between kiosk and server this build speaks, so that a mismatch is said in a sentence.

A kiosk names its version in each call, the server names the versions it takes in `/v1/health`. Who says nothing
speaks version 1. A new optional member of an answer needs no new version; a call that means something else does.
"""

from __future__ import annotations

from collections.abc import Mapping

VERSION = 1
OLDEST = 1
"""What a server of this build takes from kiosks: `OLDEST` to `VERSION`."""
HEADER = "Kiosk-Protocol"
KIOSK_OLD, SERVER_OLD = "server.version_kiosk_old", "server.version_server_old"


def taken() -> dict[str, int]:
    """Return what the server says of itself."""
    return {"protocol": VERSION, "protocol_oldest": OLDEST}


def mismatch(kiosk: int, server: Mapping[str, object]) -> str:
    """Return the error code when the two cannot talk, "" when they can.

    Args:
        kiosk: the kiosk's version.
        server: what `taken` returns at the server; members that are missing or odd count as 1.
    """
    newest, oldest = (_version(server.get(name)) for name in ("protocol", "protocol_oldest"))
    if kiosk < oldest:
        return KIOSK_OLD
    return SERVER_OLD if kiosk > newest else ""


def named(header: str) -> int:
    """Return the version a call names; 1 if it names none."""
    return int(header) if header.isascii() and header.isdigit() and len(header) <= 6 else 1


def _version(value: object) -> int:
    return value if type(value) is int and value > 0 else 1
