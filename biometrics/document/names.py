"""Words compared across scripts, accents and the eye's mistakes: Hoxha, HOXHA, Höxha and ΧΟΤΖΑ are one surname.

Two ladders. `fold` takes accents away and is enough within the Latin script (Doc 9303-3 section 6 does the same for the
MRZ). `sounds` reduces Latin and Greek spellings to common consonants and vowels: Greek per ELOT 743 as ministries write
it, Albanian letters as Greek offices spell them (xh, ç -> τζ, τσ; b, d, g -> μπ, ντ, γκ; sh -> σ).
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "ı": "i", "¢": "c", "€": "e", "ς": "σ", "µ": "μ"}
)
_GREEK_LETTER = re.compile(r"[α-ω]")
_LATIN_LETTER = re.compile(r"[a-z]")
_LOOKALIKES = str.maketrans("abehikmnoptuvxyz", "αβεηικμνορτυνχυζ")
"""A Latin letter as Tesseract may read a Greek capital of the same shape (p stands for rho)."""

_FROM_GREEK = (
    ("ντζ", "c"), ("τζ", "c"), ("τσ", "c"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "g"), ("ου", "u"),
    ("αι", "e"), ("ει", "i"), ("οι", "i"), ("υι", "i"), ("αυ", "av"), ("ευ", "ev"), ("α", "a"), ("β", "v"),
    ("γ", "g"), ("δ", "d"), ("ε", "e"), ("ζ", "z"), ("η", "i"), ("θ", "t"), ("ι", "i"), ("κ", "k"), ("λ", "l"),
    ("μ", "m"), ("ν", "n"), ("ξ", "ks"), ("ο", "o"), ("π", "p"), ("ρ", "r"), ("σ", "s"), ("τ", "t"), ("υ", "i"),
    ("φ", "f"), ("χ", "h"), ("ψ", "ps"), ("ω", "o"),
)  # fmt: skip
_TWO_VOWELS = re.compile("[αεο]ι")
_FROM_ALBANIAN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("xh", ("c",)), ("sh", ("s",)), ("zh", ("z",)), ("th", ("t",)), ("dh", ("d",)), ("gj", ("gi", "g")),
    ("nj", ("ni",)), ("ç", ("c",)), ("q", ("k", "ki", "c")), ("x", ("c",)), ("j", ("i", "gi")), ("y", ("i",)),
    ("c", ("c", "k")), ("w", ("v",)),
)  # fmt: skip
_FROM_ROMANISED = (
    ("tz", "c"), ("ts", "c"),
    ("ou", "u"), ("ei", "i"), ("oi", "i"), ("ai", "e"), ("ph", "f"), ("ch", "h"), ("th", "t"), ("mp", "b"),
    ("nt", "d"), ("gk", "g"), ("gg", "g"), ("af", "av"), ("ef", "ev"), ("ev", "ev"), ("x", "ks"), ("y", "i"),
    ("j", "i"), ("c", "k"), ("q", "k"), ("w", "o"), ("dh", "d"),
)  # fmt: skip
_LOOK_ALIKES = (
    "o0 l1 i1 li s5 b8 z2 ec uv nu oc ao ae gq qo ft tl ij hn hb 6b g9 rt cg co mn fl 0c 1t 7t yv kx"  # pairs
)
_LOOK_ALIKE_PAIRS = frozenset(frozenset(pair) for pair in _LOOK_ALIKES.split())


def fold(text: str) -> str:
    """Lower case without accents: ``Çela`` -> ``cela``, ``Straße`` -> ``strasse``, ``Ερμού`` -> ``ερμου``."""
    lower = unicodedata.normalize("NFD", text.lower()).translate(_LETTERS)
    return "".join(c for c in lower if not unicodedata.combining(c))


_ITALIAN_SHORT = {
    "v.le": "viale",
    "c.so": "corso",
    "p.za": "piazza",
    "p.zza": "piazza",
    "p.le": "piazzale",
    "l.go": "largo",
}
_ITALIAN_SHORT_WORD = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _ITALIAN_SHORT)) + r")(?!\w)")


_RUN_TOGETHER = re.compile("(?<=[a-zα-ωά-ώ])(?=[A-ZΑ-Ω]{4})")
"""``κ.ΣΤΥΛΛΑ`` read as ``καΣΤΥΛΛΑ``."""


def tokens(text: str) -> list[str]:
    """Folded words of a text; apostrophes, dashes and points end a word, but for ``V.le`` and its like.

    What a reader is known to do is undone: Mr and the surname run together, the J of a name and a crossed zero misread.
    """
    text = _RUN_TOGETHER.sub(" ", text)
    whole = _ITALIAN_SHORT_WORD.sub(lambda hit: _ITALIAN_SHORT[hit.group()], fold(text))
    for opening, closing in ("[]", "()", "{}"):
        if opening not in whole:
            # The J of KARAJ, read as the bracket of its shape.
            whole = re.sub(rf"(?<=[^\W\d])\{closing}(?![^\W_])", "j", whole)
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\d)@|@(?=\d)", "0", whole))


def is_greek(word: str) -> bool:
    return bool(_GREEK_LETTER.search(word))


@functools.lru_cache(maxsize=8192)
def sounds(word: str, *, greek_page: bool = False) -> frozenset[str]:
    """Return the skeletons a folded word may have. On a Greek page Latin look-alikes are tried as Greek too."""
    if is_greek(word):
        greek = "".join(c.translate(_LOOKALIKES) if _LATIN_LETTER.match(c) else c for c in word)
        # Hoxhaj is written Χοτζάι: there two vowels are heard, not one.
        apart = _TWO_VOWELS.sub(lambda hit: hit.group()[0] + "-ι", greek)
        return frozenset(_squeeze(_replace(each, _FROM_GREEK).replace("-", "")) for each in (greek, apart))
    found = {_squeeze(_replace(word, _FROM_ROMANISED))}
    parts: list[tuple[str, ...]] = []
    rest = word
    while rest:
        latin, variants = next(((a, b) for a, b in _FROM_ALBANIAN if rest.startswith(a)), (rest[0], (rest[0],)))
        parts.append(variants)
        rest = rest[len(latin) :]
    found |= {_squeeze("".join(each)) for each in itertools.islice(itertools.product(*parts), 24)}
    if greek_page:
        found.add(_squeeze(_replace(word.translate(_LOOKALIKES), _FROM_GREEK)))
    return frozenset(found)


def _replace(word: str, table: tuple[tuple[str, str], ...]) -> str:
    out, rest = "", word
    while rest:
        source, target = next(((a, b) for a, b in table if rest.startswith(a)), (rest[0], rest[0]))
        out, rest = out + target, rest[len(source) :]
    return out


def _squeeze(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


@functools.lru_cache(maxsize=65536)
def distance(read: str, meant: str) -> float:
    """Edits between what was read and what is meant; letters that look alike cost less, a lost or added end more.

    A different ending makes a different person (Artan, Arta), while the middle of a word is where reading slips.
    """
    if read == meant:
        return 0.0
    if abs(len(read) - len(meant)) > 3:
        return 9.0
    rows = [[0.0] * (len(meant) + 1) for _ in range(len(read) + 1)]
    for i in range(1, len(read) + 1):
        rows[i][0] = float(i)
    for j in range(1, len(meant) + 1):
        rows[0][j] = float(j)
    for i, a in enumerate(read, 1):
        for j, b in enumerate(meant, 1):
            same = 0.0 if a == b else 0.45 if frozenset((a, b)) in _LOOK_ALIKE_PAIRS else 1.0
            best = min(
                rows[i - 1][j - 1] + same,
                rows[i - 1][j] + (1.3 if j == len(meant) else 1.0),
                rows[i][j - 1] + (1.3 if i == len(read) else 1.0),
            )
            # Two strokes read as one letter, or one as two.
            if j >= 1 and i >= 2 and (read[i - 2 : i], b) in _DOUBLES:
                best = min(best, rows[i - 2][j - 1] + 0.4)
            if i >= 1 and j >= 2 and (meant[j - 2 : j], a) in _DOUBLES:
                best = min(best, rows[i - 1][j - 2] + 0.4)
            rows[i][j] = best
    return rows[-1][-1]


_DOUBLES = frozenset(
    {
        ("rn", "m"),
        ("ii", "u"),
        ("vv", "w"),
        ("cl", "d"),
        ("ll", "u"),
        ("li", "h"),
        ("nn", "m"),
        ("in", "m"),
        ("ri", "n"),
    }
)


def same_word(read: str, meant: str, *, confidence: float = 100.0, greek_page: bool = False) -> bool:
    """Tell whether a read word is the meant one. Both folded. What was read with confidence is taken more strictly."""
    if read == meant:
        return True
    # A doubled letter is lost or seen twice easily, and spelt both ways: Mille, Mile; Hasan, Hassan.
    if len(meant) > 3 and read.isalpha() and _squeeze(read) == _squeeze(meant):
        return True
    strict = 0.11 if confidence >= 88 else 0.18
    if not is_greek(read) and not is_greek(meant) and distance(read, meant) <= strict * len(meant):
        return True
    if is_greek(read) or is_greek(meant) or greek_page:
        loose = 0.19 if confidence >= 80 else 0.24
        # Capital lambda is easily read as delta.
        forms = {read, read.replace("δ", "λ")} if confidence < 95 else {read}
        return any(
            distance(a, b) <= loose * len(b)
            for form in forms
            for a in sounds(form, greek_page=greek_page)
            for b in sounds(meant)
            if len(b) > 2
        )
    return False
