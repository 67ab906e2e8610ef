from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from registration.ports.capture import Guidance
from registration.ports.speech import Chime
from tests.fakes.speech import FakeSpeech
from tests.ui.conftest import Seconds
from ui.read_aloud import STEPS, Aloud, ReadAloud
from ui.words import Words

CLOSER, STILL = "voter.hint.face_closer", "voter.hint.face_hold_still"


@pytest.fixture
def speech() -> FakeSpeech:
    return FakeSpeech()


@pytest.fixture
def aloud(qtbot: QtBot, speech: FakeSpeech, words: Words, seconds: Seconds) -> ReadAloud:
    return ReadAloud(speech, words, monotonic=seconds)


def texts_of(speech: FakeSpeech) -> list[str]:
    return [text for text, _, _ in speech.said]


def test_a_hint_is_said_once_and_again_when_it_lasts(aloud: ReadAloud, speech: FakeSpeech, seconds: Seconds) -> None:
    for _ in range(30):
        aloud.guidance(Guidance(False, CLOSER))
        seconds.go(0.2)
    assert texts_of(speech) == ["Afrohuni pak"]
    for _ in range(6):
        aloud.guidance(Guidance(False, CLOSER))
        seconds.go(0.2)
    assert texts_of(speech) == ["Afrohuni pak"] * 2


def test_green_has_its_sound_and_its_words(aloud: ReadAloud, speech: FakeSpeech) -> None:
    aloud.guidance(Guidance(False, CLOSER))
    aloud.guidance(Guidance(True, STILL))
    aloud.guidance(Guidance(True, STILL, progress=0.5))
    aloud.taken()
    assert texts_of(speech) == ["Afrohuni pak", "Qëndroni pa lëvizur"]
    assert speech.chimes == [Chime.RIGHT, Chime.TAKEN]


def test_challenges_are_said_and_each_one_met_chimes(aloud: ReadAloud, speech: FakeSpeech) -> None:
    for challenge in ("turn_left", "turn_left", "look_straight", "blink", "look_straight"):
        aloud.guidance(Guidance(False, "", challenge=f"voter.challenge.{challenge}"))
    assert texts_of(speech) == [
        "Kthejeni kokën majtas",
        "Shikoni drejt kamerës",
        "Ju lutem mbyllni e hapni sytë",
        "Shikoni drejt kamerës",
    ]
    assert speech.chimes == [Chime.STEP, Chime.STEP]


def test_a_new_try_calls_for_attention(aloud: ReadAloud, speech: FakeSpeech) -> None:
    for _ in range(3):
        aloud.guidance(Guidance(False, "voter.hint.face_try_again"))
    assert (texts_of(speech), speech.chimes) == (["Provojmë edhe një herë"], [Chime.ATTENTION])


def test_pages_are_read_to_those_who_ask(aloud: ReadAloud, speech: FakeSpeech, words: Words) -> None:
    aloud.page("Cila është adresa juaj?")
    assert texts_of(speech) == []
    aloud.choose(Aloud.PAGES)
    aloud.page("Kontrolloni")
    words.choose("en")
    aloud.page("Check")
    assert speech.said == [
        ("Cila është adresa juaj?", "sq", 0.6),
        ("Kontrolloni", "sq", 0.6),
        ("Check", "en", 0.6),
    ]


def test_nothing_is_nothing_but_a_page_can_be_asked_for(aloud: ReadAloud, speech: FakeSpeech) -> None:
    aloud.choose(Aloud.NOTHING)
    aloud.page("Kontrolloni")
    aloud.guidance(Guidance(True, STILL))
    aloud.taken()
    aloud.trouble("Kamera mungon")
    assert (speech.said, speech.chimes) == ([], [])
    aloud.read_page()
    assert texts_of(speech) == ["Kontrolloni"]


def test_the_volume_goes_in_steps_and_ends(aloud: ReadAloud, speech: FakeSpeech) -> None:
    for _ in range(STEPS):
        aloud.louder(1)
    assert aloud.step == STEPS
    for _ in range(2 * STEPS):
        aloud.louder(-1)
    assert aloud.step == 1
    assert set(speech.chimes) == {Chime.STEP}
    aloud.guidance(Guidance(False, CLOSER))
    assert speech.said[-1][2] == pytest.approx(1 / STEPS)


def test_a_session_ends_in_silence_with_the_usual(aloud: ReadAloud, speech: FakeSpeech) -> None:
    aloud.choose(Aloud.PAGES)
    aloud.louder(2)
    before = speech.silenced
    aloud.reset()
    assert (aloud.aloud, aloud.step, speech.silenced) == (Aloud.CAPTURE, 3, before + 1)
    aloud.read_page()
    assert "" not in texts_of(speech)
