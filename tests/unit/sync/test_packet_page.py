"""The commands of docs/packet.md, taken from the page itself and run with Debian's own tools on real packets."""

from __future__ import annotations

import random
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from registration.model.ids import KioskId
from sync import certificate, packet, signers, sshsig, ustar
from sync.certificate import Certificate

PAGE = Path(__file__).parents[3] / "docs" / "packet.md"
KIOSK = KioskId("k-01a1fa6a-0000-7000-8000-000000000007")
NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
EPOCH, ESCROW, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(3))
AUTHORITY = sshsig.generate()
BLOCKS = dict(re.findall(r"```sh (\w+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S))
FILES = {
    "request.json": b"{}" * 1000,
    **{f"img/attachment-1-{n}.jpg": random.Random(n).randbytes(200_000) for n in range(1, 4)},
}

ED25519, P256 = sshsig.generate(), ec.generate_private_key(ec.SECP256R1())
KEYS = pytest.mark.parametrize("key", [ED25519, P256], ids=["ed25519", "p256"])


def certify(key: sshsig.PrivateKey, kiosk: KioskId = KIOSK, authority: sshsig.PrivateKey = AUTHORITY) -> Certificate:
    after, before = NOW - timedelta(days=30), NOW + timedelta(days=60)
    public = sshsig.public_of(key)
    return certificate.issue(authority, public, kiosk, serial=1, valid_after=after, valid_before=before)


def build(key: sshsig.PrivateKey, certified: Certificate | None, kiosk: KioskId = KIOSK) -> bytes:
    ids = packet.PacketIds("request", "per-2027", kiosk, "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
    recipients = [str(EPOCH.to_public()), str(ESCROW.to_public())]
    made = packet.build(ids, FILES, key=key, epoch="e1", recipients=recipients, now=NOW, certified=certified)
    return made[1]


class Bench:
    """A folder with a packet and what a third party is given."""

    def __init__(self, folder: Path, content: bytes, *, bare: sshsig.PrivateKey | None = None) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "p.vrp").write_bytes(content)
        keys = {KIOSK: sshsig.public_of(bare)} if bare else {}
        (folder / "allowed_signers").write_text(signers.write_allowed(keys, [sshsig.public_of(AUTHORITY)]))
        self.revoke()

    def revoke(self, *keys: sshsig.PrivateKey) -> None:
        text = signers.write_revoked([(KIOSK, sshsig.public_of(key)) for key in keys])
        (self.folder / "revoked_keys").write_text(text)

    def run(self, block: str, at: str = "20270131Z") -> subprocess.CompletedProcess[bytes]:
        command = ["bash", "-euo", "pipefail", "-c", BLOCKS[block], "-", "p.vrp", at]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=False)

    def ours(self) -> bool:
        """What `check-packet` says with the same files."""
        texts = [(self.folder / name).read_text() for name in ("allowed_signers", "revoked_keys")]
        known = signers.read(texts[0], texts[1], at=NOW)
        try:
            packet.check((self.folder / "p.vrp").read_bytes(), known.key_of, judge=known.judge)
        except packet.PacketRefused:
            return False
        return True


@KEYS
@pytest.mark.parametrize("identity", [EPOCH, ESCROW], ids=["epoch", "escrow"])
def test_a_certified_packet_is_checked_and_opened_by_the_page(
    key: sshsig.PrivateKey, identity: object, tmp_path: Path
) -> None:
    bench = Bench(tmp_path, build(key, certify(key)))
    checked = bench.run("check")
    assert checked.returncode == 0, checked.stderr
    assert b"-CERT key" in checked.stdout
    assert bench.ours()
    (tmp_path / "epoch.key").write_text(f"{identity}\n")
    opened = bench.run("open")
    assert opened.returncode == 0, opened.stderr
    assert opened.stdout.count(b": OK") == 1 + len(FILES)
    inside = tmp_path / "inside"
    found = {str(file.relative_to(inside)): file.read_bytes() for file in inside.rglob("*") if file.is_file()}
    assert found.keys() - FILES.keys() == {"manifest.json"}
    assert {name: found[name] for name in FILES} == FILES


@KEYS
def test_a_packet_with_a_bare_key_is_checked_by_the_page(key: sshsig.PrivateKey, tmp_path: Path) -> None:
    bench = Bench(tmp_path, build(key, None), bare=key)
    assert bench.run("check").returncode == 0
    assert bench.ours()
    bench.revoke(key)
    assert bench.run("check").returncode != 0
    assert not bench.ours()


@KEYS
def test_a_revoked_kiosks_packet_is_refused_by_the_page(key: sshsig.PrivateKey, tmp_path: Path) -> None:
    bench = Bench(tmp_path, build(key, certify(key)))
    bench.revoke(sshsig.generate())
    assert bench.run("check").returncode == 0, "another kiosk's revocation is none of this one's"
    assert bench.ours()
    bench.revoke(sshsig.generate(), key)
    assert bench.run("check").returncode != 0
    assert not bench.ours()
    made = subprocess.run(["ssh-keygen", "-q", "-k", "-f", "krl", "revoked_keys"], cwd=tmp_path, check=False)
    assert made.returncode == 0
    (tmp_path / "krl").replace(tmp_path / "revoked_keys")
    assert bench.run("check").returncode != 0, "the same list as a key revocation list"


@pytest.mark.parametrize("at", ["20261230Z", "20270402Z"], ids=["before", "after"])
def test_outside_its_certificates_time_a_packet_is_refused_by_the_page(at: str, tmp_path: Path) -> None:
    bench = Bench(tmp_path, build(ED25519, certify(ED25519)))
    assert bench.run("check", at).returncode != 0
    assert bench.run("check").returncode == 0


def test_what_is_wrong_is_refused_by_the_page_and_by_us_alike(tmp_path: Path) -> None:
    good = build(ED25519, certify(ED25519))
    files = {name: bytes(content) for name, content in ustar.read(good, max_files=3).items()}
    torn = files | {"payload.age": files["payload.age"][:-1] + b"\0"}
    renamed = files | {"header.json": files["header.json"].replace(b'"seq":1', b'"seq":2')}
    wrong = {
        "another authority": build(ED25519, certify(ED25519, authority=sshsig.generate())),
        "another kiosk's certificate": build(ED25519, certify(ED25519, KioskId("k-8"))),
        "another key": build(sshsig.generate(), certify(ED25519)),
        "a bare key": build(sshsig.generate(), None),
        "torn payload": ustar.write(torn.items()),
        "changed header": ustar.write(renamed.items()),
        "cut short": good[:-2000],
    }
    for number, (why, content) in enumerate(wrong.items()):
        bench = Bench(tmp_path / str(number), content)
        assert bench.run("check").returncode != 0, why
        assert not bench.ours(), why


def test_a_stranger_opens_nothing_by_the_page(tmp_path: Path) -> None:
    bench = Bench(tmp_path, build(ED25519, certify(ED25519)))
    assert bench.run("check").returncode == 0
    (tmp_path / "epoch.key").write_text(f"{STRANGER}\n")
    assert bench.run("open").returncode != 0
    assert not (tmp_path / "inside").exists()
