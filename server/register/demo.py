"""A register of invented citizens for the demonstration. Nobody in it exists; its name on every screen is ``demo``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from registration.model.person import DECADES, check_letter
from registration.model.register import COUNTIES, RegisterEntry

NAME = "demo"
_SURNAMES = ("Specimen", "Shembulli", "Prova", "Modeli", "Mostra", "Ilustrimi", "Fiktivi", "Demo")
_WOMEN = ("Arta", "Besa", "Drita", "Elira", "Flutura", "Lule", "Mira", "Teuta")
_MEN = ("Agim", "Besnik", "Dritan", "Ilir", "Luan", "Petrit", "Skënder", "Valon")
_PLACES = {
    "berat": "Berat",
    "diber": "Peshkopi",
    "durres": "Durrës",
    "elbasan": "Elbasan",
    "fier": "Fier",
    "gjirokaster": "Gjirokastër",
    "korce": "Korçë",
    "kukes": "Kukës",
    "lezhe": "Lezhë",
    "shkoder": "Shkodër",
    "tirane": "Tiranë",
    "vlore": "Vlorë",
}


VOTER = RegisterEntry(
    personal_number="I85514321N",
    surname="Çela Specimen",
    given_names="Arbëresha",
    birth_date=date(1988, 5, 14),
    father_name="Besnik",
    birth_place="Gjirokastër",
    sex="F",
    county="gjirokaster",
    zone="Gjirokastër 7",
)
"""The voter of every demonstration, so that it has somebody to find."""


def invented(number: int, seed: int = 1) -> Iterator[RegisterEntry]:
    """Yield so many invented citizens, the same for the same seed, each with a personal number of its own."""
    chance = random.Random(seed)  # noqa: S311 - invented people need no secrecy
    seen = {VOTER.personal_number}
    yield VOTER
    while len(seen) < number:
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(365 * 70))
        sex = chance.choice("FM")
        first = personal_number(born, sex, chance.randrange(1000))
        if first in seen:
            continue
        seen.add(first)
        county = chance.choice(COUNTIES)
        yield RegisterEntry(
            personal_number=first,
            surname=chance.choice(_SURNAMES),
            given_names=chance.choice(_WOMEN if sex == "F" else _MEN),
            birth_date=born,
            father_name=chance.choice(_MEN),
            birth_place=_PLACES[county],
            sex=sex,
            county=county,
            zone=f"{_PLACES[county]} {chance.randrange(1, 40)}",
        )


def personal_number(born: date, sex: str, serial: int) -> str:
    """Return the personal number of somebody invented (domain.md B6)."""
    month = born.month + (50 if sex == "F" else 0)
    first = f"{DECADES[(born.year - 1800) // 10]}{born.year % 10}{month:02d}{born.day:02d}{serial:03d}"
    return first + check_letter(first)
