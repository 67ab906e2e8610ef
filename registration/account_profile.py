"""How an account's evidence travels from the server to a kiosk: ``profile.json`` and ``img/portrait.jpg``.

Written by the server, read by the kiosk, both through this one place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from registration.model.contact import Contact, ContactKind
from registration.model.evidence import Challenge, Liveness, LivenessOutcome, Photo
from registration.model.ids import AccountId
from registration.ports.server import AccountProfile

PROFILE_FILE = "profile.json"
PORTRAIT_FILE = "img/portrait.jpg"


class UnreadableProfile(ValueError):
    """Not a profile. The text names no value."""


def encode(profile: AccountProfile) -> dict[str, bytes]:
    """Return the two files."""
    body = {
        "account_id": profile.account_id,
        "contact": asdict(profile.contact),
        "contact_verified": profile.contact_verified,
        "birth_date": profile.birth_date.isoformat(),
        "birth_place": profile.birth_place,
        "personal_number": profile.personal_number,
        "portrait": {
            "file": PORTRAIT_FILE,
            "width": profile.portrait.width,
            "height": profile.portrait.height,
            "measures": dict(profile.portrait.measures),
        },
        "liveness": asdict(profile.liveness),
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {PROFILE_FILE: text.encode(), PORTRAIT_FILE: profile.portrait.jpeg}


def decode(files: Mapping[str, bytes]) -> AccountProfile:
    """Rebuild a profile.

    Raises:
        UnreadableProfile: a field or the portrait is missing or has the wrong shape.
    """
    try:
        body = json.loads(files[PROFILE_FILE])
        picture, live = body["portrait"], body["liveness"]
        return AccountProfile(
            account_id=AccountId(str(body["account_id"])),
            contact=Contact(ContactKind(body["contact"]["kind"]), str(body["contact"]["value"])),
            birth_date=date.fromisoformat(body["birth_date"]),
            birth_place=str(body["birth_place"]),
            personal_number=str(body["personal_number"]),
            portrait=Photo(
                files[PORTRAIT_FILE],
                int(picture["width"]),
                int(picture["height"]),
                {str(name): float(value) for name, value in picture["measures"].items()},
            ),
            liveness=Liveness(
                outcome=LivenessOutcome(live["outcome"]),
                reason=str(live["reason"]),
                challenges=tuple(
                    Challenge(
                        str(each["kind"]),
                        float(each["asked_at"]),
                        None if each["done_at"] is None else float(each["done_at"]),
                        float(each["peak"]),
                    )
                    for each in live["challenges"]
                ),
                attempts=int(live["attempts"]),
                track=tuple((float(t), float(y), float(e), float(m)) for t, y, e, m in live["track"]),
            ),
            contact_verified=bool(body.get("contact_verified", True)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableProfile(f"malformed profile: {type(error).__name__}") from None
