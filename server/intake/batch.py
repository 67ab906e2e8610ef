"""Takes in a stick: its packets through the same intake as the link, receipts and the server's news back onto it.

Every packet stands for itself: its signature decides, the kiosk's list only tells what is missing, half copied or
renamed. So a stick whose list is damaged still delivers what is whole on it, and says so.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from registration.errors import StaffMustFix
from server import audit, keyring
from server.context import Server
from server.intake import packet_intake
from server.intake.packet_intake import PacketState, Route, Taken
from server.kiosks import devices, witness
from server.store.blobs import sync_folder
from sync import batch_list, canonical, checkpoint, packet, signed
from sync.batch_list import (
    CHECKPOINT_FILE,
    LIST_FILE,
    NEWS_FILE,
    PACKET_SUFFIX,
    RECEIPTS_FOLDER,
    UNFINISHED_SUFFIX,
    BatchList,
    Item,
)
from sync.words import plain

MAX_LIST = 2 * signed.MAX_BODY


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file of the stick.

    `state` is a `PacketState`, ``missing`` for a packet that is listed and not there, ``unread`` for a file that could
    not be read, ``list`` for the list itself. `code` is why it was not taken in, "" when it was; `note` is what else
    there is to say of it. Both have words under ``errors.``.
    """

    file: str
    state: str
    code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """After each file: `done` of `files`, `read` bytes so far."""

    done: int
    files: int
    read: int


def import_batch(
    server: Server,
    folder: Path,
    *,
    by: str,
    progress: Callable[[ImportProgress], None] = lambda _progress: None,
) -> tuple[Verdict, ...]:
    """Take in every packet in `folder`; the receipts are on the stick before this returns.

    Returns a verdict per packet, in the order of the list, then of what is not on it; a list that cannot be believed
    comes first, with its reason.

    Args:
        server: the open server.
        folder: of the stick.
        by: who imports, for the audit log.
        progress: told after each file.

    Raises:
        StaffMustFix: ``batch.no_folder``, ``batch.manifest`` (neither list nor packet), ``batch.stick_failed``.
    """
    if not folder.is_dir():
        raise StaffMustFix("batch.no_folder", folder=folder.name)
    try:
        files = {file.name: file for file in sorted(folder.iterdir()) if file.suffix.lower() == PACKET_SUFFIX}
    except OSError:
        raise StaffMustFix("batch.stick_failed") from None
    batch, problem = _read_list(server, folder)
    if batch is None and not files:
        raise StaffMustFix(problem)
    verdicts = [Verdict(LIST_FILE, "list", problem)] if batch is None else []
    verdicts += _Import(server, folder, batch, by, progress).run(files)
    _put_news(server, folder, batch)
    taken = sum(not verdict.code for verdict in verdicts)
    with server.store.write() as unit:
        counts = {"packets": len(verdicts), "taken": taken}
        audit.record(unit, kind="batch.import", actor=by, subject=batch.kiosk if batch else "", details=counts)
    return tuple(verdicts)


class _Import:
    """One stick being taken in."""

    def __init__(
        self, server: Server, folder: Path, batch: BatchList | None, by: str, progress: Callable[[ImportProgress], None]
    ) -> None:
        self._server = server
        self._receipts = folder / RECEIPTS_FOLDER
        self._folder = folder
        self._batch = batch
        self._by = by
        self._progress = progress
        self._items = batch.items if batch else ()
        self._by_digest = {item.sha256: item for item in self._items}
        self._by_name = {item.file: item for item in self._items}
        self._seen: set[str] = set()
        """Digests of packets that were there."""

    def run(self, files: dict[str, Path]) -> list[Verdict]:
        listed = [name for name in self._by_name if name in files]
        order = [*listed, *(name for name in files if name not in self._by_name)]
        found: dict[str, Verdict] = {}
        read = 0
        for done, name in enumerate(order, 1):
            found[name], size = self._judge(files[name])
            read += size
            self._progress(ImportProgress(done, len(order), read))
        missing = [
            self._missing(item) for item in self._items if item.file not in found and item.sha256 not in self._seen
        ]
        place = {item.file: at for at, item in enumerate(self._items)}
        return sorted([*found.values(), *missing], key=lambda verdict: place.get(verdict.file, len(place)))

    def _judge(self, file: Path) -> tuple[Verdict, int]:
        try:
            content = _read(file)
        except OSError:
            return Verdict(file.name, "unread", "batch.packet_unreadable"), 0
        digest = packet.digest(content)
        item, named = self._by_digest.get(digest), self._by_name.get(file.name)
        if item is None and named is not None:
            code = "batch.packet_unfinished" if len(content) < named.size else "packet.damaged"
            return Verdict(file.name, PacketState.REFUSED.value, code), len(content)
        sender = self._batch.kiosk if self._batch and item else None
        taken = packet_intake.take(self._server, content, route=Route.BATCH, sender=sender, by=self._by)
        verdict = Verdict(file.name, taken.state.value, *_words(taken, renamed=bool(item and item.file != file.name)))
        if self._batch is not None and item is None and not verdict.code:
            verdict = replace(verdict, note="batch.packet_unlisted")
        self._seen.add(digest)
        if taken.receipt is not None and not self._put_receipt(taken):
            verdict = replace(verdict, code="batch.receipts_not_written")
        return verdict, len(content)

    def _missing(self, item: Item) -> Verdict:
        half = (self._folder / (item.file + UNFINISHED_SUFFIX)).exists()
        return Verdict(item.file, "missing", "batch.packet_unfinished" if half else "batch.packet_missing")

    def _put_receipt(self, taken: Taken) -> bool:
        try:
            if self._receipts.is_symlink():
                return False  # it would lead off the stick
            self._receipts.mkdir(exist_ok=True)
            content = json.dumps(taken.receipt, sort_keys=True).encode()
            _put(self._receipts / f"{taken.packet_id}.json", content)
        except OSError:
            return False
        return True


def _words(taken: Taken, *, renamed: bool) -> tuple[str, str]:
    """Return code and note."""
    if taken.state not in (PacketState.STORED, PacketState.OPENED):
        return plain(taken.code), ""
    if not taken.new:
        return "", "batch.packet_known"
    return "", "batch.packet_renamed" if renamed else ""


def _read_list(server: Server, folder: Path) -> tuple[BatchList | None, str]:
    """Return the list, or None and why it cannot be believed."""
    file = folder / LIST_FILE
    try:
        document = canonical.load(_read(file, MAX_LIST), limit=MAX_LIST)
        with server.store.read() as connection:
            trust = devices.Trust(connection, server.election, server.clock.now(), devices.LATE_BATCH)
            batch = batch_list.verify(document, trust.enrolled_key)
    except (OSError, canonical.NotCanonical, batch_list.BatchListRefused):
        return None, "batch.manifest"
    if batch.election != server.election:
        return None, "packet.other_election"
    return batch, ""


def _put_news(server: Server, folder: Path, batch: BatchList | None) -> None:
    """Leave what a kiosk without a connection could not fetch: key set, configuration, its renewed certificate,
    and the audit log's newest checkpoint with the proof that it continues the one that the kiosk put on the stick.

    A stick that cannot be written has been named with its receipts already.
    """
    news: dict[str, object] = {}
    with server.store.write() as unit:
        for name in (keyring.KEYSET, keyring.CONFIG):
            news[name] = keyring.newest(unit.connection, unit.election, name)
        line = devices.renewed_line(unit, server.master, batch.kiosk) if batch else ""
        if line:
            news["certificate"] = line
        audit.sign_checkpoint(unit, audit.ensure_signer(unit, server.master))  # over the packets just taken in
    news["checkpoint"] = witness.handed_out(server, _witnessed_size(server, folder))
    try:
        _put(folder / NEWS_FILE, canonical.dump(news).encode())
    except OSError:
        return


def _witnessed_size(server: Server, folder: Path) -> int:
    """Return how many events the stick's checkpoint of ours covers, 0 when there is none."""
    with server.store.read() as connection:
        key = audit.log_key(connection, server.election)
    try:
        return checkpoint.verify(_read(folder / CHECKPOINT_FILE, checkpoint.MAX_NOTE).decode(), key).size
    except (OSError, UnicodeDecodeError, checkpoint.BadCheckpoint):
        return 0


def _read(file: Path, limit: int = packet.MAX_PACKET) -> bytes:
    """Read a plain file of the stick, at most one byte more than `limit`. Raises OSError, also for anything else."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError("not a plain file")
        return stream.read(limit + 1)


def _put(file: Path, content: bytes) -> None:
    draft = file.with_name(file.name + UNFINISHED_SUFFIX)
    draft.unlink(missing_ok=True)
    with draft.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    sync_folder(file.parent)
