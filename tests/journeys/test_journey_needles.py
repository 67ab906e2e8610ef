"""A stolen kiosk: nothing that a voter typed, showed or brought can be read on it, at any moment.

Needles go in through the real windows, with the real vault and the real server on the same machine. The control is
the same submissions and drafts written down plainly: there the same search finds every one.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from kiosk.bootstrap import EMBEDDED_KEY
from kiosk.demo.specimen import personal_number
from registration.errors import VoterCanFix
from registration.journey.draft import encode_draft
from registration.model.documents import DocumentImage, DocumentKind, FieldName, Side
from registration.model.evidence import Liveness, LivenessOutcome, Photo, Portrait
from registration.model.person import Sex
from registration.model.submission import Submission, encode
from registration.ports.vault import OutboxEntry, VoterKey
from sync import enrol
from tests.fakes.captures import FakeCaptures, FakeProofChecker, FakeReader, _Session
from tests.journeys.haystack import contents, forms, found_in
from tests.journeys.machine import Desk, Machine
from tests.journeys.walk import Person

BORN = date(1937, 8, 14)
NUMBER = personal_number(BORN, Sex.FEMALE, 731)
PASSPHRASE = "Kaprolli-i-stafit-88213"
WRONG = "Zgjidhje7-gabim-55102"
HALF_TYPED = "Rruga-e-papërfunduar-61840"
CORRECTED = "Çelësbërësi-i-saktë"
VOTER = Person(
    phone="+355692839471",
    password="Fjalëkalimi-Kyç-7712",
    birth=("14", "8", "1937"),
    place="Bërdicë-e-Sipërme-4471",
    number=NUMBER,
    address={
        "city": "Vibo-Valëntia-9032",
        "postcode": "89900-X7",
        "street": "Via Spärano dei Përzier 20441",
        "building": "NdërtesaQ81",
        "flat": "Kati-i-gjashtë-3391",
        "region": "Krahinë-Kalabri-7720",
        "care_of": "Te Besniku-i-dyti-6604",
    },
    email="gjilpera.e.fshehur.9182@example.org",
)
READ = {
    "surname": "Mbiemër-Gjilpërë-117",
    "given_names": "Emër-Gjilpërë-226",
    "father_name": "Atësi-Gjilpërë-335",
    "birth_place": "Vendlindje-Gjilpërë-444",
    "issuer": "Lëshues-Gjilpërë-553",
    "document_number": "QX7712093",
    "birth_date": BORN.isoformat(),
    "personal_number": NUMBER,
}
PICTURES = ("portrait", "document", "page", "file")


def marked(name: str, shade: int) -> Photo:
    """A flat JPEG that carries a mark in a comment segment."""
    memory = io.BytesIO()
    Image.new("RGB", (320, 400), (shade,) * 3).save(memory, "JPEG", comment=f"picture-needle-{name}".encode())
    return Photo(memory.getvalue(), 320, 400)


NEEDLES: dict[str, bytes] = {
    "phone": VOTER.phone.encode(),
    "phone, national": VOTER.phone[4:].encode(),
    "email": VOTER.email.encode(),
    "password": VOTER.password.encode(),
    "wrong password": WRONG.encode(),
    "birth date": BORN.isoformat().encode(),
    "birth place": VOTER.place.encode(),
    "personal number": NUMBER.encode(),
    "half typed": HALF_TYPED.encode(),
    "corrected name": CORRECTED.encode(),
    **{f"address {name}": text.encode() for name, text in VOTER.address.items()},
    **{f"read {name}": READ[name].encode() for name in READ if name not in ("birth_date", "personal_number")},
    **{f"picture {name}": f"picture-needle-{name}".encode() for name in PICTURES},
    "passphrase": PASSPHRASE.encode(),
}


class MarkedCaptures(FakeCaptures):
    def face(self) -> _Session:
        return _Session(Portrait(marked("portrait", 200), Liveness(LivenessOutcome.PASSED, attempts=1)))

    def document(self, kind: DocumentKind, side: Side) -> _Session:
        return _Session(DocumentImage(side, marked("document", 160)))

    def page(self) -> _Session:
        return _Session(DocumentImage(Side.FRONT, marked("page", 240)))


class MarkedPictures:
    def open(self, content: bytes) -> tuple[Photo, ...]:
        if not content:
            raise VoterCanFix("file.empty")
        return (marked("file", 230),)


class Copyist:
    """The vault's outbox, and a plain copy of all that was finished, for the control."""

    def __init__(self, machine: Machine) -> None:
        self.real = machine.services().outbox
        self.written: list[bytes] = []

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        self.written += encode(submission).values()
        return self.real.finish(submission, key, service)

    def entries(self) -> object:
        return self.real.entries()

    def finished(self, key: VoterKey) -> object:
        return self.real.finished(key)


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temp folder of its own, for this process and the server's."""
    folder = tmp_path / "temp"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def machine(qapp: object, tmp_path: Path, temp: Path) -> Iterator[Machine]:
    made = Machine(
        tmp_path / "profile",
        person=VOTER,
        passphrase=PASSPHRASE,
        other={
            "captures": MarkedCaptures(),
            "pictures": MarkedPictures(),
            "reader": FakeReader(**READ),
            "proof_checker": FakeProofChecker(""),
        },
    )
    made.start_server()
    made.other["outbox"] = Copyist(made)
    made.open_window()
    yield made
    made.close()


def test_nothing_of_a_voter_is_readable_and_the_search_would_find_it(
    machine: Machine,
    temp: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    places = [machine.profile, temp]
    said = ""
    secrets = {"embedded server's key": machine.kiosk.vault.sync.recall(EMBEDDED_KEY) or b""}
    secrets["kiosk's token"] = enrol.require(machine.kiosk.vault.sync).token.encode()

    def search() -> dict[str, list[str]]:
        nonlocal said
        said += "".join(capfd.readouterr())
        hay = contents(places) | {"output": said.encode(), "log": caplog.text.encode()}
        return found_in(hay, NEEDLES | secrets)

    list(machine.open_account())
    assert search() == {}
    machine.press("voter.status.create")
    drafts = []
    for step in machine.file_request():
        drafts.append(encode_draft(machine.state))
        if step == "read_back":
            row = machine.pages.read_back.rows[FieldName.SURNAME]
            machine.hands.tap(row.change_button)
            line = row.block.target()
            line.clear()
            machine.hands.type(line, CORRECTED)
        if step == "proof":
            (machine.files / "fatura.jpg").write_bytes(b"\xff\xd8 what the voter brought")
            machine.photograph_proof()
            add_file(machine)
        if step == "address":
            machine.hands.type(machine.field("street"), HALF_TYPED)
            assert (machine.settings.vault / "vault.db-wal").stat().st_size > 0
            assert search() == {}
    machine.leave()
    # Before anybody opened it at the server, and a stranger guessing.
    machine.log_in(password=WRONG)
    machine.until_problem("login.wrong")
    assert search() == {}
    machine.settle()
    assert machine.ready is not None
    desk = Desk(machine.ready)
    case = desk.open(machine.kiosk.vault.sync.entries()[-1].reference)
    assert case.request.address.street == VOTER.address["street"]
    assert len(case.request.attachments) == 2
    desk.close()
    assert search() == {}
    messages = machine.outbox_messages()
    assert {message["to"] for message in messages} == {"+355*****9471"}
    copied = machine.other["outbox"].written
    machine.close()
    assert search() == {}
    assert {"server", "vault", "outbox"} <= {path.name for path in machine.profile.iterdir()}

    # The control: what went through the windows, written down as a careless program would.
    typed = [*machine.hands.typed, PASSPHRASE, WRONG]
    write_plainly(tmp_path / "control", copied, drafts, typed)
    assert set(found_in(contents([tmp_path / "control"]), NEEDLES)) == set(NEEDLES)


def add_file(machine: Machine) -> None:
    """Bring a second proof from the stick."""
    machine.hands.tap(machine.pages.attachments.added.add_button)
    machine.hands.press("Dokument bankar")
    machine.hands.tap(machine.window.shell.skip_button)
    machine.choose_file("fatura.jpg")
    machine.hands.wait(lambda: machine.idle_hands and machine.hands.reads("Dokument bankar"), "the file")


def write_plainly(folder: Path, submissions: list[bytes], drafts: list[bytes], typed: list[str]) -> None:
    folder.mkdir()
    plain = sqlite3.connect(folder / "plain.db")
    plain.execute("CREATE TABLE submission (content BLOB)")
    plain.executemany("INSERT INTO submission VALUES (?)", [(content,) for content in submissions])
    plain.commit()
    plain.close()
    (folder / "drafts.json").write_bytes(b"\n".join(drafts))
    (folder / "typed.json").write_text(json.dumps(typed))


@pytest.mark.parametrize("shift", range(4))
def test_base64_is_found_wherever_it_begins(shift: int) -> None:
    import base64

    hay = {"file": base64.b64encode(b"-" * shift + "gjilpërë-në-kashtë".encode() + b"-" * 5)}
    assert found_in(hay, {"needle": "gjilpërë-në-kashtë".encode()}) == {"needle": ["file"]}
    assert found_in(hay, {"other": b"something else"}) == {}
    assert all(len(form) > 4 for form in forms(b"needle"))
