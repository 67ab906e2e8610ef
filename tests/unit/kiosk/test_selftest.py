"""The self-test uses every part, and says so when one is broken."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pytest

from biometrics.document import text_ocr
from kiosk import embedded_server
from kiosk.commands import selftest
from registration.errors import StaffMustFix
from resources import texts

PARTS = (
    "_services _texts _face _mrz _tesseract _pictures _vault _memory _packet _server _window _receipt".split()  # noqa: SIM905
)


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    selftest.configure(parser)
    return parser.parse_args(given)


@pytest.fixture
def all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in PARTS:
        monkeypatch.setattr(selftest, part, lambda: "well")


@pytest.mark.parametrize("part", [p for p in PARTS if p not in ("_window", "_receipt", "_face")])
def test_each_part_is_well_here(part: str) -> None:
    assert getattr(selftest, part)()


@pytest.mark.parametrize("part", ["_window", "_receipt"])
def test_what_is_drawn_is_well_here(part: str, qapp: object) -> None:
    assert getattr(selftest, part)()


def test_one_line_for_each_part(all_well: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert selftest.run(arguments()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(PARTS)
    assert all(line.startswith("ok      ") for line in lines)


@pytest.mark.parametrize("part", PARTS)
def test_a_broken_part_is_told_and_the_others_go_on(
    part: str, all_well: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise OSError("a text that could quote anything")

    monkeypatch.setattr(selftest, part, broken)
    with pytest.raises(StaffMustFix) as failed:
        selftest.run(arguments())
    assert (failed.value.code, failed.value.params) == ("selftest.failed", {"n": 1})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines].count("FAILED") == 1
    assert len(lines) == len(PARTS)
    assert "quote" not in "".join(lines)


def test_a_text_missing_in_one_language_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: dict[str, dict[str, Any]] = {language: dict(texts.table(language)) for language in texts.LANGUAGES}
    del whole["en"]["errors.vault.missing"]
    monkeypatch.setattr(texts, "table", whole.__getitem__)
    with pytest.raises(selftest.Broken, match=r"en lacks 1 texts, the first is errors\.vault\.missing"):
        selftest._texts()


def test_text_recognition_that_is_not_there_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    text_ocr.languages.cache_clear()
    try:
        with pytest.raises(StaffMustFix, match=r"proof\.reader_missing"):
            selftest._tesseract()
    finally:
        text_ocr.languages.cache_clear()


def test_a_language_pack_that_is_not_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_ocr, "languages", lambda: frozenset({"eng", "ita", "ell", "deu", "fra"}))
    with pytest.raises(selftest.Broken, match="sqi"):
        selftest._tesseract()


def test_a_server_that_does_not_start_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_server, "command", lambda: [sys.executable, "-c", "pass"])
    with pytest.raises(StaffMustFix, match=r"server\.embedded_failed"):
        selftest._server()


def test_the_profiles_own_vault_must_be_there(
    all_well: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StaffMustFix, match=r"selftest\.failed"):
        selftest.run(arguments("--vault", "--profile", str(tmp_path)))
    assert texts.text("en", "errors.vault.missing") in capsys.readouterr().out
