"""Measures verdicts on proofs of address, from two sources that share no drawing and no camera.

``drawn`` are the specimens of `kiosk.demo.proofs` (every third in a layout only the bench has), ``web`` those of
`bench.web_proofs`. Papers are drawn anew from a seed; no fixed set is kept. A long run shows how far it is:

    python -m bench.bench_proofs --source web --good 100 --bad 100 --seed 7 --out proofs.jsonl
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench import proof_pages
from bench.web_proofs import camera, papers
from biometrics.document.address_proof import AddressProofChecker
from biometrics.document.pictures import Pictures
from kiosk.demo import proof_shots, proofs, proofs_wrong, specimen
from kiosk.demo.proof_words import LANGUAGES
from registration.model.person import Sex

SOURCES = ("drawn", "web")
DRAWN_STYLES = ("scan", "phone", "webcam_whole", "webcam_sideways", "webcam_top")
_DRAWN_TROUBLES = {"unreadable": proof_shots.UNREADABLE, "dark": proof_shots.DARK, "tiny": proof_shots.TINY}
_WEB_ROOMS = {"unreadable": camera.BLURRED, "dark": camera.DARK}
_WEB_FAULTS = (*papers.FAULTS, *_WEB_ROOMS, "id_card", "passport")
_CARDS = ("id_card", "passport", "ticket", "card")


@dataclass(frozen=True, slots=True)
class Job:
    """One proof to be drawn. `fault` is "" for a good one."""

    source: str
    seed: int
    fault: str
    style: str
    language: str
    layout: str


@dataclass(frozen=True, slots=True)
class Case:
    """A drawn proof: the file the voter brings, and what they say."""

    content: bytes
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Outcome:
    job: Job
    flagged: bool
    reasons: tuple[str, ...]
    seconds: float
    """CPU, without the decoding child's."""


class Desk:
    """Draws proofs and has them judged as the kiosk does, from the file on. A context manager."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._press: papers.Press | None = None
        self._pictures = Pictures(files_per_child=50)

    def __enter__(self) -> Desk:
        self._open.callback(self._pictures.close)
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    def draw(self, job: Job) -> Case:
        return self._web(job) if job.source == "web" else _drawn(job)

    def judge(self, job: Job) -> Outcome:
        case = self.draw(job)
        pages = self._pictures.open(case.content)
        before = _cpu()
        verdict = AddressProofChecker().check(pages, [case.name], case.address)
        return Outcome(job, not verdict.good, verdict.reasons, _cpu() - before)

    def _web(self, job: Job) -> Case:
        if self._press is None:
            self._press = self._open.enter_context(papers.Press())
        rng = np.random.default_rng(job.seed)
        fault = "" if job.fault in _WEB_ROOMS or job.fault in ("id_card", "passport") else job.fault
        paper = papers.draw(job.seed, job.language, job.layout, fault)
        if job.style == "pdf" and job.fault not in ("id_card", "passport"):
            return Case(self._press.pdf(paper), paper.name, paper.address)
        if job.fault in ("id_card", "passport"):
            page = _identity(random.Random(job.seed), passport=job.fault == "passport")
        else:
            page = self._press.picture(paper, int(rng.choice((150, 200, 300))) if job.style == "png" else 200)
        room = _WEB_ROOMS.get(job.fault, camera.ORDINARY)
        return Case(camera.shoot(page, job.style, rng, room), paper.name, paper.address)


def _drawn(job: Job) -> Case:
    layouts = proof_pages.HELD_OUT if job.layout == "held out" else proofs.LAYOUTS
    fault = "" if job.fault in _DRAWN_TROUBLES else job.fault
    proof = proofs.draw(job.seed, job.language, fault=fault, layouts=layouts)
    trouble = _DRAWN_TROUBLES.get(job.fault, proof_shots.ORDINARY)
    shot = proof_shots.shoot(proof.page, job.style, np.random.default_rng(job.seed), trouble)
    return Case(shot, proof.holder.full, proof.address)


def _identity(rng: random.Random, *, passport: bool) -> specimen.Picture:
    born = date(rng.randrange(1950, 2005), rng.randrange(1, 13), rng.randrange(1, 29))
    holder = specimen.Holder(
        surname="Frashëri",
        given_names="Blerina",
        birth=born,
        sex=Sex.FEMALE,
        birth_place="Kukës",
        personal_number=specimen.personal_number(born, Sex.FEMALE, rng.randrange(1000)),
        document_number=f"BA{rng.randrange(10**6, 10**7)}",
        issued=date(2021, 5, 4),
        expires=date(2031, 5, 3),
        issuer="ALB",
        nationality="ALB",
    )
    return specimen.passport_page(holder) if passport else specimen.card_front(holder)


def jobs(source: str, good: int, bad: int, seed: int) -> list[Job]:
    """Every language meets every style, layout and fault in turn, good and bad mixed, so that a part stands for all."""
    rng = random.Random(seed)
    made = [*_drawn_jobs(good, bad, seed)] if source == "drawn" else [*_web_jobs(good, bad, seed)]
    rng.shuffle(made)
    return made


def _drawn_jobs(good: int, bad: int, seed: int) -> Iterator[Job]:
    languages, faults = tuple(LANGUAGES), (*proofs.FAULTS, *_DRAWN_TROUBLES)
    for i in range(good + bad):
        at = i if i < good else i - good
        fault = "" if i < good else faults[at % len(faults)]
        again = at // len(faults) if fault else 0
        style = DRAWN_STYLES[(at + again) % len(DRAWN_STYLES)]
        language = languages[(at + (again or at // len(languages))) % len(languages)]
        # Small papers are held up whole; a screenshot is a file; half a page that is too small has no upper half.
        if fault == "map":
            style = "scan"
        elif fault in proofs_wrong.WRONG_KINDS and style in ("webcam_sideways", "webcam_top"):
            style = "webcam_whole"
        elif fault == "tiny" and style == "scan":
            style = "phone"
        yield Job("drawn", seed + i, fault, style, language, "held out" if at % 3 == 2 else "known")


def _web_jobs(good: int, bad: int, seed: int) -> Iterator[Job]:
    for i in range(good + bad):
        at = i if i < good else i - good
        fault = "" if i < good else _WEB_FAULTS[at % len(_WEB_FAULTS)]
        style = camera.STYLES[(at + at // len(_WEB_FAULTS)) % len(camera.STYLES)]
        if fault == "map":
            style = ("png", "png", "phone")[at % 3]
        elif fault in _CARDS:
            style = ("scan", "phone", "webcam_whole")[at % 3]
        elif fault in _WEB_ROOMS and style in ("png", "pdf", "scan"):
            style = "webcam_top"
        yield Job(
            "web",
            seed + i,
            fault,
            style,
            papers.LANGUAGES[(at + at // 6) % 6],
            papers.LAYOUTS[at % len(papers.LAYOUTS)],
        )


def outcomes(work: Sequence[Job]) -> Iterator[Outcome]:
    """Judge one after the other; each is given as soon as it is known."""
    with Desk() as desk:
        for job in work:
            yield desk.judge(job)


def run(good: int = 30, bad: int = 34, seed: int | None = None) -> list[dict[str, Any]]:
    """Return (name, value, unit, n) of each measure; how far it is goes to stderr."""
    seed = seed if seed is not None else int(datetime.now(UTC).timestamp())
    return [
        row
        for source in SOURCES
        for row in rows(source, _with_progress(outcomes(jobs(source, good, bad, seed)), good + bad))
    ]


def _with_progress(seen: Iterable[Outcome], total: int) -> list[Outcome]:
    done: list[Outcome] = []
    for outcome in seen:
        done.append(outcome)
        good = [o for o in done if not o.job.fault]
        bad = [o for o in done if o.job.fault]
        sys.stderr.write(
            f"\r{outcome.job.source} {len(done)}/{total}: good flagged {sum(o.flagged for o in good)}/{len(good)}, "
            f"bad passed {sum(not o.flagged for o in bad)}/{len(bad)} "
        )
        sys.stderr.flush()
    sys.stderr.write("\n")
    return done


def rows(source: str, seen: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The figures of many proofs: bad ones per kind, good ones per language, capture and layout."""
    good, bad = [o for o in seen if not o.job.fault], [o for o in seen if o.job.fault]
    groups = [("good pages flagged", good), ("bad pages flagged", bad)]
    for kind, some in (("fault", bad), ("language", good), ("style", good), ("layout", good)):
        for value in sorted({getattr(o.job, kind) for o in some}):
            word = "bad" if kind == "fault" else "good"
            groups.append((f"{word} flagged, {value}", [o for o in some if getattr(o.job, kind) == value]))
    found = [
        _row(f"proof of address, {source}: {name}", sum(o.flagged for o in some) / len(some), "share", len(some))
        for name, some in groups
        if some
    ]
    seconds = [o.seconds for o in seen]
    return [
        *found,
        _row(f"proof of address, {source}: CPU per page, median", float(np.median(seconds)), "s", len(seen)),
        _row(f"proof of address, {source}: CPU per page, p95", float(np.percentile(seconds, 95)), "s", len(seen)),
    ]


def _cpu() -> float:
    """CPU seconds of this process and the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _row(name: str, value: float, unit: str, count: int) -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "unit": unit, "n": count}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_proofs", description=__doc__)
    parser.add_argument("--source", choices=SOURCES, required=True)
    parser.add_argument("--good", type=int, default=100)
    parser.add_argument("--bad", type=int, default=100)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, help="one JSON line per proof, written as each is known")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    seen = outcomes(jobs(asked.source, asked.good, asked.bad, asked.seed))
    with ExitStack() as stack:
        if asked.out is not None:
            seen = _noted(seen, stack.enter_context(asked.out.open("w", encoding="utf-8")))
        for row in rows(asked.source, _with_progress(seen, asked.good + asked.bad)):
            sys.stdout.write(f"{row['name']}: {row['value']} {row['unit']} (n={row['n']})\n")


def _noted(seen: Iterable[Outcome], file: Any) -> Iterator[Outcome]:
    for outcome in seen:
        file.write(json.dumps(dataclasses.asdict(outcome)) + "\n")
        file.flush()
        yield outcome


if __name__ == "__main__":
    main()
