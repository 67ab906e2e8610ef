"""Settings: the profile's file over the defaults, the command line over the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.settings import Settings, default_profile, load_settings
from registration.errors import StaffMustFix


def written(folder: Path, toml: str) -> Path:
    (folder / "settings.toml").write_text(toml, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings(tmp_path)


def test_the_file_wins_over_the_defaults_and_the_command_line_over_the_file(tmp_path: Path) -> None:
    written(tmp_path, 'language = "en"\nregion = "IT"\nidle_seconds = 120\n')
    settings = load_settings(tmp_path, region="GR", language=None)
    assert (settings.language, settings.region, settings.idle_seconds) == ("en", "GR", 120)


def test_a_whole_number_will_do_for_a_fraction(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "px_per_mm = 4\n")).px_per_mm == 4


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ("idle_seconds = true\n", "settings.wrong_type"),
        ('window = "yes"\n', "settings.wrong_type"),
        ("language = 1\n", "settings.wrong_type"),
        ('profile = "elsewhere"\n', "settings.unknown"),
        ("= 1\n", "settings.unreadable"),
    ],
)
def test_a_wrong_file_is_refused(toml: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(StaffMustFix) as refused:
        load_settings(written(tmp_path, toml))
    assert refused.value.code == code


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StaffMustFix, match=r"settings\.unreadable"):
        load_settings(tmp_path)


def test_the_profile_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_profile() == tmp_path / "per-kiosk"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_profile() == tmp_path / ".local" / "share" / "per-kiosk"


def test_everything_lies_inside_the_profile(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    for place in (settings.vault, settings.logs, settings.server_data, settings.phone_outbox):
        assert place.parent == tmp_path
