"""The administrator at the kiosk: how it stands, sync, sticks, passphrase, enrolment, over a fake of the port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from registration.admin_desk import (
    EnrolmentOutcome,
    ExportOutcome,
    KioskStatus,
    PacketNotice,
    Progress,
    ReceiptOutcome,
    SyncOutcome,
    WorkProgress,
)
from registration.errors import StaffMustFix, WillRetry
from registration.model.ids import PacketId
from ui.admin.window import AdminWindow
from ui.words import Words

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOTICE = PacketNotice(PacketId("p7"), 7, "request", "PER-0Q97-KD0T", 412_000, AT, 3, "server.packet_not_taken")
STATUS = KioskStatus(
    enrolled=True,
    kiosk_id="K-17",
    kiosk_name="Bari 1",
    election="kuvendi-2029",
    server="https://per.example.org",
    last_look=AT,
    clock_skew=0.2,
    waiting=2,
    attention=1,
    received=40,
    waiting_size=2_450_000,
    ways=("passphrase",),
    notices=(NOTICE,),
)


class FakeAdminDesk:
    """A kiosk that does what it is told; `fails` is raised by the next long call."""

    def __init__(self) -> None:
        self.stands = STATUS
        self.fails: Exception | None = None
        self.asked: list[tuple[object, ...]] = []

    def status(self) -> KioskStatus:
        return self.stands

    def retry(self, packet_id: PacketId) -> None:
        self._do("retry", packet_id)
        self.stands = replace(self.stands, attention=0, waiting=3, notices=())

    def sync_now(self, progress: Progress) -> SyncOutcome:
        self._do("sync")
        progress(WorkProgress(1, 2, 500_000, 1_000_000))
        self.stands = replace(self.stands, waiting=0, received=42)
        return SyncOutcome(received=2, put_off=0, waiting=0, attention=1, sent=1_000_000)

    def export_batch(self, folder: Path, progress: Progress) -> ExportOutcome:
        self._do("export", folder)
        progress(WorkProgress(2, 2, 10, 10))
        return ExportOutcome(folder, 2, 2_450_000, 0)

    def take_receipts(self, folder: Path) -> tuple[ReceiptOutcome, ...]:
        self._do("receipts", folder)
        return (
            ReceiptOutcome("a.receipt", True, True),
            ReceiptOutcome("b.receipt", False, False, "batch.receipt_damaged"),
        )

    def change_passphrase(self, old: str, new: str) -> None:
        self._do("passphrase", old, new)

    def back_up(self, folder: Path) -> None:
        self._do("backup", folder)

    def rekey(self, passphrase: str, pin: str) -> None:
        self._do("rekey", passphrase, pin)

    def add_way(self, passphrase: str, way: str, secret: str) -> None:
        self._do("add", passphrase, way, secret)
        self.stands = replace(self.stands, ways=(*self.stands.ways, way))

    def remove_way(self, way: str) -> None:
        self._do("remove", way)
        self.stands = replace(self.stands, ways=tuple(each for each in self.stands.ways if each != way))

    def behind_seen(self) -> None:
        self._do("behind seen")
        self.stands = replace(self.stands, behind=None)

    def enrol(self, address: str, token: str) -> EnrolmentOutcome:
        self._do("enrol", address, token)
        return EnrolmentOutcome("K-18", "kuvendi-2029", "SHA256:abc")

    def _do(self, *what: object) -> None:
        self.asked.append(what)
        failure, self.fails = self.fails, None
        if failure is not None:
            raise failure


@pytest.fixture
def desk() -> FakeAdminDesk:
    return FakeAdminDesk()


@pytest.fixture
def window(qtbot: QtBot, inter: str, desk: FakeAdminDesk, tmp_path: Path) -> Iterator[AdminWindow]:
    made = AdminWindow(desk, Words("sq"), choose_folder=lambda: tmp_path)
    made.start()
    qtbot.waitUntil(lambda: not made.tasks.busy)
    yield made
    made.close()


def reads(window: AdminWindow, words: str) -> bool:
    return any(words in label.text() for label in window.window.findChildren(QLabel) if label.isVisible())


def done(qtbot: QtBot, window: AdminWindow) -> None:
    qtbot.waitUntil(lambda: not window.tasks.busy)


def test_shows_how_the_kiosk_stands(window: AdminWindow) -> None:
    assert window.status.values["waiting"].text() == "2  (2,5 MB)"
    assert window.status.values["clock"].text() == "E saktë"
    assert "⚠" in window.status.values["attention"].text()
    assert reads(window, "Paketa 7 · kërkesë · PER-0Q97-KD0T")
    assert reads(window, "Serveri nuk e pranoi këtë paketë")


def test_a_wrong_clock_and_a_missing_enrolment_stand_out(
    qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk
) -> None:
    desk.stands = KioskStatus(enrolled=False, clock_skew=-130.4, clock_is_off=True, problem="server.unreachable")
    window.flow.refresh()
    done(qtbot, window)
    assert window.status.values["clock"].text() == "⚠ 130 sekonda para serverit"
    assert window.status.values["enrolled"].text() == "⚠ Jo ende"
    assert reads(window, "Nuk ka lidhje me serverin")


@pytest.mark.parametrize(("years", "said"), [(10, "3652 ditë pas serverit"), (-10, "3652 ditë para serverit")])
def test_a_clock_off_by_years_is_told_in_days(
    qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk, years: int, said: str
) -> None:
    desk.stands = replace(STATUS, clock_skew=years * 365.25 * 86_400 - 43_200, clock_is_off=True)
    window.flow.refresh()
    done(qtbot, window)
    assert window.status.values["clock"].text() in (f"⚠ {said}", f"⚠ {said.replace('3652', '3653')}")


def test_sync_tells_what_came_of_it(qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk) -> None:
    window.sync_button.click()
    assert not window.sync_button.isEnabled()
    done(qtbot, window)
    assert window.sync_button.isEnabled()
    assert reads(window, "U morën nga serveri: 2. Në pritje: 0.")
    assert reads(window, "1 paketë kërkon vëmendje")
    assert window.status.values["received"].text() == "42"


def test_progress_is_shown_in_packets_and_bytes(window: AdminWindow) -> None:
    window.work_bar._monotonic = iter([100.0, 104.0]).__next__
    window.flow.working.emit("admin.busy.sync")
    window.flow.progress.emit(WorkProgress(3, 8, 1_200_000, 4_800_000))
    assert reads(window, "Po sinkronizojmë: paketa 3 nga 8, 1,2 MB / 4,8 MB · 4 s deri tani, edhe rreth 12 s")
    window.work_bar._monotonic = lambda: 104.0
    window.flow.working.emit("")
    assert not reads(window, "Po sinkronizojmë")


def test_without_a_server_one_sentence_says_so(qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk) -> None:
    desk.fails = WillRetry("server.unreachable")
    window.sync_button.click()
    done(qtbot, window)
    assert reads(window, "Nuk ka lidhje me serverin")
    assert window.sync_button.isEnabled()


def test_retry_takes_the_packet_off_the_list(qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk) -> None:
    window.attention.retry_buttons[PacketId("p7")].click()
    done(qtbot, window)
    assert desk.asked == [("retry", "p7")]
    assert reads(window, "Asnjë paketë nuk kërkon vëmendje")


def test_export_says_that_exported_is_not_delivered(qtbot: QtBot, window: AdminWindow, tmp_path: Path) -> None:
    window.export_button.click()
    done(qtbot, window)
    assert reads(window, f"2 paketa (2,5 MB) janë në {tmp_path}")
    assert reads(window, "nuk do të thotë e dorëzuar")


def test_receipts_name_the_file_that_was_refused(qtbot: QtBot, window: AdminWindow) -> None:
    window.receipts_button.click()
    done(qtbot, window)
    assert reads(window, "U mor 1 dëftesë e re")
    assert reads(window, "b.receipt: Dëftesa është e dëmtuar")


def test_passphrase_is_checked_here_and_refused_there(qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk) -> None:
    lines = window.passphrase.lines
    lines["old"].setText("vjetër e gjatë")
    lines["new"].setText("shkurt")
    window.passphrase.button.click()
    assert reads(window, "të paktën 10 karaktere")
    lines["new"].setText("një fjalëkalim i ri")
    lines["repeat"].setText("një fjalëkalim tjetër")
    window.passphrase.button.click()
    assert reads(window, "nuk janë të njëjta")
    assert desk.asked == []
    lines["repeat"].setText("një fjalëkalim i ri")
    desk.fails = StaffMustFix("vault.wrong_passphrase", wrong=3, seconds=30)
    window.passphrase.button.click()
    done(qtbot, window)
    assert reads(window, "pritja para provës tjetër: 30 s")
    assert lines["new"].text() != ""
    window.passphrase.button.click()
    done(qtbot, window)
    assert reads(window, "Fjalëkalimi i personelit u ndryshua")
    assert lines["old"].text() == lines["new"].text() == lines["repeat"].text() == ""


def test_enrolment_wipes_the_token(qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk) -> None:
    assert window.enrol.lines["address"].text() == "https://per.example.org"
    window.enrol.lines["token"].setText(" ABCD-1234 ")
    window.enrol.button.click()
    done(qtbot, window)
    assert desk.asked == [("enrol", "https://per.example.org", "ABCD-1234")]
    assert window.enrol.lines["token"].text() == ""
    assert reads(window, "K-18")
    assert reads(window, "SHA256:abc")


@pytest.mark.parametrize("language", ["sq", "en"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
def test_nothing_is_cut_off(window: AdminWindow, language: str, width: int, height: int) -> None:
    window.window.resize(width, height)
    window.languages.of[language].click()
    for _ in range(3):
        QCoreApplication.processEvents()
    for label in window.window.findChildren(QLabel):
        if label.isVisible() and label.text() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_the_vault_is_backed_up_rekeyed_and_gets_other_ways(
    qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk, tmp_path: Path
) -> None:
    panel = window.vault
    assert reads(window, "Hapet me: fjalëkalimi i personelit")
    panel.backup_button.click()
    done(qtbot, window)
    assert reads(window, "Kopja rezervë u bë")
    panel.rekey_button.click()
    assert desk.asked == [("backup", tmp_path)]  # no passphrase yet
    panel.lines["passphrase"].setText("fjalëkalimi i gjatë")
    panel.add_buttons["tpm"].click()
    assert reads(window, "Shkruani PIN-in")
    panel.lines["secret"].setText("1234")
    panel.add_buttons["tpm"].click()
    done(qtbot, window)
    assert panel.lines["passphrase"].text() == panel.lines["secret"].text() == ""
    assert reads(window, "çipi TPM me PIN")
    panel.lines["passphrase"].setText("fjalëkalimi i gjatë")
    panel.lines["secret"].setText("1234")
    panel.rekey_button.click()
    done(qtbot, window)
    panel.remove_buttons["tpm"].click()
    done(qtbot, window)
    assert desk.asked[1:] == [
        ("add", "fjalëkalimi i gjatë", "tpm", "1234"),
        ("rekey", "fjalëkalimi i gjatë", "1234"),
        ("remove", "tpm"),
    ]
    assert not panel.remove_buttons["tpm"].isVisible()


def test_an_old_disk_image_alarms_until_the_operator_knows(
    qtbot: QtBot, window: AdminWindow, desk: FakeAdminDesk
) -> None:
    desk.stands = replace(STATUS, behind=(4, 7))
    window.flow.refresh()
    done(qtbot, window)
    assert reads(window, "KUJDES: kjo kasafortë është më e vjetër")
    assert reads(window, "numri 4 këtu, 7 atje")
    window.behind_button.click()
    done(qtbot, window)
    assert desk.asked == [("behind seen",)]
    assert not reads(window, "KUJDES")
    assert not window.behind_button.isVisible()


def test_lock_asks_whoever_opened_the_window(qtbot: QtBot, inter: str, desk: FakeAdminDesk) -> None:
    asked = []
    made = AdminWindow(desk, Words("sq"), lock=lambda: asked.append("lock"))
    made.start()
    qtbot.waitUntil(lambda: not made.tasks.busy)
    made.vault.lock_button.click()
    made.close()
    assert asked == ["lock"]
