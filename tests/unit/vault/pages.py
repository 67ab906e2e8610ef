"""Decrypts a SQLCipher 4 file page by page, free pages and all, as somebody who holds the key and the disk would.

Layout of a page (https://www.zetetic.net/sqlcipher/design/): AES-256-CBC ciphertext, then 80 reserved bytes of which
the first 16 are the page's IV; the first page begins with a 16-byte salt in the place of SQLite's magic.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16


def plain_pages(content: bytes, key: bytes) -> bytes:
    """Return the plaintext of every page of a database file, one after the other."""
    plain = []
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        body = page[SALT if start == 0 else 0 : PAGE - RESERVED]
        iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        plain.append(decryptor.update(body) + decryptor.finalize())
    return b"".join(plain)
