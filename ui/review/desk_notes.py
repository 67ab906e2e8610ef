"""What is said on top of the page in front at the review desk: what went wrong, and what went well."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.notices import Problem
from ui.review.parts import desk_sentence
from ui.review.views import News
from ui.widgets.labels import Panel
from ui.words import Words


class DeskNotes(QWidget):
    """Empty as long as there is nothing to say."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._problem: Problem | None = None
        self._news: News | None = None
        self._done = ""
        self._problem_panel, self._news_panel = Panel("errorPanel", "⚠"), Panel("goodPanel", "✓")
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 0, 24, 0)
        box.addWidget(self._problem_panel)
        box.addWidget(self._news_panel)

    def say_problem(self, problem: Problem | None) -> None:
        """Say what went wrong; None: nothing any more."""
        self._problem, self._done = problem, ""
        self.retranslate()

    def say_news(self, news: News | None) -> None:
        """Say what became of a case; None: nothing any more."""
        self._news = news
        self.retranslate()

    def say_done(self, text_id: str) -> None:
        """Say what the office did, where there is no news of a case."""
        self._done = text_id
        self.retranslate()

    def retranslate(self) -> None:
        words, news = self._words, self._news
        self._problem_panel.say("" if self._problem is None else desk_sentence(words, self._problem))
        if news is None:
            self._news_panel.say(words(self._done) if self._done else "")
            return
        action = words(f"review.desk.decided.{news.action}") if news.action is not None else ""
        self._news_panel.say(words(f"review.desk.news.{news.what}", reference=news.reference, decided=action))
