"""Every way of opening the vault keeps the same promises: passphrase, recovery key, TPM, the login's keyring.

The TPM is swtpm behind tpm2-tools, the keyring GNOME's secret service on a bus of its own; a keyring in memory stands
for the other systems' and is held to the same suite.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.backends.fail
import pyrage
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from kiosk.vault import Vault
from kiosk.vault.keyring_slot import KeyringSlot
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.slots import KeySlot, PassphraseSlot, RecoverySlot, SlotRefused, read_slots
from kiosk.vault.tpm_slot import TpmSlot
from registration.errors import StaffMustFix
from tests.fakes import secret_places
from tests.fakes.secret_places import SoftwareTpm
from tests.fakes.vault import ManualClock

KEY = secrets.token_bytes(32)
QUICK = Argon2Cost(64, 1, 1)
STAFF = "staff passphrase"


class KeyringInMemory(KeyringBackend):
    """A login's keyring."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@dataclass
class Way:
    """`wrapper` wraps, `right` unwraps; `wrong` makes one that must not."""

    wrapper: KeySlot
    right: KeySlot
    wrong: Callable[[], KeySlot]


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def a_tpm(held: ExitStack, folder: Path) -> SoftwareTpm:
    if missing := secret_places.lacking(secret_places.TPM_TOOLS):
        pytest.skip(f"not installed: {missing}")
    return held.enter_context(secret_places.software_tpm(folder / "tpm"))


def use_keyring(held: ExitStack, backend: KeyringBackend) -> None:
    held.callback(keyring.set_keyring, keyring.get_keyring())
    keyring.set_keyring(backend)


def other_login(held: ExitStack) -> KeySlot:
    use_keyring(held, KeyringInMemory())
    return KeyringSlot()


@pytest.fixture(params=["passphrase", "recovery", "tpm", "keyring-memory", "keyring-gnome"])
def way(request: pytest.FixtureRequest, held: ExitStack, tmp_path: Path) -> Way:
    match request.param:
        case "passphrase":
            return Way(PassphraseSlot("right", QUICK), PassphraseSlot("right"), lambda: PassphraseSlot("wrong", QUICK))
        case "recovery":
            identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
            wrapper = RecoverySlot(recipient=str(identity.to_public()))
            right = RecoverySlot(identity=str(identity) + "\n")
            return Way(wrapper, right, lambda: RecoverySlot(identity=str(other)))
        case "tpm":
            chip = a_tpm(held, tmp_path)
            return Way(TpmSlot("1234", chip.tcti), TpmSlot("1234", chip.tcti), lambda: TpmSlot("9999", chip.tcti))
        case "keyring-memory":
            use_keyring(held, KeyringInMemory())
        case _:
            if missing := secret_places.lacking(secret_places.KEYRING_TOOLS):
                pytest.skip(f"not installed: {missing}")
            held.enter_context(secret_places.secret_service(tmp_path))
    return Way(KeyringSlot(), KeyringSlot(), lambda: other_login(held))


def test_only_the_right_opener_opens_and_only_this_vault(way: Way) -> None:
    entry = json.loads(json.dumps(way.wrapper.wrap(KEY, "vault-1")))
    assert entry["kind"] == way.wrapper.kind
    assert way.right.unwrap(entry, "vault-1") == KEY
    assert KEY.hex() not in json.dumps(entry)
    assert way.wrapper.wrap(KEY, "vault-1") != entry
    with pytest.raises(SlotRefused):
        way.right.unwrap(entry, "vault-2")
    with pytest.raises(SlotRefused):
        way.wrong().unwrap(entry, "vault-1")


def test_it_opens_the_vault_beside_the_passphrase_and_can_be_taken_away(way: Way, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault", STAFF, ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    if way.wrapper.kind == "passphrase":
        with pytest.raises(ValueError, match="keeps its passphrase"):
            vault.remove_slot("passphrase")
        vault.lock()
        return
    vault.add_slot(STAFF, way.wrapper)
    vault.lock()
    vault.unlock(way.right)
    vault.rekey(STAFF, way.wrapper)
    vault.lock()
    vault.unlock(way.right)
    assert set(vault.slots()) == {"passphrase", way.wrapper.kind}
    vault.remove_slot(way.wrapper.kind)
    vault.lock()
    with pytest.raises(StaffMustFix):
        vault.unlock(way.right)
    vault.unlock(STAFF)
    vault.lock()


def test_an_altered_entry_opens_nothing(way: Way) -> None:
    entry = dict(way.wrapper.wrap(KEY, "vault-1"))
    for name in entry:
        if name == "kind":
            continue
        value = entry[name]
        altered = entry | {name: value[:-6] + ("A" if value[-6] != "A" else "B") + value[-5:]}
        try:
            opened = way.right.unwrap(altered, "vault-1")
        except (SlotRefused, StaffMustFix):
            continue
        # A public label, such as the recipient of a recovery slot, may differ; the key is right or not at all.
        assert opened == KEY


def test_nothing_secret_in_a_repr() -> None:
    for slot in (PassphraseSlot("open sesame"), TpmSlot("open sesame"), RecoverySlot(identity="open sesame")):
        assert "open sesame" not in repr(slot)


# ------------------------------------------------------------ what only a TPM does


@pytest.fixture
def chip(held: ExitStack, tmp_path: Path) -> SoftwareTpm:
    return a_tpm(held, tmp_path)


@pytest.mark.parametrize("pcr", [0, 7])
def test_after_a_change_of_firmware_or_boot_key_the_chip_refuses(chip: SoftwareTpm, pcr: int) -> None:
    entry = TpmSlot("1234", chip.tcti).wrap(KEY, "v")
    chip.extend(9)
    assert TpmSlot("1234", chip.tcti).unwrap(entry, "v") == KEY
    chip.extend(pcr)
    with pytest.raises(SlotRefused):
        TpmSlot("1234", chip.tcti).unwrap(entry, "v")


def test_another_chip_does_not_open_it(chip: SoftwareTpm, held: ExitStack, tmp_path: Path) -> None:
    entry = TpmSlot("1234", chip.tcti).wrap(KEY, "v")
    other = held.enter_context(secret_places.software_tpm(tmp_path / "other"))
    with pytest.raises(SlotRefused):
        TpmSlot("1234", other.tcti).unwrap(entry, "v")


def test_the_chip_counts_wrong_pins_and_locks(chip: SoftwareTpm) -> None:
    entry = TpmSlot("1234", chip.tcti).wrap(KEY, "v")
    with pytest.raises(StaffMustFix, match=r"vault\.tpm_locked"):  # noqa: PT012
        for _ in range(40):
            with pytest.raises(SlotRefused):
                TpmSlot("9999", chip.tcti).unwrap(entry, "v")
    with pytest.raises(StaffMustFix, match=r"vault\.tpm_locked"):
        TpmSlot("1234", chip.tcti).unwrap(entry, "v")


def test_the_key_survives_the_chips_power_being_off(chip: SoftwareTpm) -> None:
    entry = TpmSlot("1234", chip.tcti).wrap(KEY, "v")
    chip.stop()
    chip.start()
    assert TpmSlot("1234", chip.tcti).unwrap(entry, "v") == KEY


def test_pin_and_key_are_no_argument_and_no_file(
    chip: SoftwareTpm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tools are replaced by a shell that notes its arguments and its folder's files, and then runs them."""
    from kiosk.vault import tpm_slot

    seen = tmp_path / "seen"
    run = tpm_slot.subprocess.run

    def noting(command: list[str], **more: object) -> object:
        done = run(command, **more)  # type: ignore[call-overload]
        with seen.open("ab") as file:
            file.write(repr(command).encode())
            for path in Path(str(more["cwd"])).iterdir():
                file.write(path.read_bytes())
        return done

    monkeypatch.setattr(tpm_slot.subprocess, "run", noting)
    slot = TpmSlot("a PIN to look for", chip.tcti)
    assert slot.unwrap(slot.wrap(KEY, "v"), "v") == KEY
    content = seen.read_bytes()
    assert b"policysecret" in content
    for secret in (KEY, KEY.hex().encode(), slot.pin.encode(), slot._authorisation()):
        assert secret not in content


def test_without_a_chip_or_a_keyring_it_says_so(held: ExitStack) -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.tpm_missing"):
        TpmSlot("1234", "swtpm:host=127.0.0.1,port=1").wrap(KEY, "v")
    use_keyring(held, keyring.backends.fail.Keyring())
    with pytest.raises(StaffMustFix, match=r"vault\.keyring_missing"):
        KeyringSlot().wrap(KEY, "v")


def test_a_slot_taken_away_leaves_nothing_in_the_keyring(held: ExitStack, tmp_path: Path) -> None:
    backend = KeyringInMemory()
    use_keyring(held, backend)
    vault = Vault.create(tmp_path / "vault", STAFF, ManualClock(), staff_cost=QUICK, voter_cost=QUICK)
    for _ in range(3):
        vault.add_slot(STAFF, KeyringSlot())
    vault.rekey(STAFF, KeyringSlot())
    entry = read_slots(vault.folder).entry("keyring")
    assert entry is not None
    assert [name for _, name in backend.kept] == [entry["name"]]
    vault.remove_slot("keyring")
    assert backend.kept == {}
    vault.lock()
