"""Reads an identity document: the checked MRZ, and over its letters the visual zone's ë and ç, places and dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import page_find, page_lines, page_print, text_ocr, visual_zone_labels
from biometrics.document.mrz_reader import Read, read_mrz
from biometrics.document.names import fold
from biometrics.document.text_ocr import Grey, Word
from biometrics.document.visual_zone_labels import Spot
from registration.model.documents import (
    DocumentImage,
    DocumentKind,
    DocumentReading,
    FieldName,
    FieldReading,
    FieldSource,
    MrzReading,
    ReadState,
    Side,
)
from registration.model.evidence import Photo
from registration.model.person import parse_personal_number
from registration.ports.clock import Clock

_WIDTH = 1700
"""Pixels to which a side is brought: labels of 1.5 mm are then about 20 pixels high on either format."""
_LARGEST = 2600
_CHARACTERS = 49.2
"""Width of a TD3 page in characters of its MRZ (125 mm / 2.54 mm)."""
_NAMES = (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FATHER_NAME, FieldName.BIRTH_PLACE)
_DATES = (FieldName.BIRTH_DATE, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE)
_NUMBERS = (FieldName.PERSONAL_NUMBER, FieldName.DOCUMENT_NUMBER)
_MRZ_FIRST = (*_NUMBERS, FieldName.BIRTH_DATE, FieldName.EXPIRY_DATE, FieldName.SEX, FieldName.NATIONALITY)
_NOT_A_NAME = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿ' \-]")
_MONTHS = {
    **dict.fromkeys(("jan",), 1),
    **dict.fromkeys(("shk", "feb"), 2),
    **dict.fromkeys(("mar",), 3),
    **dict.fromkeys(("pri", "apr"), 4),
    **dict.fromkeys(("maj", "may"), 5),
    **dict.fromkeys(("qer", "jun"), 6),
    **dict.fromkeys(("kor", "jul"), 7),
    **dict.fromkeys(("gus", "aug"), 8),
    **dict.fromkeys(("sht", "sep"), 9),
    **dict.fromkeys(("tet", "oct"), 10),
    **dict.fromkeys(("nen", "nov"), 11),
    **dict.fromkeys(("dhj", "dec"), 12),
}
"""Beginnings of the months' names, Albanian and English, folded."""


_ON_EVERY_SIDE = frozenset({FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.BIRTH_PLACE, FieldName.ISSUE_DATE})
"""Printed on every data page and card front, and in no zone with its letters; a gap asks for a second look."""
_SECOND_LOOK = 1.25
_SLASHES_AS_ONES = re.compile(r"([0-3]\d)1([01]\d)1((?:19|20)\d\d)")
"""23/06/2021 as it is often read."""
NOTHING_KNOWN: Mapping[FieldName, str] = MappingProxyType({})


class VisualZoneReader:
    """A `DocumentReader`. The MRZ that live framing left with the images is used, else it is looked for here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, kind: DocumentKind, images: Sequence[DocumentImage]) -> DocumentReading:
        """Join the MRZ and the visual zone of the photographed sides; what cannot be read is left out.

        The MRZ is the checked source of number, dates, sex, nationality and personal number; names are its letters
        with the visual zone's ë, ç and case; place, issuer, issue date and father's name are the visual zone's.

        Raises:
            StaffMustFix: ``proof.reader_missing`` when Tesseract is not installed.
        """
        mrz = next((image.mrz for image in images if image.mrz), None)
        sides: list[tuple[Side, Grey, Read | None]] = []
        for image in images:
            picture = _decode(image.photo)
            found = None
            if mrz is None and (kind is DocumentKind.PASSPORT or image.side is Side.BACK or len(images) == 1):
                found = read_mrz(picture, self._clock.now().date())
                mrz = found.reading if found else None
            sides.append((image.side, picture, found))
        printed: dict[FieldName, FieldReading] = {}
        known = _names_of(mrz)
        for side, picture, found in sides:
            # The back of a card has no labelled field of its own that the front has not.
            if kind is DocumentKind.ID_CARD and side is Side.BACK and len(images) > 1:
                continue
            for name, reading in _printed_fields(_upright(picture, found), known).items():
                printed.setdefault(name, reading)
        return DocumentReading(kind, MappingProxyType(join(mrz, printed)), mrz)


def _names_of(mrz: MrzReading | None) -> dict[FieldName, str]:
    if mrz is None or mrz.state is ReadState.REFUSED:
        return {}
    return {name: mrz.fields[name] for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES) if mrz.fields.get(name)}


def _decode(photo: Photo) -> Grey:
    return np.asarray(cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _upright(picture: Grey, found: Read | None) -> Grey:
    """The document flat and upright where its edges or its MRZ tell, brought to one size, with even light."""
    quarters = round(found.angle / 90) % 4 if found else 0
    sheet = page_find.flatten(np.ascontiguousarray(np.rot90(picture, quarters)))
    grey = sheet.grey
    if found is None and grey.shape[0] > grey.shape[1]:
        grey = np.ascontiguousarray(np.rot90(grey))
    scale = _WIDTH / grey.shape[1]
    if found is not None and not sheet.found:
        scale = min(_WIDTH / _CHARACTERS / found.pitch, _LARGEST / grey.shape[1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return page_print.even_light(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method).astype(np.uint8))


def _printed_fields(side: Grey, known: dict[FieldName, str]) -> dict[FieldName, FieldReading]:
    language = text_ocr.best_of(["sqi"])
    spots: dict[FieldName, Spot] = {}
    for view in (side, np.ascontiguousarray(np.rot90(side, 2))):
        spots = _spots(view, known, language)
        if len(spots) > 1:
            side = view
            break
    if len(spots) > 1 and not spots.keys() >= _ON_EVERY_SIDE:
        # A small label may fall between two lines at one size and be plain at another.
        spots = _spots(side, known, language, zoom=_SECOND_LOOK) | spots
    wanted = [(name, spot) for name, spot in spots.items()]
    with ThreadPoolExecutor(2) as pool:
        readings = pool.map(lambda item: _read_field(side, item[0], item[1], language, known), wanted)
        return {name: reading for (name, _), reading in zip(wanted, readings, strict=True) if reading is not None}


def _spots(view: Grey, known: dict[FieldName, str], language: str, zoom: float = 1.0) -> dict[FieldName, Spot]:
    """Find the fields by their labels on the side enlarged by `zoom`; boxes are in the side's own pixels."""
    seen_at = view if zoom == 1.0 else cv2.resize(view, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    seen = text_ocr.words(np.asarray(seen_at, np.uint8), language, text_ocr.SPARSE, seconds=15)
    found = visual_zone_labels.locate(page_lines.runs(seen), seen_at.shape[1], known)
    return {name: _scaled(spot, 1 / zoom) for name, spot in found.items()}


def _scaled(spot: Spot, by: float) -> Spot:
    left, top, right, bottom = (round(edge * by) for edge in spot.box)
    return replace(spot, box=(left, top, right, bottom))


def _read_field(
    side: Grey, name: FieldName, spot: Spot, language: str, known: Mapping[FieldName, str] = NOTHING_KNOWN
) -> FieldReading | None:
    candidates = [(spot.text, spot.confidence)] if spot.text else []
    value = _clean(name, spot.text)
    if name in _NAMES:
        for letter in (34, 46):
            candidates.append(_crop(side, spot, language, letter))
    elif not value or spot.confidence < 80:
        allowed = "0123456789.-/ " if name in _DATES else ""
        candidates.append(_crop(side, spot, language, 38, allowed))
    read = [(cleaned, confidence) for text, confidence in candidates if (cleaned := _clean(name, text))]
    if not read:
        return None
    if name in _NAMES:
        # One word read surely is less than the whole name: what agrees with the zone comes before confidence.
        zone = known.get(name, "")
        best = max(read, key=lambda r: (restore_marks(zone, r[0])[1] if zone else 0.0, r[1]))
        value = _with_marks(best[0], [text for text, _ in read])
        return FieldReading(value, FieldSource.VISUAL_ZONE, max(0.0, best[1]) / 100)
    value, confidence = max(read, key=lambda r: r[1])
    return FieldReading(value, FieldSource.VISUAL_ZONE, max(0.0, confidence) / 100)


def _crop(side: Grey, spot: Spot, language: str, letter: int, allowed: str = "") -> tuple[str, float]:
    left, top, right, bottom = spot.box
    pad = max(4, (bottom - top) // 3)
    part: NDArray[Any] = side[max(0, top - pad) : bottom + pad, max(0, left - pad) : right + 2 * pad]
    if min(part.shape) < 6:
        return "", 0.0
    zoom = letter / max(6, bottom - top)
    part = cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    part = cv2.copyMakeBorder(part, 12, 12, 16, 16, cv2.BORDER_CONSTANT, value=(235.0,))
    settings = [("tessedit_char_whitelist", allowed)] if allowed else []
    found: list[Word] = text_ocr.words(
        np.asarray(part, np.uint8), language, text_ocr.LINE, settings=settings, seconds=8
    )
    surest = max((w.confidence for w in found), default=0.0)
    kept = [w for w in found if w.confidence >= 40 or surest < 75]  # specks beside the words are read as words too
    return " ".join(w.text for w in kept), min((w.confidence for w in kept), default=0.0)


def _clean(name: FieldName, text: str) -> str:
    """The value a text may be, or "" when it cannot be one."""
    if name in _NAMES:
        words = [w.strip("'- ") for w in _NOT_A_NAME.sub(" ", text.split("/")[0]).split()]
        kept = [w for w in words if len(w) > 1 or w.lower() == "e"]
        return " ".join(kept) if sum(map(len, kept)) >= 2 else ""
    if name in _DATES:
        return parse_date(text)
    if name is FieldName.PERSONAL_NUMBER:
        return _personal_number(text)
    if name is FieldName.DOCUMENT_NUMBER:
        joined = re.sub(r"[^A-Z0-9]", "", text.upper())
        return joined if 7 <= len(joined) <= 12 and any(c.isdigit() for c in joined) else ""
    if name is FieldName.SEX:
        first = re.search(r"[MFX]", text.upper())
        return first.group() if first and len(text.strip()) <= 6 else ""
    if name is FieldName.NATIONALITY:
        return "ALB" if re.search(r"shqip|alban|alb\b", fold(text)) else ""
    value = " ".join(re.sub(r"[^\w .,'\-]", " ", text).split())
    return value if sum(c.isalnum() for c in value) >= 2 else ""


def parse_date(text: str) -> str:
    """Return a printed date as ISO 8601, or "": ``30-04-1985``, ``30.04.1985``, ``30 APR/PRI 1985``."""
    found = re.search(r"(\d{1,2})\D{1,3}(\d{1,2})\D{1,3}(\d{4})", text) or _SLASHES_AS_ONES.fullmatch(text.strip())
    if found:
        day, month, year = (int(part) for part in found.groups())
    else:
        spoken = re.search(r"(\d{1,2})\W*([a-z]{3})[a-z]*\W*(?:[a-z]+)?\W*(\d{4})", fold(text))
        if not spoken or spoken.group(2) not in _MONTHS:
            return ""
        day, year = int(spoken.group(1)), int(spoken.group(3))
        month = _MONTHS[spoken.group(2)]
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _personal_number(text: str) -> str:
    joined = re.sub(r"[^A-Z0-9]", "", text.upper())
    digits = str.maketrans("OILSBZGQ", "01158260")
    letters = str.maketrans("0158264", "OISBZGA")
    found = []
    for at in range(max(1, len(joined) - 9)):
        part = joined[at : at + 10]
        fixed = part[:1] + part[1:9].translate(digits) + part[9:].translate(letters)
        # Decades before 1900 are digits: no living voter has one, so a digit there is a letter misread.
        for candidate in (fixed[:1].translate(letters) + fixed[1:], part):
            number = parse_personal_number(candidate)
            if number is not None:
                found.append((number.birth_date.year >= 1900, number.check_letter_ok, candidate))
    return max(found, key=lambda f: f[:2])[2] if found else ""


def _with_marks(best: str, readings: Sequence[str]) -> str:
    """Let the readings that agree in every plain letter vote on each ë and ç; half of them are enough."""
    alike = [r for r in readings if len(r) == len(best) and fold(r) == fold(best)]
    out = list(best)
    for at, letter in enumerate(best):
        marked = [r[at] for r in alike if r[at].lower() in "ëç"]
        if letter.lower() not in "ëç" and marked and 2 * len(marked) >= len(alike):
            out[at] = marked[0].upper() if letter.isupper() else marked[0].lower()
        elif letter.lower() in "ëç" and 2 * len(marked) < len(alike):
            out[at] = fold(letter).upper() if letter.isupper() else fold(letter)
    return "".join(out)


# ---------------------------------------------------------------- joining


def join(mrz: MrzReading | None, printed: dict[FieldName, FieldReading]) -> dict[FieldName, FieldReading]:
    """Decide each field between MRZ and visual zone."""
    if mrz is None or mrz.state is ReadState.REFUSED:
        return printed
    fields = dict(printed)
    for name, value in mrz.fields.items():
        seen = printed.get(name)
        if name in (FieldName.SURNAME, FieldName.GIVEN_NAMES):
            fields[name] = _name(value, seen, mrz.confidence)
        elif name in _MRZ_FIRST or seen is None:
            sure = mrz.confidence if seen is None or seen.value != value else max(mrz.confidence, seen.confidence)
            fields[name] = FieldReading(value, FieldSource.MRZ, sure)
    return fields


def _name(plain: str, seen: FieldReading | None, sure: float) -> FieldReading:
    if seen is None:
        return FieldReading(plain, FieldSource.MRZ, sure)
    value, agreement = restore_marks(plain, seen.value)
    if agreement < 0.6:
        return FieldReading(plain, FieldSource.MRZ, sure * 0.9)
    source = FieldSource.VISUAL_ZONE if value.upper() != plain.upper() else FieldSource.MRZ
    return FieldReading(value, source, min(1.0, agreement) * max(sure, seen.confidence))


def restore_marks(plain: str, printed: str) -> tuple[str, float]:
    """Write an MRZ name with the printed name's marks and case; also how well the two agree (0 to 1).

    The letters are the MRZ's; a printed letter counts where it folds to the same one (``Ë`` over ``E``). A name the
    MRZ had to cut is taken from the print in full when its beginning agrees.
    """
    target = re.sub(r"[^A-Z]", " ", fold(plain).upper())
    print_letters = re.findall(r"[^'](?:'(?=[^\W\d_]))?", printed)  # an apostrophe stays with the letter before it
    shape = [fold(c[0]).upper() if c[0].isalpha() else " " for c in print_letters]
    if any(len(c) != 1 for c in shape):
        return plain, 0.0
    length, width = len(target), len(shape)
    cost = np.zeros((length + 1, width + 1))
    cost[:, 0], cost[0, :] = np.arange(length + 1), np.arange(width + 1)
    for i in range(1, length + 1):
        for j in range(1, width + 1):
            swap = cost[i - 1, j - 1] + (target[i - 1] != shape[j - 1])
            cost[i, j] = min(swap, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    end = width
    if length >= 12 and width > length and cost[length, length] <= 1:
        end = length  # cut by the MRZ: the rest of the print follows
    agreement = 1 - float(cost[length, end]) / max(1, length)
    upper = sum(c.isupper() for c in printed) > sum(c.islower() for c in printed)
    out: list[str] = []
    i, j = length, end
    while i > 0:
        if j > 0 and target[i - 1] == shape[j - 1] and cost[i, j] == cost[i - 1, j - 1]:
            out.append(print_letters[j - 1])
            i, j = i - 1, j - 1
        elif j > 0 and cost[i, j] == cost[i - 1, j - 1] + 1:
            out.append(target[i - 1])
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i - 1, j] + 1:
            out.append(target[i - 1])
            i -= 1
        else:
            j -= 1
    text = "".join(reversed(out))
    text += "".join(print_letters[end:])
    return (text.upper() if upper else _title(text)), agreement


def _title(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda m: m.group()[0].upper() + m.group()[1:].lower(), text)
