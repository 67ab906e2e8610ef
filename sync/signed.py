"""Signed documents: what the server publishes and kiosks keep, in a form anybody can check with ssh-keygen.

A document is ``{"body": <canonical JSON text>, "signature": <armoured SSHSIG>}``: the signature is over the very text
that travels, so no one has to canonicalise before checking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync import canonical, sshsig

MAX_BODY = 1024 * 1024
"""Longest body, in characters: the list of a batch of some 4,000 packets."""

Document = Mapping[str, str]
"""``body`` and ``signature``, both text."""


class BadDocument(ValueError):
    """Not a document signed by this key for this purpose. Carries none of its content."""


def sign(body: Mapping[str, Any], key: sshsig.PrivateKey, namespace: str) -> dict[str, str]:
    """Return the signed document of `body`."""
    text = canonical.dump(body)
    return {"body": text, "signature": sshsig.sign(key, text.encode(), namespace)}


def verify(document: object, key: sshsig.PublicKey, namespace: str) -> dict[str, Any]:
    """Return the body of a document signed by `key` for `namespace`.

    Raises:
        BadDocument: another shape, too long, not canonical, or the signature does not fit.
    """
    return verify_any(document, (key,), namespace)


def verify_any(document: object, keys: Iterable[sshsig.PublicKey], namespace: str) -> dict[str, Any]:
    """Return the body of a document signed by one of `keys`: the one its signature names. Raises as `verify`."""
    if not isinstance(document, Mapping) or set(document) != {"body", "signature"}:
        raise BadDocument("not a signed document")
    text, signature = document["body"], document["signature"]
    if not isinstance(text, str) or not isinstance(signature, str) or len(text) > MAX_BODY:
        raise BadDocument("not a signed document")
    try:
        named = sshsig.signer_of(signature)
        key = next((key for key in keys if key.blob == named), None)
        if key is None:
            raise BadDocument("signed by another key")
        sshsig.verify(key, text.encode(), namespace, signature)
        return canonical.load(text, limit=MAX_BODY)
    except (sshsig.BadSignature, canonical.NotCanonical, UnicodeEncodeError):
        raise BadDocument("the signature does not fit or the body is not canonical") from None
