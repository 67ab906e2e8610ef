"""Write the chimes of `resources/audio`: `python -m tools.make_chimes`. Nothing recorded, only sine waves."""

from __future__ import annotations

import array
import io
import math
import sys
import wave
from itertools import accumulate
from pathlib import Path

RATE = 22_050
LOUDNESS = 0.45
FADE = 0.012

# Each note: frequency in hertz (equal temperament), seconds. Rising says good, falling says again.
CHIMES: dict[str, tuple[tuple[float, float], ...]] = {
    "right": ((659.26, 0.11), (987.77, 0.22)),
    "step": ((783.99, 0.14),),
    "taken": ((659.26, 0.10), (830.61, 0.10), (1318.51, 0.30)),
    "attention": ((440.00, 0.16), (349.23, 0.26)),
}


def render(notes: tuple[tuple[float, float], ...]) -> bytes:
    """Return the WAV file (mono, 16 bit) of some notes, each ringing out like a bell."""
    samples = array.array("h")
    for frequency, seconds in notes:
        count = round(seconds * RATE)
        for n in range(count):
            at = n / RATE
            swell = min(1.0, at / FADE, (seconds - at) / FADE) * math.exp(-2.2 * at / seconds)
            tone = sum(math.sin(2 * math.pi * frequency * k * at) / k**2 for k in (1, 2, 3)) / 1.36
            samples.append(round(32767 * LOUDNESS * swell * tone))
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def main() -> None:
    folder = Path(__file__).parents[1] / "resources" / "audio"
    for name, notes in CHIMES.items():
        (folder / f"{name}.wav").write_bytes(render(notes))
        print(f"{name}.wav {list(accumulate(seconds for _, seconds in notes))[-1]:.2f} s")


if __name__ == "__main__":
    main()
