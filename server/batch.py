"""Takes in a stick: the kiosk's signed list, its packets through the same intake as the link, receipts back onto it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from registration.errors import StaffMustFix
from server import audit, devices, intake
from server.blobs import sync_folder
from server.context import Server
from server.intake import PacketState, Route, Taken
from sync import batch_list, canonical, packet, signed
from sync.batch_list import LIST_FILE, RECEIPTS_FOLDER, UNFINISHED_SUFFIX, BatchList, Item

MAX_LIST = 2 * signed.MAX_BODY


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one packet of the list. `code` is "" when it was taken in."""

    file: str
    state: str
    code: str = ""


def import_batch(server: Server, folder: Path, *, by: str) -> tuple[Verdict, ...]:
    """Take in every packet of the batch in `folder`; the receipts are on the stick before this returns.

    Raises:
        StaffMustFix: ``batch.no_folder``, ``batch.manifest``, ``packet.other_election``, ``batch.stick_failed``.
    """
    if not folder.is_dir():
        raise StaffMustFix("batch.no_folder", folder=folder.name)
    try:
        batch = _read_list(server, folder)
        verdicts = tuple(_take_all(server, folder, batch))
    except OSError:
        raise StaffMustFix("batch.stick_failed") from None
    counts = {"packets": len(verdicts), "taken": sum(not verdict.code for verdict in verdicts)}
    with server.store.write() as unit:
        audit.record(unit, kind="batch.import", actor=by, subject=batch.kiosk, details=counts)
    return verdicts


def _read_list(server: Server, folder: Path) -> BatchList:
    with server.store.read() as connection:
        find = partial(devices.key_of, connection, server.election, at=server.clock.now(), grace=devices.LATE_BATCH)
        try:
            with (folder / LIST_FILE).open("rb") as stream:
                document = canonical.load(stream.read(MAX_LIST + 1), limit=MAX_LIST)
        except (FileNotFoundError, canonical.NotCanonical):
            raise StaffMustFix("batch.manifest") from None
        batch = batch_list.verify(document, find)
    if batch.election != server.election:
        raise StaffMustFix("packet.other_election")
    return batch


def _take_all(server: Server, folder: Path, batch: BatchList) -> Iterator[Verdict]:
    receipts = folder / RECEIPTS_FOLDER
    receipts.mkdir(exist_ok=True)
    for item in batch.items:
        taken = _take(server, folder, item, batch)
        if taken is None:
            yield Verdict(item.file, "missing", "batch.packet_missing")
            continue
        if taken.receipt is not None:
            _put(receipts / f"{taken.packet_id}.json", json.dumps(taken.receipt, sort_keys=True).encode())
        kept = taken.state in (PacketState.STORED, PacketState.OPENED)
        yield Verdict(item.file, taken.state.value, "" if kept else taken.code)


def _take(server: Server, folder: Path, item: Item, batch: BatchList) -> Taken | None:
    try:
        with (folder / Path(item.file).name).open("rb") as stream:
            content = stream.read(packet.MAX_PACKET + 1)
    except FileNotFoundError:
        return None
    if len(content) != item.size or packet.digest(content) != item.sha256:
        return Taken(PacketState.REFUSED, "packet.damaged")
    return intake.take(server, content, route=Route.BATCH, sender=batch.kiosk)


def _put(file: Path, content: bytes) -> None:
    draft = file.with_name(file.name + UNFINISHED_SUFFIX)
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    sync_folder(file.parent)
