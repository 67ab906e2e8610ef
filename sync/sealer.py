"""Seals submissions as this kiosk: joins the packet format, the kiosk's key and the current key set."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from registration.model.ids import RequestId, reference_of
from registration.model.submission import AccountSubmission, Submission, encode
from registration.ports.clock import Clock
from registration.ports.server import KioskIdentity
from registration.ports.vault import SealedPacket
from sync import packet, sshsig
from sync.certificate import Certificate
from sync.keyset import Keyset


class PacketSealer:
    """Implements `registration.ports.Sealer`.

    Args:
        identity: this kiosk.
        key: its signing key.
        keyset: returns the newest key set accepted; asked anew for each packet.
        clock: for the packet id and the informative time of making.
        random: returns that many random bytes.
        certified: the certificate of `key`, carried in each signature; None while there is none.
    """

    def __init__(
        self,
        identity: KioskIdentity,
        key: sshsig.PrivateKey,
        keyset: Callable[[], Keyset],
        clock: Clock,
        random: Callable[[int], bytes] = secrets.token_bytes,
        certified: Certificate | None = None,
    ) -> None:
        self._identity = identity
        self._key = key
        self._keyset = keyset
        self._clock = clock
        self._random = random
        self._certified = certified

    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        """Raises PacketRefused ``packet.too_large`` and whatever `keyset` raises."""
        keyset = self._keyset()
        now = self._clock.now()
        ids = packet.PacketIds(
            type=kind_of(submission),
            election=self._identity.election,
            kiosk=self._identity.kiosk_id,
            request_id=subject_of(submission),
            revision=1 if isinstance(submission, AccountSubmission) else submission.revision,
            seq=seq,
        )
        header, content = packet.build(
            ids,
            encode(submission),
            key=self._key,
            epoch=keyset.epoch_id,
            recipients=keyset.recipients,
            now=now,
            random=self._random,
            certified=self._certified,
        )
        return SealedPacket(
            packet_id=header.packet_id,
            kind=header.type,
            reference=reference(submission),
            sha256=packet.digest(content),
            content=content,
            created=now,
        )


def kind_of(submission: Submission) -> str:
    return "account" if isinstance(submission, AccountSubmission) else "request"


def subject_of(submission: Submission) -> str:
    """Return the id a packet is about: of the account or of the request."""
    return submission.account_id if isinstance(submission, AccountSubmission) else submission.request_id


def reference(submission: Submission) -> str:
    """Return what the voter keeps: a request's reference, an account's id."""
    if isinstance(submission, AccountSubmission):
        return submission.account_id
    return reference_of(RequestId(submission.request_id))
