"""Live framing and capture under the desk camera; every hint has its scene."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from biometrics.document.capture import DocumentSession, PageSession
from biometrics.document.hints import HintKeeper
from biometrics.document.printed_portrait import cut_portrait
from kiosk.demo import specimen
from kiosk.demo.camera_shots import DeskCamera, Look, Picture
from registration.model.documents import DocumentImage, DocumentKind, ReadState, Side
from registration.model.evidence import Photo
from registration.ports.capture import Frame, Guidance
from resources import texts
from tests.unit.document.test_mrz_reader import HOLDER

TODAY = date(2026, 6, 1)
CALM = Look(noise=2.0, quality=0)
PASSPORT, CARD = DocumentKind.PASSPORT, DocumentKind.ID_CARD


@cache
def side(which: Side) -> Picture:
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.submodule_search_locations
    astronaut = cv2.imread(str(Path(spec.submodule_search_locations[0]) / "data" / "astronaut.png"))
    face = astronaut[0:260, 90:350].astype(np.uint8)
    if which is Side.DATA_PAGE:
        return specimen.passport_page(HOLDER, face)
    return specimen.card_front(HOLDER, face) if which is Side.FRONT else specimen.card_back(HOLDER)


@cache
def sheet() -> Picture:
    """A written page, A4 at 5 pixels a millimetre."""
    drawn = specimen.Sheet((105.0, 148.0), (246, 246, 244))
    for row in range(24):
        drawn.write(10, 10 + 5 * row, f"FATURË SPECIMEN rreshti {row} Rruga e Shembullit {row * 7}", 3)
    return drawn.pixels()


def run(
    session: DocumentSession | PageSession, page: Picture | None, look: Look = CALM, frames: int = 12, **how: float
) -> list[Guidance]:
    """Look at a page that lies there already, six frames a second unless `how` says otherwise."""
    camera = DeskCamera(page, look=look, seed=4, **({"fps": 6.0, "settled": True} | how))
    seen = []
    for _ in range(frames):
        seen.append(session.step(camera.read()))
        if seen[-1].image is not None:
            break
    return seen


@pytest.mark.parametrize(("kind", "which"), [(PASSPORT, Side.DATA_PAGE), (CARD, Side.BACK), (CARD, Side.FRONT)])
def test_the_photo_is_taken_by_itself(kind: DocumentKind, which: Side) -> None:
    seen = run(DocumentSession(kind, which, TODAY), side(which))
    last = seen[-1]
    assert last.green
    assert last.image is not None
    assert last.hint == ""
    assert last.image.side is which
    wide, high = last.image.photo.width, last.image.photo.height
    assert wide / high == pytest.approx(1.42 if kind is PASSPORT else 1.585, abs=0.01)
    assert wide > 900
    if which is not Side.FRONT:
        assert last.image.mrz is not None
        assert last.image.mrz.state is ReadState.VERIFIED
        lines = specimen.passport_lines(HOLDER) if kind is PASSPORT else specimen.card_lines(HOLDER)
        assert last.image.mrz.lines == lines
    assert len(last.outline) == 4


@pytest.mark.parametrize(("kind", "which"), [(PASSPORT, Side.DATA_PAGE), (CARD, Side.FRONT)])
def test_upside_down_is_said_and_comes_out_upright_when_asked_for(kind: DocumentKind, which: Side) -> None:
    session = DocumentSession(kind, which, TODAY)
    overturned = replace(CALM, turn=180.0)
    seen = run(session, side(which), overturned, 9)
    assert seen[-1].image is None
    assert seen[-1].hint == "voter.hint.document_right_way_up"
    session.take_now("voter")
    image = run(session, side(which), overturned, 16)[-1].image
    assert image is not None
    flat = cv2.imdecode(np.frombuffer(image.photo.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    plain = cv2.cvtColor(cv2.resize(side(which), (flat.shape[1], flat.shape[0])), cv2.COLOR_BGR2GRAY)
    upright, overturned = (np.corrcoef(flat.ravel(), other.ravel())[0, 1] for other in (plain, plain[::-1, ::-1]))
    assert upright > 0.6
    assert upright > overturned + 0.3
    portrait = cut_portrait(image, kind)
    assert portrait is not None
    assert portrait.height > portrait.width > 60


@pytest.mark.parametrize(
    ("hint", "kind", "which", "shown", "look"),
    [
        ("place", PASSPORT, Side.DATA_PAGE, None, CALM),
        ("not_whole", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, x=0.78)),
        ("closer", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, fill=0.38)),
        ("blurred", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, blur=4.0)),
        ("glare", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, glare=(0.4, 0.85, 0.08, 1.0))),
        ("dark", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, light=0.15)),
        ("straighten", CARD, Side.FRONT, Side.FRONT, replace(CALM, lean=(0.0, 0.45), fill=0.62)),
        ("straighten", PASSPORT, Side.DATA_PAGE, Side.DATA_PAGE, replace(CALM, turn=24.0, fill=0.48)),
        ("right_way_up", CARD, Side.BACK, Side.BACK, replace(CALM, turn=180.0)),
        ("turn_back", CARD, Side.BACK, Side.FRONT, CALM),
        ("turn_front", CARD, Side.FRONT, Side.BACK, CALM),
        ("data_page", PASSPORT, Side.DATA_PAGE, Side.FRONT, CALM),
        ("passport", PASSPORT, Side.DATA_PAGE, Side.BACK, CALM),
        ("card", CARD, Side.BACK, Side.DATA_PAGE, CALM),
    ],
)
def test_hints(hint: str, kind: DocumentKind, which: Side, shown: Side | None, look: Look) -> None:
    seen = run(DocumentSession(kind, which, TODAY), None if shown is None else side(shown), look, 9)
    assert seen[-1].image is None
    assert seen[-1].hint == f"voter.hint.document_{hint}"


def test_a_moving_document_is_asked_to_be_still() -> None:
    session = DocumentSession(PASSPORT, Side.DATA_PAGE, TODAY)
    places = [DeskCamera(side(Side.DATA_PAGE), look=replace(CALM, x=x), settled=True) for x in (0.5, 0.52)]
    for step in range(9):
        frame = places[step % 2].read()
        guidance = session.step(Frame(frame.pixels, step / 6))
    assert guidance.hint == "voter.hint.document_hold_still"


def test_the_photo_is_taken_soon_after_the_document_lies_still() -> None:
    seen = run(
        DocumentSession(PASSPORT, Side.DATA_PAGE, TODAY), side(Side.DATA_PAGE), frames=45, fps=15.0, settled=False
    )
    assert seen[-1].image is not None
    assert len(seen) / 15 < DeskCamera.SLIDE + DeskCamera.WOBBLE + 0.6


def test_every_hint_has_words_in_both_languages() -> None:
    for lang in texts.LANGUAGES:
        ids = [key for key in texts.table(lang) if key.startswith(("voter.hint.document_", "voter.hint.page_"))]
        assert len(ids) == 20


def test_hints_stay_long_enough() -> None:
    seen = run(
        DocumentSession(PASSPORT, Side.DATA_PAGE, TODAY),
        side(Side.DATA_PAGE),
        replace(CALM, x=0.78),
        40,
        fps=15.0,
        settled=False,
    )
    changes = [0.0] + [i / 10 for i in range(1, len(seen)) if seen[i].hint != seen[i - 1].hint]
    assert all(b - a >= 0.8 - 1e-9 for a, b in pairwise(changes))


def test_green_replaces_a_hint_at_once() -> None:
    keeper = HintKeeper()
    assert keeper.show("document_blurred", 0.0).endswith("document_blurred")
    assert keeper.show("document_glare", 0.5).endswith("document_blurred")
    assert keeper.show("", 0.6, now=True) == ""


def test_letters_alone_do_not_make_a_blurred_photo_good() -> None:
    blurred = replace(CALM, blur=3.4)  # the zone of a card, whose letters are large, is still read
    seen = run(DocumentSession(CARD, Side.BACK, TODAY), side(Side.BACK), blurred, 12)
    assert all(guidance.image is None for guidance in seen)


@pytest.mark.parametrize(
    ("kind", "which", "look"),
    [(PASSPORT, Side.DATA_PAGE, replace(CALM, blur=4.0)), (CARD, Side.FRONT, replace(CALM, x=0.75))],
)
def test_the_voter_may_take_it_anyway(kind: DocumentKind, which: Side, look: Look) -> None:
    session = DocumentSession(kind, which, TODAY)
    assert run(session, side(which), look, 8)[-1].image is None
    session.take_now("voter")
    last = run(session, side(which), look, 16)[-1]
    assert last.image is not None
    assert not last.green
    assert last.image.photo.measures["green"] == 0.0
    assert last.image.mrz is None or last.image.mrz.state is not ReadState.VERIFIED


def test_after_the_photo_frames_are_ignored() -> None:
    session = DocumentSession(CARD, Side.FRONT, TODAY)
    assert run(session, side(Side.FRONT))[-1].image is not None
    assert run(session, side(Side.FRONT), frames=3)[-1].image is None
    session.close()


def test_a_page_is_photographed_flat() -> None:
    image = run(PageSession(), sheet(), replace(CALM, fill=0.9))[-1].image
    assert image is not None
    assert image.photo.measures["flattened"] == 1.0
    assert image.photo.height / image.photo.width == pytest.approx(148 / 105, abs=0.03)


@pytest.mark.parametrize(
    ("hint", "page", "look"),
    [
        ("page_place", None, CALM),
        ("page_blurred", "sheet", replace(CALM, blur=5.0)),
        ("page_dark", "sheet", replace(CALM, light=0.15)),
    ],
)
def test_page_hints(hint: str, page: str | None, look: Look) -> None:
    seen = run(PageSession(), sheet() if page else None, look, 9)
    assert seen[-1].image is None
    assert seen[-1].hint == f"voter.hint.{hint}"


def test_a_back_has_no_portrait() -> None:
    assert cut_portrait(DocumentImage(Side.BACK, Photo(b"", 0, 0)), CARD) is None
