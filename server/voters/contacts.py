"""Contacts in the database: found by a keyed hash, read back only with the master key."""

from __future__ import annotations

import json

from registration.model.contact import Contact, ContactKind
from server.sealing import MasterKey


def contact_hash(master: MasterKey, contact: Contact) -> bytes:
    """Return the keyed hash that finds a contact."""
    return master.hash("contact", f"{contact.kind.value}:{contact.value}")


def seal_contact(master: MasterKey, contact: Contact, owner: str) -> bytes:
    """Seal a contact for the row of `owner`."""
    return master.wrap(json.dumps([contact.kind.value, contact.value]).encode(), f"contact:{owner}")


def unseal_contact(master: MasterKey, sealed: bytes, owner: str) -> Contact:
    kind, value = json.loads(master.unwrap(sealed, f"contact:{owner}"))
    return Contact(ContactKind(kind), value)
