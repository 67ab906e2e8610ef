"""Secrets at rest: one master key, and everything personal sealed under keys that hang from it.

master key (32 bytes, from stdin)
|- HKDF "database"   SQLCipher
|- HKDF "wrap"       wraps data keys and the server's private keys (AES-256-GCM)
|- HKDF "hash"       keyed hashes: codes, tokens, contacts, personal numbers
data key, one per account and per case: seals its fields and files. Deleting it erases the case.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
_NONCE = 12


class SealBroken(Exception):
    """The ciphertext was changed, moved to another place, or sealed under another key: a fault, never bad input."""


def seal(key: bytes, content: bytes, place: str) -> bytes:
    """Seal with AES-256-GCM (NIST SP 800-38D), nonce first. `place` is authenticated: it cannot be moved elsewhere."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise SealBroken(place.partition(":")[0]) from None


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The one secret the server is started with."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_SIZE:
            raise ValueError("a master key is 32 bytes")

    def database(self) -> bytes:
        return self._derive("database")

    def new_data_key(self, owner: str) -> tuple[bytes, bytes]:
        """Return a fresh data key and its wrapped form for the row of `owner`."""
        key = secrets.token_bytes(KEY_SIZE)
        return key, self.wrap(key, f"data-key:{owner}")

    def data_key(self, wrapped: bytes, owner: str) -> bytes:
        """Unwrap the data key of `owner`. Raises SealBroken."""
        return self.unwrap(wrapped, f"data-key:{owner}")

    def wrap(self, content: bytes, place: str) -> bytes:
        return seal(self._derive("wrap"), content, place)

    def unwrap(self, sealed: bytes, place: str) -> bytes:
        return unseal(self._derive("wrap"), sealed, place)

    def hash(self, purpose: str, value: str) -> bytes:
        """Return a keyed hash, 32 bytes; another purpose gives another hash of the same value."""
        return hmac.digest(self._derive("hash"), f"{purpose}\0{value}".encode(), sha256)

    def _derive(self, name: str) -> bytes:
        # One HKDF expansion is some microseconds, so nothing is cached that could linger in memory.
        return HKDF(hashes.SHA256(), KEY_SIZE, None, f"per-server {name} v1".encode()).derive(self.secret)
