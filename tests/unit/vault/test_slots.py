"""The slots' file beside the database survives damage; parameters are bounded. The slots: tests/contracts."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

import pyrage
import pytest

from kiosk.vault.keys import Argon2Cost
from kiosk.vault.slots import (
    NAMES,
    KeySlot,
    PassphraseSlot,
    RecoverySlot,
    SlotRefused,
    SlotTable,
    read_slots,
    wrap_all,
    write_slots,
)
from registration.errors import StaffMustFix

KEY = secrets.token_bytes(32)
QUICK = Argon2Cost(64, 1, 1)


def recoveries() -> tuple[KeySlot, KeySlot, KeySlot]:
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    return (
        RecoverySlot(recipient=str(identity.to_public())),
        RecoverySlot(identity=str(identity) + "\n"),
        RecoverySlot(identity=str(other)),
    )


def test_the_parameters_of_the_derivation_are_authenticated_and_bounded() -> None:
    entry = dict(PassphraseSlot("right", QUICK).wrap(KEY, "v"))
    with pytest.raises(SlotRefused):
        PassphraseSlot("right").unwrap(entry | {"cost": "128 1 1"}, "v")
    with pytest.raises(SlotRefused):
        PassphraseSlot("right").unwrap(entry | {"kdf": "argon2i"}, "v")
    for cost in ("99999999999 1 1", "64 0 1", "64 1", "x 1 1", "4 1 1"):
        with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
            PassphraseSlot("right").unwrap(entry | {"cost": cost}, "v")


def test_text_that_is_no_age_key_is_named_so() -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.recovery_key"):
        RecoverySlot(recipient="age1nonsense").wrap(KEY, "v")
    entry = recoveries()[0].wrap(KEY, "v")
    with pytest.raises(StaffMustFix, match=r"vault\.recovery_key"):
        RecoverySlot(identity="AGE-SECRET-KEY-NONSENSE").unwrap(entry, "v")


def table(generation: int = 1) -> SlotTable:
    return SlotTable("vault-1", wrap_all(KEY, "vault-1", [PassphraseSlot("right", QUICK)]), generation)


def test_every_truncation_and_flip_of_one_copy_is_mended_from_the_other(tmp_path: Path) -> None:
    kept = table()
    write_slots(tmp_path, kept)
    whole = (tmp_path / NAMES[0]).read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole) - 1, 19)]
    damaged += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole) - 1, 19)]
    for name in NAMES:
        for content in damaged[:: 1 if name == NAMES[0] else 9]:
            (tmp_path / name).write_bytes(content)
            assert read_slots(tmp_path) == kept
            assert (tmp_path / name).read_bytes() == whole


def test_with_both_copies_damaged_it_says_so(tmp_path: Path) -> None:
    write_slots(tmp_path, table())
    for name in NAMES:
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-30])
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        read_slots(tmp_path)


def test_an_old_copy_does_not_keep_a_changed_passphrase_alive(tmp_path: Path) -> None:
    write_slots(tmp_path, table(1))
    old = (tmp_path / NAMES[1]).read_bytes()
    newer = table(2)
    write_slots(tmp_path, newer)
    (tmp_path / NAMES[1]).write_bytes(old)  # stopped between the two
    assert read_slots(tmp_path) == newer
    assert (tmp_path / NAMES[1]).read_bytes() == (tmp_path / NAMES[0]).read_bytes()


def test_none_at_all_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.missing"):
        read_slots(tmp_path)


def test_an_unknown_format_is_not_guessed(tmp_path: Path) -> None:
    write_slots(tmp_path, table())
    for name in NAMES:
        body = json.loads((tmp_path / name).read_bytes())
        del body["sha256"]
        body["format"] = "kiosk-vault-slots/2"
        text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        (tmp_path / name).write_text(json.dumps(body | {"sha256": hashlib.sha256(text).hexdigest()}))
    with pytest.raises(StaffMustFix, match=r"vault\.newer"):
        read_slots(tmp_path)
