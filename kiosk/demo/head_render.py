"""Draws the head mesh as a camera would see it: turn, lids, lips, light, blur and sensor noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.demo.head_mesh import EYES, LOWER_LIP, UPPER_LIP, HeadMesh, Pixels, Points, smooth

WIDEST_MOUTH = 0.55
"""Gap between the lips at `mouth` = 1, in inter-eye distances."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the head stands before the camera."""

    yaw: float = 0.0
    """Degrees; positive turns the head to the person's own left, which is to the right in the (unmirrored) frame."""
    pitch: float = 0.0
    """Degrees; positive bows the head."""
    roll: float = 0.0
    """Degrees; positive leans clockwise as the frame shows it."""
    x: float = 0.5
    """Midpoint between the eyes, as a share of the frame's width and height."""
    y: float = 0.44
    ied: float = 112.0
    """Inter-eye distance in pixels: how near the person stands."""
    eyes: float = 0.0
    """0 open, 1 closed."""
    mouth: float = 0.0
    """0 closed, 1 wide open."""


@dataclass(frozen=True, slots=True)
class Light:
    """How the room and the camera treat the picture."""

    gain: float = 1.0
    side: float = 0.0
    """Light from the side, -1 to 1; positive brightens what faces the frame's right."""
    noise: float = 2.0
    """Sensor noise, sigma in grey levels."""
    blur: float = 0.0
    """Gaussian blur, sigma in pixels."""


class HeadRenderer:
    """Renders one `HeadMesh` into frames of `size` (width, height). The noise repeats with `seed`."""

    def __init__(self, mesh: HeadMesh, size: tuple[int, int], seed: int = 7) -> None:
        self._mesh = mesh
        self._width, self._height = size
        self._focal = 1.2 * self._width
        self._random = np.random.default_rng(seed)
        self._behind: tuple[tuple[float, float, float], Pixels] | None = None
        self._grain: tuple[float, Pixels, Pixels] | None = None

    def render(self, look: Look, light: Light) -> Pixels:
        """Return one (height, width, 3) uint8 BGR frame, unmirrored as a camera sees it."""
        rotation = _rotation(look)
        vertices, uv = self._shape(look.eyes, look.mouth)
        mesh = self._mesh
        turned = vertices + mesh.follows_head * ((vertices - mesh.pivot) @ rotation.T + mesh.pivot - vertices)
        at = turned + self._place(look)
        screen = self._focal * at[:, :2] / at[:, 2:] + [self._width / 2, self._height / 2]
        shade = 1 + light.side * (mesh.normals @ rotation.T)[:, 0] if light.side else None
        frame = self._scene_behind(look).copy()
        self._draw(frame, screen, turned[:, 2], uv, shade)
        return self._as_seen(frame, light)

    def empty(self, light: Light) -> Pixels:
        """Return a frame of the room with nobody in it."""
        return self._as_seen(self._mesh.backdrop.copy(), light)

    def _as_seen(self, frame: Pixels, light: Light) -> Pixels:
        if light.gain != 1:
            frame = cv2.convertScaleAbs(frame, alpha=light.gain)
        if light.blur:
            frame = cv2.GaussianBlur(frame, (0, 0), light.blur)
        return self._with_noise(frame, light.noise) if light.noise else frame

    def _place(self, look: Look) -> Points:
        x = (look.x - 0.5) * self._width / look.ied
        y = (look.y - 0.5) * self._height / look.ied
        return np.array([x, y, self._focal / look.ied])

    def _draw(self, frame: Pixels, screen: Points, depth: Points, uv: Points, shade: Points | None) -> None:
        """Paint the triangles' numbers from far to near, then fetch every pixel's texture through its triangle."""
        low = np.maximum(np.floor(screen.min(0)).astype(int), 0)
        high = np.minimum(np.ceil(screen.max(0)).astype(int) + 1, [self._width, self._height])
        if (high <= low).any():
            return
        (x0, y0), (x1, y1) = low, high
        triangles = self._mesh.triangles
        corners = screen[triangles] - low
        numbers = np.full((y1 - y0, x1 - x0), len(triangles), np.int32)
        fixed = np.rint(corners * 16).astype(np.int32)
        for k in np.argsort(-depth[triangles].mean(1)).tolist():
            cv2.fillConvexPoly(numbers, fixed[k], k, cv2.LINE_8, 4)
        values = uv if shade is None else np.c_[uv, shade]
        maps = _affine_maps(corners, values[triangles])
        gx = np.arange(x1 - x0, dtype=np.float32)[None]
        gy = np.arange(y1 - y0, dtype=np.float32)[:, None]
        planes = []
        for per_x, per_y, constant in maps:
            plane = np.take(per_x, numbers)
            plane *= gx
            slope = np.take(per_y, numbers)
            slope *= gy
            plane += slope
            plane += np.take(constant, numbers)
            planes.append(plane)
        picture = cv2.remap(self._mesh.texture, planes[0], planes[1], cv2.INTER_LINEAR)
        alpha = cv2.remap(self._mesh.texture_alpha, planes[0], planes[1], cv2.INTER_LINEAR)
        if shade is not None:
            picture = cv2.multiply(picture, cv2.merge([planes[2]] * 3), dtype=cv2.CV_8U)
        region = frame[y0:y1, x0:x1]
        region[:] = _over(picture, alpha, region)

    def _shape(self, eyes: float, mouth: float) -> tuple[Points, Points]:
        """Return vertices and texture places with the lids `eyes` closed and the mouth `mouth` open."""
        vertices, uv = self._mesh.vertices.copy(), self._mesh.uv.copy()
        if eyes:
            self._close_eyes(vertices, uv, eyes)
        self._move_mouth(vertices, mouth)
        return vertices, uv

    def _close_eyes(self, vertices: Points, uv: Points, closed: float) -> None:
        rest, texture = self._mesh.vertices, self._mesh.uv
        for eye, lash_row in zip(EYES, self._mesh.lashes, strict=True):
            upper, lower, crease, brow = (list(r) for r in (eye.upper, eye.lower, eye.crease, eye.under_brow))
            lash = list(lash_row)
            for row, share in ((upper, 0.35), (crease, 0.6)):  # bare skin from below the brow, no lashes, on the lid
                skin = texture[crease] + share * (texture[brow] - texture[crease])
                uv[row] += closed * (skin - texture[row])
            fall = closed * 0.88 * (rest[lower] - rest[lash])
            vertices[upper] += fall
            vertices[lash] += fall
            vertices[lower] -= closed * 0.12 * (rest[lower] - rest[lash])
            vertices[crease] += 0.5 * fall
            vertices[brow] += 0.12 * fall

    def _move_mouth(self, vertices: Points, opened: float) -> None:
        mesh, rest = self._mesh, self._mesh.vertices
        lower, upper = list(LOWER_LIP), list(UPPER_LIP)
        gap = rest[lower] - rest[upper]
        widest_now = float(np.hypot(*gap[4, :2]))
        change = opened * WIDEST_MOUTH - widest_now  # below 0: the lips in the photograph are to be closed
        half = (rest[308, 0] - rest[78, 0]) / 2
        from_middle = np.abs(rest[:, 0] - (rest[308, 0] + rest[78, 0]) / 2)
        line = np.interp(rest[:, 0], *rest[[61, *lower, 291], :2].T)
        to_chin = smooth((rest[:, 1] - line) / (0.6 * np.maximum(rest[152, 1] - line, 0.1)))
        lips = np.clip(1 - (from_middle / half) ** 2, 0, 1) ** 0.65
        jaw = np.cos(np.pi / 2 * np.clip(from_middle / (2.4 * half), 0, 1))
        below = (rest[:, 1] > line - 1e-4) * mesh.follows_jaw
        if change > 0:
            vertices[:, 1] += below * change * (lips * (1 - to_chin) + 0.9 * jaw * to_chin)
            teeth = rest[lower]
        else:
            vertices[:, 1] += below * 0.7 * change * lips * (1 - to_chin)
            vertices[lower] = rest[lower] + 0.7 * gap * change / widest_now
            vertices[upper] = rest[upper] - 0.3 * gap * change / widest_now
            teeth = vertices[lower]
        vertices[list(mesh.teeth)] = teeth
        vertices[list(mesh.gap_above)] = teeth
        vertices[list(mesh.gap_below)] = vertices[lower]
        vertices[[*mesh.teeth, *mesh.gap_above, *mesh.gap_below], 2] += 0.02

    def _scene_behind(self, look: Look) -> Pixels:
        mesh = self._mesh
        # The shoulders follow in whole pixels, so that most frames of a small sway find their picture made.
        x, y, ied = float(round(look.x * self._width)), float(round(look.y * self._height)), round(2 * look.ied) / 2
        if self._behind is None or self._behind[0] != (x, y, ied):
            s = ied / mesh.ied
            matrix = np.array([[s, 0, x - s * mesh.eyes_at[0]], [0, s, y - s * mesh.eyes_at[1]]])
            size = (self._width, self._height)
            body = cv2.warpAffine(mesh.body, matrix, size)
            alpha = cv2.warpAffine(mesh.body_alpha, matrix, size)
            self._behind = ((x, y, ied), _over(body, alpha, mesh.backdrop))
        return self._behind[1]

    def _with_noise(self, frame: Pixels, sigma: float) -> Pixels:
        if self._grain is None or self._grain[0] != sigma:
            raw = self._random.normal(0, sigma, (self._height + 64, self._width + 64, 3))
            grain = cv2.GaussianBlur(raw, (0, 0), 0.6) * 1.6
            up, down = (np.clip(part, 0, 255).astype(np.uint8) for part in (grain, -grain))
            self._grain = (sigma, up, down)
        y, x = self._random.integers(0, 64, 2)
        window = np.s_[y : y + self._height, x : x + self._width]
        return np.asarray(cv2.subtract(cv2.add(frame, self._grain[1][window]), self._grain[2][window]), np.uint8)


def _rotation(look: Look) -> Points:
    turns = ([0.0, -look.yaw, 0.0], [float(look.pitch), 0.0, 0.0], [0.0, 0.0, float(look.roll)])
    ry, rx, rz = (np.asarray(cv2.Rodrigues(np.radians(k))[0]) for k in turns)
    return np.asarray(rz @ rx @ ry)


def _affine_maps(corners: Points, values: Points) -> list[tuple[Points, Points, Points]]:
    """Return, per value, its slope along x and y and its constant in every triangle, and one more that shows nothing.

    `corners` is (m, 3, 2), `values` (m, 3, k). The slopes solve v = a x + b y + c at the three corners (Cramer's rule).
    """
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    thin = np.abs(area) < 1e-3
    area = np.where(thin, 1.0, area)
    maps = []
    for k in range(values.shape[2]):
        rise1 = values[:, 1, k] - values[:, 0, k]
        rise2 = values[:, 2, k] - values[:, 0, k]
        a = np.where(thin, 0.0, (rise1 * edge2[:, 1] - rise2 * edge1[:, 1]) / area)
        b = np.where(thin, 0.0, (rise2 * edge1[:, 0] - rise1 * edge2[:, 0]) / area)
        c = np.where(thin, -9.0, values[:, 0, k] - a * corners[:, 0, 0] - b * corners[:, 0, 1])
        row = (np.append(part, last).astype(np.float32) for part, last in ((a, 0.0), (b, 0.0), (c, -9.0)))
        maps.append(tuple(row))
    return maps  # type: ignore[return-value]


def _over(front: Pixels, alpha: Pixels, behind: Pixels) -> Pixels:
    share = alpha.astype(np.float32) * (1 / 255)
    return np.asarray(cv2.blendLinear(front, behind, share, 1 - share), np.uint8)
