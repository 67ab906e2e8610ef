"""Work on a disk that loses its power, fails, or turns read-only, and what is left is judged.

    python -m tests.faults.power FOLDER cut SCENARIO N [SEED]      N seeded power cuts over one run of the work
    python -m tests.faults.power FOLDER eio SCENARIO [STEP]        every STEP-th write or fsync fails once
    python -m tests.faults.power FOLDER readonly SCENARIO [STEP]   from every STEP-th change on, nothing can be changed

The scenarios are those of `vault_crash` (finish, keys, create) and `batch_crash` (export, import); with ``-control``
their protection is taken away. The disk is `fuse_disk`. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import kiosk.vault.database
from registration.errors import Expected
from sync import sshsig
from tests.faults import vault_crash
from tests.faults.disk_log import Event, acknowledged, after_cut, write_to
from tests.faults.fuse_disk import Disk

Judged = tuple[int, list[str], list[str]]
"""How much had been acknowledged, what of it was lost, what is half."""


@dataclass(frozen=True, slots=True)
class Scenario:
    prepare: Callable[[Path], None]
    work: Callable[[Path, Callable[[bytes], None]], None]
    judge: Callable[[Path, bytes], Judged]


def _of_vault(name: str) -> Scenario:
    work, judge = vault_crash.SCENARIOS[name]

    def judged(folder: Path, said: bytes) -> Judged:
        lost, half = judge(folder, said)
        return len(said), lost, half

    return Scenario(
        vault_crash.PREPARE.get(name, vault_crash.prepare), lambda folder, say: work(folder, say, lambda: None), judged
    )


def _of_batch(name: str) -> Scenario:
    # Here and not above: it brings the whole server along.
    from tests.faults import batch_crash

    work, judge = batch_crash.SCENARIOS[name]
    key = sshsig.generate()
    enrolments = []

    def prepare(folder: Path) -> None:
        enrolments.append(batch_crash.prepare(folder, key))
        if name == "import":
            batch_crash.export(folder, enrolments[-1], lambda: None)

    def worked(folder: Path, say: Callable[[bytes], None]) -> None:
        work(folder, enrolments[-1], lambda: None)
        say(b"a")

    def judged(folder: Path, said: bytes) -> Judged:
        count, lost, half = judge(folder, enrolments[-1], bool(said))
        return count, ["acknowledged"] * lost, ["half"] * half

    return Scenario(prepare, worked, judged)


def _files() -> Scenario:
    """The control of failing disks: a program that writes plain files and takes no notice of an error."""
    content = b"kept" * 2000

    def work(folder: Path, say: Callable[[bytes], None]) -> None:
        for number in range(12):
            try:
                with (folder / f"{number}").open("wb", buffering=0) as file:
                    for start in range(0, len(content), 1000):
                        file.write(content[start : start + 1000])
                    os.fsync(file.fileno())
            except OSError:
                pass
            say(b"%x" % number)

    def judge(folder: Path, said: bytes) -> Judged:
        files = [folder / str(int(chr(letter), 16)) for letter in said]
        return len(said), [file.name for file in files if not file.exists() or file.read_bytes() != content], []

    return Scenario(lambda folder: folder.mkdir(), work, judge)


def scenario_of(name: str) -> Scenario:
    if name == "files":
        return _files()
    return _of_vault(name) if name in vault_crash.SCENARIOS else _of_batch(name)


def take_away(name: str) -> None:
    """The control: SQLite's NORMAL for the work on drafts, no fsync at all for the rest."""
    keep = tuple(setting for setting in kiosk.vault.database._SETTINGS if not setting.startswith("synchronous"))
    weaker = "NORMAL" if name == "finish" else "OFF"
    kiosk.vault.database._SETTINGS = (*keep, f"synchronous = {weaker}")
    if name != "finish":
        os.fsync = lambda _descriptor: None


def recorded(disk: Disk, scenario: Scenario, template: Path, place: Path, control: str) -> list[Event]:
    """Run the work once and return what the disk was asked to do."""
    shutil.copytree(template, disk.mount / "run")
    disk.control("begin")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if control:
                take_away(control)
            scenario.work(disk.mount / "run", disk.acknowledge)
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("the work failed by itself")
    return disk.events(place / "log")


def cut(place: Path, name: str, cuts: int, seed: int, *, control: bool) -> dict[str, object]:
    scenario = scenario_of(name)
    scenario.prepare(place / "template")
    with Disk(place / "disk") as disk:
        events = recorded(disk, scenario, place / "template", place, name if control else "")
    begin = max(number for number, event in enumerate(events) if event.kind == "begin")
    said = half = 0
    lost: list[str] = []
    halves: list[str] = []
    image = place / "image"
    for number in range(cuts):
        dice = random.Random(seed * 1_000_003 + number)
        # Every fourth cut comes right after the last word to the user.
        upto = len(events) if number % 4 == 3 else dice.randint(begin + 1, len(events))
        shutil.rmtree(image, ignore_errors=True)
        write_to(image, after_cut(events[:upto], dice))
        count, now_lost, now_half = judged(scenario, image / "run", acknowledged(events[:upto]))
        said, half = said + count, half + len(now_half)
        lost += now_lost
        halves += now_half
    return {
        "tries": cuts,
        "acknowledged": said,
        "lost": len(lost),
        "half": half,
        "changes": len(events) - begin - 1,
        "notes": sorted({*lost, *halves}),
    }


def judged(scenario: Scenario, folder: Path, said: bytes) -> Judged:
    """Judge what is left; what does not open any more was lost."""
    try:
        return scenario.judge(folder, said)
    except (Expected, OSError, ValueError, AttributeError) as error:
        return len(said), [f"does not open: {getattr(error, 'code', type(error).__name__)}"], []


def failing(place: Path, name: str, how: str, step: int) -> dict[str, object]:
    """Let the work meet the fault at each of its changes in turn; judge the disk as it is, and after a cut there."""
    scenario = scenario_of(name)
    scenario.prepare(place / "template")
    tries = said = 0
    lost: list[str] = []
    codes: dict[str, int] = {}
    with Disk(place / "disk") as disk:
        number = 1
        while True:
            disk.control("forget")
            run = disk.mount / "run"
            shutil.rmtree(run, ignore_errors=True)
            shutil.copytree(place / "template", run)
            disk.control("begin")
            disk.control(f"{how} {number}")
            code = _in_child(lambda run=run: scenario.work(run, disk.acknowledge))
            disk.control("off")
            events = disk.events(place / "log")
            begin = max(place for place, event in enumerate(events) if event.kind == "begin")
            if not any(event.kind == "refused" for event in events[begin:]):
                break  # the work has fewer changes than that
            tries += 1
            codes[code] = codes.get(code, 0) + 1
            told = acknowledged(events[begin:])
            # The log begins with the template's own files, for they were written to this disk before `begin`.
            image = place / "image"
            shutil.rmtree(image, ignore_errors=True)
            write_to(image, after_cut(events, random.Random(number)))
            for left in (image / "run", run):
                count, now_lost, now_half = judged(scenario, left, told)
                said += count
                lost += now_lost + now_half
            number += step
    return {"tries": tries, "acknowledged": said, "lost": len(lost), "codes": codes, "notes": sorted(set(lost))}


def _in_child(work: Callable[[], None]) -> str:
    """Run the work in a process that simply ends, and return the code it failed with, or "done"."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "done"
        try:
            work()
        except Expected as error:
            said = error.code
        except BaseException as error:  # noqa: BLE001  whatever it is, the parent names it
            said = f"unforeseen {type(error).__name__}"
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    said = os.read(reader, 1000).decode()
    os.close(reader)
    return said


def main(arguments: list[str]) -> None:
    place, what, how = Path(arguments[0]), arguments[1], arguments[2]
    name, _, control = how.partition("-")
    numbers = list(map(int, arguments[3:]))
    if what == "cut":
        result = cut(place, name, numbers[0], numbers[1] if len(numbers) > 1 else 1, control=bool(control))
    else:
        result = failing(place, name, what, numbers[0] if numbers else 1)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
