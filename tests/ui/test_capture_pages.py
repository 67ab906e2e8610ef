"""The pages that photograph: what they show of their views, and what they say of the voter's wishes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from registration.errors import StaffMustFix
from registration.model.documents import DocumentKind, FieldName, Side
from registration.ports.capture import Guidance
from tests.ui.page_hands import Heard, click
from ui import gallery_pictures as pictures
from ui import gallery_samples as samples
from ui.pages.attachments_page import AttachmentsPage
from ui.pages.document_page import DocumentPage
from ui.pages.face_page import FacePage
from ui.pages.read_back_page import ReadBackPage
from ui.shell import Shell
from ui.words import Words


def test_the_face_page_goes_from_words_to_camera_to_photo(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = FacePage(words)
    page.show_view(samples.face())
    shell.show_page(page)
    asked, confirmed = Heard(page.capture_requested), Heard(page.confirmed)
    page.submit()
    assert asked.said == [()]

    page.show_live()
    qtbot.waitUntil(page.panel.preview.hasFocus)
    page.show_frame(pictures.face_image(), Guidance(False, "voter.hint.face_closer"))
    assert page.panel._instruction.text() == "Afrohuni pak"
    assert page.bar().next == ""
    page.show_frame(pictures.face_image(), Guidance(True, "", "voter.challenge.turn_left"))
    assert page.panel._instruction.text() == "Kthejeni kokën majtas"

    page.show_view(samples.face(pictures.portrait()))
    assert page.heading() == "Konfirmoni foton dhe klikoni butonin Vazhdo"
    assert page.bar().skip == "Shkrep përsëri"
    page.submit()
    assert confirmed.said == [()]


def test_a_lost_camera_has_a_way_on(shell: Shell, words: Words) -> None:
    page = FacePage(words)
    page.show_view(samples.face())
    shell.show_page(page)
    page.show_live()
    page.show_lost(StaffMustFix("camera.lost"))
    assert page._summary.isVisible()
    assert page.bar().next == "Provo përsëri"
    asked = Heard(page.capture_requested)
    page.submit()
    assert asked.said == [()]


def test_the_second_side_follows_by_itself(shell: Shell, words: Words) -> None:
    page = DocumentPage(words)
    page.show_view(samples.capture(DocumentKind.ID_CARD))
    shell.show_page(page)
    asked, done = Heard(page.capture_requested), Heard(page.confirmed)
    page.submit()
    assert asked.said == [(Side.FRONT,)]
    page.show_live(Side.FRONT)
    front, back = pictures.document(Side.FRONT), pictures.document(Side.BACK)
    page.show_view(samples.capture(DocumentKind.ID_CARD, (front,)))
    assert asked.said[-1] == (Side.BACK,)
    page.show_live(Side.BACK)
    assert page.heading() == "Kthejeni letërnjoftimin nga ana e pasme"
    page.show_view(samples.capture(DocumentKind.ID_CARD, (front, back)))
    page.submit()
    assert done.said == [()]

    again = Heard(page.retake_requested)
    page._photos[1][2].click()
    assert again.said == [(Side.BACK,)]


def test_the_read_back_keeps_the_reading_beside_the_correction(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = ReadBackPage(words)
    page.show_view(samples.read_back())
    shell.show_page(page)
    heard = Heard(page.submitted)
    row = page.rows[FieldName.BIRTH_PLACE]
    assert row._source.text().endswith("nuk u lexua me siguri")
    click(qtbot, row.change_button)
    row.block.target().setText("Gjirokastër")
    page.submit()

    told = dict(heard.said[0][0])
    assert told[FieldName.BIRTH_PLACE] == "Gjirokastër"
    assert told[FieldName.SURNAME] == "Çelaj"
    assert told[FieldName.BIRTH_DATE] == "1952-03-07"


def test_a_kind_must_be_chosen_before_a_proof(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = AttachmentsPage(words, lambda: ())
    page.show_view(samples.proofs())
    shell.show_page(page)
    asked, told = Heard(page.capture_requested), Heard(page.photographed)
    page.submit()
    assert asked.said == []
    assert page._summary.isVisible()

    page.kinds.choices.set_value("energy")
    page.submit()
    assert asked.said == [()]
    page.show_live()
    page.show_captured(pictures.proof_photo())
    page.show_live()
    page.show_captured(pictures.proof_photo())
    page.submit()
    kind, pages = told.said[0]
    assert (kind, len(pages)) == ("energy", 2)


def test_back_steps_back_inside_the_proofs_first(shell: Shell, words: Words) -> None:
    page = AttachmentsPage(words, lambda: ())
    page.show_view(samples.proofs())
    shell.show_page(page)
    left, ended = Heard(page.back_requested), Heard(page.capture_ended)
    page.kinds.choices.set_value("energy")
    page.show_live()
    page.press_back()
    assert (left.said, ended.said) == ([], [()])
    page.press_back()
    assert left.said == [()]


def test_a_proof_can_be_a_file_from_a_stick(qtbot: QtBot, shell: Shell, words: Words, tmp_path: Path) -> None:
    stick = tmp_path / "STICK"
    (stick / "Dokumente").mkdir(parents=True)
    (stick / "fatura.pdf").write_bytes(b"%PDF-")
    (stick / "notes.txt").write_text("no")
    page = AttachmentsPage(words, lambda: (stick,))
    page.show_view(samples.proofs())
    shell.show_page(page)
    heard = Heard(page.file_chosen)
    page.kinds.choices.set_value("rent")
    page.press_skip()
    rows = page.files.list
    rows.itemClicked.emit(rows.item(0))
    assert [rows.item(i).text()[3:] for i in range(rows.count())] == ["Dokumente", "fatura.pdf"]
    rows.itemClicked.emit(rows.item(1))
    assert heard.said == [("rent", stick / "fatura.pdf")]

    (stick / "Dokumente").rmdir()
    (stick / "fatura.pdf").unlink()
    (stick / "notes.txt").unlink()
    stick.rmdir()
    page.files.refresh()
    assert page._summary.isVisible(), "a stick that was pulled out is told"


def test_a_bad_proof_is_told_and_the_linking_documents_offered(qtbot: QtBot, shell: Shell, words: Words) -> None:
    page = AttachmentsPage(words, lambda: ())
    page.show_view(samples.proofs(items=1, bad=True))
    shell.show_page(page)
    removed, go_on = Heard(page.removed), Heard(page.submitted)
    assert page.added.link_button.isVisible()
    click(qtbot, page.added.link_button)
    assert page.kinds.choices.buttons[0].words().startswith("Certifikatë familjare")
    page.press_back()
    card = page.findChild(QWidget, "card")
    assert card is not None
    click(qtbot, card.remove_button)  # type: ignore[attr-defined]
    assert removed.said == [("0",)]
    page.submit()
    assert go_on.said == [()]
