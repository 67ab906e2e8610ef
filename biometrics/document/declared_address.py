"""Takes a declared address apart: every way it can sensibly be read, for people type it in any order.

``Via Roma 12, int. 3, 20121 Milano``, ``12 rue Victor Hugo 75011 Paris``, ``Prishtina, Rr. Gjergj Fishta, nr. 58``.
Where street and town run together nothing but the page itself can tell them apart, so each split is a reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from biometrics.document.address_proof_words import (
    AFTER_THE_NAME,
    BEFORE_A_CODE,
    COUNTRIES,
    FLAT,
    FLOORS,
    MONTHS,
    NUMBER_WORDS,
    SMALL,
    STREET_KINDS,
    TOWNS,
    TYPES,
)
from biometrics.document.names import distance, tokens

_CODES = (
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(r"\b[A-Z]\d[\dW] ?(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{4}\b", re.IGNORECASE),
    re.compile(r"\b\d{4} ?(?!(?:LE|LA|DE|DU|AM|IM|AN|ST|EN)\b)[A-Z]{2}\b", re.IGNORECASE),
    re.compile(r"\b\d{5}\b|\b\d{3} \d{2}\b|\b\d{2}-\d{3}\b"),
    re.compile(r"\b\d{4}\b"),
)
"""Postcodes: British, Irish, Dutch; of five digits; of four."""
_HOUSE = re.compile(r"\d{1,4}[a-zα-ε]?")
_WITHOUT_NUMBER = frozenset({"snc", "pn"})
"""Senza numero civico, pa numër."""
_MOST_READINGS = 8
GREEK_SUFFIX = str.maketrans("αβγδε", "abcde")
"""Letters behind a house number on a Greek page: 43Α is 43A."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One reading of a declared address. All words folded."""

    street: tuple[str, ...] = field(repr=False)
    """Words that name the street, without its kind."""
    number: str = field(repr=False)
    """House number, digits only; "" when there is none."""
    letter: str = field(repr=False)
    code: str = field(repr=False)
    """Postcode without spaces, lower case."""
    towns: frozenset[tuple[str, ...]] = field(repr=False)
    """Every name the town may have, each as its words."""
    kind: str = ""
    """Group of STREET_KINDS the street was declared with; "" when it was not or is of no group."""


def readings(address: str) -> tuple[Declared, ...]:
    """Return the ways to read an address, the likeliest first; never none."""
    text = re.sub(r"\s*[\n;]\s*", ", ", address.strip())
    code = _postcode(text)
    chunks = list(_chunks(text, code))
    found: list[Declared] = []
    for street, number, letter, town in _candidates(chunks):
        towns = frozenset(name for words in town for name in _town_names(words))
        core = core_of(street)
        if core:
            found.append(Declared(tuple(core), number, letter, _plain(code), towns, _kind(street)))
    if not found:
        found.append(Declared((), "", "", _plain(code), frozenset(n for c in chunks for n in _town_names(c))))
    return tuple(dict.fromkeys(found))[:_MOST_READINGS]


def parse(address: str) -> Declared:
    """Return the likeliest reading."""
    return readings(address)[0]


def kind_of(word: str) -> str:
    """The group of street kinds a folded word belongs to, or ""."""
    return next((group for group, members in STREET_KINDS.items() if word in members), "")


def core_of(words: Iterable[str]) -> list[str]:
    """The words that tell one street from another."""
    kept = [stem(w) for w in words]
    core = [w for w in kept if w not in TYPES and w not in SMALL and w not in _WITHOUT_NUMBER]
    return core or [w for w in kept if w not in SMALL and w not in NUMBER_WORDS]


def stem(word: str) -> str:
    """``hauptstrasse`` and ``hauptstr`` -> ``hauptstr``; ``schillerplatz`` -> ``schillerpl``; ``28ης`` -> ``28``."""
    word = re.sub(r"(?<=\w{2})(strasse|strabe|stra8e|strafe|strase|strae|strale)$", "str", word)
    word = re.sub(r"(?<=\w{3})platz$", "pl", word)
    return re.sub(r"^(\d+)(η|ησ|is|ish|th|st|nd|rd)$", r"\1", word)


def house(word: str) -> tuple[str, str]:
    """(digits, letter) of a house number."""
    digits = re.match(r"\d+", word)
    return (digits.group(), word[digits.end() :][:1].translate(GREEK_SUFFIX)) if digits else ("", "")


def _plain(code: str) -> str:
    return re.sub(r"\W", "", code).lower()


def _postcode(text: str) -> str:
    for pattern in _CODES:
        hits = list(pattern.finditer(text))
        if hits:
            return hits[-1].group()
    return ""


def _chunks(text: str, code: str) -> Iterator[list[str]]:
    """Folded words between commas, dashes and the postcode, without countries, flats, provinces, c/o and P.O. boxes."""
    before, _, after = text.rpartition(code) if code else (text, "", "")
    pieces = [(p, False) for p in _pieces(before)]
    if code and pieces:
        pieces[-1] = (pieces[-1][0], True)
    for piece, leads_to_code in (*pieces, *((p, False) for p in _pieces(after))):
        words = tokens(piece)
        if re.match(r"\s*(c/o|p\.? ?o\.? ?box|presso|postfach|casella)\b", piece, re.IGNORECASE):
            continue
        if leads_to_code:
            words = _without_code_sign(words, piece)
        words = _without_flat(words)
        while words and words[-1] in COUNTRIES and not any(w.isdigit() for w in words):
            words = words[:-1]
        if len(words) > 1 and len(words[-1]) == 2 and words[-1].isalpha() and not any(w[0].isdigit() for w in words):
            words = words[:-1] if piece.rstrip(" )")[-2:].isupper() and not piece.isupper() else words
        if words and not (len(words) == 1 and words[0].isalpha() and len(words[0]) <= 2):
            yield words


def _without_code_sign(words: list[str], piece: str) -> list[str]:
    """Words before a postcode without its sign: ``I-``, ``D-``, ``Τ.Κ.``, ``CAP``."""
    if words[-2:] in (["τ", "κ"], ["t", "k"]):
        return words[:-2]
    signed = bool(words) and words[-1] in BEFORE_A_CODE and (len(words[-1]) > 1 or piece.rstrip().endswith("-"))
    return words[:-1] if signed else words


def _pieces(text: str) -> list[str]:
    return [p for p in re.split(r"[,()]+|\s[-–·/]\s", text) if p.strip()]


def _without_flat(words: list[str]) -> list[str]:
    """``scala b int 4``, ``flat 6``, ``ap 14``, ``3 og links``, ``2οσ οροφοσ`` name a door in the house."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if kept and (kept[-1] in SMALL or (kind_of(kept[-1]) and kept[-1] not in AFTER_THE_NAME)):
            kept.append(word)  # Piazza della Scala 4
            at += 1
        elif word in FLAT and (not following or following in FLAT or _door(following)):
            at += 2 if following and following not in FLAT else 1
        elif following in FLOORS and re.match(r"\d{1,2}\D{0,3}$", word):
            at += 2
        elif word in FLOORS:
            at += 1
        else:
            kept.append(word)
            at += 1
    return kept


def _door(word: str) -> bool:
    return len(word) <= 4 and (any(c.isdigit() for c in word) or len(word) == 1)


def _candidates(
    chunks: Sequence[list[str]],
) -> Iterator[tuple[list[str], str, str, list[list[str]]]]:
    """(street, number, letter, possible towns), likeliest first."""
    later: list[tuple[list[str], str, str, list[list[str]]]] = []
    for index, chunk in enumerate(chunks):
        others = [_letters_only(c) for i, c in enumerate(chunks) if i != index]
        numbers = [
            i
            for i, w in enumerate(chunk)
            if _HOUSE.fullmatch(w) and not (chunk[i + 1 : i + 2] and chunk[i + 1] in MONTHS)
        ]
        for at in sorted(numbers, key=lambda i: (i != 0, -i)):
            digits, letter = house(chunk[at])
            before, after = chunk[:at], chunk[at + 1 :]
            if not letter and after and len(after[0]) == 1 and after[0].isalpha() and after[0] not in SMALL:
                letter, after = after[0].translate(GREEK_SUFFIX), after[1:]
            while before and before[-1] in NUMBER_WORDS:
                before = before[:-1]
            if not _named(before) and not _named(after):
                # The number stands alone between commas: the street is before it, or after.
                for near in (index - 1, index + 1):
                    if 0 <= near < len(chunks) and _named(chunks[near]) and not _numbered(chunks[near]):
                        rest = [_letters_only(c) for i, c in enumerate(chunks) if i not in (index, near)]
                        yield from ((s, digits, letter, [*t, *rest]) for s, t in _from_kind(chunks[near]))
                continue
            if not before and index and not _numbered(chunks[index - 1]):
                # Leoforos Alexandras, 141 Patra
                rest = [_letters_only(c) for i, c in enumerate(chunks) if i not in (index, index - 1)]
                yield from ((s, digits, letter, [*t, after, *rest]) for s, t in _from_kind(chunks[index - 1]))
            if _named(before):
                yield from ((s, digits, letter, [*t, after, *others]) for s, t in _from_kind(before))
            if _named(after):
                splits = [(s, digits, letter, [t, before, *others]) for s, t in _splits(after, bool(others))]
                if _named(before):
                    later += splits[:1]
                else:
                    yield from splits
    yield from later
    if any(_numbered(chunk) for chunk in chunks):
        return
    for index, chunk in enumerate(chunks):
        if _named(chunk) and not _numbered(chunk) and (len(chunks) == 1 or any(kind_of(w) for w in chunk) or not index):
            yield chunk, "", "", [_letters_only(c) for i, c in enumerate(chunks) if i != index]
            return


def _named(words: Sequence[str]) -> bool:
    return any(len(w) > 1 and any(c.isalpha() for c in w) and w not in NUMBER_WORDS for w in words)


def _numbered(words: Sequence[str]) -> bool:
    return any(
        _HOUSE.fullmatch(w) and not (words[i + 1 : i + 2] and words[i + 1] in MONTHS) for i, w in enumerate(words)
    )


def _letters_only(words: Sequence[str]) -> list[str]:
    return [w for w in words if not w.isdigit()]


def _from_kind(words: list[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """(street, towns before it): ``prishtina rr gjergj fishta`` begins with its town."""
    at = next((i for i, w in enumerate(words) if i and kind_of(w) and w not in AFTER_THE_NAME and len(w) > 1), 0)
    if at and at < len(words) - 1:
        yield words[at:], [words[:at]]
    yield words, []


def _splits(words: list[str], town_elsewhere: bool) -> Iterator[tuple[list[str], list[str]]]:
    """(street, town) of words that follow a house number: ``mill lane coventry``, ``rue saint honore paris``."""
    end = next((i for i, w in enumerate(words) if i and w in AFTER_THE_NAME), None)
    if end is not None:
        yield words[: end + 1], words[end + 1 :]
    if not town_elsewhere:
        for cut in range(len(words) - 1, 0, -1):
            if _named(words[:cut]) and any(w not in TYPES and w not in SMALL for w in words[:cut]):
                yield words[:cut], words[cut:]
    yield words, []


def _kind(street: Sequence[str]) -> str:
    """The kind stands before or after the name; a single letter is none."""
    ends = [w for w in (street[0], street[-1]) if len(w) > 1 or w == "v"]
    return next((kind for kind in map(kind_of, ends) if kind), "")


def _town_names(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    own = tuple(w for w in words if w not in COUNTRIES and w not in NUMBER_WORDS)
    if not _named(own) or all(w in TYPES or w in SMALL for w in own):
        return frozenset()
    names = {own}
    joined = " ".join(own)
    for group in TOWNS:
        if joined in group or any(w in group for w in own) or any(distance(joined, g) <= 0.5 for g in group):
            names |= {tuple(g.split()) for g in group}
    return frozenset(names)
