"""Signed checkpoints of the audit log: the C2SP formats signed-note and tlog-checkpoint, with Ed25519.

A checkpoint is three lines (origin, size, root) and a signature line. Kiosks, USB sticks and observers keep copies as
witnesses. It can be checked with `sed`, `base64` and `openssl pkeyutl`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_NOTE = 16 * 1024
"""Longest note read, in bytes; others may have added their signatures."""
_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "


class BadCheckpoint(ValueError):
    """Not a checkpoint, or not signed by the key expected."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log had `size` events and this root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed, with its last newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whoever signs checkpoints, by name and public key (32 bytes)."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand before each signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    @property
    def line(self) -> str:
        """The key as C2SP writes it: ``name+hex key id+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public_key).decode()}"

    @classmethod
    def parse(cls, line: str) -> Verifier:
        """Read such a line.

        Raises:
            BadCheckpoint: not an Ed25519 verifier key, or its key id is not its own.
        """
        name, _, rest = line.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise BadCheckpoint("not base64") from None
        verifier = cls(name, key[1:])
        if not name or len(key) != 33 or key[:1] != _ED25519 or verifier.key_id.hex() != key_id:
            raise BadCheckpoint("not an Ed25519 verifier key")
        return verifier


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs checkpoints. The name is also the log's origin."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint."""
        text = Checkpoint(self.name, size, root).text
        signature = base64.b64encode(self.verifier.key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n{_DASH}{self.name} {signature}\n"


def verify(note: str, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint of a note that `verifier` signed; signatures of others (witnesses) are passed over.

    Raises:
        BadCheckpoint: malformed, or without a good signature of the verifier.
    """
    body, _, signatures = note.partition("\n\n")
    text = body + "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if not line.startswith(_DASH) or name != verifier.name or blob[:4] != verifier.key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(blob[4:], text.encode())
        except InvalidSignature:
            break
        return parse(text)
    raise BadCheckpoint("no good signature")


def parse(note: str) -> Checkpoint:
    """Return the checkpoint of a note without asking who signed it.

    Raises:
        BadCheckpoint: malformed.
    """
    lines = note.split("\n")
    if len(lines) < 4 or not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise BadCheckpoint("not a checkpoint")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error:
        raise BadCheckpoint("not a checkpoint") from None
    if not lines[0] or len(root) != 32:
        raise BadCheckpoint("not a checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)
