"""What the contract cannot see: how often a password is derived, what is counted before it, what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kiosk.vault.voters
from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost, derive
from registration.errors import StaffMustFix, VoterCanFix
from registration.model.contact import Contact, ContactKind
from registration.ports.vault import VoterKey
from tests.fakes.vault import ManualClock

QUICK = Argon2Cost(64, 1, 1)
CONTACT = Contact(ContactKind.PHONE, "+355691234567")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault.create(tmp_path / "vault", "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    yield vault
    vault.lock()


@pytest.mark.parametrize("rows", [0, 1, 6])
def test_one_derivation_however_many_voters_share_the_contact(
    vault: Vault, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(rows):
        vault.drafts.create_voter(CONTACT, f"Password{n}")
    derived = []

    def counting(password: str, salt: bytes, cost: Argon2Cost) -> bytes:
        derived.append((salt, cost))
        return derive(password, salt, cost)

    monkeypatch.setattr(kiosk.vault.voters, "derive", counting)
    with pytest.raises(VoterCanFix, match=r"login\.wrong"):
        vault.drafts.unlock(CONTACT, "wrong")
    assert len(derived) == 1
    assert derived[0][1] == QUICK
    if rows:
        vault.drafts.unlock(CONTACT, "Password0")
        assert derived[1] == derived[0]


def test_a_try_is_counted_before_it_is_made(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.drafts.create_voter(CONTACT, "Password1")

    def pulled_plug(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kiosk.vault.voters, "derive", pulled_plug)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                vault.drafts.unlock(CONTACT, "guess")
    vault.lock()
    vault.unlock("staff")
    with pytest.raises(VoterCanFix, match=r"login\.locked"):
        vault.drafts.unlock(CONTACT, "Password1")


def test_a_voter_made_at_a_former_cost_still_opens(vault: Vault) -> None:
    vault.drafts.create_voter(CONTACT, "Password1")
    vault.lock()
    dearer = Vault.open(vault.folder, "staff", ManualClock(), staff_cost=QUICK, voter_cost=Argon2Cost(128, 2, 1))
    dearer.drafts.unlock(CONTACT, "Password1")
    dearer.lock()


def test_a_draft_moved_to_another_row_does_not_open(vault: Vault) -> None:
    key = vault.drafts.create_voter(CONTACT, "Password1")
    vault.drafts.save(key, "a", b"x")
    with vault._database.transaction() as sql:
        sql.execute("UPDATE draft SET service = 'b'")
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        vault.drafts.load(key, "b")
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        vault.drafts.load(VoterKey(key.voter, bytes(32)), "b")


def test_even_with_the_vaults_key_contact_and_draft_stay_closed(vault: Vault) -> None:
    """What staff could read: only keyed hashes and ciphertext."""
    key = vault.drafts.create_voter(CONTACT, "Password1")
    vault.drafts.save(key, "per.account", b"the draft's own words")
    with vault._database.reading() as sql:
        dump = repr([sql.execute(f"SELECT * FROM {table}").fetchall() for table in ("voter", "draft")])  # noqa: S608
    for secret in (CONTACT.value, "91234567", "the draft's own words", repr(key.key)[2:-1], "Password1"):
        assert secret not in dump
