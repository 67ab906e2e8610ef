"""SMS over SMPP 3.4 to an SMSC (an operator, or a gateway such as Kannel).

One bound connection, kept while it holds. Each part of a message is answered before the next is sent. Delivery
receipts come over the same connection and are collected between messages.
"""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import smpplib.client
from smpplib import consts, exceptions

from server.notify import gsm
from server.notify.messages import Message
from server.notify.transport import Accepted, Outcome, Permanent, Report, Temporary, Unknown

_WIRE = "server.notify.smpp.wire"
_NEVER = frozenset({0x01, 0x02, 0x0A, 0x0B, 0x33, 0x34, 0x40, 0x48, 0x49, 0x50, 0x51, 0x61, 0x62})
"""command_status values after which another try is no use: length, address and destination errors."""
_DELIVERED = frozenset({"DELIVRD"})
_FAILED = frozenset({"EXPIRED", "DELETED", "UNDELIV", "REJECTD"})
_RECEIPT = re.compile(r"id:(\S+).*?\bstat:(\w+)", re.DOTALL)
_RECEIPT_ESM = 0x04
_MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """How to reach the SMSC. `tls` may be off on a loopback or private link only."""

    host: str
    port: int = 2775
    system_id: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    tls: bool = True
    ca_file: str = ""
    timeout: float = 20.0


class _LinkDown(Exception):
    pass


class SmppTransport:
    """Implements `server.notify.transport.Transport`. `close` unbinds."""

    name = "smpp"

    def __init__(self, settings: SmppSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._answers: dict[int, Any] = {}
        self._parts: dict[str, tuple[str, set[str]]] = {}
        self._receipts: list[tuple[str, str]] = []
        """(part, state), kept until they are collected: one may come while later parts are still being sent."""
        logging.getLogger(_WIRE).setLevel(logging.CRITICAL)  # it would write numbers and texts

    def send(self, message: Message) -> Outcome:
        try:
            encoded = gsm.encode(message.words.text)
        except ValueError:
            return Permanent("smpp: text too long")
        try:
            self._bind()
        except _LinkDown:
            self._drop()
            return Temporary("smpp: no connection")
        ids: list[str] = []
        for part in encoded.parts:
            try:
                answer = self._submit(message.to, part, encoded)
            except _LinkDown:
                self._drop()
                return Unknown("smpp: connection lost")
            if answer.status != consts.SMPP_ESME_ROK:
                reason = f"smpp: {answer.status:#x}"
                if ids:
                    return Unknown(reason)  # a part of it is on its way
                return Permanent(reason) if answer.status in _NEVER else Temporary(reason)
            ids.append(_text(answer.message_id))
        if len(ids) > 1:
            waiting = set(ids)
            self._parts |= dict.fromkeys(ids, (ids[0], waiting))
            while len(self._parts) > _MOST_PARTS:  # receipts that never came
                del self._parts[next(iter(self._parts))]
        return Accepted(ids[0])

    def collect(self) -> Sequence[Report]:
        if self._client is not None:
            try:
                self._client.poll(auto_send_enquire_link=False)
            except (exceptions.ConnectionError, exceptions.PDUError, OSError):
                self._drop()
        receipts, self._receipts = self._receipts, []
        reports = (self._report_of(part, state) for part, state in receipts)
        return [report for report in reports if report is not None]

    def close(self) -> None:
        """Unbind and hang up; safe to call twice."""
        if self._client is not None:
            with contextlib.suppress(exceptions.ConnectionError, exceptions.PDUError, OSError):
                self._client.unbind()
        self._drop()

    def _bind(self) -> None:
        """Raises _LinkDown."""
        if self._client is not None:
            return
        settings = self._settings
        client = smpplib.client.Client(
            settings.host,
            settings.port,
            timeout=settings.timeout,
            logger_name=_WIRE,
            allow_unknown_opt_params=True,
            ssl_context=ssl.create_default_context(cafile=settings.ca_file or None) if settings.tls else None,
        )
        client.set_message_sent_handler(self._answered)
        client.set_error_pdu_handler(self._answered)
        client.set_message_received_handler(self._received)
        self._client = client
        try:
            client.connect()
            client.bind_transceiver(system_id=settings.system_id, password=settings.password)
        except (exceptions.ConnectionError, exceptions.PDUError, OSError):
            raise _LinkDown from None

    def _submit(self, to: str, part: bytes, encoded: gsm.Encoded) -> Any:
        """Send one part and wait for its answer. Raises _LinkDown: it may or may not have been taken."""
        alphanumeric = not self._settings.sender.lstrip("+").isdigit()
        try:
            sent = self._client.send_message(
                source_addr_ton=consts.SMPP_TON_ALNUM if alphanumeric else consts.SMPP_TON_INTL,
                source_addr_npi=consts.SMPP_NPI_UNK if alphanumeric else consts.SMPP_NPI_ISDN,
                source_addr=self._settings.sender.lstrip("+"),
                dest_addr_ton=consts.SMPP_TON_INTL,
                dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=to.lstrip("+"),
                short_message=part,
                data_coding=encoded.data_coding,
                esm_class=consts.SMPP_GSMFEAT_UDHI if encoded.udhi else consts.SMPP_MSGMODE_DEFAULT,
                registered_delivery=True,
            )
            until = time.monotonic() + self._settings.timeout
            while sent.sequence not in self._answers:
                if time.monotonic() > until:
                    raise _LinkDown
                self._client.read_once(auto_send_enquire_link=False)
        except (TimeoutError, exceptions.ConnectionError, exceptions.PDUError, OSError):
            raise _LinkDown from None
        return self._answers.pop(sent.sequence)

    def _answered(self, pdu: Any) -> None:
        if pdu.command == "submit_sm_resp":
            self._answers[pdu.sequence] = pdu

    def _received(self, pdu: Any) -> int:
        """A message from the SMSC: a delivery receipt, or something nobody asked for."""
        if pdu.command == "deliver_sm" and pdu.esm_class & _RECEIPT_ESM:
            found = _RECEIPT.search(_text(pdu.short_message))
            if found is not None:
                self._receipts.append((found[1], found[2]))
        return int(consts.SMPP_ESME_ROK)

    def _report_of(self, part: str, state: str) -> Report | None:
        """A message is delivered with its last part, and failed with the first that failed."""
        whole, waiting = self._parts.pop(part, (part, {part}))
        if state in _FAILED:
            return Report(whole, delivered=False)
        if state not in _DELIVERED:
            if len(waiting) > 1:
                self._parts[part] = (whole, waiting)  # on its way; another receipt follows
            return None
        waiting.discard(part)
        return None if waiting else Report(whole, delivered=True)

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._answers.clear()
        if client is not None:
            client.disconnect()


def _text(value: Any) -> str:
    raw = value if isinstance(value, bytes) else str(value or "").encode()
    return raw.rstrip(b"\0").decode("latin-1")
