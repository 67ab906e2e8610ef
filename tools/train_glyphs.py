"""Train the glyph model of the MRZ reader: OCR-B rendered here, degraded like webcam and phone photographs.

    python tools/train_glyphs.py [--lines 30000] [--epochs 8] [--seed 1] [--out resources/models]

Writes ``glyphs.npz`` and ``glyphs.npz.sha256``. Nothing is downloaded: the only input is the OCR-B font the product
ships. One core, about five minutes of CPU. The same seed on the same numpy gives the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import resources
from biometrics.document import glyphs

Floats = NDArray[np.float32]
PITCH = 46.27
"""Advance of one character at the rendered size, pixels; also the height of a capital."""
SIZE = 64
PER_LINE = 14
NONE = glyphs.CLASSES.index(glyphs.NO_GLYPH)


class Font:
    """Glyph pictures of one font at several stroke weights, ink = 1."""

    def __init__(self, file: Path) -> None:
        font = ImageFont.truetype(str(file), SIZE)
        self.width = round(font.getlength("M"))
        self.height = 150
        box = font.getbbox("H")
        self.middle = 40 + (box[1] + box[3]) / 2
        plain = []
        for char in glyphs.ALPHABET:
            image = Image.new("L", (self.width * 3, self.height), 0)
            ImageDraw.Draw(image).text((self.width, 40), char, font=font, fill=255)
            plain.append(np.asarray(image, np.float32) / 255)
        self.weights = []
        for change in (-3, -2, 0, 0, 2, 3, 4, 5, 6):
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1, abs(change) + 1))
            alter = cv2.dilate if change > 0 else cv2.erode
            self.weights.append([alter(g, kernel) if change else g for g in plain])

    def line(self, rng: np.random.Generator, labels: NDArray[np.int64]) -> Floats:
        """Return a line with one free place at each end; NO_GLYPH places are empty or hold something else."""
        glyph_set = self.weights[rng.integers(len(self.weights))]
        line = np.zeros((self.height, self.width * (len(labels) + 4)), np.float32)
        wander = rng.random() < 0.25
        stretch = rng.uniform(0.84, 1.12) if rng.random() < 0.6 else 1.0
        middle = 1.5 * self.width
        narrow = np.array([[stretch, 0, middle * (1 - stretch)], [0, 1, 0]], np.float32)
        for place, label in enumerate(labels):
            left = self.width * place  # the picture has a free width before its glyph
            if label == NONE:
                continue
            glyph = glyph_set[label]
            if stretch != 1:
                glyph = cv2.warpAffine(glyph, narrow, (glyph.shape[1], glyph.shape[0]))
            if wander:
                glyph = np.roll(glyph, (int(rng.normal(0, 1.6)), int(rng.normal(0, 1.6))), (0, 1))
            part = line[:, left : left + glyph.shape[1]]
            np.maximum(part, glyph, out=part)
        return bent(rng, line) if rng.random() < 0.6 else line


def bent(rng: np.random.Generator, line: Floats) -> Floats:
    """Move strokes a little, as other foundries' cuts of OCR-B have them, and as ink runs."""
    h, w = line.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    size = (h // 11, w // 11)
    for axis in (x, y):
        field = rng.normal(0, rng.uniform(0.4, 2.6), size).astype(np.float32)
        axis += cv2.resize(field, (w, h), interpolation=cv2.INTER_CUBIC)
    out: Floats = cv2.remap(line, x, y, cv2.INTER_LINEAR).astype(np.float32)
    return out


def clutter(rng: np.random.Generator, h: int, w: int) -> Floats:
    """What lies behind a machine-readable zone, -1 to 1: guilloche waves, print screens, photo texture, strokes."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    out = np.zeros((h, w), np.float32)
    kind = rng.integers(5)
    if kind <= 1:
        for _ in range(int(rng.integers(1, 5))):
            period, angle = rng.uniform(3, 22), rng.uniform(0, np.pi)
            bend = rng.uniform(0, 8) * np.sin((x + y * rng.uniform(-1, 1)) / rng.uniform(12, 70) + rng.uniform(0, 6))
            wave = np.sin((x * np.cos(angle) + y * np.sin(angle) + bend) * 2 * np.pi / period)
            out += np.maximum(wave, rng.uniform(-1, 0.8)) * rng.uniform(0.3, 1)
    elif kind == 2:
        small = rng.normal(0, 1, (max(2, h // int(rng.integers(2, 9))), max(2, w // int(rng.integers(2, 14)))))
        out = cv2.resize(small.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    elif kind == 3:
        for _ in range(int(rng.integers(1, 7))):
            a, b = rng.integers(-w // 4, w + w // 4, 2), rng.integers(-h // 2, h + h // 2, 2)
            start, end = (int(a[0]), int(b[0])), (int(a[1]), int(b[1]))
            cv2.line(out, start, end, float(rng.uniform(-1, 1)), int(rng.integers(1, 4)), cv2.LINE_AA)
    else:
        step = rng.uniform(4, 12)
        out = (np.sin(x * 2 * np.pi / step) * np.sin(y * 2 * np.pi / step + 1)).astype(np.float32)
    peak = float(np.abs(out).max()) or 1.0
    return (out / peak).astype(np.float32)


def degrade(rng: np.random.Generator, image: Floats, pitch: float) -> NDArray[np.uint8]:
    """Turn ink (0 to 1) into what a camera or scanner makes of it."""
    h, w = image.shape
    if rng.random() < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.2, 0.2 + 0.11 * pitch)).astype(np.float32)
    if rng.random() < 0.25:
        length = int(rng.uniform(2, 0.3 * pitch + 2))
        kernel = np.zeros((length, length), np.float32)
        end = (int(rng.integers(length)), length - 1) if rng.random() < 0.5 else (length - 1, int(rng.integers(length)))
        cv2.line(kernel, (length - 1 - end[0], length - 1 - end[1]), end, 1.0, 1)
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1))
    dark = rng.uniform(5, 120)
    light = rng.uniform(max(dark + 30, 105), 255)
    depth = light - dark
    paper = np.full((h, w), light, np.float32)
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        paper += clutter(rng, h, w) * rng.uniform(0, 0.42) * depth
    if rng.random() < 0.45:  # light falling off, or a shadow's edge
        ramp = np.linspace(-1, 1, w, dtype=np.float32)[None]
        paper += np.tanh(ramp * rng.uniform(0.5, 6) + rng.uniform(-2, 2)) * rng.uniform(-0.35, 0.35) * depth
    if rng.random() < 0.15:  # ink that did not take, or has gone
        grain = cv2.GaussianBlur(rng.normal(0, 1, image.shape).astype(np.float32), (0, 0), rng.uniform(0.5, 1.6))
        image = np.where(grain < np.quantile(grain, rng.uniform(0, 0.2)), image * rng.uniform(0, 0.7), image)
    see_through = rng.uniform(0.75, 1.0)
    shot = paper * (1 - image * see_through) + (dark + 0.25 * (paper - light)) * image * see_through
    if rng.random() < 0.12:  # a stroke of a stamp or of a watermark across the glyphs
        y0, y1 = rng.uniform(-0.2, 1.2, 2) * h
        veil = np.zeros((h, w), np.float32)
        start = int(rng.integers(w))
        end = (int(start + rng.normal(0, 3 * pitch)), int(y1))
        cv2.line(veil, (start, int(y0)), end, 1.0, int(rng.integers(1, 4)), cv2.LINE_AA)
        shot += veil * rng.uniform(-0.6, 0.3) * depth
    shot += rng.normal(0, rng.uniform(0, 0.11) * depth, shot.shape)
    if rng.random() < 0.1:  # an over-sharpened camera
        shot += (shot - cv2.GaussianBlur(shot, (0, 0), 1.2)) * rng.uniform(0.5, 2.0)
    pixels: NDArray[np.uint8] = np.clip(shot, 0, 255).astype(np.uint8)
    if rng.random() < 0.45:
        _ok, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(22, 90))])
        pixels = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.uint8)
    return pixels


def sample(rng: np.random.Generator, fonts: list[Font]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the cells of one degraded line and their classes."""
    font = fonts[0 if rng.random() < 0.65 else 1]
    labels = rng.integers(0, len(glyphs.ALPHABET), PER_LINE)
    labels[rng.random(PER_LINE) < 0.13] = glyphs.ALPHABET.index("<")
    edge = rng.random()
    if edge < 0.2:
        labels[: rng.integers(1, 6)] = NONE
    elif edge < 0.4:
        labels[-int(rng.integers(1, 6)) :] = NONE
    line = font.line(rng, labels)
    pitch = rng.uniform(8, 28)
    sx = pitch / font.width
    sy = sx * rng.uniform(0.84, 1.2)
    line = cv2.GaussianBlur(line, (0, 0), max(0.3, 0.42 / sx)).astype(np.float32)
    w, h = int(line.shape[1] * sx) + 2, int(line.shape[0] * sy) + 6
    lean, slope = rng.normal(0, 0.07), rng.normal(0, 0.012)
    matrix = np.array([[sx, lean * sy, -lean * sy * font.middle], [slope * sx, sy, 0]], np.float32)
    image = cv2.warpAffine(line, matrix, (w, h), flags=cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.08:  # a rule or the document's edge near the line
        row = int(sy * font.middle + rng.choice([-1, 1]) * pitch * rng.uniform(0.62, 0.85))
        cv2.line(image, (0, row), (w, row + int(rng.normal(0, 2))), float(rng.uniform(0.3, 1)), int(rng.integers(1, 4)))
    if rng.random() < 0.05:  # the document's edge at an end of the line
        column = int((font.width * (1 if rng.random() < 0.5 else PER_LINE + 1)) * sx + rng.normal(0, 0.2) * pitch)
        image[:, : max(column, 0)] = np.maximum(image[:, : max(column, 0)], rng.uniform(0, 0.8))
    shot = degrade(rng, image, pitch)
    # How far off the reader may put its cells: a shift common to the line, and a little per cell.
    off_x, off_y = rng.normal(0, 0.07) * pitch, rng.normal(0, 0.08) * pitch
    zoom_x, zoom_y = rng.uniform(0.94, 1.06), sy / sx * rng.uniform(0.88, 1.13)
    cells = np.empty((PER_LINE, glyphs.HEIGHT, glyphs.WIDTH), np.uint8)
    keep = np.ones(PER_LINE, bool)
    for place in range(PER_LINE):
        middle = np.array([font.width * (place + 1.5), font.middle, 1], np.float32)
        cx, cy = matrix @ middle
        dx, dy = rng.normal(0, 0.035, 2) * pitch
        if labels[place] != NONE and rng.random() < 0.03:  # half-way between two glyphs, or between two lines
            if rng.random() < 0.5:
                cx += pitch * rng.choice([-0.5, 0.5])
                if place in (0, PER_LINE - 1):
                    keep[place] = False
            else:
                cy += pitch * rng.choice([-0.75, 0.75])
            labels[place] = NONE
        unit_x, unit_y = pitch / glyphs.WIDTH * zoom_x, pitch / glyphs.WIDTH * zoom_y
        left, top = cx + off_x + dx - unit_x * glyphs.WIDTH / 2, cy + off_y + dy - unit_y * glyphs.HEIGHT / 2
        back = np.array([[unit_x, 0, left + unit_x / 2], [0, unit_y, top + unit_y / 2]], np.float32)
        cells[place] = cv2.warpAffine(
            shot,
            back,
            (glyphs.WIDTH, glyphs.HEIGHT),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return cells[keep], labels[keep]


def make(rng: np.random.Generator, fonts: list[Font], lines: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    parts = [sample(rng, fonts) for _ in range(lines)]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


# ------------------------------------------------------------------------------------------------- training


def initial(rng: np.random.Generator) -> dict[str, Floats]:
    """He-initialised weights in the shapes `glyphs.forward` takes."""
    c1, c2, hidden = 14, 36, 112
    rows, columns = glyphs.second_map()
    shapes = {
        "conv1": (25, c1),
        "conv2": (9 * c1, c2),
        "hidden": (rows * columns * c2, hidden),
        "out": (hidden, len(glyphs.CLASSES)),
    }
    weights: dict[str, Floats] = {}
    for name, shape in shapes.items():
        weights[f"{name}_w"] = (rng.normal(0, 1, shape) * np.sqrt(2 / shape[0])).astype(np.float32)
        weights[f"{name}_b"] = np.zeros(shape[1], np.float32)
    return weights


def gradients(weights: dict[str, Floats], x: Floats, y: NDArray[np.int64]) -> tuple[float, dict[str, Floats]]:
    """Cross-entropy of a batch of normalised cells and its gradient by back-propagation."""
    n = len(x)
    acts = glyphs.forward(weights, x, keep=True)
    p = acts.probabilities
    loss = float(-np.log(p[np.arange(n), y] + 1e-9).mean())
    d = p.copy()
    d[np.arange(n), y] -= 1
    d /= n
    grads: dict[str, Floats] = {"out_w": acts.hidden.T @ d, "out_b": d.sum(0)}
    d = (d @ weights["out_w"].T) * (acts.hidden > 0)
    flat = acts.map2.reshape(n, -1)
    grads["hidden_w"], grads["hidden_b"] = flat.T @ d, d.sum(0)
    d = ((d @ weights["hidden_w"].T) * (flat > 0)).reshape(acts.map2.shape)
    c1, c2 = weights["conv1_w"].shape[1], weights["conv2_w"].shape[1]
    d = d.reshape(-1, c2)
    grads["conv2_w"], grads["conv2_b"] = acts.patches2.T @ d, d.sum(0)
    back = (d @ weights["conv2_w"].T).reshape(*acts.map2.shape[:3], 3, 3, c1)
    d1 = np.zeros_like(acts.map1)
    rows, columns = acts.map2.shape[1:3]
    for i in range(3):
        for j in range(3):
            d1[:, i : i + 2 * rows - 1 : 2, j : j + 2 * columns - 1 : 2] += back[:, :, :, i, j]
    d1 = (d1 * (acts.map1 > 0)).reshape(-1, c1)
    grads["conv1_w"], grads["conv1_b"] = acts.patches1.T @ d1, d1.sum(0)
    return loss, grads


def train(
    rng: np.random.Generator, cells: NDArray[np.uint8], labels: NDArray[np.int64], epochs: int
) -> dict[str, Floats]:
    """Adam with a cosine rate; batches of 128."""
    weights = initial(rng)
    first = {k: np.zeros_like(v) for k, v in weights.items()}
    second = {k: np.zeros_like(v) for k, v in weights.items()}
    batch, step = 128, 0
    total = epochs * (len(cells) // batch)
    for epoch in range(epochs):
        order = rng.permutation(len(cells))
        losses = []
        for start in range(0, len(cells) - batch + 1, batch):
            take = order[start : start + batch]
            loss, grads = gradients(weights, glyphs.normalised(cells[take]), labels[take])
            losses.append(loss)
            step += 1
            rate = 2e-3 * (0.5 + 0.5 * np.cos(np.pi * step / total)) + 1e-5
            for name, g in grads.items():
                if name.endswith("_w"):
                    g = g + 1e-5 * weights[name]
                first[name] += 0.1 * (g - first[name])
                second[name] += 0.001 * (g * g - second[name])
                m, v = first[name] / (1 - 0.9**step), second[name] / (1 - 0.999**step)
                weights[name] -= (rate * m / (np.sqrt(v) + 1e-8)).astype(np.float32)
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)
    return weights


def save(weights: dict[str, Floats], folder: Path) -> None:
    """Write the model with fixed zip dates, so that the same weights give the same bytes."""
    weights = {name: glyphs.without_denormals(weight) for name, weight in weights.items()}
    file = folder / glyphs.MODEL
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(glyphs.packed(weights))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / f"{glyphs.MODEL}.sha256").write_text(f"{digest}  {glyphs.MODEL}\n", encoding="ascii")
    print(f"{file.name}: {file.stat().st_size} bytes, sha256 {digest}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=30000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=resources.path("models"))
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(args.seed)
    fonts = [Font(resources.path(f"fonts/ocr-b/{name}")) for name in ("OCRB.otf", "OCRBS.otf")]
    began = time.process_time()
    cells, labels = make(rng, fonts, args.lines)
    print(f"{len(cells)} cells in {time.process_time() - began:.0f} s", flush=True)
    began = time.process_time()
    weights = train(rng, cells, labels, args.epochs)
    print(f"trained in {time.process_time() - began:.0f} s")
    fresh, truth = make(np.random.default_rng(args.seed + 1_000_000), fonts, 800)
    found = glyphs.forward(weights, glyphs.normalised(fresh)).probabilities.argmax(1)
    print(f"fresh cells right: {(found == truth).mean():.4f} of {len(truth)}")
    save(weights, args.out)


if __name__ == "__main__":
    main()
