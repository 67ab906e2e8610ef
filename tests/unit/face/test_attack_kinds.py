"""Every kind of simulated attack, once: none of them gives a portrait."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from biometrics.face.session import FaceSession, Phase
from biometrics.face.thresholds import shipped
from kiosk.demo.attack_kinds import KINDS, Attack, PaperMask, cut_out, eye_holes, phone_screen
from kiosk.demo.attacks import Exchanged, picture_of_the_person
from registration.model.evidence import LivenessOutcome

EXCHANGES = [kind for kind in KINDS if kind.endswith(("after the challenges", "for the photo"))]
# What `test_session.py` plays already, with more tries.
PLAYED = {"still print", "flat print waved by 40 degrees", "print bent 1.0 rad, waved", "two people at once"}


def _session(attempts: int, seed: int = 5) -> FaceSession:
    limits = shipped()
    liveness = replace(limits.liveness, seconds=2.0, attempts=attempts)
    return FaceSession(replace(limits, retry_seconds=0.5, liveness=liveness), chance=random.Random(seed))


def _play(session: FaceSession, attack: Attack, seconds: float) -> tuple[bool, bool]:
    """Return whether there was a portrait, and whether the attack got as far as being exchanged."""
    attack.open()
    challenge, exchanged = "", False
    while attack.now < seconds and session.phase is not Phase.OTHER_WAY:
        guidance = session.step(attack.read())
        if guidance.challenge != challenge:
            challenge = guidance.challenge
            if challenge:
                attack.act(challenge)
        if isinstance(attack, Exchanged) and guidance.challenge and guidance.progress == 1.0:
            attack.exchange()
            exchanged = True
        if guidance.portrait is not None:
            return True, exchanged
    return False, exchanged


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(EXCHANGES) - PLAYED))
def test_what_is_held_up_gives_no_portrait(kind: str) -> None:
    session = _session(attempts=1)
    taken, _ = _play(session, KINDS[kind](1, 5.0), 12.0)
    session.close()
    assert not taken
    assert session.phase is Phase.OTHER_WAY
    assert session.liveness.outcome is LivenessOutcome.NOT_PASSED
    assert session.liveness.challenges


@pytest.mark.parametrize("kind", EXCHANGES)
def test_who_takes_the_place_after_the_challenges_is_not_photographed(kind: str) -> None:
    session = _session(attempts=1)
    taken, exchanged = _play(session, KINDS[kind](1, 5.0), 12.0)
    session.close()
    assert exchanged
    assert not taken
    assert session.phase is Phase.OTHER_WAY


def test_there_are_real_eyes_in_the_holes_of_a_mask() -> None:
    holes = eye_holes() == 0
    rows, columns = np.nonzero(holes)
    assert 0.001 < holes.mean() < 0.02
    assert columns.min() < holes.shape[1] / 2 < columns.max()
    mask = PaperMask(0.0, 10.0, 1)
    mask.open()
    open_eyes = mask.read().pixels
    mask.act("voter.challenge.blink")
    seen = [mask.read().pixels for _ in range(8)]
    box = np.s_[rows.min() : rows.max(), 280 + columns.min() : 280 + columns.max()]
    below = np.s_[rows.max() + 60 : rows.max() + 100, 280 + columns.min() : 280 + columns.max()]

    def change(where: tuple[slice, slice]) -> float:
        return max(float(np.abs(each[where].astype(int) - open_eyes[where]).mean()) for each in seen)

    assert change(box) > 2 * change(below)


def test_a_cut_out_is_the_person_and_a_phone_has_a_dark_edge() -> None:
    whole = cut_out()
    assert 0.2 < (whole > 0).mean() < 0.7
    assert whole[317, 360] == 255
    assert not whole[:60, :60].any()
    shown = phone_screen(picture_of_the_person())
    assert shown[:, :20].max() < 30
    assert shown.shape[1] / shown.shape[0] < 0.65
    assert shown[shown.shape[0] // 2, shown.shape[1] // 2].mean() > 60
