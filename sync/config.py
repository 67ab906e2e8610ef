"""The election's configuration: dates, accepted proofs and limits, signed by the root key, kept for offline days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from registration.catalog.definitions import AttachmentKind, Labels
from registration.errors import StaffMustFix
from sync import signed, sshsig

CORRECTIONS = timedelta(days=1)
NAMESPACE = "config@per-kiosk/v1"


class ConfigRefused(StaffMustFix):
    """``server.config_refused`` (not signed by the root, malformed, another election) or ``server.rolled_back``."""


@dataclass(frozen=True, slots=True)
class CodeRules:
    """The one-time code (D-04). Times in seconds."""

    digits: int = 6
    expires_in: int = 180
    resend_after: int = 60
    tries: int = 5


@dataclass(frozen=True, slots=True)
class ElectionConfig:
    """`opens` and `closes` are the first and the last day on which requests are taken. `version` only grows."""

    version: int
    election: str
    election_day: date
    opens: date
    closes: date
    proof_kinds: tuple[AttachmentKind, ...]
    """Accepted proofs of address (B2)."""
    linking_kinds: tuple[AttachmentKind, ...]
    """Documents that tie a proof in another name to the voter (B2-04 to B2-06)."""
    code: CodeRules = CodeRules()
    returns_enabled: bool = True
    review_days: int = 5
    list_day: date | None = None
    """Civil day on which the preliminary list is published (B1-06); None: not fixed yet."""

    def takes_deregistrations_on(self, day: date) -> bool:
        """Tell whether an approved request can still be withdrawn: for 48 hours after the list was published, the
        day itself and the next (B1-07, B1-09)."""
        return self.list_day is None or day <= self.list_day + CORRECTIONS

    def takes_requests_on(self, day: date) -> bool:
        return self.opens <= day <= self.closes


def sign(config: ElectionConfig, root: sshsig.PrivateKey) -> dict[str, str]:
    """Return the signed document that the server publishes."""
    return signed.sign(
        {
            "version": config.version,
            "election": config.election,
            "election_day": config.election_day.isoformat(),
            "opens": config.opens.isoformat(),
            "closes": config.closes.isoformat(),
            "proof_kinds": [_kind(kind) for kind in config.proof_kinds],
            "linking_kinds": [_kind(kind) for kind in config.linking_kinds],
            "code": {
                "digits": config.code.digits,
                "expires_in": config.code.expires_in,
                "resend_after": config.code.resend_after,
                "tries": config.code.tries,
            },
            "returns_enabled": config.returns_enabled,
            "review_days": config.review_days,
            **({"list_day": config.list_day.isoformat()} if config.list_day else {}),
        },
        root,
        NAMESPACE,
    )


def verify(
    document: object, root: sshsig.PublicKey, *, election: str, known: ElectionConfig | None = None
) -> ElectionConfig:
    """Return the configuration of a signed document.

    Args:
        document: as it came from the server or the vault.
        root: the election's root key, learnt at enrolment.
        election: the only election to accept.
        known: the last one accepted; an older one, or another of the same version, is refused.

    Raises:
        ConfigRefused: see there.
    """
    try:
        config = _parse(signed.verify(document, root, NAMESPACE))
    except (signed.BadDocument, KeyError, TypeError, ValueError, AttributeError):
        raise ConfigRefused("server.config_refused") from None
    if config.election != election:
        raise ConfigRefused("server.config_refused")
    if known is not None and (config.version < known.version or (config.version == known.version and config != known)):
        raise ConfigRefused("server.rolled_back")
    return config


def _kind(kind: AttachmentKind) -> dict[str, str]:
    return {"id": kind.id, **kind.label.by_language}


def _parse_kind(body: Mapping[str, Any], *, linking: bool) -> AttachmentKind:
    words = {str(language): str(text) for language, text in body.items() if language != "id"}
    if "sq" not in words:
        raise ValueError("a kind without Albanian words")
    return AttachmentKind(str(body["id"]), Labels(MappingProxyType(words)), linking=linking)


def _parse(body: Mapping[str, Any]) -> ElectionConfig:
    code = body["code"]
    numbers = [
        body["version"],
        body["review_days"],
        *(code[n] for n in ("digits", "expires_in", "resend_after", "tries")),
    ]
    if any(type(number) is not int or number < 1 for number in numbers) or type(body["returns_enabled"]) is not bool:
        raise ValueError("numbers")
    return ElectionConfig(
        version=body["version"],
        election=str(body["election"]),
        election_day=date.fromisoformat(body["election_day"]),
        opens=date.fromisoformat(body["opens"]),
        closes=date.fromisoformat(body["closes"]),
        proof_kinds=tuple(_parse_kind(kind, linking=False) for kind in body["proof_kinds"]),
        linking_kinds=tuple(_parse_kind(kind, linking=True) for kind in body["linking_kinds"]),
        code=CodeRules(code["digits"], code["expires_in"], code["resend_after"], code["tries"]),
        returns_enabled=body["returns_enabled"],
        review_days=body["review_days"],
        list_day=date.fromisoformat(body["list_day"]) if "list_day" in body else None,
    )
