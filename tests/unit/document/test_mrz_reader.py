"""The reader on rendered specimens; figures over many are the bench's matter."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
import pytest

from biometrics.document import glyphs
from biometrics.document.mrz import Mrz, build
from biometrics.document.mrz_decode import decode
from biometrics.document.mrz_fusion import Fusion
from biometrics.document.mrz_gate import judge
from biometrics.document.mrz_layout import Format
from biometrics.document.mrz_reader import Read, read_mrz
from kiosk.demo import specimen
from kiosk.demo.camera_shots import Look, shoot
from registration.errors import StaffMustFix
from registration.model.documents import FieldName, ReadState
from registration.model.person import Sex

TODAY = date(2026, 6, 1)
BORN = date(1988, 4, 30)
HOLDER = specimen.Holder(
    surname="Përmeti Çela",
    given_names="Ëngjëll Besnik",
    birth=BORN,
    sex=Sex.MALE,
    birth_place="Shkodër",
    personal_number=specimen.personal_number(BORN, Sex.MALE, 123),
    document_number="SP1234567",
    issued=date(2024, 5, 1),
    expires=date(2034, 4, 30),
)


@pytest.fixture(scope="module")
def page() -> specimen.Picture:
    return specimen.passport_page(HOLDER)


@pytest.fixture(scope="module")
def back() -> specimen.Picture:
    return specimen.card_back(HOLDER)


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_any_direction(page: specimen.Picture, back: specimen.Picture, quarter: int) -> None:
    for side, lines in ((page, specimen.passport_lines(HOLDER)), (back, specimen.card_lines(HOLDER))):
        read = read_mrz(np.ascontiguousarray(np.rot90(side, quarter)), TODAY)
        assert read is not None
        assert read.reading.lines == lines
        assert read.reading.state is ReadState.VERIFIED
        assert (round(read.angle) + 90 * quarter) % 360 == 0


@pytest.mark.parametrize("turn", [-17.0, -8.0, 8.0, 17.0])
def test_tilted(page: specimen.Picture, turn: float) -> None:
    shot = shoot(page, Look(fill=0.7, turn=turn), np.random.default_rng(1), (1920, 1080))
    read = read_mrz(shot, TODAY)
    assert read is not None
    assert read.reading.lines == specimen.passport_lines(HOLDER)


def test_a_bent_page_in_perspective(page: specimen.Picture) -> None:
    shot = shoot(page, Look(lean=(0.1, 0.08), bend=0.03), np.random.default_rng(2))
    read = read_mrz(shot, TODAY)
    assert read is not None
    assert read.reading.lines == specimen.passport_lines(HOLDER)


def test_a_zone_beside_running_text(page: specimen.Picture) -> None:
    sheet = np.full((1300, 2200, 3), 245, np.uint8)
    for row in range(40):
        text = "terms apply to every holder of lines of running text near the document " * 2
        cv2.putText(sheet, text, (5, 30 + 33 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 2, cv2.LINE_AA)
    small = cv2.resize(page, None, fx=1250 / page.shape[1], fy=1250 / page.shape[1], interpolation=cv2.INTER_AREA)
    sheet[200 : 200 + small.shape[0], 450 : 450 + small.shape[1]] = small
    read = read_mrz(sheet, TODAY)
    assert read is not None
    assert read.reading.lines == specimen.passport_lines(HOLDER)


def test_a_zone_over_a_dense_print(page: specimen.Picture) -> None:
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]]
    wave = np.sin((y + 6 * np.sin(x / 40)) * 2 * np.pi / 9) > 0.2
    printed = np.where(wave[:, :, None], page * 0.72, page).astype(np.uint8)
    read = read_mrz(printed, TODAY)
    assert read is not None
    assert read.reading.lines == specimen.passport_lines(HOLDER)


def test_perspective_that_stretches_the_pitch(page: specimen.Picture) -> None:
    read = read_mrz(shoot(page, Look(fill=0.7, lean=(0.25, 0.1)), np.random.default_rng(5), (1920, 1080)), TODAY)
    assert read is not None
    assert read.reading.lines == specimen.passport_lines(HOLDER)


def test_a_shadow_hides_nothing_and_a_reflection_does(page: specimen.Picture) -> None:
    shaded = page.astype(np.float32)
    edge = (np.arange(page.shape[1]) - page.shape[1] / 2) / 40
    shaded *= (1 - 0.58 / (1 + np.exp(-np.clip(edge, -50, 50))))[None, :, None].astype(np.float32)
    read = read_mrz(shaded.astype(np.uint8), TODAY)
    assert read is not None
    assert not read.faded
    assert read.reading.state is ReadState.VERIFIED
    lit = page.astype(np.float32)
    third = page.shape[1] // 3
    lit[:, third : third + 60] = 255 - (255 - lit[:, third : third + 60]) * 0.3
    read = read_mrz(lit.astype(np.uint8), TODAY)
    assert read is not None
    assert read.faded
    assert read.reading.state is not ReadState.VERIFIED


def test_fields(page: specimen.Picture) -> None:
    read = read_mrz(page, TODAY)
    assert read is not None
    assert read.reading.fields[FieldName.SURNAME] == "PERMETI CELA"
    assert read.reading.fields[FieldName.BIRTH_DATE] == "1988-04-30"
    assert read.reading.fields[FieldName.PERSONAL_NUMBER] == HOLDER.personal_number
    assert "PERMETI" not in repr(read)
    assert "SP1234567" not in repr(read)


def test_too_few_pixels_are_never_verified(page: specimen.Picture) -> None:
    small = cv2.resize(page, None, fx=0.42, fy=0.42, interpolation=cv2.INTER_AREA)
    read = read_mrz(small.astype(np.uint8), TODAY)
    assert read is not None
    assert read.pitch < 12
    assert read.reading.state is not ReadState.VERIFIED


def test_nothing_to_read() -> None:
    rng = np.random.default_rng(3)
    assert read_mrz(np.full((400, 600, 3), 200, np.uint8), TODAY) is None
    assert read_mrz(np.zeros((20, 20), np.uint8), TODAY) is None
    for shape in ((900, 1300, 3), (40, 3000), (3000, 61)):  # noise has more blobs than 16 bits count
        noise = read_mrz(rng.integers(0, 255, shape, np.uint8).astype(np.uint8), TODAY)
        assert noise is None or noise.reading.state is not ReadState.VERIFIED
    front = read_mrz(specimen.card_front(HOLDER), TODAY)
    assert front is None or front.reading.state is not ReadState.VERIFIED


# ------------------------------------------------------------------------------------------- decode and gate


def certain(lines: tuple[str, ...], p: float = 0.99) -> np.ndarray:
    """Belief that gives every character of `lines` probability `p`."""
    belief = np.full((len(lines), len(lines[0]), 37), (1 - p) / 36)
    for k, line in enumerate(lines):
        for i, char in enumerate(line):
            belief[k, i, glyphs.ALPHABET.index(char)] = p
    return belief


def confuse(belief: np.ndarray, line: int, place: int, wrong: str, right: str, p: float) -> None:
    belief[line, place] = 0.001
    belief[line, place, glyphs.ALPHABET.index(wrong)] = p
    belief[line, place, glyphs.ALPHABET.index(right)] = 1 - p


LINES = specimen.passport_lines(HOLDER)


def test_a_sure_read_is_verified() -> None:
    assert judge(decode(certain(LINES), Format.TD3), 20, TODAY).reading.state is ReadState.VERIFIED


def test_check_digits_correct_a_misread_and_it_is_not_used_unasked() -> None:
    belief = certain(LINES)
    confuse(belief, 1, 4, "8", "3", 0.9)
    decoded = decode(belief, Format.TD3)
    assert decoded.lines == LINES
    assert decoded.substitutions == 1
    assert judge(decoded, 20, TODAY).reading.state is ReadState.UNSURE


def test_a_confusion_check_digits_cannot_see_is_unsure() -> None:
    belief = certain(LINES)
    confuse(belief, 1, 0, "I", "S", 0.6)  # 8, I and S are one class modulo 10
    judgement = judge(decode(belief, Format.TD3), 20, TODAY)
    assert judgement.reading.check_digits_ok
    assert judgement.reading.state is ReadState.UNSURE
    assert "rival" in judgement.reasons


def test_a_doubtful_name_is_unsure() -> None:
    belief = certain(LINES)
    confuse(belief, 0, 6, "F", "E", 0.7)
    assert "belief_unchecked" in judge(decode(belief, Format.TD3), 20, TODAY).reasons


def test_grammar_tells_letters_from_digits() -> None:
    belief = certain(LINES)
    confuse(belief, 1, 13, "B", "8", 0.8)  # the year of birth
    confuse(belief, 0, 5, "8", "P", 0.8)
    assert decode(belief, Format.TD3).lines == LINES


def test_an_o_among_digits_is_a_zero_and_says_nothing_of_the_typeface() -> None:
    belief = certain(LINES)
    place = LINES[1].index("0", 13, 27)
    confuse(belief, 1, place, "O", "0", 0.97)
    decoded = decode(belief, Format.TD3)
    assert decoded.lines == LINES
    assert judge(decoded, 20, TODAY).reading.state is ReadState.VERIFIED
    confuse(belief, 1, place, "D", "0", 0.97)
    assert "grammar" in judge(decode(belief, Format.TD3), 20, TODAY).reasons


def test_a_d_in_a_name_that_looks_like_a_zero_is_never_a_sure_o() -> None:
    lines = build(Mrz(Format.TD3, "P", "CHE", "DERVISHI", "DRITA", "FY4794464", "CHE", "030413", "F", "290529", ("",)))
    belief = certain(lines, 0.999)
    belief[0, 5] = 0.0002
    for char, p in (("0", 0.55), ("O", 0.44), ("D", 0.005)):
        belief[0, 5, glyphs.ALPHABET.index(char)] = p
    judgement = judge(decode(belief, Format.TD3), 20, TODAY)
    assert judgement.reading.state is ReadState.UNSURE
    assert "grammar" in judgement.reasons


def test_a_state_is_read_as_a_word() -> None:
    belief = certain(LINES)
    confuse(belief, 1, 10, "V", "U", 0.7)  # VTO is no state
    assert decode(belief, Format.TD3).lines == LINES


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sex": "F"}, "personal_number"),
        ({"birth": "880501"}, "personal_number"),
        ({"optional": (HOLDER.personal_number[:9] + "W",)}, "check_letter"),
        ({"nationality": "QQQ"}, "state"),
        ({"expiry": "3404<<"}, "expiry"),
    ],
)
def test_content_that_disagrees_is_unsure(changes: dict[str, object], reason: str) -> None:
    values: dict[str, object] = {
        "format": Format.TD3, "document_code": "P", "issuer": "ALB", "surname": "SPECIMEN", "given_names": "DRITA",
        "document_number": "SP1234567", "nationality": "ALB", "birth": "880430", "sex": "M", "expiry": "340430",
        "optional": (HOLDER.personal_number,),
    }  # fmt: skip
    lines = build(Mrz(**(values | changes)))  # type: ignore[arg-type]
    judgement = judge(decode(certain(lines, 0.999), Format.TD3), 20, TODAY)
    assert judgement.reading.state is ReadState.UNSURE
    assert reason in judgement.reasons


def test_wrong_check_digits_are_never_verified() -> None:
    wrong = (LINES[0], LINES[1][:-1] + str((int(LINES[1][-1]) + 5) % 10))
    judgement = judge(decode(certain(wrong, 0.99999), Format.TD3), 20, TODAY)
    assert not judgement.reading.check_digits_ok
    assert judgement.reading.state is not ReadState.VERIFIED
    assert judgement.reading.fields == {}


def test_other_text_is_refused_and_a_zone_with_a_wrong_digit_is_not() -> None:
    other = ("P".ljust(44, "Q"), "Q" * 9 + "2QQQ2222222F2222222".ljust(33, "Q") + "22")
    assert judge(decode(certain(other, 0.99), Format.TD3), 20, TODAY).reading.state is ReadState.REFUSED
    wrong = (LINES[0], LINES[1][:9] + str((int(LINES[1][9]) + 5) % 10) + LINES[1][10:])
    assert judge(decode(certain(wrong, 0.99999), Format.TD3), 20, TODAY).reading.state is ReadState.UNSURE


# ------------------------------------------------------------------------------------------- fusion, model


def _read(lines: tuple[str, ...], belief: np.ndarray | None = None) -> Read:
    belief = certain(lines, 0.97) if belief is None else belief
    decoded = decode(belief, Format.TD3)
    return Read(decoded, belief, judge(decoded, 20, TODAY), 20.0, np.zeros((4, 2)))


def test_one_frame_is_not_enough() -> None:
    fusion = Fusion(TODAY)
    first, second = fusion.add(_read(LINES)), fusion.add(_read(LINES))
    assert first is not None
    assert first.state is ReadState.UNSURE
    assert second is not None
    assert second.state is ReadState.VERIFIED


def test_frames_correct_one_another() -> None:
    fusion = Fusion(TODAY)
    for place in (6, 9, 12):
        belief = certain(LINES, 0.97)
        confuse(belief, 0, place, "X", LINES[0][place], 0.75)
        fusion.add(_read(LINES, belief))
    assert fusion.reading is not None
    assert fusion.reading.lines == LINES


def test_the_same_smear_in_every_frame_stays_unsure() -> None:
    fusion = Fusion(TODAY)
    belief = certain(LINES, 0.97)
    confuse(belief, 0, 6, "F", "E", 0.75)
    for _ in range(5):
        fusion.add(_read(LINES, belief))
    assert fusion.reading is not None
    assert fusion.reading.state is ReadState.UNSURE


OTHER = build(Mrz(Format.TD3, "P", "ITA", "ROSSI", "X", "AA1111111", "ITA", "010203", "F", "300101", ("",)))


def test_another_document_begins_anew() -> None:
    fusion = Fusion(TODAY)
    fusion.add(_read(LINES))
    fusion.add(_read(LINES))
    fusion.add(_read(OTHER))
    assert fusion.frames == 1


def test_one_doubtful_frame_is_set_aside_and_two_are_another_document() -> None:
    fusion = Fusion(TODAY)
    fusion.add(_read(LINES))
    fusion.add(_read(LINES))
    doubtful = certain(OTHER, 0.97)
    confuse(doubtful, 0, 6, "Q", "O", 0.6)
    assert fusion.add(_read(OTHER, doubtful)) is not None
    assert fusion.frames == 2
    fusion.add(_read(LINES))
    assert fusion.frames == 3
    fusion.add(_read(OTHER, doubtful))
    fusion.add(_read(OTHER, doubtful))
    assert fusion.frames == 1
    assert fusion.reading is not None
    assert fusion.reading.lines[1] == OTHER[1]


def test_the_shipped_model_is_the_trained_one() -> None:
    assert glyphs.packed(glyphs.model()) == glyphs.resources.path("models/glyphs.npz").read_bytes()


def test_no_weight_is_so_small_that_it_only_costs_time() -> None:
    for weight in glyphs.model().values():
        assert not ((weight != 0) & (np.abs(weight) < 1e-20)).any()


def test_a_damaged_model_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "models"
    models.mkdir()
    content = bytearray(glyphs.resources.path("models/glyphs.npz").read_bytes())
    content[1000] ^= 1
    (models / "glyphs.npz").write_bytes(content)
    (models / "glyphs.npz.sha256").write_text(glyphs.resources.path("models/glyphs.npz.sha256").read_text())
    monkeypatch.setattr(glyphs.resources, "path", lambda name: tmp_path / name)
    glyphs.model.cache_clear()
    with pytest.raises(StaffMustFix, match=r"mrz\.model_damaged"):
        glyphs.classify(np.zeros((1, 30, 20), np.uint8))
    glyphs.model.cache_clear()
