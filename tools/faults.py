"""The faults at full length: runs each, prints the table, writes docs/faults.md.

    python -m tools.faults [--only NAME ...] [--out FILE] [--kills N] [--packets N] [--flips N] [--seed N]

Ends with 1 when anything was lost or a control lost nothing. The short versions are in `tests/faults`.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import (
    demo_kills,
    full_link,
    full_packet,
    full_power,
    full_routes,
    full_server,
    full_vault,
    many_processes,
)
from tests.faults.row import Row

OUT = Path("docs") / "faults.md"
NOT_RUN: tuple[tuple[str, str], ...] = (
    (
        "a plug really pulled",
        "power cuts are a model over what the disk was asked to do (FUSE): un-fsynced sectors dropped or torn",
    ),
    (
        "the kiosk's swap itself",
        "it is the machine's; a crash dump stands for it, and `kiosk selftest` names open swap",
    ),
    (
        "packets, links and uploads against a server on PostgreSQL",
        "these runs use its encrypted SQLite file; several processes and the demo are tried on PostgreSQL",
    ),
)
HEAD = (
    "fault",
    "tries",
    "acknowledged",
    "lost",
    "control",
    "control tried",
    "control lost",
    "measured",
    "further figures",
)


@dataclass(frozen=True, slots=True)
class Timed:
    row: Row
    seconds: float
    at: datetime


def faults(folder: Path, args: argparse.Namespace) -> Mapping[str, Callable[[], Row]]:
    """Return name -> the fault; each may use a folder of its own name in `folder`."""

    def place(name: str) -> Path:
        made = folder / name
        made.mkdir()
        return made

    return {
        "kill-create": lambda: full_vault.killed(place("kill-create"), "create"),
        "kill-finish": lambda: full_vault.killed(place("kill-finish"), "finish"),
        "kill-keys": lambda: full_vault.killed(place("kill-keys"), "keys"),
        "kill-restore": lambda: full_vault.killed(place("kill-restore"), "restore"),
        "kill-export": lambda: full_vault.batch_killed(place("kill-export"), "export"),
        "kill-import": lambda: full_vault.batch_killed(place("kill-import"), "import"),
        "kill-processes": lambda: many_processes.row(place("kill-processes"), args.kills // 5),
        "demo-kills": lambda: demo_kills.row(place("demo-kills"), args.kills // 5),
        **{f"power-{work}": partial(_power_cut, place, work, args.cuts, args.seed) for work in full_power.WORK},
        **{
            f"{how}-{whose}": partial(_failing_disk, place, how, whose, args.step)
            for how in ("eio", "readonly")
            for whose in ("vault", "stick")
        },
        "disk-full": lambda: full_vault.full_disk(place("disk-full"), args.sizes),
        "stolen-disk": lambda: full_vault.stolen_disk(place("stolen-disk")),
        "flips-small": full_packet.small_flips,
        "flips-large": partial(full_packet.large_flips, args.flips, args.seed),
        "cuts-small": full_packet.small_cuts,
        "cuts-large": partial(full_packet.large_cuts, args.flips // 5, args.seed),
        "bad-line": lambda: full_link.bad_line(place("bad-line"), args.packets, args.seed),
        "both-routes": lambda: full_routes.both_routes(place("both-routes"), args.copies, args.seed),
        "wrong-clocks": lambda: full_routes.wrong_clocks(place("wrong-clocks"), args.copies, args.seed),
        "old-image": lambda: full_routes.old_image(place("old-image"), args.images, args.seed),
        "server-kills": lambda: full_server.killed_during_uploads(
            place("server-kills"), args.kills, args.packets, args.seed
        ),
    }


def _power_cut(place: Callable[[str], Path], work: str, share: float, seed: int) -> Row:
    return full_power.power_cut(place(f"power-{work}"), work, share, seed)


def _failing_disk(place: Callable[[str], Path], how: str, whose: str, step: int) -> Row:
    names = full_power.VAULT if whose == "vault" else full_power.STICK
    return full_power.failing(place(f"{how}-{whose}"), how, names, step)


def cells(timed: Timed) -> tuple[str, ...]:
    row = timed.row
    control = row.control
    return (
        row.fault,
        f"{row.tries:,}",
        f"{row.acknowledged:,}",
        f"{row.lost:,}",
        control.what if control else "none",
        f"{control.tries:,}" if control else "",
        f"{control.lost:,}" if control else "",
        f"{timed.at:%Y-%m-%d}",
        f"{row.note}; {timed.seconds:.0f} s" if row.note else f"{timed.seconds:.0f} s",
    )


def machine() -> str:
    """Return what the figures depend on: processor, cores, memory, system, Python; no name of the machine."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{processor}, {os.cpu_count()} cores, {memory} GB, {system}, Python {platform.python_version()}"


def page(lines: Sequence[str], holds: bool, command: str, at: datetime, machines: Mapping[str, str]) -> str:
    """Return docs/faults.md with these lines of the table; `machines` are named by the day they measured."""
    return "\n".join(
        [
            "# Faults",
            "",
            "Written by `make faults`; every figure below was measured in the run of its date. *Lost* counts what had",
            "been acknowledged and was then missing, half there, or accepted though damaged: it must be 0. The control",
            "does the same with the protection taken away and must lose something, or the fault would prove nothing.",
            "The verdict speaks of loss only: a figure with an aim beside it may miss that.",
            "",
            f"- Date of the last run: {at:%Y-%m-%d %H:%M} UTC",
            *(f"- Machine on {day}: {what}" for day, what in sorted(machines.items())),
            f"- Last run: `{command}`",
            f"- Verdict: {'all hold' if holds else 'NOT ALL HOLD'}",
            "",
            f"| {' | '.join(HEAD)} |",
            f"|{'---|' * len(HEAD)}",
            *lines,
            "",
            "## Not run",
            "",
            *(f"- {what}: {why}." for what, why in NOT_RUN),
            "",
        ]
    )


def line(timed: Timed) -> str:
    return f"| {' | '.join(cells(timed))} |"


def fault_of(row: str) -> str:
    """Return the name of the fault in a line of the table."""
    return row.split(" | ")[0].removeprefix("| ")


def merged(older: str, rows: Sequence[Timed]) -> list[str]:
    """Return the lines of an older page with these rows in their places, new ones last."""
    fresh = {timed.row.fault: line(timed) for timed in rows}
    kept = [row for row in older.splitlines() if row.startswith("| ") and fault_of(row) != HEAD[0]]
    lines = [fresh.pop(fault_of(row), row) for row in kept]
    return [*lines, *fresh.values()]


def machines_of(older: str, lines: Sequence[str], at: datetime) -> dict[str, str]:
    """Return day -> machine: today's, and of an older page those whose lines are still in the table."""
    known = dict(re.findall(r"^- Machine on (\S+): (.+)$", older, re.MULTILINE))
    days = {row.split(" | ")[-2] for row in lines}
    return {day: what for day, what in known.items() if day in days} | {f"{at:%Y-%m-%d}": machine()}


def line_holds(row: str) -> bool:
    """Tell from a line of the table whether it holds."""
    cell = [part.strip().replace(",", "") for part in row.strip().strip("|").split(" | ")]
    tries, lost, control = int(cell[1]), int(cell[3]), cell[6]
    return tries > 0 and lost == 0 and (not control or int(control) > 0)


def scratch() -> str | None:
    """Memory where there is such a place: a killed process leaves the same behind there, only sooner."""
    memory = "/dev/shm"  # noqa: S108
    return memory if os.access(memory, os.W_OK) else None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="run only these; their lines replace the older ones")
    parser.add_argument("--out", type=Path, default=OUT, help="file of the table (default: %(default)s)")
    parser.add_argument("--cuts", type=float, default=1.0, help="power cuts, as a share of the 630 of a full run")
    parser.add_argument("--step", type=int, default=1, help="every so many-th change of the disk fails")
    parser.add_argument("--flips", type=int, default=10_000, help="random flips of a large packet")
    parser.add_argument("--sizes", type=int, default=20, help="sizes of the database at which the disk is full")
    parser.add_argument("--kills", type=int, default=200, help="times the server is killed during uploads")
    parser.add_argument("--packets", type=int, default=100, help="packets uploaded meanwhile, and over the bad line")
    parser.add_argument("--copies", type=int, default=40, help="packets brought by two routes, and per wrong clock")
    parser.add_argument("--images", type=int, default=20, help="times an old disk image is put back")
    parser.add_argument("--seed", type=int, default=11)
    given = list(sys.argv[1:] if argv is None else argv)
    args = parser.parse_args(given)
    rows: list[Timed] = []
    with TemporaryDirectory(dir=scratch()) as name:
        known = faults(Path(name), args)
        if unknown := set(args.only or ()) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
        for each in args.only or known:
            began = time.perf_counter()
            row = known[each]()
            rows.append(Timed(row, time.perf_counter() - began, datetime.now(UTC)))
            print(f"{each}: " + " | ".join(cells(rows[-1])), flush=True)
    older = args.out.read_text("utf-8") if args.only and args.out.exists() else ""
    lines, now = merged(older, rows), datetime.now(UTC)
    command = " ".join(["python -m tools.faults", *given])
    machines = machines_of(older, lines, now)
    args.out.write_text(page(lines, all(map(line_holds, lines)), command, now, machines), "utf-8")
    failed = [timed.row.fault for timed in rows if not timed.row.holds]
    for fault in failed:
        print(f"does not hold: {fault}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
