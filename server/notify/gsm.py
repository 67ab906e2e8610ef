"""SMS text as it goes over SMPP: GSM 7-bit (3GPP TS 23.038) where it can, else UCS-2; long texts in numbered parts.

Seven-bit characters travel one to an octet, as SMSCs take them. A part never ends inside an escaped character or a
surrogate pair, so that each handset puts the text together again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

GSM7, UCS2 = 0x00, 0x08
"""data_coding values (SMPP 3.4 section 5.2.19)."""
_ONE = {GSM7: 160, UCS2: 140}
_PART = {GSM7: 153, UCS2: 134}
_ESCAPE = 0x1B
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {"^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65}
_INSTEAD = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "..."})
"""Typographer's marks for which nobody wants to pay twice."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """`parts` are short messages, each with its header when there are several (`udhi`)."""

    parts: tuple[bytes, ...]
    data_coding: int
    udhi: bool


def encode(text: str) -> Encoded:
    """Return the parts of a text. Raises ValueError when it would need more than 255."""
    plain = text.translate(_INSTEAD)
    atoms, coding = [_septets(c) for c in plain], GSM7
    if not all(atoms):
        atoms, coding = [c.encode("utf-16-be") for c in text], UCS2
    if sum(map(len, atoms)) <= _ONE[coding]:
        return Encoded((b"".join(atoms),), coding, udhi=False)
    pieces: list[bytes] = [b""]
    for atom in atoms:
        if len(pieces[-1]) + len(atom) > _PART[coding]:
            pieces.append(b"")
        pieces[-1] += atom
    if len(pieces) > 255:
        raise ValueError("a text too long for SMS")
    reference = secrets.randbelow(256)
    headed = (bytes((5, 0, 3, reference, len(pieces), number)) + piece for number, piece in enumerate(pieces, 1))
    return Encoded(tuple(headed), coding, udhi=True)


def _septets(character: str) -> bytes:
    """Return a character's one or two septets, b"" when it has none."""
    if character in _EXTENDED:
        return bytes((_ESCAPE, _EXTENDED[character]))
    code = _codes().get(character)
    return b"" if code is None or code == _ESCAPE else bytes((code,))


@cache
def _codes() -> dict[str, int]:
    return {character: code for code, character in enumerate(_BASIC)}
