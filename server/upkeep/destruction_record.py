"""The record of a destruction (B7-05) as a page to print: what, when, by whom, before whom, with lines to sign on.

The page repeats the signed document; its last lines carry the document itself, so that paper and signature stay
together.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from datetime import datetime

from registration.model.civil_day import ALBANIA
from resources import texts

COUNTS = ("cases", "versions", "accounts", "packets", "notices")
_WIDTH = 76


def page(document: Mapping[str, str], language: str) -> str:
    """Return the page of a signed record as plain text, 76 columns wide."""
    record = json.loads(document["body"])

    def words(name: str, **places: object) -> str:
        return texts.text(language, f"destruction.{name}", **places)

    at = datetime.fromisoformat(record["destroyed"]).astimezone(ALBANIA)
    lines = [words("title"), "=" * len(words("title")), ""]
    lines += textwrap.wrap(words("what", election=record["election"]), _WIDTH)
    lines += ["", f"{words('when')}: {at:%d.%m.%Y %H:%M} ({at:%Z})", f"{words('by')}: {record['by']}", ""]
    lines += [f"  {words(f'count.{name}'):<52}{record[name]:>12}" for name in COUNTS]
    lines += ["", words("log", index=record["log_index"], size=record["log_size"]), f"  {record['log_root']}", ""]
    lines += [words("present"), ""]
    for name in (record["by"], *record["witnesses"]):
        lines += [f"  {name:<34}{'_' * 38}", ""]
    lines += [words("document"), ""]
    for part in ("body", "signature"):
        for line in document[part].splitlines():
            lines += textwrap.wrap(line, _WIDTH, break_on_hyphens=False) or [""]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
