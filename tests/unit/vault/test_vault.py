"""Opening, locking, changing keys, backing up: what staff do with a vault."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

import kiosk.vault
from kiosk.vault import Vault
from kiosk.vault.backup import back_up, restore
from kiosk.vault.database import Database
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.slots import NAMES
from registration.errors import Expected, StaffMustFix, WillRetry
from registration.model.contact import Contact, ContactKind
from resources import texts
from tests.fakes.vault import ManualClock, PlainSealer, a_request

QUICK = Argon2Cost(64, 1, 1)
OLD = "old"
CONTACT = Contact(ContactKind.PHONE, "+355691234567")


class Desk:
    """A vault's folder and how staff reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.identity = pyrage.x25519.Identity.generate()

    def create(self) -> Vault:
        return Vault.create(
            self.folder,
            OLD,
            self.clock,
            recovery_recipient=str(self.identity.to_public()),
            staff_cost=QUICK,
            voter_cost=QUICK,
        )

    def open(self, passphrase: str = OLD) -> Vault:
        return Vault.open(self.folder, passphrase, self.clock, staff_cost=QUICK, voter_cost=QUICK)

    def refused(self, passphrase: str = OLD) -> Expected:
        with pytest.raises(Expected) as caught:
            self.open(passphrase)
        return caught.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "profile" / "vault")


@pytest.fixture
def vault(desk: Desk) -> Iterator[Vault]:
    vault = desk.create()
    vault.sync.remember({"proof": b"of life"})
    yield vault
    vault.lock()


def alive(vault: Vault) -> bool:
    vault.check()
    return vault.sync.recall("proof") == b"of life"


def test_it_is_made_private_and_opens_again(desk: Desk, vault: Vault) -> None:
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in desk.folder.iterdir()} == {0o600}
    vault.lock()
    again = desk.open()
    assert alive(again)
    again.lock()
    assert sorted(path.name for path in desk.folder.iterdir()) == sorted([*NAMES, "tries.json", "vault.db"])


def test_its_settings_are_the_durable_ones(vault: Vault) -> None:
    with vault._database.reading() as sql:
        found = {
            name: sql.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "secure_delete",
                "foreign_keys",
                "temp_store",
                "auto_vacuum",
                "cipher_memory_security",
            )
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "temp_store": 2,
        "auto_vacuum": 2,
        "cipher_memory_security": "1",
    }


def test_locked_it_gives_nothing_and_unlocked_it_goes_on(desk: Desk, vault: Vault) -> None:
    drafts, outbox = vault.drafts, vault.outbox(PlainSealer(desk.clock))
    key = drafts.create_voter(CONTACT, "Password1")
    drafts.save(key, "s", b"x")
    vault.lock()
    vault.lock()
    assert not vault.is_open
    calls = (
        lambda: drafts.load(key, "s"),
        lambda: drafts.save(key, "s", b"y"),
        lambda: drafts.unlock(CONTACT, "Password1"),
        lambda: outbox.finish(a_request(), key, "s"),
        lambda: outbox.entries(),
        lambda: vault.sync.recall("proof"),
        vault.check,
    )
    for call in calls:
        with pytest.raises(StaffMustFix, match=r"vault\.locked"):
            call()
    vault.unlock("old")
    assert drafts.load(key, "s") == b"x"


def test_missing_is_missing_and_never_made_by_opening(desk: Desk) -> None:
    assert desk.refused().code == "vault.missing"
    assert not desk.folder.exists()


def test_an_existing_vault_is_never_made_anew(desk: Desk, vault: Vault) -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.exists"):
        desk.create()
    assert alive(vault)


def test_a_creation_that_was_cut_short_is_begun_anew(desk: Desk) -> None:
    desk.create().lock()
    (desk.folder / "vault.db").rename(desk.folder / "vault.db.new")
    assert desk.refused().code == "vault.missing"
    desk.create().lock()
    desk.open().lock()


def test_a_wrong_passphrase_says_so_and_counts_across_restarts(desk: Desk, vault: Vault) -> None:
    vault.lock()
    seconds = []
    for n in range(1, 6):
        error = desk.refused("wrong")
        assert (error.code, error.params["wrong"]) == ("vault.wrong_passphrase", n)
        seconds.append(error.params["seconds"])
        if n >= 3:
            waiting = desk.refused("old")
            assert isinstance(waiting, WillRetry)
            assert (waiting.code, waiting.params) == ("vault.wait", {"seconds": seconds[-1]})
        desk.clock.move(timedelta(seconds=int(seconds[-1])))
    assert seconds == [0, 0, 30, 60, 120]
    desk.open("old").lock()
    assert desk.refused("wrong").params == {"wrong": 1, "seconds": 0}


def test_a_clock_set_back_does_not_end_the_wait_nor_lengthen_it(desk: Desk, vault: Vault) -> None:
    vault.lock()
    for _ in range(3):
        desk.refused("wrong")
    desk.clock.move(timedelta(days=-1000))
    assert desk.refused("old").params == {"seconds": 30}
    desk.clock.move(timedelta(seconds=30))
    desk.open("old").lock()


def test_the_passphrase_changes_while_the_vault_is_open(desk: Desk, vault: Vault) -> None:
    vault.change_passphrase("old", "new")
    assert alive(vault)
    vault.lock()
    assert desk.refused("old").code == "vault.wrong_passphrase"
    again = desk.open("new")
    assert alive(again)
    again.lock()


def test_changing_needs_the_old_passphrase(desk: Desk, vault: Vault) -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.wrong_passphrase"):
        vault.change_passphrase("guess", "mine")
    with pytest.raises(StaffMustFix, match=r"vault\.wrong_passphrase"):
        vault.rekey("guess")
    vault.lock()
    assert desk.open().is_open


def test_rekeying_changes_every_page_and_voters_stay(desk: Desk, vault: Vault) -> None:
    key = vault.drafts.create_voter(CONTACT, "Password1")
    vault.drafts.save(key, "s", b"draft")
    _, old_key = vault._unwrap(vault._slot("old"))
    vault.rekey("old")
    assert alive(vault)
    vault.lock()
    stale = Database(desk.folder / "vault.db")
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        stale.open(old_key)
    again = desk.open()
    assert again.drafts.load(again.drafts.unlock(CONTACT, "Password1"), "s") == b"draft"
    again.lock()
    recovered = Vault.recover(desk.folder, str(desk.identity), "newer", desk.clock, staff_cost=QUICK)
    assert alive(recovered)
    recovered.lock()


@pytest.mark.parametrize("pages_done", [False, True])
def test_a_rekey_cut_short_opens_with_whichever_key_the_pages_have(
    desk: Desk, vault: Vault, pages_done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vault, "_replace_slots", cut)
        if not pages_done:
            patch.setattr(vault._database, "rekey", cut)
        with pytest.raises(KeyboardInterrupt):
            vault.rekey("old")
    vault.lock()
    again = desk.open()
    assert alive(again)
    again.rekey("old")
    again.lock()
    again = desk.open()
    assert alive(again)
    again.lock()


def test_the_authoritys_key_opens_it_when_the_passphrase_is_lost(desk: Desk, vault: Vault) -> None:
    vault.lock()
    for _ in range(5):
        desk.refused("wrong")
    recovered = Vault.recover(desk.folder, str(desk.identity), "fresh", desk.clock, staff_cost=QUICK)
    assert alive(recovered)
    recovered.lock()
    again = desk.open("fresh")
    assert alive(again)
    again.lock()
    other = str(pyrage.x25519.Identity.generate())
    with pytest.raises(StaffMustFix, match=r"vault\.wrong_recovery_key"):
        Vault.recover(desk.folder, other, "mine", desk.clock, staff_cost=QUICK)


def test_a_slot_can_be_taken_away_but_not_the_passphrase(desk: Desk, vault: Vault) -> None:
    vault.remove_slot("recovery")
    vault.lock()
    with pytest.raises(StaffMustFix, match=r"vault\.wrong_recovery_key"):
        Vault.recover(desk.folder, str(desk.identity), "mine", desk.clock, staff_cost=QUICK)
    with pytest.raises(ValueError, match="passphrase"):
        vault.remove_slot("passphrase")
    vault.unlock("old")


def test_a_backup_of_a_vault_in_use_restores_over_a_damaged_one(desk: Desk, vault: Vault, tmp_path: Path) -> None:
    back_up(vault, tmp_path / "backup")
    with pytest.raises(StaffMustFix, match=r"vault\.exists"):
        back_up(vault, tmp_path / "backup")
    vault.sync.remember({"later": b"lost"})
    vault.lock()
    (desk.folder / "vault.db").write_bytes(b"\0" * 4096)
    assert desk.refused().code == "vault.damaged"
    with pytest.raises(StaffMustFix, match=r"vault\.wrong_passphrase"):
        restore(tmp_path / "backup", desk.folder, "wrong", desk.clock, staff_cost=QUICK)
    assert (desk.folder / "vault.db").read_bytes() == b"\0" * 4096
    kept = restore(tmp_path / "backup", desk.folder, "old", desk.clock, staff_cost=QUICK)
    assert kept is not None
    assert (kept / "vault.db").read_bytes() == b"\0" * 4096
    again = desk.open()
    assert alive(again)
    assert again.sync.recall("later") is None
    again.lock()


def test_a_damaged_backup_replaces_nothing(desk: Desk, vault: Vault, tmp_path: Path) -> None:
    vault.sync.remember({"bulk": bytes(200_000)})
    back_up(vault, tmp_path / "backup")
    content = bytearray((tmp_path / "backup" / "vault.db").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "backup" / "vault.db").write_bytes(content)
    vault.lock()
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        restore(tmp_path / "backup", desk.folder, "old", desk.clock, staff_cost=QUICK)
    again = desk.open()
    assert alive(again)
    again.lock()
    with pytest.raises(StaffMustFix, match=r"vault\.backup_missing"):
        restore(tmp_path / "nowhere", desk.folder, "old", desk.clock, staff_cost=QUICK)


def test_opening_erases_what_has_outlived_its_time(desk: Desk, vault: Vault) -> None:
    vault.drafts.create_voter(CONTACT, "Password1")
    vault.lock()
    for _ in range(5):
        desk.clock.move(timedelta(days=6))
        vault = desk.open()
        assert vault.drafts.knows(CONTACT)
        vault.lock()
    desk.clock.move(timedelta(days=1))
    vault = desk.open()
    assert not vault.drafts.knows(CONTACT)
    vault.lock()


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_wrong_by_years_erases_nothing(desk: Desk, vault: Vault, years: int) -> None:
    key = vault.drafts.create_voter(CONTACT, "Password1")
    vault.drafts.save(key, "s", b"draft")
    desk.clock.move(timedelta(days=365 * years))
    assert vault.drafts.purge() == 0
    desk.clock.move(timedelta(days=-365 * years))
    for _ in range(3):
        assert vault.drafts.purge() == 0
    assert vault.drafts.load(key, "s") == b"draft"


def test_after_months_switched_off_the_second_look_erases(desk: Desk, vault: Vault) -> None:
    vault.drafts.create_voter(CONTACT, "Password1")
    desk.clock.move(timedelta(days=90))
    assert vault.drafts.purge() == 0
    desk.clock.move(timedelta(minutes=10))
    assert vault.drafts.purge() == 1


def test_nothing_secret_in_a_repr(vault: Vault) -> None:
    assert repr(vault) == "Vault(open)"


def test_every_code_has_words_in_every_language() -> None:
    code = re.compile(r'"(vault\.[a-z_]+)"')
    sources = Path(kiosk.vault.__file__).parent.glob("*.py")
    codes = {name for path in sources for name in code.findall(path.read_text())} - {"vault.db"}
    assert len(codes) >= 15
    for lang in texts.LANGUAGES:
        for name in codes:
            words = texts.text(lang, f"errors.{name}", wrong=2, seconds=30)
            assert "{" not in words
        assert "180" in texts.text(lang, "errors.login.locked", minutes=180)
        assert texts.text(lang, "errors.login.wrong")
