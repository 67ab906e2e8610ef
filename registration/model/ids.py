"""Identifiers. UUIDv7 (RFC 9562) sorts by time; the reference is what a voter reads, writes and says."""

from __future__ import annotations

import hashlib
import uuid
from typing import NewType

AccountId = NewType("AccountId", str)
RequestId = NewType("RequestId", str)
PacketId = NewType("PacketId", str)
CaseId = NewType("CaseId", str)
KioskId = NewType("KioskId", str)
ServiceId = NewType("ServiceId", str)
StepId = NewType("StepId", str)
FieldId = NewType("FieldId", str)
AttachmentId = NewType("AttachmentId", str)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U, which people misread (Douglas Crockford's alphabet)."""


def uuid7(unix_ms: int, random: bytes) -> str:
    """Return a UUIDv7 as text (RFC 9562 section 5.7).

    Args:
        unix_ms: milliseconds since 1970 UTC, 48 bits.
        random: at least 10 random bytes.
    """
    value = (unix_ms & ((1 << 48) - 1)) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def reference_of(request_id: RequestId) -> str:
    """Return the reference a voter keeps, ``PER-XXXX-XXXX``: 35 bits of the id's SHA-256 and a check character.

    It is a function of the id, so the kiosk can print it before any server has seen the request.
    """
    number = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:5], "big") >> 5
    digits = "".join(CROCKFORD[number >> shift & 31] for shift in range(30, -1, -5))
    code = digits + CROCKFORD[_check(digits)]
    return f"PER-{code[:4]}-{code[4:]}"


def reference_is_valid(reference: str) -> bool:
    """Tell whether a typed reference has the right shape and check character; lower case and O for 0 are forgiven."""
    code = reference.upper().removeprefix("PER").replace("-", "").replace(" ", "")
    code = code.replace("O", "0").replace("I", "1").replace("L", "1")
    return len(code) == 8 and all(c in CROCKFORD for c in code) and CROCKFORD[_check(code[:7])] == code[7]


def _check(digits: str) -> int:
    """Weighted sum modulo 31 (a prime): finds any one wrong character but Z for 0, and any swap of neighbours."""
    return sum((place + 1) * CROCKFORD.index(c) for place, c in enumerate(digits)) % 31
