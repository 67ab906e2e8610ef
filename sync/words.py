"""Which codes have words here, and which words can be shown later from the code alone, without its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resources import texts

NOT_TAKEN = "server.packet_not_taken"
_WITHOUT_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "packet.unknown_kiosk": "packet.kiosk_not_known",
        "packet.not_for_us": "packet.no_key_fits",
        "packet.too_large": "packet.over_limit",
        "server.refused": "server.call_refused",
    }
)


def spoken(code: object) -> str:
    """Return a code another program gave if we have words for it, else "": a newer one may know more than we do."""
    return code if isinstance(code, str) and code and texts.has(texts.LANGUAGES[0], f"errors.{code}") else ""


def plain(code: str) -> str:
    """Return the code under which a reason is kept with a packet: its sentence needs nothing but the code."""
    code = spoken(_WITHOUT_PLACES.get(code, code))
    return code if code and "{" not in texts.text(texts.LANGUAGES[0], f"errors.{code}") else NOT_TAKEN
