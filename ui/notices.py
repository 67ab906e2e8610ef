"""The only way an error reaches a person: its code becomes one sentence of `errors.*` (cause and remedy).

A `Problem` speaks no language, so what stands on a page survives a switch of language.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from registration.errors import Expected
from registration.model.person import Finding
from resources import texts
from ui.words import Words

log = logging.getLogger(__name__)

UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: a code under ``errors.``, the numbers and names of its sentence, and the field it belongs to."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()
    field: str = ""


def of_finding(finding: Finding) -> Problem:
    return Problem(finding.code, finding.params, finding.field)


def of_error(error: Exception) -> Problem:
    """Return what to show for an error; one that nobody foresaw is logged by its type and shown as such."""
    if isinstance(error, Expected):
        return Problem(error.code, tuple(error.params.items()))
    log.error("unexpected error shown: %s", type(error).__name__)
    return Problem(UNEXPECTED)


def sentence(words: Words, problem: Problem) -> str:
    """Return the words for a problem. A code without words is a bug; the person still gets a sentence."""
    text_id = f"errors.{problem.code}"
    if not texts.has(words.language, text_id):
        log.error("error code without words: %s", problem.code)
        text_id = f"errors.{UNEXPECTED}"
    return words(text_id, **dict(problem.params))


class ShowsProblems(Protocol):
    """What `Notices` needs of the shell."""

    def show_problems(self, problems: tuple[Problem, ...]) -> None: ...


class Notices:
    """Shows errors on top of the page in front."""

    def __init__(self, place: ShowsProblems) -> None:
        self._place = place

    def show(self, error: Exception) -> None:
        """Show one error that came back from work, e.g. as a TaskRunner's `on_error`."""
        self._place.show_problems((of_error(error),))

    def show_findings(self, findings: Iterable[Finding]) -> None:
        self._place.show_problems(tuple(of_finding(f) for f in findings))

    def clear(self) -> None:
        self._place.show_problems(())
