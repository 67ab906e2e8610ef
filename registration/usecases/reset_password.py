"""A forgotten password: the contact is proven by a code, and its account gets a new one (domain.md D-29)."""

from __future__ import annotations

from registration.errors import VoterCanFix
from registration.model.contact import Contact
from registration.ports.server import CodeTicket, ContactProof, ServerLink
from registration.ports.vault import Drafts
from registration.usecases.open_account import prove_contact
from registration.usecases.sign_in import SignedIn, sign_in


def prove_owner(link: ServerLink, ticket: CodeTicket, code: str) -> ContactProof:
    """Check the six digits of somebody who says that the account of this contact is theirs.

    Raises:
        VoterCanFix: as `prove_contact`, or ``account.none`` when no account has the contact, now proven to be theirs.
        WillRetry: the server cannot be reached.
    """
    proof = prove_contact(link, ticket, code)
    if not proof.account_exists:
        raise VoterCanFix("account.none")
    return proof


def reset_password(
    contact: Contact, password: str, password_hash: str, proof: ContactProof, *, drafts: Drafts, link: ServerLink
) -> SignedIn:
    """Replace the account's password at the server, then sign in with it.

    What this kiosk keeps under the old password stays sealed under it: nobody can open that with a code. The kiosk's
    own lock goes, for the code has proven the owner; signing in then makes a fresh key for the new password.

    Raises:
        VoterCanFix: ``contact.not_confirmed``, ``account.none``.
        WillRetry: the server cannot be reached.
    """
    try:
        link.reset_password(contact, proof, password_hash)
    except VoterCanFix:
        # The reply of an earlier try may have been lost: then the new password holds already.
        try:
            link.sign_in(contact, password)
        except VoterCanFix:
            pass
        else:
            return _enter(contact, password, drafts, link)
        raise
    return _enter(contact, password, drafts, link)


def _enter(contact: Contact, password: str, drafts: Drafts, link: ServerLink) -> SignedIn:
    drafts.forgive(contact)
    drafts.create_voter(contact, password)
    return sign_in(contact, password, drafts=drafts, link=link)
