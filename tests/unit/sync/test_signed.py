"""Signed documents, receipts and canonical JSON: one form, one signer, one purpose."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.model.ids import KioskId, PacketId
from sync import batch_list, canonical, receipt, signed, sshsig
from sync.batch_list import BatchList, BatchListRefused, Item
from sync.receipt import Receipt, ReceiptRefused

KEY = sshsig.generate()
PUBLIC = sshsig.public_of(KEY)
NOW = datetime(2026, 11, 20, 12, 0, 0, 123000, tzinfo=UTC)
RECEIPT = Receipt(PacketId("p-1"), "0" * 64, KioskId("k-1"), 7, NOW, {"log_index": 3, "log_root": "ab"})

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back_and_nothing_else_is(value: dict[str, Any]) -> None:
    try:
        text = canonical.dump(value).encode()
    except UnicodeEncodeError:  # a lone surrogate is no text
        return
    assert canonical.load(text, limit=100_000) == value
    with pytest.raises(canonical.NotCanonical):
        canonical.load(text + b" ", limit=100_000)
    with pytest.raises(canonical.NotCanonical):
        canonical.load(text, limit=len(text) - 1)


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":1}', '{"b":1,"a":1}', '{"a": 1}', '{"a":NaN}', '{"a":"\\u0061"}', "[]", "1", "", "{", "[" * 5000,
     '{"a":1.0e0}', '{"a":"\\ud800"}', b"{\"a\":\"\xff\"}", '{"a":' + "9" * 5000 + "}"],
)  # fmt: skip
def test_other_forms_are_refused(text: str | bytes) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.load(text, limit=100_000)


def test_a_document_is_checked_with_ssh_keygen_too(tmp_path: Path) -> None:
    document = signed.sign({"version": 1, "emri": "Zgjedhjet ë ç"}, KEY, "keyset@per-kiosk/v1")
    (tmp_path / "allowed").write_text(f"root {PUBLIC.line}\n")
    (tmp_path / "sig").write_text(document["signature"])
    verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "root", "-n", "keyset@per-kiosk/v1", "-s", "sig"]
    done = subprocess.run(verify, cwd=tmp_path, input=document["body"].encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_document_of_another_shape_signer_or_purpose_is_refused() -> None:
    good = signed.sign({"version": 1}, KEY, "a@b/v1")
    assert signed.verify(good, PUBLIC, "a@b/v1") == {"version": 1}
    spaced = '{"version": 1}'
    bad: list[Any] = [
        None,
        [],
        {},
        {"body": good["body"]},
        good | {"extra": ""},
        good | {"body": 1},
        good | {"body": '{"version":2}'},
        good | {"body": "\ud800"},
        good | {"signature": ""},
        {"body": spaced, "signature": sshsig.sign(KEY, spaced.encode(), "a@b/v1")},
        signed.sign({"version": 1}, sshsig.generate(), "a@b/v1"),
        signed.sign({"version": 1}, KEY, "b@b/v1"),
    ]
    for document in bad:
        with pytest.raises(signed.BadDocument):
            signed.verify(document, PUBLIC, "a@b/v1")


def test_a_receipt_is_for_one_packet_of_one_kiosk() -> None:
    document = receipt.sign(RECEIPT, KEY)
    ids: dict[str, Any] = {"packet_id": "p-1", "sha256": "0" * 64, "kiosk": "k-1"}
    assert receipt.verify(document, PUBLIC, **ids) == RECEIPT
    for name in ids:
        with pytest.raises(ReceiptRefused):
            receipt.verify(document, PUBLIC, **ids | {name: "another"})
    with pytest.raises(ReceiptRefused):
        receipt.verify(document, sshsig.public_of(sshsig.generate()), **ids)
    for body in ({}, {**ids, "seq": 7, "received": "2026-11-20T12:00:00"}, {**ids, "seq": "7", "received": "x"}):
        with pytest.raises(ReceiptRefused):
            receipt.read(signed.sign(body, KEY, receipt.NAMESPACE), PUBLIC)


def test_a_batch_list_is_the_kiosks_own() -> None:
    item = Item(PacketId("p-1"), 7, "p-1.vrp", "0" * 64, 10)
    batch = BatchList("per-2027", KioskId("k-1"), NOW.replace(microsecond=0), (item,))
    document = batch_list.sign(batch, KEY)

    assert batch_list.verify(document, {"k-1": PUBLIC}.get) == batch
    bad: list[Any] = [
        None,
        {"body": 1, "signature": ""},
        batch_list.sign(batch, sshsig.generate()),
        document | {"body": document["body"].replace('"seq":7', '"seq":8')},
        batch_list.sign(BatchList("per-2027", KioskId("k-2"), NOW, (item,)), KEY),
        batch_list.sign(BatchList("per-2027", KioskId("k-1"), NOW, (Item(item.packet_id, 7, "../x", "0", 1),)), KEY),
    ]
    for each in bad:
        with pytest.raises(BatchListRefused):
            batch_list.verify(each, {"k-1": PUBLIC}.get)
