"""What is installed is whole: every package is named, every pin is hashed, nothing points at one machine's index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("kiosk", "server", "ui", "biometrics", "sync", "registration", "resources")


def test_every_package_is_named() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(file.parent.relative_to(ROOT).parts) for room in ROOMS for file in (ROOT / room).rglob("*.py")}
    # Only read by the packer, which is given their paths.
    assert set(named) == found - {"kiosk.runtime_hooks"}
    assert len(named) == len(set(named))


def test_every_pin_is_exact_and_hashed() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    pins = [entry for entry in re.split(r"\n(?=\S)", lock) if not entry.startswith("#")]
    assert len(pins) > 60
    assert all(re.match(r"[a-z0-9._-]+==\S+", pin) and "--hash=sha256:" in pin for pin in pins)


def test_every_requirement_is_pinned() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.split(r"[=<>;\s]", line)[0].lower().replace("_", "-") in pinned
