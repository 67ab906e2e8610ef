"""Runs a piece of work in a child process and kills it with SIGKILL at its n-th write to the disk (Linux, ptrace).

Every system call that changes a file counts: write, pwrite, fsync, truncate, rename, unlink and their kin. The child
is stopped by the kernel before the call is made, so killing at 1 ... n + 1 covers every state the disk can be in.
Must run in a process without threads; `tests/faults/vault_crash.py` is one.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from collections.abc import Callable

_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_TRACESYSGOOD = 1
_ENTRY = 1

_WRITES = {
    # write, pwrite64, writev, pwritev, fsync, fdatasync, truncate, ftruncate, rename, unlink, openat, fallocate,
    # unlinkat, renameat, renameat2
    "x86_64": {1, 18, 20, 296, 74, 75, 76, 77, 82, 87, 257, 285, 263, 264, 316},
    "aarch64": {64, 68, 66, 70, 82, 83, 45, 46, 35, 56, 47, 38, 276},
}


class _Info(ctypes.Structure):
    _fields_ = [
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        ("nr", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6),
    ]


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> None:
    if _libc.ptrace(request, pid, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def killed_at(point: int, work: Callable[[Callable[[], None]], None]) -> bool:
    """Run `work(begin)` in a child and kill it at its `point`-th write after it called `begin`.

    Returns False when it finished with fewer writes. A child that fails by itself raises RuntimeError.
    """
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(_begin)
            status = 0
        finally:
            os._exit(status)
    writes = _WRITES[platform.machine()]
    os.waitpid(pid, os.WUNTRACED)  # stopped itself in _begin
    _ptrace(_SETOPTIONS, pid, 0, _TRACESYSGOOD)
    seen, deliver = 0, 0
    info = _Info()
    while True:
        _ptrace(_SYSCALL, pid, 0, deliver)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            if os.WEXITSTATUS(status):
                raise RuntimeError("the child failed by itself")
            return False
        if os.WIFSIGNALED(status):
            raise RuntimeError("the child died by itself")
        deliver = 0
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            deliver = os.WSTOPSIG(status)
            continue
        _ptrace(_GET_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
        if info.op == _ENTRY and info.nr in writes:
            seen += 1
            if seen == point:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return True


def _begin() -> None:
    _ptrace(_TRACEME, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
