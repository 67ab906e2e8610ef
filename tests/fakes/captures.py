"""Cameras, capture sessions and readers that do what a test tells them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from registration.errors import StaffMustFix, VoterCanFix
from registration.model.documents import (
    DocumentImage,
    DocumentKind,
    DocumentReading,
    FieldName,
    FieldReading,
    FieldSource,
    Found,
    ProofVerdict,
    Side,
)
from registration.model.evidence import Liveness, LivenessOutcome, Photo, Portrait
from registration.ports.capture import Frame, Guidance


def picture(shade: int, width: int = 320, height: int = 400) -> Photo:
    """Return a flat grey JPEG."""
    memory = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(memory, "JPEG")
    return Photo(memory.getvalue(), width, height)


class FakeCamera:
    """Endless grey frames; `unplug` makes every read fail until `plug`."""

    def __init__(self) -> None:
        self._error: StaffMustFix | None = None
        self.is_open = False
        self._count = 0

    @property
    def frames_read(self) -> int:
        """Frames since it was plugged in."""
        return self._count

    def problem(self) -> StaffMustFix | None:
        return self._error

    def unplug(self, error: StaffMustFix | None = None) -> None:
        self._error = error or StaffMustFix("camera.lost")

    def plug(self) -> None:
        self._error = None
        self._count = 0

    def open(self) -> None:
        if self._error is not None:
            raise self._error
        self.is_open = True

    def read(self) -> Frame:
        if self._error is not None:
            raise self._error
        self._count += 1
        return Frame(np.full((72, 128, 3), 120, np.uint8), self._count / 30)

    def close(self) -> None:
        self.is_open = False


class _Session:
    """Green at the third frame, taken at the fifth."""

    def __init__(self, result: Portrait | DocumentImage) -> None:
        self._result = result
        self._frames = 0
        self._reason = ""

    def step(self, frame: Frame) -> Guidance:
        self._frames += 1
        if self._frames < 5 and not self._reason:
            return Guidance(self._frames > 2, "", progress=self._frames / 5)
        if isinstance(self._result, Portrait):
            portrait = self._result
            if self._reason:
                portrait = Portrait(portrait.photo, Liveness(LivenessOutcome.NOT_DONE, self._reason))
            return Guidance(True, "", progress=1.0, portrait=portrait)
        return Guidance(True, "", progress=1.0, image=self._result)

    def take_now(self, reason: str) -> None:
        self._reason = reason

    def close(self) -> None:
        pass


class FakeCaptures:
    def face(self) -> _Session:
        return _Session(Portrait(picture(200), Liveness(LivenessOutcome.PASSED, attempts=1)))

    def document(self, kind: DocumentKind, side: Side) -> _Session:
        return _Session(DocumentImage(side, picture(160, 500, 350)))

    def page(self) -> _Session:
        return _Session(DocumentImage(Side.FRONT, picture(240, 420, 594)))


class FakeReader:
    """Reads the same invented person from everything."""

    def __init__(self, **fields: str) -> None:
        self.fields = {
            "surname": "Specimen",
            "given_names": "Arta",
            "sex": "F",
            "birth_date": "1990-01-01",
            "document_number": "SP1234567",
            "personal_number": "J05101999J",
        } | fields

    def read(self, kind: DocumentKind, images: Sequence[DocumentImage]) -> DocumentReading:
        readings = {FieldName(k): FieldReading(v, FieldSource.MRZ, 0.98) for k, v in self.fields.items()}
        return DocumentReading(kind, readings, None, picture(180))


class FakeProofChecker:
    """Finds the name always, the address when it is the expected one."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.asked: list[str | None] = []

    def check(self, pages: Sequence[Photo], holder_names: Sequence[str], address: str | None) -> ProofVerdict:
        self.asked.append(address)
        if address is None or self.address in address:
            return ProofVerdict(True, Found.YES, Found.YES if address else Found.PARTLY, True)
        return ProofVerdict(True, Found.YES, Found.NO, True, ("proof.address_differs",))


class FakePictures:
    def open(self, content: bytes) -> tuple[Photo, ...]:
        if not content.startswith(b"\xff\xd8"):
            raise VoterCanFix("file.not_a_picture")
        return (picture(230, 420, 594),)
