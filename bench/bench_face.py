"""Face capture: speed of the analysis, time from right to photo, and simulated attacks.

The attacks are simulations on one photograph, never a measured attack detection rate: no real print, screen or person
was before a camera. `bound` is the upper 95 % limit by the rule of three (3 / tries) when nothing was accepted.
"""

from __future__ import annotations

import json
import math
import os
import random
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from biometrics.face.analysis import FaceAnalyser
from biometrics.face.session import FaceSession
from biometrics.face.thresholds import shipped
from kiosk.demo.animated_head import AnimatedHead
from kiosk.demo.attacks import Exchanged, HeldPicture, picture_of_the_person

FRAMES = 480
TRIES = 3
ATTACK_SECONDS = 34.0
ATTACK_FPS = 10.0

Source = Any


def _waving(yaw: float, pitch: float) -> Callable[[float], tuple[float, float]]:
    return lambda t: (yaw * math.sin(2.1 * t), pitch * math.sin(1.3 * t))


def _analysis() -> list[dict[str, Any]]:
    head = AnimatedHead()
    head.open()
    frames = [head.read() for _ in range(40)]
    analyser = FaceAnalyser(shipped().pitch_offset)
    for frame in frames:
        analyser.read(frame.pixels, frame.at)
    times = []
    for n in range(FRAMES):
        pixels, at = frames[n % len(frames)].pixels, (n + len(frames)) / 30
        began = time.process_time(), time.perf_counter()
        analyser.read(pixels, at)
        times.append((time.process_time() - began[0], time.perf_counter() - began[1]))
    analyser.close()
    cpu, wall = (1000 * np.array(column) for column in zip(*times, strict=True))
    render = []
    for _ in range(60):
        start = time.perf_counter()
        head.read()
        render.append(1000 * (time.perf_counter() - start))
    return [
        _row("face analysis median", float(np.median(wall)), "ms", FRAMES),
        _row("face analysis p95", float(np.percentile(wall, 95)), "ms", FRAMES),
        _row("face analysis longest", float(wall.max()), "ms", FRAMES),
        _row("face analysis p95, CPU of all threads", float(np.percentile(cpu, 95)), "ms", FRAMES),
        _row("animated head median", float(np.median(render)), "ms", len(render)),
    ]


def _row(name: str, value: float, unit: str, n: int) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "n": n}


def _play(session: FaceSession, source: Source, seconds: float, exchange: bool = False) -> tuple[bool, float, float]:
    """Return whether there was a portrait, seconds from green to it, and seconds in all."""
    challenge, right = "", math.nan
    source.open()
    while source.now < seconds:
        frame = source.read()
        guidance = session.step(frame)
        if guidance.green and math.isnan(right):
            right = frame.at
        if guidance.challenge != challenge:
            challenge = guidance.challenge
            if challenge:
                source.act(challenge)
        if exchange and guidance.challenge and guidance.progress == 1.0:
            source.exchange()
        if guidance.portrait is not None:
            return True, frame.at - right, frame.at
        if guidance.hint.endswith("face_other_way"):
            break
    return False, math.nan, math.nan


def _honest() -> list[dict[str, Any]]:
    waits, totals, refused = [], [], 0
    fps = (30.0, 15.0, 10.0, 5.0)
    for n in range(8):
        session = FaceSession(chance=random.Random(n))
        taken, wait, total = _play(session, AnimatedHead(seed=n, fps=fps[n % 4]), 30)
        session.close()
        refused += not taken
        if taken:
            waits.append(wait)
            totals.append(total)
    return [
        _row("face right to photo, longest", max(waits, default=math.inf), "s", len(waits)),
        _row("face whole capture with two challenges, median", float(np.median(totals)), "s", len(totals)),
        _row("face honest animated head refused (simulation)", refused, "sessions", 8),
    ]


def _attacks() -> list[dict[str, Any]]:
    picture = picture_of_the_person()

    def held(n: int, yaw: float, pitch: float, bend: float = 0.0) -> HeldPicture:
        return HeldPicture(picture, _waving(yaw, pitch), bend=bend, fps=ATTACK_FPS, seed=n)

    def blinking(n: int) -> AnimatedHead:
        loop = AnimatedHead(seed=n, fps=ATTACK_FPS)
        loop.act = lambda challenge: None  # type: ignore[method-assign]  # a recording obeys nobody
        return loop

    def exchanged(n: int) -> Exchanged:
        other = AnimatedHead(seed=n, fps=ATTACK_FPS, other_person=True, still=True)
        return Exchanged(AnimatedHead(seed=n, fps=ATTACK_FPS), other)

    kinds: dict[str, Callable[[int], Source]] = {
        "still print": lambda n: held(n, 0, 0),
        "flat print waved by 40 degrees": lambda n: held(n, 40, 10 * n),
        "print bent 1.0 rad, waved": lambda n: held(n, 40, 5 * n, 1.0),
        "print bent 1.6 rad, waved": lambda n: held(n, 40, 5 * n, 1.6),
        "video loop that blinks": blinking,
        "picture put there after the challenges": exchanged,
    }
    rows, tried, accepted = [], 0, 0
    for kind, make in kinds.items():
        taken = 0
        for n in range(TRIES):
            session = FaceSession(chance=random.Random(100 + n))
            taken += _play(session, make(n), ATTACK_SECONDS, exchange=make is exchanged)[0]
            session.close()
        rows.append(_row(f"face attack accepted, {kind} (simulation)", taken, "sessions", TRIES))
        tried, accepted = tried + TRIES, accepted + taken
    total = _row("face attacks accepted (simulation)", accepted, "sessions", tried)
    total["bound"] = round(3 / tried, 3) if not accepted else None
    return [*rows, total]


def run() -> list[dict[str, Any]]:
    """Return the figures of face capture: name, value, unit, n."""
    return [*_analysis(), *_honest(), *_attacks()]


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
