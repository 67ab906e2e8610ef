"""What the administrator's window asks of a kiosk: how it stands, sync, batches, passphrase, enrolment.

Nothing here names a voter: packets are sealed, and an administrator sees their number, size and fate only. Every call
but `status` may take long and is made off the UI thread; `progress` is called on the caller's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from registration.model.ids import PacketId


@dataclass(frozen=True, slots=True)
class PacketNotice:
    """A packet that somebody must look at."""

    packet_id: PacketId
    seq: int
    kind: str
    """``account`` or ``request``."""
    reference: str
    size: int
    """Bytes."""
    created: datetime
    attempts: int
    problem: str
    """Error code with words under ``errors.``."""


@dataclass(frozen=True, slots=True)
class KioskStatus:
    """How this kiosk stands. Counts are packets, sizes bytes, times UTC."""

    enrolled: bool
    kiosk_id: str = ""
    kiosk_name: str = ""
    election: str = ""
    server: str = ""
    """Address in use, "" when there is none."""
    embedded_server: bool = False
    """True when the program runs that server itself."""
    last_look: datetime | None = None
    """When the server was reached last, also before the program's last start; None: never."""
    problem: str = ""
    """Error code of what ended the last round early, "" when it went well."""
    clock_skew: float | None = None
    """Server's clock minus ours in seconds, as far as it is known."""
    clock_is_off: bool = False
    next_try: datetime | None = None
    waiting: int = 0
    exported: int = 0
    """On a stick already, not received yet."""
    attention: int = 0
    received: int = 0
    waiting_size: int = 0
    """Of everything not received yet."""
    notices: tuple[PacketNotice, ...] = ()
    """The packets in need of attention, oldest first."""
    ways: tuple[str, ...] = ()
    """How the vault opens: ``passphrase``, ``recovery``, ``keyring``, ``tpm``."""
    behind: tuple[int, int] | None = None
    """The alarm of an old disk image: our last packet number and the higher one the server had seen from us."""


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """How far a round or an export has come; bytes. `size` 0: not known yet."""

    packet: int
    packets: int
    done: int
    size: int
    seconds_left: float | None = None
    """At the pace so far; None: not known yet."""


Progress = Callable[[WorkProgress], None]

LEAST_PASSPHRASE = 10
"""Characters of the staff passphrase; the vault's key is stretched from it (Argon2id), nothing else guards the disk."""


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one round did. `problem` is an error code, "" when it went to its end."""

    received: int
    put_off: int
    waiting: int
    attention: int
    sent: int
    """Bytes, repeats included."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """What is on the stick now. Exported is not delivered: the kiosk keeps every packet until its receipt."""

    folder: Path
    packets: int
    size: int
    skipped: int
    """Packets that lay whole on the stick from an export before."""


@dataclass(frozen=True, slots=True)
class ReceiptOutcome:
    """One file of receipts. `code` is an error code, "" when all was well."""

    file: str
    taken: bool
    new: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentOutcome:
    kiosk_id: str
    election: str
    root_fingerprint: str = field(default="")
    """Of the authority's root key, to be compared with the paper that came with the token; "" if not known."""


class AdminDesk(Protocol):
    """The administrator's side of the kiosk."""

    def status(self) -> KioskStatus:
        """Return how things stand, from what is known here; asks no server. Raises StaffMustFix ``vault.*``."""

    def retry(self, packet_id: PacketId) -> None:
        """Make a packet due at once, also out of attention."""

    def sync_now(self, progress: Progress) -> SyncOutcome:
        """Do one round with the server.

        Raises WillRetry ``server.unreachable`` without an address, StaffMustFix ``server.not_enrolled``.
        """

    def export_batch(self, folder: Path, progress: Progress) -> ExportOutcome:
        """Write the sealed packets and their signed list to a folder, e.g. of a stick, and read them back.

        Raises StaffMustFix ``batch.*``, ``server.not_enrolled``.
        """

    def take_receipts(self, folder: Path) -> tuple[ReceiptOutcome, ...]:
        """Take the server's signed receipts from a folder. Raises StaffMustFix ``batch.*``."""

    def change_passphrase(self, old: str, new: str) -> None:
        """Change the staff passphrase of the vault.

        Raises StaffMustFix ``vault.wrong_passphrase`` (params: wrong, seconds) or ``vault.wait`` (params: seconds).
        """

    def back_up(self, folder: Path) -> None:
        """Copy the vault, encrypted as it is, into an empty folder.

        Raises StaffMustFix ``vault.exists``, ``vault.disk_full``, ``vault.not_writable``.
        """

    def rekey(self, passphrase: str, pin: str) -> None:
        """Encrypt every page under a new key; `pin` is needed where a TPM opens the vault.

        Raises as `change_passphrase`, and StaffMustFix ``vault.tpm_*``, ``vault.keyring_missing``.
        """

    def add_way(self, passphrase: str, way: str, secret: str) -> None:
        """Let the vault also be opened by `way`: `secret` is the TPM's new PIN or the recovery recipient.

        Raises as `rekey`, and StaffMustFix ``vault.recovery_key``.
        """

    def remove_way(self, way: str) -> None:
        """Take a way of opening away; never the passphrase."""

    def behind_seen(self) -> None:
        """The alarm of an old disk image was passed on; it is shown no more."""

    def enrol(self, address: str, token: str) -> EnrolmentOutcome:
        """Enrol this kiosk at a server, or move an enrolled one to the server's new address ("" token).

        Raises StaffMustFix ``server.address``, ``server.enrolment_refused``, ``server.root_differs``;
        WillRetry ``server.unreachable``.
        """


class VaultDoor(Protocol):
    """What stands before the kiosk: its vault, closed. The calls but `exists` and `ways` take long.

    What they return is the opened vault; only who wired the door knows its type.
    """

    def exists(self) -> bool:
        """Tell whether a vault stands, whole or damaged; else `open` makes one."""

    def ways(self) -> tuple[str, ...]:
        """Return how it opens beside the passphrase and without a file: ``keyring``, ``tpm``; () when it is damaged."""

    def open(self, passphrase: str) -> object:
        """Raises StaffMustFix ``vault.*``, WillRetry ``vault.wait`` (params: seconds), ``vault.in_use``."""

    def open_by(self, way: str, pin: str) -> object:
        """Open by ``keyring`` or ``tpm``. Raises StaffMustFix ``vault.slot_refused``, ``vault.tpm_*`` and as `open`."""

    def restore(self, backup: Path, passphrase: str) -> object:
        """Put a backup in the vault's place, which is kept aside. Raises ``vault.backup_missing`` and as `open`."""

    def recover(self, identity: Path, passphrase: str) -> object:
        """Open by the authority's key file and set a new passphrase.

        Raises StaffMustFix ``vault.key_file``, ``vault.recovery_key``, ``vault.wrong_recovery_key``.
        """

    def start_anew(self, passphrase: str) -> object:
        """Keep what stands there aside and make a new vault."""
