"""Figures of the MRZ reader and the document frame checks, on specimens degraded afresh at every run.

    python bench/bench_mrz.py [--n 80] [--seed SEED]

`--n` pictures of each kind; the default ends in about two minutes, what it does is told on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from bench import mrz_pictures
from bench.mrz_fields import GIVEN, SURNAMES, any_zone
from biometrics.document.framing import FrameLooker
from biometrics.document.mrz import build
from biometrics.document.mrz_fusion import Fusion
from biometrics.document.mrz_layout import Format
from biometrics.document.mrz_reader import Effort, read_mrz
from kiosk.demo import specimen
from kiosk.demo.camera_shots import DeskCamera, Picture, any_look, shoot
from registration.model.documents import ReadState

TODAY = date(2026, 6, 1)


def any_page(rng: np.random.Generator, lines: tuple[str, ...], kind: Format) -> Picture:
    """Draw a plain side with random background prints and text around the zone."""
    size = {Format.TD1: specimen.CARD, Format.TD3: specimen.PAGE, Format.MRV_A: (120.0, 80.0)}.get(kind, (105.0, 74.0))
    tint = tuple(int(v) for v in rng.integers(175, 250, 3))
    sheet = specimen.Sheet(size, (tint[0], tint[1], tint[2]))
    if rng.random() < 0.7:
        waves = _prints(rng, sheet.image.height, sheet.image.width) * rng.uniform(5, 42)
        pixels = np.asarray(sheet.image).astype(np.float32) + waves
        sheet.image = specimen.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        sheet.draw = specimen.ImageDraw.Draw(sheet.image)
    for row in range(4):
        words = f"{rng.choice(SURNAMES.split())} {rng.integers(10**6)} {rng.choice(GIVEN.split())}"
        sheet.field(size[0] * rng.uniform(0.02, 0.5), 5 + row * 6, str(rng.choice(SURNAMES.split())), words, 2.6)
    if rng.random() < 0.8:
        sheet.portrait((4, 6, 24, 30), None)
    sheet.mark(rng.uniform(8, 15), rng.uniform(-20, 20))
    lead = 4.23 if kind is Format.TD1 else 6.35
    top = size[1] - (20.5 if kind is Format.TD1 else 17.5) + rng.uniform(-1, 1)
    sheet.zone(max((size[0] - len(lines[0]) * 2.54) / 2 + rng.uniform(-1, 1), 1.5), top, lines, lead)
    return sheet.pixels()


def _prints(rng: np.random.Generator, h: int, w: int) -> np.ndarray[Any, Any]:
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    total = np.zeros((h, w, 3), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        period, angle, bend = rng.uniform(7, 60), rng.uniform(0, np.pi), rng.uniform(0, 40)
        along = x * np.cos(angle) + y * np.sin(angle) + bend * np.sin((x - y) / rng.uniform(60, 300))
        total += np.maximum(np.sin(along * 2 * np.pi / period), rng.uniform(-1, 0.9))[:, :, None] * rng.uniform(
            -1, 0.4, 3
        )
    peak: np.ndarray[Any, Any] = total / max(float(np.abs(total).max()), 1e-3)
    return peak


def shots(n: int, seed: int, hardness: float = 1.0) -> Iterator[tuple[tuple[str, ...], Picture]]:
    """Yield (lines, photograph) of `n` fresh specimens."""
    rng = np.random.default_rng(seed)
    while n:
        zone = any_zone(rng)
        lines = build(zone)
        page = any_page(rng, lines, zone.format)
        size = (1280, 720) if rng.random() < 0.6 else (1920, 1080)
        look = any_look(rng, hardness)
        picture = shoot(page, look, rng, size)
        if rng.random() < 0.3:
            picture = np.ascontiguousarray(np.rot90(picture, int(rng.integers(1, 4))))
        yield lines, picture
        n -= 1


def measure_reader(n: int, pictures: Iterable[tuple[tuple[str, ...], Picture]]) -> dict[str, Any]:
    """Read `n` fresh pictures once each."""
    exact = valid = accepted = wrong = 0
    cpu = []
    for lines, picture in pictures:
        began = time.process_time()
        found = read_mrz(picture, TODAY)
        cpu.append((time.process_time() - began) * 1000)
        if found is None:
            continue
        right = found.reading.lines == lines
        taken = found.reading.state is ReadState.VERIFIED
        exact += right
        valid += found.reading.check_digits_ok
        accepted += taken and right
        wrong += taken and not right
    median, p95 = np.percentile(cpu, [50, 95])
    return {"exact": exact / n, "accepted": accepted / n, "wrong": wrong, "valid": valid / n, "cpu": median, "p95": p95}


def measure_frames(n: int, seed: int) -> dict[str, float]:
    """Time the cheap looks alone over `n` frames of documents sliding in and settling, 1280 x 720."""
    rng = np.random.default_rng(seed)
    looker, cpu = FrameLooker(), []
    while len(cpu) < n:
        zone = any_zone(rng)
        camera = DeskCamera(any_page(rng, build(zone), zone.format), seed=int(rng.integers(1 << 30)), frames=30)
        for _ in range(min(30, n - len(cpu))):
            pixels = camera.read().pixels
            began = time.process_time()
            looker.look(pixels)
            cpu.append((time.process_time() - began) * 1000)
    median, p95 = np.percentile(cpu, [50, 95])
    return {"median": float(median), "p95": float(p95)}


def measure_fusion(n: int, seed: int) -> dict[str, float]:
    """Show `n` specimens five times each, hard, and fuse: exact and accepted after five frames."""
    rng = np.random.default_rng(seed)
    exact = accepted = wrong = 0
    for _ in range(n):
        zone = any_zone(rng)
        lines = build(zone)
        page, fusion = any_page(rng, lines, zone.format), Fusion(TODAY)
        for _ in range(5):
            found = read_mrz(shoot(page, any_look(rng, 2.0), rng), TODAY, Effort.LIVE)
            if found is not None:
                fusion.add(found)
        reading = fusion.reading
        if reading is not None:
            right, taken = reading.lines == lines, reading.state is ReadState.VERIFIED
            exact, accepted, wrong = exact + right, accepted + (right and taken), wrong + (taken and not right)
    return {"exact": 100 * exact / n, "accepted": 100 * accepted / n, "wrong": wrong}


def run(n: int = 80, seed: int | None = None) -> list[dict[str, Any]]:
    """Measure and return rows of name, value, unit, n."""
    cv2.setNumThreads(1)
    seed = int(np.random.SeedSequence().entropy or 0) % 2**31 if seed is None else seed
    began = time.perf_counter()

    def tell(what: str) -> None:
        print(f"   {time.perf_counter() - began:4.0f} s  {what}, seed {seed}", file=sys.stderr, flush=True)

    rows = []
    for name, pictures in (
        ("webcam", shots(n, seed, 1.0)),
        ("hard", shots(n, seed, 2.0)),
        ("world", mrz_pictures.world(n, seed)),
    ):
        tell(f"reading {n} pictures: {name}")
        got = measure_reader(n, pictures)
        for key, unit, factor in (("exact", "%", 100), ("accepted", "%", 100), ("wrong", "accepted", 1)):
            rows.append({"name": f"mrz.{name}.{key}", "value": round(got[key] * factor, 2), "unit": unit, "n": n})
        rows.append({"name": f"mrz.{name}.cpu_median", "value": round(got["cpu"], 1), "unit": "ms", "n": n})
        rows.append({"name": f"mrz.{name}.cpu_p95", "value": round(got["p95"], 1), "unit": "ms", "n": n})
    shown = max(n // 4, 1)
    tell(f"showing {shown} documents five times each, hard")
    fused = measure_fusion(shown, seed)
    for key, unit in (("exact", "%"), ("accepted", "%"), ("wrong", "accepted")):
        rows.append({"name": f"mrz.five_hard_frames.{key}", "value": round(fused[key], 2), "unit": unit, "n": shown})
    tell(f"looking at {n} frames")
    frames = measure_frames(n, seed)
    for key in ("median", "p95"):
        rows.append({"name": f"document.frame_checks.{key}", "value": round(frames[key], 1), "unit": "ms", "n": n})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=80)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    for row in run(options.n, options.seed):
        print(json.dumps(row))
