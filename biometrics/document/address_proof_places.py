"""Looks for a declared address on a page that was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from biometrics.document.address_proof_words import FLAT, KINDS_OF_A_LANGUAGE, SMALL, TYPES
from biometrics.document.declared_address import GREEK_SUFFIX, Declared, house, kind_of, stem
from biometrics.document.names import distance, same_word, sounds
from biometrics.document.page_lines import SINKS, Run, Token, next_cells, with_next


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


def find(readings: Sequence[Declared], page: list[Run], *, greek: bool) -> Place:
    """Return the best place on a page for a declared address in any of its readings."""
    best = Place()
    for declared in readings:
        place = _find(declared, page, greek)
        if place.score > best.score:
            best = place
    return best


def _find(declared: Declared, page: list[Run], greek: bool) -> Place:
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
    for right in next_cells(run, page):
        if right.left - run.right < 14 * run.height:
            found.append((list(run.tokens) + list(right.tokens), [run, right]))
    for below in page[index + 1 : index + 8]:
        step = below.middle - run.middle
        if (
            0.6 * run.height < step < 3.2 * run.height
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
    if not named or declared.kind in named:
        return False
    return any(declared.kind in language and kind in language for kind in named for language in KINDS_OF_A_LANGUAGE)


def _street_word(token: Token, word: str, greek: bool) -> bool:
    for text in token.readings:
        core = stem(text)
        if core == word:
            return True
        if not (word.isdigit() or len(word) < 3) and same_word(
            core, word, confidence=token.word.confidence - 12, greek_page=greek
        ):
            return True
    return False


def _short_for(token: Token, word: str, greek: bool) -> bool:
    """An initial or a beginning with a point: ``F.`` for Francesco, ``Ελ.`` for Eleftheriou."""
    if _consonants_of(token.text, word):
        return True
    if len(token.text) > 4 or not (token.dotted or len(token.text) == 1):
        return False
    return word.startswith(token.text) or any(
        b.startswith(a) for a in sounds(token.text, greek_page=greek) for b in sounds(word)
    )


def _consonants_of(text: str, word: str) -> bool:
    """``gdns`` for gardens, ``blvd`` for boulevard: the first letter and consonants in their order."""
    if not 2 <= len(text) < len(word) or text[0] != word[0] or set(text[1:]) & set("aeiouy"):
        return False
    rest = iter(word)
    return all(letter in rest for letter in text)


def _judge(
    declared: Declared, page: list[Run], line: list[Token], here: list[Run], start: int, end: int, greek: bool
) -> Place:
    number, other, number_at = _number(declared, line, start, end)
    mark = [line[start].word, line[end].word]
    if number_at is not None:
        mark.append(number_at.word)
    code, other_code = False, False
    town_at: list[Token] = []
    on = [*line[start : end + 1], *([number_at] if number_at is not None else [])]
    here = [run for run in here if any(token in run.tokens for token in on)]
    for group in _around(page, here):
        code, town_at = _has_code(declared, group), _has_town(declared, group, greek)
        other_code = not code and _another_code(declared, group)
        if code or town_at or other_code or any_address(group):
            break
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


def _house(text: str, declared: Declared) -> bool:
    text = text.translate(GREEK_SUFFIX)
    for form in (text, _digits(text)):
        digits, tail = house(form)
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


def _around(page: list[Run], here: list[Run]) -> tuple[list[Run], list[Run]]:
    """Where the town may stand: first the street's own lines and those under them, then what is above or beside.

    The line over an address window names the sender's town, and the next column another house. A row may sink a little
    on its way across a page that was not quite flat.
    """
    top, bottom = here[0].middle, here[-1].middle
    size = max(r.height for r in here)
    left, right = min(r.left for r in here), max(r.right for r in here)
    block, beside = [], []
    for run in page:
        if not top - 3.2 * size <= run.middle <= bottom + 5.5 * size:
            continue
        over = run.left <= right + size and run.right >= left - size
        if over and run.middle > top - 0.8 * size:
            block.append(run)
        elif abs(run.middle - top) < 0.8 * size + SINKS * max(run.left - right, left - run.right, 0) or (
            run.left <= right + 14 * size and run.right >= left - 14 * size
        ):
            beside.append(run)
    return block, beside


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


_SHAPES = {4: r"(?!(?:19|20)\d\d(?! [^\W\d]{3}))\d{4}", 5: r"\d{5}|\d{3} \d{2}"}
"""Postcodes of so many digits; four digits that may be a year need a name after them."""
_BRITISH = re.compile(r"(?<!\w)[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}(?!\w)")


def _another_code(declared: Declared, near: list[Run]) -> bool:
    """A code of the same shape beside a name that differs by more than a slip of reading."""
    if declared.code.isdigit():
        shape = _SHAPES.get(len(declared.code), r"(?!)")
        pattern = re.compile(rf"(?<!\d)(?<!\d )(?:{shape})(?= [^\W\d]{{3}})|(?<=[^\W\d]{{3}} )(?:{shape})(?! ?\d)")
    else:
        pattern = _BRITISH if declared.code else re.compile(r"(?!)")
    for run in near:
        for hit in pattern.finditer(" ".join(t.text for t in run.tokens)):
            code = hit.group().replace(" ", "")
            if len(code) != len(declared.code):
                return True
            slips = sum(a != b for a, b in zip(code, declared.code, strict=True))
            sure = min((t.word.confidence for t in run.tokens if t.text in code or code in t.text), default=0.0)
            if (slips >= 2 and sure >= 60) or (slips == 1 and sure >= 88):
                return True
    return False


def _has_town(declared: Declared, near: list[Run], greek: bool) -> list[Token]:
    for run in near:
        for at in range(len(run.tokens)):
            for name in declared.towns:
                found = _town_at(run.tokens, at, name, greek)
                if found:
                    return found
    return []


def _town_at(line: Sequence[Token], at: int, name: tuple[str, ...], greek: bool) -> list[Token]:
    """The tokens of a town that begins at a place; what follows a small word may be left out or shortened.

    Frankfurt am Main, Frankfurt a. M. and Frankfurt; Sesto San Giovanni and Sesto S. Giovanni.
    """
    small = next((i for i, w in enumerate(name) if i and (w in SMALL or len(w) == 1)), len(name))
    found: list[Token] = []
    for word, token in zip(name[:small], line[at : at + small], strict=False):
        whole = any(_same_town(r, word, min(80.0, token.word.confidence), greek) for r in token.readings)
        if not whole and not (found and (_short_for(token, word, greek) or (token.text, word) == ("st", "saint"))):
            return []
        found.append(token)
    return found if len(found) == small else []


def _same_town(read: str, meant: str, confidence: float, greek: bool) -> bool:
    """Albanian declines towns (Gjilan, Gjilani) and spells them by ear (Grac, Lion, Marsejë)."""
    if same_word(read, meant, confidence=confidence, greek_page=greek):
        return True
    if min(len(read), len(meant)) <= 3 or not read.isalpha():
        return False
    if min(len(read), len(meant)) > 4 and read.rstrip("aeiu") == meant.rstrip("aeiu"):
        return True
    return any(
        a[:1] == b[:1] and distance(a, b) <= 0.26 * len(b)
        for a in sounds(read, greek_page=greek)
        for b in sounds(meant)
        if len(b) > 3
    )


def _code_or_town(declared: Declared, page: list[Run], greek: bool) -> Place:
    code = _has_code(declared, page)
    town = _has_town(declared, page, greek)
    return Place(code=code, town=bool(town))


_CODE_SHAPE = r"(?:\d{5}|\d{3} \d{2}|[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|\d{4})"
_ANY_CODE = re.compile(
    rf"(?<!\d){_CODE_SHAPE} [^\W\d]{{3,}}|[^\W\d]{{3,}} {_CODE_SHAPE}(?!\d)|[^\W\d]{{3,}} [a-z]{{2}} \d{{5}}(?!\d)"
)


def any_address(page: list[Run]) -> bool:
    """Tell whether lines carry anything like an address: a postcode beside a word, an American state between them."""
    lines = [" ".join(t.text for t in run.tokens) for run in page]
    return any(_ANY_CODE.search(line) or _BRITISH.search(line) for line in lines)
