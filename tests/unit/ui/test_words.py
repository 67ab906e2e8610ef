"""Both languages have every text, with the same places, and the pages name only texts that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ui
from resources import texts
from ui.words import Words

OURS = ("shell.", "voter.", "receipt.", "country.", "errors.")
PLACE = re.compile(r"{(\w+)}")
NAMED = re.compile(r'"((?:shell|voter|receipt)\.[a-z_]+(?:\.[a-z_0-9-]+)*)"')


def whole(entry: object) -> str:
    return " ".join(map(str, entry.values())) if isinstance(entry, dict) else str(entry)


def ours(language: str) -> dict[str, object]:
    return {key: value for key, value in texts.table(language).items() if key.startswith(OURS)}


def test_both_languages_have_the_same_texts() -> None:
    assert set(ours("sq")) == set(ours("en"))


def test_the_same_places_are_filled_in_both() -> None:
    sq, en = ours("sq"), ours("en")
    for key, entry in sq.items():
        assert set(PLACE.findall(whole(entry))) == set(PLACE.findall(whole(en[key]))), key


def test_no_text_is_empty_or_left_in_albanian() -> None:
    for key, entry in ours("en").items():
        assert whole(entry).strip(), key
        if not key.startswith(("country.", "shell.language_name")):
            assert not re.search(r"[ëË]", whole(entry).replace("“HYR NË PER”", "")), key


def test_the_pages_name_only_texts_that_exist() -> None:
    missing = set()
    for file in Path(ui.__path__[0]).rglob("*.py"):
        for text_id in NAMED.findall(file.read_text(encoding="utf-8")):
            # A name that ends in an underscore is the beginning of several.
            begins = text_id if text_id.endswith("_") else f"{text_id}."
            if not texts.has("sq", text_id) and not any(k.startswith(begins) for k in texts.table("sq")):
                missing.add(f"{file.name}: {text_id}")
    assert not missing


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [("sq", "2026-05-11", "11 maj 2026"), ("en", "2026-05-11", "11 May 2026"), ("sq", "1985-13", "1985-13")],
)
def test_days_are_written_out(language: str, day: str, written: str) -> None:
    assert Words(language).day(day) == written


def test_an_unknown_language_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no such language"):
        Words().choose("xx")
