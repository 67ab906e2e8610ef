"""Words by id and language: one YAML file per language and area, read once (docs/decisions/003-texts.md).

``i18n/<lang>/<area>.yaml`` holds a flat map ``id: text``; the full id is ``<area>.<id>``. An area may be spread
over files ``<area>-<topic>.yaml``. A text may carry
``{name}`` places. A text that counts is a map ``{one: ..., other: ...}`` chosen by ``n`` (sq, en, it, el and de
all have these two forms, Unicode CLDR).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

import resources

LANGUAGES = ("sq", "en", "it", "el", "de")
"""Complete languages, the first is the default; a further one is a folder of YAML and a line here."""


class UnknownText(KeyError):
    """No such text id: a bug in the caller or an untranslated id; a test finds both."""


@cache
def table(lang: str) -> dict[str, Any]:
    """Return every text of one language as ``{"area.id": text or plural map}``."""
    texts: dict[str, Any] = {}
    for file in sorted(resources.path(f"i18n/{lang}").glob("*.yaml")):
        # The loader in C: the one in Python would cost half a second of the start.
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for key, value in content.items():
            texts[f"{file.stem.partition('-')[0]}.{key}"] = value
    return texts


def text(lang: str, text_id: str, **places: object) -> str:
    """Return the words for ``text_id`` in ``lang`` with its places filled.

    Raises:
        UnknownText: the id does not exist in that language.
        KeyError: a place of the text was not given.
    """
    try:
        entry = table(lang)[text_id]
    except KeyError:
        raise UnknownText(text_id) from None
    if isinstance(entry, dict):
        entry = entry["one" if places.get("n") == 1 else "other"]
    return str(entry).format(**places)


def has(lang: str, text_id: str) -> bool:
    """Tell whether ``text_id`` exists in ``lang``."""
    return text_id in table(lang)
