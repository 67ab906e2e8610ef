"""Who a case is about, as keyed hashes only: finds cases of the same person under other accounts (PP-07).

Hashes are HMACs under the master key, so a copy of the table cannot be searched by trying all personal numbers.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    LargeBinary,
    String,
    Table,
    and_,
    case,
    delete,
    insert,
    select,
    tuple_,
)

from registration.model.case import CaseState
from registration.model.documents import FieldName
from registration.model.person import normalise_personal_number
from registration.model.submission import RequestSubmission
from registration.review_desk import SameAs
from server.sealing import MasterKey
from server.store import Unit, shard_of
from server.store.metadata import metadata
from server.store.schema import cases, key_columns

MOST_FOUND = 20

case_identities = Table(
    "case_identities",
    metadata,
    *key_columns("same_as"),  # shard_of(hash): a look-up stays on one shard
    Column("hash", LargeBinary(32), primary_key=True),
    Column("case_id", String(64), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Index(None, "election", "case_id"),
)


def hashes(master: MasterKey, submission: RequestSubmission) -> dict[SameAs, bytes]:
    """Return the keyed hashes of a request: of the personal number, and of name and birth date where a name is known.

    A name is the set of its parts, whatever their order and whichever field they stand in, without case, diacritics
    and hyphens, and with the two letters of a transliteration (Doc 9303-3, section 6) as one: ``Çela-Hoxha, Jürgen``
    is ``JUERGEN CELA HOXHA``.
    """
    person, document = submission.person, submission.document
    found = {SameAs.PERSONAL_NUMBER: normalise_personal_number(person.personal_number)}
    names = [document.value(FieldName.SURNAME), document.value(FieldName.GIVEN_NAMES)]
    parts = [_parts(name) for name in names]
    if all(parts):
        name = " ".join(sorted({part for each in parts for part in each}))
        found[SameAs.NAME_AND_BIRTH_DATE] = f"{name}\0{person.birth_date.isoformat()}"
    return {same: master.hash(f"identity-{same}", value) for same, value in found.items() if value}


def keep(unit: Unit, master: MasterKey, submission: RequestSubmission) -> None:
    """Note whom the latest version of a case is about; an older version's note is replaced."""
    case_id = submission.request_id
    forget(unit, case_id)
    for same, value in hashes(master, submission).items():
        unit.connection.execute(
            insert(case_identities).values(
                election=unit.election,
                shard=shard_of(value),
                same_as=same.value,
                hash=value,
                case_id=case_id,
                account_id=submission.account_id,
            )
        )


def forget(unit: Unit, case_id: str) -> None:
    """Forget whom a case is about (before it is noted anew, or when it is erased)."""
    mine = and_(case_identities.c.election == unit.election, case_identities.c.case_id == case_id)
    unit.connection.execute(delete(case_identities).where(mine))


def same_person(connection: Connection, election: str, case_id: str) -> list[tuple[str, str, CaseState, SameAs]]:
    """Return (case id, reference, state, why) of other accounts' cases about whom a case is about, the same number
    before the same name, then the oldest; at most `MOST_FOUND`."""
    one, other, both = _pairs()
    wanted = (
        select(other.c.case_id, other.c.same_as)
        .join(one, both)
        .where(one.c.election == election, one.c.case_id == case_id)
        .order_by(case((other.c.same_as == SameAs.PERSONAL_NUMBER.value, 0), else_=1), other.c.case_id)
        .limit(MOST_FOUND * len(SameAs))
    )
    found: dict[str, SameAs] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.case_id, SameAs(row.same_as))
    if not found:
        return []
    ids = list(found)[:MOST_FOUND]
    keys = tuple_(cases.c.shard, cases.c.case_id).in_([(shard_of(each), each) for each in ids])
    shown = select(cases.c.case_id, cases.c.reference, cases.c.state).where(cases.c.election == election, keys)
    known = {row.case_id: row for row in connection.execute(shown)}
    return [(each, known[each].reference, CaseState(known[each].state), found[each]) for each in ids if each in known]


def are_duplicates(connection: Connection, election: str, case_id: str, other_id: str) -> bool:
    """Tell whether two cases of different accounts share a hash."""
    one, other, both = _pairs()
    wanted = select(other.c.case_id).join(one, both)
    pair = wanted.where(other.c.election == election, one.c.case_id == case_id, other.c.case_id == other_id)
    return connection.execute(pair.limit(1)).first() is not None


def _pairs() -> tuple[FromClause, FromClause, ColumnElement[bool]]:
    """Return the table twice, and when a row of each is about the same person under different accounts."""
    one, other = case_identities.alias(), case_identities.alias()
    both = and_(
        one.c.election == other.c.election,
        one.c.shard == other.c.shard,
        one.c.same_as == other.c.same_as,
        one.c.hash == other.c.hash,
        one.c.account_id != other.c.account_id,
    )
    return one, other, both


_LETTERS = str.maketrans({"Ø": "O", "Æ": "A", "Œ": "O", "Ð": "D", "Đ": "D", "Ł": "L", "Þ": "TH", "ı": "I"})
_PAIRS = re.compile(r"AE|OE|UE|AA")


def _parts(name: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", name.upper().translate(_LETTERS))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’`")
    words = re.split(r"[^\w]|[\d_]", bare)
    return [_PAIRS.sub(lambda pair: pair.group()[0], word) for word in words if word]
