"""The promise of the command line: 0 done, 1 could not be done (one sentence on stderr), 2 wrong usage."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import __main__ as program
from kiosk.commands import selftest
from registration.errors import StaffMustFix
from resources import texts

ROOT = Path(__file__).parents[3]
LOCALES = {"sq": "sq_AL.UTF-8", "en": "en_GB.UTF-8"}


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "KIOSK_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)


def usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    return said.err


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_answers_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main([name, "--help"])
    assert ended.value.code == 0
    assert f"kiosk {name}" in capsys.readouterr().out


def test_every_module_of_a_command_is_offered() -> None:
    files = {file.stem for file in (ROOT / "kiosk" / "commands").glob("*.py")} - {"__init__", "profile"}
    assert files == {name.replace("-", "_") for name in program.COMMANDS}
    for file in files:
        module = importlib.import_module(f"kiosk.commands.{file}")
        assert callable(module.configure)
        assert callable(module.run)


def test_done_is_0_and_says_nothing_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["services"]) == 0
    said = capsys.readouterr()
    assert "per.account" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    "arguments",
    [[], ["register"], ["services", "--loud"], ["services", "check"], ["run", "--mode", "owner"], ["read-mrz"]],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert usage_error(arguments, capsys).startswith("usage: kiosk")


@pytest.mark.parametrize("language", ["sq", "en"])
@pytest.mark.parametrize("arguments", [["sync"], ["batch", "export", "stick"]])
def test_what_cannot_be_done_is_1_with_one_sentence(
    arguments: list[str],
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", LOCALES[language])
    assert program.main([*arguments, "--profile", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"kiosk: {texts.text(language, 'errors.vault.missing')}\n"


@pytest.mark.parametrize("language", ["sq", "en"])
def test_a_wrong_service_file_is_named_with_its_line(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", LOCALES[language])
    file = tmp_path / "wrong.yaml"
    file.write_text("service: demo.wrong\ntitle: [\n", encoding="utf-8")
    assert program.main(["services", "check", str(file)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("kiosk: ")
    assert "wrong.yaml" in line
    assert any(str(number) in line for number in (2, 3))


@pytest.mark.parametrize(
    ("toml", "code", "params"),
    [
        ("language = ", "settings.unreadable", {}),
        ("colour = 'red'", "settings.unknown", {"field": "colour"}),
        ("idle_seconds = 'long'", "settings.wrong_type", {"field": "idle_seconds"}),
    ],
)
def test_wrong_settings_are_told(
    toml: str, code: str, params: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text(toml, encoding="utf-8")
    assert program.main(["sync", "--profile", str(tmp_path)]) == 1
    wanted = texts.text("en", f"errors.{code}", file="settings.toml", **params)
    assert capsys.readouterr().err == f"kiosk: {wanted}\n"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "sq_AL.UTF-8"}, "sq"),
        ({"LANG": "sq_AL.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "sq"}, "sq"),
    ],
)
def test_the_terminals_language(variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert program.terminal_language() == language


def test_a_bug_is_not_dressed_up_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_args: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(selftest, "run", bug)
    with pytest.raises(ZeroDivisionError):
        program.main(["selftest"])


def test_being_interrupted_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(selftest, "run", interrupted)
    assert program.main(["selftest"]) == 130


def kiosk(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_program_itself(tmp_path: Path) -> None:
    out, err = kiosk("sync", "--profile", str(tmp_path), LC_ALL=LOCALES["sq"]).communicate(timeout=60)
    assert (out, err) == ("", f"kiosk: {texts.text('sq', 'errors.vault.missing')}\n")


def test_a_reader_that_leaves_is_no_crash() -> None:
    process = kiosk("services", "--json", PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")


def test_the_server_is_inside_the_same_program() -> None:
    process = kiosk("server", "--help")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "rotate-keys" in out


def test_settings_errors_are_for_staff() -> None:
    assert program.sentence_of(StaffMustFix("no.such_code")) == "no.such_code"
