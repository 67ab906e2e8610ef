"""Looks through a proof of address before it is sent: right kind, readable, the holder's name, the declared address.

Of 294,025 requests of the first year 48,180 were refused, mostly for what this sees. It advises: the voter may go on,
and the reviewer sees what was found, marked on the page.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from biometrics.document import (
    address_proof_kinds,
    address_proof_names,
    address_proof_places,
    declared_address,
    page_language,
    page_lines,
    page_read,
)
from biometrics.document.address_proof_names import Holder
from biometrics.document.address_proof_places import Place
from biometrics.document.declared_address import Declared
from biometrics.document.page_read import Page
from registration.model.documents import Found, Mark, ProofVerdict
from registration.model.evidence import Photo

_READABLE = 7.0
"""Trusted words (`page_read.trusted`) from which a page counts as read."""
_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one page shows."""

    trusted: float
    doubtful: bool
    kind: str
    name: Found
    name_box: tuple[float, float, float, float] | None
    place: Place
    address_like: bool


class AddressProofChecker:
    """A `ProofChecker`. Reads each page once: the same page asked again with an address is answered from memory."""

    def __init__(self) -> None:
        self._pages: OrderedDict[bytes, Page] = OrderedDict()

    def forget(self) -> None:
        """Drop every page kept in memory. To be called when a voter leaves."""
        self._pages.clear()

    def check(self, pages: Sequence[Photo], holder_names: Sequence[str], address: str | None) -> ProofVerdict:
        """Judge a proof's pages together.

        Args:
            pages: the photographs or scans, in whatever direction the paper lay.
            holder_names: the parts of the holder's name, given names first; or one full name, as ``Given Surname`` or
                ``Surname, Given``.
            address: the declared address in one line, or None while it has not been asked. Then `address_found` is
                NO without a reason that speaks of it: an empty `reasons` means nothing needs attention.

        Raises:
            StaffMustFix: ``proof.reader_missing`` when Tesseract is not installed.
        """
        holder = address_proof_names.holder(holder_names)
        declared = declared_address.readings(address) if address is not None else None
        likely = page_language.of_address(address) if address is not None else ""
        sights = []
        marks: list[Mark] = []
        for index, photo in enumerate(pages):
            page = self._read(photo, likely)
            sight = _look(page, holder, declared)
            sights.append(sight)
            for what, box in (("name", sight.name_box), ("address", sight.place.box)):
                if box is not None:
                    marks.append(Mark(what, index, *page.on_photo(box)))
        return _verdict(sights, tuple(marks), declared)

    def _read(self, photo: Photo, likely: str) -> Page:
        key = hashlib.sha256(photo.jpeg).digest()
        page = self._pages.pop(key, None)
        if page is None:
            picture = cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_COLOR)
            page = page_read.upright(np.asarray(picture, np.uint8), likely)
        self._pages[key] = page
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        return page


def _look(page: Page, holder: Holder | None, declared: Sequence[Declared] | None) -> _Sight:
    """Read a page no further than it takes to find what is looked for, or to know that it is not there."""
    if not page.words:
        page.read_more()
    sight = _see(page, holder, declared)
    while not (_complete(sight, declared) or sight.kind):
        # Closer where something was half seen; a further look at the whole page else.
        if not _closer(page, sight, declared) and not page.read_more():
            break
        sight = _see(page, holder, declared)
    return sight


def _closer(page: Page, sight: _Sight, declared: Sequence[Declared] | None) -> bool:
    size = 2.2 * page_read.LETTER
    if sight.place.box is not None and declared is not None and _address(sight.place, declared) is not Found.YES:
        left, top, right, bottom = sight.place.box
        around = (left - 10 * size, top - 2 * size, right + 16 * size, bottom + 4 * size)
        if not page.clear(around) and page.closer(around):
            return True
    if sight.name is Found.NO and sight.place.box is not None and sight.place.street and sight.place.number:
        # A name stands over its address, in a letter as in a form.
        _left, top, _right, bottom = sight.place.box
        return page.closer((0, top - 9 * size, page.picture.shape[1], bottom + size))
    if sight.name is Found.PARTLY and sight.name_box is not None:
        left, top, right, bottom = sight.name_box
        # Whatever was read with confidence: a lone initial in the next cell is easily passed over.
        return page.closer((left - 12 * size, top - 3 * size, right + 18 * size, bottom + 3 * size))
    return False


def _see(page: Page, holder: Holder | None, declared: Sequence[Declared] | None) -> _Sight:
    """What all readings of a page together show."""
    words = page.words
    best: _Sight | None = None
    for main in (words, *page.others):
        lines = page_lines.runs(main, page_lines.merged([words, *page.others], main))
        name, box = address_proof_names.find(holder, lines, greek=page.greek)
        place = Place()
        if declared is not None:
            place = address_proof_places.find(declared, lines, greek=page.greek)
        sight = _Sight(
            page_read.trusted(main),
            page_read.doubtful(words),
            "",
            name,
            box,
            place,
            address_proof_places.any_address(lines),
        )
        best = sight if best is None else _better(best, sight)
    assert best is not None
    kind = "" if _complete(best, declared) else address_proof_kinds.wrong_kind(page)
    return replace(best, kind=kind)


def _complete(sight: _Sight, declared: Sequence[Declared] | None) -> bool:
    return sight.name is Found.YES and (declared is None or _address(sight.place, declared) is Found.YES)


def _better(first: _Sight, second: _Sight) -> _Sight:
    rank = {Found.NO: 0, Found.PARTLY: 1, Found.YES: 2}
    named = second if rank[second.name] > rank[first.name] else first
    placed = second if second.place.score > first.place.score else first
    return replace(
        first,
        trusted=max(first.trusted, second.trusted),
        name=named.name,
        name_box=named.name_box,
        place=placed.place,
        address_like=first.address_like or second.address_like,
    )


def _address(place: Place, declared: Sequence[Declared]) -> Found:
    """YES: street and number, and the town or postcode beside them. PARTLY: something of it stands there."""
    if place.street and place.number and not place.other_code:
        return Found.YES if place.code or place.town or not any(d.code or d.towns for d in declared) else Found.PARTLY
    if place.street or (place.code and place.town):
        return Found.PARTLY
    return Found.NO


def _verdict(sights: Sequence[_Sight], marks: tuple[Mark, ...], declared: Sequence[Declared] | None) -> ProofVerdict:
    rank = (Found.NO, Found.PARTLY, Found.YES)
    name = max((s.name for s in sights), key=rank.index, default=Found.NO)
    place = max((s.place for s in sights), key=lambda p: p.score, default=Place())
    address = Found.NO if declared is None else _address(place, declared)
    kind = next((s.kind for s in sights if s.kind), "") if not any(_proves(s, declared) for s in sights) else ""
    readable = any(s.trusted >= _READABLE and not s.doubtful for s in sights) or (
        name is Found.YES and (declared is None or address is not Found.NO)
    )
    reasons: list[str] = []
    if kind:
        reasons.append(kind)
    elif not readable:
        reasons.append("proof.unreadable")
    else:
        if name is not Found.YES:
            reasons.append("proof.name_other" if name is Found.PARTLY else "proof.name_missing")
        if declared is not None and address is not Found.YES:
            differs = address is Found.PARTLY or any(s.address_like for s in sights)
            reasons.append("proof.address_differs" if differs else "proof.address_missing")
    return ProofVerdict(readable or bool(kind), name, address, not kind, tuple(reasons), marks)


def _proves(sight: _Sight, declared: Sequence[Declared] | None) -> bool:
    return not sight.kind and _complete(sight, declared)
