"""Log in at the kiosk (PR-01), online or not: the vault opens what is kept here, the server what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from registration.errors import VoterCanFix, WillRetry
from registration.journey.draft import DraftUnreadable, decode_profile
from registration.model.contact import Contact
from registration.ports.server import AccountProfile, ServerLink, Session
from registration.ports.vault import Drafts, VoterKey
from registration.usecases.open_account import PROFILE


@dataclass(frozen=True, slots=True)
class SignedIn:
    contact: Contact
    key: VoterKey
    session: Session | None
    """None: the server could not be reached, or does not know the account yet."""
    profile: AccountProfile | None = field(repr=False)
    """None: neither here nor to be had from the server now; a new request then needs a connection."""
    online: bool = True


def sign_in(
    contact: Contact,
    password: str,
    *,
    drafts: Drafts,
    link: ServerLink,
    server_knows: Callable[[VoterKey], bool] = lambda _key: True,
) -> SignedIn:
    """Open the voter's drafts and, when it can be reached, a session at the server.

    Args:
        server_knows: whether the server can know the account of a voter of this kiosk by now; while it cannot, it is
            not asked, for it would count a wrong try. May raise WillRetry.

    Raises:
        VoterCanFix: ``login.wrong``, ``login.locked``; ``login.wrong_offline`` when only this kiosk could be asked.
        StaffMustFix: the vault cannot be read.
    """
    key, refused = _unlock(contact, password, drafts)
    session, online = None, True
    try:
        if key is None or server_knows(key):
            session = link.sign_in(contact, password)
    except WillRetry:
        online = False
    except VoterCanFix as error:
        # Here the password was right; the server's refusal, e.g. of a changed one, must not shut the voter out.
        refused = error if key is None else refused
    if session is None and key is None:
        if not online:
            raise VoterCanFix("login.wrong_offline")
        assert refused is not None
        raise refused
    if key is None:
        key = drafts.create_voter(contact, password)
    return SignedIn(contact, key, session, _profile(key, session, drafts, link), online)


def _unlock(contact: Contact, password: str, drafts: Drafts) -> tuple[VoterKey | None, VoterCanFix | None]:
    try:
        return drafts.unlock(contact, password), None
    except VoterCanFix as error:
        if error.code == "login.locked":
            raise
        return None, error


def _profile(key: VoterKey, session: Session | None, drafts: Drafts, link: ServerLink) -> AccountProfile | None:
    """The server's word counts; once it has the account, the copy kept here goes."""
    if session is not None:
        try:
            profile = link.profile(session)
        except WillRetry:
            pass
        else:
            drafts.wipe(key, PROFILE)
            return profile
    kept = drafts.load(key, PROFILE)
    if kept is None:
        return None
    try:
        return decode_profile(kept)
    except DraftUnreadable:
        return None
