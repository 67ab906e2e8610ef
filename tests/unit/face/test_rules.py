"""Limits, framing, challenges, continuity and crop, without pictures."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.face import framing, liveness, portrait
from biometrics.face.analysis import FaceReading
from biometrics.face.continuity import Continuity
from biometrics.face.framing import Framing, SteadyHint
from biometrics.face.liveness import Attempt, Failure, Sample, draw
from biometrics.face.measures import Geometry
from biometrics.face.portrait import ASPECT, crop_box
from biometrics.face.pose import Pose
from biometrics.face.thresholds import DamagedThresholds, Range, load, shipped
from resources.texts import LANGUAGES, has

LIMITS = shipped()
RIGHT = {
    "single_face": 0.0,
    "inter_eye_distance": 110.0,
    "head_size": 0.27,
    "eyes_x": 0.0,
    "eyes_y": 0.0,
    "yaw": 0.0,
    "pitch": 0.0,
    "roll": 0.0,
    "luminance_mean": 0.4,
    "under_exposed": 0.1,
    "over_exposed": 0.0,
    "dynamic_range": 7.0,
    "illumination_uniformity": 0.6,
    "cheek_ratio": 0.9,
    "sharpness": 25.0,
    "eyes_uncovered": 0.9,
    "mouth_covered": 3.0,
    "eyes_open": 0.07,
    "mouth_open": 0.01,
}
PATTERN = np.zeros(840, np.float32)
PATTERN[0] = 1.0
OTHER = np.roll(PATTERN, 1)


def _reading(
    at: float = 0.0, pattern: np.ndarray = PATTERN, eyes: tuple[float, float] = (640, 317), **changed: float
) -> FaceReading:
    values = {**RIGHT, **changed}
    shape = Geometry(eyes, values["head_size"] * 720, values["inter_eye_distance"], 0.07, 0.07, 0.01)
    return FaceReading(at, 1, Pose(values["yaw"], 0, 0), shape, values, (), pattern)


def test_a_check_leaves_later_than_it_enters() -> None:
    limit = Range((10, 20), (8, 25))
    assert [limit.holds(v, held=False) for v in (9, 10, 20, 21)] == [False, True, True, False]
    assert [limit.holds(v, held=True) for v in (7, 8, 25, 26)] == [False, True, True, False]
    assert not limit.holds(float("nan"), held=True)
    with pytest.raises(DamagedThresholds):
        Range((10, 20), (11, 25))


def test_a_thresholds_file_with_a_wrong_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("pitch_offsett: 9\n")
    with pytest.raises(DamagedThresholds, match="pitch_offsett"):
        load(tmp_path / "t.yaml")


@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        (framing.SEVERAL, {"single_face": 0.3}),
        (framing.CLOSER, {"inter_eye_distance": 80.0}),
        (framing.CLOSER, {"head_size": 0.2}),
        (framing.BACK, {"head_size": 0.4}),
        (framing.LEFT, {"eyes_x": -0.1}),
        (framing.RIGHT, {"eyes_x": 0.1}),
        (framing.DOWN, {"eyes_y": -0.1}),
        (framing.UP, {"eyes_y": 0.1}),
        (framing.STRAIGHT, {"yaw": 9.0}),
        (framing.STRAIGHT, {"pitch": -12.0}),
        (framing.UPRIGHT, {"roll": 11.0}),
        (framing.MORE_LIGHT, {"luminance_mean": 0.05}),
        (framing.LESS_LIGHT, {"luminance_mean": 0.8}),
        (framing.LESS_LIGHT, {"over_exposed": 0.2}),
        (framing.EVEN_LIGHT, {"cheek_ratio": 0.3}),
        (framing.STILL, {"sharpness": 5.0}),
        (framing.UNCOVER, {"eyes_uncovered": 0.1}),
        (framing.UNCOVER, {"mouth_covered": 30.0}),
        (framing.OPEN_EYES, {"eyes_open": 0.02}),
        (framing.CLOSE_MOUTH, {"mouth_open": 0.2}),
    ],
)
def test_each_fault_is_named(fault: str, changed: dict[str, float]) -> None:
    assert Framing(LIMITS).judge(_reading(**changed)).fault == fault


def test_faults_are_named_in_their_order() -> None:
    wrong = [
        {"single_face": 0.3},
        {"head_size": 0.1},
        {"eyes_x": 0.2},
        {"yaw": 20.0},
        {"luminance_mean": 0.05},
        {"sharpness": 1.0},
        {"eyes_open": 0.01},
        {"mouth_open": 0.3},
    ]
    said = []
    for first in range(len(wrong)):
        together = {name: value for change in wrong[first:] for name, value in change.items()}
        said.append(Framing(LIMITS).judge(_reading(**together)).fault)
    assert said == [
        framing.SEVERAL,
        framing.CLOSER,
        framing.RIGHT,
        framing.STRAIGHT,
        framing.MORE_LIGHT,
        framing.STILL,
        framing.OPEN_EYES,
        framing.CLOSE_MOUTH,
    ]
    assert Framing(LIMITS).judge(FaceReading(0.0, 0)).fault == framing.NONE
    assert Framing(LIMITS).judge(FaceReading(0.0, 2)).fault == framing.SEVERAL
    assert Framing(LIMITS).judge(_reading()).right


@pytest.mark.parametrize("name", sorted(LIMITS.advise))
def test_advice_gives_way_after_its_time_and_says_so(name: str) -> None:
    low, high = LIMITS.advise[name].leave
    bad = {name: low / 2 if low > 0 else high * 2}
    judge = Framing(LIMITS)
    verdicts = [judge.judge(_reading(at=n / 10, **bad)) for n in range(int(LIMITS.patience * 10) + 12)]
    assert not verdicts[int(LIMITS.patience * 10) - 5].right
    assert verdicts[-1].right
    assert verdicts[-1].overridden == (name,)


@pytest.mark.parametrize("name", sorted(LIMITS.must))
def test_geometry_never_gives_way(name: str) -> None:
    judge = Framing(LIMITS)
    bad = {name: LIMITS.must[name].leave[1] * 1.5}
    assert not any(judge.judge(_reading(at=n / 10, **bad)).right for n in range(400))


def test_patience_does_not_run_while_something_else_is_said() -> None:
    judge = Framing(LIMITS)
    for n in range(300):
        judge.judge(_reading(at=n / 10, head_size=0.1, luminance_mean=0.05))
    assert judge.judge(_reading(at=30.0, luminance_mean=0.05)).fault == framing.MORE_LIGHT


def test_a_blink_says_nothing() -> None:
    judge = Framing(LIMITS)
    verdicts = [judge.judge(_reading(at=n / 30, eyes_open=0.01 if 10 <= n < 17 else 0.07)) for n in range(30)]
    assert all(v.right for v in verdicts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=80))
def test_a_hint_stays_long_enough_to_be_read(wanted: list[str]) -> None:
    steady, shown = SteadyHint(0.8), []
    for n, hint in enumerate(wanted):
        shown.append((n / 10, steady.show(hint, n / 10)))
    changes = [at for (_, before), (at, now) in pairwise(shown) if before != now]
    assert all(later - earlier >= 0.8 - 1e-9 for earlier, later in pairwise(changes))


@given(st.integers(0, 10_000))
def test_there_is_always_a_turn_and_never_the_same_twice(seed: int) -> None:
    kinds = draw(2, random.Random(seed))
    assert len(set(kinds)) == 2
    assert set(kinds) & set(liveness.TURNS)


def test_the_order_is_random() -> None:
    assert (
        len({draw(2) for _ in range(400)}) == 10
    )  # 2 turns in both orders, and each turn with blink or mouth, in both


REST = Sample(0.0, 1.0, 0.08, 0.01)


def _attempt(*kinds: str) -> Attempt:
    return Attempt(kinds, REST, LIMITS.liveness)


def _play(attempt: Attempt, *samples: Sample) -> Attempt:
    for sample in samples:
        attempt.feed(sample)
    return attempt


@pytest.mark.parametrize(("kind", "yaw"), [("turn_left", 21.5), ("turn_right", -19.5)])
def test_a_turn_of_twenty_degrees_and_back(kind: str, yaw: float) -> None:
    half = replace(REST, at=0.3, yaw=yaw / 2)
    attempt = _play(_attempt(kind), half, replace(REST, at=0.5, yaw=yaw))
    assert attempt.asking == "look_straight"
    _play(attempt, replace(half, at=0.8), *(replace(REST, at=1 + n / 10) for n in range(3)))
    assert attempt.passed
    assert attempt.record[0].kind == kind
    assert (attempt.record[0].done_at, attempt.record[0].peak) == (0.5, 20.5)


def test_a_turn_that_is_not_seen_on_its_way_is_another_picture() -> None:
    attempt = _play(_attempt("turn_left"), replace(REST, at=0.5, yaw=28.0))
    _play(attempt, *(replace(REST, at=1 + n / 10) for n in range(3)))
    assert attempt.failure is Failure.JUMPED


def test_nineteen_degrees_are_not_enough() -> None:
    attempt = _play(_attempt("turn_left"), replace(REST, at=0.5, yaw=20.0))
    assert attempt.asking == "turn_left"


@pytest.mark.parametrize(
    ("kind", "yaw"), [("turn_left", -18.0), ("turn_right", 20.0), ("blink", 20.0), ("open_mouth", -20)]
)
def test_another_movement_than_asked_fails(kind: str, yaw: float) -> None:
    attempt = _play(_attempt(kind), replace(REST, at=0.5, yaw=yaw))
    assert attempt.failure is Failure.WRONG_MOVE
    assert attempt.record[-1].done_at is None


def test_a_blink_is_closing_and_opening() -> None:
    shut, wide = replace(REST, at=0.5, eyes=0.04), replace(REST, at=0.7)
    assert _play(_attempt("blink"), shut).asking == "blink"
    assert _play(_attempt("blink"), shut, wide).asking == "look_straight"
    assert _play(_attempt("blink"), replace(REST, at=0.5, eyes=0.05), wide).asking == "blink"  # narrowed, not closed
    assert _play(_attempt("blink"), shut, replace(wide, at=3.5)).asking == "blink"  # asleep
    assert _play(_attempt("blink"), replace(shut, yaw=15.0), wide).asking == "blink"  # turned eyes look narrow


def test_the_mouth_must_open_and_close() -> None:
    attempt = _play(_attempt("open_mouth"), replace(REST, at=0.5, mouth=0.12))
    assert attempt.asking == "open_mouth"
    _play(attempt, replace(REST, at=0.6, mouth=0.14))
    assert attempt.asking == "look_straight"
    _play(attempt, *(replace(REST, at=0.7 + n / 10, mouth=0.12) for n in range(5)))
    assert not attempt.passed
    _play(attempt, *(replace(REST, at=1.5 + n / 10) for n in range(3)))
    assert attempt.passed


def test_time_runs_out() -> None:
    limit = LIMITS.liveness
    assert _play(_attempt("blink"), replace(REST, at=limit.seconds)).failure is None
    assert _play(_attempt("blink"), replace(REST, at=limit.seconds + 0.1)).failure is Failure.TOO_SLOW
    stays = _play(_attempt("turn_left"), *(replace(REST, at=t, yaw=30.0) for t in (1.0, 1.1 + limit.back_seconds)))
    assert stays.failure is Failure.TOO_SLOW


@pytest.mark.parametrize(
    ("then", "failure"),
    [
        (_reading(0.1), None),
        (_reading(0.1, yaw=10.0), None),
        (_reading(0.4), None),
        (FaceReading(0.2, 0), None),
        (_reading(0.5), Failure.FACE_LOST),
        (FaceReading(0.5, 0), Failure.FACE_LOST),
        (FaceReading(0.1, 2), Failure.SEVERAL_FACES),
        (_reading(0.1, single_face=0.5), Failure.SEVERAL_FACES),
        (_reading(0.1, eyes=(640 + 60, 317)), Failure.FACE_CHANGED),
        (_reading(0.1, head_size=0.36), Failure.FACE_CHANGED),
        (_reading(0.1, yaw=40.0), Failure.FACE_CHANGED),
        (_reading(0.1, pattern=OTHER), Failure.FACE_CHANGED),
    ],
)
def test_continuity(then: FaceReading, failure: Failure | None) -> None:
    assert Continuity(_reading(0.0), LIMITS).feed(then) is failure


def test_the_photo_must_look_like_the_beginning() -> None:
    track = Continuity(_reading(0.0), LIMITS)
    assert track.same_as_first(_reading(1.0))
    assert not track.same_as_first(_reading(1.0, pattern=OTHER))


def test_the_crop_of_a_well_placed_face() -> None:
    left, top, wide, tall = crop_box((640, 317), 194, 1280, 720)
    assert tall == int(3.2 * 194)
    assert wide == int(3.2 * 194 * ASPECT)
    assert (317 - top) / tall == pytest.approx(0.4375, abs=0.005)
    assert left + wide / 2 == pytest.approx(640, abs=1)


@given(st.floats(0, 1280), st.floats(0, 720), st.floats(20, 600))
def test_a_crop_never_leaves_the_frame(x: float, y: float, t: float) -> None:
    left, top, wide, tall = crop_box((x, y), t, 1280, 720)
    assert left >= 0
    assert top >= 0
    assert left + wide <= 1280
    assert top + tall <= 720


def test_the_portrait_is_judged_by_its_edges_too() -> None:
    reading = _reading(head_size=0.28)  # T = 201.6, the picture 645 high and 501 wide, eyes 110 apart
    assert reading.geometry is not None
    measured = portrait.cut(np.zeros((720, 1280, 3), np.uint8), reading).measures
    assert measured["MarginAboveOfTheFaceImage"] == pytest.approx(50, abs=2)
    assert measured["MarginBelowOfTheFaceImage"] == pytest.approx(50, abs=2)
    # (501 / 2 - 55) / 110 = 1.78 inter-eye distances: 100 sigmoid(8.8)
    assert measured["LeftwardCropOfTheFaceImage"] == pytest.approx(100, abs=0.1)
    assert measured["RightwardCropOfTheFaceImage"] == pytest.approx(100, abs=0.1)


def test_every_text_of_face_capture_has_words() -> None:
    hints = {v for k, v in vars(framing).items() if k.isupper() and isinstance(v, str) and v.startswith("face_")}
    ids = {f"voter.hint.{h}" for h in hints | {"face_try_again", "face_other_way", "face_done"}}
    ids |= {f"voter.challenge.{k}" for k in (*liveness.KINDS, liveness.LOOK_STRAIGHT)}
    ids |= {f"voter.liveness.reason.{r}" for r in ("unfinished", "tries_used_up", "cannot_move", "staff_helps")}
    assert len(hints) == 17
    assert [(lang, i) for lang in LANGUAGES for i in sorted(ids) if not has(lang, i)] == []
