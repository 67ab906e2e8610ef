"""Measures the reading of text: names with ë and ç on specimen documents, and verdicts on proofs of address.

Specimens and proofs are drawn anew from `seed` and degraded as a webcam or a phone would; no fixed set is kept.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import cv2
import numpy as np

from biometrics.document.address_proof import AddressProofChecker
from biometrics.document.visual_zone import VisualZoneReader
from kiosk.clock import SystemClock
from kiosk.demo import camera_shots, proof_shots, proofs, specimen
from kiosk.demo.proofs_words import GIVEN, SURNAMES
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
PAGE_STYLES = ("scan", "phone", "webcam_sideways", "webcam_top")


def run(documents: int = 24, good: int = 32, bad: int = 40, seed: int | None = None) -> list[dict[str, Any]]:
    """Return (name, value, unit, n) of each measure."""
    seed = seed if seed is not None else int(datetime.now(UTC).timestamp())
    return [*_documents(documents, seed), *_proofs(good, bad, seed)]


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
        images = document_images(who, kind, np.random.default_rng(seed + index))
        before = _cpu()
        reading = reader.read(kind, images)
        seconds.append(_cpu() - before)
        zones += reading.mrz is not None
        names += (reading.value(FieldName.SURNAME) == who.surname) + (
            reading.value(FieldName.GIVEN_NAMES) == who.given_names
        )
        places += reading.value(FieldName.BIRTH_PLACE) == who.birth_place
        dates += reading.value(FieldName.ISSUE_DATE) == who.issued.isoformat()
    return [
        _row("visual zone: names exact with ë and ç", names / count / 2, "share", 2 * count),
        _row("visual zone: birth places exact", places / count, "share", count),
        _row("visual zone: issue dates exact", dates / count, "share", count),
        _row("visual zone: specimens whose MRZ was found", zones / count, "share", count),
        _row("visual zone: CPU of a whole read, median", float(np.median(seconds)), "s", count),
        _row("visual zone: CPU of a whole read, p95", float(np.percentile(seconds, 95)), "s", count),
    ]


def _proofs(good: int, bad: int, seed: int) -> list[dict[str, Any]]:
    seconds: list[float] = []
    flagged_good = sum(_flagged(seed + i, "", seconds) for i in range(good))
    faults: tuple[str, ...] = (*proofs.FAULTS, "unreadable")
    flagged_bad = sum(_flagged(seed + i, faults[i % len(faults)], seconds) for i in range(bad))
    return [
        _row("proof of address: good pages flagged", flagged_good / good, "share", good),
        _row("proof of address: bad pages flagged", flagged_bad / bad, "share", bad),
        _row("proof of address: CPU per page, mean", float(np.mean(seconds)), "s", good + bad),
    ]


def _flagged(seed: int, fault: str, seconds: list[float]) -> bool:
    proof = proofs.draw(seed, fault="" if fault == "unreadable" else fault)
    style = PAGE_STYLES[seed % len(PAGE_STYLES)]
    if fault in ("id_card", "passport", "ticket", "bank_card") and style != "scan":
        style = "webcam_whole"
    if fault == "map":
        style = "scan"
    trouble = proof_shots.UNREADABLE if fault == "unreadable" else proof_shots.ORDINARY
    jpeg = proof_shots.shoot(proof.page, style, np.random.default_rng(seed), trouble)
    before = _cpu()
    verdict = AddressProofChecker().check([Photo(jpeg, 0, 0)], [proof.holder.full], proof.address)
    seconds.append(_cpu() - before)
    return not verdict.good


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
