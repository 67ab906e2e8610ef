"""Quality components of ISO/IEC 29794-5:2025 as 0..100, after OFIQ 1.0.3, the standard's reference implementation.

OFIQ (BSI, MIT licence) publishes the mappings, not limits for accepting a face; the limits are ours
(`thresholds`). Measures that need OFIQ's own models (unified score, segmentation, compression) are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping


def _sigmoid(x: float, x0: float, w: float) -> float:
    return 1 / (1 + math.exp(max(-700.0, min(700.0, -(x - x0) / w))))


def _clip(value: float) -> float:
    return max(0.0, min(100.0, value))


def eyes_open(ratio: float) -> float:
    """EyesOpen: 100 sigmoid((x - .02) / .01) of the narrower eye's lid gap / T."""
    return _clip(100 * _sigmoid(ratio, 0.02, 0.01))


def mouth_closed(ratio: float) -> float:
    """MouthClosed: 100 (1 - sigmoid((x - .2) / .06)) of the inner lip gap / T."""
    return _clip(100 * (1 - _sigmoid(ratio, 0.2, 0.06)))


def inter_eye_distance(pixels: float) -> float:
    """InterEyeDistance: 100 sigmoid((x - 70) / 20) of pixels, corrected for yaw."""
    return _clip(100 * _sigmoid(pixels, 70, 20))


def head_size(ratio: float) -> float:
    """HeadSize: 200 (1 - sigmoid(|x - .45| / .05)) of T / image height; here taken of the saved portrait."""
    return _clip(200 * (1 - _sigmoid(abs(ratio - 0.45), 0, 0.05)))


def sideward_crop(distance: float) -> float:
    """LeftwardCropOfTheFaceImage, Rightward-: 100 sigmoid((x - .9) / .1) of the eye's distance from the edge / IED."""
    return _clip(100 * _sigmoid(distance, 0.9, 0.1))


def margin_above(distance: float) -> float:
    """MarginAboveOfTheFaceImage: 100 sigmoid((x - 1.4) / .1) of the eyes' distance from the upper edge / T."""
    return _clip(100 * _sigmoid(distance, 1.4, 0.1))


def margin_below(distance: float) -> float:
    """MarginBelowOfTheFaceImage: 100 sigmoid((x - 1.8) / .1) of the eyes' distance from the lower edge / T.

    The three margins and HeadSize cannot all be high: the first two together ask for 3.2 T, HeadSize for 2.2 T.
    """
    return _clip(100 * _sigmoid(distance, 1.8, 0.1))


def head_pose(degrees: float) -> float:
    """HeadPoseYaw, -Pitch, -Roll: 100 cos^2 of the angle, 0 beyond 90 degrees."""
    return 0.0 if abs(degrees) >= 90 else _clip(100 * math.cos(math.radians(degrees)) ** 2)


def illumination_uniformity(share: float) -> float:
    """IlluminationUniformity: 100 x^0.3 of the histogram intersection of both cheeks."""
    return _clip(100 * share**0.3)


def luminance_mean(value: float) -> float:
    """LuminanceMean: 100 sigmoid((x - .2) / .05) (1 - sigmoid((x - .8) / .05)) of mean linear luminance, 0..1."""
    return _clip(100 * _sigmoid(value, 0.2, 0.05) * (1 - _sigmoid(value, 0.8, 0.05)))


def under_exposure_prevention(share: float) -> float:
    """UnderExposurePrevention: 120 (.832 - sigmoid((x - .92) / .05)) of the share with luminance <= 25 of 255."""
    return _clip(120 * (0.832 - _sigmoid(share, 0.92, 0.05)))


def over_exposure_prevention(share: float) -> float:
    """OverExposurePrevention: 1 / (x + .01) of the share with luminance >= 247 of 255, at most 100."""
    return _clip(1 / (share + 0.01))


def dynamic_range(bits: float) -> float:
    """DynamicRange: 12.5 x of the entropy of the luminance histogram in bits."""
    return _clip(12.5 * bits)


def single_face_present(ratio: float) -> float:
    """SingleFacePresent: 100 (1 - x) of the second face's area / the first's."""
    return _clip(100 * (1 - ratio))


def components(raw: Mapping[str, float]) -> dict[str, float]:
    """Map a face's raw measures (names of `measures.Measures`) to the standard's components, 0..100."""
    return {
        "EyesOpen": eyes_open(raw["eyes_open"]),
        "MouthClosed": mouth_closed(raw["mouth_open"]),
        "InterEyeDistance": inter_eye_distance(raw["inter_eye_distance"]),
        "HeadPoseYaw": head_pose(raw["yaw"]),
        "HeadPosePitch": head_pose(raw["pitch"]),
        "HeadPoseRoll": head_pose(raw["roll"]),
        "IlluminationUniformity": illumination_uniformity(raw["illumination_uniformity"]),
        "LuminanceMean": luminance_mean(raw["luminance_mean"]),
        "UnderExposurePrevention": under_exposure_prevention(raw["under_exposed"]),
        "OverExposurePrevention": over_exposure_prevention(raw["over_exposed"]),
        "DynamicRange": dynamic_range(raw["dynamic_range"]),
        "SingleFacePresent": single_face_present(raw["single_face"]),
    }
