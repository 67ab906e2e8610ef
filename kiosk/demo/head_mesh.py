"""A head as a textured triangle mesh, built once from one frontal photograph (demo and test material only).

The face is MediaPipe's mesh of 468 landmarks. Around it come rings of vertices out to the edge of the hair and down
the neck, so that the whole head turns; behind the lids and the lips come a few vertices of their own, so that the
eyes close and the mouth opens.
"""

from __future__ import annotations

import importlib.util
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.demo.head_wear import put_on

Pixels = NDArray[Any]
"""uint8; OpenCV's own annotations are wider."""
Points = NDArray[np.float64]

# Landmark numbers of MediaPipe's face mesh. "Right" is the person's own right, at the left of the picture.
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
EYE_CORNERS = (33, 133, 362, 263)
CHIN = 152
UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324)
MOUTH_CORNERS = (78, 308)


@dataclass(frozen=True, slots=True)
class Eye:
    """Landmark rows of one eye, each from the corner `ends[0]` to the corner `ends[1]`."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    under_brow: tuple[int, ...]
    ends: tuple[int, int]


EYES = (
    Eye(
        (246, 161, 160, 159, 158, 157, 173),
        (7, 163, 144, 145, 153, 154, 155),
        (247, 30, 29, 27, 28, 56, 190),
        (113, 225, 224, 223, 222, 221, 189),
        (33, 133),
    ),
    Eye(
        (466, 388, 387, 386, 385, 384, 398),
        (249, 390, 373, 374, 380, 381, 382),
        (467, 260, 259, 257, 258, 286, 414),
        (342, 445, 444, 443, 442, 441, 413),
        (263, 362),
    ),
)

SCALE = 3
"""The texture is the photograph enlarged this much, so that a head nearer than in the photograph stays smooth."""
DEPTH = 1.15
"""The mesh's depth is stretched by this, so that a commanded turn of 25 degrees is also measured as more than 20."""
_RINGS = (0.2, 0.45, 0.72, 1.0, 1.12)
"""Rings of vertices from the face oval (0) to the outline of the head (1) and a little beyond."""
_LID_ROWS = 7
_LIP_ROWS = 9


@dataclass(frozen=True, slots=True, eq=False)
class HeadMesh:
    """Geometry in inter-eye distances (IED), origin between the eyes, x right, y down, z away from the camera."""

    vertices: Points
    uv: Points
    """Where each vertex lies in the texture, in texture pixels."""
    triangles: NDArray[np.int64]
    follows_head: Points
    """(n, 1): 1 turns with the head, 0 stays with the shoulders."""
    follows_jaw: Points
    """(n,): 1 moves with the jaw, 0 stays."""
    normals: Points
    pivot: Points
    lashes: tuple[tuple[int, ...], tuple[int, ...]]
    teeth: tuple[int, ...]
    gap_above: tuple[int, ...]
    gap_below: tuple[int, ...]
    texture: Pixels
    texture_alpha: Pixels
    body: Pixels
    """The photograph with the head cut out by `body_alpha`: shoulders and hair behind."""
    body_alpha: Pixels
    backdrop: Pixels
    """The room without the person, small and blurred."""
    eyes_at: tuple[float, float]
    ied: float
    """Inter-eye distance in texture pixels."""


def astronaut() -> Pixels:
    """Return the public-domain portrait of Eileen Collins (NASA) that scikit-image ships, (512, 512, 3) BGR.

    Raises:
        FileNotFoundError: scikit-image, a requirement of demo and tests only, is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("scikit-image is not installed; the demo takes its portrait from there")
    content = _without_colour_profile((Path(spec.origin).parent / "data" / "astronaut.png").read_bytes())
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError("skimage/data/astronaut.png cannot be decoded")
    return np.asarray(picture, np.uint8)


def _without_colour_profile(png: bytes) -> bytes:
    """Leave the iCCP chunk of a PNG out: libpng complains about the one in this picture on stderr."""
    at, kept = 8, [png[:8]]
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] != b"iCCP":
            kept.append(png[at:end])
        at = end
    return b"".join(kept)


def smooth(t: float | Points) -> Points:
    """Return the smooth step 3c^2 - 2c^3 of `t` clipped to 0..1."""
    c = np.clip(t, 0.0, 1.0)
    return np.asarray(c * c * (3.0 - 2.0 * c))


def build(photo: Pixels, size: tuple[int, int], wearing: str = "") -> HeadMesh:
    """Build the mesh from a frontal `photo` (BGR) of one person, for frames of `size` (width, height) pixels.

    `wearing` is one of `head_wear.THINGS`, or nothing.

    Raises:
        ValueError: no face was found in the photograph.
    """
    texture = np.asarray(cv2.resize(photo, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_LANCZOS4), np.uint8)
    height, width = texture.shape[:2]
    face = _landmarks(texture)
    between_eyes = face[list(EYE_CORNERS)].mean(0)
    ied = float(np.hypot(*(face[[362, 263]].mean(0) - face[[33, 133]].mean(0))[:2]))
    face[:, 2] = (face[:, 2] - between_eyes[2]) * DEPTH
    person = _person(photo, face / SCALE, ied / SCALE, (width, height))
    ear_depth = float(face[[234, 454], 2].mean())

    # vertices of the face, then copies: teeth, two rows of the dark gap, its two ends, the lash row of each eye
    counts = np.cumsum([len(face), *[_LIP_ROWS] * 3, 2, _LID_ROWS, _LID_ROWS])
    teeth, above, below, ends, lash_r, lash_l = (tuple(range(a, b)) for a, b in pairwise(counts.tolist()))
    inner = [face, *[face[list(LOWER_LIP)]] * 3, face[list(MOUTH_CORNERS)], *[face[list(eye.upper)] for eye in EYES]]
    points = np.concatenate(inner)
    for eye in EYES:  # the lid row goes above the lashes, the copy keeps the edge of the lid
        upper, crease = list(eye.upper), list(eye.crease)
        points[upper] = face[upper] + 0.45 * (face[crease] - face[upper])
    follows_head = np.ones(len(points))
    follows_jaw = np.ones(len(points))

    # rings from the oval outwards
    oval = face[list(OVAL)]
    centre = face[list(OVAL)].mean(0)
    down = (face[CHIN] - between_eyes)[:2]
    reach, neck = _outline(person, oval[:, :2], centre[:2], down / np.hypot(*down))
    triangles = _face_triangles()
    ring_before: Sequence[int] = OVAL
    rings = []
    for share in _RINGS:
        xy = centre[:2] + (oval[:, :2] - centre[:2]) * (1 + (reach - 1) * share)[:, None]
        z = oval[:, 2] + (ear_depth * 1.1 * (1 - neck) - oval[:, 2]) * min(1.0, share) ** 1.5
        ring = range(len(points), len(points) + len(OVAL))
        points = np.concatenate([points, np.c_[xy, z]])
        follows_head = np.concatenate([follows_head, 1 - neck * smooth(share)])
        follows_jaw = np.concatenate([follows_jaw, np.full(len(OVAL), max(0.0, 1 - 1.4 * share))])
        triangles += _strip([*ring_before, ring_before[0]], [*ring, ring[0]])
        ring_before = ring
        rings.append(xy)
    for eye, lash in zip(EYES, (lash_r, lash_l), strict=True):
        a, b = eye.ends
        triangles += _strip([a, *eye.upper, b], [a, *lash, b]) + _strip([a, *lash, b], [a, *eye.lower, b])
    triangles += _strip([78, *UPPER_LIP, 308], [78, *teeth, 308])
    triangles += _strip([ends[0], *above, ends[1]], [ends[0], *below, ends[1]])
    faces = np.array([t for t in triangles if len(set(t)) == 3])

    # textures: the head with its soft outline; the body without the head; the room without the person
    uv = points[:, :2].copy()
    body_alpha = cv2.multiply(person, 255 - _head_hole(person, rings[3], centre[:2], neck, face), scale=1 / 255)
    picture, alpha = texture.copy(), person.copy()
    picture[:24, :24], alpha[:24, :24] = (24, 18, 44), 255  # a dark patch: the inside of the mouth
    uv[[*above, *below, *ends]] = 12
    lips = 0.2 * (face[list(LOWER_LIP), :2] - face[list(UPPER_LIP), :2])
    uv[list(LOWER_LIP)] += lips  # keep the bright edge of the teeth out of the lips
    uv[list(UPPER_LIP)] -= lips
    body = texture
    if wearing:
        put_on(wearing, picture, face, ied)
        body = texture.copy()
        put_on(wearing, body, face, ied)
        picture[:24, :24] = (24, 18, 44)

    vertices = (points - [between_eyes[0], between_eyes[1], 0.0]) / ied
    return HeadMesh(
        vertices=vertices,
        uv=uv,
        triangles=faces,
        follows_head=follows_head[:, None],
        follows_jaw=follows_jaw,
        normals=_normals(vertices, faces),
        pivot=np.array([vertices[[234, 454], 0].mean(), vertices[CHIN, 1] * 0.75, ear_depth / ied]),
        lashes=(lash_r, lash_l),
        teeth=teeth,
        gap_above=above,
        gap_below=below,
        texture=picture,
        texture_alpha=alpha,
        body=body,
        body_alpha=body_alpha,
        backdrop=_room(texture, person, size),
        eyes_at=(float(between_eyes[0]), float(between_eyes[1])),
        ied=ied,
    )


def _landmarks(picture: Pixels) -> Points:
    from mediapipe.python.solutions import face_mesh

    height, width = picture.shape[:2]
    with face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1) as mesh:
        found = mesh.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).multi_face_landmarks
    if not found:
        raise ValueError("no face found in the photograph")
    return np.array([[p.x * width, p.y * height, p.z * width] for p in found[0].landmark])


def _face_triangles() -> list[tuple[int, int, int]]:
    """Return the triangles of MediaPipe's tessellation, which it publishes as edges only.

    A triangle is three edges in a ring; the rings that merely enclose other triangles have every edge shared thrice.
    """
    from mediapipe.python.solutions import face_mesh

    edges = {(min(e), max(e)) for e in face_mesh.FACEMESH_TESSELATION}
    near: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    found = sorted({(t[0], t[1], t[2]) for a, b in edges for c in near[a] & near[b] for t in [sorted((a, b, c))]})
    shared = Counter(side for a, b, c in found for side in ((a, b), (b, c), (a, c)))
    return [t for t in found if not all(shared[s] > 2 for s in ((t[0], t[1]), (t[1], t[2]), (t[0], t[2])))]


def _strip(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return the triangles between two rows of vertices of the same length."""
    pairs = range(len(a) - 1)
    return [t for i in pairs for t in ((a[i], a[i + 1], b[i]), (a[i + 1], b[i + 1], b[i]))]


def _person(photo: Pixels, face: Points, ied: float, size: tuple[int, int]) -> Pixels:
    """Return a soft mask (0..255) of the person at texture resolution `size`."""
    from mediapipe.python.solutions import selfie_segmentation

    with selfie_segmentation.SelfieSegmentation(model_selection=0) as model:
        likely = model.process(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB)).segmentation_mask
    side = max(3, int(ied / 5)) | 1
    kernel = np.ones((side, side), np.uint8)
    labels = np.where(likely > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode((likely > 0.8).astype(np.uint8), kernel) > 0] = cv2.GC_FGD
    labels[cv2.dilate((likely > 0.2).astype(np.uint8), kernel) == 0] = cv2.GC_BGD
    cv2.fillConvexPoly(labels, cv2.convexHull(face[:, :2].astype(np.float32)).astype(np.int32), (cv2.GC_FGD,))
    cv2.setRNGSeed(7)  # grabCut starts its clusters at random
    model_bg, model_fg = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(photo, labels, (0, 0, 1, 1), model_bg, model_fg, 3, cv2.GC_INIT_WITH_MASK)
    hard = cv2.erode(cv2.medianBlur((labels & 1) * 255, 5), np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(cv2.resize(hard, size, interpolation=cv2.INTER_CUBIC), (0, 0), SCALE)
    return np.asarray(soft, np.uint8)


def _outline(person: Pixels, oval: Points, centre: Points, down: Points) -> tuple[Points, Points]:
    """Return per oval point how far the head reaches (1 = the oval itself) and how much of it is neck (0..1)."""
    height, width = person.shape[:2]
    reach, neck = np.ones(len(oval)), np.zeros(len(oval))
    steps = np.arange(1.03, 2.3, 0.01)
    for i, point in enumerate(oval):
        arm = point - centre
        neck[i] = smooth((arm / np.hypot(*arm) @ down - 0.35) / 0.3)
        at = np.rint(centre + np.outer(steps, arm)).astype(int)
        inside = person[np.clip(at[:, 1], 0, height - 1), np.clip(at[:, 0], 0, width - 1)] > 90
        last = len(steps) - 1 if inside.all() else int(np.argmin(inside))
        last = min(last, int(117 - 155 * neck[i]))
        reach[i] = max(steps[max(last, 0)], 1.08) * (1 - neck[i]) + 1.65 * neck[i]
    for _ in range(2):
        reach = (np.roll(reach, 1) + 2 * reach + np.roll(reach, -1)) / 4
    return reach, neck


def _head_hole(person: Pixels, edge: Points, centre: Points, neck: Points, face: Points) -> Pixels:
    """Return a soft mask of what the moving head will always cover, to be cut out of the body."""
    hole = np.zeros(person.shape, np.uint8)
    grow = np.where(neck > 0.5, 0.92, 1.3)[:, None]
    cv2.fillPoly(hole, [np.rint(centre + (edge - centre) * grow).astype(np.int32)], (255,))
    hole[int(face[13, 1]) :] = 0
    cv2.fillPoly(hole, [np.rint(centre + (edge - centre) * 0.92).astype(np.int32)], (255,))
    return np.asarray(cv2.GaussianBlur(hole, (0, 0), 3), np.uint8)


def _room(texture: Pixels, person: Pixels, size: tuple[int, int]) -> Pixels:
    height, width = texture.shape[:2]
    little = (width // 12, height // 12)
    small = cv2.resize(texture, little, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(person, little, interpolation=cv2.INTER_AREA)
    covered = (cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 8).astype(np.uint8)
    filled = cv2.inpaint(small, covered, 5, cv2.INPAINT_TELEA)
    return np.asarray(cv2.GaussianBlur(cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC), (0, 0), 14), np.uint8)


def _normals(vertices: Points, triangles: NDArray[np.int64]) -> Points:
    corners = vertices[triangles]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat *= -np.sign(flat[:, 2:] + 1e-9)  # towards the camera
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], flat)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9))
