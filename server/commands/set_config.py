"""`set-config FILE`: publish the election's dates, lists and limits as the next signed version.

The file is YAML with the members of the configuration document that change: ``election_day``, ``opens``, ``closes``,
``list_day`` (dates; nobody approved is deregistered later than 48 hours after the last one), ``returns_enabled``,
``review_days``, ``code`` (digits, expires_in, resend_after, tries), ``proof_kinds`` and ``linking_kinds`` (lists of
``{id, sq, en}``). What it leaves out stays as it is.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from registration.catalog.definitions import AttachmentKind, Labels
from registration.errors import StaffMustFix
from server import audit, keyring
from server.commands import _shared
from sync.config import CodeRules, ElectionConfig

_DATES = ("election_day", "opens", "closes", "list_day")
_KINDS = {"proof_kinds": False, "linking_kinds": True}
_CODE = ("digits", "expires_in", "resend_after", "tries")


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("file", type=Path, help="YAML file of what changes")


def run(args: argparse.Namespace) -> int:
    try:
        wanted = yaml.safe_load(args.file.read_text(encoding="utf-8"))
    except OSError:
        raise StaffMustFix("file.unreadable", file=args.file.name) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise StaffMustFix("config.unreadable", field="-") from None
    if not isinstance(wanted, dict):
        raise StaffMustFix("config.unreadable", field="-")
    with _shared.opened(args) as server:
        changed = apply(server.config(), wanted)
        with server.store.write() as unit:
            ring = keyring.load(unit.connection, unit.election, server.master)
            made = keyring.publish_config(unit, ring, changed)
            audit.record(unit, kind="config.publish", actor="administrator", details={"version": made.version})
    _shared.say(json.dumps({"config": made.version}))
    return 0


def apply(config: ElectionConfig, wanted: dict[str, Any]) -> ElectionConfig:
    """Return the configuration with what is wanted changed. Raises StaffMustFix ``config.unreadable`` (field)."""
    for name, value in wanted.items():
        try:
            config = replace(config, **{name: _value(name, value)})
        except (KeyError, TypeError, ValueError):
            raise StaffMustFix("config.unreadable", field=str(name)[:40]) from None
    if not config.opens <= config.closes <= config.election_day:
        raise StaffMustFix("config.unreadable", field="closes")
    if config.list_day is not None and not config.closes <= config.list_day <= config.election_day:
        raise StaffMustFix("config.unreadable", field="list_day")
    return config


def _value(name: str, value: Any) -> Any:
    if name in _DATES:
        return value if isinstance(value, date) else date.fromisoformat(value)
    if name in _KINDS:
        return tuple(_kind(entry, linking=_KINDS[name]) for entry in value)
    if name == "code":
        return CodeRules(**{part: _positive(value[part]) for part in _CODE})
    if name == "review_days":
        return _positive(value)
    if name == "returns_enabled" and isinstance(value, bool):
        return value
    raise ValueError(name)


def _kind(entry: dict[str, Any], *, linking: bool) -> AttachmentKind:
    words = {str(language): str(text) for language, text in entry.items() if language != "id"}
    if "sq" not in words:
        raise ValueError("words")
    return AttachmentKind(str(entry["id"]), Labels(MappingProxyType(words)), linking=linking)


def _positive(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("number")
    return value
