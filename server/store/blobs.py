"""Ciphertext by the name of its SHA-256, written once, durable before anyone is told that it is kept.

Two places: a folder of this machine (`FolderBlobs`) and a bucket of an S3 server (`BucketBlobs`).
"""

from __future__ import annotations

import hashlib
import math
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

from registration.errors import StaffMustFix, WillRetry


class BlobStore(Protocol):
    """Nothing in it is readable without a key of the database.

    Raises:
        WillRetry: ``store.blobs_away``: the place cannot be reached; nothing was promised.
    """

    def put(self, content: bytes) -> str:
        """Keep `content` and return its name (64 hex digits); putting the same bytes again changes nothing."""
        ...

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Keep several and return their names in order, faster than one by one where the place is far away."""
        ...

    def get(self, name: str) -> bytes:
        """Raises FileNotFoundError: rows and blobs disagree, always a fault."""
        ...

    def delete(self, name: str) -> None:
        """Remove a blob; no error when it is gone."""
        ...

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        """Yield the names of blobs written before `moment`, some hundreds at a time."""
        ...


AT_A_TIME = 500
DRAFT_LIFE = 3600.0
"""Seconds after which a half-written file has no writer any more."""


def open_blobs(address: str, folder: Path) -> BlobStore:
    """Open where blobs are kept.

    Args:
        address: ``s3://bucket`` or ``s3://bucket/folder``; "" for `folder` on this machine. The S3 server's own
            address and its credentials come from the environment (``AWS_ENDPOINT_URL``, ``AWS_ACCESS_KEY_ID``, ...).
        folder: made when missing.

    Raises:
        StaffMustFix: ``store.blobs_address``.
    """
    if not address:
        return FolderBlobs(folder)
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.username or parts.query:
        raise StaffMustFix("store.blobs_address")
    return BucketBlobs(parts.netloc, parts.path.strip("/"))


class FolderBlobs:
    """A folder: files are fsynced, renamed, and their folder fsynced (POSIX durability).

    Args:
        folder: made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._drop_drafts()

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        final = self._file(name)
        if final.exists():
            return name
        draft = self._folder / f"{name}.{secrets.token_hex(4)}.tmp"
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._settle(draft, final)
        return name

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        return [self.put(content) for content in contents]

    def get(self, name: str) -> bytes:
        return self._file(name).read_bytes()

    def delete(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        for folder in sorted(self._folder.glob("??")):
            names = [file.name for file in folder.iterdir() if _written(file) < moment.timestamp()]
            for start in range(0, len(names), AT_A_TIME):
                yield names[start : start + AT_A_TIME]

    def _drop_drafts(self) -> None:
        """Remove what was left half-written; a young draft may be another process's, just being written."""
        for draft in self._folder.glob("*.tmp"):
            if _written(draft) < time.time() - DRAFT_LIFE:
                draft.unlink(missing_ok=True)

    def _settle(self, draft: Path, final: Path) -> None:
        if not final.parent.exists():
            final.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)
        draft.replace(final)
        sync_folder(final.parent)

    def _file(self, name: str) -> Path:
        return self._folder / checked(name)[:2] / name


def _written(file: Path) -> float:
    """When it was written, seconds; for ever young when another process renamed or deleted it meanwhile."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return math.inf


class BucketBlobs:
    """A bucket of an S3 server, which answers only when the object is kept (its durability is its own).

    Args:
        bucket: must exist.
        prefix: before every name, "" for none.
        retries: how often a call is made again before it counts as failed.
    """

    def __init__(self, bucket: str, prefix: str = "", retries: int = 4) -> None:
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={"allow_http": plain, "timeout": "30s"},
            retry_config={"max_retries": retries},
        )

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        try:
            obstore.put(self._store, name, content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            pass  # the same bytes, for the name is their digest
        except BaseError:
            raise WillRetry("store.blobs_away") from None
        return name

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        with ThreadPoolExecutor(min(8, len(contents) or 1)) as threads:
            return list(threads.map(self.put, contents))

    def get(self, name: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, checked(name)).bytes())
        except NotFoundError:
            raise FileNotFoundError(name) from None
        except BaseError:
            raise WillRetry("store.blobs_away") from None

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, checked(name))
        except NotFoundError:
            pass
        except BaseError:
            raise WillRetry("store.blobs_away") from None

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        try:
            for page in obstore.list(self._store, chunk_size=AT_A_TIME):
                yield [
                    each["path"].rsplit("/", 1)[-1]
                    for each in page
                    if each["last_modified"].astimezone(UTC) < moment.astimezone(UTC)
                ]
        except BaseError:
            raise WillRetry("store.blobs_away") from None


def checked(name: str) -> str:
    """Return the name of a blob. Raises ValueError: it is none."""
    if len(name) != 64 or not name.isalnum():
        raise ValueError("not the name of a blob")
    return name


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable; Windows keeps its own journal and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
