"""The faults at full length: runs each, prints the table, writes docs/faults.md.

    python -m tools.faults [--only NAME ...] [--out FILE] [--kills N] [--packets N] [--flips N] [--seed N]

Ends with 1 when anything was lost or a control lost nothing. The short versions are in `tests/faults`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import full_link, full_packet, full_routes, full_server, full_vault, many_processes
from tests.faults.row import Row

OUT = Path("docs") / "faults.md"
NOT_RUN: tuple[tuple[str, str], ...] = (
    (
        "power cut by a FUSE layer",
        "needs the Python package `fuse` or `mfusepy`, which is not among the pins; no cut was simulated",
    ),
    ("EIO and a disk that turns read-only", "needs the same layer; a full disk is in the table"),
    ("swap files in the needle search", "the kiosk's swap is the machine's; profile, temp, log, backup, stick were"),
    ("the server on PostgreSQL", "these runs use the server's encrypted SQLite file"),
)
HEAD = ("fault", "tries", "acknowledged", "lost", "control", "control tried", "control lost", "further figures")


@dataclass(frozen=True, slots=True)
class Timed:
    row: Row
    seconds: float


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
        "kill-export": lambda: full_vault.batch_killed(place("kill-export"), "export"),
        "kill-import": lambda: full_vault.batch_killed(place("kill-import"), "import"),
        "kill-processes": lambda: many_processes.row(place("kill-processes"), args.kills // 5),
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


def page(rows: Sequence[Timed], command: str, at: datetime) -> str:
    """Return docs/faults.md."""
    lines = [
        "# Faults",
        "",
        "Written by `make faults`; every figure below was measured in that run. *Lost* counts what had been",
        "acknowledged and was then missing, half there, or accepted though damaged: it must be 0. The control does",
        "the same with the protection taken away and must lose something, or the fault would prove nothing. The",
        "verdict speaks of loss only: a figure with an aim beside it may miss that.",
        "",
        f"- Date: {at:%Y-%m-%d %H:%M} UTC",
        f"- Machine: {machine()}",
        f"- Run: `{command}`",
        f"- Verdict: {'all hold' if all(timed.row.holds for timed in rows) else 'NOT ALL HOLD'}",
        "",
        f"| {' | '.join(HEAD)} |",
        f"|{'---|' * len(HEAD)}",
        *(f"| {' | '.join(cells(timed))} |" for timed in rows),
        "",
        "## Not run",
        "",
        *(f"- {what}: {why}." for what, why in NOT_RUN),
        "",
    ]
    return "\n".join(lines)


def scratch() -> str | None:
    """Memory where there is such a place: a killed process leaves the same behind there, only sooner."""
    memory = "/dev/shm"  # noqa: S108
    return memory if os.access(memory, os.W_OK) else None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="run only these; nothing is written to --out")
    parser.add_argument("--out", type=Path, default=OUT, help="file of the table (default: %(default)s)")
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
            rows.append(Timed(known[each](), time.perf_counter() - began))
            print(f"{each}: " + " | ".join(cells(rows[-1])), flush=True)
    if not args.only:
        args.out.write_text(page(rows, " ".join(["python -m tools.faults", *given]), datetime.now(UTC)), "utf-8")
    failed = [timed.row.fault for timed in rows if not timed.row.holds]
    for fault in failed:
        print(f"does not hold: {fault}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
