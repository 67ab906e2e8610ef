"""The hash of a voter's password that travels to the server."""

from __future__ import annotations

from argon2 import PasswordHasher as Argon2

MEMORY_KIB, TIME_COST, LANES = 19 * 1024, 2, 1
"""OWASP's minimum for Argon2id; the server rehashes at log-in when it asks for more."""


class Argon2Hasher:
    """Implements `registration.ports.vault.PasswordHasher`."""

    def __init__(self, memory_kib: int = MEMORY_KIB, time_cost: int = TIME_COST) -> None:
        self._argon2 = Argon2(time_cost=time_cost, memory_cost=memory_kib, parallelism=LANES)

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)
