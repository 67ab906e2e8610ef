"""What came of an administrator's work, in words."""

from __future__ import annotations

from registration.admin_desk import EnrolmentOutcome, ExportOutcome, KioskStatus, ReceiptOutcome, SyncOutcome
from ui.admin.panels import megabytes
from ui.notices import Problem, sentence
from ui.words import Words


def outcome_words(words: Words, outcome: object, status: KioskStatus | None) -> tuple[str, ...]:
    """Return the lines that tell an outcome of `AdminFlow.done`; an empty one is not shown.

    `status` says how the kiosk stands after it.
    """
    match outcome:
        case str() as text_id:
            return (words(text_id),)
        case SyncOutcome() as done:
            said = words("admin.done.sync", received=done.received, waiting=done.waiting)
            problem = sentence(words, Problem(done.problem)) if done.problem else ""
            attention = words("admin.done.attention", n=done.attention) if done.attention else ""
            return said, attention, problem
        case ExportOutcome() as done:
            size = megabytes(words, done.size)
            said = words("admin.done.export", n=done.packets, size=size, folder=str(done.folder))
            return said, words("admin.done.export_note")
        case EnrolmentOutcome() as done:
            root = words("admin.done.root", fingerprint=done.root_fingerprint) if done.root_fingerprint else ""
            return words("admin.done.enrol", kiosk=done.kiosk_id, election=done.election), root
        case tuple() as files:
            return _receipt_words(words, files, status)
    return ()


def refusal_words(words: Words, outcome: object) -> tuple[str, ...]:
    """Return a line for each receipt that was not taken, with the reason."""
    files: tuple[ReceiptOutcome, ...] = outcome if isinstance(outcome, tuple) else ()
    return tuple(f"{item.file}: {sentence(words, Problem(item.code))}" for item in files if item.code)


def _receipt_words(words: Words, files: tuple[ReceiptOutcome, ...], status: KioskStatus | None) -> tuple[str, ...]:
    before = sum(item.taken and not item.new for item in files)
    lines = [words("admin.done.receipts", n=sum(item.new for item in files))]
    if before:
        lines.append(words("admin.done.receipts_before", n=before))
    if status is not None:
        lines.append(words("admin.done.left", n=status.waiting + status.exported + status.attention))
    return tuple(lines)
