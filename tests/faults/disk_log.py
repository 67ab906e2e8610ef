"""What a disk was asked to do, in order, and what is left of it when the power goes.

The model: the content of a file is safe once the file was fsync'ed, its name once its folder was. Of everything later
each 512-byte sector is written or not by itself (dropped or torn), and of the changes of names a beginning survives,
as in a file system with a journal. A failed fsync loses what it should have written for good, as Linux does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: file, folder, write, size, sync, lost (a failed fsync), names (fsync of a folder), rename, remove,
    refused (a fault was met), begin (all that is there is safe), ack (what the program has told its user)."""

    kind: str
    path: str = ""
    to: str = ""
    node: int = 0
    at: int = 0
    data: bytes = b""


@dataclass(slots=True)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    open: list[Event] = field(default_factory=list)


def acknowledged(events: Sequence[Event]) -> bytes:
    """Return everything the program told its user in these events, joined."""
    return b"".join(event.data for event in events if event.kind == "ack")


def after_cut(events: Sequence[Event], dice: random.Random) -> dict[str, bytes | None]:
    """Return what the disk holds when the power goes after these events: path -> content, None for a folder."""
    files: dict[int, _File] = {}
    names: dict[str, int | None] = {"/": None}
    pending: list[Event] = []
    for event in events:
        match event.kind:
            case "file" | "folder" | "rename" | "remove":
                if event.kind == "file":
                    files[event.node] = _File()
                pending.append(event)
            case "write" | "size":
                # Memory mapped long ago may be written back after its log was forgotten.
                files.setdefault(event.node, _File()).open.append(event)
            case "sync":
                _write_back(files.setdefault(event.node, _File()), lambda _count: True)
            case "lost":
                files.setdefault(event.node, _File()).open.clear()
            case "names":
                for change in pending:
                    if event.path in {_parent(change.path), _parent(change.to or change.path)}:
                        _rename(names, change)
                pending = [
                    change
                    for change in pending
                    if event.path not in {_parent(change.path), _parent(change.to or change.path)}
                ]
            case "begin":
                for file in files.values():
                    _write_back(file, lambda _count: True)
                for change in pending:
                    _rename(names, change)
                pending = []
    chance = dice.choice([0.0, 0.5, dice.random(), 1.0])
    for file in files.values():
        _write_back(file, lambda _number: dice.random() < chance)
    for change in pending[: dice.randint(0, len(pending)) if chance else 0]:
        _rename(names, change)
    return {path: None if node is None else bytes(files[node].safe) for path, node in names.items()}


def write_to(folder: Path, content: dict[str, bytes | None]) -> None:
    """Put a disk's content into a folder."""
    for path in sorted(content):
        body, place = content[path], folder / path.lstrip("/")
        if body is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)


def _write_back(file: _File, survives: Callable[[int], bool]) -> None:
    for event in file.open:
        if event.kind == "size":
            if survives(0):
                _resize(file.safe, event.at)
            continue
        start = 0
        while start < len(event.data):
            at = event.at + start
            piece = event.data[start : start + SECTOR - at % SECTOR]
            if survives(start):
                if len(file.safe) < at + len(piece):
                    _resize(file.safe, at + len(piece))
                file.safe[at : at + len(piece)] = piece
            start += len(piece)
    file.open.clear()


def _resize(content: bytearray, size: int) -> None:
    if len(content) > size:
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def _rename(names: dict[str, int | None], change: Event) -> None:
    match change.kind:
        case "file":
            names[change.path] = change.node
        case "folder":
            names[change.path] = None
        case "remove":
            names.pop(change.path, None)
        case "rename":
            # A folder takes along what is in it.
            for path in [path for path in names if f"{path}/".startswith(f"{change.path}/")]:
                names[change.to + path[len(change.path) :]] = names.pop(path)


def _parent(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"
