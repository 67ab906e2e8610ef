"""The disk fills up while a voter is at the machine: one sentence, the answer stays on the page, and on it goes."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.embedded_server import EmbeddedServer, Ready
from resources import texts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ready, Path]]:
    """The server, on another disk. Its file outbox is where the kiosk's phone looks."""
    folder = tmp_path_factory.mktemp("server")
    program = EmbeddedServer(folder / "data", folder / "outbox", secrets.token_bytes(32), folder / "server.log")
    yield program.start(), folder / "outbox"
    program.stop()


def visit(folder: Path, server: tuple[Ready, Path], how: str) -> None:
    ready, phone = server
    where = [str(folder), ready.address, ready.enrolment_token, str(phone)]
    work = [sys.executable, "-m", "tests.journeys.full", *where, how]
    if how == "mount":
        script = f"mount -t tmpfs -o size=8m tmpfs {shlex.quote(str(folder))} && exec {shlex.join(work)}"
        work = ["unshare", "-rm", "sh", "-c", script]
    done = subprocess.run(
        work,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    sentence = texts.text("sq", "errors.vault.disk_full")
    assert result["said"] == [sentence, sentence]
    assert result["kept"] == ["face", 1, "person", True]
    assert result["entries"] == [["account", "received"]]


def can_mount(folder: Path) -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_full_file_system_of_its_own(tmp_path: Path, server: tuple[Ready, Path]) -> None:
    visit(tmp_path, server, "mount" if can_mount(tmp_path) else "pages")


def test_a_database_that_may_not_grow(tmp_path: Path, server: tuple[Ready, Path]) -> None:
    """For machines where nothing can be mounted."""
    visit(tmp_path, server, "pages")
