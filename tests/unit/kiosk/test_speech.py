"""The real programs: espeak-ng makes the words, a stand-in for the sound card's player keeps what it was given."""

from __future__ import annotations

import io
import shutil
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

import resources
from kiosk.speech import VOICES, EspeakSpeech, at_volume, chime_at
from registration.ports.speech import Chime
from resources import texts
from tools.make_chimes import CHIMES, render

PLAYER = """#!{python}
import os, pathlib, sys, time
folder = pathlib.Path({folder!r})
name = f"{{time.monotonic_ns():020d}}"
(folder / (name + ".part")).touch()
content = b""
while piece := os.read(0, 4096):
    content += piece
time.sleep({seconds})
(folder.parent / name).write_bytes(content)
(folder.parent / name).rename(folder / name)
"""


class Card:
    """A player that records; `seconds` is how long it goes on after it was given everything."""

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self._folder = folder / "heard"
        self._folder.mkdir()
        self.program = folder / "player"
        text = PLAYER.format(python=sys.executable, folder=str(self._folder), seconds=seconds)
        self.program.write_text(text, encoding="utf-8")
        self.program.chmod(0o755)

    def heard(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted(self._folder.iterdir()) if not file.suffix]

    def begun(self) -> int:
        return sum(1 for file in self._folder.iterdir() if file.suffix)

    def wait(self, count: int, begun: bool = False) -> None:
        end = time.monotonic() + 20
        while (self.begun() if begun else len(self.heard())) < count:
            assert time.monotonic() < end, "nothing was played"
            threading.Event().wait(0.02)


def voice(card: Card, speaker: str | None = "espeak-ng") -> EspeakSpeech:
    places = {"espeak-ng": None if speaker is None else shutil.which(speaker), "aplay": str(card.program)}
    return EspeakSpeech(find=places.get)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


@pytest.fixture
def speech(card: Card) -> Iterator[EspeakSpeech]:
    made = voice(card)
    yield made
    made.close()


def seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        return (len(sound) - 44) / file.getsampwidth() / file.getframerate()


def loudest(sound: bytes) -> int:
    return max(abs(s) for s in memoryview(sound[44:]).cast("h"))


@pytest.mark.parametrize("language", VOICES)
def test_a_sentence_is_spoken_in_its_language(language: str, speech: EspeakSpeech, card: Card) -> None:
    speech.say(texts.text("sq", "voter.hint.face_closer") if language == "sq" else "Hotel", language, 1.0)
    card.wait(1)
    assert 0.2 < seconds(card.heard()[0]) < 5
    assert loudest(card.heard()[0]) > 3000


def test_every_language_of_the_screen_has_a_voice() -> None:
    assert set(texts.LANGUAGES) <= set(VOICES)


def test_softer_is_softer_and_nothing_is_silence(speech: EspeakSpeech, card: Card) -> None:
    speech.say("Afrohuni pak", "sq", 1.0)
    card.wait(1)
    speech.say("Afrohuni pak", "sq", 0.2)
    card.wait(2)
    speech.say("Afrohuni pak", "sq", 0.0, Chime.RIGHT)
    speech.say("Afrohuni pak", "sq", 0.2)
    card.wait(3)
    loud, soft, again = map(loudest, card.heard())
    assert soft < loud / 2
    assert soft == again


def test_a_chime_comes_first_and_whole(speech: EspeakSpeech, card: Card) -> None:
    speech.say("Qëndroni pa lëvizur", "sq", 1.0, Chime.RIGHT)
    card.wait(2)
    first, second = card.heard()
    assert first == resources.path("audio/right.wav").read_bytes()
    assert seconds(second) > 0.5


def test_new_words_cut_off_the_old_ones(tmp_path: Path) -> None:
    card = Card(tmp_path, seconds=30)
    speech = voice(card)
    speech.say("Lëvizni pak majtas", "sq", 1.0)
    card.wait(1, begun=True)
    began = time.monotonic()
    speech.say("Afrohuni pak", "sq", 1.0)
    assert time.monotonic() - began < 0.05
    card.wait(2, begun=True)
    assert card.heard() == []
    speech.close()
    assert time.monotonic() - began < 20


def test_asking_never_waits_and_closing_ends_everything(tmp_path: Path) -> None:
    card = Card(tmp_path, seconds=30)
    speech = voice(card)
    longest = 0.0
    for n in range(100):
        began = time.thread_time()
        speech.say(f"Udhëzimi {n}", "sq", 1.0)
        longest = max(longest, time.thread_time() - began)
    assert longest < 0.02
    speech.close()
    speech.close()
    assert not [t for t in threading.enumerate() if t.name == "speech"]
    speech.say("pas mbylljes", "sq", 1.0)
    assert not [t for t in threading.enumerate() if t.name == "speech"]


@pytest.mark.parametrize("missing", ["espeak-ng", "aplay", "both"])
def test_a_machine_without_the_programs_stays_silent(missing: str, tmp_path: Path) -> None:
    card = Card(tmp_path)
    quiet = tmp_path / "espeak"
    quiet.write_text(f"#!{sys.executable}\nimport sys; sys.stdin.read()\n", encoding="utf-8")
    quiet.chmod(0o755)
    places = {"espeak-ng": str(quiet), "aplay": str(card.program)}
    for name in places if missing == "both" else (missing,):
        places[name] = None  # type: ignore[assignment]
    speech = EspeakSpeech(find=places.get)
    for _ in range(3):
        speech.say("Afrohuni pak", "sq", 1.0, Chime.STEP)
    speech.close()


def test_a_card_that_refuses_is_no_error(tmp_path: Path) -> None:
    refuses = tmp_path / "player"
    refuses.write_text(f"#!{sys.executable}\nraise SystemExit(1)\n", encoding="utf-8")
    refuses.chmod(0o755)
    speech = EspeakSpeech(find={"espeak-ng": shutil.which("espeak-ng"), "aplay": str(refuses)}.get)
    for _ in range(3):
        speech.say("Afrohuni pak. " * 40, "sq", 1.0, Chime.TAKEN)
        threading.Event().wait(0.1)
    speech.close()


def test_the_words_are_in_no_list_of_processes(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    spy = tmp_path / "spy"
    spy.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        f"pathlib.Path({str(asked)!r}).write_text(repr((sys.argv[1:], sys.stdin.read())))\n",
        encoding="utf-8",
    )
    spy.chmod(0o755)
    speech = EspeakSpeech(find={"espeak-ng": str(spy)}.get)
    speech.say("Vjollcë Çelaj", "sq", 0.5)
    end = time.monotonic() + 20
    while not asked.exists() or not asked.read_text(encoding="utf-8"):
        assert time.monotonic() < end
        threading.Event().wait(0.02)
    speech.close()
    arguments, text = eval(asked.read_text(encoding="utf-8"))  # noqa: S307  what our own spy wrote
    assert text == "Vjollcë Çelaj"
    assert arguments == ["-v", "sq", "-s", "150", "-a", "80", "-b", "1", "--stdin"]


def test_the_chimes_are_what_the_script_makes() -> None:
    assert set(CHIMES) == {chime.value for chime in Chime}
    for name, notes in CHIMES.items():
        assert resources.path(f"audio/{name}.wav").read_bytes() == render(notes)
        assert seconds(render(notes)) < 0.6


def test_a_chime_at_half_volume_has_half_the_samples() -> None:
    whole, half = chime_at(Chime.RIGHT, 1.0), at_volume(resources.path("audio/right.wav"), 0.5)
    assert whole == resources.path("audio/right.wav").read_bytes()
    pairs = zip(memoryview(whole[44:]).cast("h"), memoryview(half[44:]).cast("h"), strict=True)
    assert all(abs(a / 2 - b) <= 0.5 for a, b in pairs)
