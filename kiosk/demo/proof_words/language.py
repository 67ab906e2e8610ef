"""What the specimen proofs of one language are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Street:
    """A street as people say it, as bills print it, and its town."""

    declared: str
    printed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its names: as printed there, and as an Albanian may write it."""

    local: str
    others: tuple[str, ...]
    postcode: str
    """``#`` is any digit."""


@dataclass(frozen=True, slots=True)
class Language:
    """Everything a page in one language is made of."""

    number_first: bool
    streets: tuple[Street, ...]
    towns: tuple[Town, ...]
    honorifics: tuple[str, ...]
    companies: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    sentences: tuple[str, ...]
    contract: str
    certificate: str
    rows: tuple[str, ...]


def streets(text: str) -> tuple[Street, ...]:
    """Read lines of ``declared = printed|printed``."""
    return tuple(
        Street(declared, tuple(printed.split("|")))
        for declared, printed in (line.split(" = ") for line in text.strip().splitlines())
    )


def towns(text: str) -> tuple[Town, ...]:
    """Read lines of ``local;other|other;postcode``."""
    rows = (line.split(";") for line in text.strip().splitlines())
    return tuple(Town(local, tuple(o for o in others.split("|") if o), code) for local, others, code in rows)
