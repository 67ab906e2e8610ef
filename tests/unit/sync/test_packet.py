"""The packet: whole or refused, opened with our code and with Debian's tools alone."""

from __future__ import annotations

import io
import json
import random
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.errors import Expected
from registration.model.ids import KioskId
from sync import canonical, packet, sshsig, ustar

KIOSK = KioskId("kiosk-7")
KEY = sshsig.generate()
EPOCH, ESCROW, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(3))
RECIPIENTS = [str(EPOCH.to_public()), str(ESCROW.to_public())]
IDS = packet.PacketIds("request", "per-2027", KIOSK, "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SMALL = {"request.json": b'{"schema":1}'}
PUBLIC = sshsig.public_of(KEY)


def key_of(kiosk: KioskId) -> sshsig.PublicKey | None:
    return PUBLIC if kiosk == KIOSK else None


def build(files: dict[str, bytes] = SMALL, key: sshsig.PrivateKey = KEY, ids: packet.PacketIds = IDS) -> bytes:
    return packet.build(ids, files, key=key, epoch="epoch-1", recipients=RECIPIENTS, now=NOW)[1]


def repack(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    files = dict(ustar.read(content, max_files=3))
    change(files)
    return ustar.write(files.items())


def resign(content: bytes, key: sshsig.PrivateKey = KEY, **values: Any) -> bytes:
    """Return the packet with other values in its header, signed again."""

    def change(files: dict[str, bytes]) -> None:
        header = canonical.load(files["header.json"], limit=packet.MAX_HEADER)
        files["header.json"] = canonical.dump({n: v for n, v in (header | values).items() if v is not None}).encode()
        files["header.json.sig"] = sshsig.sign(key, files["header.json"], packet.NAMESPACE).encode()

    return repack(content, change)


def refusal(content: bytes, **options: Any) -> str:
    with pytest.raises(Expected) as caught:
        packet.check(content, key_of, **options)
    return caught.value.code


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    bytes_of = random.Random(7).randbytes
    return {"request.json": b"{}" * 1000, **{f"img/attachment-1-{n}.jpg": bytes_of(500_000) for n in range(1, 7)}}


@pytest.fixture(scope="module")
def small() -> bytes:
    return build()


def test_what_was_sealed_comes_out_for_both_recipients(pictures: dict[str, bytes]) -> None:
    content = build(pictures)
    checked = packet.check(content, key_of, election="per-2027")

    assert checked.sha256 == packet.digest(content)
    assert checked.header.payload_size == len(checked.payload)
    assert (checked.header.seq, checked.header.kiosk, checked.header.created) == (1, KIOSK, "2026-11-20T12:00:00Z")
    for identity in (EPOCH, ESCROW):
        assert dict(packet.open_packet(checked, [str(identity)]).files) == pictures
    assert dict(packet.open_packet(checked, [str(STRANGER), str(EPOCH)]).files) == pictures


def test_a_tpm_kind_of_key_signs_too() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    content = build(key=key)
    assert packet.check(content, lambda _kiosk: sshsig.public_of(key)).header.kiosk == KIOSK


def test_every_flipped_bit_of_a_small_packet_is_refused(small: bytes) -> None:
    packet.check(small, key_of)  # the control: unflipped it is taken
    accepted = []
    for at in range(len(small)):
        torn = bytearray(small)
        torn[at] ^= 1 << at % 8
        try:
            packet.check(bytes(torn), key_of)
        except Expected:
            continue
        accepted.append(at)
    assert accepted == []


def test_every_truncation_and_extension_of_a_small_packet_is_refused(small: bytes) -> None:
    for length in range(len(small)):
        with pytest.raises(Expected):
            packet.check(small[:length], key_of)
    for tail in (b"\0", b"x", bytes(512), bytes(10240), small):
        assert refusal(small + tail) == "packet.damaged"


def test_random_flips_of_a_large_packet_are_refused(pictures: dict[str, bytes]) -> None:
    content = bytearray(build(pictures))
    chance = random.Random(11)
    for _ in range(200):
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        content[at] ^= bit
        with pytest.raises(Expected):
            packet.check(bytes(content), key_of)
        content[at] ^= bit
    packet.check(bytes(content), key_of)


@given(st.binary(max_size=2048))
@settings(max_examples=100, deadline=None)
def test_noise_is_refused_in_words(noise: bytes) -> None:
    assert refusal(noise) == "packet.damaged"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"v": 2}, "packet.unsupported"),
        ({"v": True}, "packet.unsupported"),
        ({"alg": "sshsig+age-v2"}, "packet.unsupported"),
        ({"alg": None}, "packet.unsupported"),
        ({"type": "ballot"}, "packet.unsupported"),
        ({"seq": 0}, "packet.damaged"),
        ({"seq": 1.5}, "packet.damaged"),
        ({"revision": True}, "packet.damaged"),
        ({"packet_id": "../../etc/passwd"}, "packet.damaged"),
        ({"request_id": "a/b"}, "packet.damaged"),
        ({"created": "yesterday"}, "packet.damaged"),
        ({"extra": 1}, "packet.damaged"),
        ({"kiosk": None}, "packet.damaged"),
        ({"payload_size": 1}, "packet.damaged"),
        ({"payload_sha256": "0" * 64}, "packet.damaged"),
        ({"kiosk": "kiosk-8"}, "packet.unknown_kiosk"),
    ],
)
def test_a_signed_header_with_odd_values_is_refused(small: bytes, values: dict[str, Any], code: str) -> None:
    assert refusal(resign(small, **values)) == code


def test_a_version_of_one_point_nought_is_not_version_one(small: bytes) -> None:
    assert refusal(resign(small, v=1.0)) == "packet.unsupported"


def test_another_kiosks_key_another_election_and_too_much_are_refused(small: bytes) -> None:
    assert refusal(resign(small, key=sshsig.generate())) == "packet.signature"
    assert refusal(small, election="per-2031") == "packet.other_election"
    assert refusal(bytes(packet.MAX_PACKET + 1)) == "packet.too_large"
    with pytest.raises(packet.PacketRefused, match="too_large"):
        build({"request.json": b"{}", "img/a.jpg": bytes(packet.MAX_PACKET)})


def test_a_header_not_in_canonical_form_is_refused(small: bytes) -> None:
    def spaced(files: dict[str, bytes]) -> None:
        files["header.json"] = json.dumps(json.loads(files["header.json"])).encode()
        files["header.json.sig"] = sshsig.sign(KEY, files["header.json"], packet.NAMESPACE).encode()

    assert refusal(repack(small, spaced)) == "packet.damaged"


def test_members_in_another_order_are_refused(small: bytes) -> None:
    files = list(ustar.read(small, max_files=3).items())
    assert refusal(ustar.write([files[1], files[0], files[2]])) == "packet.damaged"


def test_a_payload_that_is_not_age_v1_is_kept_aside(small: bytes) -> None:
    payload = b"age-encryption.org/v2\n" + bytes(100)
    other = repack(small, lambda files: files.__setitem__("payload.age", payload))
    signed = resign(other, payload_sha256=packet.digest(payload), payload_size=len(payload))
    with pytest.raises(packet.UnsupportedPacket):
        packet.check(signed, key_of)


def opening(content: bytes, *identities: Any) -> str:
    checked = packet.check(content, key_of)
    with pytest.raises(Expected) as caught:
        packet.open_packet(checked, [str(identity) for identity in identities or (EPOCH,)])
    return caught.value.code


def test_a_key_that_does_not_fit_says_which_is_needed(small: bytes) -> None:
    assert opening(small, STRANGER) == "packet.not_for_us"


@pytest.mark.parametrize(
    "values",
    [
        {"seq": 2},
        {"revision": 2},
        {"type": "account"},
        {"election": "per-2031"},
        {"request_id": "another"},
        {"created": "2026-11-20T12:00:01Z"},
        {"packet_id": "01a1fa6a-0000-7000-8000-000000000002"},
        {"inner_manifest_sha256": "0" * 64},
    ],
)
def test_another_outside_around_the_same_inside_is_refused(small: bytes, values: dict[str, Any]) -> None:
    assert opening(resign(small, **values)) == "packet.inner_differs"


def test_another_kiosk_cannot_sign_a_stolen_ciphertext_as_its_own(small: bytes) -> None:
    thief = sshsig.generate()
    stolen = packet.check(resign(small, key=thief, kiosk="kiosk-8"), lambda _kiosk: sshsig.public_of(thief))
    with pytest.raises(packet.PacketRefused, match="inner_differs"):
        packet.open_packet(stolen, [str(EPOCH)])


def sealed_by_hand(manifest: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """Return a packet with any manifest and files, correctly signed and encrypted."""
    text = canonical.dump(manifest).encode()
    inner = ustar.write([("manifest.json", text), *files.items()])
    payload = pyrage.encrypt(inner, [EPOCH.to_public(), ESCROW.to_public()])
    other = repack(build(), lambda members: members.__setitem__("payload.age", payload))
    sizes = {"payload_sha256": packet.digest(payload), "payload_size": len(payload)}
    return resign(other, **sizes, inner_manifest_sha256=packet.digest(text), packet_id=manifest["packet_id"])


def manifest_of(files: dict[str, bytes], **values: Any) -> dict[str, Any]:
    listed = {name: {"sha256": packet.digest(data), "size": len(data)} for name, data in files.items()}
    ids = {"type": "request", "election": "per-2027", "kiosk": KIOSK, "request_id": IDS.request_id, "revision": 1}
    made = {"seq": 1, "created": "2026-11-20T12:00:00Z", "packet_id": "01a1fa6a-0000-7000-8000-000000000009"}
    return {"v": 1, **ids, **made, "salt": "00" * 32, "files": listed} | values


def test_the_inside_is_held_against_its_manifest() -> None:
    good = sealed_by_hand(manifest_of(SMALL), SMALL)
    assert dict(packet.open_packet(packet.check(good, key_of), [str(EPOCH)]).files) == SMALL

    assert opening(sealed_by_hand(manifest_of(SMALL), {"request.json": b"{}"})) == "packet.inner_differs"
    assert opening(sealed_by_hand(manifest_of(SMALL), {})) == "packet.inner_differs"
    assert opening(sealed_by_hand(manifest_of(SMALL), SMALL | {"img/a.jpg": b""})) == "packet.inner_differs"
    assert opening(sealed_by_hand(manifest_of(SMALL, v=2), SMALL)) == "packet.unsupported"
    escaping = {"../evil.jpg": b"x"}
    assert opening(sealed_by_hand(manifest_of(escaping), escaping)) == "packet.inner_differs"


def test_the_salt_makes_the_manifests_hash_no_test_of_a_guess() -> None:
    hashes = {packet.check(build(), key_of).header.inner_manifest_sha256 for _ in range(3)}
    assert len(hashes) == 3


def test_nothing_of_the_content_shows_in_repr_or_error(small: bytes) -> None:
    checked = packet.check(build({"request.json": b'"GJILPERA"'}), key_of)
    opened = packet.open_packet(checked, [str(EPOCH)])
    assert "GJILPERA" not in repr(opened) + repr(checked)
    assert "payload=" not in repr(checked)


def test_any_tar_reads_our_archive_and_ours_reads_only_itself() -> None:
    content = ustar.write([("a", b"1" * 700), ("img/b.jpg", b"")])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert tar.getnames() == ["a", "img/b.jpg"]
    assert dict(ustar.read(content, max_files=2)) == {"a": b"1" * 700, "img/b.jpg": b""}
    with pytest.raises(ustar.BadArchive):
        ustar.read(content, max_files=1)
    other = io.BytesIO()
    with tarfile.open(fileobj=other, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("a"), io.BytesIO())
    with pytest.raises(ustar.BadArchive):
        ustar.read(other.getvalue(), max_files=2)
    with pytest.raises(ValueError, match="fit"):
        ustar.write([("n" * 100, b"")])


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.binary(max_size=1500), max_size=5))
@settings(max_examples=50, deadline=None)
def test_archives_come_back_as_written(files: dict[str, bytes]) -> None:
    assert dict(ustar.read(ustar.write(files.items()), max_files=5)) == files


def test_a_packet_names_the_key_that_signed_it(small: bytes) -> None:
    content = small

    signer = packet.signer_of(content)

    assert packet.check(content, lambda _kiosk: signer).sha256 == packet.digest(content)
    for broken in (b"", content[:512], content.replace(b"BEGIN SSH", b"BEGIN XXX")):
        with pytest.raises(packet.PacketRefused):
            packet.signer_of(broken)
