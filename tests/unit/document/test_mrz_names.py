"""Names in the zone: letters, cuts, comparison."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from biometrics.document.mrz_names import name_field, same_name, split_name_field, transliterate


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Çelë", "CELE"),
        ("Ëngjëll Përparim", "ENGJELL PERPARIM"),
        ("Gjon-Pal", "GJON PAL"),
        ("O'Brien", "OBRIEN"),
        ("Müller", "MUELLER"),
        ("Groß", "GROSS"),
        ("Åström Ørsted", "AASTROEM OERSTED"),
        ("Kovačević", "KOVACEVIC"),
        ("Παπαδόπουλος", "PAPADOPOULOS"),
        ("Ευάγγελος", "EVANGELOS"),
        ("Ευθύμιος", "EFTHYMIOS"),
        ("Μπάμπης", "BAMPIS"),
        ("Μαΐου", "MAIOU"),
        ("Χριστόφορος", "CHRISTOFOROS"),
    ],
)
def test_transliteration(written: str, plain: str) -> None:
    assert transliterate(written) == plain


@pytest.mark.parametrize(
    ("surname", "given_names", "field"),
    [
        ("Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        ("Arkfreith", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
    ],
)
def test_examples_of_the_standard(surname: str, given_names: str, field: str) -> None:
    assert name_field(surname, given_names, 39) == field


def test_a_cut_field_says_so() -> None:
    assert split_name_field("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K")[2]
    assert split_name_field("ERIKSSON<<ANNA<MARIA<<<<<<<<<") == ("ERIKSSON", "ANNA MARIA", False)


@settings(max_examples=200, deadline=None)
@example("A" * 26, "A-A", 30)
@given(st.text("ABCËÇ -", max_size=60), st.text("ABCËÇ -", max_size=60), st.sampled_from([30, 31, 39]))
def test_the_field_always_has_its_width_and_letters(surname: str, given_names: str, width: int) -> None:
    field = name_field(surname, given_names, width)
    assert len(field) == width
    assert set(field) <= set("ABCEÇ<") - {"Ç"}
    full = f"{transliterate(surname)}<<{transliterate(given_names)}"
    if len(full) > width and transliterate(surname) and transliterate(given_names):
        assert field[-1] != "<"


@pytest.mark.parametrize(
    ("mrz", "written", "same"),
    [
        ("CELA", "Çela", True),
        ("ENGJELL", "Ëngjëll", True),
        ("MUELLER", "Müller", True),
        ("MULLER", "Müller", True),
        ("DEJTHAMRONG K", "Dejthamrong Krasuang", True),
        ("CELA", "Celaj", False),
        ("", "Çela", False),
    ],
)
def test_same_name(mrz: str, written: str, same: bool) -> None:
    assert same_name(mrz, written) is same
