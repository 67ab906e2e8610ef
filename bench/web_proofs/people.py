"""People of the second source of proofs: as they are declared, and as papers of six countries print their names."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.web_proofs.places import capitals, unmarked

_SURNAMES_TEXT = """
Kadriu Hajdari Mustafaj Sejdiu Kryeziu Pepa Cami Brahimaj Lamaj Topalli Bushati Selmani Fusha Dibra Kaçi Thaçi Zogu
Mulliqi Osmanaj Karaj Sulaj Qosja Tafa Vrapi Ndreka Meçe Bruçi Çuni Shtylla Xhafa Gjeloshi Llazari Përlala Aliaj Dushku
Hyseni Noka Turku Lika Zhupa Dema Frashëri Kodheli Ibrahimi Haxhiu
"""
_GIVEN_TEXT = """
Blerina Arben Valbona Ermal Sonila Dritan Elsa Kujtim Rajmonda Altin Mirela Agron Fatjona Sajmir Enkeleda Bujar Liljana
Ilir Besa Gëzim Çlirim Shpresë Përparim Xhuliana Denada Orkid Flogert Kejdi Rovena Thanas Zana Luljeta Arjeta Hava Ndue
"""
_SURNAMES, _GIVEN = _SURNAMES_TEXT.split(), _GIVEN_TEXT.split()
_HUSBANDS = ("Bianchi", "Becker", "Papadopoulos", "Moreau", "Clarke", "Ferri", "Vogel", "Hill")
_GREEK = (
    ("xh", "ΤΖ"),
    ("sh", "Σ"),
    ("th", "Θ"),
    ("dh", "Δ"),
    ("gj", "ΓΚΙ"),
    ("nj", "ΝΙ"),
    ("ll", "ΛΛ"),
    ("rr", "Ρ"),
    ("zh", "Ζ"),
    ("ç", "ΤΣ"),
    ("q", "Κ"),
    ("b", "ΜΠ"),
    ("d", "ΝΤ"),
    ("g", "ΓΚ"),
    ("j", "Ι"),
    ("h", "Χ"),
    ("x", "ΤΖ"),
    ("c", "ΤΣ"),
    ("a", "Α"),
    ("e", "Ε"),
    ("ë", "Ε"),
    ("f", "Φ"),
    ("i", "Ι"),
    ("k", "Κ"),
    ("l", "Λ"),
    ("m", "Μ"),
    ("n", "Ν"),
    ("o", "Ο"),
    ("p", "Π"),
    ("r", "Ρ"),
    ("s", "Σ"),
    ("t", "Τ"),
    ("u", "ΟΥ"),
    ("v", "Β"),
    ("y", "Υ"),
    ("z", "Ζ"),
)
_HONORIFICS = {
    "it": ("Sig. ", "Sig.ra ", "Gent.mo ", "Egr. Sig. ", "Spett.le ", ""),
    "el": ("κ. ", "Κα ", "Κος ", ""),
    "de": ("Herr ", "Frau ", "Herrn ", "Frau Dr. ", ""),
    "en": ("Mr ", "Mrs ", "Ms ", "Miss ", "Mr. ", ""),
    "fr": ("M. ", "Mme ", "Monsieur ", "Madame ", "MME ", ""),
    "sq": ("Z. ", "Znj. ", ""),
}
_BORN = {"it": "nata", "el": "το γένος", "de": "geb.", "en": "née", "fr": "née", "sq": "e lindur"}


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str

    @property
    def full(self) -> str:
        return f"{self.given} {self.surname}"


def person(rng: random.Random) -> Person:
    given, surname = rng.choice(_GIVEN), rng.choice(_SURNAMES)
    if rng.random() < 0.12:
        surname += rng.choice((" ", "-")) + rng.choice([s for s in _SURNAMES if s != surname])
    if rng.random() < 0.12:
        given += " " + rng.choice([g for g in _GIVEN if g != given])
    return Person(given, surname)


def another(rng: random.Random, who: Person, how: str) -> Person:
    """Somebody who is not `who`: ``stranger``, ``relative`` (same surname) or ``namesake`` (same given name)."""
    while True:
        other = person(rng)
        if how == "relative":
            other = Person(other.given, who.surname)
        elif how == "namesake":
            other = Person(who.given, other.surname)
        given = bool(set(other.given.split()) & set(who.given.split()))
        surname = bool(set(_parts(other.surname)) & set(_parts(who.surname)))
        if given == (how == "namesake") and surname == (how == "relative"):
            return other


def _parts(surname: str) -> list[str]:
    return surname.replace("-", " ").split()


@dataclass(frozen=True, slots=True)
class Printed:
    """A name on paper: whole with an honorific for a window, and in parts for the fields of a form."""

    window: str
    given: str
    surname: str

    @property
    def line(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def surname_first(self) -> str:
        return f"{self.surname} {self.given}"


def printed(rng: random.Random, language: str, who: Person) -> Printed:
    given, surname = who.given, who.surname
    if language == "el" and rng.random() < 0.7:
        given, surname = _greek(given), _greek(surname)
    elif language != "sq" and rng.random() < 0.6:
        given, surname = unmarked(given), unmarked(surname)
    chance = rng.random()
    if len(_parts(surname)) == 2 and chance < 0.3:
        surname = _parts(surname)[rng.randrange(2)]
    elif " " in given and chance < 0.6:
        given = given.split()[0]
    elif chance > 0.95 and language != "el":
        surname = f"{rng.choice(_HUSBANDS)} {_BORN[language]} {surname}"
    elif chance > 0.9:
        given = f"{given[0]}."
    if rng.random() < 0.4:
        given, surname = capitals(given), capitals(surname)
    elif rng.random() < 0.2:
        surname = capitals(surname)
    order = f"{surname} {given}" if rng.random() < (0.6 if language in ("el", "it") else 0.15) else f"{given} {surname}"
    title = rng.choice(_HONORIFICS[language]) if rng.random() < 0.6 else ""
    return Printed(title + order, given, surname)


def _greek(text: str) -> str:
    out, rest = "", text.lower()
    while rest:
        latin, letters = next(((a, b) for a, b in _GREEK if rest.startswith(a)), (rest[0], rest[0]))
        out, rest = out + letters, rest[len(latin) :]
    return out


def declared(rng: random.Random, who: Person) -> str:
    """The name as it comes from the document: full, mostly given name first."""
    chance = rng.random()
    if chance < 0.08:
        return f"{who.surname}, {who.given}"
    return capitals(who.full) if chance < 0.16 else unmarked(who.full) if chance < 0.24 else who.full
