"""An administrator carries fifty requests by a stick: the real vault, the real server, the commands and the window.

Fifty requests are filled offline with a script, exported, taken in by `python -m server import-batch`, and the receipts
brought back: fifty received, none left on the kiosk. Then sticks that went wrong, each with a verdict per packet.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kiosk import bootstrap
from kiosk.admin_desk import KioskAdminDesk
from kiosk.bootstrap import Kiosk
from kiosk.settings import Settings
from registration.model.contact import Contact, ContactKind
from tests.fakes.vault import a_request
from tests.faults import fuse_disk
from tests.faults.server_process import RealServer
from ui.admin.window import AdminWindow
from ui.words import Words

ROOT = Path(__file__).parents[2]
STAFF = "gur dru ujë erë"
REQUESTS = 50
NEEDLES = ("Gjilpëra-emri", "Gjilpëra-rruga", "gjilpera@example.org")
"""What a voter typed: never on the administrator's screen, on the stick or in what a command prints."""


@dataclass
class Place:
    """A kiosk's profile, the central server somewhere else, and a stick."""

    profile: Path
    stick: Path
    server: RealServer

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "KIOSK_PASSPHRASE": STAFF, "LC_ALL": "en_US.UTF-8"}
        command = [sys.executable, "-m", "kiosk", *words, "--profile", str(self.profile)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def take_in(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "server", "import-batch", "--data", str(self.server.data), str(self.stick)]
        line = self.server.key + "\n"
        return subprocess.run(command, cwd=ROOT, input=line, capture_output=True, text=True, check=False)


def fill(kiosk: Kiosk, first: int, count: int) -> None:
    """The script: one voter after another, offline."""
    outbox = bootstrap.KioskOutbox(kiosk)
    key = kiosk.vault.drafts.create_voter(Contact(ContactKind.EMAIL, NEEDLES[2]), "Password1")
    for number in range(first, first + count):
        request = a_request(request_id=f"019aa000-0000-7000-8000-{number:012}", picture=NEEDLES[0].encode() * 200)
        outbox.finish(request, key, "per.request")


def open_kiosk(settings: Settings) -> Kiosk:
    return bootstrap.open_kiosk(settings, bootstrap.open_vault(settings, STAFF))


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A kiosk that was enrolled once and has no connection since."""
    folder = tmp_path_factory.mktemp("offline")
    place = Place(folder / "profile", folder / "stick", RealServer(folder))
    place.stick.mkdir()
    place.server.start()
    token = place.server.ready["enrolment_token"]
    kiosk = open_kiosk(Settings(place.profile, server=place.server.address, enrolment_token=token))
    kiosk.connection.enrolment()
    kiosk.close()
    place.server.stop()
    return place


@pytest.fixture
def place(enrolled: Place, tmp_path: Path) -> Place:
    """A copy of it, so that each test has a fresh kiosk, server and stick."""
    shutil.copytree(enrolled.profile, tmp_path / "profile")
    shutil.copytree(enrolled.server.data, tmp_path / "data")
    server = RealServer(tmp_path, enrolled.server.key)
    (tmp_path / "stick").mkdir()
    return Place(tmp_path / "profile", tmp_path / "stick", server)


@pytest.fixture
def kiosk(place: Place) -> Iterator[Kiosk]:
    opened = open_kiosk(Settings(place.profile))
    yield opened
    opened.close()


def content_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_fifty_requests_by_stick_and_commands(place: Place) -> None:
    kiosk = open_kiosk(Settings(place.profile))
    fill(kiosk, 1, REQUESTS)
    kiosk.close()
    said = []
    exported = place.command("batch", "export", str(place.stick))
    assert exported.returncode == 0, exported.stderr
    assert f"{REQUESTS} packets" in exported.stdout
    assert f"{REQUESTS} of {REQUESTS} packets" in exported.stderr
    taken = place.take_in()
    assert taken.returncode == 0, taken.stderr
    verdicts = [json.loads(line) for line in taken.stdout.splitlines()]
    assert [verdict["code"] for verdict in verdicts] == [""] * REQUESTS
    back = place.command("batch", "receipts", str(place.stick))
    assert back.returncode == 0, back.stderr
    assert f"{REQUESTS} newly received, 0 left on this kiosk" in back.stdout
    again = place.command("batch", "receipts", str(place.stick))
    assert again.returncode == 0
    assert again.stdout.count("received before") == REQUESTS
    assert "0 newly received, 0 left on this kiosk" in again.stdout
    nothing = place.command("batch", "export", str(place.stick))
    assert nothing.returncode == 1
    assert nothing.stderr.count("\n") == 1  # one sentence
    assert "no packet to export" in nothing.stderr
    kept, alarms = place.server.kept()
    assert (len(kept), alarms) == (REQUESTS, [])
    said = "".join(done.stdout + done.stderr for done in (exported, taken, back, again, nothing))
    on_stick = content_of(place.stick)
    for needle in NEEDLES:
        assert needle not in said
        assert needle.encode() not in on_stick


# ------------------------------------------------------------ the window


class Desk:
    """The administrator at the real window over the real kiosk."""

    def __init__(self, qtbot: QtBot, kiosk: Kiosk, stick: Path, language: str = "sq") -> None:
        self.qtbot = qtbot
        self.stick = stick
        self.window = AdminWindow(KioskAdminDesk(kiosk), Words(language), choose_folder=lambda: self.stick)
        self.progress: list[str] = []
        self.window.flow.progress.connect(lambda _moved: self.progress.append(self.window.work_bar.said.text()))
        self.window.start()
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.tasks.busy, timeout=60_000)

    def export(self) -> str:
        self.window.export_button.click()
        self.settle()
        return self.reads()

    def receipts(self) -> str:
        self.window.receipts_button.click()
        self.settle()
        return self.reads()

    def reads(self) -> str:
        """Everything a person can read in the window now."""
        return "\n".join(label.text() for label in self.window.window.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def desk(qtbot: QtBot, kiosk: Kiosk, place: Place) -> Iterator[Desk]:
    made = Desk(qtbot, kiosk, place.stick)
    yield made
    made.window.close()


def test_by_stick_and_window_with_progress_and_plain_words(desk: Desk, kiosk: Kiosk, place: Place) -> None:
    empty = desk.export()
    assert "Nuk ka asnjë paketë për të eksportuar" in empty
    fill(kiosk, 1, REQUESTS)
    said = desk.export()
    assert f"{REQUESTS} paketa" in said
    assert "nuk do të thotë e dorëzuar" in said
    assert any(f"paketa {REQUESTS} nga {REQUESTS}" in line and "kB" in line for line in desk.progress)
    assert place.take_in().returncode == 0
    said += desk.receipts()
    assert f"U morën {REQUESTS} dëftesa të reja" in said
    assert "mbeten 0 paketa" in desk.reads()
    assert desk.window.status.values["received"].text() == str(REQUESTS)
    assert desk.window.status.values["waiting"].text().startswith("0")
    assert kiosk.vault.sync.due(kiosk.clock.now()) == ()
    replayed = desk.receipts()
    assert f"{REQUESTS} dëftesa ishin marrë më parë" in replayed
    for needle in NEEDLES:
        assert needle not in empty + said + replayed


def test_receipts_that_went_wrong_each_get_their_verdict(desk: Desk, kiosk: Kiosk, place: Place, qtbot: QtBot) -> None:
    fill(kiosk, 1, 6)
    desk.export()
    assert place.take_in().returncode == 0
    receipts = sorted((place.stick / "receipts").glob("*.json"))
    damaged, half, renamed, foreign, *_good = receipts
    content = damaged.read_bytes()
    at = content.index(b"body") + 30
    damaged.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    half.write_bytes(half.read_bytes()[: len(content) // 2])
    renamed.rename(renamed.with_name("other.json"))
    foreign.write_bytes(b"not a receipt}")
    said = desk.receipts()
    assert "U morën 3 dëftesa të reja" in said
    assert "mbeten 3 paketa" in desk.reads()
    for file, words in (
        (damaged.name, "Dëftesa është e dëmtuar"),
        (half.name, "kopjuar vetëm përgjysmë"),
        ("other.json", "Emri i skedarit"),
        (foreign.name, "Dëftesa është e dëmtuar"),
    ):
        assert any(line.startswith(f"{file}: ") and words in line for line in said.splitlines()), (file, said)
    # The stick comes again, whole this time.
    assert place.take_in().returncode == 0
    assert "mbeten 0 paketa" in desk.receipts()


def test_another_kiosks_stick_is_left_alone(desk: Desk, kiosk: Kiosk, place: Place) -> None:
    fill(kiosk, 1, 2)
    (place.stick / "batch.json").write_text('{"body": "another", "signature": ""}')
    assert "e një kiosku tjetër" in desk.export()
    assert kiosk.vault.sync.entries()[0].state == "waiting"


def test_an_old_disk_image_put_back_alarms_in_words(qtbot: QtBot, place: Place, tmp_path: Path) -> None:
    """Against the running server: the vault of yesterday is put back, and works on."""
    place.server.start()
    settings = Settings(place.profile, server=place.server.address)
    kiosk = open_kiosk(settings)
    fill(kiosk, 1, 1)
    assert kiosk.connection.sync_once().problem == ""
    kiosk.close()
    shutil.copytree(settings.vault, tmp_path / "yesterday")
    kiosk = open_kiosk(settings)
    fill(kiosk, 2, 3)
    assert len(kiosk.connection.sync_once().received) == 3
    kiosk.close()
    shutil.rmtree(settings.vault)
    shutil.copytree(tmp_path / "yesterday", settings.vault)
    kiosk = open_kiosk(settings)
    desk = Desk(qtbot, kiosk, place.stick)
    try:
        assert "KUJDES" not in desk.reads()
        fill(kiosk, 5, 1)
        desk.window.sync_button.click()
        desk.settle()
        said = desk.reads()
        assert "KUJDES: kjo kasafortë është më e vjetër" in said
        assert "numri 2 këtu, 4 atje" in said
        assert desk.window.status.values["received"].text() == "2"  # what was sealed since is not lost
        desk.window.behind_button.click()
        desk.settle()
        assert "KUJDES" not in desk.reads()
    finally:
        desk.window.close()
        kiosk.close()
        place.server.stop()
    kept, alarms = place.server.kept()
    assert (len(kept), alarms) == (5, ["seq_reused"])


def test_a_stick_full_failing_protected_or_pulled_out_is_told_and_nothing_is_lost(
    desk: Desk, kiosk: Kiosk, tmp_path: Path
) -> None:
    if why := fuse_disk.missing():
        pytest.skip(why)
    fill(kiosk, 1, 3)
    with fuse_disk.Disk(tmp_path / "usb") as usb:
        desk.stick = usb.mount
        usb.control("free 4096")
        assert "nuk ka vend të mjaftueshëm" in desk.export()
        usb.control("free 100000000")
        usb.control("readonly 1")
        assert "Në memorien USB nuk mund të shkruhet" in desk.export()
        usb.control("off")
        usb.control("eio 1")
        assert "Memoria USB dështoi" in desk.export()
        usb.control("off")
        assert "3 paketa" in desk.export()
    desk.stick = tmp_path / "pulled out"
    assert "nuk gjendet" in desk.export()
    assert len(kiosk.vault.sync.entries()) == 3
    assert {entry.state for entry in kiosk.vault.sync.entries()} == {"exported"}
