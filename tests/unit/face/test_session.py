"""Whole sessions before the animated head and before what is not a person. The sources have clocks of their own."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import pytest

from biometrics.face.session import FaceSession, Phase
from biometrics.face.thresholds import shipped
from kiosk.commands import frame_face
from kiosk.demo.animated_head import AnimatedHead
from kiosk.demo.attacks import Exchanged, HeldPicture, picture_of_the_person
from kiosk.demo.head_render import Look
from registration.errors import StaffMustFix
from registration.model.evidence import LivenessOutcome, Portrait
from registration.ports.capture import Frame, Guidance


class Actor(Protocol):
    @property
    def now(self) -> float: ...

    def open(self) -> None: ...

    def read(self) -> Frame: ...

    def act(self, challenge: str) -> None: ...


@dataclass
class Story:
    """What a session said, in order and without repeats, and how it ended."""

    hints: list[str] = field(default_factory=list)
    challenges: list[str] = field(default_factory=list)
    hint_times: list[float] = field(default_factory=list)
    green: list[bool] = field(default_factory=list)
    portrait: Portrait | None = None
    right_at: float = 0.0
    taken_at: float = 0.0


@pytest.fixture
def session() -> Iterator[FaceSession]:
    made = FaceSession(chance=random.Random(5))
    yield made
    made.close()


@pytest.fixture
def brisk() -> Iterator[FaceSession]:
    """A session that gives less time for a challenge, so that three failed tries are over sooner."""
    limits = shipped()
    limits = replace(limits, retry_seconds=0.5, liveness=replace(limits.liveness, seconds=2.0))
    made = FaceSession(limits, chance=random.Random(5))
    yield made
    made.close()


Watch = Callable[[FaceSession, Guidance], None]


def play(session: FaceSession, actor: Actor, seconds: float, obey: bool = True, watch: Watch | None = None) -> Story:
    story, hint, challenge = Story(), "", ""
    actor.open()
    while actor.now < seconds and story.portrait is None:
        frame = actor.read()
        guidance = session.step(frame)
        if watch:
            watch(session, guidance)
        if guidance.hint != hint:
            hint = guidance.hint
            story.hints.append(hint.rpartition(".")[2])
            story.hint_times.append(frame.at)
        if guidance.challenge != challenge:
            challenge = guidance.challenge
            story.challenges.append(challenge.rpartition(".")[2])
            if obey and challenge:
                actor.act(challenge)
        if guidance.green and not story.right_at:
            story.right_at = frame.at
        story.green.append(guidance.green)
        story.portrait, story.taken_at = guidance.portrait, frame.at
    return story


@pytest.mark.parametrize("seed", [0, 1])
def test_an_honest_person_gets_a_portrait_at_the_first_try(seed: int) -> None:
    session = FaceSession(chance=random.Random(seed))
    story = play(session, AnimatedHead(seed=seed, fps=10), 20)
    session.close()
    assert story.portrait is not None
    liveness = story.portrait.liveness
    assert (liveness.outcome, liveness.reason, liveness.attempts) == (LivenessOutcome.PASSED, "", 1)
    assert [c.kind for c in liveness.challenges] == [c for c in story.challenges if c and c != "look_straight"]
    for challenge in liveness.challenges:
        assert challenge.done_at is not None
        assert challenge.done_at > challenge.asked_at
        assert challenge.peak >= 20 if challenge.kind.startswith("turn") else challenge.peak > 0
    steps = np.diff([row[0] for row in liveness.track])
    assert len(liveness.track) > 20
    assert steps.min() > 0.09
    assert story.taken_at - story.right_at <= 1.5
    assert session.phase is Phase.DONE


def test_the_portrait_is_iso_shaped_unmirrored_and_clean(session: FaceSession) -> None:
    person = AnimatedHead(fps=10, seed=3)
    story = play(session, person, 20)
    assert story.portrait is not None
    photo = story.portrait.photo
    picture = cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[:2] == (photo.height, photo.width)
    assert photo.width / photo.height == pytest.approx(0.778, abs=0.005)
    assert b"Exif" not in photo.jpeg
    assert photo.measures["inter_eye_distance"] >= 90
    assert not [name for name in photo.measures if name.startswith("override_")]
    # The crop lies in the frame as it came from the camera, not in its mirror image.
    rest = AnimatedHead(still=True, look=Look())
    rest.open()
    frame = cv2.GaussianBlur(rest.read().pixels, (0, 0), 3)
    small = cv2.GaussianBlur(picture[100:500, 60:420], (0, 0), 3)
    there = cv2.matchTemplate(frame, small, cv2.TM_CCOEFF_NORMED).max()
    mirrored = cv2.matchTemplate(np.ascontiguousarray(frame[:, ::-1]), small, cv2.TM_CCOEFF_NORMED).max()
    assert there > 0.95
    assert there > mirrored + 0.1


def test_a_slow_camera_is_enough(session: FaceSession) -> None:
    story = play(session, AnimatedHead(fps=5, seed=1), 20)
    assert story.portrait is not None
    assert story.taken_at - story.right_at <= 1.5


def _waving(t: float) -> tuple[float, float]:
    return 40 * math.sin(3.1 * t), 15 * math.sin(1.3 * t)


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(lambda: AnimatedHead(still=True, fps=10), id="a still picture"),
        pytest.param(lambda: HeldPicture(picture_of_the_person(), fps=10), id="a print in a hand"),
        pytest.param(lambda: HeldPicture(picture_of_the_person(), _waving, fps=10), id="a waved print"),
        pytest.param(lambda: HeldPicture(picture_of_the_person(), _waving, bend=1.0, fps=10), id="a bent print"),
    ],
)
def test_a_picture_never_gives_a_portrait(brisk: FaceSession, attack: Callable[[], Actor]) -> None:
    actor = attack()
    story = play(brisk, actor, 12)
    assert story.portrait is None
    assert brisk.phase is Phase.OTHER_WAY
    assert brisk.liveness.outcome is LivenessOutcome.NOT_PASSED
    assert brisk.liveness.attempts == 3
    assert story.hints[-1] == "face_other_way"
    assert not any(story.green)


def test_after_the_tries_the_other_way_takes_the_photo_and_says_so(brisk: FaceSession) -> None:
    person = AnimatedHead(fps=10, seed=2)
    play(brisk, person, 12, obey=False)
    assert brisk.phase is Phase.OTHER_WAY
    brisk.take_now("voter.liveness.reason.cannot_move")
    story = play(brisk, person, person.now + 3)
    assert story.portrait is not None
    liveness = story.portrait.liveness
    assert liveness.outcome is LivenessOutcome.NOT_DONE
    assert liveness.reason == "voter.liveness.reason.cannot_move"
    assert liveness.attempts == 3
    assert liveness.challenges


def test_the_other_way_needs_a_face_too(session: FaceSession) -> None:
    nobody = AnimatedHead(fps=10)
    nobody.present = False
    session.take_now("voter.liveness.reason.staff_helps")
    story = play(session, nobody, 3)
    assert story.portrait is None
    assert story.hints == ["face_none"]
    assert session.phase is Phase.TAKING


def test_a_face_exchanged_before_the_photo_breaks_the_track(session: FaceSession) -> None:
    pair = Exchanged(AnimatedHead(fps=10, seed=4), AnimatedHead(fps=10, seed=4, other_person=True, still=True))
    exchanged_in: list[int] = []

    def watch(session: FaceSession, guidance: Guidance) -> None:
        if guidance.progress == 1.0 and guidance.challenge and not exchanged_in:
            exchanged_in.append(int(guidance.measures["attempt"]))
            pair.exchange()

    story = play(session, pair, 7, watch=watch)
    assert exchanged_in == [1]
    assert story.portrait is None
    assert "face_try_again" in story.hints
    assert session.liveness.attempts >= 2


def test_a_second_person_stops_the_challenges(session: FaceSession) -> None:
    person = AnimatedHead(fps=10)

    def watch(session: FaceSession, guidance: Guidance) -> None:
        person.second_person = person.second_person or bool(guidance.challenge)

    story = play(session, person, 4, watch=watch)
    assert story.portrait is None
    assert story.hints[-1] == "face_several"


def test_somebody_who_leaves_starts_again(session: FaceSession) -> None:
    person = AnimatedHead(fps=10)

    def watch(session: FaceSession, guidance: Guidance) -> None:
        if guidance.challenge:
            person.present = False

    story = play(session, person, 3, obey=False, watch=watch)
    assert story.hints[-1] == "face_none"
    assert session.phase is Phase.FRAMING
    assert session.liveness.outcome is LivenessOutcome.NOT_DONE


def test_hints_stay_to_be_read_and_follow_the_voter(session: FaceSession) -> None:
    person = AnimatedHead(fps=10, look=Look(ied=80, x=0.36))
    person.open()
    person.move_to(Look(), 3.0)
    story = play(session, person, 10)
    assert story.hints[:2] == ["face_closer", "face_move_left"] or story.hints[0] == "face_closer"
    assert story.portrait is not None
    gaps = np.diff(story.hint_times[:-1])
    assert gaps.size == 0 or gaps.min() >= 0.8 - 1e-6


def test_dark_glasses_delay_but_do_not_lock_out(session: FaceSession) -> None:
    story = play(session, AnimatedHead(fps=5, wearing="dark glasses", seed=1, sway=0.3), 11.5)
    assert story.hints[0] == "face_uncover"
    assert session.phase is not Phase.FRAMING or story.challenges


def test_a_commanded_turn_of_25_degrees_reads_as_more_than_20(session: FaceSession) -> None:
    for degrees in (25.0, -25.0):
        head = AnimatedHead(fps=10, look=Look(yaw=degrees), sway=0.0)
        head.open()
        yaws = [session.step(head.read()).measures["yaw"] for _ in range(5)]
        assert yaws[-1] * math.copysign(1, degrees) > 20


def test_the_same_seed_gives_the_same_frames() -> None:
    heads = [AnimatedHead(seed=9, fps=10) for _ in range(2)]
    for head in heads:
        head.open()
        head.act("voter.challenge.turn_left")
    for _ in range(5):
        one, two = (head.read() for head in heads)
        assert one.at == two.at
        assert (one.pixels == two.pixels).all()


def test_frame_face_tells_every_frame_and_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person = AnimatedHead(fps=10, look=Look(ied=80))
    person.open()
    video = cv2.VideoWriter(str(tmp_path / "v.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for _ in range(8):
        video.write(person.read().pixels)
    video.release()
    parser = frame_face.argparse.ArgumentParser()
    frame_face.configure(parser)
    assert frame_face.run(parser.parse_args([str(tmp_path / "v.avi"), "--json"])) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["t"] for line in lines[:-1]] == pytest.approx([n / 10 for n in range(8)])
    assert lines[-2]["hint"] == "voter.hint.face_closer"
    assert lines[-2]["measures"]["inter_eye_distance"] < 100
    assert lines[-1]["capture"] is None
    assert lines[-1]["liveness"]["outcome"] == "not_done"
    with pytest.raises(StaffMustFix, match=r"face\.no_photo"):
        frame_face.run(parser.parse_args([str(tmp_path / "v.avi"), "--save", str(tmp_path / "p.jpg")]))
    assert not (tmp_path / "p.jpg").exists()


ORDER = ("turn_left", "blink")


def _film(file: Path, frames: list[np.ndarray]) -> Path:
    video = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for frame in frames:
        video.write(frame)
    video.release()
    return file


def _frame_face(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    parser = frame_face.argparse.ArgumentParser()
    frame_face.configure(parser)
    assert frame_face.run(parser.parse_args([*arguments, "--json"])) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_recording_made_to_an_order_can_be_judged_by_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person, frames = AnimatedHead(fps=10), []
    person.open()
    for n in range(120):
        if n in (15, 45):
            person.act(ORDER[n > 15])
        frames.append(person.read().pixels)
    video = str(_film(tmp_path / "v.avi", frames))
    *seen, last = _frame_face(capsys, video, "--challenges", ",".join(ORDER), "--save", str(tmp_path / "p.jpg"))
    assert any(line["framed"] for line in seen)
    assert last["capture"] is not None
    assert last["liveness"]["outcome"] == "passed"  # type: ignore[index]
    assert last["liveness"]["prescribed"] is True  # type: ignore[index]
    assert [c["kind"] for c in last["liveness"]["challenges"]] == list(ORDER)  # type: ignore[index]
    assert (tmp_path / "p.jpg").stat().st_size > 10_000
    wrong = _frame_face(capsys, video, "--challenges", "turn_right,blink")[-1]
    assert wrong["capture"] is None


@pytest.mark.parametrize("order", [(), ("--challenges", "turn_left,blink"), ("--challenges", "open_mouth,turn_right")])
def test_a_still_in_a_file_however_moved_gives_no_portrait(
    order: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def moved(at: float) -> np.ndarray:
        turn = cv2.getRotationMatrix2D((360, 317), 6 * math.sin(1.7 * at), 1 + 0.12 * math.sin(0.9 * at))
        turn[0] *= 1 - 0.4 * max(0.0, math.sin(0.8 * at))
        turn[:, 2] += (30 * math.sin(2.2 * at), 12 * math.sin(1.9 * at))
        return cv2.warpAffine(photo, turn, (720, 720), borderMode=cv2.BORDER_REPLICATE)

    photo = picture_of_the_person()
    held = HeldPicture(photo, tilt=lambda t: (40 * math.sin(1.1 * t), 15 * math.sin(0.7 * t)), fps=10, film=moved)
    frames = [held.read().pixels for _ in range(120)]
    last = _frame_face(capsys, str(_film(tmp_path / "v.avi", frames)), *order)[-1]
    assert last["capture"] is None
    assert last["liveness"]["outcome"] != "passed"  # type: ignore[index]


@pytest.mark.parametrize("order", ["turn_left", "blink,open_mouth", "turn_left,turn_left", "turn_left,dance", ""])
def test_an_order_without_two_movements_and_a_turn_is_wrong_usage(order: str) -> None:
    parser = frame_face.argparse.ArgumentParser()
    frame_face.configure(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["v.avi", "--challenges", order])
    assert ended.value.code == 2
