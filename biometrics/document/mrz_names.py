"""Names in a machine-readable zone: transliteration and truncation (ICAO Doc 9303 part 3 section 6, part 4, 4.2.3)."""

from __future__ import annotations

import re
import unicodedata

_LATIN = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "ı": "I", "Ĳ": "IJ", "ĸ": "Q", "Ł": "L",
    "Ŋ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Þ": "TH", "ß": "SS", "ẞ": "SS", "Ŧ": "T", "Ü": "UE", "Ə": "E",
}  # fmt: skip
"""What is not simply its base letter; Ë is E and Ç is C like every other letter with a mark."""
_GREEK = dict(
    zip(
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς",
        "A|V|G|D|E|Z|I|TH|I|K|L|M|N|X|O|P|R|S|T|Y|F|CH|PS|O|S".split("|"),  # noqa: SIM905 - a table to be read
        strict=True,
    )
)
"""ELOT 743 (ISO 843 type 2), which Greek passports use."""
_GREEK_PAIRS = {"ΓΓ": "NG", "ΓΞ": "NX", "ΓΧ": "NCH", "ΟΥ": "OU"}
_SOFT = "ΑΕΗΙΟΥΩΒΓΔΖΛΜΝΡ"
"""Before these αυ, ευ, ηυ sound av, ev, iv; before the others and at the end af, ef, if."""
_DIAERESIS = "\u0308"
_APOSTROPHES = "'’`´ʼ‘"


def transliterate(text: str) -> str:
    """Return capitals A to Z and spaces: ``Çelë-Shqipe`` becomes ``CELE SHQIPE``. Digits are kept.

    Apostrophes vanish, hyphens, commas and every other sign become spaces (Doc 9303-3, 4.6).
    """
    out = []
    for word in re.split(r"[\s\-,./·]+", text.upper().replace("ß", "SS")):
        out.append(_word(word))
    return " ".join(w for w in out if w)


def _word(word: str) -> str:
    letters = _letters(word)
    if any(base in _GREEK for base, _ in letters):
        return _greek(letters)
    out = []
    for char in unicodedata.normalize("NFC", word):
        if char in _LATIN:
            out.append(_LATIN[char])
        else:
            out += [c for c in unicodedata.normalize("NFD", char) if c.isascii() and c.isalnum()]
    return "".join(out)


def _letters(word: str) -> list[tuple[str, bool]]:
    """Base letters with whether each carries a diaeresis."""
    out: list[tuple[str, bool]] = []
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.combining(char):
            if char == _DIAERESIS and out:
                out[-1] = (out[-1][0], True)
        elif char.isalnum() and char not in _APOSTROPHES:
            out.append((char, False))
    return out


def _greek(letters: list[tuple[str, bool]]) -> str:
    out = []
    place = 0
    while place < len(letters):
        base, _ = letters[place]
        following, apart = letters[place + 1] if place + 1 < len(letters) else ("", False)
        pair = base + following
        last = place + 2 >= len(letters)
        if pair in _GREEK_PAIRS and not apart:
            out.append(_GREEK_PAIRS[pair])
        elif pair == "ΜΠ" and (place == 0 or last):
            out.append("B")
        elif base in "ΑΕΗ" and following == "Υ" and not apart:
            after = letters[place + 2][0] if not last else ""
            out.append(_GREEK[base] + ("V" if after and after in _SOFT else "F"))
        else:
            out.append(_GREEK.get(base, base if base.isascii() else ""))
            place += 1
            continue
        place += 2
    return "".join(out)


def name_field(surname: str, given_names: str, width: int) -> str:
    """Return the name field of `width` characters, truncated as Doc 9303-4, 4.2.3 says.

    A name that does not fit ends in a letter at the last place, which is how a reader knows that it was cut.
    """
    primary = transliterate(surname).replace(" ", "<")
    secondary = transliterate(given_names).replace(" ", "<")
    if not primary:
        primary, secondary = secondary, ""
    if not secondary:
        return _cut(primary, width).ljust(width, "<")
    full = f"{primary}<<{secondary}"
    if len(full) <= width:
        return full.ljust(width, "<")
    primary = _cut(primary, max(width - 2 - min(len(secondary), 2), 1))
    if width - 2 - len(primary) == 2 and secondary[1] == "<":
        # Two places would end in the gap behind an initial; three hold the next letter too.
        primary = _cut(primary, len(primary) - 1)
    return f"{primary}<<{_cut(secondary, width - 2 - len(primary))}"


def _cut(name: str, width: int) -> str:
    """Cut to `width`; a cut on a gap trades the last letter before it for the first one behind it."""
    if len(name) <= width:
        return name
    if name[width - 1] != "<" or width < 3:
        return name[:width].rstrip("<")
    return f"{name[: width - 2]}<{name[width]}"


def split_name_field(field: str) -> tuple[str, str, bool]:
    """Return (surname, given names, may have been cut) with spaces for single fillers."""
    primary, _, secondary = field.rstrip("<").partition("<<")
    clean = [" ".join(part.replace("<", " ").split()) for part in (primary, secondary)]
    return clean[0], clean[1], not field.endswith("<")


def same_name(mrz: str, written: str) -> bool:
    """Tell whether a name as written (with ë, ç, hyphens) is the one in the MRZ, which may be cut at its end.

    Ä, Ö, Ü and Å are taken in both of their transliterations.
    """
    read = mrz.replace(" ", "")
    plain = "".join(c for c in unicodedata.normalize("NFD", written) if not unicodedata.combining(c))
    forms = {transliterate(form).replace(" ", "") for form in (written, plain)}
    return bool(read) and any(form == read or (len(read) >= 10 and form.startswith(read)) for form in forms)
