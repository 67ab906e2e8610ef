"""A voice by espeak-ng, heard through ALSA's aplay. Implements `registration.ports.speech.Speech`.

Both run as child processes of one thread, so that nothing here ever holds up the window. What is read aloud goes to
espeak-ng's standard input: a process list shows arguments to everybody, and the words may name a person.
"""

from __future__ import annotations

import array
import contextlib
import io
import logging
import shutil
import subprocess
import sys
import threading
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import resources
from registration.ports.speech import Chime

log = logging.getLogger("kiosk")

VOICES = {"sq": "sq", "en": "en-gb", "it": "it", "el": "el", "de": "de"}
WORDS_PER_MINUTE = 150
"""Slower than espeak-ng's usual 175: it is listened to once, by people of any age."""
LOUDEST = 160
"""espeak-ng's amplitude (0 to 200, usually 100) at full volume; more distorts."""
_CHIME_SECONDS = 2.0
_TEXT_SECONDS = 60.0
_AT_ONCE = 8
"""Chimes that may wait; more come only from a fault, and the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    voice: str
    volume: float


class EspeakSpeech:
    """Speaks with the machine's own programs; without them, or without a sound card, it stays silent.

    One thread plays one thing after the other: chimes in their order and whole, then the newest words. New words cut
    off older ones.
    """

    def __init__(
        self, speaker: str = "espeak-ng", player: str = "aplay", find: Callable[[str], str | None] = shutil.which
    ) -> None:
        """Name the programs; they are looked for when the first sound is to be made."""
        self._names, self._find = (speaker, player), find
        self._turn = threading.Condition()
        self._chimes: deque[tuple[Chime, float]] = deque(maxlen=_AT_ONCE)
        self._words: _Words | None = None
        self._speaking: list[subprocess.Popen[bytes]] = []
        self._closed = False
        self._thread: threading.Thread | None = None
        self._told: set[str] = set()

    def say(self, text: str, language: str, volume: float, chime: Chime | None = None) -> None:
        """See the port."""
        with self._turn:
            if self._closed:
                return
            if chime is not None and volume > 0:
                self._chimes.append((chime, min(volume, 1.0)))
            self._words = (
                _Words(text, VOICES.get(language, language), min(volume, 1.0)) if text and volume > 0 else None
            )
            self._cut_off()
            if self._thread is None and (self._chimes or self._words):
                self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
                self._thread.start()
            self._turn.notify()

    def close(self) -> None:
        """See the port."""
        with self._turn:
            self._closed = True
            self._chimes.clear()
            self._words = None
            self._cut_off()
            thread, self._thread = self._thread, None
            self._turn.notify()
        if thread is not None:
            thread.join(_CHIME_SECONDS + 1)

    def _cut_off(self) -> None:
        for process in self._speaking:
            process.kill()

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._closed or self._chimes or self._words is not None)
                if self._closed:
                    return
                chime = self._chimes.popleft() if self._chimes else None
                words = None
                if chime is None:
                    words, self._words = self._words, None
            try:
                if chime is not None:
                    self._play(chime_at(*chime))
                elif words is not None:
                    self._read(words)
            except OSError as failure:  # the program vanished, no more processes ...
                self._tell(f"no sound: {type(failure).__name__}")

    def _play(self, sound: bytes) -> None:
        player = self._find(self._names[1])
        if player is None:
            self._tell(f"no sound: {self._names[1]} is missing")
            return
        with subprocess.Popen(
            [player, "-q", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as playing:
            try:
                playing.communicate(sound, timeout=_CHIME_SECONDS)
            except subprocess.TimeoutExpired:
                playing.kill()
            self._note(playing.wait())

    def _read(self, words: _Words) -> None:
        speaker, player = map(self._find, self._names)
        if speaker is None:
            self._tell(f"nothing is read aloud: {self._names[0]} is missing")
            return
        loud = str(round(LOUDEST * words.volume))
        command = [speaker, "-v", words.voice, "-s", str(WORDS_PER_MINUTE), "-a", loud, "-b", "1", "--stdin"]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        started: list[subprocess.Popen[bytes]] = []
        try:
            # Without a player espeak-ng sends the sound to the card itself.
            out = nowhere if player is None else pipe
            extra = [] if player is None else ["--stdout"]
            started.append(subprocess.Popen([*command, *extra], stdin=pipe, stdout=out, stderr=nowhere))
            if player is not None:
                source = started[0].stdout
                started.append(subprocess.Popen([player, "-q", "-"], stdin=source, stdout=nowhere, stderr=nowhere))
                assert source is not None
                source.close()
            if not self._begin(started):
                return
            _write(started[0], words.text)
            try:
                self._note(started[-1].wait(_TEXT_SECONDS))
            except subprocess.TimeoutExpired:
                self._tell("no sound: the player hangs")
        finally:
            self._end(started)

    def _begin(self, started: list[subprocess.Popen[bytes]]) -> bool:
        """Make the processes known to `say`; False when other words have come meanwhile."""
        with self._turn:
            if self._closed or self._words is not None:
                return False
            self._speaking = started
        return True

    def _end(self, started: list[subprocess.Popen[bytes]]) -> None:
        with self._turn:
            self._speaking = []
        for process in started:
            process.kill()
            process.wait()
            for end in (process.stdin, process.stdout):
                if end is not None:
                    _close(end)

    def _note(self, code: int) -> None:
        if code > 0:
            self._tell("no sound: the player failed, perhaps there is no sound card")

    def _tell(self, line: str) -> None:
        """Log a line once: a silent machine would fill the log otherwise."""
        if line not in self._told:
            self._told.add(line)
            log.info("%s", line)


def _write(speaker: subprocess.Popen[bytes], text: str) -> None:
    assert speaker.stdin is not None
    with contextlib.suppress(OSError):  # cut off already
        speaker.stdin.write(text.encode("utf-8"))
    _close(speaker.stdin)


def _close(end: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # what was buffered has nowhere to go
        end.close()


def chime_at(chime: Chime, volume: float) -> bytes:
    """Return a chime's WAV file at a volume of 0 to 1."""
    return at_volume(resources.path(f"audio/{chime}.wav"), volume)


def at_volume(file: Path, volume: float) -> bytes:
    """Return a 16-bit WAV file with its samples multiplied by `volume`."""
    with wave.open(str(file)) as read:
        shape, frames = read.getparams(), read.readframes(read.getnframes())
    samples = array.array("h", frames)
    if sys.byteorder == "big":
        samples.byteswap()
    samples = array.array("h", (round(sample * volume) for sample in samples))
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setparams(shape)
        written.writeframes(samples.tobytes())
    return out.getvalue()
