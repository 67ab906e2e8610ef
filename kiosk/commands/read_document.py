"""`kiosk read-document --type {passport,id-card} FRONT [BACK] [--json]`: MRZ and visual zone of a document."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from biometrics.document.pictures import Pictures
from biometrics.document.visual_zone import VisualZoneReader
from kiosk.clock import SystemClock
from registration.errors import VoterCanFix
from registration.model.documents import SIDES, DocumentImage, DocumentKind, DocumentReading, FieldName


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", required=True, choices=[k.value for k in DocumentKind], help="kind of document")
    parser.add_argument("front", type=Path, help="photograph of the data page, or of the card's front")
    parser.add_argument("back", type=Path, nargs="?", help="photograph of the card's back")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(complain=parser.error)


def run(args: argparse.Namespace) -> int:
    kind = DocumentKind(args.type)
    if kind is DocumentKind.PASSPORT and args.back:
        args.complain("a passport has one page with data")
    pictures = Pictures()
    files = [file for file in (args.front, args.back) if file]
    images = [
        DocumentImage(side, pictures.open(content_of(file))[0]) for side, file in zip(SIDES[kind], files, strict=False)
    ]
    reading = VisualZoneReader(SystemClock()).read(kind, images)
    if not reading.fields:
        raise VoterCanFix("document.nothing_read")
    print(json.dumps(_facts(reading), ensure_ascii=False) if args.json else _table(reading))
    return 0


def content_of(file: Path) -> bytes:
    """Return a file's bytes. Raises VoterCanFix ``file.gone``."""
    try:
        return file.read_bytes()
    except OSError:
        raise VoterCanFix("file.gone") from None


def _facts(reading: DocumentReading) -> dict[str, object]:
    mrz = reading.mrz
    return {
        "type": reading.kind.value,
        "mrz": mrz
        and {
            "format": mrz.format,
            "lines": list(mrz.lines),
            "valid": mrz.check_digits_ok,
            "state": mrz.state.value,
            "confidence": round(mrz.confidence, 3),
        },
        "fields": {
            name.value: {
                "value": reading.fields[name].value,
                "source": reading.fields[name].source.value,
                "confidence": round(reading.fields[name].confidence, 3),
            }
            for name in FieldName
            if name in reading.fields
        },
    }


def _table(reading: DocumentReading) -> str:
    rows = [
        f"{name.value:16} {field.value:32} {field.source.value:12} {field.confidence:.2f}"
        for name in FieldName
        if (field := reading.fields.get(name))
    ]
    return "\n".join(rows + (list(reading.mrz.lines) if reading.mrz else ["no machine-readable zone was read"]))
