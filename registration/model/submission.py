"""What travels: the content of a packet, as JSON plus named image files, written and read in one place.

The kiosk encodes, the server decodes; both sides go through these functions, so the two can never differ.
`request.json` carries a ``schema`` number; an unknown one is refused (and the packet quarantined), never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from registration.model.address import Address
from registration.model.contact import Contact, ContactKind
from registration.model.documents import (
    Attachment,
    Correction,
    DocumentImage,
    DocumentKind,
    DocumentReading,
    FieldName,
    FieldReading,
    FieldSource,
    Found,
    Mark,
    MrzReading,
    ProofVerdict,
    ReadState,
    Side,
)
from registration.model.evidence import Challenge, Liveness, LivenessOutcome, Photo, Portrait
from registration.model.ids import AccountId, AttachmentId, RequestId, ServiceId
from registration.model.person import PersonalData

SCHEMA = 1


class UnreadableSubmission(ValueError):
    """The content is not a submission this version understands. The text names the place, never a value."""


@dataclass(frozen=True, slots=True)
class AccountSubmission:
    """A new account (service ``per.account``). `contact_proof`: the server's token, "" if never verified (D-05)."""

    account_id: AccountId
    service: ServiceId
    contact: Contact
    contact_proof: str = field(repr=False)
    password_hash: str = field(repr=False)
    """Argon2id in its encoded form, made on the kiosk; the password itself never leaves the machine offline."""
    person: PersonalData
    portrait: Portrait
    language: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestSubmission:
    """A request for registration (service ``per.request``), or a later version of one."""

    request_id: RequestId
    revision: int
    """1 for the first; a completed or new application of the same voter counts up."""
    service: ServiceId
    account_id: AccountId
    document: DocumentReading
    images: tuple[DocumentImage, ...]
    corrections: tuple[Correction, ...]
    attachments: tuple[Attachment, ...]
    address: Address
    second_contact: Contact | None
    person: PersonalData
    portrait: Portrait
    language: str
    warnings: tuple[str, ...] = ()
    """Codes of the warnings the voter saw and left standing."""


Submission = AccountSubmission | RequestSubmission


class _Files:
    """Collects pictures under names like ``img/portrait.jpg``; inside JSON a picture is a reference."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, name: str, photo: Photo | None) -> dict[str, Any] | None:
        if photo is None:
            return None
        self.files[f"img/{name}.jpg"] = photo.jpeg
        return {
            "file": f"img/{name}.jpg",
            "width": photo.width,
            "height": photo.height,
            "measures": dict(photo.measures),
        }


def encode(submission: Submission) -> dict[str, bytes]:
    """Return the packet's files: ``request.json`` (canonical UTF-8 JSON) and ``img/*.jpg``."""
    files = _Files()
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "service": submission.service,
        "account_id": submission.account_id,
        "person": _dates(asdict(submission.person)),
        "portrait": {
            "photo": files.put("portrait", submission.portrait.photo),
            "liveness": asdict(submission.portrait.liveness),
        },
        "language": submission.language,
        "warnings": list(submission.warnings),
    }
    if isinstance(submission, AccountSubmission):
        body |= {
            "kind": "account",
            "contact": asdict(submission.contact),
            "contact_proof": submission.contact_proof,
            "password_hash": submission.password_hash,
        }
    else:
        body |= {
            "kind": "request",
            "request_id": submission.request_id,
            "revision": submission.revision,
            "document": _encode_document(submission.document, files),
            "images": [
                {
                    "side": image.side,
                    "photo": files.put(f"document-{image.side}", image.photo),
                    "mrz": _encode_mrz(image.mrz),
                }
                for image in submission.images
            ],
            "corrections": [asdict(correction) for correction in submission.corrections],
            "attachments": [_encode_attachment(n, item, files) for n, item in enumerate(submission.attachments, 1)],
            "address": asdict(submission.address),
            "second_contact": asdict(submission.second_contact) if submission.second_contact else None,
        }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"request.json": text.encode(), **files.files}


def decode(files: Mapping[str, bytes]) -> Submission:
    """Rebuild a submission from a packet's files.

    Raises:
        UnreadableSubmission: unknown schema, a missing field or picture, or a value of the wrong shape.
    """
    try:
        body = json.loads(files["request.json"])
        if body["schema"] != SCHEMA:
            raise UnreadableSubmission(f"schema {body['schema']} is not {SCHEMA}")
        if body["kind"] == "account":
            return _decode_account(body, files)
        if body["kind"] == "request":
            return _decode_request(body, files)
    except UnreadableSubmission:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # The error's own text may hold a value of the voter's; its type says enough.
        raise UnreadableSubmission(f"malformed content: {type(error).__name__}") from None
    raise UnreadableSubmission("unknown kind of submission")


def _decode_account(body: Mapping[str, Any], files: Mapping[str, bytes]) -> AccountSubmission:
    return AccountSubmission(
        account_id=AccountId(str(body["account_id"])),
        service=ServiceId(str(body["service"])),
        contact=_decode_contact(body["contact"]),
        contact_proof=str(body["contact_proof"]),
        password_hash=str(body["password_hash"]),
        person=_decode_person(body["person"]),
        portrait=_decode_portrait(body["portrait"], files),
        language=str(body["language"]),
        warnings=tuple(map(str, body["warnings"])),
    )


def _decode_request(body: Mapping[str, Any], files: Mapping[str, bytes]) -> RequestSubmission:
    return RequestSubmission(
        request_id=RequestId(str(body["request_id"])),
        revision=int(body["revision"]),
        service=ServiceId(str(body["service"])),
        account_id=AccountId(str(body["account_id"])),
        document=_decode_document(body["document"], files),
        images=tuple(
            DocumentImage(Side(image["side"]), _need_photo(image["photo"], files), _decode_mrz(image["mrz"]))
            for image in body["images"]
        ),
        corrections=tuple(
            Correction(FieldName(item["name"]), str(item["read"]), str(item["corrected"]))
            for item in body["corrections"]
        ),
        attachments=tuple(_decode_attachment(item, files) for item in body["attachments"]),
        address=Address(**{str(k): str(v) for k, v in body["address"].items()}),
        second_contact=_decode_contact(body["second_contact"]) if body["second_contact"] else None,
        person=_decode_person(body["person"]),
        portrait=_decode_portrait(body["portrait"], files),
        language=str(body["language"]),
        warnings=tuple(map(str, body["warnings"])),
    )


def _dates(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def _decode_contact(body: Mapping[str, Any]) -> Contact:
    return Contact(ContactKind(body["kind"]), str(body["value"]))


def _decode_person(body: Mapping[str, Any]) -> PersonalData:
    return PersonalData(date.fromisoformat(body["birth_date"]), str(body["birth_place"]), str(body["personal_number"]))


def _photo(body: Mapping[str, Any] | None, files: Mapping[str, bytes]) -> Photo | None:
    if body is None:
        return None
    measures = {str(k): float(v) for k, v in body["measures"].items()}
    return Photo(files[body["file"]], int(body["width"]), int(body["height"]), measures)


def _need_photo(body: Mapping[str, Any] | None, files: Mapping[str, bytes]) -> Photo:
    photo = _photo(body, files)
    if photo is None:
        raise UnreadableSubmission("a picture is missing")
    return photo


def _decode_portrait(body: Mapping[str, Any], files: Mapping[str, bytes]) -> Portrait:
    live = body["liveness"]
    return Portrait(
        _need_photo(body["photo"], files),
        Liveness(
            outcome=LivenessOutcome(live["outcome"]),
            reason=str(live["reason"]),
            challenges=tuple(
                Challenge(
                    str(c["kind"]),
                    float(c["asked_at"]),
                    None if c["done_at"] is None else float(c["done_at"]),
                    float(c["peak"]),
                )
                for c in live["challenges"]
            ),
            attempts=int(live["attempts"]),
            track=tuple((float(t), float(y), float(e), float(m)) for t, y, e, m in live["track"]),
        ),
    )


def _encode_mrz(mrz: MrzReading | None) -> dict[str, Any] | None:
    if mrz is None:
        return None
    return {
        "format": mrz.format,
        "lines": list(mrz.lines),
        "state": mrz.state,
        "check_digits_ok": mrz.check_digits_ok,
        "confidence": mrz.confidence,
        "fields": dict(mrz.fields),
    }


def _decode_mrz(body: Mapping[str, Any] | None) -> MrzReading | None:
    if body is None:
        return None
    return MrzReading(
        str(body["format"]),
        tuple(map(str, body["lines"])),
        ReadState(body["state"]),
        bool(body["check_digits_ok"]),
        float(body["confidence"]),
        {FieldName(k): str(v) for k, v in body["fields"].items()},
    )


def _encode_document(reading: DocumentReading, files: _Files) -> dict[str, Any]:
    return {
        "kind": reading.kind,
        "fields": {name: asdict(value) for name, value in reading.fields.items()},
        "mrz": _encode_mrz(reading.mrz),
        "portrait": files.put("document-portrait", reading.portrait),
    }


def _decode_document(body: Mapping[str, Any], files: Mapping[str, bytes]) -> DocumentReading:
    return DocumentReading(
        kind=DocumentKind(body["kind"]),
        fields={
            FieldName(k): FieldReading(str(v["value"]), FieldSource(v["source"]), float(v["confidence"]))
            for k, v in body["fields"].items()
        },
        mrz=_decode_mrz(body["mrz"]),
        portrait=_photo(body["portrait"], files),
    )


def _encode_attachment(number: int, item: Attachment, files: _Files) -> dict[str, Any]:
    pages = [files.put(f"attachment-{number}-{page}", photo) for page, photo in enumerate(item.pages, 1)]
    return {
        "id": item.id,
        "kind": item.kind,
        "pages": pages,
        "verdict": asdict(item.verdict) if item.verdict else None,
    }


def _decode_attachment(body: Mapping[str, Any], files: Mapping[str, bytes]) -> Attachment:
    verdict = body["verdict"]
    return Attachment(
        AttachmentId(str(body["id"])),
        str(body["kind"]),
        tuple(_need_photo(page, files) for page in body["pages"]),
        None
        if verdict is None
        else ProofVerdict(
            readable=bool(verdict["readable"]),
            name_found=Found(verdict["name_found"]),
            address_found=Found(verdict["address_found"]),
            kind_accepted=bool(verdict["kind_accepted"]),
            reasons=tuple(map(str, verdict["reasons"])),
            marks=tuple(
                Mark(
                    str(m["what"]),
                    int(m["page"]),
                    *(float(m[side]) for side in ("left", "top", "right", "bottom")),
                )
                for m in verdict["marks"]
            ),
        ),
    )
