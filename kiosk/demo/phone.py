"""The voter's phone: the embedded server's file outbox, read as its owner would read the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path


class Phone:
    """Shows the messages that came since the phone was taken out."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def messages(self, kind: str) -> list[str]:
        """Return the texts of one kind (``code``, ``received``, ``decision`` ...), oldest first."""
        if not self._outbox.exists():
            return []
        found = []
        for file in sorted(self._outbox.glob("*.json")):
            body = json.loads(file.read_text(encoding="utf-8"))
            if body["kind"] == kind:
                found.append(str(body["text"]))
        return found

    def code(self) -> str:
        """Return the newest six-digit code, "" while none has come."""
        texts = self.messages("code")
        found = re.search(r"\b\d{6}\b", texts[-1]) if texts else None
        return found.group() if found else ""
