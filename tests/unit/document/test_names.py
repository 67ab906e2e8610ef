"""One name in many spellings, and names of relatives that are not it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.document.address_proof_names import find, holder
from biometrics.document.given_names import another
from biometrics.document.names import distance, fold, is_greek, same_word, tokens
from biometrics.document.page_lines import Run, merged, runs
from biometrics.document.text_ocr import Word
from registration.model.documents import Found


def page(*lines: str, confidence: float = 92.0) -> list[Run]:
    """Lines of words, 20 pixels high, 12 pixels a letter, 40 pixels apart; two spaces make a wide gap."""
    words = []
    for row, line in enumerate(lines):
        left = 100
        for part in line.split(" "):
            if part:
                words.append(Word(part, confidence, left, 100 + row * 40, left + 12 * len(part), 120 + row * 40))
                left += 12 * len(part) + 8
            else:
                left += 150
    return runs(words)


def found(name: str, *lines: str, greek: bool = False) -> Found:
    return find(holder([name]), page(*lines), greek=greek)[0]


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Çela", "cela"), ("GJËRGJ", "gjergj"), ("Straße", "strasse"), ("Ερμού", "ερμου"), ("ΑΘΗΝΑΣ", "αθηνασ")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcdefgh", max_size=8))
def test_distance_to_itself_is_zero(word: str) -> None:
    assert distance(word, word) == 0


@given(st.text(alphabet="abcdef", min_size=1, max_size=7), st.text(alphabet="abcdef", min_size=1, max_size=7))
def test_different_words_are_apart(a: str, b: str) -> None:
    assert (distance(a, b) == 0) == (a == b)


@pytest.mark.parametrize(
    ("greek", "latin"),
    [
        ("ΧΟΤΖΑ", "Hoxha"),
        ("ΑΡΜΠΕΝ", "Arben"),
        ("ΝΤΡΙΤΑ", "Drita"),
        ("Τσέλα", "Çela"),
        ("ΓΚΕΖΙΜ", "Gëzim"),
        ("ΣΕΧΟΥ", "Shehu"),
        ("ΒΑΛΜΠΟΝΑ", "Valbona"),
        ("Ερμού", "Ermou"),
        ("ΜΗΤΡΟΠΟΛΕΩΣ", "Mitropoleos"),
        ("ΚΗΦΙΣΙΑΣ", "Kifisias"),
    ],
)
def test_greek_spellings_of_one_word(greek: str, latin: str) -> None:
    assert same_word(fold(greek), fold(latin), greek_page=True)


@pytest.mark.parametrize(
    ("read", "meant"), [("arta", "artan"), ("edona", "edon"), ("albina", "albin"), ("luan", "loan")]
)
def test_a_relatives_name_is_another_name(read: str, meant: str) -> None:
    assert not same_word(read, meant, confidence=95)


@pytest.mark.parametrize(("read", "meant"), [("h0xha", "hoxha"), ("krasnlqi", "krasniqi"), ("rnarku", "marku")])
def test_letters_that_look_alike_are_forgiven(read: str, meant: str) -> None:
    assert same_word(read, meant, confidence=70)


@pytest.mark.parametrize(
    "lines",
    [
        ("Intestatario: HOXHA ARBEN",),
        ("Sig. Arben Hoxha",),
        ("Cognome HOXHA", "Nome ARBEN"),
        ("between Mario Rossi and Arben", "Hoxha (the Tenant)"),
        ("Arben und Mira Hoxha",),
        ("A. Hoxha",),
        ("Hoxha A.",),
        ("HOXHA/ARBEN",),
    ],
)
def test_finds_the_holder(lines: tuple[str, ...]) -> None:
    assert found("Arben Hoxha", *lines) is Found.YES


def test_finds_the_holder_by_the_parts_of_the_name() -> None:
    someone = holder(["Arben Luan", "Hoxha Shehu"])
    assert find(someone, page("Herrn Arben Shehu"), greek=False)[0] is Found.YES
    assert find(someone, page("Herrn Arben Hoxha-Shehu"), greek=False)[0] is Found.YES
    assert find(someone, page("Frau Mira Hoxha-Shehu"), greek=False)[0] is Found.PARTLY


def test_surname_first_with_a_comma() -> None:
    assert holder(["Hoxha, Arben"]) == holder(["Arben Hoxha"])


def test_finds_the_holder_in_greek_capitals() -> None:
    assert found("Arben Hoxha", "Πελάτης: ΧΟΤΖΑ ΑΡΜΠΕΝ", greek=True) is Found.YES


def test_a_relative_is_only_partly_the_holder() -> None:
    assert found("Arben Hoxha", "Sig.ra Mira Hoxha", "Via Roma 3") is Found.PARTLY


def test_a_stranger_is_not_the_holder() -> None:
    assert found("Arben Hoxha", "Sig. Mario Rossi") is Found.NO


def test_nobody_asked_is_nobody_found() -> None:
    assert find(holder([]), page("Arben Hoxha"), greek=False) == (Found.NO, None)


def test_tokens_end_at_points_and_dashes() -> None:
    assert tokens("Rr. Nënë-Tereza 12/A") == ["rr", "nene", "tereza", "12", "a"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Familienname Vorname", "HOXHA  ARBEN  15.06.1990"),
        ("Surname", "HOXHA", "Date", "01.02.1990", "Given names", "ARBEN LUAN"),
        ("zwischen Mario Rossi und Arben Luan", "Hoxha nachfolgend Mieter"),
        ("HOXHA LUAN ARBEN",),
    ],
)
def test_finds_the_holder_in_tables_and_forms(lines: tuple[str, ...]) -> None:
    assert found("Arben Hoxha", *lines) is Found.YES


@pytest.mark.parametrize(
    "lines",
    [
        ("Mario Hoxha e Arben Rossi",),
        ("HOXHA  MIRA  15.06.1990", "ROSSI  ARBEN  01.01.1960"),
        ("Sig. Arbër Hoxha",),
        ("Sig.ra Arbana Hoxha",),
    ],
)
def test_somebody_elses_given_name_beside_the_surname_is_not_the_holder(lines: tuple[str, ...]) -> None:
    assert found("Arben Hoxha", *lines) is not Found.YES


def test_a_fathers_name_is_not_the_holders() -> None:
    assert found("Luan Hoxha", "ΧΟΤΖΑ ΑΡΜΠΕΝ ΤΟΥ ΛΟΥΑΝ", greek=True) is not Found.YES
    assert found("Arben Hoxha", "ΧΟΤΖΑ ΑΡΜΠΕΝ ΤΟΥ ΛΟΥΑΝ", greek=True) is Found.YES


def test_a_second_given_name_is_no_surname() -> None:
    assert found("Arben Luan Hoxha", "Sig. Arben Luan Rossi") is not Found.YES
    assert found("Arben Luan Hoxha", "Sig. Arben Hoxha") is Found.YES


def test_another_given_name_read_plainly_is_never_forgiven() -> None:
    assert another("mirena", "mirela")
    assert not another("mirela", "mirela")
    assert another(fold("ΜΙΡΑ"), "arta", greek=True)
    assert not another("m1rela", "mirela")


def test_another_reading_of_the_same_place_may_hold_the_name() -> None:
    first = [Word("Arhen", 40, 100, 100, 160, 120), Word("Hoxha", 90, 170, 100, 230, 120)]
    second = [Word("Arben", 85, 101, 101, 161, 121)]
    lines = runs(first, merged([first, second], first))
    assert lines[0].tokens[0].readings == ("arhen", "arben")
    assert find(holder(["Arben Hoxha"]), lines, greek=False)[0] is Found.YES


@pytest.mark.parametrize(
    ("name", "lines", "greek"),
    [
        ("Elira Hoxha", ("Frau Elira Becker geb. Hoxha",), False),
        ("Arben Dibra", ("CERTIFICA che ARBEN BIANCHI nato", "DIBRA, nato a Durazzo"), False),
        ("Agron Brahimaj", ("ΑΓΚΡΟΝ ΜΠΡΑΧΙΜΑΙ",), True),
        ("Bujar Osmanaj", ("Μ. ΟΣΜΑΝΑΙ",), True),
        ("Kejdi Dushku", ("ΚΕΙΝΤΙ ΝΤΟΥΣΚΟΥ",), True),
        ("Ermal Hasani", ("ERMAL HASSANI",), False),
        ("Xhuliana Karaj", ("KARA] XHULIANA",), False),
    ],
)
def test_married_greek_and_broken_names_are_found(name: str, lines: tuple[str, ...], greek: bool) -> None:
    assert found(name, *lines, greek=greek) is Found.YES


def test_an_initial_of_the_next_line_is_not_the_holders() -> None:
    assert found("Arben Pepa", "Denada Pepa", "V. A. De Gasperi 42") is not Found.YES
    assert found("Arben Pepa", "Denada Pepa", "A. De Gasperi 42") is not Found.YES


def test_italian_short_forms_are_one_word() -> None:
    assert tokens("V.le Monza, P.zza Dante") == ["viale", "monza", "piazza", "dante"]


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ("Mustafa}", ["mustafaj"]),
        ("LAMA)", ["lamaj"]),
        ("(Vermieter)", ["vermieter"]),
        ("6@", ["60"]),
        ("καΣΤΥΛΛΑ", ["κα", "στυλλα"]),
    ],
)
def test_what_a_reader_is_known_to_do_is_undone(read: str, words: list[str]) -> None:
    assert tokens(read) == words


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Thanas Zana Mustafaj", ("ci-après le bailleur, et T.", "Mustafaj, ci-après le locataire")),
        ("Mirela Thaçi-Cami", ("Mbiemri  THAÇI-CAMI", "Emri  M.")),
        ("Bushati Mulliqi, Arben", ("ARBEN BUSHATIMULLIQI",)),
        ("Brahimaj, Ilir", ("ΜΠΡΑΧΙΜΑΙΙΛΙΡ",)),
        ("Liljana Cami", ("ΤΣΑΜΙ ΔΙΔΙΑΝΑ",)),
    ],
)
def test_initials_of_their_own_and_names_run_together_are_found(name: str, lines: tuple[str, ...]) -> None:
    assert found(name, *lines, greek=is_greek(fold(lines[0]))) is Found.YES


def test_a_surname_with_its_initial_run_together_is_found_where_it_was_hardly_read() -> None:
    holders = holder(["Ndue Llazari"])
    assert find(holders, page("LLAZARIN,", confidence=75), greek=False)[0] is Found.YES
    assert find(holders, page("LLAZARIN,", confidence=95), greek=False)[0] is Found.NO


def test_an_initial_cut_off_at_the_end_of_another_line_is_no_one() -> None:
    assert found("Thanas Mustafaj", "et T.", "Rossi, ci-après le locataire, Mustafaj") is Found.PARTLY


@pytest.mark.parametrize("sinks", [0, 36, -36])
def test_a_row_of_a_table_may_sink_on_its_way_across(sinks: int) -> None:
    words = [
        Word("MULLIQI", 92.0, 180, 100, 350, 124),
        Word("Nome", 92.0, 1480, 60 + sinks, 1560, 84 + sinks),
        Word("ILIR", 92.0, 1480, 100 + sinks, 1550, 124 + sinks),
    ]
    assert find(holder(["Ilir Mulliqi"]), runs(words), greek=False)[0] is Found.YES


def test_the_row_of_somebody_else_is_another_row() -> None:
    words = [
        Word("MULLIQI", 92.0, 180, 100, 350, 124),
        Word("ILIR", 92.0, 500, 160, 570, 184),
        Word("ROSSI", 92.0, 180, 160, 300, 184),
        Word("MARA", 92.0, 500, 100, 570, 124),
    ]
    assert find(holder(["Ilir Mulliqi"]), runs(words), greek=False)[0] is Found.PARTLY


def test_in_the_midst_of_two_lines_of_a_text_stand_two_people() -> None:
    lines = ("tra Blerina Bianchi nata Aliaj domiciliata", "in seguito locatore, e Flogert Ndreka conduttore")
    assert found("Flogert Aliaj", *lines) is not Found.YES
