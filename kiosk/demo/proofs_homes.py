"""Invents the people and homes of specimen proofs, and people and homes that are nearly but not quite theirs."""

from __future__ import annotations

import random

from kiosk.demo.proof_words import LANGUAGES
from kiosk.demo.proof_words.language import Language, Street, Town
from kiosk.demo.proof_words.people import GIVEN, SURNAMES
from kiosk.demo.proofs_parts import Home, Person, plain

_GREEK = (
    ("xh", "τζ"), ("sh", "σ"), ("th", "θ"), ("dh", "δ"), ("gj", "γκι"), ("nj", "νι"), ("ll", "λ"), ("rr", "ρ"),
    ("zh", "ζ"), ("ç", "τσ"), ("q", "κι"), ("b", "μπ"), ("d", "ντ"), ("g", "γκ"), ("j", "γι"), ("h", "χ"), ("x", "τζ"),
    ("c", "τσ"), ("a", "α"), ("e", "ε"), ("ë", "ε"), ("f", "φ"), ("i", "ι"), ("k", "κ"), ("l", "λ"), ("m", "μ"),
    ("n", "ν"), ("o", "ο"), ("p", "π"), ("r", "ρ"), ("s", "σ"), ("t", "τ"), ("u", "ου"), ("v", "β"), ("y", "ι"),
    ("z", "ζ"),
)  # fmt: skip
_COUNTRIES = {
    "it": ("Italia", "Itali", "Italy"),
    "el": ("Greqi", "Greece", "Ελλάδα"),
    "de": ("Gjermani", "Deutschland", "Germany"),
    "en": ("Mbretëria e Bashkuar", "United Kingdom", "UK"),
    "fr": ("Francë", "France"),
    "sq": ("Kosovë", "Kosovo"),
}
_PROVINCES = {"Milano": "MI", "Roma": "RM", "Firenze": "FI", "Torino": "TO", "Bari": "BA", "Brescia": "BS"}


def person(rng: random.Random) -> Person:
    """Invent a person; one in six has two surnames, one in ten two given names."""
    surname, given = rng.choice(SURNAMES), rng.choice(GIVEN)
    if rng.random() < 0.16:
        surname += rng.choice((" ", "-")) + rng.choice([s for s in SURNAMES if s != surname])
    if rng.random() < 0.1:
        given += " " + rng.choice([g for g in GIVEN if g != given])
    return Person(given, surname)


def somebody_else(rng: random.Random, holder: Person, fault: str) -> Person:
    """Another person: a relative (same surname), a namesake (same given name) or a stranger."""
    while True:
        other = person(rng)
        if fault == "relative":
            other = Person(other.given.split()[0], holder.surname)
        elif fault == "namesake":
            other = Person(holder.given, other.surname)
        same_given = bool(set(other.given.split()) & set(holder.given.split()))
        same_surname = bool(
            set(other.surname.replace("-", " ").split()) & set(holder.surname.replace("-", " ").split())
        )
        if same_given == (fault == "namesake") and same_surname == (fault == "relative"):
            return other


def two_homes(rng: random.Random, language: str, fault: str) -> tuple[Home, Home]:
    """The declared home and a home elsewhere: another number in the street, another street, or another town."""
    words = LANGUAGES[language]
    street, town = rng.choice(words.streets), rng.choice(words.towns)
    number = rng.randrange(1, 190)
    suffix = rng.choice(("", "", "", "", "", "A", "B"))
    code = digits(rng, town.postcode)
    here = home(rng, language, street, f"{number}{suffix}", town, code)
    road = rng.choice([s for s in words.streets if s is not street])
    far = rng.choice([t for t in words.towns if t is not town])
    if fault == "number_other":
        other = rng.choice([n for n in range(1, 190) if n != number])
        return here, home(rng, language, street, str(other), town, code)
    if fault == "street_other":
        return here, home(rng, language, road, str(rng.randrange(1, 190)), town, code)
    if fault == "town_other":
        return here, home(rng, language, street, f"{number}{suffix}", far, digits(rng, far.postcode))
    return here, home(rng, language, road, str(rng.randrange(2, 140)), far, digits(rng, far.postcode))


def digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in pattern)


def home(rng: random.Random, language: str, street: Street, number: str, town: Town, code: str) -> Home:
    """One home as it is declared and as a page of that country prints it."""
    words = LANGUAGES[language]
    line, town_line = _street_line(rng, language, street, number), _town_line(rng, language, words, town, code)
    if rng.random() < 0.18:
        line, town_line = line.upper(), town_line.upper()
    return Home(_declared(rng, language, words, street, number, town, code), line, town_line)


def _street_line(rng: random.Random, language: str, street: Street, number: str) -> str:
    printed = rng.choice(street.printed)
    match language:
        case "it":
            glue = rng.choice((" ", " ", ", ", ", ", " n. ", " n° ", ", N. "))
            if number[-1].isalpha() and rng.random() < 0.5:
                number = f"{number[:-1]}/{number[-1]}"
            return f"{printed}{glue}{number}" + rng.choice(
                ("", "", "", ", int. 3", " Int. 12", " Scala B", " - Piano 2")
            )
        case "de":
            if number[-1].isalpha() and rng.random() < 0.5:
                number = f"{number[:-1]} {number[-1].lower()}"
            return f"{printed} {number}" + rng.choice(("", "", "", " (2. OG)", ", Whg. 4"))
        case "en":
            before = rng.choice(("", "", "", "", "Flat 3, ", "Apt 5, "))
            return f"{before}{number} {printed}" + (rng.choice((", Apt 4", " Unit 2")) if rng.random() < 0.1 else "")
        case "fr":
            before = rng.choice(("", "", "", "", "Apt 12 - ", "Bât. B, "))
            return f"{before}{number}{rng.choice((' ', ', ', ' '))}{printed}"
        case "el":
            glue = rng.choice((" ", " ", " ", " αρ. ", " αριθμ. ", ", "))
            return f"{printed}{glue}{number.replace('B', 'Β').replace('A', 'Α')}"
    glue = rng.choice((" ", ", ", " nr. ", ", Nr. ", " Nr "))
    return f"{printed}{glue}{number}" + rng.choice(("", "", "", ", Hyrja 2", ", Ap. 14", ", Kati 3"))


def _town_line(rng: random.Random, language: str, words: Language, town: Town, code: str) -> str:
    local = town.local.upper() if rng.random() < 0.4 else town.local
    match language:
        case "it":
            province = _PROVINCES.get(town.local, "")
            end = rng.choice(("", f" ({province})", f" {province}")) if province else ""
            return f"{rng.choice(('', '', '', 'I-'))}{code} {local}{end}"
        case "de":
            ours = {"Wien": "A-", "Zürich": "CH-"}.get(town.local, "D-")
            return f"{rng.choice(('', '', '', ours))}{code} {local}"
        case "en":
            return f"{local}{rng.choice((' ', ', ', ' '))}{code}"
        case "fr":
            return f"{rng.choice(('', '', '', 'F-'))}{code} {local}" if len(code) == 5 else f"{code} {local}"
        case "el":
            whole = code if rng.random() < 0.5 else code.replace(" ", "")
            return rng.choice(
                (f"{whole} {local}", f"{local} {whole}", f"Τ.Κ. {whole}, {local}", f"{local}, ΤΚ {whole}")
            )
    return f"{local} {code}" if rng.random() < 0.5 else f"{code} {local}"


def _declared(
    rng: random.Random, language: str, words: Language, street: Street, number: str, town: Town, code: str
) -> str:
    said = street.declared
    if language == "el" and rng.random() < 0.4:
        said = street.printed[0]
    city = rng.choice((town.local, *town.others)) if rng.random() < 0.6 else town.local
    line = f"{number} {said}" if words.number_first and rng.random() < 0.6 else f"{said} {number}"
    if language == "it" and rng.random() < 0.2:
        line = f"{said}, {number}"
    if rng.random() < 0.15:
        line += rng.choice((", ap. 3", ", kati 2"))
    chance = rng.random()
    town_line = f"{code} {city}" if chance < 0.7 else f"{city} {code}" if chance < 0.9 else city
    country = f", {rng.choice(_COUNTRIES[language])}" if rng.random() < 0.35 else ""
    whole = f"{line}, {town_line}{country}"
    return whole.upper() if rng.random() < 0.06 else whole


def greek(text: str) -> str:
    """A Latin name in Greek letters, as Greek offices write it."""
    out, rest = "", text.lower()
    while rest:
        latin, letter = next(((a, b) for a, b in _GREEK if rest.startswith(a)), (rest[0], rest[0]))
        out, rest = out + letter, rest[len(latin) :]
    return out


def printed_name(rng: random.Random, language: str, who: Person) -> tuple[str, str]:
    """(given, surname) as a page writes them."""
    given, surname = who.given, who.surname
    if language == "el" and rng.random() < 0.75:
        given, surname = greek(given), greek(surname)
        upper = rng.random() < 0.8
        return (given.upper(), surname.upper()) if upper else (given.title(), surname.title())
    if language != "sq" and rng.random() < 0.55:
        given, surname = plain(given), plain(surname)
    if (" " in surname or "-" in surname) and rng.random() < 0.25:
        surname = surname.replace("-", " ").split()[0]
    style = rng.random()
    if style < 0.4:
        return given.upper(), surname.upper()
    if style < 0.55:
        return given, surname.upper()
    if style < 0.61:
        return f"{given[0]}.", surname
    return given, surname
