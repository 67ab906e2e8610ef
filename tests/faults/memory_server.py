"""The control of the killed server: one that acknowledges what it has only in memory.

    python -m tests.faults.memory_server --port N

Reads its keys and its kiosks as one JSON line, so that after a kill the same server is back, but for its packets.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from dataclasses import replace
from http.server import ThreadingHTTPServer

from registration.model.ids import KioskId
from sync import sshsig
from tests.fakes.election_server import ElectionServer
from tests.fakes.vault import ManualClock


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    port = parser.parse_args().port
    given = json.loads(sys.stdin.readline())
    server = ElectionServer(ManualClock())
    server.root = sshsig.load_private(given["root"].encode())  # type: ignore[assignment]
    server.receipt_key = server.signs_with = sshsig.load_private(given["receipt"].encode())  # type: ignore[assignment]
    server.publish(keys=replace(server.keys, receipt_key=sshsig.public_of(server.receipt_key), **given["keys"]))
    for token, (kiosk, line) in given["kiosks"].items():
        server.kiosks[token] = KioskId(kiosk), sshsig.parse_public_line(line)
    http = ThreadingHTTPServer(("127.0.0.1", port), server._handler())
    http.handle_error = lambda *_args: None  # type: ignore[method-assign]
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
