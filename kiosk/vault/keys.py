"""Keys from passwords, and sealing under keys: Argon2id (RFC 9106) and AES-256-GCM (NIST SP 800-38D)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
SALT_BYTES = 16
_NONCE_BYTES = 12


class WrongKey(Exception):
    """The key does not open this, or it was altered; AES-GCM cannot tell which."""


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """Cost of one derivation: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        # Bounds, because a cost is also read back from disk: a damaged one must not exhaust the machine.
        if not (8 * self.lanes <= self.memory_kib <= 4 << 20 and 1 <= self.passes <= 64 and 1 <= self.lanes <= 16):
            raise ValueError("Argon2 cost out of range")

    def __str__(self) -> str:
        return f"{self.memory_kib} {self.passes} {self.lanes}"

    @classmethod
    def parse(cls, text: str) -> Argon2Cost:
        """Read what ``str()`` wrote. Raises ValueError."""
        memory_kib, passes, lanes = map(int, text.split())
        return cls(memory_kib, passes, lanes)


STAFF_COST = Argon2Cost(128 * 1024, 3, 1)
"""For the passphrase that opens the vault: once per start, about 0.3 s."""
VOTER_COST = Argon2Cost(19 * 1024, 2, 1)
"""For a voter's password: the OWASP minimum for Argon2id, about 20 ms."""


def derive(password: str, salt: bytes, cost: Argon2Cost) -> bytes:
    """Return 32 bytes. The password is brought to Unicode NFC first (RFC 8265 section 4.2): ë is one letter."""
    return hash_secret_raw(
        unicodedata.normalize("NFC", password).encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def seal(key: bytes, content: bytes, context: bytes) -> bytes:
    """Return nonce and ciphertext; `context` is authenticated and must be given again to open."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Undo `seal`.

    Raises:
        WrongKey: other key, other context, or altered bytes.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        raise WrongKey from None


def keyed_hash(key: bytes, purpose: str, content: bytes) -> bytes:
    """HMAC-SHA256 of `content`; `purpose` keeps uses of one key apart."""
    return hmac.new(key, purpose.encode() + b"\0" + content, hashlib.sha256).digest()
