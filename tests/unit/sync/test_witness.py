"""What a kiosk keeps of the audit log's checkpoints, and every way in which one is not believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import texts
from sync import merkle, witness
from sync.checkpoint import Checkpoint, Signer, parse
from sync.witness import WitnessAlarm, continues
from tests.fakes.election_server import ElectionServer
from tests.unit.sync.conftest import Kiosk

SIGNER = Signer("per-server/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = Signer("per-server/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))


class Log:
    """A log of events numbered from 0; from `fork` on they are others."""

    def __init__(self, size: int, fork: int | None = None) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for place in range(size):
            forged = fork is not None and place >= fork
            leaf = self.nodes[0, place] = merkle.leaf_hash(f"{place} {forged}".encode())
            for level, at, value in merkle.completed(place, leaf, self.node):
                self.nodes[level, at] = value

    def node(self, level: int, place: int) -> bytes:
        return self.nodes[level, place]

    def at(self, size: int) -> Checkpoint:
        return Checkpoint(SIGNER.name, size, merkle.root(size, self.node))

    def proof(self, old: int, new: int) -> list[bytes]:
        return merkle.consistency_proof(old, new, self.node)

    def shown(self, old: int, new: int, signer: Signer = SIGNER) -> dict[str, Any]:
        """What the server answers with."""
        proof = self.proof(old, new) if 0 < old < new else []
        note = signer.sign(new, self.at(new).root)
        return {"checkpoint": note, "verifier": signer.verifier.line, "from": old, "proof": [p.hex() for p in proof]}


def alarm(told: Callable[[], object]) -> str:
    with pytest.raises(WitnessAlarm) as caught:
        told()
    for language in texts.LANGUAGES:
        assert texts.text(language, f"errors.{caught.value.code}")
    return caught.value.code


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60))
def test_every_later_log_is_kept_and_every_shorter_one_an_alarm(one: int, other: int) -> None:
    old, new = sorted((one, other))
    log = Log(new)
    assert continues([log.at(old)], log.at(new), old, log.proof(old, new)) == (new > old)
    if old < new:
        assert alarm(lambda: continues([log.at(new)], log.at(old), 0, [])) == "witness.shorter"


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.data())
def test_another_past_is_an_alarm_whatever_its_length_and_proof(old: int, more: int, data: st.DataObject) -> None:
    fork = data.draw(st.integers(0, old - 1))
    true, forged = Log(old + more), Log(old + more, fork)
    for proof in (forged.proof(old, old + more), true.proof(old, old + more), []):
        told = alarm(lambda proof=proof: continues([true.at(old)], forged.at(old + more), old, proof))  # type: ignore[misc]
        assert told == "witness.differs"


def test_a_proof_with_a_step_changed_missing_or_more_is_an_alarm() -> None:
    log = Log(23)
    good = log.proof(11, 23)
    assert continues([log.at(11)], log.at(23), 11, good)
    for bad in (good[1:], good[:-1], [*good, bytes(32)], [bytes(32), *good[1:]]):
        assert alarm(lambda bad=bad: continues([log.at(11)], log.at(23), 11, bad)) == "witness.differs"  # type: ignore[misc]


def test_a_stick_that_was_long_under_way_is_held_against_what_is_still_known() -> None:
    log, forged = Log(30), Log(30, 3)
    held = [log.at(20), log.at(10)]
    assert not continues(held, log.at(30), 10, log.proof(10, 30))  # true, but not proven for the newest
    assert alarm(lambda: continues(held, forged.at(30), 10, forged.proof(10, 30))) == "witness.differs"
    assert alarm(lambda: continues(held, forged.at(10), 0, [])) == "witness.differs"  # shorter, and not ours either
    assert not continues(held, forged.at(30), 7, forged.proof(7, 30))  # nothing kept to hold it against


# ---------------------------------------------------------------- a round with the server


@pytest.fixture
def watching(kiosk: Kiosk, server: ElectionServer) -> Kiosk:
    """A kiosk whose key set names the log's key."""
    server.publish(keys=replace(server.keys, version=server.keys.version + 1, log_key=SIGNER.verifier))
    return kiosk


def round_with(kiosk: Kiosk, server: ElectionServer, shown: object) -> str:
    server.answer_once("GET", "/v1/checkpoint", 200, body=json.dumps(shown).encode())
    return kiosk.engine.sync_once().problem


def sizes(kiosk: Kiosk) -> list[int]:
    return [parse(note).size for note in witness.kept(kiosk.store)]


def test_rounds_keep_the_last_few_and_ask_for_the_proof_from_the_newest(
    watching: Kiosk, server: ElectionServer
) -> None:
    log = Log(40)
    for old, new in [(0, 3), (3, 3), *((n, n + 3) for n in range(3, 39, 3))]:
        assert round_with(watching, server, log.shown(old, new)) == ""
        assert ("GET", f"/v1/checkpoint?from={old}") in server.requests_seen
    assert sizes(watching) == [39, 36, 33, 30, 27, 24, 21, 18]


def test_an_alarm_is_in_the_report_holds_up_no_packet_and_leaves_what_was_kept(
    watching: Kiosk, server: ElectionServer
) -> None:
    log, forged = Log(20), Log(20, 2)
    assert round_with(watching, server, log.shown(0, 10)) == ""
    before = witness.kept(watching.store)
    for number, (shown, code) in enumerate(
        [
            (forged.shown(10, 20), "witness.differs"),
            (forged.shown(10, 10), "witness.differs"),
            ({**forged.shown(9, 20), "from": 9}, "witness.differs"),  # the kiosk asked for 10
            (log.shown(10, 9), "witness.shorter"),
            (log.shown(10, 20, STRANGER), "witness.forged"),
            ({**log.shown(10, 20), "proof": ["zz"]}, "witness.forged"),
            ({"checkpoint": 5}, "witness.forged"),
        ],
        1,
    ):
        entry = watching.finish_request(number)
        server.answer_once("GET", "/v1/checkpoint", 200, body=json.dumps(shown).encode())
        report = watching.engine.sync_once()
        assert (report.problem, report.received) == (code, (entry.packet_id,))
        assert witness.kept(watching.store) == before
    assert round_with(watching, server, log.shown(10, 20)) == ""
    witness.forget(watching.store)
    assert round_with(watching, server, forged.shown(0, 15)) == ""
    assert sizes(watching) == [15]


def test_an_alarm_is_not_hidden_by_a_busy_server(watching: Kiosk, server: ElectionServer) -> None:
    assert round_with(watching, server, Log(9).shown(0, 9)) == ""
    watching.finish_request()
    server.answer_once("PATCH", "/v1/packets", 429, {"Retry-After": "300"})  # ends the round
    assert round_with(watching, server, Log(9).shown(9, 8)) == "witness.shorter"


def test_a_server_that_shows_no_checkpoint_is_told_and_the_packets_are_sent(
    watching: Kiosk, server: ElectionServer
) -> None:
    entry = watching.finish_request()
    server.answer_once("GET", "/v1/checkpoint", 500)
    report = watching.engine.sync_once()
    assert (report.problem, report.received) == ("server.busy", (entry.packet_id,))
