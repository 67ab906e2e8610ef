"""Keeps what is in memory off the disk: no crash dumps, and no swapping where the system lets us forbid it.

A crashed program's core file would hold passwords, answers and photos in the clear, beside the encrypted vault.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4
# mlockall(2): what is there, what will come, each page once it is used.
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_SWAPS = Path("/proc/swaps")


def guard_memory() -> bool:
    """Forbid dumps of this process and its children, and lock its memory; return whether memory is locked.

    Locking needs an unlimited RLIMIT_MEMLOCK (root, or ``LimitMEMLOCK=infinity`` of a service): with any lower limit
    a later allocation would fail. Nothing of it is done on Windows, whose crash reports are a setting of the system.
    """
    if sys.platform == "win32":
        return False
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    # Also where the system pipes dumps to a program, which no limit on files stops; and no debugger may attach.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        return False
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0)


def swap_in_use() -> tuple[str, ...]:
    """Return the swap areas that are on and not known to be encrypted (dm-crypt, zram)."""
    try:
        lines = _SWAPS.read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return ()
    return tuple(name for name in (line.split()[0] for line in lines if line.strip()) if not _safe(name))


def _safe(name: str) -> bool:
    device = Path(name).resolve().name
    if device.startswith("zram"):
        return True  # compressed memory, no disk
    try:
        kind = Path(f"/sys/class/block/{device}/dm/uuid").read_text(encoding="ascii")
    except OSError:
        return False
    return kind.startswith("CRYPT-")
