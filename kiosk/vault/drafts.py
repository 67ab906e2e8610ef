"""Drafts: sealed under the voter's own key inside the encrypted database, one per service, replaced at every step."""

from __future__ import annotations

from datetime import timedelta

from kiosk.vault.database import Database
from kiosk.vault.keys import WrongKey, seal, unseal
from kiosk.vault.voters import Voters, draft_context, milliseconds
from registration.errors import StaffMustFix
from registration.model.contact import Contact
from registration.ports.clock import Clock
from registration.ports.vault import VoterKey


class NoSuchVoter(LookupError):
    """The voter was erased or merged while a key was still held: unlock again. Always a bug of the caller."""


class SealedDrafts:
    """Implements `registration.ports.vault.Drafts`. Any service name may be used, also for notes beside a draft."""

    def __init__(self, database: Database, voters: Voters, clock: Clock, keep: timedelta) -> None:
        self._database = database
        self._voters = voters
        self._clock = clock
        self._keep = keep

    def create_voter(self, contact: Contact, password: str) -> VoterKey:
        return self._voters.create(contact, password)

    def knows(self, contact: Contact) -> bool:
        return self._voters.knows(contact)

    def unlock(self, contact: Contact, password: str) -> VoterKey:
        return self._voters.unlock(contact, password)

    def forgive(self, contact: Contact) -> None:
        self._voters.forgive(contact)

    def save(self, key: VoterKey, service: str, content: bytes) -> None:
        """Raises NoSuchVoter."""
        sealed = seal(key.key, content, draft_context(key.voter, service))
        now = milliseconds(self._clock.now())
        with self._database.transaction() as sql:
            if sql.execute("UPDATE voter SET seen = ? WHERE id = ?", (now, key.voter)).rowcount == 0:
                raise NoSuchVoter
            sql.execute(
                "INSERT INTO draft (voter, service, sealed, saved) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (voter, service) DO UPDATE SET sealed = excluded.sealed, saved = excluded.saved",
                (key.voter, service, sealed, now),
            )

    def load(self, key: VoterKey, service: str) -> bytes | None:
        with self._database.reading() as sql:
            row = sql.execute(
                "SELECT sealed FROM draft WHERE voter = ? AND service = ?", (key.voter, service)
            ).fetchone()
        if row is None:
            return None
        try:
            return unseal(key.key, row[0], draft_context(key.voter, service))
        except WrongKey:
            raise StaffMustFix("vault.damaged") from None

    def wipe(self, key: VoterKey, service: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM draft WHERE voter = ? AND service = ?", (key.voter, service))
        self._database.checkpoint()

    def discard(self, key: VoterKey) -> None:
        self._voters.discard(key)

    def purge(self) -> int:
        return self._voters.purge(self._keep)
