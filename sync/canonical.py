"""Canonical JSON: one text for one value, so that a signature or a digest over it means one thing.

UTF-8, no insignificant space, members sorted by code point, no NaN. Reading is as strict as writing: a text that
would not be written the same way again (doubled member, other order, escapes, spaces) is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class NotCanonical(ValueError):
    """The text is no canonical JSON object. Carries no part of the text."""


def dump(value: Mapping[str, Any]) -> str:
    """Return the canonical text of an object."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def load(text: bytes | str, *, limit: int) -> dict[str, Any]:
    """Read an object from canonical text of at most `limit` bytes or characters.

    Raises:
        NotCanonical: too long, not UTF-8, not JSON, not an object, or not in canonical form.
    """
    if len(text) > limit:
        raise NotCanonical("too long")
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        value = json.loads(decoded)
        same = isinstance(value, dict) and dump(value) == decoded
    except (ValueError, RecursionError):
        raise NotCanonical("not JSON") from None
    if not same:
        raise NotCanonical("not canonical")
    assert isinstance(value, dict)
    return value
