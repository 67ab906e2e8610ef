"""What the Civil Status Register says of a voter (domain.md B3-03), held against what the voter declared."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from registration.model.documents import FieldName

COUNTIES = (
    "berat",
    "diber",
    "durres",
    "elbasan",
    "fier",
    "gjirokaster",
    "korce",
    "kukes",
    "lezhe",
    "shkoder",
    "tirane",
    "vlore",
)
"""The 12 counties (qarqe), which are the electoral zones (domain.md B1-13)."""


class LookUp(StrEnum):
    """How a look-up stands; ids of texts under ``review.register.``."""

    WAITING = "waiting"
    """Not asked yet, or the register is away: it is asked again by itself."""
    FOUND = "found"
    NOT_FOUND = "not_found"
    """The register knows no such personal number."""
    NONE = "none"
    """This server has no register."""


class Agreement(StrEnum):
    """One field; ids of texts under ``review.register.``."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    """One of the two has no value."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A citizen as the register has them."""

    personal_number: str = field(repr=False)
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    birth_date: date = field(repr=False)
    father_name: str = field(default="", repr=False)
    birth_place: str = field(default="", repr=False)
    sex: str = ""
    county: str = ""
    """Of `COUNTIES`; the voter keeps the zone of origin."""
    zone: str = ""
    """The voting unit as the register writes it."""

    def value(self, name: FieldName) -> str:
        """Return a field as text; "" when the register has none."""
        values = {
            FieldName.PERSONAL_NUMBER: self.personal_number,
            FieldName.SURNAME: self.surname,
            FieldName.GIVEN_NAMES: self.given_names,
            FieldName.FATHER_NAME: self.father_name,
            FieldName.BIRTH_DATE: self.birth_date.isoformat(),
            FieldName.BIRTH_PLACE: self.birth_place,
            FieldName.SEX: self.sex,
        }
        return values.get(name, "")


COMPARED = (
    FieldName.PERSONAL_NUMBER,
    FieldName.SURNAME,
    FieldName.GIVEN_NAMES,
    FieldName.FATHER_NAME,
    FieldName.BIRTH_DATE,
    FieldName.BIRTH_PLACE,
    FieldName.SEX,
)
"""Fields held against the register, in the order of the screen."""


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One field: what the register has, and whether the declared value agrees."""

    agreement: Agreement
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterResult:
    """What a case shows of the register. `source` names it, e.g. ``demo``; `looked` is when it answered."""

    state: LookUp
    fields: Mapping[FieldName, FieldCheck] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    county: str = ""
    zone: str = ""
    source: str = ""
    looked: datetime | None = None

    @property
    def differs(self) -> tuple[FieldName, ...]:
        """Fields that stand out."""
        return tuple(name for name, check in self.fields.items() if check.agreement is Agreement.MISMATCH)


NO_REGISTER = RegisterResult(LookUp.NONE)


def compare(
    declared: Mapping[FieldName, str], entry: RegisterEntry, *, source: str, looked: datetime
) -> RegisterResult:
    """Hold declared values against an entry; names and places without case, marks, spaces and hyphens."""
    checks = {}
    for name in COMPARED:
        mine, theirs = declared.get(name, ""), entry.value(name)
        if not mine or not theirs:
            agreement = Agreement.UNKNOWN
        else:
            agreement = Agreement.MATCH if _plain(mine) == _plain(theirs) else Agreement.MISMATCH
        checks[name] = FieldCheck(agreement, theirs)
    return RegisterResult(LookUp.FOUND, checks, entry.county, entry.zone, source, looked)


def as_json(result: RegisterResult) -> dict[str, object]:
    """Return the result as it travels and is kept."""
    return {
        "state": result.state.value,
        "fields": {
            name.value: {"agreement": check.agreement.value, "value": check.value}
            for name, check in result.fields.items()
        },
        "county": result.county,
        "zone": result.zone,
        "source": result.source,
        "looked": result.looked.isoformat() if result.looked else None,
    }


def from_json(body: Mapping[str, object]) -> RegisterResult:
    """Read what `as_json` wrote. Raises KeyError, TypeError, ValueError or AttributeError on anything else."""
    fields = body["fields"]
    if not isinstance(fields, Mapping):
        raise TypeError("fields")
    return RegisterResult(
        LookUp(str(body["state"])),
        {
            FieldName(name): FieldCheck(Agreement(check["agreement"]), str(check["value"]))
            for name, check in fields.items()
        },
        str(body["county"]),
        str(body["zone"]),
        str(body["source"]),
        datetime.fromisoformat(str(body["looked"])) if body["looked"] else None,
    )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in decomposed if c.isalnum())
