"""`server.blobs.BlobStore`: one suite for the folder and for a bucket of an S3 server (moto's)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
import requests
from moto.server import ThreadedMotoServer

from registration.errors import StaffMustFix, WillRetry
from server.store.blobs import BlobStore, BucketBlobs, open_blobs

S3 = {"AWS_ACCESS_KEY_ID": "specimen", "AWS_SECRET_ACCESS_KEY": "specimen-secret", "AWS_REGION": "eu-south-1"}


@pytest.fixture(scope="module", autouse=True)  # before the look at which threads are left over
def s3() -> Iterator[str]:
    """An S3 server with a bucket ``per``; gives its address."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    assert requests.put(f"{address}/per", timeout=10).ok
    yield address
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def opener(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], BlobStore]:
    """Opens the same place again and again, as several processes do."""
    if request.param == "folder":
        return lambda: open_blobs("", tmp_path / "blobs")
    for name, value in {**S3, "AWS_ENDPOINT_URL": request.getfixturevalue("s3")}.items():
        monkeypatch.setenv(name, value)
    return lambda: open_blobs(f"s3://per/{tmp_path.name}", tmp_path)


@pytest.fixture
def blobs(opener: Callable[[], BlobStore]) -> BlobStore:
    return opener()


def test_a_blob_is_kept_under_its_digest_and_read_back(blobs: BlobStore) -> None:
    content = bytes(range(256)) * 2000
    name = blobs.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert blobs.get(name) == content


def test_the_same_bytes_again_change_nothing(blobs: BlobStore, opener: Callable[[], BlobStore]) -> None:
    assert blobs.put(b"ciphertext") == opener().put(b"ciphertext")
    assert blobs.get(blobs.put(b"ciphertext")) == b"ciphertext"


def test_several_are_kept_in_order(blobs: BlobStore) -> None:
    contents = [bytes([n]) * 1000 for n in range(9)] + [b""]
    names = blobs.put_all(contents)
    assert [blobs.get(name) for name in names] == contents
    assert blobs.put_all([]) == []


def test_many_at_once_keep_each_once(opener: Callable[[], BlobStore]) -> None:
    names: list[str] = []
    threads = [
        threading.Thread(target=lambda: names.extend(opener().put_all([b"a" * 5000, b"b" * 5000]))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 12
    assert len(set(names)) == 2


def test_what_is_gone_is_an_error_and_deleting_it_again_is_none(blobs: BlobStore) -> None:
    name = blobs.put(b"short-lived")
    blobs.delete(name)
    blobs.delete(name)
    with pytest.raises(FileNotFoundError):
        blobs.get(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "", "A/" * 32])
def test_only_names_of_blobs_are_looked_for(blobs: BlobStore, name: str) -> None:
    for ask in (blobs.get, blobs.delete):
        with pytest.raises(ValueError, match="not the name"):
            ask(name)


def test_old_ones_are_listed_and_young_ones_are_not(blobs: BlobStore) -> None:
    names = {blobs.put(bytes([n])) for n in range(5)}
    now = datetime.now(UTC)
    assert {name for page in blobs.older_than(now + timedelta(minutes=1)) for name in page} == names
    assert [name for page in blobs.older_than(now - timedelta(minutes=1)) for name in page] == []


def test_an_object_is_never_written_over(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**S3, "AWS_ENDPOINT_URL": s3}.items():
        monkeypatch.setenv(name, value)
    blobs = BucketBlobs("per", "once")
    name = blobs.put(b"the first")
    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(blobs._store, name, b"another", mode="create", use_multipart=False)
    assert blobs.get(name) == b"the first"


def test_a_server_that_is_away_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**S3, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    blobs = BucketBlobs("per", retries=0)
    for ask in (lambda: blobs.put(b"x"), lambda: blobs.get("a" * 64), lambda: blobs.delete("a" * 64)):
        with pytest.raises(WillRetry) as caught:
            ask()
        assert caught.value.code == "store.blobs_away"
        assert "specimen" not in repr(caught.value)


@pytest.mark.parametrize("address", ["per", "s3://", "s3://name:secret@per", "http://per", "s3://per?x=1"])
def test_other_addresses_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(StaffMustFix, match=r"store\.blobs_address"):
        open_blobs(address, tmp_path)
