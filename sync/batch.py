"""Carries packets on a stick: exports what waits, and takes the server's receipts back. Format: docs/packet.md.

An export is not a delivery: the packets stay in the vault and are still sent online; only a receipt ends that.
The administrator sees counts, sizes and file names, never anything of a voter.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from registration.errors import StaffMustFix
from registration.model.ids import PacketId
from registration.ports.clock import Clock
from registration.ports.vault import OutboxEntry, SyncStore
from sync import batch_list, canonical, enrol, packet, receipt, signed, sshsig, witness
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
from sync.enrol import Enrolment
from sync.keyset import Keyset

ROOM_TO_SPARE = 1024 * 1024
"""Bytes beyond the packets themselves that must be free: list, receipts, the file system's own."""
MAX_RECEIPT = 512 * 1024
MAX_LIST = 2 * signed.MAX_BODY
"""Longest files read, in bytes; a JSON text inside a JSON text grows by its escapes."""

_OLDER = ("server.rolled_back", "witness.shorter")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """After each packet: `done` of `packets`, `written` of `size` bytes."""

    done: int
    packets: int
    written: int
    size: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """`skipped`: packets already whole on the stick from an export before."""

    folder: Path
    packets: int
    size: int
    skipped: int
    from_seq: int
    to_seq: int


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What became of one file. `code` is an errors id, "" when all was well."""

    file: str
    taken: bool
    """The packet is received now, or was already."""
    new: bool
    """It became so by this file."""
    code: str = ""
    packet_id: PacketId | None = None


def export_batch(
    store: SyncStore,
    enrolment: Enrolment,
    folder: Path,
    clock: Clock,
    progress: Callable[[BatchProgress], None] = lambda _progress: None,
    free_space: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> ExportReport:
    """Write all packets that are not received to a folder on a stick, each read back before it counts.

    Args:
        store: the vault's side.
        enrolment: signs the list.
        folder: an existing folder: empty, or holding an earlier batch of this kiosk.
        clock: for the list's date.
        progress: told after each packet.
        free_space: bytes free where `folder` is.

    Raises:
        StaffMustFix: ``batch.no_folder``, ``batch.nothing``, ``batch.other_kiosk``, ``batch.no_space``,
            ``batch.not_writable``, ``batch.stick_failed``, ``batch.read_back``.
    """
    if not folder.is_dir():
        raise StaffMustFix("batch.no_folder", folder=folder.name)
    entries = [entry for entry in store.entries() if entry.state in ("waiting", "exported")]
    if not entries:
        raise StaffMustFix("batch.nothing")
    size = sum(entry.size for entry in entries)
    written = skipped = 0
    received: list[OutboxEntry] = []
    try:
        _refuse_other_kiosk(folder, enrolment)
        whole = {entry.packet_id for entry in entries if _is_there(folder, entry)}
        _require_space(folder, sum(entry.size for entry in entries if entry.packet_id not in whole), free_space)
        for number, entry in enumerate(entries, 1):
            if entry.packet_id in whole:
                skipped += 1
            elif not _export(store, entry, folder):
                received.append(entry)
            written += entry.size
            progress(BatchProgress(number, len(entries), written, size))
        entries = [entry for entry in entries if entry not in received]
        if not entries:
            raise StaffMustFix("batch.nothing")
        for note in witness.kept(store)[:1]:
            _put(folder, CHECKPOINT_FILE, note.encode())
        document = batch_list.sign(_list_of(entries, enrolment, clock), enrolment.key)
        _put(folder, LIST_FILE, canonical.dump(document).encode())
    except OSError as error:
        raise _words(error, folder, free_space) from None
    for entry in entries:
        store.mark_exported(entry.packet_id)
    return ExportReport(
        folder=folder,
        packets=len(entries),
        size=sum(entry.size for entry in entries),
        skipped=skipped,
        from_seq=entries[0].seq,
        to_seq=entries[-1].seq,
    )


def import_receipts(store: SyncStore, enrolment: Enrolment, keys: Keyset, folder: Path) -> tuple[ReceiptVerdict, ...]:
    """Take the receipts the server's import wrote to the stick; each file gets its verdict.

    What the server left beside them comes first: a newer key set (the receipts may be signed with a key this kiosk
    has not seen), configuration, certificate and checkpoint. Each is believed only with its own signature and never
    backwards; one that is not believed gets a verdict under the name of its file.

    Args:
        store: the vault's side.
        enrolment: who we are and whom we believe.
        keys: the newest key set accepted so far.
        folder: of the stick.

    Raises:
        StaffMustFix: ``batch.no_folder``, ``batch.no_receipts``, ``batch.stick_failed``; ``vault.*``.
    """
    if not folder.is_dir():
        raise StaffMustFix("batch.no_folder", folder=folder.name)
    try:
        files = sorted(each for each in (folder / RECEIPTS_FOLDER).iterdir() if each.is_file())
    except FileNotFoundError:
        files = []
    except OSError:
        raise StaffMustFix("batch.stick_failed") from None
    if not files:
        raise StaffMustFix("batch.no_receipts")
    news, keys = _take_news(store, enrolment, keys, folder)
    known = {entry.packet_id: entry for entry in store.entries()}
    return (*news, *(_judge(store, enrolment, keys, known, file) for file in files))


def _take_news(
    store: SyncStore, enrolment: Enrolment, keys: Keyset, folder: Path
) -> tuple[tuple[ReceiptVerdict, ...], Keyset]:
    """Take what the server published; return a verdict for what was refused, and the key set in force."""
    try:
        with (folder / NEWS_FILE).open("rb") as stream:
            news = canonical.load(stream.read(MAX_LIST + 1), limit=MAX_LIST)
    except FileNotFoundError:
        return (), keys
    except (OSError, canonical.NotCanonical):
        return (ReceiptVerdict(NEWS_FILE, taken=False, new=False, code="batch.news_damaged"),), keys
    codes: list[str] = []
    steps: tuple[tuple[str, Callable[[SyncStore, Enrolment, object], object]], ...] = (
        ("keyset", enrol.accept_keyset),
        ("config", enrol.accept_config),
        ("certificate", enrol.accept_certificate),
        ("checkpoint", witness.accept),
    )
    for name, accept in steps:
        if name not in news:
            continue
        try:
            accept(store, enrolment, news[name])
        except StaffMustFix as error:
            if error.code.startswith("vault."):
                raise
            if error.code not in _OLDER:  # a stick that was under way for long shows older ones: no matter
                codes.append(error.code)
    verdicts = tuple(ReceiptVerdict(NEWS_FILE, taken=False, new=False, code=code) for code in codes)
    return verdicts, enrol.known_keyset(store, enrolment)


def _judge(
    store: SyncStore, enrolment: Enrolment, keys: Keyset, known: dict[PacketId, OutboxEntry], file: Path
) -> ReceiptVerdict:
    if file.suffix == UNFINISHED_SUFFIX or file.stat().st_size == 0:
        return ReceiptVerdict(file.name, taken=False, new=False, code="batch.receipt_unfinished")
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_RECEIPT + 1)
    except OSError:
        return ReceiptVerdict(file.name, taken=False, new=False, code="batch.stick_failed")
    try:
        document = json.loads(text if len(text) <= MAX_RECEIPT else b"")
    except (ValueError, RecursionError):
        code = "batch.receipt_damaged" if text.rstrip().endswith(b"}") else "batch.receipt_unfinished"
        return ReceiptVerdict(file.name, taken=False, new=False, code=code)
    try:
        found = receipt.read(document, *keys.receipt_keys)
    except receipt.ReceiptRefused:
        return ReceiptVerdict(file.name, taken=False, new=False, code="batch.receipt_damaged")
    entry = known.get(found.packet_id)
    if found.kiosk != enrolment.identity.kiosk_id:
        return ReceiptVerdict(file.name, taken=False, new=False, code="batch.receipt_foreign")
    if entry is None or entry.sha256 != found.sha256:
        return ReceiptVerdict(file.name, taken=False, new=False, code="batch.receipt_unknown")
    new = entry.state != "received" and store.receipt(entry.packet_id) is None
    if new:
        store.mark_received(entry.packet_id, json.dumps(document, sort_keys=True).encode())
    renamed = file.name != f"{found.packet_id}.json"
    return ReceiptVerdict(file.name, True, new, "batch.receipt_renamed" if renamed else "", found.packet_id)


def _list_of(entries: list[OutboxEntry], enrolment: Enrolment, clock: Clock) -> BatchList:
    return BatchList(
        election=enrolment.identity.election,
        kiosk=enrolment.identity.kiosk_id,
        created=clock.now(),
        items=tuple(
            Item(entry.packet_id, entry.seq, entry.packet_id + PACKET_SUFFIX, entry.sha256, entry.size)
            for entry in entries
        ),
    )


def _refuse_other_kiosk(folder: Path, enrolment: Enrolment) -> None:
    """A folder holds one kiosk's batch; writing over another's list would make its packets strays."""
    file = folder / LIST_FILE
    if not file.exists():
        return
    ours = sshsig.public_of(enrolment.key)
    try:
        document = canonical.load(file.read_bytes(), limit=MAX_LIST)
        batch_list.verify(document, lambda kiosk: ours if kiosk == enrolment.identity.kiosk_id else None)
    except (canonical.NotCanonical, batch_list.BatchListRefused):
        raise StaffMustFix("batch.other_kiosk") from None


def _is_there(folder: Path, entry: OutboxEntry) -> bool:
    file = folder / (entry.packet_id + PACKET_SUFFIX)
    return (
        file.is_file() and file.stat().st_size == entry.size and packet.digest(_read_from_stick(file)) == entry.sha256
    )


def _require_space(folder: Path, size: int, free_space: Callable[[Path], int]) -> None:
    free, needed = free_space(folder), size + ROOM_TO_SPARE
    if free < needed:
        raise StaffMustFix("batch.no_space", needed=_megabytes_up(needed), free=free >> 20)


def _megabytes_up(size: int) -> int:
    return -(-size >> 20)


def _export(store: SyncStore, entry: OutboxEntry, folder: Path) -> bool:
    """Write one packet; False when it was received, and so erased, while the batch was being written."""
    try:
        content = store.read(entry.packet_id)
    except KeyError:
        return False
    _put(folder, entry.packet_id + PACKET_SUFFIX, content)
    return True


def _put(folder: Path, name: str, content: bytes) -> None:
    """Write under a temporary name, flush to the stick, rename, read back."""
    unfinished = folder / (name + UNFINISHED_SUFFIX)
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(folder / name)
    except OSError:
        _remove(unfinished)
        raise
    _flush_folder(folder)
    if _read_from_stick(folder / name) != content:
        _remove(folder / name)
        raise StaffMustFix("batch.read_back", file=name)


def _remove(file: Path) -> None:
    """Best effort on a stick that has just failed; what stays behind is unfinished or unlisted, and so ignored."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return


def _read_from_stick(file: Path) -> bytes:
    """Read a file, from the medium and not from memory where the system can be asked to."""
    with file.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return stream.read()


def _flush_folder(folder: Path) -> None:
    """Make the rename last; Windows has no way to ask for it and its file systems write names through."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems of sticks cannot flush a folder
            raise
    finally:
        os.close(handle)


def _words(error: OSError, folder: Path, free_space: Callable[[Path], int]) -> StaffMustFix:
    if error.errno in _FULL:
        return StaffMustFix("batch.no_space", needed=_megabytes_up(ROOM_TO_SPARE), free=_free(folder, free_space))
    if error.errno in _READ_ONLY:
        return StaffMustFix("batch.not_writable")
    if error.errno == errno.ENOENT:
        return StaffMustFix("batch.no_folder", folder=folder.name)
    return StaffMustFix("batch.stick_failed")


def _free(folder: Path, free_space: Callable[[Path], int]) -> int:
    try:
        return free_space(folder) >> 20
    except OSError:
        return 0
