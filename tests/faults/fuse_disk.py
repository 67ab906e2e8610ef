"""A disk in memory behind FUSE that writes down every change, and that can fail as disks do.

    python -m tests.faults.fuse_disk MOUNT

`Disk` starts it. A program under test writes to ``.ack`` what it tells its user, so that it stands in the log at its
place; ``.control`` takes: ``begin`` (all that is there is safe, the log begins), ``eio N`` (the N-th change from now
fails once), ``readonly N`` (from the N-th change on every one is refused), ``off``, ``free BYTES``
(room left, as it is told), ``forget`` (the log), ``dump FILE`` (the log, pickled).
"""

from __future__ import annotations

import errno
import os
import pickle
import stat
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from tests.faults.disk_log import Event

ROOT = Path(__file__).parents[2]
ACK, CONTROL = ".ack", ".control"
BLOCK = 4096


def missing() -> str:
    """Return why there can be no such disk here, "" when there can."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse cannot be used"
    try:
        import mfusepy  # noqa: F401
    except OSError:
        return "the FUSE library is not installed"
    return ""


class Disk:
    """The disk, mounted in an empty folder while the context lasts."""

    def __init__(self, mount: Path) -> None:
        self.mount = mount

    def __enter__(self) -> Self:
        self.mount.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fuse_disk", str(self.mount)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError(self._process.communicate()[1].decode())
        # The program says so while it mounts; the first answer of the mounted folder is awaited.
        deadline = time.monotonic() + 10
        while not (self.mount / CONTROL).exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the disk was not mounted")
        return self

    def __exit__(self, *_: object) -> None:
        unmount = ["umount", "-l", str(self.mount)] if os.geteuid() == 0 else ["fusermount3", "-uz", str(self.mount)]
        subprocess.run(unmount, check=False, capture_output=True)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def control(self, command: str) -> None:
        say(self.mount / CONTROL, command.encode())

    def acknowledge(self, what: bytes) -> None:
        say(self.mount / ACK, what)

    def events(self, file: Path) -> list[Event]:
        """Return the log since ``begin``, with what was there before as its first events."""
        self.control(f"dump {file}")
        found: list[Event] = pickle.loads(file.read_bytes())  # noqa: S301
        return found


def say(file: Path, what: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, what)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------ the file system


class _Node:
    def __init__(self, number: int, mode: int) -> None:
        self.number = number
        self.mode = mode
        self.content = bytearray()
        self.time = time.time()


def _operations() -> Any:
    import mfusepy

    class LoggedDisk(mfusepy.Operations):  # type: ignore[misc]
        def __init__(self) -> None:
            self.names = {"/": _Node(1, stat.S_IFDIR | 0o755)}
            self.handles: dict[int, _Node] = {}
            self.last = 1
            self.log: list[Event] = []
            self.changes = 0
            self.fail_at = 0
            self.refuse_from = 0
            self.free = 4 << 30

        # -------------------------------------------------------- faults

        def _change(self, event: Event) -> None:
            self.changes += 1
            if self.refuse_from and self.changes >= self.refuse_from and event.kind != "sync":
                self.log.append(Event("refused", event.kind, node=event.node))
                raise mfusepy.FuseOSError(errno.EROFS)
            if self.changes == self.fail_at:
                self.log.append(Event("refused", event.kind, node=event.node))
                if event.kind == "sync":
                    self.log.append(Event("lost", node=event.node))
                raise mfusepy.FuseOSError(errno.EIO)
            self.log.append(event)

        def _command(self, words: list[str]) -> None:
            self.changes = 0
            match words:
                case ["begin"]:
                    self.fail_at = self.refuse_from = 0
                    self.log.append(Event("begin"))
                case ["eio", number]:
                    self.fail_at = int(number)
                case ["readonly", number]:
                    self.refuse_from = int(number)
                case ["off"]:
                    self.fail_at = self.refuse_from = 0
                case ["dump", file]:
                    Path(file).write_bytes(pickle.dumps(self.log))
                case ["free", size]:
                    self.free = int(size)
                case ["forget"]:
                    self.log.clear()

        # -------------------------------------------------------- looking

        def init(self, path: str) -> None:
            sys.stdout.write("ready\n")
            sys.stdout.flush()

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            if path[1:] in (ACK, CONTROL):
                return {"st_mode": stat.S_IFREG | 0o666, "st_nlink": 1, "st_size": 0}
            node = self._node(path, fh)
            return {
                "st_mode": node.mode,
                "st_nlink": 2 if stat.S_ISDIR(node.mode) else 1,
                "st_size": len(node.content),
                "st_blocks": -(-len(node.content) // 512),
                "st_mtime": node.time,
                "st_uid": os.geteuid(),
                "st_gid": os.getegid(),
            }

        def readdir(self, path: str, fh: int) -> Iterable[str]:
            start = path.rstrip("/") + "/"
            below = {name[len(start) :] for name in self.names if name.startswith(start)}
            return [".", "..", *sorted(name for name in below if name and "/" not in name)]

        def statfs(self, path: str) -> dict[str, int]:
            free = self.free // BLOCK
            return {"f_bsize": BLOCK, "f_frsize": BLOCK, "f_blocks": free, "f_bfree": free, "f_bavail": free}

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            return bytes(self._node(path, fh).content[offset : offset + size])

        def open(self, path: str, flags: int) -> int:
            if path[1:] in (ACK, CONTROL):
                return 0
            node = self._node(path, None)
            if flags & os.O_TRUNC and node.content:
                self.truncate(path, 0)
            self.handles[node.number] = node
            return node.number

        # -------------------------------------------------------- changing

        def create(self, path: str, mode: int, fi: Any = None) -> int:
            node = _Node(self.last + 1, stat.S_IFREG | mode)
            self._change(Event("file", path, node=node.number))
            self.last += 1
            self.names[path] = self.handles[node.number] = node
            return node.number

        def mkdir(self, path: str, mode: int) -> int:
            self._change(Event("folder", path))
            self.last += 1
            self.names[path] = _Node(self.last, stat.S_IFDIR | mode)
            return 0

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            if path[1:] == ACK:
                self.log.append(Event("ack", data=bytes(data)))
                return len(data)
            if path[1:] == CONTROL:
                self._command(bytes(data).decode().split())
                return len(data)
            node = self._node(path, fh)
            self._change(Event("write", node=node.number, at=offset, data=bytes(data)))
            if len(node.content) < offset:
                node.content.extend(bytes(offset - len(node.content)))
            node.content[offset : offset + len(data)] = data
            node.time = time.time()
            return len(data)

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            if path[1:] in (ACK, CONTROL):
                return 0
            node = self._node(path, fh)
            self._change(Event("size", node=node.number, at=length))
            del node.content[length:]
            node.content.extend(bytes(length - len(node.content)))
            return 0

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            if fh:
                self._change(Event("sync", node=fh))
            return 0

        def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
            self._change(Event("names", path))
            return 0

        def rename(self, old: str, new: str) -> int:
            self._node(old, None)
            self._change(Event("rename", old, new))
            for path in [path for path in self.names if f"{path}/".startswith(f"{old}/")]:
                self.names[new + path[len(old) :]] = self.names.pop(path)
            return 0

        def unlink(self, path: str) -> int:
            self._node(path, None)
            self._change(Event("remove", path))
            del self.names[path]
            return 0

        rmdir = unlink

        def chmod(self, path: str, mode: int) -> int:
            self._node(path, None).mode = mode
            return 0

        def chown(self, path: str, uid: int, gid: int) -> int:
            return 0

        def utimens(self, path: str, times: Any = None) -> int:
            return 0

        def _node(self, path: str, fh: int | None) -> _Node:
            node = self.handles.get(fh) if fh else self.names.get(path)
            if node is None:
                raise mfusepy.FuseOSError(errno.ENOENT)
            return node

    return LoggedDisk()


def main(mount: str) -> None:
    import mfusepy

    mfusepy.FUSE(_operations(), mount, foreground=True, nothreads=True, default_permissions=False)


if __name__ == "__main__":
    main(sys.argv[1])
