"""Open an account (domain.md A1). It exists only after the last step succeeds (PA-29): then it is sealed and sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registration.catalog.definitions import Service
from registration.errors import VoterCanFix
from registration.journey.answers import CodeAnswer, ConfirmAnswer, FaceAnswer, FormAnswer, PasswordAnswer
from registration.journey.checks import check_answer, person_of
from registration.journey.draft import encode_profile
from registration.journey.state import Facts, State
from registration.model.contact import Contact
from registration.model.ids import AccountId
from registration.model.person import PersonalData, Severity
from registration.model.submission import AccountSubmission
from registration.ports.server import AccountProfile, CodeTicket, ContactProof, ServerLink
from registration.ports.vault import Drafts, Outbox, OutboxEntry, VoterKey

PROFILE = "profile"
"""Name under which the account's own evidence is kept for its owner until the server has it."""


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    entry: OutboxEntry
    profile: AccountProfile


def confirm_code(link: ServerLink, ticket: CodeTicket, code: str) -> ContactProof:
    """Check the six digits of somebody who opens an account, or confirms the contact of their own.

    Raises:
        VoterCanFix: as `prove_contact`, or ``account.exists`` when the contact, now proven to be the voter's own,
            already has an account.
        WillRetry: the server cannot be reached.
    """
    proof = prove_contact(link, ticket, code)
    if proof.account_exists:
        raise VoterCanFix("account.exists")
    return proof


def prove_contact(link: ServerLink, ticket: CodeTicket, code: str) -> ContactProof:
    """Check the six digits; spaces and dashes are forgiven.

    Raises:
        VoterCanFix: ``code.shape``, ``code.wrong``, ``code.expired``, ``code.used_up``.
        WillRetry: the server cannot be reached.
    """
    digits = "".join(c for c in code if c.isdigit())
    if len(digits) != 6:
        raise VoterCanFix("code.shape")
    return link.confirm_code(ticket, digits)


def confirmed_contact(state: State) -> Contact:
    """Return the contact read back and confirmed; asking before that is a bug."""
    return next(a for _, a in state.answers if isinstance(a, ConfirmAnswer)).contact


def account_submission(
    service: Service, state: State, facts: Facts, account_id: AccountId, language: str
) -> AccountSubmission:
    """Gather the answers of a finished account journey."""
    answers = [a for _, a in state.answers]
    code = next(a for a in answers if isinstance(a, CodeAnswer))
    password = next(a for a in answers if isinstance(a, PasswordAnswer))
    face = next(a for a in answers if isinstance(a, FaceAnswer))
    return AccountSubmission(
        account_id=account_id,
        service=service.id,
        contact=confirmed_contact(state),
        contact_proof=code.proof,
        password_hash=password.password_hash,
        person=_person(answers),
        portrait=face.portrait,
        language=language,
        warnings=warnings_left(service, state, facts),
    )


def _person(answers: Sequence[object]) -> PersonalData:
    for answer in answers:
        if isinstance(answer, FormAnswer) and answer.get("personal_number"):
            return person_of(answer)
    raise LookupError("no answer carries the personal data")


def warnings_left(service: Service, state: State, facts: Facts) -> tuple[str, ...]:
    """Return the codes of every warning that still stands; the reviewer sees them."""
    codes: dict[str, None] = {}
    for name, answer in state.answers:
        for finding in check_answer(service, service.step(name), answer, state, facts):
            if finding.severity is Severity.WARNING:
                codes[finding.code] = None
    return tuple(codes)


def open_account(submission: AccountSubmission, key: VoterKey, *, drafts: Drafts, outbox: Outbox) -> OpenedAccount:
    """Seal the account. Its evidence stays under the voter's own key until the server has the packet."""
    person, portrait = submission.person, submission.portrait
    profile = AccountProfile(
        account_id=submission.account_id,
        contact=submission.contact,
        birth_date=person.birth_date,
        birth_place=person.birth_place,
        personal_number=person.personal_number,
        portrait=portrait.photo,
        liveness=portrait.liveness,
        contact_verified=bool(submission.contact_proof),
    )
    drafts.save(key, PROFILE, encode_profile(profile))
    entry = outbox.finish(submission, key, submission.service)
    return OpenedAccount(entry, profile)
