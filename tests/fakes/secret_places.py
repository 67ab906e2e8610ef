"""Places that keep a key for the vault, for tests: a software TPM and a login's secret service, each of its own.

Both are the real programs (swtpm, gnome-keyring on a session bus of its own); nothing of the machine is touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

TPM_TOOLS = ("swtpm", "tpm2_createprimary")
KEYRING_TOOLS = ("dbus-daemon", "gnome-keyring-daemon")


BUS = """<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def lacking(tools: tuple[str, ...]) -> str:
    """Return the programs that are not installed, "" when all are."""
    return ", ".join(tool for tool in tools if shutil.which(tool) is None)


def _two_ports() -> int:
    """Return a free port whose successor is free too: tpm2-tss expects the control channel there."""
    for _ in range(100):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except (OSError, OverflowError):
                continue
    raise RuntimeError("no two free ports beside one another")


class SoftwareTpm:
    """A TPM 2.0 in software. `tcti` names it to tpm2-tools."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid = 0
        self.tcti = ""

    def start(self) -> None:
        """Power it on: PCRs are zero, the seed and what it counted of wrong PINs are as they were."""
        self._folder.mkdir(exist_ok=True)
        port, pid = _two_ports(), self._folder / "pid"
        subprocess.run(
            [
                *("swtpm", "socket", "--tpm2", "--daemon", "--tpmstate", f"dir={self._folder}"),
                *("--server", f"type=tcp,port={port}", "--ctrl", f"type=tcp,port={port + 1}"),
                *("--flags", "not-need-init,startup-clear", "--pid", f"file={pid}"),
            ],
            check=True,
            capture_output=True,
        )
        # The daemon listens before its parent ends.
        self._pid = int(pid.read_text())
        self.tcti = f"swtpm:host=127.0.0.1,port={port}"

    def stop(self) -> None:
        os.kill(self._pid, signal.SIGTERM)

    def extend(self, pcr: int) -> None:
        """Measure something into a PCR, as a changed firmware or boot key does."""
        environment = {**os.environ, "TPM2TOOLS_TCTI": self.tcti}
        command = ["tpm2_pcrextend", f"{pcr}:sha256={'11' * 32}"]
        subprocess.run(command, env=environment, check=True, capture_output=True)


@contextmanager
def software_tpm(folder: Path) -> Iterator[SoftwareTpm]:
    chip = SoftwareTpm(folder)
    chip.start()
    try:
        yield chip
    finally:
        chip.stop()


def _wait_for(name: str) -> None:
    """Wait until a service has its name on the bus."""
    from jeepney import DBus, MatchRule, message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    with open_dbus_connection() as connection:
        daemon = Proxy(message_bus, connection)
        rule = MatchRule(type="signal", interface=DBus().interface, member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        with connection.filter(rule) as changes:
            daemon.AddMatch(rule)
            if not daemon.NameHasOwner(name)[0]:
                connection.recv_until_filtered(changes, timeout=20)


@contextmanager
def secret_service(folder: Path) -> Iterator[None]:
    """A session bus with gnome-keyring on it, unlocked; `keyring` finds it inside this block."""
    import keyring
    from keyring.backends import SecretService

    # A bus that starts no service by itself, or a second keyring, still locked, would come in our way.
    config = folder / "bus.conf"
    config.write_text(BUS)
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    before = keyring.get_keyring()
    try:
        own = {
            "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(),
            "XDG_DATA_HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
        }
        with mock.patch.dict(os.environ, own):
            # It ends with its bus.
            subprocess.run(
                ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--daemonize"],
                input=b"login",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            _wait_for("org.freedesktop.secrets")
            keyring.set_keyring(SecretService.Keyring())
            yield
    finally:
        keyring.set_keyring(before)
        bus.terminate()
        bus.wait(timeout=10)
        bus.stdout.close()
