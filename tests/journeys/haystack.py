"""Looks for needles in folders and texts, in every form a program might write them in."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path


def forms(needle: bytes) -> frozenset[bytes]:
    """Return a needle as bytes: UTF-8, UTF-16 both ways, hex, base64 at all three places, JSON and URL escapes."""
    found = {needle, needle.hex().encode(), needle.hex().upper().encode()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            coded = encode(bytes(shift) + needle)
            whole = (shift + len(needle)) // 3 * 4
            found.add(coded[-(-shift * 4 // 3) : whole])
    try:
        text = needle.decode()
    except UnicodeDecodeError:
        return frozenset(found)
    found |= {
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        json.dumps(text)[1:-1].encode(),
        urllib.parse.quote(text).encode(),
        urllib.parse.quote_plus(text).encode(),
    }
    return frozenset(found)


def contents(folders: Iterable[Path]) -> dict[str, bytes]:
    """Return every file below the folders, and every path itself, by name."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            found[f"name of {path}"] = str(path.relative_to(folder)).encode()
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found


def found_in(hay: Mapping[str, bytes], needles: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return for each needle that is somewhere the names of where."""
    assert any(hay.values()), "nothing was searched"
    hits: dict[str, list[str]] = {}
    for name, needle in needles.items():
        assert len(needle) >= 5, f"{name} could be anywhere by chance"
        places = [place for place, body in hay.items() if any(form in body for form in forms(needle))]
        if places:
            hits[name] = places
    return hits
