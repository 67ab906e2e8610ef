"""Measures the reading of text: names with ë and ç, places and dates on specimen documents.

Specimens are drawn anew from `seed` and degraded as a webcam or a phone would; no fixed set is kept.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import cv2
import numpy as np

from bench import document_layouts
from biometrics.document.visual_zone import VisualZoneReader
from kiosk.clock import SystemClock
from kiosk.demo import camera_shots, specimen
from kiosk.demo.proof_words.people import GIVEN, SURNAMES
from registration.model.documents import DocumentImage, DocumentKind, FieldName, Side
from registration.model.evidence import Photo
from registration.model.person import Sex

PLACES = [
    "Tiranë",
    "Durrës",
    "Shkodër",
    "Vlorë",
    "Korçë",
    "Elbasan",
    "Gjirokastër",
    "Kukës",
    "Lezhë",
    "Përmet",
    "Berat",
    "Sarandë",
    "Tepelenë",
    "Ersekë",
]


def run(documents: int = 24, seed: int | None = None) -> list[dict[str, Any]]:
    """Return (name, value, unit, n) of each measure."""
    seed = seed if seed is not None else int(datetime.now(UTC).timestamp())
    return _documents(documents, seed)


def holder(rng: random.Random) -> specimen.Holder:
    """Invent a holder whose names and place mostly carry ë or ç."""
    born = date(rng.randrange(1945, 2006), rng.randrange(1, 13), rng.randrange(1, 29))
    sex = rng.choice((Sex.FEMALE, Sex.MALE))
    issued = date(rng.randrange(2017, 2026), rng.randrange(1, 13), rng.randrange(1, 29))
    marked = [n for n in SURNAMES if set(n.lower()) & set("ëç")]
    return specimen.Holder(
        surname=rng.choice(marked if rng.random() < 0.6 else SURNAMES),
        given_names=rng.choice([n for n in GIVEN if set(n.lower()) & set("ëç")] if rng.random() < 0.6 else GIVEN),
        birth=born,
        sex=sex,
        birth_place=rng.choice(PLACES),
        personal_number=specimen.personal_number(born, sex, rng.randrange(1000)),
        document_number=f"{rng.choice(('BA', 'BT', 'BC'))}{rng.randrange(10**6, 10**7)}",
        issued=issued,
        expires=issued.replace(year=issued.year + 10),
        issuer="ALB",
        nationality="ALB",
    )


def document_images(who: specimen.Holder, kind: DocumentKind, rng: np.random.Generator) -> list[DocumentImage]:
    """Photograph a specimen's sides as a 1920x1080 webcam would."""
    drawn = (
        [(Side.DATA_PAGE, specimen.passport_page(who))]
        if kind is DocumentKind.PASSPORT
        else [(Side.FRONT, specimen.card_front(who)), (Side.BACK, specimen.card_back(who))]
    )
    return as_images(drawn, rng)


def as_images(drawn: Sequence[tuple[Side, specimen.Picture]], seed: int | np.random.Generator) -> list[DocumentImage]:
    """Photograph drawn sides as a 1920x1080 webcam would."""
    rng = np.random.default_rng(seed)
    images = []
    for side, page in drawn:
        shot = camera_shots.shoot(page, camera_shots.any_look(rng, 0.5), rng, camera_shots.FULL_HD)
        jpeg = cv2.imencode(".jpg", shot, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
        images.append(DocumentImage(side, Photo(jpeg, shot.shape[1], shot.shape[0])))
    return images


def _documents(count: int, seed: int) -> list[dict[str, Any]]:
    reader = VisualZoneReader(SystemClock())
    names = places = dates = zones = 0
    seconds = []
    for index in range(count):
        who = holder(random.Random(seed + index))
        kind = (DocumentKind.PASSPORT, DocumentKind.ID_CARD)[index % 2]
        if index % 4 < 2:
            images = document_images(who, kind, np.random.default_rng(seed + index))
        else:  # the same fields in a layout of its own
            rng = random.Random(seed + index)
            who = document_layouts.any_holder(rng, who)
            passport = kind is DocumentKind.PASSPORT
            front = (Side.DATA_PAGE if passport else Side.FRONT, document_layouts.draw(rng, who, passport=passport))
            images = as_images([front] if passport else [front, (Side.BACK, specimen.card_back(who))], seed + index)
        before = _cpu()
        reading = reader.read(kind, images)
        seconds.append(_cpu() - before)
        zones += reading.mrz is not None
        names += same(reading.value(FieldName.SURNAME), who.surname)
        names += same(reading.value(FieldName.GIVEN_NAMES), who.given_names)
        places += same(reading.value(FieldName.BIRTH_PLACE), who.birth_place)
        dates += reading.value(FieldName.ISSUE_DATE) == who.issued.isoformat()
    return [
        _row("visual zone: names exact with ë and ç", names / count / 2, "share", 2 * count),
        _row("visual zone: birth places exact", places / count, "share", count),
        _row("visual zone: issue dates exact", dates / count, "share", count),
        _row("visual zone: specimens whose MRZ was found", zones / count, "share", count),
        _row("visual zone: CPU of a whole read, median", float(np.median(seconds)), "s", count),
        _row("visual zone: CPU of a whole read, p95", float(np.percentile(seconds, 95)), "s", count),
    ]


def same(read: str, true: str) -> bool:
    """Whether every letter and mark is right; a layout may print in capitals."""
    return read.lower() == true.lower()


def _cpu() -> float:
    """CPU seconds of this process and the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _row(name: str, value: float, unit: str, count: int) -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "unit": unit, "n": count}


if __name__ == "__main__":
    rows: Callable[[], list[dict[str, Any]]] = run
    for row in rows():
        sys.stdout.write(f"{row['name']}: {row['value']} {row['unit']} (n={row['n']})\n")
