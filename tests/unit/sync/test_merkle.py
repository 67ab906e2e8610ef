"""The tree against hand-computed hashes, against the definition of RFC 6962, and its proofs as properties."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import merkle


def _h(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _definition(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not entries:
        return _h()
    if len(entries) == 1:
        return _h(b"\x00", entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return _h(b"\x01", _definition(entries[:split]), _definition(entries[split:]))


def _nodes(entries: list[bytes]) -> merkle.Nodes:
    kept: dict[tuple[int, int], bytes] = {}
    for place, entry in enumerate(entries):
        kept[0, place] = merkle.leaf_hash(entry)
        for level, node_place, value in merkle.completed(place, kept[0, place], lambda lv, p: kept[lv, p]):
            kept[level, node_place] = value
    return lambda level, place: kept[level, place]


ENTRIES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]


def test_empty_and_single_leaf_are_the_published_hashes() -> None:
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_tree_of_seven_is_the_one_drawn_in_the_rfc() -> None:
    a, b, c, d, e, f, j = (_h(b"\x00", entry) for entry in ENTRIES[:7])
    g, h, i = _h(b"\x01", a, b), _h(b"\x01", c, d), _h(b"\x01", e, f)
    k = _h(b"\x01", g, h)
    left = _h(b"\x01", i, j)
    nodes = _nodes(ENTRIES[:7])
    assert merkle.root(7, nodes) == _h(b"\x01", k, left)
    # the proofs of RFC 6962 section 2.1.3
    assert merkle.inclusion_proof(0, 7, nodes) == [b, h, left]
    assert merkle.inclusion_proof(3, 7, nodes) == [c, g, left]
    assert merkle.inclusion_proof(4, 7, nodes) == [f, j, k]
    assert merkle.inclusion_proof(6, 7, nodes) == [i, k]
    assert merkle.consistency_proof(3, 7, nodes) == [c, d, g, left]
    assert merkle.consistency_proof(4, 7, nodes) == [left]
    assert merkle.consistency_proof(6, 7, nodes) == [i, j, k]


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_roots_are_the_published_vectors_of_certificate_transparency(size: int, root: str) -> None:
    assert merkle.root(size, _nodes(ENTRIES)).hex() == root


@pytest.mark.parametrize("size", range(40))
def test_root_is_the_definition_at_every_size(size: int) -> None:
    entries = [bytes([n]) for n in range(size)]
    assert merkle.root(size, _nodes(entries)) == _definition(entries)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 90), st.data())
def test_proofs_hold_and_any_change_breaks_them(size: int, data: st.DataObject) -> None:
    entries = [n.to_bytes(2, "big") for n in range(size)]
    nodes = _nodes(entries)
    place = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(place, size, nodes)
    top = merkle.root(size, nodes)
    assert merkle.includes(entries[place], place, size, proof, top)
    assert not merkle.includes(b"other", place, size, proof, top)
    assert not merkle.includes(entries[place], place, size, [*proof, top], top)
    if proof:
        assert not merkle.includes(entries[place], place, size, proof[:-1], top)
        other = data.draw(st.integers(0, size - 1).filter(lambda n: n != place))
        assert not merkle.includes(entries[place], other, size, proof, top)

    old = data.draw(st.integers(1, size))
    old_root = merkle.root(old, nodes)
    path = merkle.consistency_proof(old, size, nodes)
    assert merkle.extends(old, old_root, size, top, path)
    assert not merkle.extends(old, _h(b"other"), size, top, path)
    if old < size:
        assert not merkle.extends(old, old_root, size, _h(b"other"), path)
        assert not merkle.extends(old, old_root, size, top, path[:-1])


@pytest.mark.parametrize("size", range(70))
def test_peaks_cover_every_leaf_once(size: int) -> None:
    covered = [leaf for level, place in merkle.peaks(size) for leaf in range(place << level, (place + 1) << level)]
    assert covered == list(range(size))


def test_impossible_questions_are_refused() -> None:
    nodes = _nodes(ENTRIES)
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(8, 8, nodes)
    with pytest.raises(ValueError, match="old size"):
        merkle.consistency_proof(0, 8, nodes)
    assert not merkle.includes(b"", -1, 8, [], b"")
    assert not merkle.extends(9, b"", 8, b"", [])
