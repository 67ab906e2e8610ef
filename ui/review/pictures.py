"""Decode a case's pictures; runs off the UI thread (QImage is safe there, QPixmap is not)."""

from __future__ import annotations

from PySide6.QtGui import QImage

from registration.model.evidence import Photo
from registration.review_desk import OtherCase, ReviewCase
from ui.review.views import OpenedCase, OtherOpened, Sheet


def decode(photo: Photo) -> QImage:
    """Return the picture; a damaged one is a null image and is shown as such."""
    return QImage.fromData(photo.jpeg)


def open_pictures(case: ReviewCase) -> OpenedCase:
    """Decode portraits, document sides and the pages of all attachments, in the order they are looked at."""
    request = case.request
    printed = request.document.portrait
    sheets = [Sheet(decode(image.photo), side=image.side) for image in request.images]
    for item in request.attachments:
        count = len(item.pages)
        sheets += [
            Sheet(decode(photo), attachment=item, page=number, pages=count) for number, photo in enumerate(item.pages)
        ]
    return OpenedCase(
        case=case,
        live=decode(request.portrait.photo),
        printed=None if printed is None else decode(printed),
        sheets=tuple(sheets),
    )


def open_other(other: OtherCase) -> OtherOpened:
    """Decode the two portraits of a duplicate."""
    printed = other.request.document.portrait
    return OtherOpened(other, decode(other.request.portrait.photo), None if printed is None else decode(printed))
