"""Addresses taken apart and found again, in the spellings of six languages."""

from __future__ import annotations

import pytest

from biometrics.document import page_language
from biometrics.document.address_proof_places import Place, any_address, find
from biometrics.document.declared_address import Declared, parse, readings
from biometrics.document.page_lines import runs
from biometrics.document.text_ocr import Word


def look(address: str, *lines: str, greek: bool = False) -> Place:
    words = []
    for row, line in enumerate(lines):
        left = 100
        for part in line.split():
            words.append(Word(part, 92.0, left, 100 + row * 30, left + 12 * len(part), 120 + row * 30))
            left += 12 * len(part) + 8
    return find(readings(address), runs(words), greek=greek)


def core(found: Declared) -> tuple[tuple[str, ...], str, str]:
    return found.street, found.number + found.letter, found.code


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("Via Garibaldi 12, 20121 Milano", (("garibaldi",), "12", "20121")),
        ("Via Garibaldi, 12, int. 3, 20121 Milano, MI", (("garibaldi",), "12", "20121")),
        ("Via Roma 12/A 20121 Milano", (("roma",), "12a", "20121")),
        ("Hauptstraße 7b, 10115 Berlin", (("hauptstr",), "7b", "10115")),
        ("12 rue Victor Hugo, 75011 Paris", (("victor", "hugo"), "12", "75011")),
        ("221B Baker Street, London NW1 6XE", (("baker",), "221b", "nw16xe")),
        ("Ermou 15, 105 63 Athinë", (("ermou",), "15", "10563")),
        ("Rr. Nënë Tereza, Nr. 4, 10000 Prishtinë", (("nene", "tereza"), "4", "10000")),
        ("Via XX Settembre 5, 00187 Roma", (("xx", "settembre"), "5", "00187")),
    ],
)
def test_takes_an_address_apart(address: str, parts: tuple[tuple[str, ...], str, str]) -> None:
    assert core(parse(address)) == parts


def test_knows_the_towns_other_names() -> None:
    assert ("munchen",) in parse("Lindenweg 1, 80331 Mynih").towns
    assert ("αθηνα",) in parse("Ermou 15, 105 63 Athinë").towns


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("Via Garibaldi 12, 20121 Milano", ("VIA G. GARIBALDI, 12", "20121 MILANO MI")),
        ("Via Garibaldi 12, 20121 Milano", ("V. Garibaldi n. 12 - 20121 Milano",)),
        ("Viale Monza 4, 20125 Milan", ("V.le Monza 4", "20125 Milano")),
        ("Hauptstraße 7, 10115 Berlin", ("Hauptstr. 7", "10115 Berlin")),
        ("Hauptstrasse 7, 10115 Berlin", ("HauptstraBe 7", "10115 Berlin")),
        ("12 rue Victor Hugo, 75011 Paris", ("12, rue V. Hugo", "75011 PARIS")),
        ("rue Victor Hugo 12, 75011 Paris", ("12 RUE VICTOR HUGO", "75011 PARIS")),
        ("12 High Street, London SW1A 2AB", ("12 High St", "London SW1A 2AB")),
        ("Rruga Agim Ramadani 8, 10000 Prishtinë", ("Rr. Agim Ramadani 8", "Prishtina 10000")),
        ("Via Francesco Baracca 3, 50127 Firence", ("residente in Via Francesco", "Baracca 3, 50127 Firenze")),
    ],
)
def test_finds_the_declared_address(address: str, lines: tuple[str, ...]) -> None:
    place = look(address, *lines)
    assert place.street
    assert place.number
    assert place.code or place.town


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("Ermou 15, 105 63 Athinë", ("Οδός Ερμού 15", "105 63 ΑΘΗΝΑ")),
        ("Agiou Dimitriou 43A, 388 87 Volos", ("Αγίου Δημητρίου 43Α", "388 87 ΒΟΛΟΣ")),
        ("Leoforos Kifisias 7, 115 23 Athens", ("ΛΕΩΦ. ΚΗΦΙΣΙΑΣ 7", "ΑΘΗΝΑ 115 23")),
        ("Eleftheriou Venizelou 9, 546 24 Selanik", ("Ελ. Βενιζέλου 9", "546 24 Θεσσαλονίκη")),
    ],
)
def test_finds_a_latin_address_in_greek(address: str, lines: tuple[str, ...]) -> None:
    place = look(address, *lines, greek=True)
    assert place.street
    assert place.number
    assert place.code or place.town


def test_another_house_number_is_told_apart() -> None:
    place = look("Via Garibaldi 12, 20121 Milano", "Via Garibaldi 48", "20121 Milano")
    assert place.street
    assert not place.number
    assert place.other_number


def test_another_street_in_the_same_town_is_not_the_address() -> None:
    place = look("Via Garibaldi 12, 20121 Milano", "Viale Monza 12", "20121 Milano")
    assert not place.street
    assert place.code


def test_another_town_is_told_apart() -> None:
    place = look("Via Garibaldi 12, 20121 Milano", "Via Garibaldi 12", "10122 Torino")
    assert place.other_code
    assert not place.town


def test_tells_whether_a_page_has_any_address() -> None:
    def page(text: str) -> bool:
        words = [Word(t, 90, 100 + 90 * i, 100, 180 + 90 * i, 120) for i, t in enumerate(text.split())]
        return any_address(runs(words))

    assert page("20121 Milano")
    assert not page("Thank you for your payment")


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("Via Roma 3, 20121 Milano", ("Via Roma 12, int. 3", "20121 Milano")),
        ("Via Roma 12, 20121 Milano", ("Via Roma 48 scala 12", "20121 Milano")),
        ("8 rue Victor Hugo, 75011 Paris", ("Apt 8 - 21 rue Victor Hugo", "75011 Paris")),
    ],
)
def test_only_the_number_beside_the_street_is_the_house(address: str, lines: tuple[str, ...]) -> None:
    assert not look(address, *lines).number


@pytest.mark.parametrize("line", ["12-14 rue Victor Hugo", "12/14, rue Victor Hugo", "12 bis, rue Victor Hugo"])
def test_a_house_may_have_two_numbers(line: str) -> None:
    assert look("12 rue Victor Hugo, 75011 Paris", line, "75011 Paris").number


@pytest.mark.parametrize("line", ["Piazza Roma 12", "Viale Roma 12", "C.so Milano 12"])
def test_another_kind_of_street_is_another_street(line: str) -> None:
    assert not look("Via Roma 12, 20121 Milano", line, "20121 Milano").street


def test_another_postcode_in_the_same_town_is_told() -> None:
    assert look("Via Garibaldi 12, 20121 Milano", "Via Garibaldi 12", "20164 Milano").other_code


def test_a_street_may_lose_its_first_name_when_all_the_rest_is_right() -> None:
    assert look("Via Giuseppe Verdi 12, 20121 Milano", "VIA VERDI 12", "20121 MILANO").number
    assert not look("Via Giuseppe Verdi 12, 20121 Milano", "VIA VERDI 12", "10122 TORINO").street


def test_albanian_declines_towns() -> None:
    assert look("Rruga e Drinit 124, Gjilani", "Rr. e Drinit nr. 124", "60045 Gjilan").town


@pytest.mark.parametrize(
    ("address", "language"),
    [
        ("Via Roma 1, 20121 Milano, Itali", "ita"),
        ("Ermou 15, Athinë, Greqi", "ell"),
        ("Οδός Ερμού 15, Αθήνα", "ell"),
        ("Hauptstraße 7, 10115 Berlin", "deu"),
        ("12 rue Hugo, 75011 Paris", "fra"),
        ("12 High Street, London", "eng"),
        ("Rruga e Drinit 1, Prizren", "sqi"),
        ("Nowhere 5", ""),
    ],
)
def test_an_address_tells_the_language_of_its_papers(address: str, language: str) -> None:
    assert page_language.of_address(address) == language


@pytest.mark.parametrize(
    ("text", "likely", "language"),
    [
        ("La ringraziamo per aver scelto i servizi della rete di Milano", "", "ita"),
        ("Bitte überweisen Sie den Betrag bis zum genannten Termin auf die", "ita", "deu"),
        ("12.50 17.80", "fra", "fra"),
        ("12.50 17.80", "", "eng"),
    ],
)
def test_small_words_tell_a_pages_language(text: str, likely: str, language: str) -> None:
    assert page_language.of_words(text.split(), likely) == language


def test_the_town_may_stand_in_a_far_cell_of_the_row() -> None:
    street = [Word(t, 92.0, 100 + 90 * i, 100, 180 + 90 * i, 120) for i, t in enumerate(["Via", "Roma", "12"])]
    town = [Word(t, 92.0, 1400 + 90 * i, 100, 1480 + 90 * i, 120) for i, t in enumerate(["20121", "Milano"])]
    place = find(readings("Via Roma 12, 20121 Milano"), runs([*street, *town]), greek=False)
    assert place.number
    assert place.code
    assert place.town


def test_the_towns_cell_may_stand_a_little_lower_at_the_other_side_of_the_page() -> None:
    words = [
        Word("Schillerpl.", 92.0, 240, 670, 380, 694),
        Word("52", 92.0, 395, 670, 425, 694),
        Word("10648", 92.0, 1500, 726, 1580, 750),
        Word("Berlin", 92.0, 1595, 726, 1680, 750),
    ]
    place = find(readings("Schillerplatz 52, 10648 Berlin"), runs(words), greek=False)
    assert place.code
    assert place.town
