"""The machine's settings: one frozen value, read once from the profile's ``settings.toml`` and the command line."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from registration.errors import StaffMustFix

MODES = ("voter", "review", "admin")


@dataclass(frozen=True, slots=True)
class Settings:
    profile: Path
    """Folder of the vault, the logs and the embedded server's data."""
    mode: str = "voter"
    window: bool = False
    """In a window instead of the whole screen."""
    server: str = ""
    """Address of the server; empty: the embedded one is started on loopback."""
    enrolment_token: str = ""
    """Single use, given by the server's administrator; only needed the first time."""
    kiosk_name: str = "Kiosk"
    language: str = "sq"
    region: str = "AL"
    """ISO 3166 country of the kiosk: phone numbers without a prefix are read as this country's."""
    face_camera: str = "device:0"
    document_camera: str = ""
    """Camera specification; empty: the face camera serves both (D-34)."""
    files_folder: str = ""
    """Where "from a file" looks; empty: removable media."""
    idle_seconds: int = 300
    """Time without a touch after which the voter is asked whether they are still there (research/ux.md rule 8)."""
    idle_answer_seconds: int = 45
    sync_every_seconds: int = 60
    upload_kilobytes_per_second: int = 0
    """Most that sync sends on average, so that a shared line stays usable; 0: as fast as it goes."""
    lock_seconds: int = 900
    """Time without a touch after which the administrator's window locks the vault; 0: never."""
    voter_lock_seconds: int = 0
    """The same for the voters' program, e.g. 14400 for the night; 0: never."""
    recovery_recipient: str = ""
    """The election authority's age recipient (``age1...``); a vault made here can then be opened with its key."""
    tpm: str = ""
    """Name of the TPM to tpm2-tools (its TCTI); empty: the kernel's ``/dev/tpmrm0``."""
    px_per_mm: float = 0.0
    """Pixels of the screen per millimetre; 0: what the screen says of itself."""

    @property
    def vault(self) -> Path:
        return self.profile / "vault"

    @property
    def vault_stands(self) -> bool:
        """Whether there is a vault, whole, damaged or being restored: staff unlock it, else choose its passphrase."""
        return (self.vault / "vault.db").exists() or any(self.profile.glob("vault-restored-*"))

    @property
    def logs(self) -> Path:
        return self.profile / "logs"

    @property
    def server_data(self) -> Path:
        return self.profile / "server"

    @property
    def phone_outbox(self) -> Path:
        """Where the embedded server puts messages that a gateway would send."""
        return self.profile / "outbox"


def default_profile() -> Path:
    """Return the folder used when none is named, by the XDG base directory specification."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "per-kiosk"


def load_settings(profile: Path, **from_command_line: Any) -> Settings:
    """Read ``settings.toml`` of the profile, if there is one; what the command line says wins.

    Raises:
        StaffMustFix: ``settings.unreadable`` (params: file), ``settings.unknown`` or ``settings.wrong_type``
            (params: file, field).
    """
    file = profile / "settings.toml"
    values: dict[str, Any] = {}
    if file.exists():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise StaffMustFix("settings.unreadable", file=file.name) from None
    settings = Settings(profile)
    known = {f.name: type(getattr(settings, f.name)) for f in fields(settings) if f.name != "profile"}
    for name, value in values.items():
        if name not in known:
            raise StaffMustFix("settings.unknown", file=file.name, field=name)
        if type(value) is not known[name] and not (known[name] is float and type(value) is int):
            raise StaffMustFix("settings.wrong_type", file=file.name, field=name)
    given = {name: value for name, value in from_command_line.items() if value is not None}
    return replace(settings, **{**values, **given})
