"""The portrait printed on a document: found in its place on the side, cut out for the reviewer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document.sides import geometry
from biometrics.face.still_eyes import find_eyes
from registration.model.documents import DocumentImage, DocumentKind, Side
from registration.model.evidence import Photo

Picture = NDArray[np.uint8]

_LEAST = 40
"""Pixels a cut-out must have on its shorter edge to be of use."""
_QUALITY = 92


@cache
def _cascade() -> cv2.CascadeClassifier:
    """OpenCV's frontal face cascade, shipped inside its wheel."""
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))


def find_face(gray: Picture) -> tuple[int, int, int, int] | None:
    """Return left, top, width, height of the largest upright face in a small grey picture, or None."""
    least = max(round(min(gray.shape) * 0.22), 24)
    faces = _cascade().detectMultiScale(gray, 1.15, 4, minSize=(least, least))
    if len(faces) == 0:
        return None
    x, y, w, h = max(faces, key=lambda face: int(face[2]))
    return int(x), int(y), int(w), int(h)


def portrait_part(side: Picture, which: Side) -> Picture:
    """The part of a flattened side in which its portrait is printed."""
    h, w = side.shape[:2]
    left, top, right, bottom = geometry(which).portrait
    return side[round(top * h) : round(bottom * h), round(left * w) : round(right * w)]


def has_face(side: Picture, which: Side) -> bool:
    """Tell whether a face looks out of the portrait's place on a flattened side."""
    part = portrait_part(side, which)
    if min(part.shape[:2]) < _LEAST:
        return False
    scale = 130 / part.shape[1]
    gray = cv2.cvtColor(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return find_face(gray.astype(np.uint8, copy=False)) is not None


def cut_portrait(image: DocumentImage, kind: DocumentKind) -> Photo | None:
    """Cut the printed portrait out of a flattened data page or card front.

    Around the face where one is found, else the place where such documents print it. None for a card's back, and
    when the picture is too small to be of use.
    """
    wanted = Side.DATA_PAGE if kind is DocumentKind.PASSPORT else Side.FRONT
    if image.side is not wanted:
        return None
    side = cv2.imdecode(np.frombuffer(image.photo.jpeg, np.uint8), cv2.IMREAD_COLOR).astype(np.uint8, copy=False)
    part = portrait_part(side, image.side)
    if min(part.shape[:2]) < _LEAST:
        return None
    return _photo(_around_face(part))


def _around_face(part: Picture) -> Picture:
    h, w = part.shape[:2]
    scale = 150 / w
    gray = cv2.cvtColor(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    face = find_face(gray.astype(np.uint8, copy=False))
    if face is None:
        return part
    x, y, fw, fh = (v / scale for v in face)
    left, right = max(0, round(x - 0.35 * fw)), min(w, round(x + 1.35 * fw))
    top, bottom = max(0, round(y - 0.5 * fh)), min(h, round(y + 1.6 * fh))
    cut = part[top:bottom, left:right]
    return cut if min(cut.shape[:2]) >= _LEAST else part


def _photo(picture: Picture) -> Photo:
    _, coded = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    eyes = find_eyes(picture)
    measured = {} if eyes is None else eyes.as_measures()
    return Photo(coded.tobytes(), picture.shape[1], picture.shape[0], measured)
