"""Places of birth compared: as typed, as a document prints them, as the register holds them.

Albanian gives a town two forms, Tiranë and Tirana, Shkodër and Shkodra; documents add the country or a village's
commune. Those are one place. Doc 9303-3 section 6 takes the marks away: Tirane.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

_MISREAD = 0.8
"""Likeness (difflib ratio) from which a place read by a machine may be the typed one with a letter misread."""


def same_place(one: str, other: str) -> bool:
    """Tell whether two texts name one place; an empty one names none and differs from every other."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def surely_another_place(typed: str, read: str) -> bool:
    """Tell whether a place that was read cannot be the typed one, not even with a letter misread."""
    if not _words(typed) or not _words(read) or same_place(typed, read):
        return False
    pairs = [(a, b) for a in _words(typed) for b in _words(read)]
    return max(SequenceMatcher(None, a, b).ratio() for a, b in pairs) < _MISREAD


def _words(text: str) -> frozenset[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return frozenset(_stem(word) for word in re.findall(r"[^\W\d_]+", bare))


def _stem(word: str) -> str:
    """What both forms of an Albanian town share: tirane, tirana -> tiran; shkoder, shkodra -> shkodr."""
    return re.sub(r"e(?=[rl]$)", "", word.rstrip("aeiu")) if len(word) > 3 else word
