"""`kiosk read-mrz FILE... [--json]`: the machine-readable zone on pictures of documents."""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.clock import SystemClock
from registration.errors import Expected, VoterCanFix
from registration.model.documents import ReadState

if TYPE_CHECKING:
    from biometrics.document.pictures import Pictures


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pictures of documents, any direction")
    parser.add_argument("--json", action="store_true", help="one JSON object per picture")


def run(args: argparse.Namespace) -> int:
    """Read every file; one that cannot be read is reported in its place and the others go on.

    Raises VoterCanFix ``mrz.some_unread`` at the end when a file could not be read or had no zone.
    """
    from biometrics.document import glyphs
    from biometrics.document.pictures import Pictures
    from biometrics.document.pictures_decode import Limits

    glyphs.model()  # loaded now, so that `ms` is the time of reading
    today = SystemClock().now().date()
    unread = 0
    # Re-encoding must not cost a small picture its zone; one child may take a few files of one who asks for them.
    pictures = Pictures(Limits(quality=97), files_per_child=8)
    try:
        for file in args.files:
            answer = _answer(file, pictures, today)
            unread += "error" in answer
            print(json.dumps(answer, ensure_ascii=False) if args.json else _line(answer), flush=True)
    finally:
        pictures.close()
    if unread:
        raise VoterCanFix("mrz.some_unread", n=unread, files=len(args.files))
    return 0


def _answer(file: Path, pictures: Pictures, today: date) -> dict[str, Any]:
    from biometrics.document.mrz_reader import read_mrz

    answer: dict[str, Any] = {
        "file": str(file),
        "format": None,
        "lines": [],
        "valid": False,
        "accepted": False,
        "confidence": 0.0,
        "fields": {},
        "ms": 0.0,
    }
    try:
        picture = _picture(file, pictures)
    except Expected as refused:
        return answer | {"error": refused.code}
    began = time.perf_counter()
    found = read_mrz(picture, today)
    answer["ms"] = round((time.perf_counter() - began) * 1000, 1)
    if found is None or found.reading.state is ReadState.REFUSED:
        return answer | {"error": "mrz.not_found"}
    reading = found.reading
    return answer | {
        "format": reading.format,
        "lines": list(reading.lines),
        "valid": reading.check_digits_ok,
        "accepted": reading.state is ReadState.VERIFIED,
        "confidence": reading.confidence,
        "fields": {name.value: value for name, value in reading.fields.items()},
    }


def _picture(file: Path, pictures: Pictures) -> Any:
    """Decode a picture, the first page of a PDF, upright. Raises VoterCanFix ``file.*``."""
    import cv2
    import numpy as np

    from kiosk.commands.read_document import content_of

    page = pictures.open(content_of(file))[0]
    return cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_COLOR)


def _line(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: {answer['error']}"
    word = "accepted" if answer["accepted"] else "valid" if answer["valid"] else "check digits wrong"
    text = "\n    ".join(answer["lines"])
    return f"{answer['file']}: {answer['format']}, {word}, {answer['confidence']:.2f}, {answer['ms']} ms\n    {text}"
