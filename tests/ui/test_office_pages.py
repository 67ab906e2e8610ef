"""Supervisors and observers at the review window: officials, credentials, counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from registration.errors import WillRetry
from registration.review_desk import Role
from tests.fakes.office import FakeOffice
from tests.fakes.review_desk import FakeReviewDesk
from tests.ui.desk_hands import DeskClock, Official


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


@pytest.fixture
def person(qtbot: QtBot, office: FakeOffice) -> Iterator[Official]:
    clock = DeskClock()
    desk = FakeReviewDesk(clock)
    for name, role in (("arta", Role.REVIEWER), ("drita", Role.SUPERVISOR), ("olsi", Role.OBSERVER)):
        desk.has_official(name, role)
    made = Official(qtbot, desk, clock, office=office)  # type: ignore[arg-type]
    yield made
    made.window.close()
    made.window.window.deleteLater()


def test_an_observer_sees_counts_and_nothing_else(person: Official) -> None:
    person.signs_in("olsi")
    window = person.window
    person.qtbot.waitUntil(lambda: window.page is window.statistics)
    assert not window.statistics.back_button.isVisible()
    assert not window.header.officials_button.isVisible()
    said = window.statistics.totals.accessibleDescription()
    assert "1\u202f530" in said


def test_a_hidden_count_is_a_word_and_never_a_length(person: Official) -> None:
    person.signs_in("olsi")
    page = person.window.statistics
    person.qtbot.waitUntil(lambda: person.window.page is page)
    page.dimension.setCurrentIndex(page.dimension.findData("country"))
    said = page.chart.accessibleDescription()
    assert "Vatikan" in said
    assert said.count("i fshehur") == 2, "the lone small count took the next smallest with it"
    assert "Itali: 583" in said


@pytest.mark.parametrize("by", ["day", "country", "county", "sex", "age", "kiosk", "language", "reason"])
@pytest.mark.parametrize("language", ["sq", "en", "it", "el", "de"])
def test_every_table_is_drawn_in_every_language(person: Official, by: str, language: str) -> None:
    person.signs_in("olsi")
    page = person.window.statistics
    person.qtbot.waitUntil(lambda: person.window.page is page)
    person.words.choose(language)
    page.dimension.setCurrentIndex(page.dimension.findData(by))
    page.measure.setCurrentIndex(page.measure.findData("refused" if by == "reason" else "requests"))
    assert page.chart.isVisible()
    assert page.chart.accessibleDescription()
    assert not page.chart.grab().isNull()


def test_counts_are_saved_as_a_file(person: Official, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person.signs_in("olsi")
    page = person.window.statistics
    person.qtbot.waitUntil(lambda: person.window.page is page)
    file = tmp_path / "counts.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    page.save_button.click()
    person.settles()
    assert file.read_bytes().startswith(b"as_of")
    assert person.reads(person.words("review.statistics.saved"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "where.csv"), ""))
    page.save_button.click()
    person.settles()
    assert person.reads("where.csv")


def supervisor(person: Official) -> None:
    person.signs_in("drita")
    person.window.header.officials_button.click()
    person.settles()
    person.qtbot.waitUntil(lambda: person.window.page is person.window.officials)


def test_a_reviewer_has_neither_page(person: Official) -> None:
    person.signs_in("arta")
    assert not person.window.header.officials_button.isVisible()
    assert not person.window.header.statistics_button.isVisible()


def test_a_supervisor_enrols_an_official_and_sees_the_credentials_once(person: Official) -> None:
    supervisor(person)
    page = person.window.officials
    page.name_line.setText("besa.leka")
    page.role_box.setCurrentIndex(page.role_box.findData("observer"))
    page.enrol_button.click()
    person.settles()
    person.qtbot.waitUntil(page.credentials.isVisible)
    assert "abcd-efgh" in page._password.text()
    assert page.code._text.startswith("otpauth://totp/")
    assert page.table.rowCount() == 2

    page.handed_button.click()
    assert not page.credentials.isVisible()
    assert page._password.text() == page._secret.text() == page.code._text == ""


def test_locking_the_desk_forgets_the_credentials(person: Official) -> None:
    supervisor(person)
    page = person.window.officials
    page.name_line.setText("besa.leka")
    page.enrol_button.click()
    person.settles()
    person.qtbot.waitUntil(page.credentials.isVisible)
    person.window.header.lock_button.click()
    assert page.code._text == ""
    assert page._password.text() == ""


def test_a_taken_name_is_said(person: Official) -> None:
    supervisor(person)
    page = person.window.officials
    page.name_line.setText("arta.hoxha")
    page.enrol_button.click()
    person.settles()
    assert person.reads(person.words("errors.official.name_taken"))
    assert not page.credentials.isVisible()


def test_officials_and_voters_are_unlocked_and_officials_shut_out(person: Official, office: FakeOffice) -> None:
    supervisor(person)
    page = person.window.officials
    assert not page.unlock_button.isEnabled()
    page.table.selectRow(0)
    page.unlock_button.click()
    person.settles()
    assert office.unlocked == ["arta.hoxha"]
    page.disable_button.click()
    person.settles()
    assert office.rows[0].disabled
    page.contact_line.setText("069 123 4567")
    page.voter_button.click()
    person.settles()
    assert [contact.value for contact in office.voters] == ["+355691234567"]
    page.contact_line.setText("nobody")
    page.voter_button.click()
    person.settles()
    assert len(office.voters) == 1


def test_an_unreachable_server_is_said_and_back_leads_to_the_queue(person: Official, office: FakeOffice) -> None:
    supervisor(person)
    office.fails = WillRetry("server.unreachable")
    page = person.window.officials
    page.table.selectRow(0)
    page.unlock_button.click()
    person.settles()
    assert person.reads(person.words("errors.desk.unreachable"))
    page.back_button.click()
    person.settles()
    assert person.window.page is person.window.queue
