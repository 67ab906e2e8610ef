"""Disks that lose power, fail or turn read-only, at full length. See `power.py`."""

from __future__ import annotations

from pathlib import Path

from tests.faults.full_vault import child
from tests.faults.row import Control, Row

CODE = "import sys; from tests.faults import power; power.main(sys.argv[1:])"
WORK = {
    "finish": "password, drafts, finish, receipt",
    "keys": "rekey and passphrase change",
    "create": "vault made",
    "restore": "backup made and put back",
    "export": "stick written by the kiosk",
    "import": "stick taken in by the server, receipts written",
}
CUTS = {"finish": 250, "keys": 100, "create": 60, "restore": 60, "export": 100, "import": 60}
"""Of 630 cuts; `power_cut` scales them."""
TAKEN_AWAY = {"finish": "synchronous=NORMAL instead of FULL"}
NO_FSYNC = "no fsync, synchronous=OFF"
VAULT, STICK = ("finish", "keys", "create", "restore"), ("export", "import")


def power_cut(folder: Path, name: str, share: float, seed: int) -> Row:
    """Cut the power at seeded moments of the work."""
    cuts = max(10, round(CUTS[name] * share))
    results = []
    for how in (name, f"{name}-control"):
        place = folder / how
        place.mkdir()
        results.append(child(CODE, str(place), "cut", how, str(cuts), str(seed)))
    real, without = results
    control = Control(TAKEN_AWAY.get(name, NO_FSYNC), without["tries"], without["lost"] + without["half"])
    note = f"half states {real['half']}; over {real['changes']} changes of the disk, torn at 512 B"
    if real["notes"]:
        note += f"; {', '.join(real['notes'])}"
    lost = real["lost"] + real["half"]
    return Row(f"{WORK[name]}: power cut", real["tries"], real["acknowledged"], lost, control, note)


def failing(folder: Path, how: str, names: tuple[str, ...], step: int) -> Row:
    """Let the disk fail (`eio`) or turn read-only (`readonly`) at every `step`-th change of the work."""
    tries = said = lost = 0
    codes: dict[str, int] = {}
    notes: set[str] = set()
    for name in (*names, "files"):
        place = folder / name
        place.mkdir()
        result = child(CODE, str(place), how, name, str(step))
        if name == "files":
            control = Control("plain files, errors not heeded", result["tries"], result["lost"])
            break
        tries, said, lost = tries + result["tries"], said + result["acknowledged"], lost + result["lost"]
        notes.update(result["notes"])
        for code, count in result["codes"].items():
            codes[code] = codes.get(code, 0) + count
    what = {"eio": "one write or fsync fails (EIO)", "readonly": "the disk turns read-only"}[how]
    whose = "vault" if names == VAULT else "stick written and taken in"
    told = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
    note = f"each followed by a power cut, and by going on; what was said: {told}"
    if notes:
        note += f"; {', '.join(sorted(notes))}"
    return Row(f"{whose}: {what}", tries, said, lost, control, note)
