"""Throws mutated pictures and PDFs at the intake and demands an honest answer to each: pages, or a refusal by code.

    python -m tools.fuzz_pictures [--mutations 10000] [--seed SEED] [--write docs/hostile-files.md]

One limited child takes many files here (a kiosk gives every file its own), so that ten thousand take minutes. A crash
of the child shows as ``file.damaged`` for the voter and is counted: `died` should be 0 or nearly so.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image, ImageDraw

from biometrics.document.pictures import Pictures
from biometrics.document.pictures_decode import Limits
from registration.errors import VoterCanFix

PAGE = """# Hostile files

What the picture intake answered to damaged files: mutations of small JPEG, PNG, TIFF, WebP, BMP, GIF and PDF files in
several colour spaces. `pages`: opened, re-encoded, metadata gone; `file.*`: refused with that sentence; `died`: the
child process ended, which the voter sees as `file.damaged`. Anything else ends the run with an error.

`make fuzz`: {run}.

| answer | times |
|---|---|
{rows}
"""


def seeds() -> list[bytes]:
    """Return small valid files of every kind the intake opens, in several colour spaces."""
    page = Image.new("RGB", (240, 320), "white")
    ImageDraw.Draw(page).text((20, 20), "SPECIMEN Via Roma 12", fill="black")
    files = []
    for kind, mode, options in (
        ("JPEG", "RGB", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"progressive": True}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {"transparency": 0}),
        ("PNG", "LA", {}),
        ("PNG", "1", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("WEBP", "RGBA", {}),
        ("BMP", "RGB", {}),
        ("GIF", "P", {"save_all": True, "append_images": [page.convert("P")]}),
        ("PDF", "RGB", {"save_all": True, "append_images": [page]}),
    ):
        out = io.BytesIO()
        page.convert(mode).save(out, kind, **options)
        files.append(out.getvalue())
    return files


def mutate(rng: random.Random, content: bytes) -> bytes:
    """Return a damaged copy: flipped, cut, doubled, overwritten or spliced bytes."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(data))
        match rng.randrange(6):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at] = rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256)))
            case 2:
                del data[max(16, at) :]
            case 3:
                end = at + rng.randrange(1, 64)
                data[at:at] = data[at:end]
            case 4:
                del data[at : at + rng.randrange(1, 32)]
            case _:
                data[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\xff\xff"))
        if len(data) < 16:
            break
    return bytes(data)


def run(mutations: int, seed: int) -> Counter[str]:
    """Open `mutations` damaged files; count the answers. Anything but pages or a `VoterCanFix` is raised."""
    rng = random.Random(seed)
    start = seeds()
    intake = Pictures(Limits(seconds=20, cpu_seconds=3000), files_per_child=10**9)
    answers: Counter[str] = Counter()
    try:
        for _ in range(mutations):
            before = intake.starts
            try:
                answers["pages" if intake.open(mutate(rng, rng.choice(start))) else "none"] += 1
            except VoterCanFix as refused:
                answers[refused.code] += 1
            if before and intake.starts > before:
                answers["died"] += 1
    finally:
        intake.close()
    return answers


def report(answers: Counter[str], mutations: int, seed: int) -> str:
    """Return the page that keeps the result."""
    rows = "\n".join(f"| `{code}` | {count} |" for code, count in sorted(answers.items()))
    return PAGE.format(
        run=f"{mutations} mutations, seed {seed}, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores", rows=rows
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the result as a page")
    arguments = parser.parse_args()
    chosen = random.SystemRandom().randrange(1 << 31) if arguments.seed is None else arguments.seed
    found = run(arguments.mutations, chosen)
    print(json.dumps({"seed": chosen, **found}, indent=2))
    if arguments.write:
        arguments.write.write_text(report(found, arguments.mutations, chosen), encoding="utf-8")
