"""How much memory a packet near the size limit takes, Rust's included: the peak of a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SIZE = 15 * 1024 * 1024
ROOT = Path(__file__).parents[3]
PROGRAM = f"""
import gc, json, random, sys
from datetime import UTC, datetime
from pathlib import Path
import pyrage
from registration.model.ids import KioskId
from sync import packet, sshsig

def megabytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

def measured(step):
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = megabytes("VmRSS:")
    made = step()
    peaks.append(megabytes("VmHWM:") - before)
    return made

peaks = []
reader, key = pyrage.x25519.Identity.generate(), sshsig.generate()
ids = packet.PacketIds("request", "per", KioskId("k-1"), "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
def build(files):
    return packet.build(
        ids, files, key=key, epoch="e", recipients=[str(reader.to_public())], now=datetime.now(UTC)
    )[1]
build({{"request.json": b"{{}}"}})  # whatever is loaded at the first time
files = {{"img/a-%d.jpg" % n: random.Random(n).randbytes({SIZE} // 6) for n in range(6)}}
content = measured(lambda: build(files))
del files
checked = measured(lambda: packet.check(content, lambda _kiosk: sshsig.public_of(key)))
opened = measured(lambda: packet.open_packet(checked, [str(reader)]))
kept = measured(lambda: [bytes(content) + b"." for _ in range(8)])
print(json.dumps(peaks))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak is read from Linux")
def test_sealing_and_opening_take_two_copies_and_checking_none() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    build, check, opening, control = json.loads(done.stdout)
    whole = SIZE / 2**20
    assert build <= 2 * whole + 4
    assert check <= 1
    assert opening <= 2 * whole + 4
    assert control >= 6 * whole, "the measurement itself must see memory"
