"""Honest people in other lights and with other skins: advised at most for the time that is set, never locked out."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from biometrics.face.session import FaceSession
from biometrics.face.thresholds import shipped
from kiosk.demo.bona_fide import CONDITIONS, darker
from registration.model.evidence import LivenessOutcome, Portrait

PATIENCE = shipped().patience


def _capture(condition: str, seconds: float) -> tuple[Portrait | None, list[tuple[float, str]]]:
    """Return the portrait, and each second at which something else was said or asked first."""
    session = FaceSession(chance=random.Random(2))
    person = CONDITIONS[condition](3, 5.0)
    person.open()
    said: list[tuple[float, str]] = []
    portrait = None
    while portrait is None and person.now < seconds:
        frame = person.read()
        guidance = session.step(frame)
        word = (guidance.hint or guidance.challenge).rpartition(".")[2]
        if not said or said[-1][1] != word:
            said.append((frame.at, word))
            if guidance.challenge:
                person.act(guidance.challenge)
        portrait = guidance.portrait
    session.close()
    return portrait, said


@pytest.mark.parametrize(
    ("condition", "advice", "overridden"),
    [
        ("soft lens", "face_hold_still", {"sharpness"}),
        ("skin at 12 % of the light", "face_more_light", {"luminance_mean", "under_exposed"}),
        ("dark glasses", "face_uncover", {"eyes_uncovered"}),
        ("mask over mouth and nose", "face_uncover", {"mouth_covered"}),
    ],
)
def test_advice_gives_way_after_ten_seconds_and_is_noted(condition: str, advice: str, overridden: set[str]) -> None:
    portrait, said = _capture(condition, 24.0)
    assert portrait is not None
    assert portrait.liveness.outcome is LivenessOutcome.PASSED
    noted = {name.removeprefix("override_") for name in portrait.photo.measures if name.startswith("override_")}
    assert overridden <= noted
    words = [word for _, word in said]
    assert words[:2] == ["", advice]
    given, over = next((now[0], then[0]) for now, then in pairwise(said) if now[1] == advice)
    assert PATIENCE - 0.5 <= over - given <= PATIENCE + 1.0


@pytest.mark.parametrize("condition", ["dim", "skin at 60 % of the light", "skin at 35 % of the light", "far", "low"])
def test_what_is_good_enough_is_taken_without_advice(condition: str) -> None:
    portrait, said = _capture(condition, 9.0)
    assert portrait is not None
    assert not [name for name in portrait.photo.measures if name.startswith("override_")]
    assert {word for _, word in said if word.startswith("face_")} <= {"face_hold_still", "face_done"}
    first_hint = next((n for n, (_, word) in enumerate(said) if word == "face_hold_still"), len(said))
    assert [word for _, word in said[:first_hint] if word == "look_straight"]  # never before the challenges


def test_the_skin_table_takes_away_light_and_not_grey_levels() -> None:
    table = darker(0.5)
    assert int(table[255]) == 188  # half of the light is sRGB 188
    assert int(table[0]) == 0
    assert (np.diff(table.astype(int)) >= 0).all()
    assert (darker(1.0) == np.arange(256)).all()
