"""Every error a person may meet, as codes; their words are `resources/i18n/<lang>/errors.yaml`, id = code.

    Expected
    |- VoterCanFix     the voter can put it right: a wrong number, a blurred page
    |- StaffMustFix    somebody in charge of the machine must act: no camera, vault damaged, disk full
    |- WillRetry       it passes by itself or by trying again: no connection, server busy

Anything that is not `Expected` is a bug: it stops what it was doing, is logged without personal data, and keeps
the draft. `params` fill the places of the sentence and never carry personal data.
"""

from __future__ import annotations


class Expected(Exception):
    """An error we foresaw. `code` names it for ever; `params` are its numbers and names of fields or files."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class VoterCanFix(Expected):
    """The person at the machine can put it right."""


class StaffMustFix(Expected):
    """Somebody in charge of the machine must act."""


class WillRetry(Expected):
    """It passes by itself or by trying again."""
