"""The visual zone over the MRZ: ë and ç come back, the checked fields stay the MRZ's."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import cv2
import numpy as np
import pytest

from bench.bench_text import as_images, document_images, holder
from bench.document_layouts import any_holder, draw
from biometrics.document.visual_zone import VisualZoneReader, join, parse_date, restore_marks
from kiosk.demo import specimen
from registration.model.documents import (
    DocumentImage,
    DocumentKind,
    FieldName,
    FieldReading,
    FieldSource,
    MrzReading,
    ReadState,
    Side,
)
from registration.model.evidence import Photo


class Today:
    def now(self) -> datetime:
        return datetime(2026, 6, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("plain", "printed", "value"),
    [
        ("CELA", "Çela", "Çela"),
        ("PERMETI", "PËRMETI", "PËRMETI"),
        ("KELLICI", "Këlliçi.", "Këlliçi"),
        ("HOXHA", "H0xha", "Hoxha"),
        ("NENE TEREZA", "Nënë Tereza", "Nënë Tereza"),
        ("CELA SHEHU", "Çela-Shehu", "Çela-Shehu"),
        ("DCELA", "D'Çela", "D'Çela"),
        ("KELLICI", "Këlliçi'", "Këlliçi"),
    ],
)
def test_restores_the_marks_over_plain_letters(plain: str, printed: str, value: str) -> None:
    restored, agreement = restore_marks(plain, printed)
    assert restored == value
    assert agreement > 0.7


@pytest.mark.parametrize("seed", [3, 7])
def test_reads_other_layouts(seed: int) -> None:
    rng = random.Random(seed)
    who = any_holder(rng, holder(rng))
    images = as_images([(Side.FRONT, draw(rng, who, passport=False)), (Side.BACK, specimen.card_back(who))], seed)
    reading = VisualZoneReader(Today()).read(DocumentKind.ID_CARD, images)
    assert reading.value(FieldName.SURNAME).lower() == who.surname.lower()
    assert reading.value(FieldName.GIVEN_NAMES).lower() == who.given_names.lower()
    assert reading.value(FieldName.ISSUE_DATE) == who.issued.isoformat()


def test_a_print_of_another_name_does_not_replace_the_mrz() -> None:
    mrz = MrzReading("TD3", (), ReadState.VERIFIED, True, 0.9, {FieldName.SURNAME: "HOXHA"})
    seen = {FieldName.SURNAME: FieldReading("Shqiptare", FieldSource.VISUAL_ZONE, 0.9)}
    joined = join(mrz, seen)[FieldName.SURNAME]
    assert joined.value == "HOXHA"
    assert joined.source is FieldSource.MRZ


def test_checked_fields_are_the_mrz_s() -> None:
    fields = {FieldName.BIRTH_DATE: "1985-04-30", FieldName.DOCUMENT_NUMBER: "BT1234567"}
    mrz = MrzReading("TD3", (), ReadState.VERIFIED, True, 0.9, fields)
    seen = {FieldName.BIRTH_DATE: FieldReading("1986-04-30", FieldSource.VISUAL_ZONE, 0.99)}
    joined = join(mrz, seen)
    assert joined[FieldName.BIRTH_DATE].value == "1985-04-30"
    assert joined[FieldName.DOCUMENT_NUMBER].source is FieldSource.MRZ


def test_a_refused_mrz_is_not_used() -> None:
    mrz = MrzReading("TD3", (), ReadState.REFUSED, False, 0.2, {FieldName.SURNAME: "HQXHA"})
    seen = {FieldName.SURNAME: FieldReading("Hoxha", FieldSource.VISUAL_ZONE, 0.9)}
    assert join(mrz, seen)[FieldName.SURNAME].value == "Hoxha"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2310612021", "2021-06-23"),
        ("30-04-1985", "1985-04-30"),
        ("30.04.1985", "1985-04-30"),
        ("30 PRI/APR 1985", "1985-04-30"),
        ("31-02-1985", ""),
        ("Tiranë", ""),
    ],
)
def test_reads_printed_dates(text: str, iso: str) -> None:
    assert parse_date(text) == iso


@pytest.mark.parametrize("kind", list(DocumentKind))
@pytest.mark.parametrize("seed", [3, 12])
def test_reads_a_photographed_specimen(kind: DocumentKind, seed: int) -> None:
    who = holder(random.Random(seed))
    reading = VisualZoneReader(Today()).read(kind, document_images(who, kind, np.random.default_rng(seed)))
    assert reading.value(FieldName.SURNAME) == who.surname
    assert reading.value(FieldName.GIVEN_NAMES) == who.given_names
    assert reading.value(FieldName.PERSONAL_NUMBER) == who.personal_number
    assert reading.value(FieldName.ISSUE_DATE) == who.issued.isoformat()
    assert reading.fields[FieldName.BIRTH_PLACE].source is FieldSource.VISUAL_ZONE
    assert reading.fields[FieldName.BIRTH_DATE].source is FieldSource.MRZ
    assert date.fromisoformat(reading.value(FieldName.BIRTH_DATE)) == who.birth


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_reads_a_page_that_lies_turned(quarters: int) -> None:
    who = holder(random.Random(8))
    page = np.ascontiguousarray(np.rot90(specimen.passport_page(who), quarters))
    jpeg = cv2.imencode(".jpg", page)[1].tobytes()
    image = DocumentImage(Side.DATA_PAGE, Photo(jpeg, page.shape[1], page.shape[0]))
    reading = VisualZoneReader(Today()).read(DocumentKind.PASSPORT, [image])
    assert reading.value(FieldName.SURNAME) == who.surname
    assert reading.value(FieldName.BIRTH_PLACE) == who.birth_place


def test_an_empty_picture_gives_no_fields() -> None:
    jpeg = cv2.imencode(".jpg", np.full((700, 1000, 3), 200, np.uint8))[1].tobytes()
    image = DocumentImage(Side.DATA_PAGE, Photo(jpeg, 1000, 700))
    reading = VisualZoneReader(Today()).read(DocumentKind.PASSPORT, [image])
    assert not reading.fields
    assert reading.mrz is None
