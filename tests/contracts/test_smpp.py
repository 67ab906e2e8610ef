"""SMS over SMPP to another's implementation (npm smpp): texts, long ones, refusals, a lost answer, receipts."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.notify import gsm
from server.notify.messages import Channel, Message, Words
from server.notify.smpp import SmppSettings, SmppTransport
from server.notify.transport import Accepted, Permanent, Report, Temporary, Unknown

NODE = Path(__file__).parents[1] / "node"
needs_node = pytest.mark.skipif(
    not shutil.which("node") or not (NODE / "node_modules" / "smpp").exists(), reason="needs Node.js and tests/node"
)
SMS = Message("01", "code", Channel.SMS, "+355691234567", "+355…", "sq", Words("x"), datetime(2029, 2, 1, tzinfo=UTC))


class Smsc:
    """The other side, in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", "smsc.js"], cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.next()["port"])

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    made = Smsc()
    yield made
    made.close()


@pytest.fixture
def transport(smsc: Smsc) -> Iterator[SmppTransport]:
    made = SmppTransport(settings(smsc.port))
    yield made
    made.close()


def settings(port: int, password: str = "secret") -> SmppSettings:  # noqa: S107 - the simulator's
    return SmppSettings("127.0.0.1", port, "per", password, sender="PER", tls=False, timeout=5)


def sms(text: str, to: str = SMS.to) -> Message:
    return replace(SMS, to=to, words=Words(text))


def reports(transport: SmppTransport, number: int = 1) -> list[Report]:
    found: list[Report] = []
    deadline = time.monotonic() + 5
    while len(found) < number and time.monotonic() < deadline:
        found += transport.collect()
    return found


@needs_node
def test_a_short_text_goes_seven_bit_and_its_receipt_comes_back(smsc: Smsc, transport: SmppTransport) -> None:
    outcome = transport.send(sms("PER: kodi {493817} @ 5 €"))
    assert smsc.next() == {"bound": True}
    taken = smsc.next()
    assert (taken["to"], taken["ton"]) == ("355691234567", 1)
    assert (taken["from"], taken["from_ton"]) == ("PER", 5)
    assert (taken["coding"], taken["text"], taken["udh"]) == (0, "PER: kodi {493817} @ 5 €", None)
    assert taken["receipt"] == 1
    assert outcome == Accepted(taken["id"])
    assert reports(transport) == [Report(taken["id"], delivered=True)]


@needs_node
@pytest.mark.parametrize(
    ("text", "coding"),
    [
        ("Kërkesa juaj u miratua. " * 12, 8),
        ("Η αίτησή σας εγκρίθηκε. " * 9, 8),
        ("Your request {PER-1} was received [ok]. " * 11, 0),
        ("😀" * 100, 8),
    ],
)
def test_a_long_text_is_put_together_again_from_its_parts(
    smsc: Smsc, transport: SmppTransport, text: str, coding: int
) -> None:
    outcome = transport.send(sms(text))
    smsc.next()
    parts = [smsc.next()]
    total = parts[0]["udh"][3]
    parts += [smsc.next() for _ in range(total - 1)]
    assert total > 1
    assert [part["udh"][4] for part in parts] == list(range(1, total + 1))
    assert len({part["udh"][2] for part in parts}) == 1
    assert {part["coding"] for part in parts} == {coding}
    assert "".join(part["text"] for part in parts) == text
    assert outcome == Accepted(parts[0]["id"])
    assert reports(transport) == [Report(parts[0]["id"], delivered=True)]


@needs_node
def test_refusals_are_for_ever_or_for_now(smsc: Smsc, transport: SmppTransport) -> None:
    assert isinstance(transport.send(sms("x", "+355690000001")), Permanent)
    assert isinstance(transport.send(sms("x", "+355690000002")), Temporary)
    assert isinstance(transport.send(sms("x")), Accepted), "the connection goes on"


@needs_node
def test_a_lost_answer_is_unknown_and_the_next_message_binds_anew(smsc: Smsc, transport: SmppTransport) -> None:
    outcome = transport.send(sms("x", "+355690000003"))
    assert isinstance(outcome, Unknown)
    assert smsc.next() == {"bound": True}
    assert smsc.next()["to"] == "355690000003", "it was taken all the same"
    assert isinstance(transport.send(sms("x")), Accepted)
    assert smsc.next() == {"bound": True}


@needs_node
def test_a_failed_delivery_is_reported(smsc: Smsc, transport: SmppTransport) -> None:
    outcome = transport.send(sms("x", "+355690000004"))
    assert isinstance(outcome, Accepted)
    assert reports(transport) == [Report(outcome.provider_id, delivered=False)]


@needs_node
def test_a_wrong_password_and_nobody_there_are_temporary(smsc: Smsc) -> None:
    wrong = SmppTransport(settings(smsc.port, "other"))
    assert wrong.send(sms("x")) == Temporary("smpp: no connection")
    wrong.close()
    nobody = SmppTransport(settings(9))
    assert nobody.send(sms("x")) == Temporary("smpp: no connection")
    nobody.close()


@needs_node
def test_closing_unbinds(smsc: Smsc, transport: SmppTransport) -> None:
    transport.send(sms("x"))
    smsc.next()
    smsc.next()
    transport.close()
    assert smsc.next() == {"unbound": True}
    assert transport.collect() == []


@given(st.text(st.sampled_from("abcë€{}[]😀Ç ^Ω"), max_size=900))
def test_every_text_comes_whole_out_of_its_parts(text: str) -> None:
    encoded = gsm.encode(text)
    bodies = [part[6:] if encoded.udhi else part for part in encoded.parts]
    assert all(len(part) <= (160 if encoded.data_coding == gsm.GSM7 else 140) for part in encoded.parts)
    for body in bodies:
        if encoded.data_coding == gsm.UCS2:
            body.decode("utf-16-be")  # no part ends inside a pair
        else:
            assert not body.endswith(b"\x1b")
    if encoded.data_coding == gsm.UCS2:
        assert b"".join(bodies).decode("utf-16-be") == text


def test_a_text_no_sms_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        gsm.encode("ë" * 20_000)
