"""A register in a file: an encrypted database beside a note signed by whoever issued it.

``register.db`` is SQLCipher under a key of its own. ``register.db.json`` is a signed document with the database's
SHA-256, the key encrypted (age) to the server's epoch key, the register's name and its number of rows. Look-ups are by
index, so a country's register costs no memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pyrage
import sqlcipher3.dbapi2 as sqlcipher

from registration.errors import StaffMustFix, WillRetry
from registration.model.register import RegisterEntry
from sync import signed, sshsig

NAMESPACE = "register@per-kiosk/v1"
_COLUMNS = (
    "personal_number",
    "surname",
    "given_names",
    "birth_date",
    "father_name",
    "birth_place",
    "sex",
    "county",
    "zone",
)


class FileRegister:
    """Implements `server.register.CivilRegister`.

    Args:
        file: the database.
        signer: OpenSSH public key of the issuer.
        identities: age identities of the server.

    Raises:
        StaffMustFix: ``register.file_wrong`` (params: file): missing, changed, of another
            issuer, or for another server.
    """

    def __init__(self, file: Path, signer: str, identities: Sequence[str]) -> None:
        wrong = StaffMustFix("register.file_wrong", file=file.name)
        try:
            note = json.loads(_note(file).read_text(encoding="utf-8"))
            body = signed.verify(note, sshsig.parse_public_line(signer), NAMESPACE)
            if _digest(file) != body["sha256"]:
                raise wrong
            opens = [pyrage.x25519.Identity.from_str(identity) for identity in identities]
            key = pyrage.decrypt(base64.b64decode(str(body["key"])), opens)
            self.name = str(body["name"])
            self._database = _open(file, key, read_only=True)
            self._database.execute("SELECT count(*) FROM person LIMIT 1")
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            binascii.Error,
            signed.BadDocument,
            sshsig.BadKey,
            pyrage.DecryptError,
            sqlcipher.DatabaseError,
        ):
            raise wrong from None

    def find(self, personal_number: str) -> RegisterEntry | None:
        wanted = f"SELECT {', '.join(_COLUMNS)} FROM person WHERE personal_number = ?"  # noqa: S608 - our own names
        try:
            row = self._database.execute(wanted, (personal_number,)).fetchone()
        except sqlcipher.DatabaseError:
            raise WillRetry("register.away") from None
        return None if row is None else _entry(row)

    def close(self) -> None:
        self._database.close()


def write(file: Path, entries: Iterable[RegisterEntry], *, name: str, signer: sshsig.PrivateKey, recipient: str) -> int:
    """Write a register; returns the number of its rows.

    Raises:
        StaffMustFix: ``store.file_exists`` (params: file).
    """
    if file.exists():
        raise StaffMustFix("store.file_exists", file=file.name)
    key = secrets.token_bytes(32)
    database = _open(file, key)
    rows = 0
    with database:
        columns = ", ".join(f"{column} TEXT NOT NULL" for column in _COLUMNS[1:])
        database.execute(f"CREATE TABLE person ({_COLUMNS[0]} TEXT PRIMARY KEY, {columns}) WITHOUT ROWID")
        places = ", ".join("?" * len(_COLUMNS))
        for entry in entries:
            database.execute(f"INSERT INTO person VALUES ({places})", _row(entry))  # noqa: S608 - question marks
            rows += 1
    database.close()
    sealed = pyrage.encrypt(key, [pyrage.x25519.Recipient.from_str(recipient)])
    body = {"sha256": _digest(file), "key": base64.b64encode(sealed).decode(), "name": name, "rows": rows}
    _note(file).write_text(json.dumps(signed.sign(body, signer, NAMESPACE)), encoding="utf-8")
    return rows


def _open(file: Path, key: bytes, *, read_only: bool = False) -> sqlcipher.Connection:
    mode = "?mode=ro&immutable=1" if read_only else ""
    database = sqlcipher.connect(f"{file.absolute().as_uri()}{mode}", uri=True, check_same_thread=False)
    database.execute("PRAGMA cipher_log_level = NONE")
    database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return database


def _note(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _row(entry: RegisterEntry) -> tuple[str, ...]:
    values = (getattr(entry, column) for column in _COLUMNS)
    return tuple(value.isoformat() if isinstance(value, date) else value for value in values)


def _entry(row: Sequence[str]) -> RegisterEntry:
    values = dict(zip(_COLUMNS, row, strict=True))
    return RegisterEntry(birth_date=date.fromisoformat(values.pop("birth_date")), **values)
