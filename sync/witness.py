"""The kiosk as a witness: it keeps the audit log's checkpoints and says so when the log's past was changed.

Every checkpoint shown must be signed with the log's key of the signed key set and be proven to continue the newest one
held (RFC 6962 section 2.1.2). One that does not is an alarm, is not kept, and holds up no packet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from registration.errors import StaffMustFix
from registration.ports.vault import SyncStore
from sync import checkpoint, enrol, merkle
from sync.checkpoint import BadCheckpoint, Checkpoint
from sync.enrol import Enrolment

MOST_KEPT = 8
_KEPT = "checkpoints"


class WitnessAlarm(StaffMustFix):
    """``witness.forged`` (not the log's signature), ``witness.shorter`` or ``witness.differs`` (another past)."""


def kept(store: SyncStore) -> tuple[str, ...]:
    """Return the signed notes held, the newest first, at most `MOST_KEPT`."""
    text = store.recall(_KEPT)
    return () if text is None else tuple(json.loads(text))


def newest_size(store: SyncStore) -> int:
    """Return how many events the newest checkpoint held covers, 0 when none is held."""
    return max((checkpoint.parse(note).size for note in kept(store)), default=0)


def forget(store: SyncStore) -> None:
    """Begin anew, for a server that was rightly brought back from a backup."""
    store.forget(_KEPT)


def accept(store: SyncStore, enrolment: Enrolment, shown: object) -> None:
    """Hold a checkpoint that the server shows against those held, and keep it if it is proven to be newer.

    Args:
        store: the vault's side.
        enrolment: whom we believe.
        shown: ``{"checkpoint": signed note, "from": size, "proof": [hex, ...]}``; the proof is for the log of `from`
            events. The first checkpoint of all needs none.

    Raises:
        WitnessAlarm: see there.
    """
    key = enrol.known_keyset(store, enrolment).log_key
    if key is None:
        return
    try:
        note, since, proof = shown["checkpoint"], shown["from"], shown["proof"]  # type: ignore[index]
        new = checkpoint.verify(note, key)
        steps = [bytes.fromhex(step) for step in proof]
        if new.origin != key.name or type(since) is not int or len(note.encode()) > checkpoint.MAX_NOTE:
            raise BadCheckpoint("another log's, or too long")
    except (BadCheckpoint, KeyError, TypeError, ValueError, AttributeError):
        raise WitnessAlarm("witness.forged") from None
    notes = kept(store)
    if continues([checkpoint.parse(each) for each in notes], new, since, steps):
        store.remember({_KEPT: json.dumps([note, *notes][:MOST_KEPT]).encode()})


def continues(held: Sequence[Checkpoint], new: Checkpoint, since: int, proof: Sequence[bytes]) -> bool:
    """Tell whether `new` is proven to be a later state of the log than the newest held; False: there is nothing to add.

    Args:
        held: the newest first.
        new: the one shown, its signature checked.
        since: size of the log that `proof` is for. A stick that was under way for long proves from an older one.
        proof: consistency proof from `since` to `new`.

    Raises:
        WitnessAlarm: ``witness.shorter``, ``witness.differs``.
    """
    if not held:
        return True
    roots = {each.size: each.root for each in held}
    if roots.get(new.size, new.root) != new.root:
        raise WitnessAlarm("witness.differs")
    newest = held[0].size
    if new.size < newest:
        raise WitnessAlarm("witness.shorter")
    if new.size == newest or since not in roots:
        return False
    if since and not merkle.extends(since, roots[since], new.size, new.root, proof):
        raise WitnessAlarm("witness.differs")
    return since == newest
