"""What a server is started with; everything else is in its database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_ELECTION = "per"


@dataclass(frozen=True, slots=True)
class Settings:
    """`database` is a SQLAlchemy URL, "" for an encrypted SQLite file in `data`."""

    data: Path
    election: str = DEFAULT_ELECTION
    database: str = ""
    blobs: str = ""
    """``s3://bucket/folder``, "" for a folder in `data`."""
    outbox: Path | None = None
    """Folder of the file outbox of notifications; None: ``data/outbox``."""
    escrow: str = ""
    """age recipient of the authority's offline key at the first start; "": one is made and waits to be exported."""
    public_url: str = ""
    """Address under which voters' phones reach this server, ``https://...``; "": no hand-off from a phone."""
    demo: bool = False

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'server.db'}"

    @property
    def outbox_folder(self) -> Path:
        return self.outbox or self.data / "outbox"
