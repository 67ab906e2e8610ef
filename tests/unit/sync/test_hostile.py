"""What an attacker would send: archives of other forms, bombs, paths that climb, documents with one thing changed.

Each is signed correctly where it can be, so that the signature is not what saves us.
"""

from __future__ import annotations

import contextlib
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.errors import Expected
from registration.model.ids import KioskId
from sync import canonical, config, keyset, packet, sshsig, ustar
from sync.config import CodeRules, ElectionConfig
from sync.keyset import Keyset

KEY = sshsig.generate()
PUBLIC = sshsig.public_of(KEY)
READER = pyrage.x25519.Identity.generate()
KIOSK = KioskId("k-1")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
NAMES = ("header.json", "header.json.sig", "payload.age")


def good() -> bytes:
    ids = packet.PacketIds("request", "per", KIOSK, "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
    recipients = [str(READER.to_public())]
    return packet.build(ids, {"request.json": b"{}"}, key=KEY, epoch="e", recipients=recipients, now=NOW)[1]


MEMBERS = {name: bytes(content) for name, content in ustar.read(good(), max_files=3).items()}


def code_of(content: bytes) -> str:
    """Check, and open what passes."""
    try:
        checked = packet.check(content, lambda _kiosk: PUBLIC)
        packet.open_packet(checked, [str(READER)])
    except Expected as error:
        return error.code
    return ""


def by_tarfile(change: Callable[[tarfile.TarInfo], None] = lambda _member: None, **options: Any) -> bytes:
    """The same members in an archive of Python's own `tarfile`, each member's header changed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as archive:
        for name in NAMES:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(MEMBERS[name]), 0o600
            change(member)
            archive.addfile(member, io.BytesIO(MEMBERS[name]))
    return out.getvalue()


def kind(value: bytes) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname = value, "/etc/passwd"

    return change


def renamed(name: str) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.name = name if member.name == "payload.age" else member.name

    return change


def with_field(name: str, value: Any) -> Callable[[tarfile.TarInfo], None]:
    return lambda member: setattr(member, name, value)


@pytest.mark.parametrize(
    "content",
    [
        by_tarfile(format=tarfile.PAX_FORMAT, pax_headers={"path": "../../x"}),
        by_tarfile(format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * 1_000_000}),
        by_tarfile(renamed("x" * 300), format=tarfile.GNU_FORMAT),
        by_tarfile(renamed("../payload.age"), format=tarfile.USTAR_FORMAT),
        by_tarfile(renamed("/payload.age"), format=tarfile.USTAR_FORMAT),
        by_tarfile(renamed("header.json"), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.SYMTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.LNKTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.DIRTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.CHRTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.FIFOTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(kind(tarfile.GNUTYPE_SPARSE), format=tarfile.GNU_FORMAT),
        by_tarfile(kind(tarfile.AREGTYPE), format=tarfile.USTAR_FORMAT),
        by_tarfile(with_field("uid", 1000), format=tarfile.USTAR_FORMAT),
        by_tarfile(with_field("uname", "root"), format=tarfile.USTAR_FORMAT),
        by_tarfile(with_field("mtime", 1), format=tarfile.USTAR_FORMAT),
        by_tarfile(with_field("mode", 0o4755), format=tarfile.USTAR_FORMAT),
        by_tarfile(format=tarfile.USTAR_FORMAT),  # right in all but the end: 10,240-byte records
    ],
    ids=range(18),
)
def test_an_archive_of_another_form_is_refused(content: bytes) -> None:
    assert code_of(content) == "packet.damaged"


def header_block(size: bytes, name: bytes = b"header.json") -> bytes:
    head = bytearray(ustar._header("header.json", 1))
    head[:100] = name.ljust(100, b"\0")
    head[124:136] = size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


@pytest.mark.parametrize(
    "size",
    [
        b"77777777777\0",
        b"\x80" + bytes(10) + b"\x01",
        b"\xff" * 12,
        b"-0000000001\0",
        b"0000000001 \0",
        b"0x000000001\0",
        b"00000_00001\0",
        b"+0000000001\0",
        b"           \0",
    ],
    ids=range(9),
)
def test_a_size_that_lies_or_is_written_otherwise_is_refused(size: bytes) -> None:
    whole = good()
    assert code_of(header_block(size) + whole[512:]) == "packet.damaged"


@pytest.mark.parametrize("name", [b"header.json\0x", b"header.jso\xc3\xab", b"", b"\0header.json", b"./header.json"])
def test_a_name_that_is_another_is_refused(name: bytes) -> None:
    size = b"%011o\0" % len(MEMBERS["header.json"])
    assert code_of(header_block(size, name) + good()[512:]) == "packet.damaged"


def test_members_doubled_in_another_order_more_or_fewer_are_refused() -> None:
    listed = list(MEMBERS.items())
    wrong = [
        [*listed, ("more", b"")],
        [*listed, listed[0]],
        listed[::-1],
        listed[:2],
        [],
        [(f"f{n}", b"") for n in range(30_000)],
    ]
    for members in wrong:
        assert code_of(ustar.write(members)) == "packet.damaged"
    assert code_of(ustar.write(listed)) == "", "the control"


def signed_header(text: bytes) -> bytes:
    signature = sshsig.sign(KEY, text, packet.NAMESPACE).encode()
    return ustar.write([("header.json", text), ("header.json.sig", signature), ("payload.age", MEMBERS["payload.age"])])


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 4000,
        b'{"a":' * 600,
        b'{"v":1' + b"0" * 4000 + b"}",
        b'{"v":1e400}',
        b'{"v":NaN}',
        b"x" * 4097,
        b" " + MEMBERS["header.json"],
        MEMBERS["header.json"] + b"\n",
        MEMBERS["header.json"].replace(b'"seq":1', b'"seq":1.0'),
        MEMBERS["header.json"].replace(b'"seq":1', b'"seq":"1"'),
        MEMBERS["header.json"].replace(b'"seq":1', b'"seq":-1'),
        MEMBERS["header.json"].replace(b'"seq":1', b'"seq":9007199254740992'),
        MEMBERS["header.json"].replace(b'"seq":1', b'"seq":1,"seq":1'),
        MEMBERS["header.json"].replace(b'"kiosk":"k-1"', b'"kiosk":"../k"'),
        MEMBERS["header.json"].replace(b'"kiosk":"k-1"', b'"kiosk":"k-1\\n"'),
        MEMBERS["header.json"].replace(b'"kiosk":"k-1"', b'"kiosk":["k-1"]'),
        MEMBERS["header.json"].replace(b'"kiosk":"k-1"', b'"kiosk":null'),
    ],
    ids=range(17),
)
def test_a_signed_header_of_another_form_is_refused(text: bytes) -> None:
    assert code_of(signed_header(text)) in ("packet.damaged", "packet.unsupported")


def sealed(inner: bytes, manifest: bytes, payload: bytes | None = None) -> bytes:
    """A packet whose inside is any archive at all, correctly encrypted and signed."""
    made = payload or pyrage.encrypt(inner, [READER.to_public()])
    header = canonical.load(MEMBERS["header.json"], limit=4096)
    header |= {"payload_sha256": packet.digest(made), "payload_size": len(made)}
    text = canonical.dump(header | {"inner_manifest_sha256": packet.digest(manifest)}).encode()
    signature = sshsig.sign(KEY, text, packet.NAMESPACE).encode()
    return ustar.write([("header.json", text), ("header.json.sig", signature), ("payload.age", made)])


def manifest(files: dict[str, bytes], **more: Any) -> bytes:
    header = canonical.load(MEMBERS["header.json"], limit=4096)
    shared = ("v", "type", "election", "kiosk", "packet_id", "request_id", "revision", "seq", "created")
    listed = {name: {"sha256": packet.digest(content), "size": len(content)} for name, content in files.items()}
    body = {name: header[name] for name in shared} | {"salt": "00" * 32, "files": listed}
    return canonical.dump(body | more).encode()


def inside(files: dict[str, bytes], **more: Any) -> bytes:
    text = manifest(files, **more)
    return sealed(ustar.write([("manifest.json", text), *files.items()]), text)


def test_the_inside_is_as_strict_as_the_outside() -> None:
    assert code_of(inside({"request.json": b"{}"})) == "", "the control"
    climbing = [
        "../x.jpg",
        "/etc/x",
        "img/../x.jpg",
        "img/x.JPG",
        "img/x.jpg.exe",
        "img/.jpg",
        "request.json2",
        "IMG/x.jpg",
    ]
    for name in climbing:
        assert code_of(inside({name: b"x"})) == "packet.inner_differs"
    assert code_of(inside({f"img/{n}.jpg": b"" for n in range(65)})) == "packet.damaged"
    assert code_of(inside({"request.json": b"{}"}, v=2)) == "packet.unsupported"
    assert code_of(inside({"request.json": b"{}"}, seq=2)) == "packet.inner_differs"
    assert code_of(inside({"request.json": b"{}"}, padding="x" * 70_000)) == "packet.damaged"
    text = manifest({"request.json": b"{}"})
    others = [
        b"",
        b"\0" * 1024,
        ustar.write([]),
        ustar.write([("request.json", b"{}"), ("manifest.json", text)]),
        ustar.write([("manifest.json", text), ("manifest.json", text), ("request.json", b"{}")]),
        ustar.write([("manifest.json", text), ("request.json", b"{}")]) + b"\0",
    ]
    for inner in others:
        assert code_of(sealed(inner, text)) in ("packet.damaged", "packet.inner_differs")


def test_a_payload_with_endless_recipients_is_not_tried() -> None:
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"B" * 43 + b"\n"
    payload = b"age-encryption.org/v1\n" + stanza * 100_000 + b"--- " + b"C" * 43 + b"\n" + bytes(100)
    assert code_of(sealed(b"", b"", payload)) == "packet.unsupported"
    assert code_of(sealed(b"", b"", b"age-encryption.org/v2\n-> x\n--- y\n")) == "packet.unsupported"
    assert code_of(sealed(b"", b"", b"age-encryption.org/v1\n--- \n")) == "packet.not_for_us"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_edit_of_a_packet_is_taken(data: st.DataObject) -> None:
    """Cut out, doubled, moved, overwritten: whatever is done to the bytes, it is refused in words or is the same."""
    whole = good()
    at = data.draw(st.integers(0, len(whole)))
    to = data.draw(st.integers(at, min(len(whole), at + 2000)))
    piece = data.draw(st.binary(max_size=600) | st.just(whole[at:to] * 2) | st.just(whole[at:to][::-1]))
    edited = whole[:at] + piece + whole[to:]
    if edited != whole:
        assert code_of(edited) != ""


KEYSET = Keyset(3, "per", "e-1", str(READER.to_public()), str(READER.to_public()), PUBLIC, NOW, (PUBLIC,), PUBLIC)
KEYS = st.sampled_from(
    [sshsig.public_of(sshsig.generate()), sshsig.public_of(ec.generate_private_key(ec.SECP256R1())), PUBLIC]
)
RECIPIENTS = st.sampled_from([str(pyrage.x25519.Identity.generate().to_public()) for _ in range(3)])
KEYSETS = st.builds(
    Keyset,
    version=st.integers(1, 2**31),
    election=st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    epoch_id=st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    epoch_recipient=RECIPIENTS,
    escrow=RECIPIENTS,
    receipt_key=KEYS,
    not_after=st.integers(0, 2**32).map(lambda second: datetime.fromtimestamp(second, UTC)),
    former_receipt_keys=st.lists(KEYS, max_size=4).map(tuple),
    kiosk_authority=st.none() | KEYS,
)


@given(KEYSETS)
@settings(max_examples=60, deadline=None)
def test_key_sets_come_back_as_signed_and_never_older(keys: Keyset) -> None:
    document = keyset.sign(keys, KEY)
    assert keyset.verify(document, PUBLIC, election=keys.election) == keys
    assert keyset.verify(document, PUBLIC, election=keys.election, known=keys) == keys
    for known in (replace(keys, version=keys.version + 1), replace(keys, epoch_id=keys.epoch_id + "x")):
        with pytest.raises(keyset.KeysetRefused, match="rolled_back"):
            keyset.verify(document, PUBLIC, election=keys.election, known=known)
    with pytest.raises(keyset.KeysetRefused, match="keyset_refused"):
        keyset.verify(document, PUBLIC, election=keys.election + "x")


ODD = (
    st.none()
    | st.booleans()
    | st.integers(-1, 2**70)
    | st.text(max_size=20)
    | st.lists(st.text(max_size=3), max_size=2)
)


@given(st.sampled_from(["keyset", "config"]), st.integers(0, 20), ODD, st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_signed_document_with_anything_odd_in_it_is_refused_in_words(
    what: str, place: int, odd: object, left_out: bool
) -> None:
    """Even signed by the root: a member of another type is a refusal, never another kind of failure."""
    settings_of = ElectionConfig(2, "per", date(2027, 5, 1), date(2027, 1, 1), date(2027, 3, 1), (), (), CodeRules())
    document = keyset.sign(KEYSET, KEY) if what == "keyset" else config.sign(settings_of, KEY)
    body = canonical.load(document["body"], limit=100_000)
    name = sorted(body)[place % len(body)]
    body = {n: v for n, v in body.items() if n != name} if left_out else body | {name: odd}
    text = canonical.dump(body)
    try:
        signature = sshsig.sign(KEY, text.encode(), keyset.NAMESPACE if what == "keyset" else config.NAMESPACE)
    except UnicodeEncodeError:
        return
    verify: Any = keyset.verify if what == "keyset" else config.verify
    with contextlib.suppress(keyset.KeysetRefused, config.ConfigRefused):
        verify({"body": text, "signature": signature}, PUBLIC, election="per")


@given(st.integers(0, 400), st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_key_set_with_one_character_changed_is_refused(at: int, change: int) -> None:
    document = keyset.sign(KEYSET, KEY)
    for part in ("body", "signature"):
        text = document[part]
        place = at % len(text)
        other = text[:place] + chr((ord(text[place]) + change) % 0x250) + text[place + 1 :]
        with pytest.raises(keyset.KeysetRefused):
            keyset.verify(document | {part: other}, PUBLIC, election="per")


def test_a_key_set_grown_without_end_is_refused() -> None:
    many = replace(KEYSET, former_receipt_keys=(PUBLIC,) * 1000, not_after=NOW + timedelta(days=1))
    document = keyset.sign(many, KEY)
    assert len(keyset.verify(document, PUBLIC, election="per").former_receipt_keys) == keyset.MOST_FORMER
    body = canonical.load(document["body"], limit=1_000_000)
    body["former_receipt_keys"] = [PUBLIC.line] * (keyset.MOST_FORMER + 1)
    text = canonical.dump(body)
    signature = sshsig.sign(KEY, text.encode(), keyset.NAMESPACE)
    with pytest.raises(keyset.KeysetRefused):
        keyset.verify({"body": text, "signature": signature}, PUBLIC, election="per")


def test_nobody_makes_a_second_packet_of_one_by_the_other_form_of_its_signature() -> None:
    """With -s in place of s an ECDSA signature still fits: another file, another digest, the same packet id."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = sshsig.public_of(key)
    ids = packet.PacketIds("request", "per", KIOSK, "01a1fa6a-0000-7000-8000-000000000001", 1, 1)
    recipients = [str(READER.to_public())]
    for _ in range(8):  # each signature is drawn anew
        content = packet.build(ids, {"request.json": b"{}"}, key=key, epoch="e", recipients=recipients, now=NOW)[1]
        packet.check(content, lambda _kiosk: public)
    members = {name: bytes(each) for name, each in ustar.read(content, max_files=3).items()}
    blob = sshsig._unarmour(members["header.json.sig"].decode())
    reader = sshsig._Reader(blob[blob.rindex(b"ecdsa-sha2-nistp256") + 19 :])
    numbers = sshsig._Reader(reader.string())
    r, s = numbers.mpint(), numbers.mpint()
    raw = sshsig._mpint(r) + sshsig._mpint(sshsig._P256_ORDER - s)
    wrapped = sshsig._string(sshsig._string(b"ecdsa-sha2-nistp256") + sshsig._string(raw))
    head = blob[: blob.index(sshsig._string(b"sha512")) + 10]
    second = sshsig._armour(head + wrapped)
    sshsig.verify(public, members["header.json"], packet.NAMESPACE, second)  # the control: mathematically it fits
    forged = ustar.write((members | {"header.json.sig": second.encode()}).items())
    with pytest.raises(Expected, match=r"packet\.signature"):
        packet.check(forged, lambda _kiosk: public)
