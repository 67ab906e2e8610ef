"""Words for everything, over the whole product: languages equal, every error code has its sentence, every id exists."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from resources import texts

ROOT = Path(__file__).parents[3]
PACKAGES = ("kiosk", "server", "ui", "biometrics", "sync", "registration", "resources")
FIRST, *OTHERS = texts.LANGUAGES
NOT_TEXTS = {"receipt.pdf", "review.sign_in", "review.case", "voter.sign_in", "notify.yaml", "notify.settings_wrong"}
"""Look like ids but name a file, a page of the demo's record, an event of the audit log, an error code."""


@cache
def modules() -> dict[str, ast.Module]:
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for name, tree in modules().items():
        for node in ast.walk(tree):
            yield name, node


def name_of(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


@cache
def expected_errors() -> frozenset[str]:
    """Names of `Expected` and of every class derived from it."""
    found = {"Expected"}
    while True:
        more = {
            node.name
            for _, node in nodes()
            if isinstance(node, ast.ClassDef) and any(name_of(base) in found for base in node.bases)
        }
        if more <= found:
            return frozenset(found)
        found |= more


def raised() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield (place, code, call) for each error or finding made with a code that stands in the source."""
    for file, node in nodes():
        if not isinstance(node, ast.Call) or name_of(node.func) not in expected_errors() | {"Finding"} or not node.args:
            continue
        first = node.args[0]
        if isinstance(first, ast.JoinedStr):
            continue
        for part in ast.walk(first):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield f"{file}:{node.lineno}", part.value, node


def sentences(entry: object) -> list[str]:
    return [str(form) for form in entry.values()] if isinstance(entry, dict) else [str(entry)]


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_id(language: str) -> None:
    assert set(texts.table(language)) ^ set(texts.table(FIRST)) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_places_are_filled_in_every_language(language: str) -> None:
    differing = [
        text_id
        for text_id, entry in texts.table(FIRST).items()
        if set().union(*map(places, sentences(entry)))
        != set().union(*map(places, sentences(texts.table(language)[text_id])))
    ]
    assert not differing


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_can_be_said(language: str) -> None:
    for text_id, entry in texts.table(language).items():
        assert all(form.strip() for form in sentences(entry)), text_id
        if isinstance(entry, dict):
            assert set(entry) == {"one", "other"}, text_id
        names = set().union(*map(places, sentences(entry)))
        assert all(name.isidentifier() for name in names), text_id
        for n in (1, 2):
            assert texts.text(language, text_id, **dict.fromkeys(names, "x") | {"n": n}), text_id


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_id_stands_in_two_files(language: str) -> None:
    seen: dict[str, str] = {}
    for file in sorted((ROOT / "resources" / "i18n" / language).glob("*.yaml")):
        # The parsed document keeps the last of two equal keys; its nodes keep both.
        for key, _ in yaml.compose(file.read_text(encoding="utf-8")).value:
            text_id = f"{file.stem.partition('-')[0]}.{key.value}"
            assert text_id not in seen, f"{text_id} in {file.name} and {seen[text_id]}"
            seen[text_id] = file.name
    assert seen.keys() == texts.table(language).keys()


def test_every_error_raised_has_its_words() -> None:
    found = list(raised())
    assert len(found) > 150, "the search for errors finds next to nothing"
    assert not [(place, code) for place, code, _ in found if f"errors.{code}" not in texts.table(FIRST)]


def test_every_error_named_in_a_docstring_has_its_words() -> None:
    """Codes chosen at run time stand in the docstring of what raises them."""
    families = {text_id.split(".")[1] for text_id in texts.table(FIRST) if text_id.startswith("errors.")}
    missing = []
    for file, node in nodes():
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            said = ast.get_docstring(node) or ""
            _, _, after = said.partition("Raises")
            for code in re.findall(r"``([a-z_]+\.[a-z_]+)``", after):
                if code.split(".")[0] in families and f"errors.{code}" not in texts.table(FIRST):
                    missing.append((file, code))
    assert not missing


def test_every_error_brings_what_its_sentence_says() -> None:
    lacking = []
    for place, code, call in raised():
        if name_of(call.func) == "Finding" or any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {str(keyword.arg) for keyword in call.keywords}
        wanted = set().union(*map(places, sentences(texts.table(FIRST).get(f"errors.{code}", ""))))
        if not wanted <= given:
            lacking.append((place, code, wanted - given))
    assert not lacking


def test_every_text_named_in_the_program_exists() -> None:
    areas = {text_id.split(".")[0] for text_id in texts.table(FIRST)} - {"errors"}
    shape = re.compile(rf"^(?:{'|'.join(sorted(areas))})\.[a-z_]+(?:\.[a-z_0-9-]+)*$")
    known = texts.table(FIRST)
    missing = []
    for file, node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.match(node.value):
            named = node.value
            # A name with further names under it is a page's: its words are looked up below it. One that ends in an
            # underscore, or stands before a place, is the beginning of a name.
            if named not in NOT_TEXTS and not any(k == named or k.startswith((f"{named}.", named)) for k in known):
                missing.append((file, node.lineno, named))
    assert not missing


def test_no_error_text_is_left_over() -> None:
    """Each sentence belongs to a code that the program or a service definition can still say."""
    source = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in modules())
    source += "\n".join(f.read_text(encoding="utf-8") for f in (ROOT / "resources" / "services").glob("*.yaml"))
    built = {"errors.password.length", "errors.password.upper", "errors.password.lower", "errors.password.digit"}
    left = []
    for text_id in texts.table(FIRST):
        area, _, code = text_id.partition(".")
        family, _, rest = code.partition(".")
        said = code in source or (family == "service" and f'"{rest}"' in source)
        if area == "errors" and text_id not in built and not said:
            left.append(text_id)
    assert not left


def test_our_services_speak_every_language() -> None:
    lacking = []
    for file in sorted((ROOT / "resources" / "services").glob("*.yaml")):
        for node in _maps(yaml.safe_load(file.read_text(encoding="utf-8"))):
            if FIRST in node and all(isinstance(value, str) for value in node.values()):
                lacking += [(file.name, node[FIRST], language) for language in OTHERS if not node.get(language)]
    assert not lacking


def _maps(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _maps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _maps(inner)
