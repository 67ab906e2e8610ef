"""Our MRZ reader beside PassportEye and rapidocr-onnxruntime: the same fresh pictures, the same run, one thread each.

The peers live in `.venv-peers` (`bench/peers.lock`), which `make bench` makes; where it is missing only our own figures
are given, and the results say so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench import mrz_pictures
from bench.bench_mrz import TODAY, shots
from biometrics.document.mrz_layout import ANY, failed_checks, format_of
from biometrics.document.mrz_reader import read_mrz
from registration.model.documents import ReadState

HERE = Path(__file__).parent
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
PEERS = {"passporteye": "PassportEye 2.2.2", "rapidocr": "rapidocr-onnxruntime 1.4.4"}
_WIDTHS = ((3, 30), (2, 44), (2, 36))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader made of one picture. Accepted: all check digits right, or for ours what its gate let through."""

    lines: tuple[str, ...]
    accepted: bool
    ms: float


def run(n: int = 120, seed: int | None = None) -> list[dict[str, Any]]:
    """Measure all readers on `n` fresh pictures: half of a kiosk's camera, half as they lie about in the world."""
    cv2.setNumThreads(1)
    seed = int(np.random.SeedSequence().entropy or 0) % 2**31 if seed is None else seed
    truths, rows = [], []
    with tempfile.TemporaryDirectory(prefix="bench-mrz-") as folder:
        files = []
        for index, (lines, picture) in enumerate(chain(shots(n // 2, seed), mrz_pictures.world(n - n // 2, seed))):
            files.append(f"{folder}/{index}.png")
            cv2.imwrite(files[-1], picture)
            truths.append(lines)
        found = {"ours": _ours(files)} | {name: _peer(name, files) for name in PEERS}
    missing = [name for name, answers in found.items() if answers is None]
    for name in missing:
        print(f"   {PEERS[name]} is not installed here and was not measured")
    rows.append({"name": "mrz.peers.measured", "value": len(PEERS) - len(missing), "unit": "readers", "n": len(PEERS)})
    scores = {name: _score(answers, truths) for name, answers in found.items() if answers is not None}
    for key, unit in (("exact", "%"), ("accepted_right", "%"), ("wrong", "accepted"), ("cpu_median", "ms")):
        ours = scores["ours"][key]
        for name in PEERS:
            if name not in scores:
                continue
            theirs = scores[name][key]
            row: dict[str, Any] = {"name": f"mrz.beside_{name}.{key}", "value": ours, "unit": unit, "n": n}
            row["peer"] = f"{PEERS[name]} ({theirs:g} {unit})"
            if theirs:
                row["ratio"] = round(ours / theirs, 3)
            rows.append(row)
    return rows


def _ours(files: Sequence[str]) -> list[Answer]:
    out = []
    for file in files:
        picture = cv2.imread(file)
        began = time.process_time()
        found = read_mrz(picture.astype(np.uint8), TODAY)
        ms = (time.process_time() - began) * 1000
        lines = found.reading.lines if found else ()
        out.append(Answer(lines, found is not None and found.reading.state is ReadState.VERIFIED, ms))
    return out


def _peer(name: str, files: Sequence[str]) -> list[Answer] | None:
    """Ask a peer in its own process; None when it cannot be run here."""
    if not PYTHON.exists():
        return None
    done = subprocess.run(
        [str(PYTHON), str(HERE / "peer_readers.py"), name],
        input="\n".join(files),
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "PYTHONPATH": ""},
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(answers) != len(files):
        print(f"   {PEERS[name]} ended with {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    out = []
    for answer in answers:
        lines = zone_of(answer["lines"])
        kind = format_of(lines)
        out.append(Answer(lines, kind is not None and not failed_checks(lines, kind), answer["ms"]))
    return out


def zone_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Pick the zone out of a peer's texts, kindly: spaces go, runs of fillers are stretched or cut by up to four."""
    clean = ["".join(c for c in text.upper().replace("«", "<<").replace(" ", "") if c in ANY) for text in texts]
    for count, width in _WIDTHS:
        for last in range(len(clean), count - 1, -1):
            lines = [_fitted(line, width) for line in clean[last - count : last]]
            if all(lines) and any("<" in line for line in lines):
                return tuple(lines)
    return ()


def _fitted(line: str, width: int) -> str:
    """Stretch or cut the longest run of fillers to the width; "" when the line is farther off than four."""
    if abs(len(line) - width) > 4:
        return ""
    run = max(re.findall("<+", line), key=len, default="")
    if len(run) + width - len(line) < (len(line) != width):
        return ""
    return line.replace(run, "<" * (len(run) + width - len(line)), 1) if run else line


def _score(answers: Sequence[Answer], truths: Sequence[tuple[str, ...]]) -> dict[str, float]:
    n = len(truths)
    right = [answer.lines == truth for answer, truth in zip(answers, truths, strict=True)]
    taken = [answer.accepted for answer in answers]
    return {
        "exact": round(100 * sum(right) / n, 1),
        "accepted_right": round(100 * sum(r and t for r, t in zip(right, taken, strict=True)) / n, 1),
        "wrong": sum(t and not r for r, t in zip(right, taken, strict=True)),
        "cpu_median": round(float(np.median([answer.ms for answer in answers])), 1),
    }
