"""Ten whole captures in a row; the bench takes two hundred."""

from __future__ import annotations

import gc
import os
import random
from pathlib import Path

from biometrics.face.session import FaceSession
from kiosk.demo.animated_head import AnimatedHead
from registration.ports.capture import Frame


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _recording() -> list[Frame]:
    """Return the frames of one capture that is given a portrait when the challenges are drawn in the same way."""
    session, person = FaceSession(chance=random.Random(3)), AnimatedHead(seed=3, fps=5.0)
    person.open()
    frames, challenge, portrait = [], "", None
    while portrait is None and person.now < 15:
        frames.append(person.read())
        guidance = session.step(frames[-1])
        portrait = guidance.portrait
        if guidance.challenge not in ("", challenge):
            person.act(guidance.challenge)
        challenge = guidance.challenge
    session.close()
    return frames


def test_captures_in_a_row_leave_no_thread_and_little_memory() -> None:
    frames = _recording()
    sizes, threads = [], []
    for _ in range(10):
        session = FaceSession(chance=random.Random(3))
        portraits = [guidance.portrait for guidance in map(session.step, frames) if guidance.portrait]
        session.close()
        assert len(portraits) == 1
        del portraits
        gc.collect()
        sizes.append(_resident())
        threads.append(_threads())
    assert threads[-1] <= threads[1]
    assert sizes[-1] <= sizes[2] * 1.10
