"""The vault's faults at full length: killed at every write, full disks, the needle search of a stolen disk."""

from __future__ import annotations

import json
import logging
import os
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyrage

from kiosk.vault import Vault
from kiosk.vault.backup import back_up
from kiosk.vault.keys import Argon2Cost
from registration.errors import VoterCanFix
from registration.model.ids import KioskId
from registration.ports.server import KioskIdentity
from sync import sshsig
from sync.batch import export_batch
from sync.enrol import Enrolment
from sync.keyset import Keyset
from sync.sealer import PacketSealer
from tests.fakes.vault import START, ManualClock
from tests.faults import test_vault_needles as needles
from tests.faults.row import Control, Row

ROOT = Path(__file__).parents[2]
QUICK = Argon2Cost(64, 1, 1)
SCENARIOS = {
    "create": "vault made: kill -9 at every write",
    "finish": "password, drafts, finish, receipt: kill -9 at every write",
    "keys": "rekey and passphrase change: kill -9 at every write",
    "restore": "backup made and put back: kill -9 at every write",
}
CONTROLS = {
    "finish": "each statement on its own, no transaction",
    "keys": "new key not kept before the pages change",
}


def child(code: str, *arguments: str, memory: Path | None = None) -> dict[str, Any]:
    """Run Python in a process of its own and return the JSON object it printed."""
    command = [sys.executable, "-c", code, *arguments]
    if memory is not None:
        mount = f"mount -t tmpfs -o size=6m tmpfs {shlex.quote(str(memory))} && exec {shlex.join(command)}"
        command = ["unshare", "-rm", "sh", "-c", mount]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def killed(folder: Path, scenario: str) -> Row:
    """Kill the work of `vault_crash` at each of its writes; no write is skipped, in the control neither."""
    code = (
        "import sys, pathlib; from tests.faults import vault_crash as crash; crash.STRIDES.clear();"
        "crash.main(pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    (folder / "run").mkdir()
    result = child(code, str(folder / "run"), scenario)
    control = None
    if scenario in CONTROLS:
        (folder / "control").mkdir()
        without = child(code, str(folder / "control"), f"{scenario}-control")
        control = Control(CONTROLS[scenario], without["points"], without["lost"] + without["half"])
    note = f"half states {result['half']}; slowest check and reopening {result['slowest_reopen']} s"
    lost = result["lost"] + result["half"]
    return Row(SCENARIOS[scenario], result["points"], result["acknowledged"], lost, control, note)


def batch_killed(folder: Path, scenario: str) -> Row:
    """Kill the work of `batch_crash` (`export` or `import`) at each of its writes."""
    code = (
        "import sys, pathlib; from tests.faults import batch_crash as crash;"
        "crash.main(pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    results = []
    for name in (scenario, f"{scenario}-control"):
        (folder / name).mkdir()
        results.append(child(code, str(folder / name), name))
    real, without = results
    control = Control("files written in place", without["points"], without["lost"] + without["half"])
    what = {"export": "stick written by the kiosk", "import": "stick taken in by the server, receipts written"}
    fault = f"{what[scenario]}: kill -9 at every write"
    note = f"half files {real['half']}"
    return Row(fault, real["points"], real["acknowledged"], real["lost"] + real["half"], control, note)


def full_disk(folder: Path, tries: int) -> Row:
    """Fill the disk at `tries` different sizes of the database, and a file system of its own where one can be had."""
    code = (
        "import sys, pathlib; from tests.faults import vault_full as full; limit = full.limit;"
        "full.limit = lambda vault, _pages: limit(vault, int(sys.argv[3]));"
        "full.main(pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    acknowledged = lost = 0
    results = []
    for number in range(tries):
        place = folder / f"pages-{number}"
        place.mkdir()
        results.append(child(code, str(place), "pages", str(200 + 7 * number)))
    mounted = folder / "mounted"
    mounted.mkdir()
    try:
        results.append(child(code, str(mounted), "mount", "0", memory=mounted))
        note = "one of them a mounted file system of its own"
    except (RuntimeError, FileNotFoundError):
        note = "the database's own limit; no file system could be mounted here"
    for result in results:
        acknowledged += result["acknowledged"] + 1
        lost += result["acknowledged"] - result["whole"] + (not result["draft_kept"])
        lost += result["codes"] != ["vault.disk_full"] or result["seq_afterwards"] != 1
    (folder / "files").mkdir()
    control = child(
        "import sys, pathlib; from tests.faults import full_vault as full; full.files_on_a_full_disk(sys.argv[1])",
        str(folder / "files"),
    )
    without = Control("drafts as files written in place", control["tries"], control["lost"])
    return Row("disk full", len(results), acknowledged, lost, without, note)


def files_on_a_full_disk(folder: str) -> None:
    """The control: overwrite plain files where no file may grow beyond 50 kB; prints how many lost what they held."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    kept, tries = b"kept" * 1000, 20
    for number in range(tries):
        (Path(folder) / f"{number}").write_bytes(kept)
    lost = 0
    for number in range(tries):
        file = Path(folder) / f"{number}"
        try:
            file.write_bytes(os.urandom(100_000))
        except OSError:
            lost += file.read_bytes() != kept
    sys.stdout.write(json.dumps({"tries": tries, "lost": lost}) + "\n")


def stolen_disk(folder: Path) -> Row:
    """Search profile, temp folder, log, backup and stick for twenty needles after every step of a voter's visit."""
    profile, temp = folder / "profile", folder / "temp"
    for place in (profile, temp, profile / "stick"):
        place.mkdir()
    names = ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, str(temp)))
    handler = logging.FileHandler(profile / "debug.log")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        searches, found, packets = _visit(profile, temp)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    guarded = "import sys, os; from kiosk.memory_guard import guard_memory; guard_memory(); os.abort()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # A program that crashes with everything in its memory; the folder it was started in is where a dump would lie.
    command = [sys.executable, "-c", guarded, *needles.NEEDLES]
    subprocess.run(command, cwd=profile, env=environment, capture_output=True, check=False)
    searches, found = searches + 1, found + len(needles.found_in(profile, temp))
    plain = folder / "plain"
    plain.mkdir()
    control = sqlite3.connect(plain / "vault.db")
    control.execute("CREATE TABLE draft (content BLOB)")
    secrets = [needle.encode() for needle in needles.NEEDLES[17:]]
    control.executemany("INSERT INTO draft VALUES (?)", [(content,) for content in [*needles.drafts(), *secrets]])
    control.commit()
    control.close()
    planted = len(needles.NEEDLES)
    without = Control("the same in SQLite without the cipher", planted, len(needles.found_in(plain)))
    note = f"{planted} needles, {searches} searches: profile, temp, debug log, backup, stick, crash dump"
    return Row("stolen disk: needle search", searches * planted, packets, found, without, note)


def _visit(profile: Path, temp: Path) -> tuple[int, int, int]:
    """Return searches made, needles found in them, packets finished."""
    clock = ManualClock()
    key, epoch = sshsig.generate(), pyrage.x25519.Identity.generate()
    recipient = str(epoch.to_public())
    keys = Keyset(1, "per-2027", "epoch-1", recipient, recipient, sshsig.public_of(sshsig.generate()), START)
    identity = KioskIdentity(KioskId("kiosk-1"), "per-2027")
    enrolment = Enrolment(identity, "http://127.0.0.1", sshsig.public_of(key), "token", key)
    searches = found = 0

    def search() -> None:
        nonlocal searches, found
        searches += 1
        found += len(needles.found_in(profile, temp))

    vault = Vault.create(profile / "vault", needles.N_PASSPHRASE, clock, staff_cost=QUICK, voter_cost=QUICK)
    outbox = vault.outbox(PacketSealer(identity, key, lambda: keys, clock))
    account, request = needles.submissions()
    search()
    voter = vault.drafts.create_voter(account.contact, needles.N_PASSWORD)
    try:
        vault.drafts.unlock(account.contact, needles.N_WRONG)
    except VoterCanFix as error:
        logging.getLogger("visit").info("refused", exc_info=error)
    search()
    for number, content in enumerate(needles.drafts()):
        vault.drafts.save(voter, f"service-{number}", content)
        search()
    entries = [outbox.finish(account, voter, "service-0"), outbox.finish(request, voter, "service-1")]
    search()
    export_batch(vault.sync, enrolment, profile / "stick", clock)
    search()
    back_up(vault, profile / "backup")
    search()
    vault.sync.mark_received(entries[0].packet_id, b"receipt")
    search()
    vault.rekey(needles.N_PASSPHRASE)
    search()
    vault.drafts.discard(voter)
    search()
    vault.lock()
    search()
    return searches, found, len(entries)
