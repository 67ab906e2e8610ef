"""`kiosk frame-face VIDEO`: what face capture makes of a video, frame by frame.

The live check asks for movements in a random order, which no recording can obey: without `--challenges` a video of an
honest person is framed, and gets a photo only if it happens to show the movements that were drawn. `--challenges` names
the order a recording was made to; the result then says that it was prescribed. The kiosk itself always draws.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from registration.errors import StaffMustFix
from registration.model.evidence import Liveness
from registration.ports.capture import Guidance

KINDS = ("turn_left", "turn_right", "blink", "open_mouth")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "video", metavar="VIDEO", help="a video, a folder of pictures, or a camera (device:0, http://...)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per frame, and one for the result")
    parser.add_argument("--save", metavar="FILE", type=Path, help="keep the photo as JPEG")
    parser.add_argument(
        "--challenges",
        metavar="KIND,...",
        type=_kinds,
        default=(),
        help=f"the movements the recording was made to, instead of random ones: {', '.join(KINDS)}; one is a turn",
    )
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="stop after so much of a live camera (default 120)"
    )


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(text.split(","))
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise argparse.ArgumentTypeError(f"no such movement: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    if len(set(kinds)) < 2 or len(set(kinds)) < len(kinds) or not set(kinds) & {"turn_left", "turn_right"}:
        raise argparse.ArgumentTypeError("name at least two different movements, one of them a turn")
    return kinds


def run(args: argparse.Namespace) -> int:
    """Analyse every frame until the photo is taken or the video ends.

    Raises:
        StaffMustFix: the video cannot be read (``camera.*``), or ``face.no_photo`` when one was to be saved.
    """
    from biometrics.camera import open_camera
    from biometrics.face.session import FaceSession

    source = open_camera(args.video, loop=False, paced=False)
    source.open()
    session = FaceSession(prescribed=args.challenges)
    began, now, taken = None, 0.0, None
    try:
        while taken is None and now <= args.seconds:
            try:
                frame = source.read()
            except StaffMustFix as end:
                if end.code != "camera.lost":
                    raise
                break
            began = frame.at if began is None else began
            now = frame.at - began
            guidance = session.step(frame)
            taken = guidance.portrait
            if args.json:
                print(json.dumps(_line(now, guidance, session.framed)))
            elif guidance.hint or guidance.challenge:
                print(f"{now:8.2f}  {'green' if guidance.green else '     '}  {guidance.hint or guidance.challenge}")
    finally:
        source.close()
        session.close()
    capture = None
    if taken is not None:
        photo = taken.photo
        capture = {
            "width": photo.width,
            "height": photo.height,
            "bytes": len(photo.jpeg),
            "measures": {**photo.measures},
        }
        if args.save is not None:
            args.save.write_bytes(photo.jpeg)
    liveness = {**_record(session.liveness), "prescribed": bool(args.challenges)}
    if args.json:
        print(json.dumps({"capture": capture, "t": round(now, 3), "liveness": liveness}))
    else:
        order = " (movements prescribed)" if args.challenges else ""
        print(f"{now:8.2f}  {'photo taken' if capture else 'no photo'}, live check: {liveness['outcome']}{order}")
    if args.save is not None and capture is None:
        raise StaffMustFix("face.no_photo")
    return 0


def _line(t: float, guidance: Guidance, framed: bool) -> dict[str, Any]:
    return {
        "t": round(t, 3),
        "green": guidance.green,
        "framed": framed,
        "hint": guidance.hint,
        "challenge": guidance.challenge,
        "progress": round(guidance.progress, 3),
        "measures": {name: round(value, 4) for name, value in guidance.measures.items()},
    }


def _record(liveness: Liveness) -> dict[str, Any]:
    return {
        "outcome": liveness.outcome.value,
        "reason": liveness.reason,
        "attempts": liveness.attempts,
        "challenges": [
            {"kind": c.kind, "asked_at": round(c.asked_at, 3), "done_at": c.done_at, "peak": c.peak}
            for c in liveness.challenges
        ],
    }
