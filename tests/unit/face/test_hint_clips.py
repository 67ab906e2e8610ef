"""A clip for each hint, and further clips for those with several causes: the first stable hint, and no other one.

Not every cause can be shown with one photograph: a light that is too dark always makes the face both dark and
under-exposed. A head bowed far is told to come closer, since it is shorter from eyes to chin and distance is said
before the pose.
"""

from __future__ import annotations

import random

import pytest

from biometrics.face.session import FaceSession
from biometrics.face.thresholds import shipped
from kiosk.demo.animated_head import AnimatedHead
from kiosk.demo.bona_fide import REST, Toned
from kiosk.demo.head_render import Light, Look
from resources.texts import LANGUAGES, has

SECONDS = 1.4
HINT = "voter.hint."


def _look(**changed: float) -> AnimatedHead:
    return AnimatedHead(fps=5, look=Look(**{"ied": REST.ied, **changed}))


def _lit(**light: float) -> AnimatedHead:
    return AnimatedHead(fps=5, light=Light(**light))


def _nobody() -> AnimatedHead:
    head = AnimatedHead(fps=5)
    head.present = False
    return head


CLIPS = [
    ("face_none", "an empty room", _nobody),
    ("face_none", "an empty dark room", lambda: _dark(_nobody())),
    ("face_several", "somebody looks over the shoulder", lambda: AnimatedHead(fps=5, second_person=True)),
    ("face_closer", "far", lambda: _look(ied=80.0)),
    ("face_closer", "very far and at the side", lambda: _look(ied=74.0, x=0.36)),
    ("face_back", "near", lambda: _look(ied=160.0)),
    ("face_move_left", "at the frame's left", lambda: _look(x=0.4)),
    ("face_move_right", "at the frame's right", lambda: _look(x=0.6)),
    ("face_move_up", "low", lambda: _look(y=0.54)),
    ("face_move_down", "high", lambda: _look(y=0.34)),
    ("face_look_straight", "turned to the left", lambda: _look(yaw=14.0)),
    ("face_look_straight", "turned to the right", lambda: _look(yaw=-14.0)),
    ("face_look_straight", "bowed", lambda: _look(pitch=15.0, ied=122.0)),
    ("face_look_straight", "chin up", lambda: _look(pitch=-16.0)),
    ("face_head_upright", "leaning to the left", lambda: _look(roll=-16.0)),
    ("face_head_upright", "leaning to the right", lambda: _look(roll=14.0)),
    ("face_more_light", "dim", lambda: _lit(gain=0.4)),
    ("face_more_light", "dim with a dark skin", lambda: Toned(0.35, fps=5, light=Light(gain=0.5))),
    ("face_less_light", "glaring", lambda: _lit(gain=1.6)),
    ("face_less_light", "burnt out in places", lambda: _lit(gain=1.3)),
    ("face_turn_to_light", "light from the right", lambda: _lit(side=0.5)),
    ("face_turn_to_light", "light from the left", lambda: _lit(side=-0.5, gain=0.8)),
    ("face_hold_still", "blurred", lambda: _lit(blur=2.5)),
    ("face_uncover", "dark glasses", lambda: AnimatedHead(fps=5, wearing="dark glasses")),
    ("face_uncover", "a mask", lambda: AnimatedHead(fps=5, wearing="mask")),
    ("face_open_eyes", "eyes shut", lambda: _look(eyes=1.0)),
    ("face_close_mouth", "mouth open", lambda: _look(mouth=0.6)),
]
# What the course of a session says, and not a clip: `test_a_whole_session_says_the_rest` plays it.
OF_THE_COURSE = {"face_try_again", "face_other_way", "face_done"}


def _dark(head: AnimatedHead) -> AnimatedHead:
    head.light = Light(gain=0.2)
    return head


def _said(session: FaceSession, head: AnimatedHead, seconds: float, obey: bool) -> list[str]:
    """Return what was said or asked, in order and without repeats."""
    head.open()
    said: list[str] = []
    while head.now < seconds:
        guidance = session.step(head.read())
        word = (guidance.hint or guidance.challenge).rpartition(".")[2]
        if word and (not said or said[-1] != word):
            said.append(word)
            if obey and guidance.challenge:
                head.act(guidance.challenge)
        if guidance.portrait is not None:
            break
    return said


@pytest.mark.parametrize(("hint", "clip"), [pytest.param(h, c, id=f"{h}-{name}") for h, name, c in CLIPS])
def test_a_clip_brings_its_hint_and_no_other(hint: str, clip: object) -> None:
    assert callable(clip)
    session = FaceSession(chance=random.Random(1))
    said = _said(session, clip(), SECONDS, obey=True)
    session.close()
    assert said == [hint]


def test_a_whole_session_says_the_rest() -> None:
    session = FaceSession(chance=random.Random(1))
    done = _said(session, AnimatedHead(fps=5, seed=1), 12.0, obey=True)
    session.close()
    assert done[-2:] == ["face_hold_still", "face_done"]
    assert done[-3] == "look_straight"
    session = FaceSession(chance=random.Random(1))
    refused = _said(session, AnimatedHead(fps=5, seed=1, blinks=False), 27.0, obey=False)
    session.close()
    assert [word for word in refused if word.startswith("face_")] == [
        *["face_try_again"] * (shipped().liveness.attempts - 1),
        "face_other_way",
    ]


def test_every_hint_of_the_face_has_a_clip() -> None:
    shown = {hint for hint, _, _ in CLIPS} | OF_THE_COURSE
    assert all(has(language, HINT + hint) for language in LANGUAGES for hint in shown)
    from resources import path

    for language in LANGUAGES:
        lines = path(f"i18n/{language}/voter-face.yaml").read_text(encoding="utf-8").splitlines()
        named = {line.split(":")[0].removeprefix("hint.") for line in lines if line.startswith("hint.face_")}
        assert named == shown
