"""Places of birth: two forms of one town are no difference, two towns are."""

from __future__ import annotations

import pytest

from registration.model.birth_places import same_place, surely_another_place


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Tirana", "TIRANË"), ("Shkodra", "Shkodër"), ("Gjirokastra", "GJIROKASTËR ALB"), ("durres", "Durrës, Albania"),
        ("Durrësi", "DURRES"), ("Korca", "Korçë"), ("Elbasan", "ELBASAN"), ("Kukës", "Shishtavec, Kukës"),
    ],
)  # fmt: skip
def test_one_place(typed: str, printed: str) -> None:
    assert same_place(typed, printed)
    assert same_place(printed, typed)
    assert not surely_another_place(typed, printed)


@pytest.mark.parametrize(("typed", "printed"), [("Tirana", "Durrës"), ("Berat", "Përmet"), ("Fier", "Lezhë")])
def test_two_places(typed: str, printed: str) -> None:
    assert not same_place(typed, printed)
    assert surely_another_place(typed, printed)


def test_a_letter_misread_is_shown_to_the_official_but_does_not_alarm_the_voter() -> None:
    assert not same_place("Gjirokastër", "Gjirokaslër")
    assert not surely_another_place("Gjirokastër", "Gjirokaslër")


def test_nothing_read_is_no_difference() -> None:
    assert not surely_another_place("Tirana", "")
    assert not same_place("", "")
