"""`kiosk vault`: backup, restore, recovery, passphrase, rekey and slots from a terminal, secrets from a pipe."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from kiosk import __main__ as program
from kiosk.vault import Vault
from kiosk.vault.backup import restore
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.vault import DATABASE

FIRST, SECOND = "gur dru ujë erë", "një fjalëkalim i ri"

Kiosk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def kiosk(profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    """Run `kiosk vault ...` with these lines in the pipe; return exit code, output, errors."""
    for name in ("KIOSK_PASSPHRASE", "KIOSK_NEW_PASSPHRASE", "KIOSK_PIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    # The cost of the staff's passphrase is what it is for; thirty of them are not for a test.
    for function in (Vault.__init__, Vault.create.__func__, Vault.open.__func__, Vault.recover.__func__, restore):  # type: ignore[attr-defined]
        monkeypatch.setitem(function.__kwdefaults__, "staff_cost", Argon2Cost(64, 1, 1))

    def run(*words: str, lines: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = program.main(["vault", *words, "--profile", str(profile)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_made_backed_up_and_put_back_over_damage(kiosk: Kiosk, profile: Path, tmp_path: Path) -> None:
    assert kiosk("status", lines=(FIRST,))[0] == 1  # no vault yet
    assert kiosk("start-anew", lines=("kurt",))[2].startswith("kiosk: The passphrase must have at least 10")
    code, out, _ = kiosk("start-anew", lines=(FIRST,))
    assert code == 0
    assert "a new, empty vault stands" in out
    assert kiosk("backup", str(tmp_path / "backup"), lines=(FIRST,))[0] == 0
    code, _, err = kiosk("backup", str(tmp_path / "backup"), lines=(FIRST,))
    assert code == 1
    assert "holds a data vault already" in err
    (profile / "vault" / DATABASE).write_bytes(b"damaged" * 2000)
    code, _, err = kiosk("check", lines=(FIRST,))
    assert (code, err.count("\n")) == (1, 1)
    assert "restore the latest backup" in err
    code, out, _ = kiosk("restore", str(tmp_path / "backup"), lines=(FIRST,))
    assert code == 0
    assert "synchronise now" in out
    (aside,) = profile.glob("vault-replaced-*")
    assert str(aside) in out
    assert (aside / DATABASE).read_bytes() == b"damaged" * 2000
    assert kiosk("check", lines=(FIRST,))[0] == 0
    assert kiosk("restore", str(tmp_path / "nowhere"), lines=(FIRST,))[2].count("no backup of a vault") == 1


def test_passphrase_and_rekey(kiosk: Kiosk) -> None:
    kiosk("start-anew", lines=(FIRST,))
    assert kiosk("passphrase", lines=(FIRST, SECOND))[0] == 0
    assert kiosk("check", lines=(FIRST,))[2].count("wrong tries: 1") == 1
    assert kiosk("rekey", lines=(SECOND,))[0] == 0
    assert kiosk("check", lines=(SECOND,))[0] == 0


def test_a_forgotten_passphrase_is_replaced_with_the_authoritys_key(kiosk: Kiosk, tmp_path: Path) -> None:
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    kiosk("start-anew", lines=(FIRST,))
    assert "recipient of the recovery key is missing" in kiosk("add-slot", "recovery", lines=(FIRST,))[2]
    recipient = str(identity.to_public())
    code, out, _ = kiosk("add-slot", "recovery", "--recipient", recipient, lines=(FIRST,))
    assert (code, out) == (0, "opens by: passphrase, recovery\n")
    keys = {}
    for name, key in (("right", identity), ("wrong", other)):
        keys[name] = tmp_path / name
        keys[name].write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
    assert "does not open this vault" in kiosk("recover", str(keys["wrong"]), lines=(SECOND,))[2]
    assert "cannot be read" in kiosk("recover", str(tmp_path / "nowhere"), lines=(SECOND,))[2]
    assert kiosk("recover", str(keys["right"]), lines=(SECOND,))[0] == 0
    assert kiosk("check", lines=(SECOND,))[0] == 0
    assert kiosk("remove-slot", "recovery", lines=(SECOND,))[1] == "opens by: passphrase\n"
    assert "no such way of opening" in kiosk("remove-slot", "recovery", lines=(SECOND,))[2]


def test_a_profile_can_name_the_authoritys_recipient(kiosk: Kiosk, profile: Path) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    profile.mkdir()
    (profile / "settings.toml").write_text(f'recovery_recipient = "{recipient}"\n')
    kiosk("start-anew", lines=(FIRST,))
    assert "opens by: passphrase, recovery" in kiosk("status", lines=(FIRST,))[1]


def test_a_vault_that_is_lost_is_kept_aside(kiosk: Kiosk, profile: Path) -> None:
    kiosk("start-anew", lines=(FIRST,))
    before = (profile / "vault" / DATABASE).read_bytes()
    code, out, _ = kiosk("start-anew", lines=(SECOND,))
    assert code == 0
    (aside,) = profile.glob("vault-replaced-*")
    assert (aside / DATABASE).read_bytes() == before
    assert str(aside) in out
    assert kiosk("check", lines=(SECOND,))[0] == 0
