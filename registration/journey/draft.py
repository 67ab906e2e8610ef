"""A journey as bytes and back, for the sealed draft. Private to this kiosk: the format may change with the program.

A draft of another format is not guessed at: `DraftUnreadable` is raised and the voter begins that journey anew.
"""

from __future__ import annotations

import base64
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from registration.journey.state import State
from registration.ports.server import AccountProfile

T = TypeVar("T")

FORMAT = 1


class DraftUnreadable(ValueError):
    """The bytes are no draft of this format. The text names the type, never a value."""


def encode_draft(state: State) -> bytes:
    """Return a state as UTF-8 JSON; pictures are base64 inside."""
    return _encode(state)


def decode_draft(content: bytes) -> State:
    """Rebuild a state.

    Raises:
        DraftUnreadable: another format, or damaged.
    """
    return _decode(State, content)


def encode_profile(profile: AccountProfile) -> bytes:
    """Return what a request needs of an account that no server has seen yet, to be sealed like a draft."""
    return _encode(profile)


def decode_profile(content: bytes) -> AccountProfile:
    """Rebuild a profile.

    Raises:
        DraftUnreadable: another format, or damaged.
    """
    return _decode(AccountProfile, content)


def _encode(value: object) -> bytes:
    return json.dumps({"format": FORMAT, "value": to_plain(value)}, ensure_ascii=False).encode()


def _decode(kind: type[T], content: bytes) -> T:
    try:
        body = json.loads(content)
        found = body["format"]
        value = from_plain(kind, body["value"]) if found == FORMAT else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DraftUnreadable(type(error).__name__) from None
    if not isinstance(value, kind):
        raise DraftUnreadable(f"format {found}")
    return value


def to_plain(value: Any) -> Any:
    """Turn frozen dataclasses into JSON; a dataclass carries its name, so a union can be read back."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"is": type(value).__name__} | {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(to_plain(k)): to_plain(v) for k, v in value.items()}
    return value


def from_plain(kind: Any, plain: Any) -> Any:
    """Read JSON back by the type hints of the dataclasses."""
    kind = getattr(kind, "__supertype__", kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _from_union(args, plain)
    if origin is tuple:
        items = args if args[-1] is not Ellipsis else (args[0],) * len(plain)
        return tuple(from_plain(item, value) for item, value in zip(items, plain, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {from_plain(args[0], key): from_plain(args[1], value) for key, value in plain.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: from_plain(hints[name], value) for name, value in plain.items() if name != "is"})
    if kind is bytes:
        return base64.b64decode(plain, validate=True)
    if kind in (datetime, date):
        return kind.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if kind is float:
        return float(plain)
    if not isinstance(plain, kind):
        raise TypeError(kind)
    return plain


def _from_union(kinds: tuple[Any, ...], plain: Any) -> Any:
    if plain is None:
        return None
    for kind in kinds:
        if is_dataclass(kind) and isinstance(plain, dict) and plain.get("is") == getattr(kind, "__name__", ""):
            return from_plain(kind, plain)
    rest = [kind for kind in kinds if kind is not type(None) and not is_dataclass(kind)]
    if len(rest) != 1:
        raise TypeError("no member of the union fits")
    return from_plain(rest[0], plain)


def _hints(kind: type) -> dict[str, Any]:
    hints = _HINTS.get(kind)
    if hints is None:
        hints = _HINTS[kind] = get_type_hints(kind)
    return hints


_HINTS: typing.Final[dict[type, dict[str, Any]]] = {}
