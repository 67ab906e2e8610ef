"""Each measure against values worked out by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biometrics.face import measures, ofiq
from biometrics.face.measures import Aligned
from biometrics.face.pose import MODEL, POINTS, head_pose
from registration.ports.capture import FACE_TARGET


def _face() -> np.ndarray:
    """A face of points: eye centres 100 px apart at y = 200, chin 160 px below, lids 8 px, lips 4 px open."""
    p = np.zeros((478, 2))
    p[:] = (300, 250)
    p[list(measures.RIGHT_EYE)], p[list(measures.LEFT_EYE)] = (250, 200), (350, 200)
    p[33], p[133], p[362], p[263] = (230, 200), (270, 200), (330, 200), (370, 200)
    p[152] = (300, 360)
    for up, low in ((159, 145), (386, 374)):
        p[up], p[low] = (250 if up == 159 else 350, 196), (250 if up == 159 else 350, 204)
    p[13], p[14] = (300, 298), (300, 302)
    for k, i in enumerate(measures.OVAL):
        angle = 2 * np.pi * k / len(measures.OVAL)
        p[i] = (300 + 90 * np.sin(angle), 250 - 110 * np.cos(angle))
    return p


def test_geometry() -> None:
    points = _face()
    points[152] = (300, 360)
    shape = measures.geometry(points)
    assert shape.eyes == (300, 200)
    assert shape.t == 160
    assert shape.inter_eye == 100
    assert shape.right_eye_open == pytest.approx(8 / 160)
    assert shape.mouth_open == pytest.approx(4 / 160)


def test_the_narrower_eye_counts() -> None:
    points = _face()
    points[159], points[145] = (250, 198), (250, 202)
    shape = measures.geometry(points)
    assert shape.eyes_open == shape.right_eye_open == pytest.approx(4 / 160)
    assert shape.left_eye_open == pytest.approx(8 / 160)


def test_inter_eye_distance_is_corrected_for_yaw() -> None:
    assert measures.inter_eye_distance(100, 0) == 100
    assert measures.inter_eye_distance(50, 60) == pytest.approx(100)


def test_luminance_is_linear_light() -> None:
    white, black = np.full((2, 2, 3), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)
    assert measures.luminance(white) == pytest.approx(255, abs=0.01)
    assert measures.luminance(black).max() == 0
    red = np.zeros((1, 1, 3), np.uint8)
    red[..., 2] = 255
    assert measures.luminance(red)[0, 0] == pytest.approx(0.2126 * 255, abs=0.01)
    grey = np.full((1, 1, 3), 188, np.uint8)  # sRGB 188 is half of the light
    assert measures.luminance(grey)[0, 0] / 255 == pytest.approx(0.503, abs=0.002)


def test_exposure_and_range() -> None:
    values = np.array([10, 25, 26, 100, 246, 247, 255, 100], np.float32)
    assert measures.under_exposed(values) == pytest.approx(2 / 8)
    assert measures.over_exposed(values) == pytest.approx(2 / 8)
    assert measures.luminance_mean(np.array([0, 255], np.float32)) == pytest.approx(0.5)
    assert measures.dynamic_range(np.array([1, 2, 3, 4], np.float32)) == pytest.approx(2.0)  # four equal bins: 2 bits
    assert measures.dynamic_range(np.array([7, 7], np.float32)) == 0.0


def test_cheeks() -> None:
    a, b = np.full((4, 4), 60, np.float32), np.full((4, 4), 100, np.float32)
    assert measures.cheek_ratio(a, b) == pytest.approx(0.6)
    assert measures.illumination_uniformity(a, b) == 0.0
    assert measures.illumination_uniformity(a, a) == 1.0
    half = np.array([[60, 60], [100, 100]], np.float32)
    assert measures.illumination_uniformity(a, half) == pytest.approx(0.5)


def test_alignment_brings_the_eyes_to_their_place() -> None:
    points = _face() + np.array([40, 30])
    pixels = np.full((720, 1280, 3), 90, np.uint8)
    pixels[225:235, 265:315] = 255  # the right eye is at (290, 230)
    face = measures.align(pixels, points)
    assert face.landmarks[[33, 133]].mean(0) == pytest.approx([128 - 48, 110])
    assert face.landmarks[[263, 362]].mean(0) == pytest.approx([128 + 48, 110])
    assert face.grey[110, 80] == 255
    assert face.grey[110, 176] == 90


def test_alignment_takes_roll_out() -> None:
    turn = cv2.getRotationMatrix2D((300, 200), -30, 1.0)
    points = _face() @ turn[:, :2].T + turn[:, 2]
    face = measures.align(np.zeros((720, 1280, 3), np.uint8), points)
    assert face.landmarks[[33, 133]].mean(0) == pytest.approx([80, 110], abs=1e-6)


def test_sharpness_of_flat_and_of_stripes() -> None:
    flat = measures.align(np.full((720, 1280, 3), 90, np.uint8), _face())
    assert measures.sharpness(flat) == 0.0
    stripes = np.full((720, 1280, 3), 90, np.uint8)
    stripes[:, ::8] = 200
    sharp = measures.sharpness(measures.align(stripes, _face()))
    soft = measures.sharpness(measures.align(cv2.GaussianBlur(stripes, (0, 0), 3), _face()))
    assert sharp > 100 > 12 > soft


def test_a_darker_face_is_as_sharp_and_a_soft_one_as_soft() -> None:
    def seen(light: float, blur: float) -> float:
        linear = np.full((720, 1280), 0.4)
        linear[:, ::8] = 0.45
        levels = 255 * (1.055 * (light * linear) ** (1 / 2.4) - 0.055)
        grey = np.repeat(np.rint(levels).astype(np.uint8)[..., None], 3, axis=2)
        return measures.sharpness(measures.align(cv2.GaussianBlur(grey, (0, 0), blur) if blur else grey, _face()))

    assert seen(0.4, 0) == pytest.approx(seen(0.8, 0), rel=0.35)
    assert seen(0.1, 0) < 0.7 * seen(0.8, 0)  # raised at most twice
    assert seen(0.4, 3) < 0.2 * seen(0.8, 0)


def test_dark_glasses_darken_the_eyes() -> None:
    light = np.full((720, 1280, 3), 180, np.uint8)
    face = measures.align(light, _face())
    assert measures.eyes_uncovered(face, *measures.cheeks(face)) == pytest.approx(1.0, abs=0.01)
    light[170:230, 220:380] = 20
    face = measures.align(light, _face())
    assert measures.eyes_uncovered(face, *measures.cheeks(face)) < 0.1


@pytest.mark.parametrize(
    ("nose", "below", "expected"),
    [
        ((128, 128, 128), (128, 128, 128), 0.0),
        # sRGB (255, 0, 0) is L*a*b* 53.24, 80.09, 67.20 (CIE 1976, D65) and grey has a* = b* = 0: the root of the sum
        # of the squares is 104.55.
        ((0, 0, 255), (128, 128, 128), 104.55),
        ((128, 128, 128), (0, 0, 255), 104.55),
        ((128, 128, 128), (40, 0, 0), 0.0),  # L* of 53.6 against some 5: a beard may be of any colour
    ],
)
def test_a_covered_mouth_has_another_colour(
    nose: tuple[int, int, int], below: tuple[int, int, int], expected: float
) -> None:
    pixels = np.full((300, 256, 3), nose, np.uint8)
    pixels[150:] = below
    landmarks = np.zeros((478, 2))
    landmarks[[168, 164, 200]] = [(128, 100), (128, 190), (128, 240)]
    face = Aligned(pixels, pixels[..., 0], measures.luminance(pixels), np.ones((300, 256), bool), landmarks)
    assert measures.mouth_covered(face) == pytest.approx(expected, abs=0.3)
    landmarks[200] = (128, 100)  # only the lip is covered: a moustache
    assert measures.mouth_covered(face) == pytest.approx(0.0, abs=0.3)


def test_pattern_ignores_light_and_tells_pictures_apart() -> None:
    picture = np.random.default_rng(1).integers(0, 200, (720, 1280, 3), np.uint8)
    smooth = cv2.GaussianBlur(picture, (0, 0), 12)
    one = measures.pattern(measures.align(smooth, _face()))
    brighter = measures.pattern(measures.align(cv2.convertScaleAbs(smooth, alpha=1.1, beta=10), _face()))
    other = measures.pattern(measures.align(np.ascontiguousarray(smooth[::-1]), _face()))
    assert float(one @ one) == pytest.approx(1.0, abs=1e-5)
    assert float(one @ brighter) > 0.97
    assert float(one @ other) < 0.6


def test_the_pattern_leaves_out_what_is_beside_the_face() -> None:
    picture = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 200, (720, 1280, 3), np.uint8), (0, 0), 12)
    beside = np.full_like(picture, 255)
    outline = cv2.convexHull(_face()[list(measures.OVAL)].astype(np.int32))
    cv2.fillConvexPoly(beside, outline, (0, 0, 0))
    room = np.where(cv2.dilate(beside, np.ones((3, 3))) > 0, np.uint8(255), picture)
    room[cv2.erode(beside, np.ones((9, 9))) == 0] = picture[cv2.erode(beside, np.ones((9, 9))) == 0]
    one, same = (measures.pattern(measures.align(pixels, _face())) for pixels in (picture, room))
    assert float(one @ same) > 0.99
    assert float(np.linalg.norm(one)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(0, 0, 0), (20, 0, 0), (-20, 0, 0), (0, 10, 0), (0, -10, 0), (0, 0, 12), (15, 5, -4)]
)
def test_pose_of_the_model_itself(yaw: float, pitch: float, roll: float) -> None:
    def around(axis: list[float], degrees: float) -> np.ndarray:
        return np.asarray(cv2.Rodrigues(np.radians(degrees) * np.array(axis, float))[0])

    turn = around([0, 0, 1], roll) @ around([0, 1, 0], -yaw) @ around([1, 0, 0], pitch)
    at = MODEL @ turn.T + [0, 0, 60]
    focal = 1.2 * 1280
    points = np.zeros((478, 2))
    points[POINTS] = focal * at[:, :2] / at[:, 2:] + [640, 360]
    pose = head_pose(points, 1280, 720)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.05)
    assert head_pose(points, 1280, 720, pitch_offset=9.0).pitch == pytest.approx(pitch - 9, abs=0.05)


def test_a_turn_to_the_persons_left_moves_the_nose_to_the_right_of_the_frame() -> None:
    turn = np.asarray(cv2.Rodrigues(np.radians(20) * np.array([0.0, -1.0, 0.0]))[0])
    at = MODEL @ turn.T
    nose, eyes = at[list(POINTS).index(1), 0], at[[list(POINTS).index(i) for i in (33, 263)], 0].mean()
    assert nose > eyes


@pytest.mark.parametrize(
    ("score", "worked"),
    [  # worked points of OFIQ 1.0.3 and the formula by hand
        (ofiq.eyes_open(0.023), 57.4),
        (ofiq.eyes_open(0.05), 95.3),
        (ofiq.mouth_closed(0.2), 50.0),
        (ofiq.mouth_closed(0.083), 87.5),
        (ofiq.inter_eye_distance(90), 73.1),
        (ofiq.inter_eye_distance(120), 92.4),
        (ofiq.head_size(0.45), 100.0),
        (ofiq.head_size(0.40), 53.8),
        (ofiq.sideward_crop(0.9), 50.0),
        (ofiq.sideward_crop(1.2), 95.3),
        (ofiq.margin_above(1.4), 50.0),
        (ofiq.margin_below(1.7), 26.9),
        (ofiq.head_pose(15), 93.3),
        (ofiq.head_pose(95), 0.0),
        (ofiq.illumination_uniformity(0.2), 61.7),
        (ofiq.luminance_mean(0.2), 50.0),
        (ofiq.under_exposure_prevention(0.8), 89.8),
        (ofiq.over_exposure_prevention(0.01), 50.0),
        (ofiq.dynamic_range(7), 87.5),
        (ofiq.single_face_present(0.25), 75.0),
    ],
)
def test_ofiq_mappings(score: float, worked: float) -> None:
    assert score == pytest.approx(worked, abs=0.1)


def test_the_target_oval_lies_inside_the_frame() -> None:
    assert 0 < FACE_TARGET.cy - FACE_TARGET.ry < FACE_TARGET.eye_line < FACE_TARGET.cy + FACE_TARGET.ry < 1
