"""Cameras, what looks through them, and what reads the pictures they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from registration.model.documents import DocumentImage, DocumentKind, DocumentReading, ProofVerdict, Side
from registration.model.evidence import NO_MEASURES, Photo, Portrait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera picture: `pixels` is (height, width, 3) uint8 BGR and is never written to; `at` is in seconds."""

    pixels: NDArray[np.uint8] = field(repr=False)
    at: float


class CameraSource(Protocol):
    """A camera, a video file, a folder of images or an MJPEG stream. Used from one thread."""

    def open(self) -> None:
        """Start it. Raises StaffMustFix ``camera.missing``, ``camera.busy``, ``camera.format``."""

    def read(self) -> Frame:
        """Wait for the newest frame. Raises StaffMustFix ``camera.lost`` when it was unplugged or the file ended."""

    def close(self) -> None:
        """Let go of it; safe to call twice."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the capture screen shows after one frame: at most one hint, and the frame's state."""

    green: bool
    hint: str
    """Text id, ``voter.hint.…`` ("" = none), stable for at least 0.8 s."""
    challenge: str = ""
    """Text id, ``voter.challenge.…``, while the voter is asked to do something, else ""."""
    progress: float = 0.0
    """0 to 1: how far the hold-still (or the challenges) has come."""
    outline: tuple[tuple[float, float], ...] = ()
    """What was found, as a polygon in fractions of the frame's width and height."""
    measures: Mapping[str, float] = field(default_factory=lambda: NO_MEASURES)
    portrait: Portrait | None = None
    """Set once, when the face photo has been taken."""
    image: DocumentImage | None = None
    """Set once, when the document photo has been taken."""


@dataclass(frozen=True, slots=True)
class FaceTarget:
    """The oval the voter's face belongs in, for the screen that draws it and the rules that check it.

    `cx` is a fraction of the frame's width, everything else of its height, so that the oval keeps its shape whatever
    the frame's. It is the same in the frame and in its mirrored preview.
    """

    cx: float
    cy: float
    rx: float
    ry: float
    eye_line: float
    """Where the midpoint between the eyes belongs, from the top."""


FACE_TARGET = FaceTarget(cx=0.5, cy=0.46, rx=0.205, ry=0.29, eye_line=0.44)
"""Sized for eyes-to-chin of 28 % of the frame's height: at 720 lines about 110 pixels between the eyes."""


class CaptureSession(Protocol):
    """One attempt to photograph a face or a document side. Fed every frame in one worker thread."""

    def step(self, frame: Frame) -> Guidance:
        """Look at a frame. After the photo was taken further frames are ignored."""

    def take_now(self, reason: str) -> None:
        """Ask that the next usable frame be taken without waiting for green.

        For a document this is the voter's button after a while; for a face it is the other way when the live check
        cannot be done, and `reason` is recorded as ``Liveness(NOT_DONE, reason)``.
        """

    def close(self) -> None:
        """Free graphs and buffers."""


class Captures(Protocol):
    """Opens capture sessions."""

    def face(self) -> CaptureSession: ...

    def document(self, kind: DocumentKind, side: Side) -> CaptureSession: ...

    def page(self) -> CaptureSession:
        """A page of a proof of address."""


class DocumentReader(Protocol):
    def read(self, kind: DocumentKind, images: Sequence[DocumentImage]) -> DocumentReading:
        """Read MRZ and visual zone of the photographed sides; fields that cannot be read are left out."""


class ProofChecker(Protocol):
    def check(self, pages: Sequence[Photo], holder_names: Sequence[str], address: str | None) -> ProofVerdict:
        """Look for the holder's name and the declared address (None: not asked yet) on a proof's pages."""


class PictureIntake(Protocol):
    def open(self, content: bytes) -> tuple[Photo, ...]:
        """Turn a file a voter brought (JPEG, PNG, PDF ...) into clean pages: re-encoded, upright, no metadata.

        Raises VoterCanFix ``file.too_large``, ``file.not_a_picture``, ``file.damaged``, ``file.too_many_pages``.
        """
