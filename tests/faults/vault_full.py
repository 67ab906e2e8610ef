"""A vault on a disk that fills up.

    python -m tests.faults.vault_full FOLDER {mount,pages}

`mount`: FOLDER is a small file system of its own, filled and freed with a file beside the vault. `pages`: SQLite
itself is told that the file may not grow (for machines where nothing can be mounted). Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import StaffMustFix
from registration.model.contact import Contact, ContactKind
from tests.fakes.vault import ManualClock, PlainSealer, a_request

QUICK = Argon2Cost(64, 1, 1)
VOTER = Contact(ContactKind.PHONE, "+355691234567")
DRAFT = 100_000


def limit(vault: Vault, pages: int) -> None:
    with vault._database.reading() as sql:
        sql.execute(f"PRAGMA max_page_count = {pages}").fetchall()


def main(folder: Path, how: str) -> None:
    clock = ManualClock()
    vault = Vault.create(folder / "vault", "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    outbox = vault.outbox(PlainSealer(clock))
    key = vault.drafts.create_voter(VOTER, "Password1")
    vault.drafts.save(key, "per.request", b"kept")
    ballast = folder / "ballast"
    if how == "mount":
        ballast.write_bytes(bytes(3 << 20))
    else:
        limit(vault, 300)

    acknowledged, code = 0, ""
    while not code and acknowledged < 1000:
        try:
            vault.drafts.save(key, f"draft-{acknowledged}", os.urandom(DRAFT))
            acknowledged += 1
        except StaffMustFix as error:
            code = error.code
    codes = {code}
    for attempt in (
        lambda: outbox.finish(a_request(picture=os.urandom(DRAFT)), key, "per.request"),
        lambda: vault.drafts.save(key, "per.request", os.urandom(4 * DRAFT)),
    ):
        try:
            attempt()
            codes.add("nothing")
        except StaffMustFix as error:
            codes.add(error.code)
    vault.lock()
    # Staff can still open it, or nothing could ever be sent and room be made.
    vault.unlock("staff")
    kept = vault.drafts.load(key, "per.request") == b"kept" and not outbox.entries()

    if how == "mount":
        ballast.unlink()
    # The same open vault goes on as soon as there is room.
    entry = outbox.finish(a_request(picture=os.urandom(DRAFT)), key, "per.request")
    vault.lock()
    vault.unlock("staff")
    vault.check()
    whole = sum(len(vault.drafts.load(key, f"draft-{n}") or b"") == DRAFT for n in range(acknowledged))
    vault.lock()
    result = {
        "acknowledged": acknowledged,
        "whole": whole,
        "codes": sorted(codes),
        "draft_kept": kept,
        "seq_afterwards": entry.seq,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
