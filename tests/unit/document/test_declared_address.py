"""Addresses as people type them: any order, with and without commas, flats, countries and marks."""

from __future__ import annotations

import pytest

from biometrics.document.address_proof_places import find
from biometrics.document.declared_address import Declared, readings
from biometrics.document.page_lines import runs
from biometrics.document.text_ocr import Word


def has(address: str, street: str, number: str, town: str) -> bool:
    """Whether one of the readings is the meant one."""
    return any(
        (" ".join(r.street), r.number + r.letter) == (street, number) and tuple(town.split()) in r.towns
        for r in readings(address)
    )


@pytest.mark.parametrize(
    ("address", "street", "number", "town"),
    [
        ("139a Mill Lane Coventry CV78EH, United Kingdom", "mill", "139a", "coventry"),
        ("annecy, cours lafayette 152", "lafayette", "152", "annecy"),
        ("26B rue Saint-Honoré 13003 Marsejë, France", "saint honore", "26b", "marseille"),
        ("164 rue du Général Leclerc Vaulx en Velin, 69120", "general leclerc", "164", "vaulx en velin"),
        ("Via Ca' Rossa nr 211 Monfalcone 34074", "ca rossa", "211", "monfalcone"),
        ("Prishtina, Rr. Gjergj Fishta, 58", "gjergj fishta", "58", "prishtine"),
        ("Prishtina Rr. Gjergj Fishta 58", "gjergj fishta", "58", "prishtina"),
        ("Kallithea, 17627, Ippokratous nr 85C", "ippokratous", "85c", "kallithea"),
        ("V.le Aldo Moro Nr.102, 34074 Monfalcone, Italia", "aldo moro", "102", "monfalcone"),
        ("Schillerpl., 47 60527 Frankfurt, Deutschland", "schillerpl", "47", "frankfurt"),
        ("ap. 4, 219 Church Road CV2 1EH Coventry, UK", "church", "219", "coventry"),
        ("Via Giacomo Leopardi 47, shk. B, Sesto San Giovanni, Italia", "giacomo leopardi", "47", "sesto san giovanni"),
        ("Leoforos Alexandras, 141 Patra, Ελλάδα", "alexandras", "141", "patra"),
        ("Via 25 Aprile 8\n20121 Milano", "25 aprile", "8", "milano"),
        ("Piazza della Scala 4, 20121 Milano", "scala", "4", "milano"),
        ("c/o Rossi, Goethestr. 12a, D-80331 München", "goethestr", "12a", "munchen"),
        ("Flat 6, 12 Station Road, Leeds, LS12 1AB", "station", "12", "leeds"),
        ("Am Alten Markt 76 3. OG links, 10111 Berlin", "alten", "76", "berlin"),
        ("1234 Elm St Apt 5B, Worcester, MA 01610", "elm", "1234", "worcester"),
        ("Rue du 8 Mai 1945 12, 69100 Villeurbanne", "8 mai 1945", "12", "villeurbanne"),
        ("Av. Louise 100 bte 5, 1050 Bruxelles", "louise", "100", "bruxelles"),
        ("Milano via roma 12", "roma", "12", "milano"),
        ("48c station rd luton lu85df", "station", "48c", "luton"),
    ],
)
def test_finds_the_meant_reading(address: str, street: str, number: str, town: str) -> None:
    assert has(address, street, number, town), readings(address)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("impasse des Lilas 157\n1257 Genève", "1257"),
        ("12 Le Bourg, 1257 Le Lignon", "1257"),
        ("Via Dante n12 Roma", ""),
        ("Ermou 15, Τ.Κ. 105 63, Αθήνα", "10563"),
        ("Damrak 1, 1012 LG Amsterdam", "1012lg"),
        ("1 Main Street, Dublin D02 X285", "d02x285"),
    ],
)
def test_finds_the_postcode(address: str, code: str) -> None:
    assert {r.code for r in readings(address)} == {code}


def test_an_address_with_a_number_is_never_read_without_it() -> None:
    for address in ("61862 Bad Homburg, Bahnhofstraße nr. 68C", "Leoforos Alexandras, 141 Patra", "Lyon, 12 rue Hugo"):
        assert all(r.number for r in readings(address)), address


@pytest.mark.parametrize("address", ["", ",", "20121", "???", "c/o Rossi", "12", "Itali", "P.O. Box 3, 1000 Bruxelles"])
def test_says_something_of_anything(address: str) -> None:
    assert all(isinstance(r, Declared) for r in readings(address))


def words(*rows: tuple[int, str]) -> list[Word]:
    """Lines of (left, text), one under the other."""
    found = []
    for line, (left, text) in enumerate(rows):
        for part in text.split():
            found.append(Word(part, 92.0, left, 100 + 30 * line, left + 12 * len(part), 120 + 30 * line))
            left += 12 * len(part) + 8
    return found


def test_the_town_of_the_next_column_is_not_the_town_of_the_street() -> None:
    page = [*words((100, "66 Kingsway"), (100, "London"), (100, "N77 6LP"))]
    page += [Word("Worcester", 92, 700, 100, 800, 120), Word("01635", 92, 810, 100, 870, 120)]
    assert not find(readings("66 Kingsway, Worcester, 01635"), runs(page), greek=False).town


def test_the_line_over_an_address_window_is_the_senders() -> None:
    page = words(
        (100, "Stadtwerke Oberland, Lange Gasse 36, 10111 Berlin"), (100, "Alter Markt 76"), (100, "33424 Ulm")
    )
    place = find(readings("Alter Markt 76, 10111 Berlin"), runs(page), greek=False)
    assert place.other_code
    assert not place.town


@pytest.mark.parametrize(
    ("declared", "printed"),
    [
        ("Frankfurt am Main", "Frankfurt/Main"),
        ("Sesto San Giovanni", "Sesto S. Giovanni"),
        ("Grac", "Graz"),
        ("Marsejë", "MARSEILLE"),
        ("Saint-Étienne", "Saint Etienne"),
    ],
)
def test_a_town_has_many_spellings(declared: str, printed: str) -> None:
    page = words((100, "Kingsway 12"), (100, printed))
    assert find(readings(f"Kingsway 12, {declared}"), runs(page), greek=False).town


def test_people_write_rruga_for_every_street() -> None:
    page = words((100, "Via Garibaldi 12"), (100, "20121 Milano"))
    assert find(readings("Rruga Garibaldi 12, Milano"), runs(page), greek=False).number
    assert not find(readings("Viale Garibaldi 12, Milano"), runs(page), greek=False).street


def test_a_year_or_a_customer_number_is_no_other_postcode() -> None:
    page = words((100, "210 cours Lafayette"), (100, "24 09 1988"), (100, "Client 1985"))
    assert not find(readings("210 cours Lafayette, 1012 Bruxelles"), runs(page), greek=False).other_code
