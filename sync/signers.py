"""``allowed_signers`` and ``revoked_keys``, the files with which ``ssh-keygen -Y verify`` checks packets (-f and -r).

The server writes them, anybody keeps them; `check-packet --signers` reads the same files, so that both tools decide
alike. Of OpenSSH's options only ``cert-authority`` and ``namespaces`` are understood; a line with another is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registration.errors import StaffMustFix
from registration.model.ids import KioskId
from sync import sshsig
from sync.certificate import Certificate
from sync.packet import NAMESPACE, PacketRefused
from sync.sshsig import PublicKey

_LINE = re.compile(
    r'(?P<who>\S+)\s+(?:(?P<options>(?:[a-z-]+(?:="[^"]*")?,?)+)\s+)?(?P<kind>[a-z0-9@.-]+)\s+(?P<key>\S+)'
)
_NAMESPACES = re.compile(r'namespaces="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Signers:
    """Whom the files name. `authorities` certify any kiosk."""

    keys: Mapping[KioskId, PublicKey]
    authorities: tuple[PublicKey, ...]
    revoked: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Wire forms of revoked keys."""
    at: datetime | None = None
    """The moment at which certificates must hold; None: not looked at."""

    def key_of(self, kiosk: KioskId) -> PublicKey | None:
        """See `packet.KeyOf`. Raises PacketRefused ``packet.revoked``."""
        key = self.keys.get(kiosk)
        self._refuse_revoked(kiosk, key)
        return key

    def judge(self, kiosk: KioskId, found: Certificate) -> None:
        """See `packet.Judge`: ``packet.certificate``, ``packet.certificate_expired``, ``packet.revoked``."""
        if not found.issued_by(self.authorities):
            raise PacketRefused("packet.certificate")
        self._refuse_revoked(kiosk, found.key)
        self._refuse_revoked(kiosk, found.authority)
        if self.at is not None and not found.valid_at(self.at):
            raise PacketRefused("packet.certificate_expired", until=f"{found.valid_before:%Y-%m-%d}")

    def _refuse_revoked(self, kiosk: KioskId, key: PublicKey | None) -> None:
        if key is not None and key.blob in self.revoked:
            raise PacketRefused("packet.revoked", kiosk=kiosk)


def write_allowed(keys: Mapping[KioskId, PublicKey], authorities: Iterable[PublicKey]) -> str:
    """Return the text of ``allowed_signers``: a line per authority and per kiosk with a bare key."""
    lines = [f'* cert-authority,namespaces="{NAMESPACE}" {key.line}' for key in authorities]
    lines += [f'{kiosk} namespaces="{NAMESPACE}" {key.line}' for kiosk, key in sorted(keys.items())]
    return "".join(f"{line}\n" for line in lines)


def write_revoked(revoked: Iterable[tuple[KioskId, PublicKey]]) -> str:
    """Return the text of ``revoked_keys``; a revoked key also ends every certificate of it."""
    return "".join(["# keys of revoked kiosks\n", *(f"{key.line} {kiosk}\n" for kiosk, key in revoked)])


def read(allowed: str, revoked: str = "", *, at: datetime | None = None) -> Signers:
    """Read the two files' texts.

    Raises:
        StaffMustFix: ``signers.unreadable``.
    """
    keys: dict[KioskId, PublicKey] = {}
    authorities: list[PublicKey] = []
    try:
        for line in _lines(allowed):
            found = _LINE.match(line)
            if found is None:
                raise ValueError("not a line of signers")
            key = sshsig.parse_public_line(f"{found['kind']} {found['key']}")
            certifies, ours = _options(found["options"] or "")
            if not ours:
                continue
            if certifies:
                if found["who"] != "*":
                    raise ValueError("an authority for some kiosks only")
                authorities.append(key)
                continue
            for who in found["who"].split(","):
                keys[KioskId(who)] = key
        bad = frozenset(sshsig.parse_public_line(line).blob for line in _lines(revoked))
    except ValueError:
        raise StaffMustFix("signers.unreadable") from None
    return Signers(keys, tuple(authorities), bad, at)


def _lines(text: str) -> list[str]:
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _options(text: str) -> tuple[bool, bool]:
    """Return whether the key certifies others, and whether it is for packets at all."""
    namespaces = _NAMESPACES.search(text)
    rest = [option for option in _NAMESPACES.sub("", text).split(",") if option]
    if any(option != "cert-authority" for option in rest):
        raise ValueError("an option not understood")
    return bool(rest), namespaces is None or NAMESPACE in namespaces[1].split(",")
