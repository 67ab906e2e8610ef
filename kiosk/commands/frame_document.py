"""`kiosk frame-document VIDEO --side {data-page,front,back}`: what document capture makes of a video."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kiosk.clock import SystemClock
from registration.errors import StaffMustFix, VoterCanFix
from registration.model.documents import DocumentImage, DocumentKind, Side
from registration.ports.capture import Guidance


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "video", metavar="VIDEO", help="a video, a folder of pictures, or a camera (device:0, http://...)"
    )
    parser.add_argument("--side", required=True, choices=[side.value for side in Side])
    parser.add_argument("--json", action="store_true", help="one JSON object per frame, and one for the result")
    parser.add_argument("--save", metavar="FILE", type=Path, help="keep the photo as JPEG")
    parser.add_argument("--seconds", type=float, default=120.0, help="stop after so much of a camera (default 120)")


def run(args: argparse.Namespace) -> int:
    """Analyse every frame until the photo is taken or the video ends.

    Raises:
        StaffMustFix: the video cannot be read (``camera.*``).
        VoterCanFix: ``document.not_captured`` when there is no photo to save.
    """
    from biometrics.camera import open_camera
    from biometrics.document.capture import open_document

    side = Side(args.side)
    kind = DocumentKind.PASSPORT if side is Side.DATA_PAGE else DocumentKind.ID_CARD
    source = open_camera(args.video, loop=False, paced=False)
    source.open()
    session = open_document(kind, side, SystemClock())
    began, now, image = None, 0.0, None
    try:
        while image is None and now <= args.seconds:
            try:
                frame = source.read()
            except StaffMustFix as end:
                if end.code != "camera.lost":
                    raise
                break
            began = frame.at if began is None else began
            now = frame.at - began
            guidance = session.step(frame)
            image = guidance.image
            if args.json:
                print(json.dumps(_line(now, guidance)))
            elif guidance.hint or guidance.green:
                print(f"{now:8.2f}  {'green' if guidance.green else '     '}  {guidance.hint}")
    finally:
        source.close()
        session.close()
    capture = None if image is None else _capture(now, image)
    print(json.dumps({"capture": capture}) if args.json else _sentence(capture))
    if args.save is not None:
        if image is None:
            raise VoterCanFix("document.not_captured")
        args.save.write_bytes(image.photo.jpeg)
    return 0


def _line(now: float, guidance: Guidance) -> dict[str, Any]:
    return {
        "t": round(now, 3),
        "green": guidance.green,
        "hint": guidance.hint,
        "measures": {**guidance.measures},
    }


def _capture(now: float, image: DocumentImage) -> dict[str, Any]:
    mrz = image.mrz
    return {
        "t": round(now, 3),
        "side": image.side.value,
        "width": image.photo.width,
        "height": image.photo.height,
        "bytes": len(image.photo.jpeg),
        "measures": {**image.photo.measures},
        "mrz": mrz
        and {
            "format": mrz.format,
            "state": mrz.state.value,
            "valid": mrz.check_digits_ok,
            "confidence": mrz.confidence,
            "lines": list(mrz.lines),
        },
    }


def _sentence(capture: dict[str, Any] | None) -> str:
    if capture is None:
        return "no photo was taken"
    mrz = capture["mrz"]
    zone = f", zone {mrz['state']}" if mrz else ""
    return f"photo after {capture['t']:.2f} s, {capture['width']} x {capture['height']}{zone}"
