"""The scripted official: signs in with password and authenticator code, takes the case, looks, decides."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from kiosk.demo.stagehand import Stagehand
from kiosk.embedded_server import DemoOfficial
from ui.review.window import ReviewWindow


class OfficialScript:
    """One official at the review desk.

    Args:
        window: the real review window.
        hands: of the official, who works with mouse and keys.
        official: who they are.
        code: what the authenticator shows now.
    """

    def __init__(self, window: ReviewWindow, hands: Stagehand, official: DemoOfficial, code: Callable[[], str]) -> None:
        self._window = window
        self._hands = hands
        self._official = official
        self._code = code

    def sign_in(self) -> None:
        page = self._window.sign_in
        with self._hands.step("review.sign_in"):
            self._hands.type(page.name_line, self._official.name)
            self._hands.type(page.password_line, self._official.password)
            self._hands.type(page.code_line, self._code())
            self._hands.look("review-sign-in")
            self._hands.tap(page.sign_in_button)
            self._hands.wait(lambda: self._window.page is self._window.queue, "the queue", 30)

    def open(self, reference: str) -> None:
        """Take a case from the queue; it may take the server a moment to open the packet."""
        queue = self._window.queue
        with self._hands.step("review.queue"):
            self._hands.wait(lambda: self._listed(reference), "the case in the queue", 30)
            self._hands.look("review-queue")
            row = queue.row(reference)
            assert row is not None
            self._hands.tap(row)
            self._hands.wait(lambda: self._window.page is self._window.case, "the case", 30)

    def approve(self) -> None:
        """Look at the case and its proof, fill in the checklist, approve with A, let the time to undo run out."""
        with self._hands.step("review.case"):
            self._hands.look("review-case")
            self._hands.key(Qt.Key.Key_D)
            self._hands.look("review-proof")
            # Face, document, proof and address match; the third is the register's, and it has answered.
            for item in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_5):
                self._hands.key(item)
            self._hands.look("review-checklist")
            self._hands.key(Qt.Key.Key_A)
            self._hands.look("review-approved")
            self._hands.wait(self._settled, "the decision at the server", 30)
            self._hands.look("review-decided")

    def look_at_counts(self) -> None:
        """Open the statistics: the decision is counted already."""
        with self._hands.step("review.statistics"):
            self._hands.tap(self._window.statistics_button)
            self._hands.wait(lambda: self._window.page is self._window.statistics, "the statistics", 30)
            self._hands.look("review-statistics")

    def _settled(self) -> bool:
        return self._window.page is self._window.queue and self._window.flow.sending.at_rest

    def _listed(self, reference: str) -> bool:
        queue = self._window.queue
        if queue.row(reference) is not None:
            return True
        if queue.refresh_button.isEnabled():
            queue.refresh_button.click()
        return False
