"""kill -9 right after the page of every step appeared, half of it typed: log in, go on, nothing but that field is gone.

One voter, one account, one request, one real server; the kiosk's process is killed at every step from the password on
and each time a new one goes on where the last one stood. See `tests/journeys/killed.py`.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.embedded_server import EmbeddedServer, Ready
from tests.journeys.walk import ACCOUNT, REQUEST

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@dataclass
class Place:
    """The server, which stands in another town and is not killed, and the kiosk's folder."""

    profile: Path
    ready: Ready


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    profile = tmp_path / "profile"
    server = EmbeddedServer(
        tmp_path / "server", profile / "outbox", secrets.token_bytes(32), tmp_path / "logs" / "server.log"
    )
    ready = server.start()
    yield Place(profile, ready)
    server.stop()


def killed(place: Place, how: str, step: str) -> dict[str, Any]:
    """Start a kiosk, let it walk to the step, and kill it there; at ``done`` it ends by itself."""
    arguments = [str(place.profile), place.ready.address, place.ready.enrolment_token, how, step]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.killed", *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        if step == "done":
            process.wait(PATIENCE)
        process.kill()
        complaint = process.stderr.read()
    assert line, complaint
    said: dict[str, Any] = json.loads(line)
    return said


def test_killed_at_every_step_and_gone_on(place: Place) -> None:
    steps = ACCOUNT[ACCOUNT.index("password") + 1 :]
    assert killed(place, "begin", "face")["answers"][-1] == "password"
    for before, step in itertools.pairwise(steps):
        said = killed(place, "resume", step)
        assert said["found"] == before
        assert said["step"] == step
        assert list(said["answers"]) == list(ACCOUNT[: ACCOUNT.index(step)])
    assert said["entries"] == [["account", "received"]]

    # On the request's first page nothing is answered yet, so there is nothing to be kept: it is begun again.
    assert killed(place, "request", REQUEST[0])["answers"] == []
    assert killed(place, "request", REQUEST[1])["answers"] == [REQUEST[0]]
    for before, step in itertools.pairwise(REQUEST[1:]):
        said = killed(place, "resume", step)
        assert said["found"] == before
        assert said["answers"] == list(REQUEST[: REQUEST.index(step)])
    assert said["entries"] == [["account", "received"], ["request", "received"]]
