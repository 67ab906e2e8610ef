"""Looks for the holder's name on a page: any order, capitals or not, initials, one of two surnames, Greek letters.

A relative is not the holder: the given name must be theirs, beside the surname, and not a father's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from biometrics.document import given_names
from biometrics.document.names import distance, is_greek, same_word, sounds, tokens
from biometrics.document.page_lines import Run, Token, next_cells, with_next
from registration.model.documents import Found

Box = tuple[float, float, float, float]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_AND = _words("e ed und and et dhe och y και κ u")
_BORN = _words("nata nato geb geborene ne nee born lindur e i το γενοσ")
"""Words between a married name and the one at birth: Elira Becker geb. Hoxha."""
_FATHER = _words("του fu paternita padre πατροσ πατρωνυμο πατερα father pere vater vaters babai babait ati atesia")
"""Words before which or after which a given name is the father's: ΧΟΤΖΑ ΑΡΜΠΕΝ ΤΟΥ ΛΟΥΑΝ."""


_GREEK_INITIALS = {"μ": "b", "ν": "d", "γ": "gj", "τ": "cqx", "σ": "s"}
"""Sounds that Greek writes with two letters (μπ, ντ, γκ, τζ, τσ) leave the first of them as an initial."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose name is looked for: the first given name, and in `rest` the words of the surname."""

    given: str = field(repr=False)
    rest: tuple[str, ...] = field(repr=False)


def holder(names: Sequence[str]) -> Holder | None:
    """Take a name apart: its parts with the given names first, or one text ``Given Surname`` or ``Surname, Given``."""
    surname, comma, given = ", ".join(names).partition(",") if len(names) == 1 else ("", "", "")
    ordered = [given, surname] if comma and tokens(given) else list(names)
    parts = [tokens(part) for part in ordered if tokens(part)]
    if not parts:
        return None
    if len(parts) > 1:
        return Holder(parts[0][0], _surnames([w for part in parts[1:] for w in part]))
    given_name, *rest = parts[0]
    # In one text a second given name is no surname, as long as a surname follows.
    while len(rest) > 1 and rest[0] in given_names.GIVEN_NAMES:
        rest = rest[1:]
    return Holder(given_name, _surnames(rest))


def _surnames(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a surname; two of them also as one, for a narrow gap is lost in reading."""
    kept = tuple(w for w in words if len(w) > 1)
    return ("".join(kept), *kept) if len(kept) == 2 else kept


def find(name: Holder | None, page: Sequence[Run], *, greek: bool) -> tuple[Found, Box | None]:
    """YES with its place; PARTLY when only another word of the name stands there: perhaps a relative; else NO."""
    if name is None:
        return Found.NO, None
    partly: Box | None = None
    for index, run in enumerate(page):
        if not (
            any(_hit(run.tokens, i, name, greek) for i in range(len(run.tokens)))
            or _glued(name, run.tokens)
            or _initial(run.tokens[-1], name.given, greek)
        ):
            continue
        box = (
            _in_line(name, run.tokens, greek)
            or _in_cells(name, run, page, greek)
            or _over_two_lines(name, run, page[index + 1 : index + 16], greek)
            or _broken(name, run, page[index + 1 : index + 16], greek)
        )
        if box is not None:
            return Found.YES, box
        if partly is None:
            surname = next((t for t in run.tokens if any(_is(t, w, greek) for w in name.rest[-2:])), None)
            partly = _box([surname]) if surname else None
    return (Found.PARTLY, partly) if partly else (Found.NO, None)


def _hit(line: Sequence[Token], at: int, name: Holder, greek: bool) -> bool:
    return _at_given(line, at, name, greek) or any(_at(line, at, w, greek) for w in name.rest)


def _is(token: Token, word: str, greek: bool) -> bool:
    return any(
        len(text) >= 2 and same_word(text, word, confidence=token.word.confidence, greek_page=greek)
        for text in token.readings
    )


def _is_given(token: Token, word: str, greek: bool) -> bool:
    """The given name itself: no other name that only looks like it, in any of the readings."""
    if any(given_names.another(text, word, greek=greek) for text in token.readings):
        return word in token.readings
    return _is(token, word, greek)


def _at_given(line: Sequence[Token], at: int, name: Holder, greek: bool) -> bool:
    if at > 0 and line[at - 1].text in _FATHER:
        return False
    if _is_given(line[at], name.given, greek):
        return True
    return _with_next_is(line, at, name.given, greek)


def _at(line: Sequence[Token], at: int, word: str, greek: bool) -> bool:
    return _is(line[at], word, greek) or _with_next_is(line, at, word, greek)


def _with_next_is(line: Sequence[Token], at: int, word: str, greek: bool) -> bool:
    both = with_next(line, at) if len(word) > 4 and len(line[at].text) < len(word) else None
    return both is not None and _is(both, word, greek)


def _in_line(name: Holder, line: Sequence[Token], greek: bool) -> Box | None:
    at_given = [i for i in range(len(line)) if _at_given(line, i, name, greek)]
    at_rest = [i for i in range(len(line)) if any(_at(line, i, w, greek) for w in name.rest)]
    for i in at_given:
        if not name.rest:
            return _box([line[i]])
        for j in at_rest:
            if i != j and _beside(line, i, j, at_rest):
                return _box([line[i], line[j]])
    for j in at_rest:
        for i in (j - 1, j + 1, j - 2, j + 2):
            if 0 <= i < len(line) and _initial(line[i], name.given, greek) and not _full_name_beside(line, i, j):
                return _box([line[i], line[j]])
    return _glued(name, line)


def _beside(line: Sequence[Token], given: int, surname: int, known: Sequence[int]) -> bool:
    """Only other words of the name stand between, or one stranger: a father's or a second given name.

    ``Arben und Mira Hoxha`` shares one surname; ``Mario Hoxha e Arben Rossi`` does not.
    """
    low, high = min(given, surname), max(given, surname)
    between = [line[k] for k in range(low + 1, high) if k not in known]
    if given < surname and any(t.text in _BORN and len(t.text) > 1 for t in between):
        return sum(t.text not in _BORN and len(t.text) > 1 for t in between) <= 2
    joined = any(t.text in _AND for t in between)
    strangers = [t for t in between if t.text not in _AND and len(t.text) > 1]
    if joined:
        return given < surname and len(strangers) <= 2
    return len(strangers) <= 1 and not any(t.text in _FATHER for t in between[-1:])


def _in_cells(name: Holder, run: Run, page: Sequence[Run], greek: bool) -> Box | None:
    """Given name and surname in two cells of one row of a table."""
    for right in next_cells(run, page):
        a, b = run.tokens[-1], right.tokens[0]
        for first, second in ((a, b), (b, a)):
            given = _is_given(first, name.given, greek) or _initial(first, name.given, greek)
            if given and any(_is(second, w, greek) for w in name.rest):
                return _box([a, b])
    return None


def _full_name_beside(line: Sequence[Token], i: int, j: int) -> bool:
    """Something longer than an initial stands between the initial and the surname."""
    return any(len(line[k].text) > 2 for k in range(min(i, j) + 1, max(i, j)))


def _initial(token: Token, given: str, greek: bool) -> bool:
    if len(token.text) != 1 or not token.text.isalpha():
        return False
    if token.text == given[0]:
        return True
    if greek and given[0] in _GREEK_INITIALS.get(token.text, ""):
        return True
    return greek and any(a == b[:1] for a in sounds(token.text, greek_page=True) for b in sounds(given))


def _glued(name: Holder, line: Sequence[Token]) -> Box | None:
    """Both words read as one: ``HOXHAARBEN``; or one word read in two pieces: ``HOX HA ARBEN``."""
    for token in line:
        for word in name.rest:
            if any(len(t) > 7 and _run_together(t, name.given, word) for t in token.readings):
                return _box([token])
            # LLAZARI N. without its gap and its point.
            if len(word) > 4 and token.word.confidence < 85 and word + name.given[0] in token.readings:
                return _box([token])
    for index in range(len(line) - 2):
        three = "".join(t.text for t in line[index : index + 3])
        for word in name.rest:
            if len(three) > 7 and three in (name.given + word, word + name.given):
                return _box(line[index : index + 3])
    return None


def _run_together(text: str, given: str, surname: str) -> bool:
    both = (given + surname, surname + given)
    if not is_greek(text):
        return text in both
    # ΜΠΡΑΧΙΜΑΙΙΛΙΡ
    return any(distance(a, b) <= 0.1 * len(b) for a in sounds(text) for each in both for b in sounds(each))


def _over_two_lines(name: Holder, run: Run, below: Sequence[Run], greek: bool) -> Box | None:
    """Label and value rows (Cognome / Nome), or a name cut by the end of a line."""
    here_given = next((t for i, t in enumerate(run.tokens) if _at_given(run.tokens, i, name, greek)), None)
    here_rest = next((t for t in run.tokens if any(_is(t, w, greek) for w in name.rest)), None)
    if (here_given is None) == (here_rest is None):
        return None
    for other in below:
        step = other.middle - run.middle
        if not 0.5 * run.height < step < 9 * run.height:
            continue
        near = step < 3.6 * run.height
        for at, token in enumerate(other.tokens):
            if here_rest:
                alone = len(other.tokens) == 1 and _initial(token, name.given, greek)
                wanted = alone or _at_given(other.tokens, at, name, greek)
            else:
                wanted = any(_is(token, w, greek) for w in name.rest)
            first = here_given or here_rest
            assert first is not None
            # Fields of a form may be further apart, but then they begin at the same place.
            aligned = abs(token.word.left - first.word.left) < (6 if near else 0.7) * run.height
            # In the midst of two lines of a text stand two people.
            ends = token in (other.tokens[0], other.tokens[-1]) or first in (run.tokens[0], run.tokens[-1])
            if wanted and aligned and ends:
                return _box([first, token])
    return None


def _broken(name: Holder, run: Run, below: Sequence[Run], greek: bool) -> Box | None:
    """A name cut by the end of a line. The next line of a text begins further left; another row's cell does not."""
    for other in below:
        step = other.middle - run.middle
        if 0.5 * run.height < step < 3.6 * run.height and other.left <= run.left + 2 * run.height:
            box = _across(name, run.tokens[-4:], other.tokens[:3], greek)
            if box is not None:
                return box
    return None


def _across(name: Holder, end: Sequence[Token], start: Sequence[Token], greek: bool) -> Box | None:
    """Given name, or its initial, on one side of the cut and a surname on the other."""
    line = [*end, *start]
    # Never the other way round: under a relative's name stands A. De Gasperi, the street.
    if start and _initial(end[-1], name.given, greek) and any(_is(start[0], w, greek) for w in name.rest):
        return _box([end[-1], start[0]])
    at_rest = [i for i in range(len(line)) if any(_is(line[i], w, greek) for w in name.rest)]
    for i in range(len(line)):
        if _at_given(line, i, name, greek):
            for j in at_rest:
                if (i < len(end)) != (j < len(end)) and _beside(line, i, j, at_rest):
                    return _box([line[i], line[j]])
    return None


def _box(found: Sequence[Token]) -> Box:
    words = [t.word for t in found]
    return (
        float(min(w.left for w in words)),
        float(min(w.top for w in words)),
        float(max(w.right for w in words)),
        float(max(w.bottom for w in words)),
    )
