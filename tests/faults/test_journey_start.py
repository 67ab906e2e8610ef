"""The program cannot start: one sentence that names cause and remedy, exit 1, nothing touched."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import resources
from kiosk.__main__ import main
from kiosk.clock import SystemClock
from kiosk.commands.profile import PASSPHRASE_VARIABLE
from kiosk.vault.vault import Vault
from resources import texts
from tests.journeys.machine import PASSPHRASE, QUICK

ROOT = Path(__file__).parents[2]
DAMAGED = texts.text("en", "errors.vault.damaged")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    Vault.create(folder / "vault", PASSPHRASE, SystemClock(), staff_cost=QUICK, voter_cost=QUICK).lock()
    return folder


def digest(profile: Path) -> dict[str, str]:
    """Everything of the vault but the count of wrong passphrases."""
    files = (path for path in (profile / "vault").iterdir() if path.name.startswith(("vault.db", "slots")))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stat().st_size}


def run(profile: Path, passphrase: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *(more or ("run", "--window")), "--profile", str(profile)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen", PASSPHRASE_VARIABLE: passphrase},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wrong_passphrase(profile: Path) -> None:
    before = digest(profile)
    done = run(profile, "not the passphrase")
    assert (done.returncode, done.stdout) == (1, "")
    sentence = texts.text("en", "errors.vault.wrong_passphrase", wrong=1, seconds=0)
    assert done.stderr == f"kiosk: {sentence}\n"
    assert digest(profile) == before
    assert run(profile, "not the passphrase either", "sync").stderr.count("\n") == 1
    Vault.open(profile / "vault", PASSPHRASE, SystemClock(), staff_cost=QUICK).lock()


@pytest.mark.parametrize("how", ["cut", "altered", "without its slots"])
def test_a_damaged_vault(profile: Path, how: str) -> None:
    database = profile / "vault" / "vault.db"
    content = database.read_bytes()
    if how == "cut":
        database.write_bytes(content[: len(content) // 2 - 7])
    elif how == "altered":
        database.write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:])
    else:
        for slots in database.parent.glob("slots*"):
            slots.unlink()
    before = digest(profile)
    done = run(profile, PASSPHRASE)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"kiosk: {DAMAGED}\n")
    assert digest(profile) == before


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        (
            "kind: code_entry",
            "kind: code_entrance",
            "In file per-account.yaml, line {line}, the field steps[3].kind has the value “code_entrance”.",
        ),
        ("actor: anonymous\n", "", "In file per-account.yaml, line {line}, the field actor is missing. Add it."),
        ("    choose_one: true\n", "    choose_one: [\n", "The service file per-account.yaml is not correct YAML"),
    ],
)
def test_a_damaged_service_file(
    profile: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: str,
    instead: str,
    sentence: str,
) -> None:
    services = tmp_path / "services"
    shutil.copytree(resources.path("services"), services)
    file = services / "per-account.yaml"
    text = file.read_text(encoding="utf-8")
    line = text[: text.index(written)].count("\n") + 1 if instead else 3
    file.write_text(text.replace(written, instead, 1), encoding="utf-8")
    real = resources.path
    monkeypatch.setattr(resources, "path", lambda name: services if name == "services" else real(name))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, PASSPHRASE)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    assert main(["sync", "--profile", str(profile)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"kiosk: {sentence.format(line=line)}"), said
    assert said.count("\n") == 1
    vault = Vault.open(profile / "vault", PASSPHRASE, SystemClock(), staff_cost=QUICK)
    vault.check()
    vault.lock()
