"""Face capture: speed of the analysis, time from right to photo, honest people, simulated attacks, and endurance.

Attacks and people are simulations on one photograph, never a measured attack detection or rejection rate in the sense
of ISO/IEC 30107-3: no real print, screen or person was before a camera, and the tries of one kind differ little. The
"95 % bound" rows are the rule of three (3 / tries), printed only where nothing was accepted or refused.
"""

from __future__ import annotations

import gc
import json
import math
import os
import random
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from biometrics.face.analysis import FaceAnalyser
from biometrics.face.session import FaceSession
from biometrics.face.thresholds import shipped
from kiosk.demo.animated_head import AnimatedHead
from kiosk.demo.attack_kinds import KINDS, KNOWN_LIMITS, Attack
from kiosk.demo.attacks import Exchanged
from kiosk.demo.bona_fide import CONDITIONS
from registration.ports.capture import Frame

FRAMES = 480
TRIES = int(os.environ.get("BENCH_FACE_TRIES", "2"))
FPS = (10.0, 5.0)
"""Frames per second of the tries, in turn."""
SEED = int(os.environ.get("BENCH_FACE_SEED") or secrets.randbelow(1_000_000))
"""Of people, hands and challenges: another at every run, so that nothing is fitted to one draw. It is printed."""
ATTACK_SECONDS = 34.0
CAPTURES = 200


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


def _play(session: FaceSession, source: Attack, seconds: float) -> tuple[bool, float, float]:
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
        if isinstance(source, Exchanged) and guidance.challenge and guidance.progress == 1.0:
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


def _people() -> list[dict[str, Any]]:
    """BPCER: lights, skins, distances and bearings, each once."""
    refused, longest = [], 0.0
    for n, (condition, make) in enumerate(CONDITIONS.items()):
        session = FaceSession(chance=random.Random(SEED + n))
        taken, _, total = _play(session, make(SEED + n, FPS[n % 2]), ATTACK_SECONDS)
        session.close()
        longest = max(longest, total if taken else ATTACK_SECONDS)
        if not taken:
            refused.append(condition)
    name = "simulated bona fide: refused (BPCER)" + (f", namely {'; '.join(refused)}" if refused else "")
    return [
        *_share(name, "simulated bona fide", len(refused), len(CONDITIONS)),
        _row("simulated bona fide: longest capture", longest, "s", len(CONDITIONS)),
    ]


def _attacks() -> list[dict[str, Any]]:
    """APCER per kind, and of all kinds together; what is known not to be stopped is not among the latter."""
    rows = []
    accepted = [_accepted(make) for make in KINDS.values()]
    for kind, taken in zip(KINDS, accepted, strict=True):
        rows.append(_row(f"simulated attack: {kind}, accepted (APCER)", 100 * taken / TRIES, "%", TRIES))
    rows += _share("simulated attacks: accepted of all kinds", "simulated attacks", sum(accepted), TRIES * len(KINDS))
    for kind, make in KNOWN_LIMITS.items():
        taken = _accepted(make)
        rows.append(_row(f"simulated attack, known limit: {kind}, accepted", 100 * taken / TRIES, "%", TRIES))
    return rows


def _accepted(make: Callable[[int, float], Attack]) -> int:
    taken = 0
    for n in range(TRIES):
        session = FaceSession(chance=random.Random(SEED + n))
        taken += _play(session, make(SEED + n, FPS[(SEED + n) % 2]), ATTACK_SECONDS)[0]
        session.close()
    return taken


def _share(name: str, short: str, count: int, of: int) -> list[dict[str, Any]]:
    rows = [_row(name, 100 * count / of, "%", of)]
    if not count:
        rows.append(_row(f"{short}: 95 % bound by the rule of three", 100 * 3 / of, "%", of))
    return rows


def _soak() -> list[dict[str, Any]]:
    """Take one portrait after another from the same frames; memory after the tenth is what it is compared with."""
    frames = _recording()
    sizes, threads = [], []
    for _ in range(CAPTURES):
        session = FaceSession(chance=random.Random(3))
        portrait = None
        for frame in frames:
            portrait = session.step(frame).portrait
        session.close()
        if portrait is None:
            raise RuntimeError("the recorded capture gave no portrait")
        gc.collect()
        sizes.append(_resident())
        threads.append(sum(1 for _ in Path("/proc/self/task").iterdir()))
    growth = max(sizes[10:]) / sizes[9] - 1
    return [
        _row("face soak: growth of memory after the tenth capture, most", 100 * growth, "%", CAPTURES),
        _row("face soak: growth of memory, end against tenth", 100 * (sizes[-1] / sizes[9] - 1), "%", CAPTURES),
        _row("face soak: threads more at the end than after the tenth", threads[-1] - threads[9], "threads", CAPTURES),
    ]


def _recording() -> list[Frame]:
    session, person, frames = FaceSession(chance=random.Random(3)), AnimatedHead(seed=3, fps=5.0), []
    person.open()
    challenge, portrait = "", None
    while portrait is None:
        frames.append(person.read())
        guidance = session.step(frames[-1])
        portrait = guidance.portrait
        if guidance.challenge != challenge:
            challenge = guidance.challenge
            if challenge:
                person.act(challenge)
        if person.now > ATTACK_SECONDS:
            raise RuntimeError("the honest person was refused")
    session.close()
    return frames


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run() -> list[dict[str, Any]]:
    """Return the figures of face capture: name, value, unit, n."""
    print(f"face: seed {SEED} (BENCH_FACE_SEED), {TRIES} tries a kind (BENCH_FACE_TRIES)", file=sys.stderr)
    return [*_analysis(), *_soak(), *_honest(), *_people(), *_attacks()]


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
