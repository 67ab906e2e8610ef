"""Looks for the holder's name on a page: any order, capitals or not, initials, one of two surnames, Greek letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from biometrics.document.names import same_word, sounds, tokens
from biometrics.document.page_read import Run, Token, with_next
from registration.model.documents import Found

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose name is looked for. `given` is the first given name, `rest` all other words, surnames last."""

    given: str = field(repr=False)
    rest: tuple[str, ...] = field(repr=False)


def holder(names: Sequence[str]) -> Holder | None:
    """Take a name apart: its parts with the given names first, or one text ``Given Surname`` or ``Surname, Given``."""
    surname, comma, given = ", ".join(names).partition(",") if len(names) == 1 else ("", "", "")
    ordered = [given, surname] if comma and tokens(given) else list(names)
    words = [word for part in ordered for word in tokens(part)]
    if not words:
        return None
    return Holder(words[0], tuple(w for w in words[1:] if len(w) > 1))


def find(name: Holder | None, page: Sequence[Run], *, greek: bool) -> tuple[Found, Box | None]:
    """YES with its place; PARTLY when only another word of the name stands there: perhaps a relative; else NO."""
    if name is None:
        return Found.NO, None
    partly: Box | None = None
    for index, run in enumerate(page):
        box = _in_run(name, run, greek) or _over_two_lines(name, run, page[index + 1 : index + 6], greek)
        if box is not None:
            return Found.YES, box
        if partly is None:
            surname = next((t for t in run.tokens if any(_is(t, w, greek) for w in name.rest)), None)
            partly = _box([surname]) if surname else None
    return (Found.PARTLY, partly) if partly else (Found.NO, None)


def _is(token: Token, word: str, greek: bool) -> bool:
    if len(token.text) < 2:
        return False
    return same_word(token.text, word, confidence=token.word.confidence, greek_page=greek)


def _at(line: Sequence[Token], at: int, word: str, greek: bool) -> bool:
    if _is(line[at], word, greek):
        return True
    both = with_next(line, at) if len(word) > 4 and len(line[at].text) < len(word) else None
    return both is not None and _is(both, word, greek)


def _in_run(name: Holder, run: Run, greek: bool) -> Box | None:
    line = run.tokens
    at_given = [i for i in range(len(line)) if _at(line, i, name.given, greek)]
    at_rest = [i for i in range(len(line)) if any(_at(line, i, w, greek) for w in name.rest)]
    for i in at_given:
        if not name.rest:
            return _box([line[i]])
        for j in at_rest:
            if i != j and abs(i - j) <= 3 + len(name.rest):
                return _box([line[i], line[j]])
    for j in at_rest:
        for i in (j - 1, j + 1, j - 2, j + 2):
            if 0 <= i < len(line) and _initial(line[i], name.given, greek) and not _full_name_beside(line, i, j):
                return _box([line[i], line[j]])
    return _glued(name, line)


def _full_name_beside(line: Sequence[Token], i: int, j: int) -> bool:
    """Something longer than an initial stands between the initial and the surname."""
    return any(len(line[k].text) > 2 for k in range(min(i, j) + 1, max(i, j)))


def _initial(token: Token, given: str, greek: bool) -> bool:
    if len(token.text) != 1 or not token.text.isalpha():
        return False
    if token.text == given[0]:
        return True
    return greek and any(a == b[:1] for a in sounds(token.text, greek_page=True) for b in sounds(given))


def _glued(name: Holder, line: Sequence[Token]) -> Box | None:
    """Both words read as one: ``HOXHAARBEN``; or one word read in two pieces: ``HOX HA ARBEN``."""
    for token in line:
        for word in name.rest:
            if len(token.text) > 7 and token.text in (name.given + word, word + name.given):
                return _box([token])
    for index in range(len(line) - 2):
        three = "".join(t.text for t in line[index : index + 3])
        for word in name.rest:
            if len(three) > 7 and three in (name.given + word, word + name.given):
                return _box(line[index : index + 3])
    return None


def _over_two_lines(name: Holder, run: Run, below: Sequence[Run], greek: bool) -> Box | None:
    """Label and value rows (Cognome / Nome), or a name cut by the end of a line."""
    here_given = next((t for t in run.tokens if _is(t, name.given, greek)), None)
    here_rest = next((t for t in run.tokens if any(_is(t, w, greek) for w in name.rest)), None)
    if (here_given is None) == (here_rest is None):
        return None
    for other in below:
        step = other.middle - run.middle
        if not 0.5 * run.height < step < 3.6 * run.height:
            continue
        for token in other.tokens:
            wanted = _is(token, name.given, greek) if here_rest else any(_is(token, w, greek) for w in name.rest)
            first = here_given or here_rest
            assert first is not None
            aligned = abs(token.word.left - first.word.left) < 6 * run.height
            broken = first is run.tokens[-1] and token is other.tokens[0]
            if wanted and (aligned or broken):
                return _box([first, token])
    return None


def _box(found: Sequence[Token]) -> Box:
    words = [t.word for t in found]
    return (
        float(min(w.left for w in words)),
        float(min(w.top for w in words)),
        float(max(w.right for w in words)),
        float(max(w.bottom for w in words)),
    )
