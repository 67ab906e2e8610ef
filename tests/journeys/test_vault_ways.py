"""A profile's vault opened by chip and keyring, from the administrator's desk to the door and back, after a new key."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk import bootstrap
from kiosk.admin_desk import KioskAdminDesk
from kiosk.settings import Settings
from kiosk.vault_door import KioskVaultDoor
from registration.errors import StaffMustFix
from tests.fakes import secret_places

STAFF = "gur dru ujë erë"


def missing() -> str:
    return secret_places.lacking((*secret_places.TPM_TOOLS, *secret_places.KEYRING_TOOLS))


@pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")
def test_chip_and_keyring_from_the_desk_to_the_door(tmp_path: Path) -> None:
    with secret_places.software_tpm(tmp_path / "tpm") as chip, secret_places.secret_service(tmp_path):
        settings = Settings(tmp_path / "profile", tpm=chip.tcti)
        door = KioskVaultDoor(settings)
        assert not door.exists()
        assert door.ways() == ()
        vault = door.open(STAFF)
        kiosk = bootstrap.open_kiosk(settings, vault)
        desk = KioskAdminDesk(kiosk)
        desk.add_way(STAFF, "tpm", "1234")
        desk.add_way(STAFF, "keyring", "")
        assert set(desk.status().ways) == {"passphrase", "tpm", "keyring"}
        with pytest.raises(StaffMustFix, match=r"vault\.recovery_recipient"):
            desk.add_way(STAFF, "recovery", "")
        desk.rekey(STAFF, "1234")
        kiosk.close()

        assert door.exists()
        assert door.ways() == ("tpm", "keyring")
        with pytest.raises(StaffMustFix, match=r"vault\.slot_refused"):
            door.open_by("tpm", "9999")
        for way, pin in (("tpm", "1234"), ("keyring", "")):
            opened = door.open_by(way, pin)
            opened.check()
            opened.lock()

        # A new firmware: the chip refuses, the passphrase opens, the slot is made anew.
        chip.extend(0)
        with pytest.raises(StaffMustFix, match=r"vault\.slot_refused"):
            door.open_by("tpm", "1234")
        kiosk = bootstrap.open_kiosk(settings, door.open(STAFF))
        desk = KioskAdminDesk(kiosk)
        desk.add_way(STAFF, "tpm", "5678")
        desk.remove_way("keyring")
        kiosk.close()
        assert door.ways() == ("tpm",)
        door.open_by("tpm", "5678").lock()


def test_without_its_slots_a_vault_offers_no_other_way(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "profile")
    KioskVaultDoor(settings).open(STAFF).lock()
    for file in settings.vault.glob("slots*"):
        file.write_bytes(b"")
    assert KioskVaultDoor(settings).ways() == ()
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        KioskVaultDoor(settings).open(STAFF)
