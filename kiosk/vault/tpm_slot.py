"""The machine's TPM 2.0 as a way of opening: the key is sealed to PCR 0 and 7 (firmware, Secure Boot) and to a PIN.

Speaks to the chip through tpm2-tools, one child process per TPM command (TCG TPM 2.0 Library, part 3). The sealed
object's policy is PolicyPCR and PolicySecret over an HMAC key whose authorisation is the PIN, so that the chip itself
counts wrong PINs and locks (dictionary attack protection). Secrets go to the tools through pipes and files that exist
in memory only, never as arguments; the chip's answer is encrypted on its way (salted session).

After a change of firmware or of the Secure Boot keys the chip refuses: the passphrase opens, and the slot is made anew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.vault.keys import KEY_BYTES
from kiosk.vault.slots import Entry, SlotRefused
from registration.errors import StaffMustFix

PCRS = "sha256:0,7"
KERNEL_TPM = "device:/dev/tpmrm0"
"""The kernel's resource manager; another TCTI, such as ``swtpm:host=127.0.0.1,port=2321``, may be named."""
SECONDS = 30
"""Longest one command may take; a chip of its own kind answers in well under one."""

_PARENT = "restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda"
_GUARD = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign"
_SEALED = "fixedtpm|fixedparent"
_LOCKED_OUT = b"0x921"
_NO_CHIP = b"tcti"
_BLOBS = ("guard_public", "guard_private", "public", "private")


class _Failed(Exception):
    """A command of the chip did not succeed."""


@dataclass(frozen=True, slots=True)
class TpmSlot:
    """Implements `kiosk.vault.slots.KeySlot`. `pin` is the authorisation the chip asks for."""

    pin: str = field(repr=False)
    tcti: str = KERNEL_TPM

    @property
    def kind(self) -> str:
        return "tpm"

    def wrap(self, key: bytes, vault_id: str) -> Entry:
        """Raises StaffMustFix ``vault.tpm_missing`` (no chip, no tools), ``vault.tpm_locked``."""
        with self._chip() as chip:
            chip.parent()
            with chip.in_memory(self._authorisation()) as pin:
                chip.run("create", "-C", "parent", "-G", "hmac", "-a", _GUARD, "-p", f"file:{pin}", *_to("guard"))
                chip.load("guard")
                chip.run("startauthsession", "-S", "session")
                chip.run("policypcr", "-S", "session", "-l", PCRS)
                chip.run("policysecret", "-S", "session", "-c", "guard", "-L", "policy", f"file:{pin}")
            chip.run("flushcontext", "session")
            content = vault_id.encode() + b"\n" + key
            chip.run("create", "-C", "parent", "-a", _SEALED, "-L", "policy", "-i", "-", *_to("sealed"), given=content)
            files = ("guard.public", "guard.private", "sealed.public", "sealed.private")
            blobs = {name: base64.b64encode(chip.read(file)).decode() for name, file in zip(_BLOBS, files, strict=True)}
        return {"kind": self.kind, "pcrs": PCRS, **blobs}

    def unwrap(self, entry: Entry, vault_id: str) -> bytes:
        """Raises SlotRefused (wrong PIN, other chip or firmware), StaffMustFix ``vault.tpm_*``, ``vault.damaged``."""
        try:
            blobs = {name: base64.b64decode(entry[name], validate=True) for name in _BLOBS}
            pcrs = entry["pcrs"]
        except (KeyError, binascii.Error) as error:
            raise StaffMustFix("vault.damaged") from error
        with self._chip() as chip:
            chip.parent()
            for name, file in zip(
                _BLOBS, ("guard.public", "guard.private", "sealed.public", "sealed.private"), strict=True
            ):
                chip.write(file, blobs[name])
            try:
                chip.load("guard")
                chip.load("sealed")
                chip.run("startauthsession", "--policy-session", "-S", "session", "-c", "parent")
                chip.run("sessionconfig", "session", "--enable-encrypt", "--enable-decrypt")
                chip.run("policypcr", "-S", "session", "-l", pcrs)
                with chip.in_memory(self._authorisation()) as pin:
                    chip.run("policysecret", "-S", "session", "-c", "guard", f"file:{pin}")
                content = chip.run("unseal", "-c", "sealed", "-p", "session:session")
            except _Failed:
                raise SlotRefused from None
        owner, _, key = content.partition(b"\n")
        if owner != vault_id.encode() or len(key) != KEY_BYTES:
            raise SlotRefused
        return key

    def _authorisation(self) -> bytes:
        """Return the PIN as printable text of a length every chip takes (an authorisation is at most a digest)."""
        return hashlib.sha256(unicodedata.normalize("NFC", self.pin).encode()).hexdigest()[:32].encode()

    @contextmanager
    def _chip(self) -> Iterator[_Chip]:
        # What lies in this folder are contexts and blobs that only this chip can use; no secret in the clear.
        with TemporaryDirectory(prefix="tpm-") as folder:
            chip = _Chip(Path(folder), self.tcti)
            try:
                yield chip
            except _Failed:
                raise StaffMustFix("vault.tpm_failed") from None
            finally:
                chip.let_go()


def _to(name: str) -> tuple[str, ...]:
    return "-u", f"{name}.public", "-r", f"{name}.private"


class _Chip:
    """The tools, run in a folder of their own."""

    def __init__(self, folder: Path, tcti: str) -> None:
        self._folder = folder
        self._environment = {**os.environ, "TPM2TOOLS_TCTI": tcti, "TSS2_LOG": "all+ERROR"}
        self._passed: tuple[int, ...] = ()

    def parent(self) -> None:
        """Derive the storage key; the same one each time, from the chip's own seed."""
        self.run("createprimary", "-C", "o", "-g", "sha256", "-G", "ecc", "-a", _PARENT, "-c", "parent")

    def load(self, name: str) -> None:
        self.run("load", "-C", "parent", *_to(name), "-c", name)

    def run(self, command: str, *arguments: str, given: bytes = b"") -> bytes:
        """Run ``tpm2_COMMAND``; return what it printed."""
        quiet = () if command in ("unseal", "flushcontext", "startauthsession", "sessionconfig") else ("-Q",)
        try:
            done = subprocess.run(
                [f"tpm2_{command}", *quiet, *arguments],
                cwd=self._folder,
                env=self._environment,
                input=given,
                capture_output=True,
                pass_fds=self._passed,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise StaffMustFix("vault.tpm_missing") from None
        if done.returncode == 0:
            if command in ("createprimary", "create", "load", "policysecret"):
                # A chip holds three objects at a time; they live on as saved contexts.
                self._flush()
            return done.stdout
        if _LOCKED_OUT in done.stderr:
            raise StaffMustFix("vault.tpm_locked")
        if _NO_CHIP in done.stderr.lower() and command == "createprimary":
            raise StaffMustFix("vault.tpm_missing")
        raise _Failed

    def let_go(self) -> None:
        """Leave nothing in the chip."""
        if (self._folder / "session").exists():
            self._quietly("flushcontext", "session")
        self._flush()

    def _flush(self) -> None:
        self._quietly("flushcontext", "-t")

    def _quietly(self, command: str, *arguments: str) -> None:
        try:
            subprocess.run(
                [f"tpm2_{command}", *arguments],
                cwd=self._folder,
                env=self._environment,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return

    @contextmanager
    def in_memory(self, secret: bytes) -> Iterator[str]:
        """Give the tools a secret as a file that exists in memory only; yields its path."""
        if not hasattr(os, "memfd_create"):
            raise StaffMustFix("vault.tpm_missing")
        descriptor = os.memfd_create("pin")
        try:
            os.write(descriptor, secret)
            self._passed = (descriptor,)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            self._passed = ()
            os.close(descriptor)

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)
