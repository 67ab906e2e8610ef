"""Flipped bits and cut files: found and named, never half a truth. The control is SQLite without the cipher."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import StaffMustFix
from registration.model.contact import Contact, ContactKind
from tests.fakes.vault import ManualClock, PlainSealer, a_request

QUICK = Argon2Cost(64, 1, 1)
VOTER = Contact(ContactKind.PHONE, "+355691234567")
PICTURE = b"\xff\xd8" + bytes(range(256)) * 400 + b"\xff\xd9"
FLIPS = 60


def open_vault(folder: Path) -> Vault:
    return Vault.open(folder, "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)


def facts(vault: Vault) -> tuple[object, ...]:
    """Everything a voter and sync have in the vault."""
    key = vault.drafts.unlock(VOTER, "Password1")
    entries = vault.sync.entries()
    return (
        vault.drafts.load(key, "per.account"),
        entries,
        [vault.sync.read(entry.packet_id) for entry in entries],
        vault.outbox(PlainSealer(ManualClock())).finished(key),
    )


def checked(folder: Path) -> None:
    vault = open_vault(folder)
    try:
        vault.check()
    finally:
        vault.lock()


def answer(folder: Path) -> str | tuple[object, ...]:
    """Return the facts, or the code of the refusal."""
    try:
        vault = open_vault(folder)
    except StaffMustFix as error:
        return error.code
    try:
        return facts(vault)
    except StaffMustFix as error:
        return error.code
    finally:
        vault.lock()


def fill(vault: Vault) -> None:
    key = vault.drafts.create_voter(VOTER, "Password1")
    vault.drafts.save(key, "per.account", PICTURE)
    vault.outbox(PlainSealer(ManualClock())).finish(a_request(picture=PICTURE), key, "per.request")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    vault = Vault.create(tmp_path / "template", "staff", ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    fill(vault)
    vault.lock()
    return tmp_path / "template"


def copy_with(template: Path, content: bytes) -> Path:
    run = template.parent / "run"
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(template, run)
    (run / "vault.db").write_bytes(content)
    return run


def test_a_flipped_bit_anywhere_is_found_and_never_changes_an_answer(template: Path) -> None:
    whole = open_vault(template)
    truth = facts(whole)
    whole.lock()
    content = (template / "vault.db").read_bytes()
    rnd = random.Random(5)
    answers = []
    for _ in range(FLIPS):
        damaged = bytearray(content)
        damaged[rnd.randrange(len(content))] ^= 1 << rnd.randrange(8)
        run = copy_with(template, bytes(damaged))
        with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
            checked(run)
        answers.append(answer(run))
    assert set(map(type, answers)) == {str, tuple}
    assert all(given in ("vault.damaged", truth) for given in answers)


def test_without_the_cipher_flips_pass_unseen(tmp_path: Path) -> None:
    path = tmp_path / "plain.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE content (bytes BLOB)")
    plain.execute("INSERT INTO content VALUES (?)", (PICTURE,))
    plain.commit()
    plain.close()
    content = path.read_bytes()
    rnd = random.Random(5)
    unseen = 0
    for _ in range(FLIPS):
        damaged = bytearray(content)
        damaged[rnd.randrange(len(content))] ^= 1 << rnd.randrange(8)
        path.write_bytes(damaged)
        control = sqlite3.connect(path)
        try:
            ok = control.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            unseen += ok and control.execute("SELECT bytes FROM content").fetchone()[0] != PICTURE
        except sqlite3.Error:
            pass
        finally:
            control.close()
    assert unseen > FLIPS // 2


@pytest.mark.parametrize("keep", [0, 1, 100, 4095, 4096, 9000, -4096, -1])
def test_a_database_cut_short_is_damaged(template: Path, keep: int) -> None:
    content = (template / "vault.db").read_bytes()[:keep]
    run = copy_with(template, content)
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        open_vault(run).check()
    assert (run / "vault.db").read_bytes() == content


def test_a_log_cut_anywhere_is_a_whole_prefix_of_what_was_done(template: Path) -> None:
    """What a torn last write leaves: each transaction is there or not."""
    vault = open_vault(template)
    with vault._database.reading() as sql:
        sql.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
    key = vault.drafts.unlock(VOTER, "Password1")
    saved = [f"{n}".encode() * 3000 for n in range(6)]
    for content in saved:
        vault.drafts.save(key, "per.account", content)
    log = (template / "vault.db-wal").read_bytes()
    base = (template / "vault.db").read_bytes()
    vault.lock()
    possible = [PICTURE, *saved]
    rnd = random.Random(3)
    seen = []
    for cut in sorted(rnd.randrange(len(log)) for _ in range(40)):
        run = copy_with(template, base)
        (run / "vault.db-wal").write_bytes(log[:cut])
        after = open_vault(run)
        draft = after.drafts.load(key, "per.account")
        after.check()
        after.lock()
        assert draft in possible
        seen.append(possible.index(draft))
    assert seen == sorted(seen)
    assert len(set(seen)) > 4


def test_a_database_without_its_slots_is_damaged_not_new(template: Path) -> None:
    for path in template.glob("slots*.json"):
        path.unlink()
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        open_vault(template)
    with pytest.raises(StaffMustFix, match=r"vault\.exists"):
        Vault.create(template, "staff", ManualClock())


def test_slots_of_another_vault_open_nothing(template: Path, tmp_path: Path) -> None:
    Vault.create(tmp_path / "other", "staff", ManualClock(), staff_cost=QUICK).lock()
    for path in (tmp_path / "other").glob("slots*.json"):
        shutil.copy(path, template / path.name)
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        open_vault(template)


def test_the_ciphers_own_check_runs(template: Path) -> None:
    """Guards `check`: the plain integrity check alone would miss damage in a page it need not decode."""
    vault = open_vault(template)
    with vault._database.reading() as sql:
        assert isinstance(sql, sqlcipher.Connection)
        assert sql.execute("PRAGMA cipher_integrity_check").fetchall() == []
        assert sql.execute("PRAGMA cipher_version").fetchone()[0].startswith("4.")
    vault.lock()
