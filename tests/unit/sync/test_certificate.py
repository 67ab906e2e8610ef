"""Kiosk certificates against OpenSSH's own ssh-keygen, both ways, and their strictness; packets that carry one."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.errors import Expected, StaffMustFix
from registration.model.ids import KioskId
from sync import certificate, packet, signers, sshsig
from sync.certificate import BadCertificate, Certificate

KIOSK = KioskId("k-7")
NOW = datetime.now(UTC).replace(microsecond=0)
ED25519_KEY, P256_KEY = sshsig.generate(), ec.generate_private_key(ec.SECP256R1())
PAIRS = pytest.mark.parametrize(
    ("authority", "key"),
    [(a, k) for a in (ED25519_KEY, P256_KEY) for k in (sshsig.generate(), ec.generate_private_key(ec.SECP256R1()))],
    ids=["ed25519-ed25519", "ed25519-p256", "p256-ed25519", "p256-p256"],
)
READER = pyrage.x25519.Identity.generate()


def issue(
    authority: sshsig.PrivateKey, key: sshsig.PrivateKey, kiosk: KioskId = KIOSK, days: int = 90, serial: int = 5
) -> Certificate:
    return certificate.issue(
        authority,
        sshsig.public_of(key),
        kiosk,
        serial=serial,
        valid_after=NOW - timedelta(days=1),
        valid_before=NOW + timedelta(days=days),
    )


def build(key: sshsig.PrivateKey, certified: Certificate | None, kiosk: KioskId = KIOSK) -> bytes:
    ids = packet.PacketIds("request", "per-2027", kiosk, "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
    recipients = [str(READER.to_public())]
    made = packet.build(
        ids, {"request.json": b"{}"}, key=key, epoch="e1", recipients=recipients, now=NOW, certified=certified
    )
    return made[1]


def known(authority: sshsig.PrivateKey, revoked: str = "", at: datetime = NOW) -> signers.Signers:
    return signers.read(signers.write_allowed({}, [sshsig.public_of(authority)]), revoked, at=at)


def code_of(content: bytes, trust: signers.Signers) -> str:
    try:
        packet.check(content, trust.key_of, judge=trust.judge)
    except Expected as error:
        return error.code
    return ""


def keygen(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ssh-keygen", *args], input=stdin, capture_output=True, check=False)


@PAIRS
def test_ssh_keygen_reads_our_certificate(authority: sshsig.PrivateKey, key: sshsig.PrivateKey, tmp_path: Path) -> None:
    file = tmp_path / "kiosk-cert.pub"
    file.write_text(issue(authority, key).line + "\n")
    told = keygen("-L", "-f", str(file)).stdout.decode()
    assert 'Key ID: "k-7"' in told
    assert "Serial: 5" in told
    assert "user certificate" in told
    assert sshsig.public_of(authority).fingerprint in told


@PAIRS
def test_we_read_the_certificate_of_ssh_keygen(
    authority: sshsig.PrivateKey, key: sshsig.PrivateKey, tmp_path: Path
) -> None:
    private, public = tmp_path / "authority", tmp_path / "kiosk.pub"
    private.touch(mode=0o600)
    private.write_bytes(sshsig.private_text(authority))
    public.write_text(sshsig.public_of(key).line + "\n")
    options = ("-O", "clear", "-V", "-1d:+10d", "-z", "77")
    made = keygen("-q", "-s", str(private), "-I", KIOSK, "-n", KIOSK, *options, str(public))
    assert made.returncode == 0, made.stderr
    line = " ".join((tmp_path / "kiosk-cert.pub").read_text().split()[:2])
    read = certificate.parse_line(line)
    assert (read.kiosk, read.serial, read.key) == (KIOSK, 77, sshsig.public_of(key))
    assert read.issued_by([sshsig.public_of(authority)])
    assert read.valid_at(datetime.now(UTC))


@pytest.mark.parametrize(
    "options",
    [
        ["-h", "-n", "k-7"],
        ["-n", "k-7,k-8"],
        [],
        ["-n", "k-7", "-O", "force-command=true"],
        ["-n", "k-7", "-O", "permit-pty"],
        ["-n", "k-8"],
    ],
    ids=["host", "two principals", "any principal", "critical option", "extension", "id differs"],
)
def test_a_certificate_that_says_anything_else_is_refused(options: list[str], tmp_path: Path) -> None:
    private, public = tmp_path / "authority", tmp_path / "kiosk.pub"
    private.touch(mode=0o600)
    private.write_bytes(sshsig.private_text(ED25519_KEY))
    public.write_text(sshsig.public_of(sshsig.generate()).line + "\n")
    clear = [] if "-O" in options and "permit-pty" not in options else ["-O", "clear"]
    made = keygen("-q", "-s", str(private), "-I", "k-7", "-V", "-1d:+10d", "-z", "1", *clear, *options, str(public))
    assert made.returncode == 0, made.stderr
    line = " ".join((tmp_path / "kiosk-cert.pub").read_text().split()[:2])
    with pytest.raises(BadCertificate):
        certificate.parse_line(line)


def test_every_flipped_bit_of_a_certificate_is_refused() -> None:
    blob = issue(ED25519_KEY, P256_KEY).blob
    certificate.parse(blob)
    for at in range(len(blob)):
        for bit in (1 << at % 8, 0x80):
            torn = bytearray(blob)
            torn[at] ^= bit
            with pytest.raises(BadCertificate):
                certificate.parse(bytes(torn))
    for length in range(len(blob)):
        with pytest.raises(BadCertificate):
            certificate.parse(blob[:length])
    with pytest.raises(BadCertificate):
        certificate.parse(blob + b"\0")


@given(st.sampled_from(sorted(certificate.KINDS)), st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_noise_is_no_certificate(kind: bytes, noise: bytes) -> None:
    with pytest.raises(BadCertificate):
        certificate.parse(len(kind).to_bytes(4, "big") + kind + noise)


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    st.integers(1, 2**63 - 1),
    st.integers(0, 10**9),
    st.integers(1, 10**9),
)
@settings(max_examples=50, deadline=None)
def test_certificates_come_back_as_issued(kiosk: str, serial: int, begin: int, life: int) -> None:
    after = datetime.fromtimestamp(begin, UTC)
    before = after + timedelta(seconds=life)
    made = certificate.issue(
        ED25519_KEY,
        sshsig.public_of(P256_KEY),
        KioskId(kiosk),
        serial=serial,
        valid_after=after,
        valid_before=before,
    )
    assert certificate.parse_line(made.line) == made
    assert (made.kiosk, made.serial, made.valid_after, made.valid_before) == (kiosk, serial, after, before)
    assert made.valid_at(after)
    assert not made.valid_at(before)
    assert made.valid_at(before, timedelta(seconds=1))


@PAIRS
def test_a_packet_with_a_certificate_is_known_by_the_authority_alone(
    authority: sshsig.PrivateKey, key: sshsig.PrivateKey
) -> None:
    content = build(key, issue(authority, key))
    trust = known(authority)
    checked = packet.check(content, trust.key_of, judge=trust.judge)
    assert checked.certificate == issue_like(checked)
    assert packet.signer_of(content) == checked.certificate


def issue_like(checked: packet.CheckedPacket) -> Certificate | None:
    """The certificate again, from its line: what a packet carries is all there is to it."""
    return certificate.parse_line(checked.certificate.line) if checked.certificate else None


def test_each_way_a_certificate_can_be_wrong_has_its_code() -> None:
    authority, key = ED25519_KEY, sshsig.generate()
    good = build(key, issue(authority, key))
    assert code_of(good, known(authority)) == ""
    assert code_of(good, known(P256_KEY)) == "packet.certificate"
    assert code_of(good, known(authority, at=NOW + timedelta(days=90))) == "packet.certificate_expired"
    assert code_of(good, known(authority, at=NOW - timedelta(days=2))) == "packet.certificate_expired"
    revoked = signers.write_revoked([(KIOSK, sshsig.public_of(key))])
    assert code_of(good, known(authority, revoked)) == "packet.revoked"
    assert code_of(good, known(authority, sshsig.public_of(authority).line)) == "packet.revoked"
    for_another = build(key, issue(authority, key, KioskId("k-8")))
    assert code_of(for_another, known(authority)) == "packet.certificate"
    of_another_key = build(sshsig.generate(), issue(authority, key))
    assert code_of(of_another_key, known(authority)) == "packet.signature"
    with pytest.raises(Expected, match="unknown_kiosk"):
        packet.check(good, lambda _kiosk: sshsig.public_of(key))  # nobody who could judge it
    assert code_of(build(key, None), known(authority)) == "packet.unknown_kiosk"


def test_every_flipped_byte_of_a_certified_packet_is_refused() -> None:
    key = sshsig.generate()
    content = build(key, issue(ED25519_KEY, key))
    trust = known(ED25519_KEY)
    assert code_of(content, trust) == ""
    accepted = []
    for at in range(len(content)):
        torn = bytearray(content)
        torn[at] ^= 1 << at % 8
        if code_of(bytes(torn), trust) == "":
            accepted.append(at)
    assert accepted == []


@pytest.mark.parametrize(
    "text",
    [
        "k-7",
        "k-7 ssh-ed25519 AAAA",
        'k-7 valid-before="20300101" {key}',
        "k-* cert-authority {key}",
        'k-7 namespaces="x {key}',
        "k-7 ssh-rsa AAAAB3NzaC1yc2E=",
    ],
)
def test_a_file_of_signers_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(StaffMustFix, match=r"signers\.unreadable"):
        signers.read(text.format(key=sshsig.public_of(ED25519_KEY).line))


def test_the_files_of_signers_come_back_as_written() -> None:
    keys = {KioskId("k-1"): sshsig.public_of(ED25519_KEY), KioskId("k-2"): sshsig.public_of(P256_KEY)}
    text = signers.write_allowed(keys, [sshsig.public_of(P256_KEY)])
    read = signers.read(f"# a comment\n\n{text}", signers.write_revoked([(KioskId("k-1"), keys[KioskId("k-1")])]))
    assert read.keys == keys
    assert read.authorities == (sshsig.public_of(P256_KEY),)
    assert read.key_of(KioskId("k-2")) == keys[KioskId("k-2")]
    with pytest.raises(packet.PacketRefused, match="revoked"):
        read.key_of(KioskId("k-1"))
    other = f'k-3 namespaces="keyset@per-kiosk/v1" {sshsig.public_of(ED25519_KEY).line}'
    assert signers.read(other).keys == {}
