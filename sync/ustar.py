"""A tar archive with exactly one form (POSIX.1-1988 ustar): written and read byte for byte, so nothing can hide in it.

Any `tar` opens it. Members are plain files, mode 0600, owner 0, time 0; the archive ends with two zero blocks and
nothing after them. Reading refuses every byte that writing would have made differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

BLOCK = 512


class BadArchive(ValueError):
    """Not an archive of this form."""


def write(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of (name, content) in the given order; names are ASCII, at most 99 characters."""
    return b"".join(pieces(files))


def pieces(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the archive that `write` returns piece by piece, without a copy of any content."""
    for name, content in files:
        yield from (_header(name, len(content)), content, bytes(-len(content) % BLOCK))
    yield bytes(2 * BLOCK)


def read(archive: bytes, *, max_files: int) -> Mapping[str, bytes]:
    """Return the members in their order. Raises BadArchive, as `views`."""
    return {name: bytes(content) for name, content in views(archive, max_files=max_files).items()}


def views(archive: bytes | memoryview, *, max_files: int) -> Mapping[str, memoryview]:
    """Return the members in their order, as views of `archive`: nothing is copied.

    Raises:
        BadArchive: anything that `write` would not have written, a doubled name, or more than `max_files`.
    """
    files: dict[str, memoryview] = {}
    view = memoryview(archive).toreadonly()
    at = 0
    while True:
        block = bytes(view[at : at + BLOCK])
        if len(block) < BLOCK:
            raise BadArchive("cut short")
        if block == bytes(BLOCK):
            break
        name, size = _name_and_size(block)
        end = at + BLOCK + size
        padding = -size % BLOCK
        if end + padding > len(archive) or any(view[end : end + padding]):
            raise BadArchive("cut short or padded with something")
        if name in files or len(files) == max_files:
            raise BadArchive("doubled or too many members")
        files[name] = view[at + BLOCK : end]
        at = end + padding
    if bytes(view[at:]) != bytes(2 * BLOCK):
        raise BadArchive("wrong end")
    return files


def _name_and_size(block: bytes) -> tuple[str, int]:
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135], 8)
        if _header(name, size) != block:
            raise ValueError
    except ValueError:
        raise BadArchive("a member's header is not of this form") from None
    return name, size


@lru_cache(maxsize=256)
def _header(name: str, size: int) -> bytes:
    encoded = name.encode("ascii")
    if not 0 < len(encoded) < 100 or not 0 <= size < 8**11:
        raise ValueError("name or size does not fit")
    head = b"".join(
        (
            encoded.ljust(100, b"\0"),
            b"0000600\0",
            b"0000000\0" * 2,
            b"%011o\0" % size,
            b"00000000000\0",
            b"        ",
            b"0",
            bytes(100),
            b"ustar\x0000",
            bytes(64),
            b"0000000\0" * 2,
        )
    ).ljust(BLOCK, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]
