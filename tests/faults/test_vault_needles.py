"""A stolen disk: twenty needles planted in drafts and submissions are nowhere to be read. The control finds all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kiosk.vault import Vault
from kiosk.vault.backup import back_up
from kiosk.vault.keys import Argon2Cost
from registration.errors import VoterCanFix
from registration.model.address import Address
from registration.model.contact import Contact, ContactKind
from registration.model.person import PersonalData
from registration.model.submission import AccountSubmission, RequestSubmission, Submission, encode
from registration.ports.vault import SealedPacket
from tests.fakes.vault import ManualClock, PlainSealer, a_portrait, a_request, an_account

QUICK = Argon2Cost(64, 1, 1)
NEEDLES = [f"Gjilpëra-{n:02}-në-kashtë" for n in range(20)]
(N_PASSPHRASE, N_PASSWORD, N_WRONG) = NEEDLES[17:]


class OpaqueSealer(PlainSealer):
    """Gives the packet a content that says nothing, as age does, so that what is found comes from the vault."""

    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        packet = super().seal(submission, seq)
        return replace(packet, content=bytes(len(packet.content)))


def submissions() -> tuple[AccountSubmission, RequestSubmission]:
    contact = Contact(ContactKind.EMAIL, f"{NEEDLES[0]}@example.org")
    person = PersonalData(date(1990, 2, 3), NEEDLES[1], NEEDLES[2])
    account = an_account(
        contact=contact, person=person, portrait=a_portrait(NEEDLES[3].encode()), password_hash=NEEDLES[4]
    )
    address = Address(NEEDLES[5], NEEDLES[6], NEEDLES[7], NEEDLES[8], NEEDLES[9], NEEDLES[10], NEEDLES[11], NEEDLES[12])
    request = a_request(
        person=person,
        address=address,
        second_contact=Contact(ContactKind.EMAIL, f"{NEEDLES[13]}@example.org"),
        picture=NEEDLES[14].encode(),
    )
    return account, request


def drafts() -> list[bytes]:
    return [b"".join(encode(submission).values()) for submission in submissions()] + [
        "".join(NEEDLES[15:17]).encode() * 200
    ]


def forms(needle: str) -> tuple[bytes, ...]:
    return needle.encode(), needle.encode("utf-16-le"), needle.encode().hex().encode(), needle.encode("unicode_escape")


def found_in(*folders: Path) -> set[str]:
    content = [path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()]
    names = [str(path) for folder in folders for path in folder.rglob("*")]
    assert content
    return {
        needle
        for needle in NEEDLES
        if any(form in body for form in forms(needle) for body in content) or any(needle in name for name in names)
    }


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The profile, and a temp folder of its own to be searched as well."""
    temp = tmp_path / "temp"
    temp.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temp))
    (temp / "searched").write_bytes(b"so that there is something to search")
    return tmp_path / "profile", temp


def test_no_needle_is_readable_at_any_moment(
    places: tuple[Path, Path], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    profile, _ = places
    clock = ManualClock()
    vault = Vault.create(profile / "vault", N_PASSPHRASE, clock, staff_cost=QUICK, voter_cost=QUICK)
    outbox = vault.outbox(OpaqueSealer(clock))
    account, request = submissions()
    key = vault.drafts.create_voter(account.contact, N_PASSWORD)
    with pytest.raises(VoterCanFix):
        vault.drafts.unlock(account.contact, N_WRONG)
    for number, content in enumerate(drafts()):
        vault.drafts.save(key, f"service-{number}", content)
    assert (profile / "vault" / "vault.db-wal").stat().st_size > 0
    assert found_in(*places) == set()
    outbox.finish(account, key, "service-0")
    entry = outbox.finish(request, key, "service-1")
    assert found_in(*places) == set()
    vault.sync.mark_received(entry.packet_id, b"receipt")
    back_up(vault, profile / "backup")
    vault.rekey(N_PASSPHRASE)
    vault.drafts.discard(key)
    vault.lock()
    assert found_in(*places) == set()
    said = "".join(capfd.readouterr()) + caplog.text
    assert not [needle for needle in NEEDLES if needle in said]


def test_the_same_search_finds_all_in_a_plain_database(places: tuple[Path, Path]) -> None:
    profile, _ = places
    profile.mkdir()
    plain = sqlite3.connect(profile / "vault.db")
    plain.execute("CREATE TABLE draft (content BLOB)")
    plain.executemany("INSERT INTO draft VALUES (?)", [(content,) for content in drafts()])
    secrets = [(needle.encode(),) for needle in (N_PASSPHRASE, N_PASSWORD, N_WRONG)]
    plain.executemany("INSERT INTO draft VALUES (?)", secrets)
    plain.commit()
    plain.close()
    assert found_in(*places) == set(NEEDLES)
