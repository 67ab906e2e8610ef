"""One attempt to photograph a live face: framing, random challenges, and the photo by itself."""

from __future__ import annotations

import statistics
from collections import deque
from enum import Enum
from random import Random

from biometrics.face.analysis import FaceAnalyser, FaceReading
from biometrics.face.continuity import Continuity
from biometrics.face.framing import HINT, NONE, SEVERAL, STILL, Framing, SteadyHint, Verdict
from biometrics.face.liveness import Attempt, Failure, Sample, draw
from biometrics.face.portrait import Burst
from biometrics.face.thresholds import Thresholds, shipped
from registration.model.evidence import Challenge, Liveness, LivenessOutcome, Portrait
from registration.ports.capture import Frame, Guidance

OTHER_WAY, TRY_AGAIN, DONE_HINT = "face_other_way", "face_try_again", "face_done"
CHALLENGE = "voter.challenge."
_TRACK_STEP = 0.1
_TRACK_LENGTH = 1200
"""Two minutes of track at ten a second; a longer session keeps the newest."""
_REST_SAMPLES = 15

_REASON = "voter.liveness.reason."
UNFINISHED, TRIES_USED_UP = f"{_REASON}unfinished", f"{_REASON}tries_used_up"


class Phase(Enum):
    """Where a session stands."""

    FRAMING = "framing"
    CHALLENGES = "challenges"
    PHOTO = "photo"
    OTHER_WAY = "other_way"
    """The tries are used up: the session waits for `take_now`."""
    TAKING = "taking"
    """`take_now` was called: the next usable frames are taken."""
    DONE = "done"


class FaceSession:
    """A `CaptureSession` for the live face. Times come from the frames, so that a video gives the same as a camera.

    Frame by frame: the face is framed (`face-thresholds.yaml`); when it has been right for a moment, a random set of
    challenges is asked; then, while one and the same face has been seen without a break, the photo is taken by itself.
    Without the challenges there is no portrait, except after `take_now`, and then the record says so.
    """

    def __init__(
        self, limits: Thresholds | None = None, chance: Random | None = None, prescribed: tuple[str, ...] = ()
    ) -> None:
        """Load the models.

        Args:
            limits: the shipped ones unless a test says otherwise.
            chance: replaces the system's randomness, in tests only.
            prescribed: challenges to ask instead of random ones, so that a recording made to a known order can be
                judged (`kiosk frame-face --challenges`); never in the kiosk.
        """
        self._limits = limits or shipped()
        self._chance, self._prescribed = chance, prescribed
        self._analyser = FaceAnalyser(self._limits.pitch_offset)
        self._framing = Framing(self._limits)
        self._hint = SteadyHint(self._limits.hint_seconds)
        self._phase = Phase.FRAMING
        self._began: float | None = None
        self._rest: deque[FaceReading] = deque(maxlen=_REST_SAMPLES)
        self._right_since: float | None = None
        self._attempt: Attempt | None = None
        self._attempts = 0
        self._challenges: tuple[Challenge, ...] = ()
        self._failed_at = float("-inf")
        self._passed_at = 0.0
        self._continuity: Continuity | None = None
        self._burst = Burst()
        self._reason: str | None = None
        self._overridden: set[str] = set()
        self._track: deque[tuple[float, float, float, float]] = deque(maxlen=_TRACK_LENGTH)
        self.framed = False
        """Whether the last frame's face was right for the photo, whatever else is asked of the voter."""

    @property
    def phase(self) -> Phase:
        """Return where the session stands."""
        return self._phase

    @property
    def liveness(self) -> Liveness:
        """Return the record so far. PASSED only once the photo of the same face was taken."""
        outcome, reason = LivenessOutcome.NOT_DONE, UNFINISHED
        if self._reason is not None:
            reason = self._reason
        elif self._phase is Phase.DONE:
            outcome, reason = LivenessOutcome.PASSED, ""
        elif self._phase is Phase.OTHER_WAY:
            outcome, reason = LivenessOutcome.NOT_PASSED, TRIES_USED_UP
        return Liveness(outcome, reason, self._challenges, self._attempts, tuple(self._track))

    def take_now(self, reason: str) -> None:
        """Take the next usable frame without challenges; `reason` goes into the record with NOT_DONE."""
        if self._phase is not Phase.DONE:
            self._reason = reason

    def close(self) -> None:
        """Free the models; safe to call twice."""
        self._analyser.close()
        self._burst = Burst()

    def step(self, frame: Frame) -> Guidance:
        """Look at a frame. Frames must come in the order of their times."""
        if self._phase is Phase.DONE:
            return Guidance(green=True, hint=HINT + DONE_HINT, progress=1.0)
        self._began = frame.at if self._began is None else self._began
        reading = self._analyser.read(frame.pixels, frame.at - self._began)
        verdict = self._framing.judge(reading)
        self.framed = verdict.right
        self._follow(reading)
        if self._reason is not None:
            self._phase = Phase.TAKING
        step = {
            Phase.FRAMING: self._frame,
            Phase.CHALLENGES: self._challenge,
            Phase.PHOTO: self._photograph,
            Phase.OTHER_WAY: self._wait,
            Phase.TAKING: self._take,
        }[self._phase]
        return step(frame, reading, verdict)

    def _frame(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        if verdict.right:
            self._right_since = reading.at if self._right_since is None else self._right_since
            self._rest.append(reading)
        else:
            self._right_since = None
            self._rest.clear()
        retrying = reading.at - self._failed_at < self._limits.retry_seconds
        settled = self._right_since is not None and reading.at - self._right_since >= self._limits.settle_seconds
        if settled and not retrying and len(self._rest) >= 3:
            self._begin_attempt(reading)
            return self._challenge_guidance(reading)
        return self._say(reading, TRY_AGAIN if retrying and reading.geometry else verdict.fault)

    def _begin_attempt(self, reading: FaceReading) -> None:
        def middle(name: str) -> float:
            return statistics.median(seen.values[name] for seen in self._rest)

        rest = Sample(reading.at, middle("yaw"), middle("eyes_open"), middle("mouth_open"))
        self._attempts += 1
        kinds = self._prescribed or draw(self._limits.liveness.challenges, self._chance)
        self._attempt = Attempt(kinds, rest, self._limits.liveness)
        self._continuity = Continuity(reading, self._limits)
        self._phase = Phase.CHALLENGES

    def _challenge(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        attempt = self._attempt
        assert attempt is not None
        self._watch_track(reading)
        if reading.geometry is not None:
            values = reading.values
            attempt.feed(Sample(reading.at, values["yaw"], values["eyes_open"], values["mouth_open"]))
        self._challenges = attempt.record
        if attempt.failure is not None:
            return self._fail(reading)
        if attempt.passed:
            self._phase, self._passed_at, self._burst = Phase.PHOTO, reading.at, Burst()
            return self._photograph(frame, reading, verdict)
        return self._challenge_guidance(reading)

    def _watch_track(self, reading: FaceReading) -> None:
        assert self._continuity is not None
        assert self._attempt is not None
        broken = self._continuity.feed(reading)
        if broken is not None:
            self._attempt.fail(broken)

    def _photograph(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        assert self._attempt is not None
        assert self._continuity is not None
        if reading.at != self._passed_at:
            self._watch_track(reading)
        if verdict.right and not self._continuity.same_as_first(reading):
            self._attempt.fail(Failure.FACE_CHANGED)
        if reading.at - self._passed_at > self._limits.liveness.photo_seconds:
            self._attempt.fail(Failure.TOO_SLOW)
        if self._attempt.failure is not None:
            return self._fail(reading)
        if not verdict.right:
            self._burst = Burst()
            return self._say(reading, verdict.fault)
        return self._hold(frame, reading, verdict)

    def _hold(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        self._overridden.update(verdict.overridden)
        eyes_open = self._limits.advise["eyes_open"].holds(reading.values["eyes_open"], held=False)
        self._burst.add(frame, reading, preferred=eyes_open or "eyes_open" in verdict.overridden)
        if self._held_long_enough(reading.at):
            return self._finish(reading)
        return self._say(reading, STILL, green=True, progress=self._hold_progress(reading.at))

    def _held_long_enough(self, at: float) -> bool:
        limits, burst = self._limits, self._burst
        held = at - (at if burst.began is None else burst.began)
        enough = burst.frames >= limits.hold_frames or (held >= limits.hold_longest and burst.frames >= 3)
        return enough and held >= limits.hold_seconds

    def _hold_progress(self, at: float) -> float:
        limits, burst = self._limits, self._burst
        held = at - (at if burst.began is None else burst.began)
        return min(1.0, max(held / limits.hold_longest, min(held / limits.hold_seconds, burst.frames / 8)))

    def _fail(self, reading: FaceReading) -> Guidance:
        self._attempt = self._continuity = self._right_since = None
        self._rest.clear()
        self._burst = Burst()
        self._failed_at = reading.at
        if self._attempts >= self._limits.liveness.attempts:
            self._phase = Phase.OTHER_WAY
            return self._say(reading, OTHER_WAY)
        self._phase = Phase.FRAMING
        return self._say(reading, TRY_AGAIN)

    def _wait(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        return self._say(reading, OTHER_WAY)

    def _take(self, frame: Frame, reading: FaceReading, verdict: Verdict) -> Guidance:
        if self._burst.frames and reading.at - (self._burst.began or 0.0) >= self._limits.hold_seconds:
            return self._finish(reading)
        if not self._usable(reading):
            return self._say(reading, verdict.fault)
        if not verdict.right:
            self._overridden.add("framing")
        self._overridden.update(verdict.overridden)
        self._burst.add(frame, reading, preferred=verdict.right)
        return self._say(reading, STILL, green=verdict.right, progress=self._hold_progress(reading.at))

    def _usable(self, reading: FaceReading) -> bool:
        single = self._limits.must["single_face"].leave[1]
        return (
            reading.geometry is not None
            and reading.values["single_face"] <= single
            and reading.values["inter_eye_distance"] >= self._limits.usable_inter_eye
        )

    def _finish(self, reading: FaceReading) -> Guidance:
        photo = self._burst.photo(sorted(self._overridden))
        self._phase = Phase.DONE
        portrait = Portrait(photo, self.liveness)
        self._burst = Burst()
        return Guidance(
            green=True,
            hint=HINT + DONE_HINT,
            progress=1.0,
            outline=reading.outline,
            measures=self._measures(reading),
            portrait=portrait,
        )

    def _follow(self, reading: FaceReading) -> None:
        """Add to the track, at most ten times a second."""
        if reading.geometry is None or (self._track and reading.at - self._track[-1][0] < _TRACK_STEP - 1e-6):
            return
        yaw, eyes, mouth = (reading.values[name] for name in ("yaw", "eyes_open", "mouth_open"))
        self._track.append((round(reading.at, 3), round(yaw, 1), round(eyes, 4), round(mouth, 4)))

    def _challenge_guidance(self, reading: FaceReading) -> Guidance:
        assert self._attempt is not None
        asking = self._attempt.asking
        self._hint.show("", reading.at)
        return Guidance(
            green=False,
            hint="",
            challenge=CHALLENGE + asking if asking else "",
            progress=self._attempt.progress,
            outline=reading.outline,
            measures=self._measures(reading),
        )

    def _say(self, reading: FaceReading, hint: str, green: bool = False, progress: float = 0.0) -> Guidance:
        shown = self._hint.show(hint, reading.at)
        if green and shown in (NONE, SEVERAL):
            shown = ""
        return Guidance(
            green=green,
            hint=HINT + shown if shown else "",
            progress=progress,
            outline=reading.outline,
            measures=self._measures(reading),
        )

    def _measures(self, reading: FaceReading) -> dict[str, float]:
        return {
            **reading.values,
            "faces": float(reading.faces),
            "attempt": float(self._attempts),
            "attempts": float(self._limits.liveness.attempts),
        }


def open_face_session() -> FaceSession:
    """Return a new session with the shipped limits: what `Captures.face` gives out."""
    return FaceSession()
