"""No camera, a camera pulled out: one sentence, nothing lost, and a way on. The voter's window over fakes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk.bootstrap import LazyCamera
from registration.errors import StaffMustFix
from tests.fakes.captures import FakeCaptures, _Session
from tests.journeys.visit import Visit
from tests.journeys.walk import ACCOUNT, REQUEST
from ui.words import Words


class SlowSession(_Session):
    """Never takes a photo by itself, so that there is time to pull the plug."""

    def step(self, frame):
        self._frames = 0
        return super().step(frame)


class Captures(FakeCaptures):
    """`slow` sessions wait for the plug to be pulled."""

    slow = False

    def face(self) -> _Session:
        return self._of(super().face())

    def document(self, *given) -> _Session:
        return self._of(super().document(*given))

    def page(self) -> _Session:
        return self._of(super().page())

    def _of(self, made: _Session) -> _Session:
        return SlowSession(made._result) if self.slow else made


@pytest.fixture
def captures() -> Captures:
    return Captures()


@pytest.fixture
def visit(qapp: object, tmp_path: Path, captures: Captures) -> Iterator[Visit]:
    made = Visit(tmp_path, captures=captures)
    yield made
    made.close()


def missing() -> StaffMustFix:
    return StaffMustFix("camera.missing", camera="device:0")


def said(visit: Visit, error: StaffMustFix) -> bool:
    """The error's whole sentence stands on the screen, with nothing left to be filled in."""
    return visit.says(f"errors.{error.code}", **error.params)


def test_without_a_camera_the_first_page_says_so_and_takes_notice_when_it_is_there(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.flows.voter_flow.CAMERA_AGAIN_MS", 20)
    visit = Visit(tmp_path, open_now=False)
    visit.face_camera.unplug(missing())
    visit.open()
    visit.hands.wait(lambda: said(visit, missing()), "the sentence")
    assert visit.window.shell.next_button.isVisible(), "a voter may enter all the same, to look at a request's state"
    visit.face_camera.plug()
    visit.hands.wait(lambda: not said(visit, missing()) and visit.hands.reads(ready(visit.window.words)), "the camera")
    visit.close()


def ready(words: Words) -> str:
    return words("voter.start.camera_ready")


@pytest.mark.parametrize("when", ["missing at the beginning", "pulled out meanwhile"])
def test_the_face_without_a_camera_and_with_it_again(visit: Visit, captures: Captures, when: str) -> None:
    for _ in visit.open_account("face"):
        pass
    kept = visit.state
    error = lose(visit, captures, when, visit.face_camera)
    visit.until_problem(error.code)
    assert said(visit, error)
    assert visit.window.shell.next_button.text() == visit.window.words("shell.try_again")
    assert visit.state == kept
    visit.go_on()
    visit.until_problem(error.code)  # still not there
    find(visit, captures, visit.face_camera)
    for _ in visit.steps(ACCOUNT[ACCOUNT.index("face") :]):
        pass
    assert visit.step == "done"


@pytest.mark.parametrize("when", ["missing at the beginning", "pulled out meanwhile"])
def test_document_and_proof_without_a_camera(visit: Visit, captures: Captures, when: str) -> None:
    list(visit.open_account())
    visit.press("voter.status.create")
    for _ in visit.file_request("document"):
        pass
    error = lose(visit, captures, when, visit.document_camera)
    visit.until_problem(error.code)
    assert said(visit, error)
    find(visit, captures, visit.document_camera)
    for _ in visit.steps(REQUEST[1:], "proof"):
        pass

    # A proof may come as a file instead.
    visit.hands.press("energjie")
    error = lose(visit, captures, when, visit.document_camera)
    visit.until_problem(error.code)
    assert said(visit, error)
    (visit.files / "fatura.jpg").write_bytes(b"\xff\xd8 a bill")
    visit.hands.press("energjie")
    visit.press("voter.proof.file")
    visit.choose_file("fatura.jpg")
    visit.hands.wait(lambda: visit.answered("proof"), "the file")
    visit.go_on()
    for _ in visit.steps(REQUEST[REQUEST.index("address") :]):
        pass
    assert visit.step == "done"


def lose(visit: Visit, captures: Captures, when: str, camera) -> StaffMustFix:
    """Press Continue with no camera, or pull its plug while the live picture is seen."""
    if when == "missing at the beginning":
        error = missing()
        camera.unplug(error)
        visit.go_on()
        return error
    captures.slow = True
    visit.go_on()
    visit.hands.wait(lambda: camera.frames_read > 2, "the live picture")
    error = StaffMustFix("camera.lost")
    camera.unplug(error)
    return error


def find(visit: Visit, captures: Captures, camera) -> None:
    captures.slow = False
    camera.plug()


def test_the_cameras_are_let_go_when_nobody_is_photographed(visit: Visit) -> None:
    for step in visit.open_account("face_saved"):
        assert not visit.face_camera.is_open or step == "face_saved"
    visit.hands.wait(lambda: not visit.face_camera.is_open, "the lamp to go out")
    for _ in visit.steps(ACCOUNT[ACCOUNT.index("face_saved") :]):
        pass
    visit.press("voter.status.create")
    for _ in visit.file_request("read_back"):
        pass
    visit.hands.wait(lambda: not visit.document_camera.is_open, "the lamp to go out")


def test_the_first_page_waits_for_the_last_voters_picture_to_end(tmp_path: Path) -> None:
    """One device, looked at by the first page while the camera's thread still has it."""
    pytest.importorskip("cv2")
    from tests.fakes.cameras import pictures

    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(pictures(1)[0]).save(folder / "1.png")
    live, look = LazyCamera(f"images:{folder}", "face"), LazyCamera(f"images:{folder}", "face")
    live.open()
    waiting = threading.Thread(target=lambda: (look.open(), look.close()))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    live.close()
    waiting.join(5)
    assert not waiting.is_alive()
