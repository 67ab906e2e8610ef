"""Requests becoming cases: a first version, a newer one (B3-07), an old one that came late, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from registration.model.case import Action, Actor, CaseState, IllegalTransition, transition
from registration.model.civil_day import civil_day
from registration.model.ids import CaseId, reference_of
from registration.model.person import VOTING_AGE, age_on
from registration.model.submission import RequestSubmission, encode
from server import counting, notify
from server.casework import case_counts, identities
from server.casework.case_counts import Place
from server.casework.cases import (
    Case,
    apply_transition,
    case_of,
    file_place,
    is_case,
    locked,
    of_account,
    place_of,
    record_event,
)
from server.context import Server
from server.register import lookup
from server.sealing import seal
from server.store import Unit, shard_of
from server.store.schema import case_files, case_versions, cases
from server.voters import accounts
from sync.config import ElectionConfig

LATE = "late"
UNDER_AGE = "under_age"
ANOTHER_REQUEST = "another_request"
"""Flags of a case beside those of its account; words under ``review.flag.``."""


class NotTaken(Exception):
    """The packet cannot become a version of a case; `code` says why it is quarantined."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AccountMissing(Exception):
    """The request came before its account; try again when that is there."""


def receive(
    unit: Unit,
    server: Server,
    config: ElectionConfig,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    packet_id: str,
    received: datetime,
) -> None:
    """Make a case of a request, or a new version of it (B3-07); doing it again with the same packet changes nothing.

    The five days run from `received`, the server's own time (D-27). Late is what the server received after the end of
    the closing day in Albania, by whichever route and whatever the kiosk's clock says; it is kept and marked, and an
    official decides. A version newer than one still waiting for review replaces it; an older one is kept as history.

    Raises:
        AccountMissing: the account's packet has not been opened yet.
        NotTaken: ``packet.other_account``, ``packet.revision_taken``.
    """
    case_id = CaseId(submission.request_id)
    known = locked(unit, case_id)
    account = accounts.get(unit.connection, unit.election, server.master, submission.account_id)
    if account is None:
        raise AccountMissing
    if known is not None and known.account_id != submission.account_id:
        raise NotTaken("packet.other_account")
    if _known_version(unit, case_id, submission.revision, kiosk_id, packet_id):
        return
    late = not config.takes_requests_on(civil_day(received))
    flags = _flags(unit, config, submission, account, late=late)
    if known is None:
        key = _open_case(unit, server, config, submission, kiosk_id=kiosk_id, received=received, flags=flags)
    else:
        if known.data_key is None:
            raise NotTaken("request.content_erased")
        key = known.key(server.master)
        if submission.revision > known.revision:
            _renew_case(unit, server, config, known, submission, kiosk_id=kiosk_id, received=received, flags=flags)
    _keep_version(unit, server, key, submission, kiosk_id=kiosk_id, packet_id=packet_id, received=received, late=late)
    if known is None or submission.revision > known.revision:
        identities.keep(unit, server.master, submission)
        lookup.ask(unit, key, submission)
    _count(unit, key, config, known, submission, kiosk_id=kiosk_id, received=received)
    notify.enqueue(
        unit,
        server.master,
        kind="received",
        contact=account.contact,
        language=submission.language,
        params={"reference": reference_of(submission.request_id), "days": config.review_days},
        dedupe=f"received:{case_id}:{submission.revision}",
    )


def _count(
    unit: Unit,
    key: bytes,
    config: ElectionConfig,
    known: Case | None,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    received: datetime,
) -> None:
    """Keep the counts up. `known` is the case as it was before this version; it has moved since where it could."""
    if known is None:
        counting.opened(unit, key, config, submission, kiosk_id=kiosk_id, received=received)
    elif submission.revision > known.revision:
        now = unit.connection.execute(select(cases.c.state).where(is_case(unit.election, known.case_id))).scalar_one()
        state = CaseState(now)
        counting.renewed(unit, key, config, submission, kiosk_id=kiosk_id, received=received, state=state)
    else:
        counting.older(unit, config, submission, kiosk_id=kiosk_id, received=received)


def _open_case(
    unit: Unit,
    server: Server,
    config: ElectionConfig,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    received: datetime,
    flags: Sequence[str],
) -> bytes:
    case_id = submission.request_id
    key, wrapped = server.master.new_data_key(case_id)
    made = (
        insert(cases)
        .values(
            election=unit.election,
            shard=shard_of(case_id),
            case_id=case_id,
            account_id=submission.account_id,
            service=submission.service,
            reference=reference_of(case_id),
            state=CaseState.SUBMITTED.value,
            revision=submission.revision,
            version=1,
            language=submission.language,
            received=received,
            due=civil_day(received) + timedelta(days=config.review_days),
            kiosk_id=kiosk_id,
            flags=list(flags),
            reasons=[],
            data_key=wrapped,
            created=unit.now,
            updated=unit.now,
        )
        .returning(*cases.c)
    )
    case = case_of(unit.connection.execute(made).one())
    case_counts.move(unit, None, place_of(case))
    record_event(
        unit,
        case,
        "submit",
        Actor.APPLICANT,
        submission.account_id,
        target=CaseState.SUBMITTED.value,
        version=1,
        source="",
        revision=submission.revision,
    )
    return key


def _renew_case(
    unit: Unit,
    server: Server,
    config: ElectionConfig,
    case: Case,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    received: datetime,
    flags: Sequence[str],
) -> None:
    """Put a newer version in front: by the table where it has a move, else in place (it still waits for review)."""
    mine = is_case(unit.election, case.case_id)
    due = civil_day(received) + timedelta(days=config.review_days)
    fresh = {
        "revision": submission.revision,
        "language": submission.language,
        "received": received,
        "due": due,
        "kiosk_id": kiosk_id,
        "flags": sorted({*flags, *(flag for flag in case.flags if flag == accounts.DUPLICATE_PERSON)}),
    }
    unit.connection.execute(update(cases).where(mine).values(**fresh))
    case_counts.move(unit, place_of(case), Place(case.state.value, submission.language, due))
    try:
        transition(case.state, Action.COMPLETE, Actor.APPLICANT)
    except IllegalTransition:
        version = case.version + 1
        unit.connection.execute(update(cases).where(mine).values(version=version, updated=unit.now))
        record_event(
            unit,
            case,
            "replace",
            Actor.APPLICANT,
            submission.account_id,
            target=case.state.value,
            version=version,
            revision=submission.revision,
        )
        return
    apply_transition(
        unit,
        server.master,
        case.case_id,
        Action.COMPLETE,
        Actor.APPLICANT,
        actor_id=submission.account_id,
        expected_version=case.version,
    )


def _keep_version(
    unit: Unit,
    server: Server,
    key: bytes,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    packet_id: str,
    received: datetime,
    late: bool,
) -> None:
    case_id, revision = submission.request_id, submission.revision
    where = {"election": unit.election, "shard": shard_of(case_id), "case_id": case_id, "revision": revision}
    unit.connection.execute(
        insert(case_versions).values(
            **where,
            kiosk_id=kiosk_id,
            packet_id=packet_id,
            received=received,
            language=submission.language,
            late=late,
        )
    )
    files = encode(submission)
    sealed = [seal(key, content, file_place(case_id, revision, name)) for name, content in files.items()]
    for (name, content), blob in zip(files.items(), server.blobs.put_all(sealed), strict=True):
        unit.connection.execute(insert(case_files).values(**where, name=name, blob=blob, size=len(content)))


def _known_version(unit: Unit, case_id: str, revision: int, kiosk_id: str, packet_id: str) -> bool:
    """Tell whether this packet's version is already here. Raises NotTaken when another packet's is."""
    row = unit.connection.execute(
        select(case_versions.c.kiosk_id, case_versions.c.packet_id).where(
            case_versions.c.election == unit.election,
            case_versions.c.shard == shard_of(case_id),
            case_versions.c.case_id == case_id,
            case_versions.c.revision == revision,
        )
    ).one_or_none()
    if row is not None and (row.kiosk_id, row.packet_id) != (kiosk_id, packet_id):
        raise NotTaken("packet.revision_taken")
    return row is not None


def _flags(
    unit: Unit,
    config: ElectionConfig,
    submission: RequestSubmission,
    account: accounts.Account,
    *,
    late: bool,
) -> tuple[str, ...]:
    """What the reviewer should see beside the content. An unconfirmed contact is asked of the account when shown."""
    flags = set(account.flags)
    if late:
        flags.add(LATE)
    if age_on(config.election_day, submission.person.birth_date) < VOTING_AGE:
        flags.add(UNDER_AGE)
    for other in of_account(unit.connection, unit.election, submission.account_id):
        if str(other.case_id) != submission.request_id and other.service == submission.service:
            flags.add(ANOTHER_REQUEST)
    return tuple(sorted(flags))
