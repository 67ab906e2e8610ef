"""Photographing a document's side or a page of a proof: guidance frame by frame, then the picture by itself.

On a side with a machine-readable zone green means that the reader itself succeeded on at least two frames; the cheap
looks only choose the hint. A card's front, which has no zone, and a page are judged by edges, sharpness, stillness and
content alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document.framing import FrameLooker, Seen, flatten
from biometrics.document.hints import HintKeeper
from biometrics.document.mrz_fusion import Fusion
from biometrics.document.mrz_reader import Effort, Read, read_mrz
from biometrics.document.printed_portrait import has_face
from biometrics.document.sides import edges_from_zone, fits_zone, geometry, overlap, part_of, turned_to
from registration.model.documents import DocumentImage, DocumentKind, MrzReading, ReadState, Side
from registration.model.evidence import Photo
from registration.ports.capture import Frame, Guidance
from registration.ports.clock import Clock

Floats = NDArray[np.float64]

READ_EVERY = 0.18
"""Seconds between two reads of the zone: a few a second, so that the looks stay cheap."""
STILL = 2.5
"""Grey levels two frames may differ while something lies still."""
STILL_FRAMES = 3
LEAST_FILL = {DocumentKind.PASSPORT: 0.55, DocumentKind.ID_CARD: 0.45}
MOST_TILT = 0.16
LEAST_SHARP = {Side.DATA_PAGE: 0.11, Side.FRONT: 0.15, Side.BACK: 0.07}
"""Measured on specimens at Gaussian sigma 1.8 to 2 pixels, 1280 x 720."""
LEAST_SHARP_READ = {Side.DATA_PAGE: 0.085, Side.BACK: 0.065}
"""The same when the zone was read: its large letters are legible at sigma 3, the small print around it is not."""
MOST_TURN = 20.0
"""Degrees the text may be off level; beyond, the side lies askew, sideways or upside down."""
MOST_GLARE = 0.004
DARK = 55.0
UNSURE_AFTER = 2.0
"""Seconds after which steady lines with right check digits are taken as UNSURE, for the voter to confirm."""
_FORMATS = {DocumentKind.PASSPORT: "TD3", DocumentKind.ID_CARD: "TD1"}
_QUALITY = 92


class DocumentSession:
    """One attempt to photograph a side; implements `registration.ports.CaptureSession`. Used from one thread."""

    def __init__(self, kind: DocumentKind, side: Side, today: date) -> None:
        """Begin. `today` settles the centuries of the zone's dates."""
        cv2.setNumThreads(1)
        self._kind, self._side, self._today = kind, side, today
        self._looker, self._hints, self._fusion = FrameLooker(), HintKeeper(), Fusion(today)
        self._still = 0
        self._best_sharp = 0.0
        self._read: Read | None = None
        self._read_at = float("-inf")
        self._steady_since: float | None = None
        self._wrong: str = ""
        self._asked: str | None = None
        self._asked_at: float | None = None
        self._done = False

    def take_now(self, reason: str) -> None:
        """Take the next usable frame without waiting for green; the photo's measures say so."""
        self._asked = reason

    def close(self) -> None:
        """Forget what was seen."""
        self._fusion.clear()
        self._read = None
        self._done = True

    def step(self, frame: Frame) -> Guidance:
        """Look at a frame. After the photo was taken further frames are ignored."""
        if self._done:
            return Guidance(green=False, hint="")
        seen = self._looker.look(frame.pixels)
        self._still = self._still + 1 if seen.motion < STILL else 0
        if seen.quad is None:
            self._best_sharp = 0.0
        elif self._still:
            self._best_sharp = max(self._best_sharp * 0.99, seen.sharpness)
        if frame.at - self._read_at >= self._pause() and self._worth_reading(seen):
            self._read_zone(frame)
        quad = self._edges(seen, frame)
        problem = self._problem(seen, frame, quad)
        if problem and problem != "document_hold_still":
            self._steady_since = None  # lines that were steady on a bad view say nothing of the good one
        green = not problem and self._succeeded(frame.at)
        if not green and not problem:
            problem = "document_hold_still" if self._still < STILL_FRAMES else "document_reading"
        take = green or self._usable_now(seen, frame.at)
        outline = () if quad is None else tuple((float(x), float(y)) for x, y in quad / _size(frame))
        return Guidance(
            green=green,
            hint=self._hints.show("" if green else problem, frame.at, now=green),
            progress=self._progress(green),
            outline=outline,
            measures=seen.measures(),
            image=self._photograph(frame, quad, seen, green) if take else None,
        )

    # ------------------------------------------------------------------------------------------------ the zone

    def _pause(self) -> float:
        """A front is only watched for the wrong side, so it is read seldom."""
        return READ_EVERY if self._side is not Side.FRONT else 4 * READ_EVERY

    def _worth_reading(self, seen: Seen) -> bool:
        return seen.motion < 4 * STILL and (seen.quad is not None or seen.text > 0.02)

    def _read_zone(self, frame: Frame) -> None:
        self._read_at = frame.at
        found = read_mrz(frame.pixels, self._today, Effort.LIVE)
        if found is None or found.judgement.mean < 0.6:
            self._read = None
            self._wrong = ""
            return
        self._read = found
        reading = found.reading
        if self._side is Side.FRONT:
            self._wrong = "document_turn_front" if reading.format == "TD1" else "document_card"
        elif reading.format != _FORMATS[self._kind] and reading.check_digits_ok and found.judgement.mean > 0.9:
            self._wrong = "document_passport" if self._kind is DocumentKind.PASSPORT else "document_card"
        else:
            self._wrong = ""
            self._fusion.add(found)
            self._note_steadiness(frame.at)

    def _note_steadiness(self, at: float) -> None:
        reading = self._fusion.reading
        if reading is None or not reading.check_digits_ok or self._fusion.agreeing < 3:
            self._steady_since = None
        elif self._steady_since is None:
            self._steady_since = at

    def _succeeded(self, at: float) -> bool:
        if self._side is Side.FRONT:
            return self._still >= STILL_FRAMES
        reading = self._fusion.reading
        if reading is None or self._read is None or self._still < 1 or at - self._read_at > 0.5:
            return False
        if reading.state is ReadState.VERIFIED:
            return True
        return self._steady_since is not None and at - self._steady_since >= UNSURE_AFTER

    # ------------------------------------------------------------------------------------------------ the hint

    def _edges(self, seen: Seen, frame: Frame) -> Floats | None:
        """Corners of the side in pixels, the upper left of the text first."""
        quad = None if seen.quad is None else seen.quad * _size(frame)
        if self._side is Side.FRONT:
            return quad
        if self._read is None or frame.at - self._read_at > 2 * READ_EVERY:
            return quad
        if quad is not None:
            quad = turned_to(quad, self._read.angle)
            if fits_zone(quad, self._read, self._side):
                return quad
        return edges_from_zone(self._read, self._side)

    def _problem(self, seen: Seen, frame: Frame, quad: Floats | None) -> str:
        """The most helpful thing to say about a frame, or "" when nothing stands in the way."""
        if self._wrong:
            return self._wrong
        if quad is None:
            if seen.brightness < DARK and seen.text < 0.03:
                return "document_place" if seen.brightness > 12 else "document_dark"
            return "document_place" if seen.text < 0.03 else "document_not_whole"
        inside = quad / _size(frame)
        if (inside < -0.02).any() or (inside > 1.02).any() or (seen.quad is not None and not seen.whole):
            return "document_not_whole"
        fill = float(max(np.ptp(inside[:, 0]), np.ptp(inside[:, 1])))
        if fill < LEAST_FILL[self._kind]:
            return "document_closer"
        if seen.brightness < DARK:
            return "document_dark"
        if self._glare_hides(seen, quad, frame):
            return "document_glare"
        if self._still < 1:
            return "document_hold_still"
        if seen.tilt > MOST_TILT or abs(seen.turn) > MOST_TURN:
            return "document_straighten"
        read = self._side is not Side.FRONT and self._succeeded(frame.at)
        if seen.sharpness < (LEAST_SHARP_READ[self._side] if read else self._least_sharp()):
            return "document_blurred"
        if self._overturned(frame, quad):
            return "document_right_way_up"
        if read:
            return ""
        if self._side is Side.FRONT:
            return self._front_problem(seen, frame, quad)
        if self._kind is DocumentKind.ID_CARD and self._read is None and frame.at - self._read_at < 0.5:
            return "document_turn_back"
        if self._kind is DocumentKind.PASSPORT and self._read is None and frame.at - self._read_at < 0.5:
            return "document_data_page"
        return ""

    def _overturned(self, frame: Frame, quad: Floats) -> bool:
        """Whether the side lies sideways or upside down: by its text, or a front by the face printed on it."""
        if self._read is not None:
            return abs((self._read.angle + 180) % 360 - 180) > 45
        if self._side is not Side.FRONT or self._still < STILL_FRAMES:
            return False
        if np.ptp(quad[:, 1]) > np.ptp(quad[:, 0]):
            return True
        flat = flatten(frame.pixels, quad, geometry(self._side).aspect, longest=640)
        return not has_face(flat, self._side) and has_face(np.ascontiguousarray(flat[::-1, ::-1]), self._side)

    def _least_sharp(self) -> float:
        """A floor, and for a front, which no reader judges, not much below the best this camera showed of it."""
        best = 0.6 * self._best_sharp if self._side is Side.FRONT else 0.0
        return max(LEAST_SHARP[self._side], best)

    def _glare_hides(self, seen: Seen, quad: Floats, frame: Frame) -> bool:
        """Whether a reflection lies on the zone or the portrait; elsewhere only a large one counts."""
        if seen.glare < MOST_GLARE:
            return False
        if seen.glare > 8 * MOST_GLARE:
            return True
        size = _size(frame)
        place = geometry(self._side)
        if place.portrait[2] and overlap(part_of(quad, place.portrait) / size, seen.glare_box):
            return True
        if self._read is not None:
            return overlap(self._read.outline / size, seen.glare_box)
        return bool(place.zone[2]) or self._side is Side.FRONT

    def _front_problem(self, seen: Seen, frame: Frame, quad: Floats) -> str:
        if abs(seen.aspect - geometry(self._side).aspect) > 0.22:
            return "document_not_whole"
        if seen.text < 0.02:
            return "document_turn_front"
        if self._still < STILL_FRAMES:
            return "document_hold_still"
        return ""

    def _progress(self, green: bool) -> float:
        if green:
            return 1.0
        if self._side is Side.FRONT:
            return min(self._still, STILL_FRAMES) / STILL_FRAMES
        return min(self._fusion.agreeing, 2) / 3

    # ------------------------------------------------------------------------------------------------ the photo

    def _usable_now(self, seen: Seen, at: float) -> bool:
        """After the voter asked: a still frame, or after two seconds any."""
        if self._asked is None:
            return False
        if self._asked_at is None:
            self._asked_at = at
        return (self._still >= 2 and seen.sharpness > 0.05) or at - self._asked_at > 2.0

    def _photograph(self, frame: Frame, quad: Floats | None, seen: Seen, green: bool) -> DocumentImage:
        self._done = True
        if quad is None:
            side, measures = frame.pixels, {"flattened": 0.0}
        else:
            side, measures = flatten(frame.pixels, quad, geometry(self._side).aspect), {"flattened": 1.0}
            if self._side is Side.FRONT and not has_face(side, self._side):
                overturned = np.ascontiguousarray(side[::-1, ::-1])
                if has_face(overturned, self._side):
                    side = overturned
        measures |= seen.measures() | {"green": float(green)}
        return DocumentImage(self._side, _jpeg(side, measures), self._mrz())

    def _mrz(self) -> MrzReading | None:
        reading = self._fusion.reading
        if self._side is Side.FRONT or reading is None:
            return None
        return reading if reading.check_digits_ok else replace(reading, state=ReadState.REFUSED)


class PageSession:
    """One page of a proof of address: any sheet, its edges when they are seen, else the whole frame."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._looker, self._hints = FrameLooker(), HintKeeper()
        self._still = 0
        self._best_sharp = 0.0
        self._asked = False
        self._asked_at: float | None = None
        self._done = False

    def take_now(self, reason: str) -> None:
        """Take the next frame that is still, or any after two seconds."""
        self._asked = True

    def close(self) -> None:
        """End the session."""
        self._done = True

    def step(self, frame: Frame) -> Guidance:
        """Look at a frame. After the photo was taken further frames are ignored."""
        if self._done:
            return Guidance(green=False, hint="")
        seen = self._looker.look(frame.pixels)
        self._still = self._still + 1 if seen.motion < STILL else 0
        self._best_sharp = max(self._best_sharp * 0.99, seen.sharpness)
        problem = self._problem(seen)
        green = not problem
        if self._asked and self._asked_at is None:
            self._asked_at = frame.at
        asked = self._asked_at is not None and (self._still >= 2 or frame.at - self._asked_at > 2.0)
        image = None
        if green or asked:
            self._done = True
            image = DocumentImage(Side.DATA_PAGE, _jpeg(*_page(frame, seen, green)))
        return Guidance(
            green=green,
            hint=self._hints.show(problem, frame.at, now=green),
            progress=min(self._still, STILL_FRAMES) / STILL_FRAMES,
            outline=() if seen.quad is None else tuple((float(x), float(y)) for x, y in seen.quad),
            measures=seen.measures(),
            image=image,
        )

    def _problem(self, seen: Seen) -> str:
        if seen.text < 0.02:
            dark = seen.brightness < (DARK / 4 if seen.quad is None else DARK)
            return "page_dark" if dark else "page_place"
        if seen.brightness < DARK:
            return "page_dark"
        if seen.glare > 8 * MOST_GLARE:
            return "page_glare"
        if self._still < 1:
            return "page_hold_still"
        if seen.sharpness < max(0.12, 0.6 * self._best_sharp):
            return "page_blurred"
        return "" if self._still >= STILL_FRAMES else "page_hold_still"


def open_document(kind: DocumentKind, side: Side, clock: Clock) -> DocumentSession:
    """Open a session for a side of a document, as `registration.ports.capture.Captures.document` does."""
    return DocumentSession(kind, side, clock.now().date())


def open_page() -> PageSession:
    """Open a session for a page of a proof of address, as `registration.ports.capture.Captures.page` does."""
    return PageSession()


def _size(frame: Frame) -> tuple[int, int]:
    return frame.pixels.shape[1], frame.pixels.shape[0]


def _page(frame: Frame, seen: Seen, green: bool) -> tuple[NDArray[np.uint8], Mapping[str, float]]:
    measures = seen.measures() | {"green": float(green)}
    if seen.quad is None or not seen.whole or seen.fill < 0.35 or seen.tilt > 0.3:
        return frame.pixels, measures | {"flattened": 0.0}
    return flatten(frame.pixels, seen.quad * _size(frame)), measures | {"flattened": 1.0}


def _jpeg(picture: NDArray[np.uint8], measures: Mapping[str, float]) -> Photo:
    _, coded = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return Photo(coded.tobytes(), picture.shape[1], picture.shape[0], dict(measures))
