"""What each page shows of its view and what it says of the voter's wishes; those that photograph are apart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from registration.journey.views import HomeView, LogInView, StartView
from registration.model.person import Finding
from tests.ui.conftest import Seconds
from tests.ui.page_hands import Heard, click, type_in
from ui import gallery_samples as samples
from ui.pages.code_page import CodePage
from ui.pages.done_page import DonePage
from ui.pages.form_page import FormPage
from ui.pages.home_page import HomePage
from ui.pages.log_in_page import LogInPage
from ui.pages.password_page import PasswordPage
from ui.pages.pick_page import PickPage
from ui.pages.start_page import StartPage
from ui.pages.summary_page import SummaryPage
from ui.shell import Shell
from ui.widgets.country_picker import matching
from ui.words import Words


def test_the_start_page_says_when_there_is_no_camera(shell: Shell, words: Words) -> None:
    page = StartPage(words)
    page.show_view(StartView())
    shell.show_page(page)
    assert page._camera.isVisible()
    assert not page._no_camera.isVisible()
    assert page.bar().next == "HYR NË PER"

    page.show_view(StartView("camera.missing", online=False, registration_open=False, params=(("camera", "device:0"),)))
    assert not page._camera.isVisible()
    assert page._no_camera.isVisible()
    assert page._offline.isVisible()
    assert page._closed.isVisible()


def test_one_contact_is_asked_and_the_other_offered(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.contact_form())
    shell.show_page(page)
    heard = Heard(page.submitted)
    assert page.links["email"].words() == "Përdor email në vend të numrit celular"

    click(qtbot, page.links["email"])
    editor = page.blocks["email"].target()
    assert isinstance(editor, QLineEdit)
    editor.setText("  emri@shembull.al ")
    page.submit()

    values = heard.said[0][0]
    assert [(v.id, v.value) for v in values] == [("email", "emri@shembull.al")]
    assert page.links["phone"].isVisible()


def test_a_form_gives_iso_dates_and_codes(shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.person_form())
    heard = Heard(page.submitted)
    page.submit()

    assert {v.id: v.value for v in heard.said[0][0]} == samples.PERSON


def test_a_problem_stands_on_top_and_beside_and_keeps_the_data(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.person_form({}))
    shell.show_page(page)
    number = page.blocks["personal_number"].target()
    number.setText("F2030")
    page.show_view(
        samples.person_form(
            {"personal_number": "F2030"},
            problems=(Finding("field.missing", "birth_place"), Finding("person.number_length", "personal_number")),
        )
    )

    assert number.text() == "F2030"
    assert number.property("wrong")
    assert page._summary.isVisible()
    entries = page._summary._entries
    assert entries[0].accessibleName().startswith("Vendi i Lindjes: ")
    click(qtbot, entries[1])
    assert number.hasFocus()


def test_the_personal_number_is_masked_once_it_is_left(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.person_form())
    shell.show_page(page)
    number, place = page.blocks["personal_number"].target(), page.blocks["birth_place"].target()
    number.setFocus()
    assert number.displayText() == samples.PERSON["personal_number"]
    place.setFocus()
    assert samples.PERSON["personal_number"] not in number.displayText()
    assert number.text() == samples.PERSON["personal_number"]


def test_a_full_day_hands_on_to_the_month(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.person_form({}))
    shell.show_page(page)
    day, month, year = page.blocks["birth_date"].editor.lines
    qtbot.waitUntil(day.hasFocus)
    type_in(day, "07")
    assert month.hasFocus()
    type_in(month, "3")
    year.setFocus()
    type_in(year, "1952")
    assert page.blocks["birth_date"].value() == "1952-03-07"


def test_every_field_type_gives_back_what_was_typed(shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.all_kinds_form())
    shell.show_page(page)
    wanted = {"date": "1990-12-31", "choice": "beta", "country": "IT"}
    for name, block in page.blocks.items():
        kind = name.removeprefix("field_")
        block._set(wanted.get(kind, f"Çë {kind}"))
        assert block.value() == wanted.get(kind, f"Çë {kind}")


def test_countries_are_found_without_accents() -> None:
    assert matching("sq", "shq") == ["AL"]
    assert matching("sq", "zvic") == ["CH"]
    assert matching("en", "cote") == ["CI"]
    assert matching("sq", "")[0] == "IT"


def test_a_country_is_chosen_by_touch(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.address_form())
    shell.show_page(page)
    picker = page.blocks["country"].editor
    assert picker.search.text() == "Itali"
    picker.search.clear()
    type_in(picker.search, "Greq")
    click(qtbot, picker.rows[0])
    assert picker.value() == "GR"
    words.choose("en")
    assert picker.search.text() == "Greece"


def test_the_code_counts_down_and_can_be_sent_again(shell: Shell, words: Words, seconds: Seconds) -> None:
    page = CodePage(words, seconds)
    page.show_view(samples.code())
    shell.show_page(page)
    assert page._left.text() == "Kodi skadon në: 180 sekonda"
    assert not page.resend_button.isVisible()

    seconds.go(60)
    page.count_down()
    assert page._left.text() == "Kodi skadon në: 120 sekonda"
    assert page.resend_button.isVisible()

    seconds.go(120)
    page.count_down()
    assert page._left.text() == words("voter.code.expired")


def test_the_code_may_have_spaces(shell: Shell, words: Words) -> None:
    page = CodePage(words)
    page.show_view(samples.code())
    heard = Heard(page.submitted)
    page.line.setText("123 456")
    page.submit()
    assert heard.said == [("123456",)]


def test_a_wrong_code_keeps_the_count_and_the_digits(shell: Shell, words: Words, seconds: Seconds) -> None:
    page = CodePage(words, seconds)
    page.show_view(samples.code())
    page.line.setText("123456")
    seconds.go(50)
    page.show_view(samples.code(problems=(Finding("code.wrong", "code", params=(("left", 4),)),)))
    assert page.seconds_left() == 130
    assert page.line.text() == "123456"


def test_offline_the_code_page_says_so_and_goes_on(shell: Shell, words: Words) -> None:
    page = CodePage(words)
    page.show_view(samples.code(online=False))
    shell.show_page(page)
    heard = Heard(page.submitted)
    assert not page.line.isVisible()
    assert page._offline.isVisible()
    assert page.heading() == "Kontakti juaj mbetet i paverifikuar"
    page.submit()
    assert heard.said == [("",)]


def test_the_password_ticks_live_and_is_only_told_when_it_holds(shell: Shell, words: Words) -> None:
    page = PasswordPage(words)
    page.show_view(samples.password())
    shell.show_page(page)
    heard = Heard(page.submitted)
    page.password.line.setText("Zgjedh")
    assert page._ticks["upper"].text().startswith("✓")
    assert page._ticks["length"].text().startswith("○")
    page.submit()
    assert heard.said == []
    assert page._summary.isVisible()

    page.password.line.setText("Zgjedh2026x")
    page.repeat.line.setText("Zgjedh2026x")
    page.submit()
    assert heard.said == [("Zgjedh2026x", "Zgjedh2026x")]
    page.clear()
    assert page.password.line.text() == page.repeat.line.text() == ""


def test_the_summary_leads_back_to_each_section(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = SummaryPage(words)
    page.show_view(samples.summary())
    shell.show_page(page)
    heard, sent = Heard(page.change_requested), Heard(page.submitted)
    click(qtbot, page.sections["address"].change_button)
    assert heard.said == [("address",)]
    assert page.bar().next == "Dërgo"
    page.submit()
    assert sent.said == [()]
    values = [value.text() for _, _, value in page.sections["address"]._cells]
    assert "Itali" in values


def test_the_last_page_tells_sent_from_stored(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = DonePage(words)
    page.show_view(samples.request_done())
    shell.show_page(page)
    chosen, receipt = Heard(page.chosen), Heard(page.receipt_requested)
    assert page.heading() == "Kërkesa juaj u dërgua në KQZ"
    assert not page._stored.isVisible()
    click(qtbot, page.receipt_button)
    page.show_saved("PER-4K7M-2X9Q.pdf")
    assert page._saved.isVisible()
    page.submit()
    click(qtbot, shell.skip_button)
    assert (chosen.said, receipt.said) == ([("status",), ("leave",)], [()])

    page.show_view(samples.request_done(delivered=False))
    assert page._stored.isVisible()
    assert page.heading() == "Kërkesa juaj u ruajt e koduar në këtë kiosk"


def test_the_account_page_has_no_number_to_keep(shell: Shell, words: Words) -> None:
    page = DonePage(words)
    page.show_view(samples.account_done(verified=False))
    shell.show_page(page)
    assert not page._reference.isVisible()
    assert not page.receipt_button.isVisible()
    assert page._unverified.isVisible()
    assert (page.bar().next, page.bar().skip) == ("Krijo Kërkesën", "Dil")


def test_the_status_page_offers_what_the_state_allows(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = HomePage(words)
    page.show_view(samples.home())
    shell.show_page(page)
    complete, withdraw = Heard(page.complete_requested), Heard(page.withdraw_requested)
    review, returned = page.items["PER-4K7M-2X9Q"], page.items["PER-1A2B-3C4D"]
    assert not review.complete_button.isVisible()
    assert returned.complete_button.words() == "Plotëso dhe dërgo përsëri"
    click(qtbot, returned.complete_button)
    click(qtbot, review.withdraw_button)
    left = Heard(page.leave_requested)
    click(qtbot, shell.skip_button)
    assert left.said == [()]
    assert complete.said == [("PER-1A2B-3C4D",)]
    assert withdraw.said == [("PER-4K7M-2X9Q",)]

    page.show_view(HomeView("a***@example.org", online=False, registration_open=False))
    assert page._offline.isVisible()
    assert not page.create_button.isVisible()


def test_log_in_asks_for_both_and_forgets_the_password(shell: Shell, words: Words) -> None:
    page = LogInPage(words)
    page.show_view(LogInView())
    shell.show_page(page)
    heard = Heard(page.submitted)
    page.submit()
    assert heard.said == []
    assert len(page.problems()) == 2

    page.contact.setText("+355 69 123 4567")
    page.password.line.setText("Zgjedh2026x")
    page.submit()
    assert heard.said == [("+355 69 123 4567", "Zgjedh2026x")]
    page.show_view(LogInView("login.wrong", (), "+355 69 123 4567"))
    assert page.password.line.text() == ""
    assert page.contact.text() == "+355 69 123 4567"
    assert page._summary.isVisible()


def test_a_list_needs_a_choice(shell: Shell, words: Words) -> None:
    page = PickPage(words)
    page.show_view(samples.kinds())
    shell.show_page(page)
    heard = Heard(page.submitted)
    page.submit()
    assert heard.said == []
    page.choices.set_value("id-card")
    page.submit()
    assert heard.said == [("id-card",)]


def test_the_last_officials_answer_stands_on_top(shell: Shell, words: Words) -> None:
    page = FormPage(words)
    page.show_view(samples.address_form(notice=samples.last_answer()))
    shell.show_page(page)
    assert page._notice.isVisible()
    assert "Adresa nuk përputhet me dokumentin" in page._notice.accessibleName()


@pytest.mark.parametrize("number", ["", "1", "12"])
def test_enter_in_the_last_field_continues(qtbot: QtBot, shell: Shell, words: Words, number: str) -> None:
    page = FormPage(words)
    page.show_view(samples.person_form({**samples.PERSON, "personal_number": number}))
    shell.show_page(page)
    heard = Heard(page.submitted)
    qtbot.keyClick(page.blocks["personal_number"].target(), Qt.Key.Key_Return)
    assert len(heard.said) == 1
