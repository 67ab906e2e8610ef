"""Enrolment: the key is made here, the answer may be lost, and what is kept is believed only when signed."""

from __future__ import annotations

import pytest

from registration.errors import Expected
from sync import enrol, sshsig
from sync.http import Http
from tests.fakes.election_server import ELECTION, ElectionServer
from tests.fakes.sync_store import FakeSyncStore


@pytest.fixture
def http(server: ElectionServer):  # type: ignore[no-untyped-def]
    opened = Http(f"http://127.0.0.1:{server.port}")
    yield opened
    opened.close()


def refusal(http: Http, store: FakeSyncStore, token: str, root: str = "") -> str:
    with pytest.raises(Expected) as caught:
        enrol.enrol(http, store, server="http://127.0.0.1", name="K", token=token, root=root)
    return caught.value.code


def test_enrolment_is_kept_and_recalled(server: ElectionServer, http: Http) -> None:
    store = FakeSyncStore()
    assert enrol.recall(store) is None
    fingerprint = sshsig.public_of(server.root).fingerprint
    made = enrol.enrol(
        http, store, server="https://per.example", name="Athens 1", token=server.enrolment_token(), root=fingerprint
    )

    kept = enrol.require(store)
    assert (kept.identity, kept.server, kept.root, kept.token) == (made.identity, made.server, made.root, made.token)
    assert kept.identity.election == ELECTION
    assert sshsig.public_of(kept.key) == server.kiosks[made.token][1]
    assert enrol.known_keyset(store, kept) == server.keys
    assert enrol.known_config(store, kept) == server.settings
    assert made.token not in repr(made)
    assert enrol.move(store, kept, "https://other.example").server == enrol.require(store).server


def test_a_token_works_once_but_a_lost_answer_may_be_asked_for_again(server: ElectionServer, http: Http) -> None:
    store, token = FakeSyncStore(), server.enrolment_token()
    server.answer_once("POST", "/v1/kiosks/enrol", 502)
    assert refusal(http, store, token) == "server.busy"
    first = enrol.enrol(http, store, server="s", name="K", token=token)
    again = enrol.enrol(http, store, server="s", name="K", token=token)
    assert sshsig.public_of(first.key) == sshsig.public_of(again.key)
    assert refusal(http, FakeSyncStore(), token) == "server.enrolment_refused"


def test_a_refused_enrolment_leaves_the_kiosk_unenrolled(server: ElectionServer, http: Http) -> None:
    store = FakeSyncStore()
    assert refusal(http, store, "guessed") == "server.enrolment_refused"
    stranger = sshsig.public_of(sshsig.generate()).fingerprint
    assert refusal(http, store, server.enrolment_token(), root=stranger) == "server.root_differs"
    server.answer_once("POST", "/v1/kiosks/enrol", 200, body=b"{}")
    assert refusal(http, store, server.enrolment_token()) == "server.strange_answer"
    assert enrol.recall(store) is None
    with pytest.raises(Expected, match="not_enrolled"):
        enrol.require(store)


@pytest.mark.parametrize("address", ["http://per.example", "ftp://per.example", "per.example", "https://", ""])
def test_a_server_is_only_called_in_private(address: str) -> None:
    with pytest.raises(Expected, match="address"):
        Http(address)
