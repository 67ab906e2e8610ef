"""Takes a declared address apart and looks for it on a page that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from biometrics.document.address_proof_words import COUNTRIES, FLAT, SMALL, STREET_KINDS, TOWNS, TYPES
from biometrics.document.names import distance, same_word, sounds, tokens
from biometrics.document.page_read import Run, Token, with_next

_CODES = (
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(r"\b[A-Z]\d[\dW] ?[A-Z\d]{4}\b", re.IGNORECASE),
    re.compile(r"\b\d{4} ?[A-Z]{2}\b(?=.*\w)", re.IGNORECASE),
    re.compile(r"\b\d{5}\b|\b\d{3} \d{2}\b|\b\d{2}-\d{3}\b", re.IGNORECASE),
    re.compile(r"\b\d{4}\b", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared address taken apart. All words folded."""

    street: tuple[str, ...] = field(repr=False)
    """Words that name the street, without its kind."""
    number: str = field(repr=False)
    """House number, digits only; "" when there is none."""
    letter: str = field(repr=False)
    code: str = field(repr=False)
    """Postcode without spaces, lower case."""
    towns: frozenset[tuple[str, ...]] = field(repr=False)
    """Every name of the town, each as its words."""
    kind: str = ""
    """Group of STREET_KINDS the street was declared with; "" when it was not or is of no group."""


@dataclass(frozen=True, slots=True)
class Place:
    """What of a declared address was found, and where on the page (left, top, right, bottom)."""

    street: bool = False
    number: bool = False
    other_number: bool = False
    """Another house number stands where the declared one should."""
    code: bool = False
    other_code: bool = False
    town: bool = False
    box: tuple[float, float, float, float] | None = None

    @property
    def score(self) -> int:
        return 4 * self.street + 3 * self.number + 2 * self.code + 2 * self.town - self.other_number - self.other_code


def parse(address: str) -> Declared:
    """Take apart ``Via Roma 12, int. 3, 20121 Milano``, ``12 rue Victor Hugo, 75011 Paris`` and the like."""
    text = " ".join(re.split(r"[\n;]+", address)).strip()
    code = _postcode(text)
    segments = [s.strip() for s in re.split(r"[,\n;]+", address) if s.strip()]
    if len(segments) == 1 and code:
        before, _, after = text.partition(code)
        segments = [before.strip()] + ([f"{code} {after.strip()}"] if after.strip() else [code])
    street: list[str] = []
    number = letter = ""
    town: list[str] = []
    for index, segment in enumerate(segments):
        has_code = bool(code) and code in segment
        left = tokens(segment.replace(code, " ", 1)) if has_code else tokens(segment)
        if has_code and not (index == 0 and not street and any(t.isdigit() for t in left)):
            town = town or [t for t in left if not t.isdigit()]
        elif not street and any(any(c.isalpha() for c in t) for t in left):
            street, number, letter = _street(left)
            if not street:
                street = left
        elif street and not number and left and re.fullmatch(r"\d{1,4}[a-zα-ε]?", left[-1]) and not set(left) & FLAT:
            number, letter = _split(left[-1])
        elif street and not town and not (set(left) & (COUNTRIES | FLAT)) and not any(t.isdigit() for t in left):
            town = [t for t in left if len(t) > 2]
    kinds = [kind for kind in (kind_of(word) for word in tokens(segments[0] if segments else "")) if kind]
    return Declared(
        tuple(street), number, letter, re.sub(r"\W", "", code).lower(), _town_names(town), kinds[0] if kinds else ""
    )


def kind_of(word: str) -> str:
    """The group of street kinds a folded word belongs to, or ""."""
    return next((group for group, members in STREET_KINDS.items() if word in members), "")


def _postcode(text: str) -> str:
    for pattern in _CODES:
        hits = list(pattern.finditer(text))
        if hits:
            return text[hits[-1].start() : hits[-1].end()]
    return ""


def _split(token: str) -> tuple[str, str]:
    digits = re.match(r"\d+", token)
    return (digits.group(), token[digits.end() :][:1].translate(_GREEK_SUFFIX)) if digits else ("", "")


def _street(words: list[str]) -> tuple[list[str], str, str]:
    numbers = [i for i, w in enumerate(words) if re.fullmatch(r"\d{1,4}[a-zα-ε]?", w)]
    if not numbers:
        return _core(words), "", ""
    at = 0 if numbers[0] == 0 and len(words) > 1 else numbers[-1]
    number, letter = _split(words[at])
    rest = words[:at] + words[at + 1 :]
    if not letter and at < len(words) - 1 and at > 0 and len(words[at + 1]) == 1:
        letter = words[at + 1]
        rest = words[:at] + words[at + 2 :]
    return _core(rest), number, letter


def _core(words: Iterable[str]) -> list[str]:
    kept = [_stem(w) for w in words]
    core = [w for w in kept if w not in TYPES and w not in SMALL and w not in FLAT]
    return core or [w for w in kept if w not in SMALL]


def _stem(word: str) -> str:
    """``hauptstrasse`` and ``hauptstr`` -> ``hauptstr``; ``28ης`` -> ``28``."""
    word = re.sub(r"(?<=\w{2})(strasse|strabe|stra8e|strafe|strase|strae|strale)$", "str", word)
    return re.sub(r"^(\d+)(η|ησ|is|ish|th|st|nd|rd)$", r"\1", word)


def _town_names(words: list[str]) -> frozenset[tuple[str, ...]]:
    own = tuple(w for w in words if w not in COUNTRIES)
    if not own:
        return frozenset()
    names = {own}
    joined = " ".join(own)
    for group in TOWNS:
        if joined in group or any(w in group for w in own) or any(distance(joined, g) <= 0.5 for g in group):
            names |= {tuple(g.split()) for g in group}
    return frozenset(names)


# ---------------------------------------------------------------- looking for it


def find(declared: Declared, page: list[Run], *, greek: bool) -> Place:
    """Return the best place on a page for a declared address."""
    best = Place()
    for index, run in enumerate(page):
        for line, here in _lines_from(page, index, run):
            for start, end, whole in _street_spans(declared, line, greek):
                place = _judge(declared, page, line, here, start, end, greek)
                # Via Verdi may be short for Via Giuseppe Verdi when all the rest is right.
                if place.score > best.score and (whole or (place.number and (place.code or place.town))):
                    best = place
    if not best.street:
        around = _code_or_town(declared, page, greek)
        return around if around.score > best.score else best
    return best


def _lines_from(page: list[Run], index: int, run: Run) -> list[tuple[list[Token], list[Run]]]:
    """The run alone, with the next cell of its row, and with the run under it: an address that a line break cuts."""
    found = [(list(run.tokens), [run])]
    cells = [r for r in page if r.left > run.right and abs(r.middle - run.middle) < 0.6 * run.height]
    if cells:
        right = min(cells, key=lambda r: r.left)
        if right.left - run.right < 14 * run.height:
            found.append((list(run.tokens) + list(right.tokens), [run, right]))
    for below in page[index + 1 : index + 8]:
        step = below.middle - run.middle
        if (
            0.6 * run.height < step < 2.6 * run.height
            and below.left <= run.right
            and run.left <= below.right + run.height
        ):
            found.append((list(run.tokens) + list(below.tokens), [run, below]))
            break
    return found


def _street_spans(declared: Declared, line: list[Token], greek: bool) -> list[tuple[int, int, bool]]:
    """Token spans (first, last, enough of it) in which the street's name stands."""
    core = declared.street
    if not core:
        return []
    # Any longer word of the name may be the one that is printed in full: V. Hugo, Victor H.
    longest = max(core, key=lambda w: (not w.isdigit(), len(w)))
    keys = dict.fromkeys([longest, *(w for w in core if len(w) >= 4)])
    return [span for key in keys for span in _spans_of(key, declared, line, greek)]


def _spans_of(key: str, declared: Declared, line: list[Token], greek: bool) -> list[tuple[int, int, bool]]:
    core = declared.street
    others = [w for w in core if w != key]
    spans = []
    for at, token in enumerate(line):
        first = last = at
        if not _street_word(token, key, greek):
            both = with_next(line, at)
            if both is None or len(key) < 5 or not _street_word(both, key, greek):
                continue
            last = at + 1
        weight, total = float(len(key)), float(sum(map(len, core)))
        for word in others:
            near = range(max(0, at - len(core) - 2), min(len(line), at + len(core) + 3))
            hit = next((i for i in near if not at <= i <= last and _street_word(line[i], word, greek)), None)
            if hit is None:
                hit = next((i for i in near if not at <= i <= last and _short_for(line[i], word, greek)), None)
            if hit is not None:
                weight += len(word)
                first, last = min(first, hit), max(last, hit)
        whole = weight >= 0.6 * total
        if (whole or (key == core[-1] and len(key) >= 5)) and not _other_kind(declared, line, first, last):
            spans.append((first, last, whole))
    return spans


def _other_kind(declared: Declared, line: list[Token], first: int, last: int) -> bool:
    """Beside the street's name stands another kind of street: Piazza Roma is not Via Roma."""
    if not declared.kind:
        return False
    before = [t for t in reversed(line[max(0, first - 4) : first]) if t.text not in SMALL and len(t.text) > 1][:1]
    # A surname or a first name may stand between: Via Francesco Baracca, Piazza G. Marconi.
    kinds = [kind_of(t.text) for t in (*before, *line[last + 1 : last + 2])]
    named = [kind for kind in kinds if kind]
    return bool(named) and declared.kind not in named


def _street_word(token: Token, word: str, greek: bool) -> bool:
    for text in token.readings:
        stem = _stem(text)
        if stem == word:
            return True
        if not (word.isdigit() or len(word) < 3) and same_word(
            stem, word, confidence=token.word.confidence - 12, greek_page=greek
        ):
            return True
    return False


def _short_for(token: Token, word: str, greek: bool) -> bool:
    """An initial or a beginning with a point: ``F.`` for Francesco, ``Ελ.`` for Eleftheriou."""
    if len(token.text) > 4 or not (token.dotted or len(token.text) == 1):
        return False
    return word.startswith(token.text) or any(
        b.startswith(a) for a in sounds(token.text, greek_page=greek) for b in sounds(word)
    )


def _judge(
    declared: Declared, page: list[Run], line: list[Token], here: list[Run], start: int, end: int, greek: bool
) -> Place:
    number, other, number_at = _number(declared, line, start, end)
    mark = [line[start].word, line[end].word]
    if number_at is not None:
        mark.append(number_at.word)
    near = _around(page, here)
    code = _has_code(declared, near)
    town_at = _has_town(declared, near, greek)
    other_code = not code and _another_code(declared, near)
    boxes = [(w.left, w.top, w.right, w.bottom) for w in mark] + [
        (t.word.left, t.word.top, t.word.right, t.word.bottom) for t in town_at
    ]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Place(True, number, other, code, other_code, bool(town_at), box)


def _number(declared: Declared, line: list[Token], start: int, end: int) -> tuple[bool, bool, Token | None]:
    """(declared house number stands there, another one does, where). Only the number next to the street counts."""
    if not declared.number:
        return True, False, None
    inside = next((t for t in line[start : end + 1] if any(_house(r, declared) for r in t.readings)), None)
    if inside is not None:
        return True, False, inside
    after, before = _next_number(line[end + 1 : end + 5]), _next_number(list(reversed(line[max(0, start - 5) : start])))
    seen = [group for group in (after, before) if group]
    for group in seen:
        for token in group:
            if any(_house(reading, declared) for reading in token.readings):
                return True, False, token
    return False, any(re.fullmatch(r"\d{1,4}[a-zα-ε]?", _digits(group[0].text)) for group in seen), None


def _next_number(tokens_on: list[Token]) -> list[Token]:
    """The first number met going away from a street, with the rest of the same word: 12-14, 12/A."""
    for index, token in enumerate(tokens_on):
        if any(_numeric(reading) for reading in token.readings):
            return [token, *(t for t in tokens_on[index + 1 : index + 3] if t.word is token.word)]
        if token.text in FLAT or (len(token.text) > 3 and token.text not in TYPES and token.text not in SMALL):
            return []
    return []


def _digits(text: str) -> str:
    if any(c.isdigit() for c in text):
        return (
            text.translate(str.maketrans("oilsb", "01158")) if sum(c.isdigit() for c in text) * 2 >= len(text) else text
        )
    return {"l": "1", "i": "1", "o": "0", "ll": "11", "il": "11", "li": "11"}.get(text, text)


def _numeric(text: str) -> bool:
    return any(c.isdigit() for c in text)


_GREEK_SUFFIX = str.maketrans("αβγδε", "abcde")
"""Letters behind a house number on a Greek page: 43Α is 43A."""


def _house(text: str, declared: Declared) -> bool:
    text = text.translate(_GREEK_SUFFIX)
    for form in (text, _digits(text)):
        digits, tail = _split(form)
        if digits == declared.number and len(form) - len(digits) <= 1:
            return (
                not (tail and declared.letter)
                or tail == declared.letter
                or (tail + declared.letter) in ("8b", "b8", "4a", "a4")
            )
    # A letter read as a digit: 12B -> 128.
    return bool(declared.letter) and text == declared.number + {"b": "8", "a": "4", "o": "0", "s": "5"}.get(
        declared.letter, "-"
    )


def _around(page: list[Run], here: list[Run]) -> list[Run]:
    top, bottom = here[0].middle, here[-1].middle
    size = max(r.height for r in here)
    left, right = min(r.left for r in here), max(r.right for r in here)
    return [
        r
        for r in page
        if top - 3.2 * size <= r.middle <= bottom + 5.5 * size
        and (
            abs(r.middle - top) < 0.8 * size  # another cell of the row, however far
            or (r.left <= right + 14 * size and r.right >= left - 14 * size)
        )
    ]


def _joined(run: Run) -> str:
    return " ".join(_digits(t.text) for t in run.tokens)


def _lines_read(run: Run) -> list[str]:
    """What a run may say: as first read, and as its other readings have it."""
    most = max(len(t.others) for t in run.tokens)
    return [" ".join(t.readings[min(n, len(t.others))] for t in run.tokens) for n in range(min(most, 4) + 1)]


def _has_code(declared: Declared, near: list[Run]) -> bool:
    if not declared.code:
        return False
    return any(_spaced(declared.code).search(form) for r in near for form in (_joined(r), *_lines_read(r)))


def _spaced(code: str) -> re.Pattern[str]:
    loose = {"o": "[o0]", "0": "[o0]", "1": "[1il]", "i": "[1i]", "5": "[5s]", "s": "[5s]", "8": "[8b]", "b": "[8b]"}
    return re.compile(r"(?<![0-9])" + " ?".join(loose.get(c, re.escape(c)) for c in code) + r"(?![0-9])")


def _another_code(declared: Declared, near: list[Run]) -> bool:
    """A code of the same shape that differs by more than a slip of reading."""
    if not declared.code.isdigit():
        return False
    for run in near:
        for hit in re.finditer(r"(?<!\d)\d[\d ]{2,5}\d(?!\d)", _joined(run)):
            code = hit.group().replace(" ", "")
            if len(code) == len(declared.code):
                slips = sum(a != b for a, b in zip(code, declared.code, strict=True))
                sure = min((t.word.confidence for t in run.tokens if t.text in code or code in t.text), default=0.0)
                if slips >= 2 or (slips == 1 and sure >= 88):
                    return True
    return False


def _has_town(declared: Declared, near: list[Run], greek: bool) -> list[Token]:
    for run in near:
        for at in range(len(run.tokens)):
            for name in declared.towns:
                part = run.tokens[at : at + len(name)]
                if len(part) == len(name) and all(
                    any(_same_town(r, w, min(80.0, t.word.confidence), greek) for r in t.readings)
                    for t, w in zip(part, name, strict=True)
                ):
                    return list(part)
    return []


def _same_town(read: str, meant: str, confidence: float, greek: bool) -> bool:
    """Albanian declines towns: Gjilan, Gjilani; Prishtinë, Prishtina."""
    if same_word(read, meant, confidence=confidence, greek_page=greek):
        return True
    return min(len(read), len(meant)) > 4 and read.rstrip("aeiu") == meant.rstrip("aeiu")


def _code_or_town(declared: Declared, page: list[Run], greek: bool) -> Place:
    code = _has_code(declared, page)
    town = _has_town(declared, page, greek)
    return Place(code=code, town=bool(town))


_CODE_SHAPE = r"(?:\d{5}|\d{3} \d{2}|[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|\d{4})"
_ANY_CODE = re.compile(rf"(?<!\d){_CODE_SHAPE} [^\W\d]{{3,}}|[^\W\d]{{3,}} {_CODE_SHAPE}(?!\d)")


def any_address(page: list[Run]) -> bool:
    """Tell whether a page carries anything like an address: a postcode beside a word, under or beside a number."""
    return any(_ANY_CODE.search(" ".join(t.text for t in run.tokens)) for run in page)
