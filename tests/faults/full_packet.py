"""Torn and flipped packets at full length. The control reads the same bytes with tar alone."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pyrage

from registration.errors import Expected
from registration.model.ids import KioskId
from sync import packet, sshsig
from tests.faults.row import Control, Row

KEY = sshsig.generate()
PUBLIC = sshsig.public_of(KEY)
RECIPIENTS = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
SMALL = {"request.json": b'{"schema":1}'}
LARGE = 3_000_000


def sealed(files: dict[str, bytes]) -> bytes:
    ids = packet.PacketIds("request", "per-2027", KioskId("kiosk-7"), "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    return packet.build(ids, files, key=KEY, epoch="epoch-1", recipients=RECIPIENTS, now=now)[1]


def large() -> bytes:
    half = LARGE // 2
    content = random.Random(7).randbytes(2 * half)
    return sealed({"request.json": b"{}", "img/a.jpg": content[:half], "img/b.jpg": content[half:]})


def accepts(content: bytes) -> bool:
    """Raises whatever is not an `Expected` refusal: that would be a crash of the intake."""
    try:
        packet.check(content, lambda _kiosk: PUBLIC)
    except Expected:
        return False
    return True


def tar_accepts(content: bytes) -> bool:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            files = {member.name: tar.extractfile(member) for member in tar}
            return len(files) == 3 and all(file is not None and file.read() for file in files.values())
    except (tarfile.TarError, UnicodeDecodeError, ValueError):
        return False


def judge(fault: str, whole: bytes, damaged: Iterable[bytes], every: int) -> Row:
    """Try each damaged packet; every `every`-th goes to the control as well."""
    if not accepts(whole):
        raise RuntimeError("the whole packet is not accepted, so a refusal says nothing")
    tries = taken = control_tries = control_taken = 0
    for content in damaged:
        tries += 1
        taken += accepts(content)
        if tries % every == 0:
            control_tries += 1
            control_taken += tar_accepts(content)
    control = Control("tar alone, without signature and digests", control_tries, control_taken)
    return Row(fault, tries, taken, taken, control, f"packet of {len(whole)} bytes, 0 crashes")


def flipped(content: bytes, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    for at, bit in places:
        torn = bytearray(content)
        torn[at] ^= 1 << bit
        yield bytes(torn)


def small_flips() -> Row:
    content = sealed(SMALL)
    places = ((at, at % 8) for at in range(len(content)))
    return judge("small packet: every byte flipped, one bit each", content, flipped(content, places), 1)


def large_flips(tries: int, seed: int) -> Row:
    content, dice = large(), random.Random(seed)
    places = ((dice.randrange(len(content)), dice.randrange(8)) for _ in range(tries))
    return judge("large packet: random flips", content, flipped(content, places), 10)


def small_cuts() -> Row:
    content = sealed(SMALL)
    return judge("small packet: cut at every length", content, (content[:n] for n in range(len(content))), 1)


def large_cuts(tries: int, seed: int) -> Row:
    """Half of the cuts anywhere, half in the last 2 kB, where tar's own padding hides them."""
    content, dice = large(), random.Random(seed)
    near = (len(content) - dice.randrange(1, 2048) for _ in range(tries // 2))
    lengths = [*(dice.randrange(len(content)) for _ in range(tries - tries // 2)), *near]
    return judge("large packet: random cuts", content, (content[:n] for n in lengths), 1)
